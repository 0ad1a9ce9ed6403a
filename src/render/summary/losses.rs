//! What is lost of each store, the worst first.

use super::super::text::{count, duration, shorten};
use super::Measure;
use super::times::{margin, objective};
use crate::plan::Plan;
use crate::plan::forecast::{Rpo, Verdict};

/// Stores that are shown before the rest is counted.
const STORES: usize = 4;

pub(super) fn loses(plan: &Plan, all: bool) -> Vec<Measure> {
    let mut stores: Vec<&Rpo> = plan.forecast.rpo.iter().collect();
    let rank = |rpo: &Rpo| match (rpo.verdict, rpo.worst_seconds, rpo.objective_seconds) {
        (Verdict::Missed, ..) => 0,
        (Verdict::Unknown, None, _) | (Verdict::Unknown, _, Some(_)) => 1,
        (Verdict::Ok | Verdict::Accepted, ..) => 2,
        // Known, and nobody asked for less.
        (Verdict::Unknown, Some(_), None) => 3,
    };
    // The worst first: a verdict, then the loss, an unknown one before any figure.
    let worst = |rpo: &Rpo| std::cmp::Reverse(rpo.worst_seconds.unwrap_or(u64::MAX));
    stores.sort_by(|a, b| (rank(a), worst(a), &a.store).cmp(&(rank(b), worst(b), &b.store)));
    let shown = if all { stores.len() } else { STORES };
    let mut measures: Vec<Measure> = stores.iter().take(shown).map(|rpo| loss(plan, rpo)).collect();
    let rest = stores.get(shown..).unwrap_or_default();
    if let Some(first) = rest.first() {
        measures.push(Measure {
            figure: format!("and {}", count(rest.len(), "more store")),
            objective: String::new(),
            verdict: first.verdict,
            comment: if rest.iter().all(|rpo| rpo.verdict == first.verdict) {
                "each".to_owned()
            } else {
                "at worst".to_owned()
            },
        });
    }
    measures
}

fn loss(plan: &Plan, rpo: &Rpo) -> Measure {
    let named = plan.stores.iter().find(|store| store.address == rpo.store).map_or(&rpo.store, |s| &s.name);
    // Two stores of one name, of other types or namespaces, are told by their addresses.
    let twice = plan.stores.iter().filter(|store| store.name == *named).count() > 1;
    let whole = if twice { &rpo.store } else { named };
    let name = shorten(whole, 24);
    let figure = match (rpo.worst_seconds, rpo.now_seconds) {
        (Some(0), _) => format!("nothing of {name}"),
        (Some(worst), _) => format!("at most {} of {name}", duration(worst)),
        (None, Some(now)) => format!("{} of {name} now, at worst unknown", duration(now)),
        (None, None) if rpo.verdict == Verdict::Accepted => format!("all of {name}"),
        (None, None) => format!("perhaps all of {name}"),
    };
    let comment = match (rpo.verdict, rpo.worst_seconds, rpo.objective_seconds) {
        // Who gave it up, and how: `loss accepted in drplan.hcl`, `skipped by drplan.hcl`.
        (Verdict::Accepted, ..) => {
            rpo.why.split_once(": ").map_or(&*rpo.why, |(given_up, _)| given_up).to_owned()
        }
        (Verdict::Ok, ..) | (_, Some(_), None) => String::new(),
        (Verdict::Missed, Some(worst), Some(objective)) if worst > objective => margin(worst, objective),
        (Verdict::Missed | Verdict::Unknown, ..) => rpo.why.clone(),
    };
    // Two names may differ in what is cut.
    let comment = match (name == *whole, comment.as_str()) {
        (true, _) => comment,
        (false, "") => shorten(whole, 120),
        (false, said) => format!("{}: {said}", shorten(whole, 120)),
    };
    Measure { figure, objective: objective(rpo.objective_seconds), verdict: rpo.verdict, comment }
}
