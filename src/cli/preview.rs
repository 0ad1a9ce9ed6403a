//! What applying a plan's objects would change, asked of the cluster before the first effect.

use std::collections::BTreeMap;

use super::args::Apply;
use super::output::Screen;
use super::{Exit, Failure, since};
use crate::executor::requests::{Request, Requests};
use crate::model::rollout::readers::Changed;
use crate::model::target::Outputs;
use crate::model::target::kube::preview::{Outcome, Preview, Restart};
use crate::model::target::kube::{KubeObject, KubeRequest};
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::journal::{Replayed, StepState};
use crate::plan::step::Step;
use crate::render::preview::{render_previews, render_since};
use crate::targets::kube::KubeTarget;

/// What is run, and from where.
pub(super) struct From<'f> {
    pub(super) plan: &'f Plan,
    /// Where its run stands.
    pub(super) stands: &'f Replayed,
}

impl From<'_> {
    /// What done steps have left.
    fn left(&self) -> BTreeMap<String, Outputs> {
        let done = self.stands.steps.iter().filter_map(|(step, state)| match state {
            StepState::Done(outputs) => Some((step.clone(), outputs.clone())),
            _ => None,
        });
        done.collect()
    }
}

/// What is known before the first effect.
struct Told {
    text: String,
    /// Objects that would be refused.
    refused: usize,
    /// Done steps whose objects are applied again.
    again: usize,
}

/// Shows it to whoever is asked for the go; how many done steps are run again.
pub(super) async fn show(
    from: &From<'_>,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<usize, Failure> {
    let asked = ask(from, requests, kube, screen).await?;
    screen.note(&asked.text);
    Ok(asked.again)
}

/// Shows it, and does nothing else: the end says whether all of it would be taken.
pub(super) async fn dry_run(
    args: &Apply,
    from: &From<'_>,
    requests: &Requests<'_>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<Exit, Failure> {
    let Told { mut text, refused, again: _ } = ask(from, requests, kube, screen).await?;
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

/// What it shows. What takes a value that a step has yet to make is counted.
async fn ask<'p>(
    from: &From<'p>,
    requests: &Requests<'p>,
    kube: &KubeTarget,
    screen: &Screen,
) -> Result<Told, Failure> {
    let left = from.left();
    let found = since::look(from, requests, &left, kube).await;
    let mut steps: Vec<&Step> = Vec::new();
    let mut objects: Vec<KubeObject> = Vec::new();
    let mut later = 0;
    for step in from.plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { .. })) {
        if left.contains_key(&step.id) && !found.lost.contains(step.id.as_str()) {
            continue;
        }
        // What it would find now is not what the run finds.
        if found.going.contains(step.id.as_str()) {
            continue;
        }
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
    let restarts = restarts(&steps, &previews, &left, requests);
    let mut text = String::new();
    if found.all > 0 {
        text += &render_since(found.all, &found.since, screen.options(0, None));
    }
    if !previews.is_empty() || found.all == 0 {
        text += &render_previews(&previews, &restarts, screen.options(0, None));
    }
    if later > 0 {
        text += &format!("{} cannot be told before other steps are done\n", count(later, "object"));
    }
    let refused = previews.iter().filter(|preview| matches!(preview.outcome, Outcome::Refused(_))).count();
    Ok(Told { text, refused, again: found.lost.len() })
}

/// Who would restart, by the request that the run itself would make: what runs already and reads a value that changes.
fn restarts(
    steps: &[&Step],
    previews: &[Preview],
    done: &BTreeMap<String, Outputs>,
    requests: &Requests<'_>,
) -> Vec<Restart> {
    let changed = steps.iter().zip(previews).filter_map(|(step, preview)| match &preview.outcome {
        Outcome::Change { keys, .. } if !keys.is_empty() => {
            Some((step.id.clone(), Changed::outputs("", Some(keys))))
        }
        _ => None,
    });
    let mut left = done.clone();
    left.extend(changed);
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
