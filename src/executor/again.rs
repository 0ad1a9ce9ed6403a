//! A process that goes on with a run looks first whether what was applied is still there: a journal tells what was done, and
//! not what others have done since.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;

use super::errors::{Class, classify};
use super::journal::JournalError;
use super::requests::Request;
use super::still::{DoneSoFar, stills};
use super::{Executor, Shared};
use crate::event::EventKind;
use crate::model::target::kube::{KubeRequest, ObjectRef, Still};
use crate::model::target::{Mismatch, Outputs, Seen, TargetError, UNPROVEN};
use crate::plan::action::Action;
use crate::plan::journal::{Entry, Replayed, StepState};
use crate::plan::resume::undone;
use crate::plan::step::Step;
use crate::targets::kube::AT_ONCE;

/// What a gate stands on and is not so.
#[derive(Clone, Debug)]
pub(super) struct Doubt {
    pub(super) why: String,
    /// Whether somebody has done that: it does not pass by itself as what is still coming up does.
    pub(super) firm: bool,
}

/// How often one is made that may pass.
const TRIES: u32 = 4;

/// What looking has come to.
#[derive(Default)]
struct Looked<'x> {
    gone: BTreeMap<&'x str, String>,
    /// What an open gate stands on and is not so any more.
    unready: BTreeMap<&'x str, String>,
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
        self.tell_ended(shared, &looked.gone);
        let done = shared.left.borrow().keys().cloned().collect();
        let gone: HashSet<&str> = looked.gone.keys().copied().collect();
        let mut again = undone(&self.plan.steps, &done, &gone);
        // A Job that its own setting takes away is not there to be seen again: what is known of it stays.
        let passes = |id: &str| {
            let step = self.plan.steps.iter().find(|step| step.id == id);
            step.is_some_and(|step| self.requests.passes(step, &shared.left.borrow()))
        };
        again.retain(|step| !passes(step));
        // A process that dies in between leaves what is gone as done: the next one finds it gone, too.
        let (gone, behind): (Vec<&str>, Vec<&str>) = again.into_iter().partition(|step| gone.contains(step));
        let mut states = HashMap::new();
        let known: HashSet<&str> = gone.iter().chain(&behind).copied().collect();
        let unready: Vec<&str> =
            looked.unready.keys().copied().filter(|step| !known.contains(step)).collect();
        for steps in [unready, behind, gone] {
            let records = steps.iter().map(|step| {
                let behind = || "it stands on what is gone since, and is looked at again".to_owned();
                let found = looked.gone.get(step).or_else(|| looked.unready.get(step));
                let found = found.cloned().unwrap_or_else(behind);
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

    /// Jobs that have ended are not run a second time: whose work may be gone with their namespace is told.
    fn tell_ended(&self, shared: &Shared<'_>, gone: &BTreeMap<&str, String>) {
        let applied = self.plan.steps.iter().filter(|step| gone.contains_key(step.id.as_str()));
        let gone: HashSet<String> = applied
            .filter_map(|step| step.action.object())
            .filter(|object| object.kind == "Namespace")
            .map(|object| object.name)
            .collect();
        for step in &self.plan.steps {
            let Some(object) = step.action.awaited_job() else { continue };
            let namespace = object.rsplit_once('/').and_then(|(place, _)| place.strip_prefix("Job/"));
            if namespace.is_some_and(|namespace| gone.contains(namespace))
                && shared.left.borrow().contains_key(&step.id)
            {
                let why = format!(
                    "{object} had ended before its namespace went, and is not run again. Where it filled what is made anew: \
                     change its manifest (an annotation will do), and go on by another plan"
                );
                self.tell(EventKind::StepUnproven { step: step.id.clone(), why });
            }
        }
    }

    async fn look_at_all(&self, shared: &Shared<'_>) -> Looked<'x> {
        let left = shared.left.borrow().clone();
        let so_far = DoneSoFar { left: &left, steps: shared.steps };
        let stills = stills(self.plan, self.requests, so_far);
        let mut asked: Vec<(&'x Step, KubeRequest)> =
            stills.into_iter().map(|(step, still)| (step, KubeRequest::Still(still))).collect();
        asked.extend(self.proofs_of_open_gates(&left));
        let mut looked = Looked::default();
        for (step, request, seen) in self.looks(&asked, shared).await {
            let id = step.id.as_str();
            match seen {
                Ok(Seen::Ready | Seen::Mismatch(_)) if matches!(request, KubeRequest::AwaitReady(_)) => {}
                Ok(Seen::Ready) => {
                    let KubeRequest::Still(Still { object, .. }) = request else { continue };
                    let found = format!("{} is gone since, and is applied again", object.reference.label());
                    looked.gone.insert(id, found);
                }
                Ok(Seen::Mismatch(mismatch)) => looked.differ.push((id, mismatch)),
                Ok(Seen::Underway(lost)) if matches!(request, KubeRequest::Still(_)) => {
                    let KubeRequest::Still(Still { object, .. }) = request else { continue };
                    let found =
                        format!("{}: {}, and is to be held again", object.reference.label(), lost.status);
                    looked.gone.insert(id, found);
                }
                Ok(Seen::Underway(progress)) => {
                    let found = format!("it is not as it was proven, and is waited for: {}", progress.status);
                    looked.unready.insert(id, found);
                }
                // What nobody had to say of it then is told now.
                Ok(Seen::Done(outputs)) => {
                    let told = left.get(id).and_then(|left| left.get(UNPROVEN));
                    if let Some(why) = outputs.get(UNPROVEN).filter(|why| told != Some(*why)) {
                        looked.unready.insert(id, format!("it is not as it was proven: {why}"));
                    }
                }
                Err(error) if error.code == TargetError::CANNOT_START => {
                    let found = format!("it is not as it was proven, and is waited for: {}", error.message);
                    looked.unready.insert(id, found);
                }
                Err(error) => looked.unseen.push((id, error)),
            }
        }
        sweep(&asked, &mut looked);
        looked.differ.sort_by_key(|(step, _)| *step);
        looked
    }

    /// The waits that a gate stands on which nobody has passed: whoever is asked is told what is so now.
    fn proofs_of_open_gates(&self, left: &BTreeMap<String, Outputs>) -> Vec<(&'x Step, KubeRequest)> {
        let open = self
            .plan
            .steps
            .iter()
            .filter(|step| matches!(step.action, Action::Gate { .. }) && !left.contains_key(&step.id));
        self.proofs(&open.flat_map(|gate| gate.needs.iter().map(String::as_str)).collect(), left)
    }

    /// Those of some done steps that can be looked at again.
    fn proofs(
        &self,
        needed: &HashSet<&str>,
        left: &BTreeMap<String, Outputs>,
    ) -> Vec<(&'x Step, KubeRequest)> {
        let proven = self.plan.steps.iter().filter(|step| {
            needed.contains(step.id.as_str())
                && left.contains_key(&step.id)
                // A Job that has ended may be gone, and has ended all the same.
                && matches!(step.action, Action::AwaitReady { .. })
                && step.action.awaited_job().is_none()
        });
        proven
            .filter_map(|step| match self.requests.request(step, left, 0) {
                Ok(Request::Kube(request @ KubeRequest::AwaitReady(_))) => Some((step, request)),
                _ => None,
            })
            .collect()
    }

    /// What a gate stands on and is not so at this moment, or was never proven: step and why.
    pub(super) async fn doubts(&self, gate: &Step, shared: &Shared<'_>) -> BTreeMap<String, Doubt> {
        let left = shared.left.borrow().clone();
        let recorded = gate.needs.iter().filter_map(|need| {
            let why = left.get(need)?.get(UNPROVEN)?;
            Some((need.clone(), Doubt { why: why.clone(), firm: false }))
        });
        let mut doubts: BTreeMap<String, Doubt> = recorded.collect();
        let needs: HashSet<&str> = gate.needs.iter().map(String::as_str).collect();
        let mut proofs = self.proofs(&needs, &left);
        let stills = stills(self.plan, self.requests, DoneSoFar { left: &left, steps: shared.steps });
        let of_gate = stills.into_iter().filter(|(step, _)| needs.contains(step.id.as_str()));
        proofs.extend(of_gate.map(|(step, still)| (step, KubeRequest::Still(still))));
        for (step, _, seen) in self.looks(&proofs, shared).await {
            let (why, firm) = match seen {
                Ok(Seen::Done(mut outputs)) => (outputs.remove(UNPROVEN), false),
                Ok(Seen::Underway(progress)) => (Some(progress.status), false),
                Ok(Seen::Mismatch(mismatch)) => (Some(mismatch.found), true),
                Ok(Seen::Ready) => (Some("it is gone".to_owned()), true),
                Err(error) => (Some(format!("nobody could say: {error}")), false),
            };
            match why {
                Some(why) => doubts.insert(step.id.clone(), Doubt { why, firm }),
                None => doubts.remove(&step.id),
            };
        }
        doubts
    }

    /// What is seen of each, in no order.
    async fn looks<'r>(
        &self,
        asked: &'r [(&'x Step, KubeRequest)],
        shared: &Shared<'_>,
    ) -> Vec<(&'x Step, &'r KubeRequest, Result<Seen, TargetError>)> {
        let is_silent = Cell::new(false);
        let looks = asked.iter().map(|(step, request)| {
            let is_silent = &is_silent;
            async move { (*step, request, self.look_once(step, request, shared, is_silent).await) }
        });
        futures_util::stream::iter(looks).buffer_unordered(AT_ONCE).collect().await
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
            match self.look(&request, &mark, shared).await {
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
        let seen = self.look(&request, &mark, shared).await;
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
            KubeRequest::Still(Still { object, held: false, holds: false })
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
