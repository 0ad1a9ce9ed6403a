//! The live screen: a bar for each phase, the step that takes longest, and when it will be over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::Options;
use super::super::screen::{Screen, Style, bold, dim, plain};
use super::super::text::{count, duration, instant_near, pad, shorten};
use crate::event::{Event, EventKind};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::{Phase, Step};

/// Columns of a bar.
const BAR: usize = 16;

/// What a run looks like after the events so far.
pub struct View<'p> {
    plan: &'p Plan,
    steps: BTreeMap<&'p str, usize>,
    states: Vec<State>,
    begun: Option<Timestamp>,
    now: Option<Timestamp>,
    asked: Option<String>,
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    Running { since: Timestamp, status: String },
    Done { at: Option<Timestamp> },
    Failed { cause: String },
}

impl<'p> View<'p> {
    /// Before the first event.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        let steps = plan.steps.iter().enumerate().map(|(at, step)| (step.id.as_str(), at)).collect();
        Self {
            plan,
            steps,
            states: vec![State::Waiting; plan.steps.len()],
            begun: None,
            now: None,
            asked: None,
        }
    }

    /// The gate that is asked: what is typed under its question is not drawn over.
    #[must_use]
    pub fn asked(&self) -> Option<&str> {
        self.asked.as_deref()
    }

    /// Time goes by without an event.
    pub fn tick(&mut self, now: Timestamp) {
        self.now = self.now.map(|known| known.max(now));
    }

    /// Takes an event in. Of a step that has ended nothing more is taken, unless it is undone.
    pub fn take(&mut self, event: &Event) {
        self.begun.get_or_insert(event.at);
        self.now = Some(event.at);
        let at = event.at;
        match &event.kind {
            EventKind::Begun { done, .. } => {
                for step in done {
                    self.set(step, State::Done { at: None });
                }
            }
            EventKind::StepBegun { step, .. } => {
                self.set(step, State::Running { since: at, status: String::new() });
            }
            EventKind::StepProgress { step, status } => self.say(step, status),
            EventKind::StepRetried { step, cause, .. } => {
                self.say(step, &format!("again after: {cause}"));
            }
            EventKind::StepUnproven { step, why } => self.say(step, &format!("unproven: {why}")),
            EventKind::StepDone { step, .. } => self.set(step, State::Done { at: Some(at) }),
            EventKind::StepUndone { step, .. } => {
                if let Some(known) = self.steps.get(step.as_str()).and_then(|at| self.states.get_mut(*at)) {
                    *known = State::Waiting;
                }
            }
            EventKind::StepFailed { step, cause, .. } => {
                self.set(step, State::Failed { cause: cause.clone() });
            }
            EventKind::GateAsked { step, .. } => self.asked = Some(step.clone()),
            EventKind::GateAnswered { .. } => self.asked = None,
            EventKind::StepDiffers { .. } | EventKind::Ended { .. } => {}
        }
    }

    fn set(&mut self, step: &str, state: State) {
        let known = self.steps.get(step).and_then(|at| self.states.get_mut(*at));
        if let Some(known) = known.filter(|known| !matches!(known, State::Done { .. })) {
            *known = state;
        }
    }

    fn say(&mut self, step: &str, said: &str) {
        let known = self.steps.get(step).and_then(|at| self.states.get_mut(*at));
        if let Some(State::Running { status, .. }) = known {
            said.clone_into(status);
        }
    }

    fn of(&self, phase: Phase) -> impl Iterator<Item = (&'p Step, &State)> {
        self.plan.steps.iter().zip(&self.states).filter(move |(step, _)| step.phase == phase)
    }

    /// Whether nothing is under way but the question, and nothing begins without its answer.
    #[must_use]
    pub fn rests(&self) -> bool {
        let is_done = |id: &String| {
            let state = self.steps.get(id.as_str()).and_then(|at| self.states.get(*at));
            state.is_none_or(|state| matches!(state, State::Done { .. }))
        };
        self.plan.steps.iter().zip(&self.states).all(|(step, state)| match state {
            State::Running { .. } => self.asked.as_ref() == Some(&step.id),
            State::Waiting => !step.needs.iter().all(is_done),
            State::Done { .. } | State::Failed { .. } => true,
        })
    }

    /// How many steps are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.states.iter().filter(|state| matches!(state, State::Done { .. })).count()
    }

    /// Steps that wait for nothing but others.
    fn waits_for(&self, phase: Phase) -> Option<String> {
        let open = |id: &String| {
            let at = self.steps.get(id.as_str())?;
            let done = matches!(self.states.get(*at)?, State::Done { .. });
            (!done).then(|| self.plan.steps.get(*at)).flatten()
        };
        let needs = self.of(phase).flat_map(|(step, _)| &step.needs).filter_map(open);
        let outside: Vec<&Step> = needs.filter(|step| step.phase != phase).collect();
        if let Some(gate) = self.of(phase).map(|(step, _)| step).find(|step| {
            matches!(step.action, Action::Gate { .. })
                && open(&step.id).is_some()
                && step.needs.iter().filter_map(open).next().is_none()
        }) {
            return Some(format!("you decide: {}", gate.id));
        }
        let slowest = outside.iter().max_by_key(|step| step.estimate.p50_seconds)?;
        Some(format!("waits for {}", slowest.id))
    }
}

/// The screen of a run; `None` until it has begun.
#[must_use]
pub fn render_view(view: &View<'_>, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let (Some(begun), Some(now)) = (view.begun, view.now) else { return String::new() };
    let gone = |since: Timestamp| u64::try_from(now.duration_since(since).as_secs()).unwrap_or(0);
    // While a question is open nothing is drawn anew: how long it lasts would stand still.
    let lasts = |since: Timestamp| match view.asked {
        Some(_) => format!("since {}", since.strftime("%H:%M:%S")),
        None => duration(gone(since)),
    };
    // What the names of phases, bars and numbers leave.
    let room = screen.width().saturating_sub(2 + 11 + BAR + 11);
    for phase in Phase::ALL {
        let all = view.of(phase).count();
        if all == 0 {
            continue;
        }
        let done = view.of(phase).filter(|(_, state)| matches!(state, State::Done { .. })).count();
        let failed = view.of(phase).filter(|(_, state)| matches!(state, State::Failed { .. })).count();
        let filled = (BAR * done).checked_div(all).unwrap_or(BAR);
        let bar = format!("{}{}", "#".repeat(filled), ".".repeat(BAR - filled));
        let style = if failed > 0 {
            Style::Bad
        } else if done == all {
            Style::Good
        } else {
            Style::Plain
        };
        let mut line = vec![
            plain("  "),
            bold(pad(phase.as_str(), 11)),
            (style, bar),
            plain(pad(&format!("  {done}/{all}"), 11)),
        ];
        let running: Vec<_> = view
            .of(phase)
            .filter_map(|(step, state)| match state {
                State::Running { since, status } => Some((step, *since, status)),
                _ => None,
            })
            .collect();
        let slowest = running.iter().max_by_key(|(step, ..)| step.estimate.p50_seconds);
        if let Some((step, cause)) = view.of(phase).find_map(|(step, state)| match state {
            State::Failed { cause } => Some((step, cause)),
            _ => None,
        }) {
            let name = step.id.split_once('/').map_or(step.id.as_str(), |(_, name)| name);
            let name = format!(" ({})", shorten(name, if room > 59 { 24 } else { 12 }));
            let cause = without_call(cause);
            let taken = name.chars().count() + format!("{failed} failed: ").chars().count();
            line.push((Style::Bad, format!("{failed} failed: {}", head(cause, room.saturating_sub(taken)))));
            line.push(dim(name));
            if slowest.is_some() {
                // What holds the run up is another than what has failed.
                screen.text(27, &line);
                line = vec![plain(" ".repeat(2 + 11 + BAR + 11))];
            }
        }
        if let Some((step, since, status)) = slowest {
            let name = step.id.split_once('/').map_or(step.id.as_str(), |(_, name)| name);
            let usual = duration(step.estimate.p50_seconds);
            let status = if status.is_empty() { String::new() } else { format!("{status} ") };
            // What it waits for counts most; then how long already, the end of a long name, and how long it usually takes.
            let said = status.chars().count();
            let time = format!("{}, usually {usual}", lasts(*since));
            let needs = |time: &str| name.chars().count().min(28) + 2 + said + time.chars().count();
            let time = if said > 0 && needs(&time) > room { lasts(*since) } else { time };
            let rest = room.saturating_sub(time.chars().count() + 2);
            let short = shorten(name, rest.saturating_sub(said.min(rest * 4 / 5)).clamp(8, 28));
            let padded = 30 + said + time.chars().count();
            let name = if padded <= room && room > 59 { pad(&short, 30) } else { format!("{short}  ") };
            let taken = name.chars().count() + time.chars().count();
            line.push(plain(name));
            line.push(dim(format!("{}{time}", head(&status, room.saturating_sub(taken)))));
        } else if failed == 0 && done < all {
            line.extend(view.waits_for(phase).map(|what| dim(shorten(&what, room))));
        }
        screen.text(27, &line);
    }
    screen.gap();
    let failed = view.states.iter().filter(|state| matches!(state, State::Failed { .. })).count();
    let mut foot = vec![plain(match view.asked {
        Some(_) => format!("  begun at {} UTC", begun.strftime("%H:%M:%S")),
        None => format!("  {} gone", duration(gone(begun))),
    })];
    let left = view.plan.forecast.rto.p50_seconds.saturating_sub(gone(begun));
    if failed > 0 {
        foot.push((
            Style::Bad,
            format!("   {} failed: the rest goes on as far as it can", count(failed, "step")),
        ));
    } else if view.asked.is_none()
        && view.states.iter().any(|state| matches!(state, State::Waiting | State::Running { .. }))
    {
        let about = now.checked_add(jiff::SignedDuration::from_secs(i64::try_from(left).unwrap_or(0)));
        if let Ok(about) = about {
            foot.push(dim(format!("   done at about {}", instant_near(about, now))));
        }
    }
    if let Some(gate) = &view.asked {
        foot.push((Style::Warn, format!("   you decide now: {gate}")));
    }
    screen.text(2, &foot);
    screen.finish()
}

/// A cause without the call that told it, whose object the step names.
fn without_call(cause: &str) -> &str {
    let is_call = |call: &str| {
        call.split_once(' ').is_some_and(|(verb, _)| verb.chars().all(|c| c.is_ascii_uppercase()))
    };
    cause.split_once(": ").filter(|(call, _)| is_call(call)).map_or(cause, |(_, cause)| cause)
}

/// The beginning of a text, where a cause says most.
pub(super) fn head(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    if most < 4 {
        return String::new();
    }
    text.chars().take(most.saturating_sub(2)).chain("… ".chars()).collect()
}
