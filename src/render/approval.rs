//! How far the approval of a plan has come: what was signed, by whom, what is missing, what to do next.

use super::Options;
use super::human::header;
use super::screen::{MARGIN, Screen, Style, dim, plain};
use super::summary::summarize;
use super::text::{count, day};
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::approval::Standing;

/// A signature that was just written.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// Whose key it is by; `None` where it is no approver's.
    pub by: Option<&'a str>,
    /// The key.
    pub fingerprint: &'a str,
    /// Where it was written.
    pub file: &'a str,
}

/// The screen after an approval. What does not count is told apart from it, as warnings.
#[must_use]
pub fn render_approval(plan: &Plan, signed: Signed<'_>, standing: &Standing, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    header(&mut screen, &summarize(plan, false));
    screen.gap();
    screen.row("decisions", &[plain(&plan.decision_digest)]);
    let by = signed.by.unwrap_or("nobody who may approve");
    screen.row("signed by", &[plain(by), dim(format!("   {}", signed.fingerprint))]);
    screen.row("saved", &[plain(signed.file)]);
    if standing.rules.expires_at < plan.expires_at {
        screen.row("expires", &[plain(format!("{}, by drplan.hcl", day(standing.rules.expires_at)))]);
    }
    let path = options.saved.map_or_else(|| "PLAN".to_owned(), shell);
    if standing.quorum() == 0 {
        screen.row(
            "approved",
            &[plain("nobody is asked beforehand: neither the plan nor drplan.hcl names a quorum")],
        );
        screen.row("next", &[plain("whoever applies it types the stack's name")]);
        return screen.finish();
    }
    let missing = standing.missing();
    let style = if missing == 0 { Style::Good } else { Style::Warn };
    screen.row("approved", &[(style, standing.words())]);
    if missing == 0 {
        if plan.unbuilt().next().is_none() {
            screen.row("next", &[plain("it can be applied:")]);
            screen.unbroken(MARGIN, &[plain(format!("drplan apply {path}"))]);
        } else {
            screen
                .row("next", &[plain("it can be rehearsed; this drplan cannot run all of it for real yet:")]);
            screen.unbroken(MARGIN, &[plain(format!("drplan drill {path}"))]);
        }
        return screen.finish();
    }
    let open = &standing.count.open;
    let could =
        if open.is_empty() { "nobody else could".to_owned() } else { format!("by {}", open.join(" or ")) };
    screen.row("missing", &[plain(format!("{}, {could}", count(missing, "approval")))]);
    screen.row("next", &[plain("each of them, with their own key:")]);
    screen.unbroken(MARGIN, &[plain(format!("drplan approve {path} --key FILE"))]);
    screen.finish()
}
