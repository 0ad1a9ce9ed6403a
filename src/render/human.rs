//! A plan on a terminal: the verdict first, then what happens, then why not.

use super::Options;
use super::findings;
use super::fix::{self, Part};
use super::screen::{MARGIN, Piece, Screen, Style, bold, dim, plain};
use super::summary::{Measure, Summary, summarize};
use super::text::{pad, shorten, width};
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::forecast::Verdict;

pub use super::resource::render_resource;
pub use super::step::render_step;
pub use super::values::render_values;

/// The first screen of a plan.
#[must_use]
pub fn render_plan(plan: &Plan, options: Options<'_>) -> String {
    let all = options.verbose > 0;
    let summary = summarize(plan, all);
    let mut screen = Screen::new(options);
    header(&mut screen, &summary);
    screen.gap();
    verdict(&mut screen, &summary);
    let command = options.command();
    rows(&mut screen, "run", &summary.resumes, &command);
    rows(&mut screen, "saw", &summary.saw, &command);
    measures(&mut screen, &summary);
    changes(&mut screen, &summary);
    rows(&mut screen, "blocked", &summary.blocked, &command);
    rows(&mut screen, "leaves", &summary.leaves, &command);
    rows(&mut screen, "advice", &summary.advice, &command);
    phases(&mut screen, &summary);
    findings::put(&mut screen, &summary.groups, all, &command);
    last_lines(&mut screen, &summary, options, &command);
    screen.finish()
}

pub(super) fn header(screen: &mut Screen, summary: &Summary<'_>) {
    let left = format!(
        "{}   {} -> {}",
        shorten(summary.stack, 40),
        shorten(summary.primary, 24),
        shorten(summary.recovery, 24)
    );
    let right = format!("plan {}  {}", summary.digest, summary.when);
    let fill = screen.width().saturating_sub(width(&left) + width(&right));
    if fill < 3 {
        screen.text(2, &[bold(left)]);
        screen.text(2, &[dim(right)]);
    } else {
        screen.text(2, &[bold(left), plain(" ".repeat(fill)), dim(right)]);
    }
}

fn verdict(screen: &mut Screen, summary: &Summary<'_>) {
    let standing = &summary.standing;
    let style = if standing.errors > 0 { Style::Bad } else { Style::Good };
    screen.row(
        "verdict",
        &[(style, standing.sentence().to_owned()), plain(format!(": {}", standing.counts()))],
    );
}

/// What can be pasted has a line of its own.
fn rows(screen: &mut Screen, label: &str, lines: &[String], command: &str) {
    for (at, line) in lines.iter().enumerate() {
        let mut label = if at == 0 { label } else { "" };
        for part in fix::parts(line, command) {
            match part {
                Part::Words(words) => screen.row(label, &[plain(words.trim())]),
                Part::Paste(inside) => screen.unbroken(MARGIN, &[plain(inside)]),
            }
            label = "";
        }
    }
}

pub(super) const fn verdict_style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Ok => Style::Good,
        Verdict::Missed => Style::Bad,
        Verdict::Unknown | Verdict::Accepted => Style::Warn,
    }
}

/// Both tables of figures share their columns, so that the eye runs down one line of verdicts.
fn measures(screen: &mut Screen, summary: &Summary<'_>) {
    const WIDEST: usize = 48;
    let both = || summary.recovers.iter().chain(&summary.loses);
    let figure = both().map(|m| width(&shorten(&m.figure, WIDEST))).max().unwrap_or(0);
    let objective = both().map(|m| width(&m.objective)).max().unwrap_or(0);
    let room = screen.width().saturating_sub(MARGIN + figure + objective + 4);
    // A narrow screen has the verdict under its figure.
    let stacked = room < "unknown".len();
    let mut put = |label: &str, measure: &Measure| {
        let Measure { figure: words, objective: against, verdict, comment } = measure;
        let said = (verdict_style(*verdict), verdict.as_str().to_owned());
        if stacked {
            let comment = if comment.is_empty() { String::new() } else { format!(", {comment}") };
            screen.row_at(label, 2, &[plain(words)]);
            screen.row_at("", 4, &[dim(format!("  {against}  ")), said, plain(comment)]);
            return;
        }
        let mut line: Vec<Piece> =
            vec![plain(pad(&shorten(words, WIDEST), figure + 2)), dim(pad(against, objective + 2)), said];
        let fits = verdict.as_str().len() + 2 + width(comment) <= room;
        if fits && !comment.is_empty() {
            line.push(plain(format!(", {comment}")));
        }
        screen.row(label, &line);
        if !fits && !comment.is_empty() {
            screen.row_at("", 2, &[dim(format!("  {comment}"))]);
        }
    };
    for (at, measure) in summary.recovers.iter().enumerate() {
        put(if at == 0 { "recovers" } else { "" }, measure);
    }
    for (at, measure) in summary.loses.iter().enumerate() {
        put(if at == 0 { "loses" } else { "" }, measure);
    }
    if summary.loses.is_empty() {
        let blocked = summary.changes.iter().any(|change| change.symbol == "!");
        let words = if blocked {
            "perhaps all of what is blocked: nothing brings it back"
        } else {
            "nothing: no resource of the state is a store"
        };
        screen.row("loses", &[plain(words)]);
    }
}

/// A count is never torn from its words: what does not fit goes to the next line.
fn changes(screen: &mut Screen, summary: &Summary<'_>) {
    let room = screen.width() - MARGIN;
    let mut rows: Vec<Vec<Piece>> = vec![Vec::new()];
    let mut used = 0;
    for change in &summary.changes {
        let style = match change.symbol {
            "+" | "^" => Style::Good,
            "!" => Style::Bad,
            ">" | "~" => Style::Warn,
            _ => Style::Plain,
        };
        let words = format!(" {} {}", change.count, change.words);
        let columns = change.symbol.len() + words.len() + 3;
        if used > 0 && used + columns - 3 > room {
            rows.push(Vec::new());
            used = 0;
        }
        used += columns;
        if let Some(row) = rows.last_mut() {
            row.extend([(style, change.symbol.to_owned()), plain(words), plain("   ")]);
        }
    }
    if summary.changes.is_empty() {
        rows = vec![vec![plain("nothing")]];
    }
    for (at, row) in rows.iter().enumerate() {
        screen.row(if at == 0 { "changes" } else { "" }, row);
    }
}

fn phases(screen: &mut Screen, summary: &Summary<'_>) {
    const WHAT: usize = 29;
    if summary.phases.is_empty() {
        return;
    }
    screen.gap();
    screen.text(WHAT, &[dim(format!("  {:<10} {:>6}  {:<8}what", "phase", "steps", "from"))]);
    for row in &summary.phases {
        let mark = if row.critical { "*" } else { "" };
        let line =
            [bold(format!("  {:<10}", row.phase)), plain(format!(" {:>6}  {:<6}", row.steps, row.from))];
        let [phase, figures] = line;
        screen.text(WHAT, &[phase, figures, (Style::Warn, format!("{mark:<2}")), plain(&row.what)]);
    }
    if summary.phases.iter().any(|row| row.critical) {
        screen.text(
            WHAT,
            &[
                plain(" ".repeat(27)),
                (Style::Warn, "* ".to_owned()),
                dim("critical path; from: hours and minutes after the start"),
            ],
        );
    }
}

fn last_lines(screen: &mut Screen, summary: &Summary<'_>, options: Options<'_>, command: &str) {
    let standing = &summary.standing;
    let style = if standing.errors > 0 { Style::Bad } else { Style::Good };
    screen.gap();
    screen
        .text(2, &[plain(format!("{}: ", standing.counts())), (style, format!("{}.", standing.sentence()))]);
    let mut next = Vec::new();
    if let Some(saved) = options.saved {
        next.push(format!("saved {}", shell(saved)));
        let steps = if summary.phases.is_empty() { "" } else { " --steps" };
        next.push(format!("{command}{steps}"));
    }
    if let Some(first) = summary.groups.first() {
        next.push(format!("drplan explain {}", shorten(first.code, 60)));
    }
    // A command is never broken: side by side where all of them fit, else one a line.
    let side_by_side = next.join("      ");
    if width(&side_by_side) <= screen.width() {
        next = vec![side_by_side];
    }
    for line in next.iter().filter(|line| !line.is_empty()) {
        screen.unbroken(0, &[dim(line)]);
    }
}
