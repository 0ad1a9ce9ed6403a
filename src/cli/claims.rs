//! Which run has a stack in a region, and which has a plan's decisions: of two that begin at once one is refused.
//!
//! Each process takes the lease of its own run before it claims the stack, and looks at the lease of the run that it
//! finds there. So of two that claim at once the later one finds the other's lease. A claim names process and run, is
//! written on the condition that what was read is there still, and is undone by nothing but the next one.

use serde::{Deserialize, Serialize};

use super::Failure;
use super::output::Screen;
use super::repeated::Repeated;
use super::shared_run::Shared;
use super::typed;
use crate::clients::clock::moments;
use crate::executor::lease::{self, Found, Holder, Lease, LeaseError, Term};
use crate::executor::shared::Place;
use crate::model::key_part::key_part;
use crate::model::paste::shell;
use crate::targets::objects::{Condition, Object, Put};

#[cfg(test)]
mod tests;

/// Version of the format of a claim.
const FORMAT_VERSION: u32 = 1;

/// What is claimed.
#[derive(Clone, Copy)]
enum What {
    /// The decisions of a plan: a run of them that is not done is gone on with.
    Decisions,
    /// A stack in a region: one run at a time.
    Stack,
}

/// The object that says which run has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claim {
    format_version: u32,
    run: String,
    /// Of the process, as in the run's lease.
    #[serde(default)]
    id: String,
}

/// What other runs have.
enum Standing {
    /// Nobody: it is done, let go, or was moved away.
    Free,
    /// A process that is not heard of for so long that it may be ended.
    Over(Found),
    /// A process that may live.
    Held(Found),
}

/// The claims of a run.
pub(super) struct Claims<'c> {
    pub(super) shared: &'c Shared,
    pub(super) repeated: Repeated<'c>,
    pub(super) run: &'c str,
    pub(super) term: Term,
}

/// A lease that was watched until it was over.
pub(super) struct Watched(Option<Found>);

impl Claims<'_> {
    /// Whether the run can be begun, or gone on with: nothing is written. A process that may live is watched until it is
    /// heard of, or its lease is over.
    ///
    /// # Errors
    /// Another run has the decisions or the stack.
    pub(super) async fn look(&self, begins: bool, screen: &Screen) -> Result<Watched, Failure> {
        if begins {
            self.look_at_decisions().await?;
        }
        // One that has the name of a run that begins is of another machine, which began within the same second.
        let other = self.read(What::Stack).await?.filter(|(claim, _)| begins || claim.run != self.run);
        let Some((claim, _)) = other else { return Ok(Watched(None)) };
        let run = claim.run.as_str();
        let Standing::Held(_) = self.standing(run).await? else { return Ok(Watched(None)) };
        let told = |lease: &Lease, until: jiff::Timestamp| {
            screen.note(&format!(
                "{}; if nothing is heard of it until {until:.0}, it is taken for dead, and this process goes on",
                self.held(run, lease)
            ));
        };
        let store = &*self.shared.store;
        match lease::wait_out(store, &self.place(run).lease(), self.term, &moments(), &told).await {
            Ok(found) => Ok(Watched(Some(found))),
            Err(LeaseError::Absent(_)) => Ok(Watched(None)),
            Err(LeaseError::Other(lease)) => Err(self.refused(run, &lease)),
            Err(LeaseError::Damaged(_)) => Err(self.damaged(run)),
            Err(error @ LeaseError::Store(..)) => Err(self.shared.lease_failed(run, &error)),
        }
    }

    /// Whether the run that has the decisions, of whatever name, lets another one begin.
    ///
    /// # Errors
    /// It is not done.
    pub(super) async fn look_at_decisions(&self) -> Result<(), Failure> {
        match self.read(What::Decisions).await? {
            Some((claim, _)) => self.check_decisions(&claim.run).await,
            None => Ok(()),
        }
    }

    /// Makes this run the one of the plan's decisions.
    pub(super) async fn claim_decisions(&self, holder: &Holder) -> Result<(), Failure> {
        self.claim(What::Decisions, holder, &Watched(None)).await
    }

    /// Makes this run the one of its stack and region. This process has the run's lease.
    pub(super) async fn claim_stack(&self, holder: &Holder, watched: &Watched) -> Result<(), Failure> {
        self.claim(What::Stack, holder, watched).await
    }

    async fn claim(&self, what: What, holder: &Holder, watched: &Watched) -> Result<(), Failure> {
        let key = self.key(what);
        let claim = Claim { format_version: FORMAT_VERSION, run: self.run.to_owned(), id: holder.id.clone() };
        let bytes = serde_json::to_vec(&claim).map_err(|error| Failure::Defect(error.to_string()))?;
        // Each refusal is of a write by another, which is looked at.
        for _ in 0..5 {
            let condition = match self.read(what).await? {
                // Written by this process, whose answer was lost.
                Some((found, _)) if found.run == self.run && found.id == holder.id => return Ok(()),
                Some((found, object)) => {
                    // One of this run is of a process that had its lease before this one.
                    if found.run != self.run {
                        match what {
                            What::Decisions => self.check_decisions(&found.run).await?,
                            What::Stack => self.free(&found.run, holder, watched).await?,
                        }
                    }
                    Condition::Unchanged(object.tag)
                }
                None => Condition::Absent,
            };
            // Where there is no answer the next look tells.
            match self.shared.store.put(&key, bytes.clone(), &condition).await {
                Ok(Put::Written(_)) => return Ok(()),
                Ok(Put::Refused) | Err(_) => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
            }
        }
        Err(self.shared.failed(&key, "it is not written after five tries"))
    }

    async fn read(&self, what: What) -> Result<Option<(Claim, Object)>, Failure> {
        let key = self.key(what);
        let found = self.shared.store.get(&key).await;
        let Some(object) = found.map_err(|failure| self.shared.failed(&key, &failure.detail))? else {
            return Ok(None);
        };
        let claim = serde_json::from_slice(&object.bytes).ok();
        let claim = claim.filter(|claim: &Claim| claim.format_version == FORMAT_VERSION).ok_or_else(|| {
            let shown = self.shared.shown(&key);
            let fix = format!(
                "see that nobody runs the stack; then move it away (aws s3 mv {} s3://BUCKET/ELSEWHERE), and apply again",
                shell(&shown)
            );
            Failure::refused(format!("{shown} is damaged"), fix)
        })?;
        Ok(Some((claim, object)))
    }

    /// Whether the run that has these decisions is done, or never began.
    async fn check_decisions(&self, run: &str) -> Result<(), Failure> {
        let (_, replayed) = self.shared.records(run).await?;
        if replayed.ended.as_deref() == Some("done") {
            return self.repeated.check(run, &replayed);
        }
        let lease = self.lease(run).await?;
        let now = moments()();
        let waits = lease
            .as_ref()
            .is_some_and(|found| !self.term.to_watch(&found.lease, found.modified, now).is_zero());
        if replayed.begun.is_none() && !waits {
            return Ok(());
        }
        let held = lease.map_or_else(|| "its lease is gone".to_owned(), |found| self.term.told(&found, now));
        if replayed.begun.is_none() {
            return Err(Failure::refused(
                format!(
                    "run {run} of these decisions is beginning, or its process died before its first record: {held}"
                ),
                format!(
                    "nothing was changed. Is nobody at it, begin anew in a minute: `{}`",
                    typed::not_taking_over()
                ),
            ));
        }
        Err(Failure::refused(
            format!("run {run} of these decisions is not done: {held}"),
            format!("nothing was changed; go on with it: `{}`", typed::taking_over(run)),
        ))
    }

    /// Whether another run of the stack lets this one go on: a holder that may wake is ended first.
    async fn free(&self, run: &str, holder: &Holder, watched: &Watched) -> Result<(), Failure> {
        let found = match self.standing(run).await? {
            Standing::Free => return Ok(()),
            Standing::Over(found) => found,
            // Unchanged since before it was watched.
            Standing::Held(found) if watched.0.as_ref().is_some_and(|seen| seen.tag == found.tag) => found,
            Standing::Held(found) => return Err(self.refused(run, &found.lease)),
        };
        let key = self.place(run).lease();
        match lease::end(&*self.shared.store, &key, &found, holder.clone()).await {
            Ok(()) => Ok(()),
            Err(LeaseError::Other(lease)) => Err(self.refused(run, &lease)),
            Err(error) => Err(self.shared.lease_failed(run, &error)),
        }
    }

    async fn standing(&self, run: &str) -> Result<Standing, Failure> {
        // Whoever had it finds no lease, either, and stops.
        let Some(found) = self.lease(run).await? else { return Ok(Standing::Free) };
        if found.lease.released {
            return Ok(Standing::Free);
        }
        // Records that cannot be had say nothing: the lease does.
        let replayed = self.shared.records(run).await;
        if replayed.is_ok_and(|(_, replayed)| replayed.ended.as_deref() == Some("done")) {
            return Ok(Standing::Free);
        }
        let watch = self.term.to_watch(&found.lease, found.modified, moments()());
        Ok(if watch.is_zero() { Standing::Over(found) } else { Standing::Held(found) })
    }

    async fn lease(&self, run: &str) -> Result<Option<Found>, Failure> {
        lease::read(&*self.shared.store, &self.place(run).lease()).await.map_err(|error| match error {
            LeaseError::Damaged(_) => self.damaged(run),
            other => self.shared.lease_failed(run, &other),
        })
    }

    /// A run that another process is at.
    fn refused(&self, run: &str, lease: &Lease) -> Failure {
        let whole = (self.term.length + self.term.skew).as_secs();
        let records = self.shared.shown(&self.place(run).records());
        Failure::refused(
            format!(
                "{} until {:.0} by its clock, and renews that: of a stack one run at a time goes on in a region",
                self.held(run, lease),
                lease.until
            ),
            format!(
                "nothing was changed. Look at its screen, or at what it records: aws s3 ls {}. Once it has ended, or at {:.0} \
                 where its process is dead, the same command again: it goes on when nothing was heard of that process for \
                 {whole} seconds",
                shell(&records),
                lease.until + self.term.skew
            ),
        )
    }

    fn held(&self, run: &str, lease: &Lease) -> String {
        let plan = self.repeated.plan;
        format!(
            "run {run} of stack {:?} in {} is held by {} (holder {})",
            plan.stack, plan.saw.recovery_region, lease.holder, lease.generation
        )
    }

    fn damaged(&self, run: &str) -> Failure {
        let key = self.place(run).lease();
        Failure::refused(
            format!("nobody knows whether run {run} of this stack goes on: its lease {key} is damaged"),
            format!(
                "nothing was changed. See that no drplan runs it; then move it away (aws s3 mv --recursive {} \
                 s3://BUCKET/ELSEWHERE/), and apply again",
                shell(&self.shared.shown(&format!("{}/{run}/", self.shared.prefix)))
            ),
        )
    }

    fn place(&self, run: &str) -> Place {
        Place { prefix: self.shared.prefix.clone(), run: run.to_owned() }
    }

    fn key(&self, what: What) -> String {
        let (prefix, plan) = (&self.shared.prefix, self.repeated.plan);
        match what {
            What::Decisions => {
                format!("{prefix}/decisions/{}.json", plan.decision_digest.trim_start_matches("sha256:"))
            }
            What::Stack => {
                let region = key_part(&plan.saw.recovery_region);
                format!("{prefix}/stacks/{}/{region}.json", key_part(&plan.stack))
            }
        }
    }
}
