//! What breaks in the middle of a run, and calls that no service can tell from each other.

use super::{Break, Instant, Mark, Mishap, Region, TargetError, Thing, World, database, fault};

impl World {
    /// Has the mishaps that are due.
    pub(super) fn break_what_is_due(&mut self) {
        let now = Instant::now();
        let is_due = |at: &Option<Instant>| at.is_some_and(|at| at <= now);
        let (due, to_come) = std::mem::take(&mut self.mishaps).into_iter().partition(|(at, _)| is_due(at));
        self.mishaps = to_come;
        let due: Vec<(Option<Instant>, Mishap)> = due;
        for (_, mishap) in due {
            self.break_down(mishap.breaks);
        }
    }

    fn break_down(&mut self, what: Break) {
        match what {
            Break::PointDeleted(id) => {
                self.points.remove(&id);
            }
            Break::PointLocked(id) => {
                self.unusable.insert(id);
            }
            Break::ClassSoldOut(class) => {
                self.exhausted.insert(class);
            }
            Break::Denied(service) => {
                self.denied.insert(service);
            }
            Break::NameTaken(identifier) => {
                let now = Instant::now();
                let made = Thing { by: None, done: now, seen: now, word: "available", outputs: [].into() };
                self.things.entry(database(&identifier)).or_insert(made);
            }
        }
    }
}

impl Region {
    /// A step is asked for: what breaks so long after that has its time now.
    pub(super) fn asked_for(&self, mark: &Mark) {
        let now = Instant::now();
        for (at, mishap) in &mut self.world().mishaps {
            if at.is_none() && mishap.step == mark.step {
                *at = Some(now + mishap.after);
            }
        }
    }

    /// Refuses a call whose token is another call's, too.
    pub(super) fn check_token(
        &self,
        service: &'static str,
        call: &str,
        mark: &Mark,
    ) -> Result<(), TargetError> {
        if self.setup.doubled.contains(&mark.step) {
            let message =
                format!("several steps of the plan have the id {}, and so the same token", mark.step);
            return Err(fault(service, call, "IdempotentParameterMismatch", 400, message));
        }
        Ok(())
    }
}
