//! The clock of a run: the world's, or one that a rehearsal lets go as fast as it can.
//!
//! Both are tokio's clock with an instant that it began at: what is waited for is waited for by `tokio::time`, and a
//! rehearsal pauses that. A clock that is set while a run lasts moves nothing here.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    began: Timestamp,
    origin: Instant,
}

impl Clock {
    /// A clock that shows an instant now. To be made inside the runtime whose time it shows.
    #[must_use]
    pub fn starting(at: Timestamp) -> Self {
        Self { began: at, origin: Instant::now() }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let gone = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::MAX);
        self.began.checked_add(gone).unwrap_or(Timestamp::MAX)
    }

    /// How long it runs.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }
}

/// An instant by two clocks: one that nobody sets and that may stand still while the machine sleeps, and the wall's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Since some begin.
    pub run: Duration,
    /// What the wall's clock shows.
    pub wall: Timestamp,
}

impl Moment {
    /// What has gone by since an earlier moment: the more of what the two clocks say.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let wall = Duration::try_from(self.wall.duration_since(earlier.wall)).unwrap_or_default();
        self.run.saturating_sub(earlier.run).max(wall)
    }
}

/// Tells the moment.
pub type Moments = Box<dyn Fn() -> Moment + Send + Sync>;

/// The moments of this machine. To be made inside a runtime.
#[must_use]
pub fn moments() -> Moments {
    let origin = Instant::now();
    Box::new(move || Moment { run: origin.elapsed(), wall: Timestamp::now() })
}
