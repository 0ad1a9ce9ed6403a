//! How long it takes, against what was asked for, and why nobody can say.

use std::collections::BTreeSet;

use super::super::text::{count, duration, list, shorten};
use super::Measure;
use crate::plan::Plan;
use crate::plan::forecast::{Component, Doubt, Reached, Rto, Stranded, Verdict};

pub(super) fn objective(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "no objective".to_owned(), |seconds| format!("objective {}", duration(seconds)))
}

/// `8 min to spare`, `14 min over`.
pub(super) fn margin(measured: u64, objective: u64) -> String {
    if measured <= objective {
        format!("{} to spare", duration(objective - measured))
    } else {
        format!("{} over", duration(measured - objective))
    }
}

/// The region of the control planes of global services.
const CONTROL: &str = "us-east-1";

/// Whether the region that is lost is the one whose control planes others stand on.
pub(super) fn is_lost(plan: &Plan) -> bool {
    plan.saw.primary_region.as_deref() == Some(CONTROL)
}

/// What is recovered while it is gone: where that is the lost region, what counts.
fn headline(without: &Stranded, steps: usize) -> Measure {
    let Stranded { first, all, rto, components: _, beforehand: _ } = without;
    let time = Time {
        name: None,
        figures: Some((rto.p50_seconds, rto.p90_seconds)),
        objective: rto.objective_seconds,
        verdict: rto.verdict,
        doubts: &rto.doubts,
        given_up: &[],
    };
    if first.is_empty() {
        return Measure {
            figure: format!("without {CONTROL} {}", time.figure()),
            objective: objective(rto.objective_seconds),
            verdict: rto.verdict,
            comment: time.margin().unwrap_or_default(),
        };
    }
    let names: Vec<String> = first.iter().map(|id| shorten(id, 80)).collect();
    Measure {
        figure: format!("does not complete without {CONTROL}"),
        objective: objective(rto.objective_seconds),
        verdict: rto.verdict,
        comment: format!(
            "stops at {}; {all} of {} wait, all else is done {}",
            list(&names, 3),
            count(steps, "step"),
            time.figure()
        ),
    }
}

pub(super) fn recovers(plan: &Plan) -> Vec<Measure> {
    let Rto { p50_seconds, p90_seconds, objective_seconds, verdict, doubts, critical_path: _ } =
        &plan.forecast.rto;
    let whole = Time {
        name: is_lost(plan).then_some("with us-east-1"),
        figures: Some((*p50_seconds, *p90_seconds)),
        objective: *objective_seconds,
        verdict: *verdict,
        doubts,
        given_up: &[],
    };
    let components = plan.forecast.components.iter().map(|component| {
        let Component {
            component: name,
            p50_seconds,
            p90_seconds,
            objective_seconds,
            verdict,
            doubts,
            given_up,
        } = component;
        Time {
            name: Some(name),
            figures: p50_seconds.zip(*p90_seconds),
            objective: *objective_seconds,
            verdict: *verdict,
            doubts,
            given_up,
        }
    });
    let without = &plan.forecast.without_us_east_1;
    let headline = is_lost(plan).then(|| headline(without, plan.steps.len()));
    // A reason is told once, under the first figure that it is for.
    let mut said: BTreeSet<String> = BTreeSet::new();
    let lost = is_lost(plan);
    let measures = std::iter::once(whole).chain(components).map(|time| {
        let (again, new): (Vec<String>, Vec<String>) =
            time.whys().into_iter().partition(|why| said.contains(why));
        let more = (!again.is_empty()).then(|| "as above".to_owned());
        let mut whys: Vec<String> = new.iter().cloned().chain(more).collect();
        whys.extend(time.margin());
        let reached = without.components.iter().find(|reached| Some(reached.component.as_str()) == time.name);
        if let Some(Reached { waits_for, .. }) = reached.filter(|one| lost && !one.waits_for.is_empty()) {
            whys.push(format!("without {CONTROL} it waits for {}", list(waits_for, 2)));
        }
        said.extend(new);
        Measure {
            figure: time.figure(),
            objective: objective(time.objective),
            verdict: time.verdict,
            comment: whys.join("; "),
        }
    });
    headline.into_iter().chain(measures).collect()
}

/// Whether something is not counted.
fn lacks(doubts: &[Doubt]) -> bool {
    doubts.iter().any(|doubt| matches!(doubt, Doubt::Blocked { .. }))
}

/// `in 52 min`, `in over 38 min`: the median in a few words.
pub(in super::super) fn takes(rto: &Rto) -> String {
    if lacks(&rto.doubts) {
        format!("in over {}", at_least(rto.p50_seconds))
    } else {
        format!("in {}", duration(rto.p50_seconds))
    }
}

/// A bound from below is rounded down.
fn at_least(seconds: u64) -> String {
    duration(if seconds < 600 { seconds } else { seconds - seconds % 60 })
}

/// A time to recover, of the whole or of a component.
struct Time<'a> {
    name: Option<&'a str>,
    figures: Option<(u64, u64)>,
    objective: Option<u64>,
    verdict: Verdict,
    doubts: &'a [Doubt],
    given_up: &'a [String],
}

impl Time<'_> {
    /// `in 52 min (p90 1 h 14 min)`; `in over 38 min` where something is not counted, since a part of the time is no
    /// time of the whole.
    fn figure(&self) -> String {
        let name = self.name.map_or_else(String::new, |name| format!("{} ", shorten(name, 20)));
        match self.figures {
            None if self.verdict == Verdict::Accepted => format!("{name}not at all"),
            None => format!("{name}not at all while it is blocked"),
            Some((p50, p90)) if lacks(self.doubts) => {
                format!("{name}in over {} (p90 over {})", at_least(p50), at_least(p90))
            }
            Some((p50, p90)) => format!("{name}in {} (p90 {})", duration(p50), duration(p90)),
        }
    }

    /// How far from the objective, where a verdict is given.
    fn margin(&self) -> Option<String> {
        let (p50, p90) = self.figures?;
        let objective = self.objective?;
        match self.verdict {
            Verdict::Ok => Some(margin(p90, objective)),
            Verdict::Missed if p50 <= objective => Some(format!("p90 {}", margin(p90, objective))),
            Verdict::Missed => Some(format!("p50 {}", margin(p50, objective))),
            Verdict::Unknown | Verdict::Accepted => None,
        }
    }

    /// All that keeps a verdict from being given.
    fn whys(&self) -> Vec<String> {
        let of = |which: fn(&Doubt) -> Option<&String>| -> Vec<String> {
            self.doubts.iter().filter_map(which).map(|name| shorten(name, 80)).collect()
        };
        let blocked = of(|doubt| if let Doubt::Blocked { address } = doubt { Some(address) } else { None });
        let unchosen = of(|doubt| if let Doubt::Unchosen { address } = doubt { Some(address) } else { None });
        let unmeasured = of(|doubt| if let Doubt::Unmeasured { step } = doubt { Some(step) } else { None });
        let mut whys = Vec::new();
        match (self.given_up, self.figures) {
            ([], _) => {}
            (given_up, None) => whys.push(format!("given up: {}", list(given_up, 2))),
            ([_], Some(_)) => whys.push("comes back empty, its loss is accepted".to_owned()),
            (more, Some(_)) => {
                whys.push(format!("{} of it come back empty, their loss is accepted", more.len()))
            }
        }
        match (blocked.as_slice(), self.figures) {
            ([], _) => {}
            (_, None) => whys.push(format!("blocked: {}", list(&blocked, 2))),
            ([one], Some(_)) => whys.push(format!("not counted: {one}, which is blocked")),
            (more, Some(_)) => whys.push(format!("not counted: the {} blocked resources below", more.len())),
        }
        if !unchosen.is_empty() {
            whys.push(format!("unknown what {} is restored from", list(&unchosen, 2)));
        }
        // Without an objective there is no verdict that a guess could spoil.
        if !unmeasured.is_empty() && self.objective.is_some() {
            let each = if unmeasured.len() == 1 { "" } else { "each " };
            whys.push(format!("only guessed, {each}over a tenth of this time: {}", list(&unmeasured, 3)));
        }
        whys
    }
}
