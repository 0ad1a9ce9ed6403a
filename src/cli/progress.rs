//! A line on stderr that says what takes its time; nothing where stderr is no terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Gone from the screen when it is dropped.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn begin(what: impl Into<String>) -> Self {
        let bar = ProgressBar::new_spinner().with_style(ProgressStyle::default_spinner());
        bar.set_message(what.into());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    pub(super) fn next(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
    }

    /// Makes room for what shows itself.
    pub(super) fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.suspend(work)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
