//! A process that goes on with a run looks first whether what was applied is still there: a journal tells what was done, and
//! not what others have done since.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;

use super::errors::{Class, classify};
use super::journal::JournalError;
use super::requests::Request;
use super::{Executor, Shared};
use crate::event::EventKind;
use crate::model::target::kube::{KubeRequest, ObjectRef, Still};
use crate::model::target::{Mismatch, Outputs, Seen, TargetError};
use crate::plan::action::{Action, Hold};
use crate::plan::journal::{Entry, Replayed, StepState};
use crate::plan::resume::undone;
use crate::plan::step::Step;

/// Looks that are under way at once.
const AT_ONCE: usize = 16;
/// How often one is made that may pass.
const TRIES: u32 = 4;

/// What looking has come to.
#[derive(Default)]
struct Looked<'x> {
    gone: BTreeMap<&'x str, String>,
    differ: Vec<(&'x str, Mismatch)>,
    unseen: Vec<(&'x str, TargetError)>,
}

impl<'x> Executor<'x> {
    /// Looks at all objects that the run has applied. What is gone, and what stands on it, is to be run again: where each
    /// of these steps stands.
    ///
    /// # Errors
    /// What was found cannot be recorded.
    pub(super) async fn look_again(
        &self,
        shared: &Shared<'_>,
        replayed: &Replayed,
    ) -> Result<HashMap<&'x str, StepState>, JournalError> {
        let looked = self.look_at_all(shared).await;
        // What is stopped records nothing that it does not act on.
        if self.stop.is_asked() {
            return Ok(HashMap::new());
        }
        if let Some((step, error)) = looked.unseen.first() {
            let more = looked.unseen.len() - 1;
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            let why = format!("nobody could say whether it is still there{more}: {error}");
            self.tell(EventKind::StepUnproven { step: (*step).to_owned(), why });
        }
        for (step, mismatch) in looked.differ {
            let Mismatch { found, choices } = mismatch;
            let step = step.to_owned();
            let entry = Entry::Differs { step: step.clone(), found: found.clone(), choices: choices.clone() };
            self.journal.append(self.clock.now(), entry).await?;
            self.tell(EventKind::StepDiffers { step, found, choices });
        }
        let done = shared.left.borrow().keys().cloned().collect();
        let gone: HashSet<&str> = looked.gone.keys().copied().collect();
        let again = undone(&self.plan.steps, &done, &gone);
        // A process that dies in between leaves what is gone as done: the next one finds it gone, too.
        let (gone, behind): (Vec<&str>, Vec<&str>) = again.into_iter().partition(|step| gone.contains(step));
        let mut states = HashMap::new();
        for steps in [behind, gone] {
            let records = steps.iter().map(|step| {
                let behind = || "it stands on what is gone since, and is looked at again".to_owned();
                let found = looked.gone.get(step).cloned().unwrap_or_else(behind);
                let entry = Entry::Undone { step: (*step).to_owned(), found: found.clone() };
                async move {
                    self.journal.append(self.clock.now(), entry).await?;
                    self.tell(EventKind::StepUndone { step: (*step).to_owned(), found });
                    Ok::<(), JournalError>(())
                }
            });
            join_all(records).await.into_iter().collect::<Result<Vec<()>, JournalError>>()?;
            let open = |step: &str| StepState::Failed(replayed.tried.get(step).copied().unwrap_or_default());
            states.extend(steps.into_iter().map(|step| (step, open(step))));
        }
        Ok(states)
    }

    async fn look_at_all(&self, shared: &Shared<'_>) -> Looked<'x> {
        let left = shared.left.borrow().clone();
        // A Job that has ended may be taken away, by its own setting, too: it is not run a second time.
        let ended: BTreeSet<&str> = self
            .plan
            .steps
            .iter()
            .filter_map(|step| match &step.action {
                Action::AwaitReady { object } if left.contains_key(&step.id) => Some(object.as_str()),
                _ => None,
            })
            .collect();
        let done = self.plan.steps.iter().filter(|step| left.contains_key(&step.id));
        let asked: Vec<(&'x Step, KubeRequest)> =
            done.filter_map(|step| Some((step, self.still(step, &left, &ended)?))).collect();
        let is_silent = Cell::new(false);
        let looks = asked.iter().map(|(step, request)| {
            let is_silent = &is_silent;
            async move { (*step, request, self.look_once(step, request, shared, is_silent).await) }
        });
        let mut looks = futures_util::stream::iter(looks).buffer_unordered(AT_ONCE);
        let mut looked = Looked::default();
        while let Some((step, request, seen)) = looks.next().await {
            let id = step.id.as_str();
            match seen {
                Ok(Seen::Ready) => {
                    let KubeRequest::Still(Still { object, .. }) = request else { continue };
                    let found = format!("{} is gone since, and is applied again", object.reference.label());
                    looked.gone.insert(id, found);
                }
                Ok(Seen::Mismatch(mismatch)) => looked.differ.push((id, mismatch)),
                Ok(Seen::Done(_) | Seen::Underway(_)) => {}
                Err(error) => looked.unseen.push((id, error)),
            }
        }
        sweep(&asked, &mut looked);
        looked.differ.sort_by_key(|(step, _)| *step);
        looked
    }

    /// What is asked of a step that is done; `None` where it has left no object.
    fn still(
        &self,
        step: &'x Step,
        left: &BTreeMap<String, Outputs>,
        ended: &BTreeSet<&str>,
    ) -> Option<KubeRequest> {
        let held = match &step.action {
            Action::ApplyObject { hold, .. } => hold.is_some(),
            Action::Release { hold: Hold::Ask, .. } => false,
            _ => return None,
        };
        let Ok(Request::Kube(KubeRequest::Apply(object))) = self.requests.request(step, left, 0) else {
            return None;
        };
        let is_job = object.reference.kind == "Job" && object.reference.group() == "batch";
        if is_job && ended.contains(object.reference.label().as_str()) {
            return None;
        }
        Some(KubeRequest::Still(Still { object: *object, held }))
    }

    /// Where nobody answers, one of them asks again and the others do not.
    async fn look_once(
        &self,
        step: &Step,
        request: &KubeRequest,
        shared: &Shared<'_>,
        is_silent: &Cell<bool>,
    ) -> Result<Seen, TargetError> {
        let mark = self.mark(step, shared);
        let request = Request::Kube(request.clone());
        let mut pause = self.limits.first_pause;
        for _ in 1..TRIES {
            match self.look(&request, &mark).await {
                Err(error) if classify(&error) == Class::Retry => {
                    let waits = error.retry_after.unwrap_or(pause).min(self.limits.longest_pause);
                    if is_silent.get() || self.pause(waits).await {
                        return Err(error);
                    }
                }
                seen => return seen,
            }
            pause = pause.saturating_mul(2).max(Duration::from_millis(1));
        }
        let seen = self.look(&request, &mark).await;
        is_silent.set(is_silent.get() || seen.is_err());
        seen
    }
}

/// A namespace that is gone, or on its way out, takes all with it that is in it, be it seen a moment ago.
fn sweep<'x>(asked: &[(&'x Step, KubeRequest)], looked: &mut Looked<'x>) {
    let objects = || {
        asked.iter().filter_map(|(step, request)| match request {
            KubeRequest::Still(still) => Some((step.id.as_str(), &still.object.reference)),
            _ => None,
        })
    };
    let is_gone =
        |step: &str, object: &ObjectRef| object.kind == "Namespace" && looked.gone.contains_key(step);
    let gone: HashSet<&str> = objects()
        .filter(|(step, object)| is_gone(step, object))
        .map(|(_, object)| object.name.as_str())
        .collect();
    for (step, object) in objects() {
        if object.namespace.as_deref().is_some_and(|namespace| gone.contains(namespace)) {
            let found = format!("{} is gone since with its namespace, and is applied again", object.label());
            looked.gone.entry(step).or_insert(found);
        }
    }
    looked.differ.retain(|(step, _)| !looked.gone.contains_key(step));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::secret::Secret;
    use crate::model::target::kube::KubeObject;
    use crate::plan::sample;

    #[test]
    fn a_namespace_that_is_gone_takes_all_with_it() {
        let plan = sample::plan();
        let still = |kind: &str, namespace: Option<&str>, name: &str| {
            let reference = ObjectRef {
                api_version: "v1".to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.to_owned(),
            };
            let object = KubeObject::new(reference, Secret::new("{}"));
            KubeRequest::Still(Still { object, held: false })
        };
        let requests = [
            still("Namespace", None, "shop"),
            still("ConfigMap", Some("shop"), "seen a moment ago"),
            still("ConfigMap", Some("shop"), "gone by itself"),
            still("ConfigMap", Some("other"), "elsewhere"),
            still("ClusterRole", None, "shop"),
        ];
        let asked: Vec<(&Step, KubeRequest)> = plan.steps.iter().zip(requests).collect();
        let id = |at: usize| asked[at].0.id.as_str();
        let mut looked = Looked::default();
        for at in [0, 2] {
            looked.gone.insert(id(at), "it is gone".to_owned());
        }
        let mismatch = Mismatch { found: "changed".to_owned(), choices: Vec::new() };
        looked.differ = vec![(id(1), mismatch.clone()), (id(3), mismatch)];
        sweep(&asked, &mut looked);
        let gone: Vec<&str> = (0..5).map(id).filter(|step| looked.gone.contains_key(step)).collect();
        assert_eq!(gone, [id(0), id(1), id(2)]);
        assert_eq!(looked.gone[id(2)], "it is gone");
        assert_eq!(looked.differ.iter().map(|(step, _)| *step).collect::<Vec<_>>(), [id(3)]);
        // A role of the same name is no namespace.
        looked = Looked::default();
        looked.gone.insert(id(4), "it is gone".to_owned());
        sweep(&asked, &mut looked);
        assert_eq!(looked.gone.len(), 1);
    }
}
