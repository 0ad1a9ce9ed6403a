//! A plan of so many steps, made up: what the engine makes in layers that need each other, and objects among them.
//! Shared by `make bench` and the tests.

use drplan::model::input::PlanningInput;
use drplan::model::settings::Settings;
use drplan::plan::action::{Action, EngineChange};
use drplan::plan::step::{DoneWhen, Estimate, EstimateSource, Expects, Phase, Plane, Step};
use drplan::plan::{Plan, codec};
use drplan::planner::plan_region;
use drplan::sources::tfstate::read_state;

/// A generator whose numbers are the same everywhere.
struct Numbers(u64);

impl Numbers {
    /// Below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end.max(1)
    }
}

/// Who needs whom.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'s> {
    /// Layers: most of what is needed was made not long before, some of it is what all stand on.
    Layers,
    /// Nobody needs anybody.
    Wide,
    /// So many chains, side by side.
    Chains(usize),
    /// A plan's own shape and estimates, over and over.
    Copies(&'s Plan),
}

/// `seed` decides who needs whom and how long each takes: from seconds to twenty minutes, as resources do.
pub(crate) fn large(count: usize, shape: Shape<'_>, seed: u64) -> Plan {
    let state = r#"{"version":4,"terraform_version":"1.11.4","serial":9,"lineage":"bench","outputs":{},"resources":[]}"#;
    let input = PlanningInput {
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
        settings: Settings::default(),
        primary: Some("us-east-2".to_owned()),
        recovery: "us-west-2".to_owned(),
        state: read_state(state, "state.tfstate").unwrap(),
        configuration: None,
        manifests: drplan::model::document::Manifests::default(),
        observation: None,
        inventory: None,
        engine_plan: None,
        durations: None,
        own_run: None,
        pipelines: Vec::new(),
        gaps: Vec::new(),
    };
    let mut plan = plan_region(&input).unwrap();
    let mut numbers = Numbers(seed);
    let mut steps: Vec<Step> = Vec::with_capacity(count);
    while steps.len() < count {
        let at = steps.len();
        let mut needs: Vec<String> =
            shape.needs(at, &mut numbers).into_iter().map(|need| steps[need].id.clone()).collect();
        needs.sort();
        needs.dedup();
        let (p50, p90) = shape.estimate(at, &mut numbers);
        let (phase, action) = if shape.is_object(at) {
            let object = Action::ApplyObject {
                file: "shop.yaml".to_owned(),
                document: 0,
                rendered_by: None,
                api_version: "v1".to_owned(),
                object_kind: "ConfigMap".to_owned(),
                namespace: Some("shop".to_owned()),
                name: format!("c-{at}"),
                rewrites: Vec::new(),
                hold: None,
                document_digest: String::new(),
            };
            (Phase::Manifests, object)
        } else {
            let address = format!("aws_sqs_queue.q[{at}]");
            let change = EngineChange::Create;
            (
                Phase::Infra,
                Action::Engine {
                    address,
                    change,
                    import_id: None,
                    import_known_after: None,
                    overrides: Vec::new(),
                },
            )
        };
        steps.push(Step {
            id: format!("{}/{at:05}", phase.as_str()),
            phase,
            action,
            needs,
            expects: Expects::Any,
            done_when: DoneWhen::Answered,
            plane: Plane::RegionalControl,
            reversible: true,
            estimate: Estimate { p50_seconds: p50, p90_seconds: p90, source: EstimateSource::Default },
        });
    }
    plan.steps = steps;
    codec::seal(plan).unwrap()
}

impl Shape<'_> {
    /// What it is called.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Shape::Layers => "layers",
            Shape::Wide => "wide",
            Shape::Chains(_) => "chains",
            Shape::Copies(_) => "copies",
        }
    }

    /// The steps that a step needs, by their places.
    fn needs(self, at: usize, numbers: &mut Numbers) -> Vec<usize> {
        match self {
            Shape::Layers => (0..numbers.below(4).min(at as u64))
                .map(|_| {
                    let reach = if numbers.below(10) == 0 { at } else { at.min(60) };
                    at - 1 - usize::try_from(numbers.below(reach as u64)).unwrap()
                })
                .collect(),
            Shape::Wide => Vec::new(),
            Shape::Chains(count) => at.checked_sub(count).into_iter().collect(),
            Shape::Copies(plan) => {
                let (copy, own) = (at / plan.steps.len(), at % plan.steps.len());
                let places = plan.steps.iter().map(|step| step.id.as_str());
                let of: std::collections::HashMap<&str, usize> =
                    places.zip(copy * plan.steps.len()..).collect();
                plan.steps[own].needs.iter().map(|need| of[need.as_str()]).collect()
            }
        }
    }

    /// Seconds that half of all such steps take at most, and nine of ten.
    fn estimate(self, at: usize, numbers: &mut Numbers) -> (u64, u64) {
        if let Shape::Copies(plan) = self {
            let estimate = &plan.steps[at % plan.steps.len()].estimate;
            return (estimate.p50_seconds, estimate.p90_seconds);
        }
        let p50 = match numbers.below(100) {
            0 => 300 + numbers.below(900),
            1..10 => 30 + numbers.below(150),
            _ => 2 + numbers.below(20),
        };
        (p50, p50 * 3 / 2)
    }

    /// Whether a step applies an object; the others are the engine's.
    fn is_object(self, at: usize) -> bool {
        match self {
            Shape::Copies(plan) => !matches!(plan.steps[at % plan.steps.len()].action, Action::Engine { .. }),
            _ => at % 5 == 4,
        }
    }
}
