//! Has a run whose records are in S3: begins it, goes on with it where its folder is, takes it over elsewhere.

use std::sync::Arc;

use super::claims::{Claims, Watched};
use super::output::Screen;
use super::repeated::Repeated;
use super::run_folder::RunFolder;
use super::shared_run::Shared;
use super::{Failure, ask, resume, typed};
use crate::clients::clock::{Moments, moments};
use crate::executor::lease::{self, Found, Holder, Keeper, LeaseError, Term};
use crate::executor::shared::{Place, SharedJournal};
use crate::plan::journal::Replayed;

/// A run that is being opened.
pub(super) struct Opening<'o> {
    pub(super) shared: &'o Shared,
    pub(super) repeated: Repeated<'o>,
    pub(super) take_over: bool,
    pub(super) screen: &'o Screen,
}

impl Opening<'_> {
    /// Whether the run may be had, before anything of it is written.
    ///
    /// # Errors
    /// Another run has the decisions or the stack.
    pub(super) async fn look(&self, folder: &RunFolder) -> Result<Watched, Failure> {
        self.claims(&folder.run).look(self.begins(folder), self.screen).await
    }

    /// Has the run: its lease, its stack, and its records as they are in S3, which `folder` gets a copy of.
    ///
    /// # Errors
    /// It is another's, or its stack is; its records or its lease are not there, or damaged.
    pub(super) async fn open(
        &self,
        folder: &mut RunFolder,
        watched: &Watched,
    ) -> Result<SharedJournal, Failure> {
        let place = Place { prefix: self.shared.prefix.clone(), run: folder.run.clone() };
        let own = folder.machine();
        let holder = Holder { name: ask::whereabouts(), id: format!("{own}{}", nonce()) };
        let begins = self.begins(folder);
        let keeper = if begins {
            self.begin(&place, holder.clone()).await?
        } else {
            let mine = folder.holder().filter(|id| id.starts_with(&own));
            self.go_on(&place, holder.clone(), mine.as_deref()).await?
        };
        if let Err(failure) = self.claim(&place.run, &holder, begins, watched).await {
            keeper.release().await;
            return Err(failure);
        }
        folder.hold_as(&holder.id)?;
        // Only now nobody else writes any more.
        let (bytes, replayed) = self.shared.records(&place.run).await?;
        folder.copy(&bytes, replayed)?;
        let head = folder.replayed.head.clone();
        let copy = folder.behind_copy();
        Ok(SharedJournal::after(Arc::clone(&self.shared.store), place, keeper, head, copy).await)
    }

    fn begins(&self, folder: &RunFolder) -> bool {
        !self.take_over && folder.replayed.begun.is_none()
    }

    fn claims<'c>(&'c self, run: &'c str) -> Claims<'c> {
        Claims { shared: self.shared, repeated: self.repeated, run, term: Term::default() }
    }

    async fn claim(
        &self,
        run: &str,
        holder: &Holder,
        begins: bool,
        watched: &Watched,
    ) -> Result<(), Failure> {
        let claims = self.claims(run);
        if begins {
            claims.claim_decisions(holder).await?;
        }
        claims.claim_stack(holder, watched).await
    }

    async fn begin(&self, place: &Place, holder: Holder) -> Result<Keeper, Failure> {
        let store = Arc::clone(&self.shared.store);
        match Keeper::take(store, &place.lease(), holder, None, Term::default(), moments()).await {
            Ok(keeper) => Ok(keeper),
            // Another run of this name, begun within this second: of the same decisions, or of others.
            Err(LeaseError::Other(_)) => {
                self.claims(&place.run).look_at_decisions().await?;
                Err(Failure::refused(
                    format!("another machine began a run of the name {} just now", place.run),
                    "nothing was changed; apply again: the name is of the stack, and of the second at which a run begins",
                ))
            }
            Err(error) => Err(self.shared.lease_failed(&place.run, &error)),
        }
    }

    async fn go_on(&self, place: &Place, holder: Holder, mine: Option<&str>) -> Result<Keeper, Failure> {
        let (store, run, term) = (&self.shared.store, &place.run, Term::default());
        let failed = |error: LeaseError| self.shared.lease_failed(run, &error);
        let (_, replayed) = self.shared.records(run).await?;
        self.check_records(run, &replayed).await?;
        let key = place.lease();
        let found = lease::read(&**store, &key).await.map_err(failed)?;
        let found = found.ok_or_else(|| failed(LeaseError::Absent(key.clone())))?;
        let clocks: Moments = moments();
        // The lock of the folder says that a process of this machine that had the lease is dead.
        let free = found.lease.released || mine == Some(found.lease.id.as_str());
        let found: Found = if free {
            found
        } else if self.take_over {
            let told = |lease: &lease::Lease, until: jiff::Timestamp| {
                self.screen.note(&format!(
                    "{run} is held by {} (holder {}); if nothing is heard of it until {until:.0}, this process goes on",
                    lease.holder, lease.generation
                ));
            };
            lease::wait_out(&**store, &key, term, &clocks, &told).await.map_err(failed)?
        } else {
            return Err(Failure::refused(
                format!("{run} is another machine's: {}", term.told(&found, clocks())),
                format!(
                    "nothing was changed; look at its screen; where it is gone: `{}`",
                    typed::taking_over(run)
                ),
            ));
        };
        let before = Some((&found, replayed.generation));
        Keeper::take(Arc::clone(store), &key, holder, before, term, clocks).await.map_err(failed)
    }

    async fn check_records(&self, run: &str, replayed: &Replayed) -> Result<(), Failure> {
        self.shared.unfinished(run, replayed).await?;
        resume::check_decision(self.repeated.plan, run, replayed)
    }
}

/// Of this process and no other.
fn nonce() -> String {
    use std::hash::{BuildHasher as _, Hasher as _};
    // Each has a random key of its own.
    let mut hasher = std::hash::RandomState::new().build_hasher();
    hasher.write_u32(std::process::id());
    format!("{:016x}", hasher.finish())
}
