//! One step: precheck, intent, effect, wait, outcome; again where that may help.

use std::time::Duration;

use tokio::time::Instant;

use super::choices::choices;
use super::errors::{Class, classify};
use super::people::Asked;
use super::requests::Request;
use super::{Executor, Shared, own_error};
use crate::event::EventKind;
use crate::model::target::kube::KubeRequest;
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
        };
        self.tell(EventKind::StepBegun { step: step.id.clone(), attempt: trial.attempt + 1 });
        loop {
            let request = self.requests.request(step, &shared.left.borrow(), trial.alternative);
            let mut request = match request {
                Ok(request) => request,
                Err(lacks) => return self.fail(&trial, lacks, Vec::new(), false).await,
            };
            if let Request::Gate(ask) = request {
                return self.gate(step, ask).await;
            }
            if let Request::Kube(KubeRequest::Apply(object)) = &mut request {
                object.tried = trial.attempt > 0;
            }
            match self.round(&request, &mut trial).await {
                Round::Done { outputs, found } => {
                    let outputs = shared.still_told(step, outputs);
                    return self.done(step, outputs, found).await;
                }
                Round::Again { cause, choices, pause, counts } => {
                    trial.failures += u32::from(counts);
                    trial.tries += 1;
                    if trial.failures >= self.limits.attempts || Instant::now() + pause >= trial.until {
                        let cause = format!("{cause} (asked {})", count(trial.tries, "time"));
                        return self.fail(&trial, cause, choices, trial.open).await;
                    }
                    let after_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
                    self.tell(EventKind::StepRetried { step: step.id.clone(), cause, after_ms });
                    if self.pause(pause).await {
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
    async fn round(&self, request: &Request, trial: &mut Trial<'_>) -> Round {
        let seen = match self.look(request, &trial.mark).await {
            Ok(seen) => seen,
            Err(error) => return self.meaning(&error, trial, trial.open),
        };
        match seen {
            Seen::Done(outputs) => return Round::Done { outputs, found: !trial.open },
            Seen::Mismatch(mismatch) => {
                return Round::Failed { cause: mismatch.found, choices: mismatch.choices, uncertain: false };
            }
            Seen::Underway(progress) => return self.wait(request, trial, progress).await,
            Seen::Ready => {}
        }
        if self.stop.is_asked() {
            return Round::Interrupted;
        }
        trial.attempt += 1;
        let intent = Entry::Intent {
            step: trial.step.id.clone(),
            attempt: trial.attempt,
            alternative: trial.alternative,
        };
        if let Err(error) = self.journal.append(self.clock.now(), intent).await {
            return Round::Lost(error.to_string());
        }
        trial.open = true;
        if let Err(error) = self.journal.hold().await {
            return Round::Lost(error.to_string());
        }
        match self.act(request, &trial.mark).await {
            Ok(Acted::Done(outputs)) => Round::Done { outputs, found: false },
            Ok(Acted::Accepted) => self.wait(request, trial, Progress::default()).await,
            Err(error) => self.meaning(&error, trial, true),
        }
    }

    /// Looks until it is done. Right after the effect it may not be seen everywhere yet.
    async fn wait(&self, request: &Request, trial: &Trial<'_>, first: Progress) -> Round {
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
                    choices: vec![
                        "look at it in the console: it may still come up".to_owned(),
                        "apply the plan again: it goes on waiting".to_owned(),
                    ],
                    uncertain: true,
                };
            }
            if self.pause(pause).await {
                return Round::Interrupted;
            }
            match self.look(request, &trial.mark).await {
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

    pub(super) async fn look(&self, request: &Request, mark: &Mark) -> Result<Seen, TargetError> {
        let targets = &self.targets;
        let looking = match request {
            Request::Proof(request) => targets.proofs.look(request, mark),
            Request::Address(request) => targets.engine.look(request, mark),
            Request::Data(request) => targets.data.look(request, mark),
            Request::Traffic(request) => targets.traffic.look(request, mark),
            Request::Kube(request) => targets.kube.look(request, mark),
            Request::Gate(_) | Request::Join => return Ok(Seen::Done(Outputs::new())),
        };
        let late = |_| own_error("look", TargetError::LOST, "no answer in time".to_owned());
        tokio::time::timeout(self.limits.call, looking).await.map_err(late)?
    }

    async fn act(&self, request: &Request, mark: &Mark) -> Result<Acted, TargetError> {
        let targets = &self.targets;
        let acting = match request {
            Request::Proof(request) => targets.proofs.act(request, mark),
            Request::Address(request) => targets.engine.act(request, mark),
            Request::Data(request) => targets.data.act(request, mark),
            Request::Traffic(request) => targets.traffic.act(request, mark),
            Request::Kube(request) => targets.kube.act(request, mark),
            Request::Gate(_) | Request::Join => return Ok(Acted::Done(Outputs::new())),
        };
        let late = |_| own_error("act", TargetError::LOST, "no answer in time".to_owned());
        tokio::time::timeout(self.limits.call, acting).await.map_err(late)?
    }

    /// Waits; whether the run is to stop meanwhile.
    pub(super) async fn pause(&self, pause: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.asked() => true,
            () = tokio::time::sleep(pause) => false,
        }
    }

    async fn gate(&self, step: &Step, ask: String) -> Finished {
        self.tell(EventKind::GateAsked { step: step.id.clone(), ask: ask.clone() });
        let asked = Asked { step: step.id.clone(), ask };
        let answer = tokio::select! {
            biased;
            () = self.stop.asked() => return Finished::Interrupted,
            answer = self.people.ask(&asked) => answer,
        };
        let Some(answer) = answer else { return Finished::AtGate };
        let entry = Entry::Decided { step: step.id.clone(), by: answer.by.clone(), go: answer.go };
        if let Err(error) = self.journal.append(self.clock.now(), entry).await {
            return Finished::Lost(error.to_string());
        }
        self.tell(EventKind::GateAnswered { step: step.id.clone(), by: answer.by, go: answer.go });
        if !answer.go {
            return Finished::AtGate;
        }
        self.tell(EventKind::StepDone { step: step.id.clone(), found: false });
        Finished::Done(Outputs::new())
    }

    async fn done(&self, step: &Step, outputs: Outputs, found: bool) -> Finished {
        let entry = Entry::Done { step: step.id.clone(), found, outputs: outputs.clone() };
        if let Err(error) = self.journal.append(self.clock.now(), entry).await {
            return Finished::Lost(error.to_string());
        }
        if let Some(why) = outputs.get(UNPROVEN) {
            self.tell(EventKind::StepUnproven { step: step.id.clone(), why: why.clone() });
        }
        self.tell(EventKind::StepDone { step: step.id.clone(), found });
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
        let entry =
            Entry::Failed { step: step.clone(), cause: cause.clone(), choices: choices.clone(), uncertain };
        if let Err(error) = self.journal.append(self.clock.now(), entry).await {
            return Finished::Lost(error.to_string());
        }
        self.tell(EventKind::StepFailed { step, cause: cause.clone(), choices: choices.clone() });
        Finished::Failed { cause, choices }
    }
}

/// How long an effect may not be seen after it was had: AWS's reads are eventually consistent
/// (<https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html#eventual-consistency>).
const VISIBLE: Duration = Duration::from_secs(60);
