//! One step: precheck, intent, effect, wait, outcome; again where that may help.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::choices::choices;
use super::errors::{Class, classify};
use super::moved::choices_of_wait;
use super::requests::Request;
use super::{Executor, Shared};
use crate::event::EventKind;
use crate::model::target::kube::{KubeRequest, Tried};
use crate::model::target::{Acted, Mark, Outputs, Progress, Seen, TargetError, UNPROVEN};
use crate::model::words::count;
use crate::plan::journal::{Entry, Open, StepState};
use crate::plan::step::Step;

/// How a step ended in this process.
pub(super) enum Finished {
    Done(Outputs),
    Failed {
        cause: String,
        choices: Vec<String>,
    },
    AtGate,
    /// The run is to stop: what was begun is looked at by the process that goes on.
    Interrupted,
    /// No record can be written, or the run is another's.
    Lost(String),
}

/// What a round of looking, acting and waiting came to.
enum Round {
    Done {
        outputs: Outputs,
        found: bool,
    },
    /// Once more, after a pause.
    Again {
        cause: String,
        choices: Vec<String>,
        pause: Duration,
        counts: bool,
    },
    /// The plan's next alternative.
    Next {
        cause: String,
    },
    Failed {
        cause: String,
        choices: Vec<String>,
        uncertain: bool,
    },
    Interrupted,
    Lost(String),
}

/// What one step goes through.
struct Trial<'t> {
    step: &'t Step,
    mark: Mark,
    attempt: u32,
    alternative: u32,
    /// Calls of this process that failed.
    failures: u32,
    /// Calls of this process in vain, with those that only waited.
    tries: usize,
    /// Whether an intent of this step has no outcome.
    open: bool,
    until: Instant,
    /// When this process began with it.
    began: Timestamp,
    /// When the first attempt was begun that may have had its effect.
    begun: Option<Timestamp>,
    /// Whether an earlier process was ended in the middle of one.
    left_open: bool,
    /// Whether it was waited for.
    waited: bool,
}

impl Trial<'_> {
    /// When it began, where no intent of the run says so.
    fn since(&self) -> Option<Timestamp> {
        (self.attempt == 0).then_some(self.began)
    }
}

impl<'x> Executor<'x> {
    pub(super) async fn step(
        &self,
        step: &'x Step,
        state: Option<&StepState>,
        shared: &Shared<'_>,
    ) -> Finished {
        let last = match state {
            Some(StepState::Open(open) | StepState::Failed(open)) => *open,
            _ => Open::default(),
        };
        let allowed = Duration::from_secs(step.estimate.p90_seconds) * self.limits.patience;
        let mut trial = Trial {
            step,
            mark: self.mark(step, shared),
            attempt: last.attempt,
            alternative: last.alternative,
            failures: 0,
            tries: 0,
            open: matches!(state, Some(StepState::Open(_))),
            until: Instant::now() + allowed.max(self.limits.least),
            began: self.clock.now(),
            begun: shared.begun_at.get(&step.id).copied(),
            left_open: shared.begun_at.contains_key(&step.id),
            waited: false,
        };
        self.tell(EventKind::StepBegun { step: step.id.clone(), attempt: trial.attempt + 1 });
        loop {
            let request = self.requests.request(step, &shared.left.borrow(), trial.alternative);
            let mut request = match request {
                Ok(request) => request,
                Err(lacks) => return self.fail(&trial, lacks, Vec::new(), false).await,
            };
            if let Request::Gate(ask) = request {
                return self.gate(step, ask, shared).await;
            }
            match &mut request {
                Request::Kube(KubeRequest::Apply(object)) => {
                    object.tried = trial.attempt > 0;
                    let tried = |since| Tried { since, now: self.clock.now(), open: trial.left_open };
                    object.begun = trial.begun.map(tried);
                }
                Request::Kube(KubeRequest::AwaitEnd(job)) => job.ended = shared.ended.contains(&step.id),
                _ => {}
            }
            match self.round(&request, &mut trial, shared).await {
                Round::Done { outputs, found } => {
                    let outputs = shared.still_told(step, outputs);
                    return self.done(&trial, outputs, found).await;
                }
                Round::Again { cause, choices, pause, counts } => {
                    trial.failures += u32::from(counts);
                    trial.tries += 1;
                    if trial.failures >= self.limits.attempts || Instant::now() + pause >= trial.until {
                        let cause = format!("{cause} (asked {})", count(trial.tries, "time"));
                        return self.fail(&trial, cause, choices, trial.open).await;
                    }
                    let after_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    self.tell(EventKind::StepRetried {
                        step: step.id.clone(),
                        cause: cause.clone(),
                        after_ms,
                    });
                    if self.pause(pause).await {
                        // Where every try was refused there is an outcome: nobody needs to ask whether an effect was had.
                        if trial.open && trial.begun.is_none() {
                            let cause = format!("stopped before it was tried again: {cause}");
                            return self.fail(&trial, cause, choices, trial.open).await;
                        }
                        return Finished::Interrupted;
                    }
                }
                Round::Next { cause } => {
                    trial.alternative += 1;
                    if trial.alternative >= self.requests.alternatives(step) {
                        let choices = vec![
                            "apply the plan again later: capacity comes and goes".to_owned(),
                            "name more classes in drplan.hcl, then plan and approve again".to_owned(),
                        ];
                        return self.fail(&trial, cause, choices, false).await;
                    }
                    self.tell(EventKind::StepRetried { step: step.id.clone(), cause, after_ms: 0 });
                }
                Round::Failed { cause, choices, uncertain } => {
                    return self.fail(&trial, cause, choices, uncertain).await;
                }
                Round::Interrupted => return Finished::Interrupted,
                Round::Lost(why) => return Finished::Lost(why),
            }
        }
    }

    /// A service knows a call again by its token: one that is decided otherwise is another.
    pub(super) fn mark(&self, step: &Step, shared: &Shared<'_>) -> Mark {
        let plan = shared.anew.get(&step.id).map_or_else(String::new, |number| format!(".{number}"));
        Mark {
            run: self.run.to_owned(),
            step: step.id.clone(),
            token: format!("drplan-{}{plan}-{}", self.run, step.id),
        }
    }

    /// Looks; acts where there is something to do; looks until it is done.
    async fn round(&self, request: &Request, trial: &mut Trial<'_>, shared: &Shared<'_>) -> Round {
        let seen = match self.look(request, &trial.mark, shared).await {
            Ok(seen) => seen,
            Err(error) => return self.meaning(&error, trial, trial.open),
        };
        match seen {
            Seen::Done(outputs) => return Round::Done { outputs, found: !trial.open },
            Seen::Mismatch(mismatch) => {
                return Round::Failed { cause: mismatch.found, choices: mismatch.choices, uncertain: false };
            }
            Seen::Underway(progress) => return self.wait(request, trial, progress, shared).await,
            Seen::Ready => {}
        }
        // What waits for its place has not begun: it has no record, and a stop leaves it as it is.
        let place = tokio::select! {
            biased;
            () = self.stop.asked() => return Round::Interrupted,
            place = shared.budgets.place(request) => place,
        };
        trial.attempt += 1;
        let intent = Entry::Intent {
            step: trial.step.id.clone(),
            attempt: trial.attempt,
            alternative: trial.alternative,
        };
        if let Err(error) = self.record(&trial.step.id, intent).await {
            return Round::Lost(error.to_string());
        }
        trial.open = true;
        let before = trial.begun;
        trial.begun = before.or_else(|| Some(self.clock.now()));
        if let Err(error) = self.journal.hold().await {
            return Round::Lost(error.to_string());
        }
        let acted = self.act(request, &trial.mark).await;
        drop(place);
        match acted {
            Ok(Acted::Done(outputs)) => Round::Done { outputs, found: false },
            Ok(Acted::Accepted) => self.wait(request, trial, Progress::default(), shared).await,
            Err(error) => {
                // What is refused had no effect.
                if error.status.is_some_and(|status| (400..500).contains(&status)) {
                    trial.begun = before;
                }
                self.meaning(&error, trial, true)
            }
        }
    }

    /// Looks until it is done. Right after the effect it may not be seen everywhere yet.
    async fn wait(
        &self,
        request: &Request,
        trial: &mut Trial<'_>,
        first: Progress,
        shared: &Shared<'_>,
    ) -> Round {
        let began = Instant::now();
        let mut progress = first;
        loop {
            if !progress.status.is_empty() {
                let status = progress.status.clone();
                self.tell(EventKind::StepProgress { step: trial.step.id.clone(), status });
            }
            let gone = began.elapsed();
            let pause = progress.again_in.unwrap_or_else(|| self.look_in(request, trial.step, gone));
            let pause = pause.min(self.limits.longest_pause);
            if Instant::now() + pause >= trial.until {
                let minutes = gone.as_secs() / 60;
                return Round::Failed {
                    cause: format!("not done after {minutes} min ({})", progress.status),
                    choices: choices_of_wait(self.plan, trial.step, &shared.left.borrow()),
                    uncertain: true,
                };
            }
            if self.pause(pause).await {
                return Round::Interrupted;
            }
            trial.waited = true;
            match self.look(request, &trial.mark, shared).await {
                Ok(Seen::Done(outputs)) => return Round::Done { outputs, found: !trial.open },
                Ok(Seen::Underway(now)) => progress = now,
                Ok(Seen::Ready) if gone < VISIBLE => {}
                Ok(Seen::Ready) => {
                    let cause = "what was asked for is not there".to_owned();
                    let choices = vec!["apply the plan again: it goes on with this step".to_owned()];
                    return Round::Again { cause, choices, pause: Duration::ZERO, counts: true };
                }
                Ok(Seen::Mismatch(mismatch)) => {
                    return Round::Failed {
                        cause: mismatch.found,
                        choices: mismatch.choices,
                        uncertain: true,
                    };
                }
                Err(error) => return self.meaning(&error, trial, trial.open),
            }
        }
    }

    /// How long until the next look. Few things are done in half of their usual time: what is found late counts after it.
    fn look_in(&self, request: &Request, step: &Step, gone: Duration) -> Duration {
        let half = Duration::from_secs(step.estimate.p50_seconds) / 2;
        match half.checked_sub(gone).filter(|left| !left.is_zero()) {
            Some(left) => (gone / 10).min(left).max(self.limits.look_again),
            None if matches!(request, Request::Address(_)) => (gone / 50).max(self.limits.listen_again),
            None => (gone / 50).max(self.limits.look_again),
        }
    }

    /// What an error comes to.
    fn meaning(&self, error: &TargetError, trial: &Trial<'_>, uncertain: bool) -> Round {
        let cause = error.to_string();
        let growing = |first: Duration| {
            let factor = 2_u32.saturating_pow(trial.failures.min(8));
            let pause = error.retry_after.unwrap_or(first * factor);
            pause.min(self.limits.longest_pause.max(error.retry_after.unwrap_or_default()))
        };
        match classify(error) {
            Class::Retry => {
                let pause = growing(self.limits.first_pause);
                Round::Again { cause, choices: choices(error), pause, counts: true }
            }
            Class::Wait => {
                let pause = growing(self.limits.first_pause * 4);
                Round::Again { cause, choices: choices(error), pause, counts: false }
            }
            Class::Alternative => Round::Next { cause },
            Class::Stop | Class::Decide => Round::Failed { cause, choices: choices(error), uncertain },
        }
    }

    /// Waits; whether the run is to stop meanwhile.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.asked() => true,
            () = tokio::time::sleep(pause) => false,
        }
    }

    async fn done(&self, trial: &Trial<'_>, outputs: Outputs, found: bool) -> Finished {
        let step = trial.step;
        let since = trial.since();
        let entry = Entry::Done { step: step.id.clone(), found, outputs: outputs.clone(), since };
        if let Err(error) = self.record(&step.id, entry).await {
            return Finished::Lost(error.to_string());
        }
        if let Some(why) = outputs.get(UNPROVEN) {
            self.tell(EventKind::StepUnproven { step: step.id.clone(), why: why.clone() });
        }
        self.tell(EventKind::StepDone { step: step.id.clone(), found: found && !trial.waited });
        Finished::Done(outputs)
    }

    async fn fail(
        &self,
        trial: &Trial<'_>,
        cause: String,
        choices: Vec<String>,
        uncertain: bool,
    ) -> Finished {
        let step = trial.step.id.clone();
        let entry = Entry::Failed {
            step: step.clone(),
            cause: cause.clone(),
            choices: choices.clone(),
            // What was refused each time had no effect.
            uncertain: uncertain && trial.begun.is_some(),
            since: trial.since(),
        };
        if let Err(error) = self.record(&step, entry).await {
            return Finished::Lost(error.to_string());
        }
        self.tell(EventKind::StepFailed { step, cause: cause.clone(), choices: choices.clone() });
        Finished::Failed { cause, choices }
    }
}

/// How long an effect may not be seen after it was had: AWS's reads are eventually consistent
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html#eventual-consistency>).
const VISIBLE: Duration = Duration::from_secs(60);
