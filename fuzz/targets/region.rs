//! A state that reads is planned or refused; its plan passes the auditor and survives its own format.
#![no_main]

mod check;

use drplan::model::document::Manifests;
use drplan::model::input::PlanningInput;
use drplan::model::settings::Settings;
use drplan::plan::{audit, codec};
use drplan::planner::plan_region;
use drplan::sources::{text, tfstate};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec(), "state.tfstate") else { return };
    let Ok(state) = tfstate::read_state(&text, "state.tfstate") else { return };
    let input = PlanningInput {
        at: "2026-11-22T12:00:00Z".parse().expect("a time"),
        settings: Settings::default(),
        primary: None,
        recovery: "us-west-2".to_owned(),
        state,
        configuration: None,
        manifests: Manifests::default(),
        observation: None,
        inventory: None,
        engine_plan: None,
        durations: None,
        pipelines: Vec::new(),
        gaps: Vec::new(),
    };
    match plan_region(&input) {
        Err(refused) => check::refusal(&refused),
        Ok(plan) => {
            if let Err(violations) = audit::audit(&plan) {
                panic!("the auditor refuses the plan: {}", violations[0]);
            }
            let mut saved = Vec::new();
            codec::encode(&plan, &mut saved).expect("a plan is written");
            assert_eq!(codec::decode(&saved).expect("a saved plan is read"), plan);
        }
    }
});
