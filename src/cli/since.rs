//! What of a run's objects is not as the run has left it: asked before it goes on, and told.

use std::collections::{BTreeMap, HashSet};

use futures_util::StreamExt as _;

use super::preview::From;
use crate::executor::requests::Requests;
use crate::executor::still::{DoneSoFar, passing, stills};
use crate::model::target::kube::{KubeRequest, ObjectRef, Still};
use crate::model::target::{Mark, Outputs, Seen};
use crate::plan::step::Step;
use crate::render::preview::Since;
use crate::targets::Target as _;
use crate::targets::kube::{AT_ONCE, KubeTarget};

/// What was found.
#[derive(Default)]
pub(super) struct Found<'p> {
    /// Objects that were looked at.
    pub(super) all: usize,
    /// Those that are not as they were left.
    pub(super) since: Vec<(ObjectRef, Since)>,
    /// Steps of those that are applied again.
    pub(super) lost: HashSet<&'p str>,
    /// Those of them that are there still, and go with their namespace.
    pub(super) going: HashSet<&'p str>,
}

/// Looks at all that a run has applied; `left` is what its done steps have left.
pub(super) async fn look<'p>(
    from: &From<'p>,
    requests: &Requests<'p>,
    left: &BTreeMap<String, Outputs>,
    kube: &KubeTarget,
) -> Found<'p> {
    let so_far = DoneSoFar { left, steps: &from.stands.steps };
    let applied = stills(from.plan, requests, so_far).into_iter().map(|(step, still)| (step, still, false));
    let ending = passing(from.plan, requests, left).into_iter().map(|(step, still)| (step, still, true));
    let asked: Vec<(&'p Step, Still, bool)> = applied.chain(ending).collect();
    let all = asked.len();
    let looks = asked.into_iter().map(|(step, still, passes)| async move {
        let object = still.object.reference.clone();
        let mark = Mark { run: String::new(), step: step.id.clone(), token: String::new() };
        let since = match kube.look(&KubeRequest::Still(still), &mark).await {
            Ok(Seen::Ready) if passes => Some(Since::Unseen(
                "is gone, and nobody has seen its end: its events are asked, and it is not run again by itself".to_owned(),
            )),
            Ok(Seen::Done(_)) => None,
            Ok(Seen::Ready) => Some(Since::Lost("is gone since".to_owned())),
            Ok(Seen::Underway(lost)) => Some(Since::Lost(lost.status)),
            Ok(Seen::Mismatch(mismatch)) => Some(Since::Differs(mismatch.found)),
            Err(error) => Some(Since::Unseen(error.to_string())),
        };
        (step, object, since, passes)
    });
    let mut looked: Vec<(&'p Step, ObjectRef, Option<Since>, bool)> =
        futures_util::stream::iter(looks).buffered(AT_ONCE).collect().await;
    let gone: HashSet<String> = looked
        .iter()
        .filter(|(_, object, since, _)| object.kind == "Namespace" && matches!(since, Some(Since::Lost(_))))
        .map(|(_, object, ..)| object.name.clone())
        .collect();
    // What is seen in a namespace that is on its way out was seen a moment ago.
    for (_, object, since, passes) in &mut looked {
        if !*passes && object.namespace.as_ref().is_some_and(|namespace| gone.contains(namespace)) {
            *since = Some(Since::Lost("goes with its namespace".to_owned()));
        }
    }
    let mut found = Found { all, ..Found::default() };
    for (step, object, since, _) in looked {
        let Some(since) = since else { continue };
        if matches!(since, Since::Lost(_)) {
            found.lost.insert(&step.id);
            if object.namespace.as_ref().is_some_and(|namespace| gone.contains(namespace)) {
                found.going.insert(&step.id);
            }
        }
        found.since.push((object, since));
    }
    found
}
