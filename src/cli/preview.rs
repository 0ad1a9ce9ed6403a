//! What applying a plan's objects would change, asked of the cluster before the first effect.

use std::collections::BTreeMap;

use super::args::Apply;
use super::output::Screen;
use super::{Exit, Failure};
use crate::executor::requests::{Request, Requests};
use crate::model::rollout::readers::Changed;
use crate::model::target::Outputs;
use crate::model::target::kube::preview::{Outcome, Preview, Restart};
use crate::model::target::kube::{KubeObject, KubeRequest};
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::Step;
use crate::render::preview::render_previews;
use crate::targets::kube::KubeTarget;

/// Shows it to whoever is asked for the go.
pub(super) async fn show(
    plan: &Plan,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<(), Failure> {
    screen.note(&ask(plan, requests, kube, screen).await?.0);
    Ok(())
}

/// Shows it, and does nothing else: the end says whether all of it would be taken.
pub(super) async fn dry_run(
    args: &Apply,
    plan: &Plan,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let (mut text, refused) = ask(plan, requests, kube, screen).await?;
    text += &match refused {
        0 => "a dry run: nothing was changed\n".to_owned(),
        _ => format!(
            "a dry run: nothing was changed. The API server would refuse {}: each stands above behind `!` with the cause; \
             a run would stop at it\n",
            count(refused, "object")
        ),
    };
    match args.events {
        None => screen.result(text.as_bytes())?,
        // Stdout is for events alone.
        Some(_) => screen.note(&text),
    }
    Ok(if refused == 0 { Exit::Done } else { Exit::StepFailed })
}

/// What it shows, and how many objects would be refused. What takes a value that a step has yet to make is counted.
async fn ask(
    plan: &Plan,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<(String, usize), Failure> {
    let left = BTreeMap::new();
    let mut steps: Vec<&Step> = Vec::new();
    let mut objects: Vec<KubeObject> = Vec::new();
    let mut later = 0;
    for step in plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { .. })) {
        match requests.request(step, &left, 0) {
            Ok(Request::Kube(KubeRequest::Apply(object))) => {
                steps.push(step);
                objects.push(*object);
            }
            Ok(_) => {}
            Err(_) => later += 1,
        }
    }
    let previews = kube.preview(&objects).await.map_err(|error| {
        let fix = "nothing was changed: see that the cluster answers and knows you, then apply again";
        Failure::refused(format!("the cluster cannot be asked: {error}"), fix)
    })?;
    let restarts = restarts(&steps, &previews, requests);
    let mut text = render_previews(&previews, &restarts, screen.options(0, None));
    if later > 0 {
        text += &format!("{} cannot be told before other steps are done\n", count(later, "object"));
    }
    let refused = previews.iter().filter(|preview| matches!(preview.outcome, Outcome::Refused(_))).count();
    Ok((text, refused))
}

/// Who would restart, by the request that the run itself would make: what runs already and reads a value that changes.
fn restarts(steps: &[&Step], previews: &[Preview], requests: &Requests<'_>) -> Vec<Restart> {
    let changed = steps.iter().zip(previews).filter_map(|(step, preview)| match &preview.outcome {
        Outcome::Change { keys, .. } if !keys.is_empty() => {
            Some((step.id.clone(), Changed::outputs("", Some(keys))))
        }
        _ => None,
    });
    let left: BTreeMap<String, Outputs> = changed.collect();
    let there = steps
        .iter()
        .zip(previews)
        .filter(|(_, preview)| matches!(preview.outcome, Outcome::Unchanged | Outcome::Change { .. }));
    let restarts = there.filter_map(|(step, _)| match requests.request(step, &left, 0) {
        Ok(Request::Kube(KubeRequest::Apply(object))) if !object.reread.is_empty() => {
            let reads = object.reread.iter().map(|read| read.trim_end_matches('@').to_owned());
            Some(Restart { workload: object.reference.clone(), reads: reads.collect() })
        }
        _ => None,
    });
    restarts.collect()
}
