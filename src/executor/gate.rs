//! A gate: a person decides, one question at a time.

use std::collections::BTreeMap;

use super::again::Doubt;
use super::attempt::Finished;
use super::moved::addresses;
use super::people::Asked;
use super::{Executor, Shared};
use crate::event::EventKind;
use crate::model::target::Outputs;
use crate::plan::journal::Entry;
use crate::plan::step::Step;

impl Executor<'_> {
    pub(super) async fn gate(&self, step: &Step, ask: String, shared: &Shared<'_>) -> Finished {
        let _turn = tokio::select! {
            biased;
            () = self.stop.asked() => return Finished::Interrupted,
            turn = shared.asking.lock() => turn,
        };
        let since = Some(self.clock.now());
        let Some(mut unproven) = self.doubts_unless_stopped(step, shared).await else {
            return Finished::Interrupted;
        };
        let mut again = false;
        let answer = loop {
            self.tell(EventKind::GateAsked { step: step.id.clone(), ask: ask.clone() });
            let failed = shared.failed.borrow().clone();
            let done = shared.left.borrow().keys().cloned().collect();
            let asked = Asked {
                step: step.id.clone(),
                ask: ask.clone(),
                unproven: unproven.iter().map(|(need, doubt)| (need.clone(), doubt.why.clone())).collect(),
                failed,
                done,
                addresses: addresses(self.plan, &shared.left.borrow()),
                again,
            };
            let answer = tokio::select! {
                biased;
                () = self.stop.asked() => return Finished::Interrupted,
                answer = self.people.ask(&asked) => answer,
            };
            let Some(answer) = answer else { return Finished::AtGate };
            if !answer.go {
                break answer;
            }
            // A decision stands on what was shown: what is not so any more is shown first.
            let Some(now) = self.doubts_unless_stopped(step, shared).await else {
                return Finished::Interrupted;
            };
            let is_shown = |(need, doubt): (&String, &Doubt)| {
                unproven.get(need).is_some_and(|shown| !doubt.firm || shown.why == doubt.why)
            };
            if now.iter().all(is_shown) {
                break answer;
            }
            (unproven, again) = (now, true);
        };
        let entry = Entry::Decided { step: step.id.clone(), by: answer.by.clone(), go: answer.go, since };
        if let Err(error) = self.record(&step.id, entry).await {
            return Finished::Lost(error.to_string());
        }
        self.tell(EventKind::GateAnswered { step: step.id.clone(), by: answer.by, go: answer.go });
        if !answer.go {
            return Finished::AtGate;
        }
        self.tell(EventKind::StepDone { step: step.id.clone(), found: false });
        Finished::Done(Outputs::new())
    }

    async fn doubts_unless_stopped(
        &self,
        step: &Step,
        shared: &Shared<'_>,
    ) -> Option<BTreeMap<String, Doubt>> {
        tokio::select! {
            biased;
            () = self.stop.asked() => None,
            doubts = self.doubts(step, shared) => Some(doubts),
        }
    }
}
