//! Asks whoever sits at the terminal: before a run without approvers, and at its gates.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;

use futures_util::future::BoxFuture;

use super::Failure;
use super::advice::Advice;
use super::connect::Known;
use super::output::Screen;
use super::watch::Watch;
use crate::executor::people::{Answer, Asked, People};
use crate::model::words::count;
use crate::plan::Plan;
use crate::render::run::{Question, render_gate};

/// Whether somebody can be asked.
pub(super) fn is_somebody_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Where a plan acts.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    pub(super) region: &'p str,
    pub(super) cluster: &'p Known,
}

/// What somebody says yes to.
pub(super) struct Confirm<'c> {
    pub(super) stack: &'c str,
    pub(super) digest: &'c str,
    pub(super) steps: usize,
    /// Those that are not done yet.
    pub(super) left: usize,
    pub(super) place: Place<'c>,
}

/// Nobody approves plans of this stack beforehand: whoever applies it says that it is this one.
///
/// # Errors
/// Another name, or nobody there and no digest.
pub(super) fn confirm(what: &Confirm<'_>, given: Option<&str>) -> Result<String, Failure> {
    let Confirm { stack, digest, steps, left, place } = *what;
    let by = || format!("{} (typed)", whoami());
    match given {
        Some(given) if given == digest => return Ok(format!("{} (by digest)", whoami())),
        Some(given) => {
            return Err(Failure::refused(
                format!("--digest {given} is not the digest of this plan"),
                format!("look at the plan; if it is the one that is meant: --digest {digest}"),
            ));
        }
        None if !is_somebody_there() => {
            return Err(Failure::refused(
                "nobody has approved this plan, and nobody is here to be asked".to_owned(),
                format!(
                    "say which plan is meant: --digest {digest}; or name approvers in drplan.hcl (docs/approval.md)"
                ),
            ));
        }
        None => {}
    }
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "  plan      {digest}");
    let Place { region, cluster } = place;
    let at = match cluster.is_in {
        false => format!("; no node of it says that it is in {region}: see that it is"),
        true if cluster.shown.contains(region) => String::new(),
        true => format!(" in {region}"),
    };
    let _ = writeln!(err, "  changes   {}{at}", cluster.shown);
    let runs = if left < steps { format!("{left} of ") } else { String::new() };
    let _ = writeln!(err, "  runs      {runs}{}", count(steps, "step"));
    let _ = write!(err, "type the stack's name ({stack}) to apply this plan, anything else to leave: ");
    let _ = err.flush();
    drop(err);
    discard_typed();
    match typed().as_deref() {
        Some(name) if name == stack => Ok(by()),
        _ => Err(Failure::refused(
            "the stack's name was not typed: nothing was done".to_owned(),
            format!("apply again and type {stack}"),
        )),
    }
}

/// What was typed before a question was there is no answer to it.
#[cfg(unix)]
fn discard_typed() {
    let _ = rustix::termios::tcflush(rustix::stdio::stdin(), rustix::termios::QueueSelector::IFlush);
}

#[cfg(not(unix))]
fn discard_typed() {}

fn typed() -> Option<String> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).ok().filter(|read| *read > 0)?;
    Some(line.trim().to_owned())
}

fn whoami() -> String {
    let name = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    name("USER").or_else(|| name("LOGNAME")).unwrap_or_else(nameless)
}

/// Who has no name in the environment: the number says more than nothing.
#[cfg(unix)]
fn nameless() -> String {
    format!("uid {}", rustix::process::getuid().as_raw())
}

#[cfg(not(unix))]
fn nameless() -> String {
    "somebody".to_owned()
}

/// Who runs this process, and where.
pub(super) fn whereabouts() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let host =
        host.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_else(|| "an unnamed host".to_owned());
    format!("{}@{}, process {}", whoami(), host.trim(), std::process::id())
}

/// Whoever sits at the terminal; nobody where there is none.
pub(super) struct Terminal<'t> {
    pub(super) plan: &'t Plan,
    pub(super) watch: &'t Watch,
    pub(super) screen: &'t Screen,
    pub(super) advice: &'t Advice,
    /// The command that asks again.
    pub(super) again: &'t str,
    /// Gates that were declined: what is behind them does not begin.
    pub(super) declined: Mutex<Vec<String>>,
}

impl Terminal<'_> {
    /// What does not come any more in this process, with all that is behind it.
    fn stopped(&self, failed: &[String]) -> Vec<String> {
        let declined = self.declined.lock().map(|declined| declined.clone()).unwrap_or_default();
        declined.into_iter().chain(failed.iter().cloned()).collect()
    }
}

impl People for Terminal<'_> {
    fn ask<'a>(&'a self, asked: &'a Asked) -> BoxFuture<'a, Option<Answer>> {
        Box::pin(async move {
            if !is_somebody_there() {
                return None;
            }
            let here = |why: &String| self.advice.text(why.clone());
            let unproven = asked.unproven.iter().map(|(need, why)| (need.clone(), here(why))).collect();
            if asked.again {
                self.watch.say(
                    "your go was not taken: what it stood on is not so any more, see unproven\n".to_owned(),
                );
            }
            let question = Question {
                step: &asked.step,
                ask: &asked.ask,
                unproven: &unproven,
                failed: &asked.failed,
                done: &asked.done,
                stopped: &self.stopped(&asked.failed),
                addresses: &asked.addresses,
                again: self.again,
            };
            let text = render_gate(self.plan, question, self.screen.resized().errors());
            self.watch.say(text);
            discard_typed();
            let stack = &self.plan.stack;
            loop {
                // The run goes on beside: other steps do not wait for an answer. A terminal that is gone is none.
                let line = tokio::task::spawn_blocking(typed).await.ok().flatten()?;
                let answer = |go| Some(Answer { by: format!("{} (typed)", whoami()), go });
                match line.as_str() {
                    line if line == stack => return answer(true),
                    "no" => {
                        if let Ok(mut declined) = self.declined.lock() {
                            declined.push(asked.step.clone());
                        }
                        return answer(false);
                    }
                    "" => {}
                    _ => self.watch.say(format!(
                        "that is not {stack}: nothing is decided. Type {stack} to go on, no to decline, or Ctrl-C to be asked again later\n"
                    )),
                }
            }
        })
    }
}
