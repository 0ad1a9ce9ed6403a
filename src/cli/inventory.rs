//! `drplan inventory REGION [--primary]`: records what a region has.

use super::args::Inventory;
use super::hints::Hints;
use super::output::Screen;
use super::save::{check_target, save};
use super::{Exit, Failure, gather, live};
use crate::clients::kube::Source;
use crate::model::diagnostic::{Gap, Problem};
use crate::model::words::count;
use crate::sources::{aws, recorded, tfstate};

/// What a recording says near its beginning.
const MARK: &str = "\"taken_at\"";

pub(super) fn run(args: &Inventory, screen: &Screen) -> Result<Exit, Failure> {
    let at = args.at.unwrap_or_else(jiff::Timestamp::now);
    if let Some(path) = &args.out {
        check_target(path, MARK)?;
    }
    let known = gather::known(&args.region)?;
    let named = if args.primary { gather::Named::Primary } else { gather::Named::Recovery };
    gather::check_region(&args.region, named, &known.settings)?;
    let state = known.state.as_ref().and_then(|(text, origin)| tfstate::read_state(text, origin).ok());
    let written = if args.primary {
        let of_state = state.as_ref().map(|state| aws::clusters_of(state, &args.region)).unwrap_or_default();
        let found = live::observation(&args.region, at, cluster(args, of_state))?;
        recorded::write_observation(found.map_err(|gap| refused(&gap))?)
    } else {
        let hints = Hints {
            settings: &known.settings,
            state: state.as_ref(),
            configuration: known.configuration.as_ref(),
            manifests: &known.manifests,
        };
        let found = live::inventory(&args.region, &hints.request(at))?;
        recorded::write_inventory(found.map_err(|gap| refused(&gap))?)
    };
    let text = written.map_err(|error| Failure::Defect(error.to_string()))?;
    let recording = Recording::read(&text)?;
    recording.check(args)?;
    match &args.out {
        Some(path) => save(path, text.as_bytes(), MARK)?,
        None => screen.result(text.as_bytes())?,
    }
    screen.note(&recording.summary(args));
    Ok(Exit::Done)
}

/// What a recording says of itself.
struct Recording {
    /// Kinds of facts that it has.
    known: usize,
    gaps: Vec<Gap>,
}

impl Recording {
    fn read(text: &str) -> Result<Self, Failure> {
        #[derive(serde::Deserialize)]
        struct Whole {
            #[serde(default)]
            gaps: Vec<Gap>,
            #[serde(flatten)]
            sections: serde_json::Map<String, serde_json::Value>,
        }
        let whole: Whole = serde_json::from_str(text).map_err(|error| Failure::Defect(error.to_string()))?;
        let head = ["format_version", "kind", "region", "account", "taken_at", "asked"];
        let known =
            whole.sections.iter().filter(|(name, value)| !head.contains(&name.as_str()) && !value.is_null());
        Ok(Self { known: known.count(), gaps: whole.gaps })
    }

    /// A recording without a fact would put an empty file where a good one may lie.
    fn check(&self, args: &Inventory) -> Result<(), Failure> {
        let Some(first) = self.gaps.first().filter(|_| self.known == 0) else { return Ok(()) };
        let kept = args
            .out
            .as_ref()
            .map_or_else(String::new, |path| format!("; {} was left as it was", path.display()));
        let problem = Problem::new(
            format!(
                "nothing of {} could be recorded: {} gave no answer, the first {}: {}{kept}",
                args.region,
                count(self.gaps.len(), "call"),
                first.source,
                first.detail
            ),
            "check the network and the credentials (aws sts get-caller-identity), then record it again",
        );
        Err(Failure::BadInput(problem.into()))
    }

    fn summary(&self, args: &Inventory) -> String {
        const MOST: usize = 10;
        let place =
            args.out.as_ref().map_or_else(String::new, |path| format!(", saved as {}", path.display()));
        let mut text = format!("recorded {} of facts of {}{place}", count(self.known, "kind"), args.region);
        if self.gaps.is_empty() {
            return text;
        }
        text.push_str(&format!(
            "; {} gave no answer, what {} would tell is unknown:",
            count(self.gaps.len(), "call"),
            if self.gaps.len() == 1 { "it" } else { "they" }
        ));
        for gap in self.gaps.iter().take(MOST) {
            text.push_str(&format!("\n  {}: {}", gap.source, gap.detail));
        }
        if self.gaps.len() > MOST {
            text.push_str(&format!("\n  and {} more, under `gaps` in the recording", self.gaps.len() - MOST));
        }
        text
    }
}

fn cluster(args: &Inventory, of_state: Vec<String>) -> aws::ClusterRequest {
    let Inventory { kubeconfig: file, context, cluster, .. } = args;
    let given = file.is_some() || context.is_some();
    let kubeconfig = given.then(|| Source { file: file.clone(), context: context.clone() });
    aws::ClusterRequest { kubeconfig, name: cluster.clone(), of_state, ..aws::ClusterRequest::default() }
}

fn refused(gap: &Gap) -> Failure {
    let fix = "give credentials as the AWS command line takes them (aws configure, AWS_PROFILE, a role)";
    Failure::BadInput(Problem::new(gap.detail.clone(), fix).into())
}
