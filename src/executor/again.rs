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
use crate::model::target::kube::{KubeRequest, Still};
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
