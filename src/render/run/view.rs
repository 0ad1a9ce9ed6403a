//! The live screen: a bar for each phase, the step that takes longest, and when it will be over.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::Options;
use super::super::screen::{Screen, Style, bold, dim, plain};
use super::super::text::{duration, instant_near, pad, shorten};
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
            matches!(step.action, Action::Gate { .. }) && step.needs.iter().filter_map(open).next().is_none()
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
            line.push((Style::Bad, shorten(&format!("{} failed: {cause}", step.id), 55)));
        } else if let Some((step, since, status)) = slowest {
            let name = step.id.split_once('/').map_or(step.id.as_str(), |(_, name)| name);
            let usual = duration(step.estimate.p50_seconds);
            line.push(plain(pad(&shorten(name, 28), 30)));
            let status = if status.is_empty() { String::new() } else { format!("{status} ") };
            line.push(dim(shorten(&format!("{status}{}, usually {usual}", duration(gone(*since))), 40)));
        } else if done < all {
            line.extend(view.waits_for(phase).map(dim));
        }
        screen.text(27, &line);
    }
    screen.gap();
    let mut foot = vec![plain(format!("  {} gone", duration(gone(begun))))];
    let left = view.plan.forecast.rto.p50_seconds.saturating_sub(gone(begun));
    if view.states.iter().any(|state| matches!(state, State::Waiting | State::Running { .. })) {
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
