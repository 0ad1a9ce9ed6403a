//! A wish to stop: what runs ends its call and its record, and nothing begins.

use tokio::sync::watch;

/// Whether a run is to stop.
pub struct Stop(watch::Sender<bool>);

impl Stop {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Asks.
    pub fn now(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody has asked.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until somebody asks.
    pub async fn asked(&self) {
        let mut seen = self.0.subscribe();
        // The sender lives as long as this.
        let _ = seen.wait_for(|asked| *asked).await;
    }
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}
