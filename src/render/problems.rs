//! Bad input as diagnostics: what is wrong, where, and what to do, all of them at once.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::Options;
use super::fix;
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::clean;
use crate::model::diagnostic::{BadInput, Excerpt, Place, Problem};

/// Every problem, then how many there are.
///
/// Source lines are shown as they stand in [`Excerpt`]: whoever made it has masked what is secret.
#[must_use]
pub fn render_problems(bad: &BadInput, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    for problem in &bad.0 {
        screen.gap();
        one(&mut screen, (Style::Bad, "error"), problem, options);
    }
    screen.gap();
    screen.text(2, &[bold(format!("{bad}."))]);
    screen.finish()
}

/// Why something was refused: nothing was done, and the inputs may be as they should be.
#[must_use]
pub fn render_refusals(bad: &BadInput, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    for problem in &bad.0 {
        screen.gap();
        one(&mut screen, (Style::Bad, "refused"), problem, options);
    }
    screen.gap();
    screen.text(2, &[bold("nothing was done.".to_owned())]);
    screen.finish()
}

/// What does not stop a command, and may be wrong all the same.
#[must_use]
pub fn render_warnings(problems: &[Problem], options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    for problem in problems {
        screen.gap();
        one(&mut screen, (Style::Warn, "warning"), problem, options);
    }
    screen.finish()
}

fn one(screen: &mut Screen, (style, kind): (Style, &str), problem: &Problem, options: Options<'_>) {
    let Problem { message, at, also, excerpt, fix } = problem;
    screen.text(2, &[(style, kind.to_owned()), bold(format!(": {message}"))]);
    if let Some(at) = at {
        screen.text(6, &[(Style::Info, "  --> ".to_owned()), plain(at.to_string())]);
    }
    let excerpt = excerpt.as_ref().and_then(Shown::new);
    if let (Some(at @ Place { line: 1.., .. }), Some(shown)) = (at, excerpt) {
        screen.drawn(&snippet(at, &shown, options));
    }
    for (place, what) in also {
        screen.text(
            8,
            &[(Style::Info, "  also ".to_owned()), plain(place.to_string()), dim(format!("  {what}"))],
        );
    }
    if !fix.is_empty() {
        fix::put(screen, fix, "drplan show PLAN");
    }
}

/// An excerpt, neutralised, its range moved accordingly.
struct Shown {
    text: String,
    range: std::ops::Range<usize>,
}

impl Shown {
    /// `None` where the range is not one of the text.
    fn new(excerpt: &Excerpt) -> Option<Self> {
        let Excerpt { text, range } = excerpt;
        let part = |part: Option<&str>| part.map(|part| clean(&part.replace('\t', "    ")).into_owned());
        let before = part(text.get(..range.start))?;
        let meant = part(text.get(range.clone()))?;
        let after = part(text.get(range.end..))?;
        let range = before.len()..before.len() + meant.len();
        Some(Self { text: format!("{before}{meant}{after}"), range })
    }
}

fn snippet(at: &Place, shown: &Shown, options: Options<'_>) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let source = Snippet::source(&shown.text)
        .line_start(usize::try_from(at.line).unwrap_or(1))
        .annotation(AnnotationKind::Primary.span(shown.range.clone()));
    renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(options.width.max(40))
        .render(&[Group::with_level(Level::ERROR).element(source)])
}
