//! What a drill showed: the times, and what became of each fault.

use std::collections::BTreeMap;

use super::Options;
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::{duration, pad, short_digest};
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::rehearsal::{Outcome, Rehearsal, Row};

/// Rows that are told one by one; more are counted.
const TOLD: usize = 20;

/// The result of a drill.
#[must_use]
pub fn render_rehearsal(plan: &Plan, rehearsal: &Rehearsal, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let primary = plan.saw.primary_region.as_deref().unwrap_or("?");
    screen.text(
        2,
        &[
            bold(plan.stack.clone()),
            plain(format!("   {primary} -> {}", plan.saw.recovery_region)),
            dim(format!(
                "       drill of plan {}, seed {}; no real region is touched",
                short_digest(&rehearsal.plan),
                rehearsal.seed
            )),
        ],
    );
    screen.gap();
    let times = format!(
        "{}; the longest way is {}, and no order is faster than {}",
        duration(rehearsal.makespan_seconds),
        duration(rehearsal.critical_path_seconds),
        duration(rehearsal.lower_bound_seconds)
    );
    screen.row("takes", &[plain(times)]);
    screen.row(
        "planned",
        &[plain(format!(
            "{} with the time to decide at gates, which a drill does not take (p90 {})",
            duration(plan.forecast.rto.p50_seconds),
            duration(plan.forecast.rto.p90_seconds)
        ))],
    );
    if rehearsal.rows.is_empty() {
        screen.gap();
        screen.text(2, &[dim("Every fault at every step: drplan drill PLAN --matrix")]);
        return screen.finish();
    }
    screen.gap();
    let mut faults: BTreeMap<&str, BTreeMap<Outcome, usize>> = BTreeMap::new();
    for row in &rehearsal.rows {
        *faults.entry(&row.fault).or_default().entry(row.outcome).or_default() += 1;
    }
    screen.text(2, &[bold(format!("  {}{}", pad("fault", 14), "survived   resumed  stranded"))]);
    for (fault, outcomes) in &faults {
        let of = |outcome: Outcome| outcomes.get(&outcome).copied().unwrap_or(0);
        let stranded = of(Outcome::Stranded);
        let style = if stranded > 0 { Style::Bad } else { Style::Plain };
        screen.text(
            2,
            &[
                plain(format!(
                    "  {}{:>8}  {:>8}  ",
                    pad(fault, 14),
                    of(Outcome::Survived),
                    of(Outcome::Resumed)
                )),
                (style, format!("{stranded:>8}")),
            ],
        );
    }
    let stranded: Vec<&Row> = rehearsal.rows.iter().filter(|row| row.outcome == Outcome::Stranded).collect();
    screen.gap();
    if stranded.is_empty() && rehearsal.rows.len() <= TOLD {
        for row in &rehearsal.rows {
            told(&mut screen, row, Style::Plain);
        }
    } else if stranded.is_empty() {
        screen.text(
            2,
            &[(
                Style::Good,
                format!("none of {} strands the recovery", count(rehearsal.rows.len(), "fault")),
            )],
        );
    }
    for row in stranded.iter().take(TOLD) {
        told(&mut screen, row, Style::Bad);
    }
    if stranded.len() > TOLD {
        screen.text(2, &[dim(format!("  and {} more; --format json has them all", stranded.len() - TOLD))]);
    }
    screen.finish()
}

fn told(screen: &mut Screen, row: &Row, style: Style) {
    screen.text(
        4,
        &[
            (style, format!("  {} ", row.outcome.as_str())),
            bold(format!("{} ", row.step)),
            dim(format!("({})", row.fault)),
            plain(format!(": {}", row.then)),
        ],
    );
}
