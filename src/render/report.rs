//! The report of a run.

use super::screen::{Screen, Style, bold, dim, plain};
use super::text::{duration, instant, pad, short_digest, shorten};
use super::{Options, fix};
use crate::model::words::count;
use crate::plan::forecast::Verdict;
use crate::plan::report::{Replanned, RunReport, StepReport};
use crate::plan::step::Phase;

/// The slowest steps that are told one by one.
const SLOWEST: usize = 8;

/// The report on a terminal.
#[must_use]
pub fn render_report(report: &RunReport, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let how = match report.ended.as_deref() {
        Some("done") => (Style::Good, "done".to_owned()),
        Some(other) => (Style::Warn, other.replace('_', " ")),
        None if report.copy.is_some() => (Style::Warn, "not ended by this copy of its records".to_owned()),
        None if report.running => (Style::Warn, "runs at this moment".to_owned()),
        None => (Style::Warn, "not ended, or its process died".to_owned()),
    };
    screen.text(
        2,
        &[
            bold(report.stack.clone()),
            plain(format!("   run {}   ", report.run)),
            how,
            dim(format!("   plan {}", short_digest(&report.plan))),
        ],
    );
    screen.gap();
    if let Some(copy) = &report.copy {
        screen.row("copy", &[(Style::Warn, copy.clone())]);
    }
    let approved =
        if report.approved_by.is_empty() { "nobody".to_owned() } else { report.approved_by.join(", ") };
    screen.row("approved", &[plain(approved)]);
    screen.row("decisions", &[dim(report.decision.clone())]);
    if let Some(reason) = &report.break_glass {
        screen.row("glass", &[(Style::Warn, format!("run without approval: {reason}"))]);
    }
    for next in &report.replanned {
        screen.row("then", &replanned(next));
        if !next.dropped.is_empty() {
            screen.row("", &[plain(format!("done before, and not kept: {}", listed(&next.dropped)))]);
        }
        if let Some(reason) = &next.break_glass {
            screen.row("glass", &[(Style::Warn, format!("run without approval: {reason}"))]);
        }
    }
    if let Some(why) = &report.simulated {
        screen.row("measured", &[(Style::Warn, format!("nothing: {why}"))]);
    }
    screen.row(
        "from",
        &[plain(format!(
            "{} to {}, {}",
            instant(report.begun_at),
            instant(report.last_at),
            count(usize::try_from(report.holders).unwrap_or(usize::MAX), "process")
        ))],
    );
    screen.row("recovered", &recovered(report));
    for decision in &report.decisions {
        let word = if decision.go { "go" } else { "stop" };
        screen.row(
            "decided",
            &[plain(format!("{}: {word}, by {} at {}", decision.step, decision.by, instant(decision.at)))],
        );
    }
    for next in report.resumed_by.iter().take(SLOWEST) {
        let how = if next.took_over { "took it over" } else { "went on" };
        screen.row("resumed", &[plain(format!("{}: {how} at {}", next.by, instant(next.at)))]);
    }
    if report.resumed_by.len() > SLOWEST {
        screen.row("", &[plain(format!("and {} more", report.resumed_by.len() - SLOWEST))]);
    }
    let told = [("failed", &report.mended), ("undone", &report.undone), ("changed", &report.differs)];
    for (label, all) in told {
        for one in all.iter().take(SLOWEST) {
            fix::row(&mut screen, label, &format!("{}: {}, at {}", one.step, one.found, instant(one.at)));
        }
        if all.len() > SLOWEST {
            screen.row("", &[plain(format!("and {} more", all.len() - SLOWEST))]);
        }
    }
    if !report.held.is_empty() {
        screen.row("held now", &[(Style::Warn, listed(&report.held))]);
    }
    screen.gap();
    for phase in Phase::ALL {
        let steps: Vec<&StepReport> = report.steps.iter().filter(|step| step.phase == phase).collect();
        if steps.is_empty() {
            continue;
        }
        let of = |word: &str| steps.iter().filter(|step| step.outcome == word).count();
        let mut line = format!("{} done, {} found done", of("done"), of("found"));
        for word in ["unproven", "failed", "open"] {
            if of(word) > 0 {
                line += &format!(", {} {word}", of(word));
            }
        }
        screen.text(13, &[plain(format!("  {}{line}", pad(phase.as_str(), 11)))]);
    }
    if !report.left.is_empty() {
        screen
            .text(13, &[(Style::Warn, format!("  {}{}", pad("left", 11), count(report.left.len(), "step")))]);
    }
    let mut slowest: Vec<&StepReport> = report.steps.iter().filter(|step| step.seconds > Some(0)).collect();
    slowest.sort_by_key(|step| std::cmp::Reverse(step.seconds));
    if !slowest.is_empty() {
        screen.gap();
        screen.text(2, &[bold("  took        planned     step".to_owned())]);
    }
    for step in slowest.into_iter().take(SLOWEST) {
        let took = duration(step.seconds.unwrap_or(0));
        let planned = duration(step.planned_seconds);
        let tries = if step.attempts > 1 { format!("   {} attempts", step.attempts) } else { String::new() };
        screen.text(
            2,
            &[plain(format!("  {}{}{}{tries}", pad(&took, 12), pad(&planned, 12), shorten(&step.step, 60)))],
        );
    }
    for step in report.steps.iter().filter(|step| matches!(&*step.outcome, "failed" | "unproven")) {
        screen.gap();
        screen.row(&step.outcome, &[bold(step.step.clone())]);
        fix::row(&mut screen, "", step.cause.as_deref().unwrap_or_default());
    }
    screen.finish()
}

/// Another plan that the run went on with.
fn replanned(next: &Replanned) -> Vec<super::screen::Piece> {
    let by = if next.approved_by.is_empty() { "nobody".to_owned() } else { next.approved_by.join(", ") };
    let stayed = count(usize::try_from(next.stayed).unwrap_or(usize::MAX), "finished step");
    vec![
        plain(format!("plan {} from {} on, approved by {by}: ", short_digest(&next.plan), instant(next.at))),
        plain(format!("{stayed} stayed")),
    ]
}

fn listed(steps: &[String]) -> String {
    let shown: Vec<&str> = steps.iter().take(SLOWEST).map(String::as_str).collect();
    let more = steps.len() - shown.len();
    if more > 0 { format!("{}, and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn recovered(report: &RunReport) -> Vec<super::screen::Piece> {
    let measured = &report.rto;
    let objective = measured
        .objective_seconds
        .map_or_else(|| "no objective".to_owned(), |objective| format!("objective {}", duration(objective)));
    let from = if report.replanned.is_empty() { "" } else { " from the last plan on" };
    let planned = format!("planned {}{from}", duration(measured.planned_seconds));
    let Some(seconds) = measured.seconds else {
        return vec![plain(format!("not yet   {objective}   {planned}"))];
    };
    let clock = if measured.since == report.begun_at {
        "the clock runs since the run began, and --since TIME has it run since the loss".to_owned()
    } else {
        format!("the clock runs since {}", instant(measured.since))
    };
    let style = match measured.verdict {
        Verdict::Ok => Style::Good,
        Verdict::Missed => Style::Bad,
        _ => Style::Plain,
    };
    vec![
        plain(format!("in {}   {objective}   ", duration(seconds))),
        (style, measured.verdict.as_str().to_owned()),
        plain(format!("   {planned}; {clock}")),
    ]
}

/// The same facts as Markdown.
#[must_use]
pub fn render_report_markdown(report: &RunReport) -> String {
    let cell = |text: &str| super::text::clean(text).replace('|', "\\|");
    let mut out = format!("### Run {} of {}\n\n", cell(&report.run), cell(&report.stack));
    let options = Options::default();
    out += "```\n";
    out += &render_report(report, options);
    out += "```\n\n| step | outcome | took | planned | attempts |\n|---|---|---|---|---|\n";
    for step in &report.steps {
        let took = step.seconds.map_or_else(String::new, duration);
        out += &format!(
            "| `{}` | {} | {took} | {} | {} |\n",
            cell(&step.step),
            step.outcome,
            duration(step.planned_seconds),
            step.attempts
        );
    }
    out
}
