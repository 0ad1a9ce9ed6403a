//! Shows a run as it goes: a live screen on a terminal, plain lines elsewhere, JSON where that is asked for.

use std::collections::HashMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::Failure;
use super::args::EventFormat;
use super::output::Screen;
use crate::event::{Event, EventKind};
use crate::plan::Plan;
use crate::render::run::{View, line, render_view, wrapped};

/// How long a drill's replay lasts on a terminal: long enough to be seen, short enough not to be waited for.
const REPLAY: Duration = Duration::from_millis(2_400);

/// How often it is drawn where nothing happens: time goes by.
const TICK: Duration = Duration::from_secs(1);

/// A live screen that is drawn anew with each event, at most ten times a second; gone when it is dropped.
struct Live<'p> {
    view: Mutex<View<'p>>,
    /// None while a question is open: what is typed under it is not drawn over.
    bar: Mutex<Option<ProgressBar>>,
    screen: Screen,
    /// What is typed to go on.
    stack: String,
    /// The last event's time, and when it came.
    last: Mutex<Option<(Timestamp, Instant)>>,
    /// What stands above a question: since when, and how many steps were done then.
    stood: Mutex<Option<(Instant, usize)>>,
}

impl<'p> Live<'p> {
    fn new(plan: &'p Plan, screen: Screen) -> Self {
        Self {
            stack: plan.stack.clone(),
            view: Mutex::new(View::new(plan)),
            bar: Mutex::new(Some(bar())),
            screen,
            last: Mutex::new(None),
            stood: Mutex::new(None),
        }
    }

    fn take(&self, event: &Event) {
        if let Ok(mut last) = self.last.lock() {
            *last = Some((event.at, Instant::now()));
        }
        let Ok(mut view) = self.view.lock() else { return };
        // What has failed stays on the screen, whole, above what is drawn anew; so does why an answer has no effect yet.
        let is_told = match &event.kind {
            EventKind::StepFailed { .. } => true,
            EventKind::StepProgress { step, .. } => view.asked() == Some(step),
            _ => false,
        };
        if let Some(line) = line(event).filter(|_| is_told) {
            let line = wrapped(&line, self.screen.resized().errors());
            let still = view.asked().map(|gate| self.still(gate));
            let shown = format!("{line}{}", still.unwrap_or_default());
            self.aside(|| self.screen.note(shown.trim_end()));
        }
        view.take(event);
        match &event.kind {
            EventKind::GateAsked { .. } => self.stand(&view),
            EventKind::GateAnswered { .. } => self.go_on(),
            EventKind::StepDone { .. } if view.rests() => self.stand_again(&view),
            _ => {}
        }
        self.draw(&view);
    }

    fn still(&self, gate: &str) -> String {
        format!("          gate {gate} is still asked: {} to go on, no to decline", self.stack)
    }

    /// Leaves the screen as it is, for a question under it.
    fn stand(&self, view: &View<'_>) {
        let bar = self.bar.lock().ok().and_then(|mut bar| bar.take());
        bar.inspect(ProgressBar::finish_and_clear);
        self.screen.note(render_view(view, self.screen.resized().errors()).trim_end());
        if let Ok(mut stood) = self.stood.lock() {
            *stood = Some((Instant::now(), view.done()));
        }
    }

    /// What goes on beside a question is shown under it, where it has got on.
    fn stand_again(&self, view: &View<'_>) {
        let Some(gate) = view.asked() else { return };
        let stood = self.stood.lock().ok().and_then(|stood| *stood);
        if stood.is_some_and(|(_, done)| done != view.done()) {
            self.stand(view);
            self.screen.note(&self.still(gate));
        }
    }

    /// Leaves what was drawn where it is, and draws on under what is said. The terminal has shown the key at the right edge, so
    /// that clearing would leave a line behind.
    fn leave(&self, text: &str) {
        let bar = self.bar.lock().ok().and_then(|mut bar| bar.take());
        let was_drawn = bar.inspect(ProgressBar::abandon).is_some();
        write_err(&format!("{}{text}", if was_drawn { "\n" } else { "" }));
        if was_drawn {
            self.go_on();
        }
    }

    fn go_on(&self) {
        if let Ok(mut known) = self.bar.lock() {
            known.get_or_insert_with(bar);
        }
    }

    /// Time goes by; what is typed under a question is not drawn over.
    fn tick(&self) {
        let last = self.last.lock().ok().and_then(|last| *last);
        let (Some((at, came)), Ok(mut view)) = (last, self.view.lock()) else { return };
        let gone = SignedDuration::try_from(came.elapsed()).unwrap_or_default();
        if view.asked().is_some() {
            let stood = self.stood.lock().ok().and_then(|stood| *stood);
            if stood.is_some_and(|(at, _)| at.elapsed() > STANDS) {
                self.stand_again(&view);
            }
        } else if let Ok(now) = at.checked_add(gone) {
            view.tick(now);
            self.draw(&view);
        }
    }

    fn draw(&self, view: &View<'_>) {
        if let Ok(Some(bar)) = self.bar.lock().as_deref() {
            // A line of its own at the end would stay when the lines are cleared.
            bar.set_message(render_view(view, self.screen.resized().errors()).trim_end().to_owned());
            bar.tick();
        }
    }

    /// Makes room for what shows itself.
    fn aside<T>(&self, work: impl FnOnce() -> T) -> T {
        match self.bar.lock().as_deref() {
            Ok(Some(bar)) => bar.suspend(work),
            _ => work(),
        }
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        if let Ok(Some(bar)) = self.bar.lock().as_deref() {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    // The only variable of the template is the message.
    if let Ok(style) = ProgressStyle::with_template("{msg}") {
        bar.set_style(style);
    }
    bar
}

/// Shows the events of a run that is over: as if it were live on a terminal, in a few seconds; its last screen elsewhere.
pub(super) fn replay(plan: &Plan, events: &[Event], screen: &Screen) -> Result<(), Failure> {
    let mut view = View::new(plan);
    if std::io::stderr().is_terminal() && !events.is_empty() {
        let live = Live::new(plan, *screen);
        let pause = REPLAY / u32::try_from(events.len()).unwrap_or(u32::MAX).max(1);
        for event in events {
            live.take(event);
            std::thread::sleep(pause);
        }
    }
    for event in events {
        view.take(event);
    }
    let text = render_view(&view, screen.options(0, None));
    screen.result(text.as_bytes())?;
    screen.result(b"\n")
}

/// How long what stands above a question is let stand where steps are done beside it.
const STANDS: Duration = Duration::from_secs(20);
/// How long a step that says the same again is passed over: whoever reads a log sees that it lives, and little more.
const SILENCE: SignedDuration = SignedDuration::from_secs(30);

/// One line for each event that says something new.
struct Lines {
    screen: Screen,
    said: Said,
}

impl Lines {
    fn take(&self, event: &Event) {
        if self.said.is_new(event)
            && let Some(line) = line(event)
        {
            self.screen.note(&line);
        }
    }
}

/// What each step said last, and when; nothing where it said that it is unproven.
#[derive(Default)]
struct Said(Mutex<HashMap<String, Option<(String, Timestamp)>>>);

impl Said {
    fn is_new(&self, event: &Event) -> bool {
        let Ok(mut said) = self.0.lock() else { return true };
        match &event.kind {
            EventKind::StepProgress { step, status: now }
            | EventKind::StepRetried { step, cause: now, .. } => {
                if let Some(Some((last, at))) = said.get(step)
                    && last == now
                    && event.at.duration_since(*at) < SILENCE
                {
                    return false;
                }
                said.insert(step.clone(), Some((now.clone(), event.at)));
                true
            }
            EventKind::StepUnproven { step, .. } => {
                said.insert(step.clone(), None);
                true
            }
            // That it goes for done was said; "as it should be" would be more than anybody knows.
            EventKind::StepDone { step, found: true } => said.get(step) != Some(&None),
            _ => true,
        }
    }
}

/// How a run is shown while it goes.
enum Printer<'p> {
    /// On a terminal.
    Live(Box<Live<'p>>),
    /// One line for each event, on stderr.
    Lines(Lines),
    /// One JSON object for each event, on stdout.
    Json(Screen),
}

impl<'p> Printer<'p> {
    fn new(plan: &'p Plan, events: Option<EventFormat>, screen: Screen) -> Self {
        match events {
            Some(EventFormat::Json) => Self::Json(screen),
            None if std::io::stderr().is_terminal() => Self::Live(Box::new(Live::new(plan, screen))),
            None => Self::Lines(Lines { screen, said: Said::default() }),
        }
    }

    /// A terminal that is gone, and a pipe that nobody reads, change nothing of a run.
    fn take(&self, event: &Event) {
        match self {
            Self::Live(live) => live.take(event),
            Self::Lines(lines) => lines.take(event),
            Self::Json(screen) => {
                if let Ok(text) = serde_json::to_string(event) {
                    let _ = screen.result((text + "\n").as_bytes());
                }
            }
        }
    }

    fn tick(&self) {
        if let Self::Live(live) = self {
            live.tick();
        }
    }

    fn say(&self, text: &str) {
        match self {
            Self::Live(live) => live.aside(|| write_err(text)),
            Self::Lines(_) | Self::Json(_) => write_err(text),
        }
    }

    fn interrupted(&self, text: &str) {
        match self {
            Self::Live(live) => live.leave(text),
            Self::Lines(_) | Self::Json(_) => write_err(text),
        }
    }
}

fn write_err(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{text}");
    let _ = err.flush();
}

enum Message {
    Event(Event),
    Say(String),
    Interrupted(String),
    Last(String),
}

/// Shows a run from a thread of its own: whoever does not read what it says (a pager, a terminal that was stopped with
/// Ctrl-S) holds up neither its steps nor its lease.
pub(super) struct Watch {
    messages: mpsc::Sender<Message>,
    printed: oneshot::Receiver<Result<(), Failure>>,
}

impl Watch {
    /// As the terminal and the command line have it.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub(super) fn new(plan: &Plan, events: Option<EventFormat>, screen: &Screen) -> Result<Self, Failure> {
        let (plan, screen) = (plan.clone(), *screen);
        let (messages, said) = mpsc::channel();
        let (tell, printed) = oneshot::channel();
        let print = move || {
            let printer = Printer::new(&plan, events, screen);
            let mut last = None;
            loop {
                match said.recv_timeout(TICK) {
                    Ok(Message::Event(event)) => printer.take(&event),
                    Ok(Message::Say(text)) => printer.say(&text),
                    Ok(Message::Interrupted(text)) => printer.interrupted(&text),
                    Ok(Message::Last(text)) => last = Some(text),
                    Err(mpsc::RecvTimeoutError::Timeout) => printer.tick(),
                    Err(mpsc::RecvTimeoutError::Disconnected) => break,
                }
            }
            drop(printer);
            let _ = tell.send(last.map_or(Ok(()), |text| screen.result(text.as_bytes())));
        };
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(print)
            .map_err(|source| Failure::Io { what: "the screen's thread".to_owned(), source })?;
        Ok(Self { messages, printed })
    }

    pub(super) fn take(&self, event: &Event) {
        let _ = self.messages.send(Message::Event(event.clone()));
    }

    /// Says on stderr what is no event.
    pub(super) fn say(&self, text: String) {
        let _ = self.messages.send(Message::Say(text));
    }

    /// Says on stderr that a key has stopped the run.
    pub(super) fn interrupted(&self, text: &str) {
        let _ = self.messages.send(Message::Interrupted(text.to_owned()));
    }

    /// Nothing more comes but a last text for stdout; what is returned tells when all is shown.
    pub(super) fn finish(self, last: Option<String>) -> oneshot::Receiver<Result<(), Failure>> {
        if let Some(last) = last {
            let _ = self.messages.send(Message::Last(last));
        }
        self.printed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_says_the_same_is_heard_every_half_minute() {
        let said = Said::default();
        let told = |second: i64, status: &str| {
            let kind = EventKind::StepProgress { step: "ready".to_owned(), status: status.to_owned() };
            said.is_new(&Event { at: Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second), kind })
        };
        assert!(told(0, "0 of 1") && !told(1, "0 of 1") && told(2, "1 of 1") && !told(3, "1 of 1"));
        assert!(told(33, "1 of 1") && !told(34, "1 of 1"));
    }

    #[test]
    fn what_is_unproven_is_not_said_to_be_as_it_should_be() {
        let said = Said::default();
        let told = |kind| said.is_new(&Event { at: Timestamp::UNIX_EPOCH, kind });
        let done = |step: &str| EventKind::StepDone { step: step.to_owned(), found: true };
        assert!(told(EventKind::StepUnproven { step: "quota".to_owned(), why: "denied".to_owned() }));
        assert!(!told(done("quota")) && told(done("identity")));
    }
}
