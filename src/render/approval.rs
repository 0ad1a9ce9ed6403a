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
    /// Why the plan cannot be applied, whoever approves it.
    pub barred: Option<&'a str>,
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
        let next = signed.barred.map_or("whoever applies it types the stack's name".to_owned(), anew);
        screen.row("next", &[plain(next)]);
        return screen.finish();
    }
    let missing = standing.missing();
    let style = if missing == 0 { Style::Good } else { Style::Warn };
    screen.row("approved", &[(style, standing.words())]);
    if missing > 0 {
        let open = &standing.count.open;
        let could = if open.is_empty() {
            "nobody else could".to_owned()
        } else {
            format!("by {}", open.join(" or "))
        };
        screen.row("missing", &[plain(format!("{}, {could}", count(missing, "approval")))]);
    }
    let (next, command) = match (missing, signed.barred) {
        (_, Some(why)) => (anew(why), None),
        (0, None) if plan.unbuilt().next().is_none() => (
            "it can be applied, with the flags of inputs that it was made with:".to_owned(),
            Some(format!("drplan apply {path}{}", context(plan))),
        ),
        (0, None) => (
            "it can be rehearsed; this drplan cannot run all of it for real yet:".to_owned(),
            Some(format!("drplan drill {path}")),
        ),
        (_, None) => (
            "each of them, with their own key:".to_owned(),
            Some(format!("drplan approve {path} --key FILE")),
        ),
    };
    screen.row("next", &[plain(next)]);
    if let Some(command) = command {
        screen.unbroken(MARGIN, &[plain(command)]);
    }
    screen.finish()
}

/// Where no input tells of a cluster, nothing but a context leads to one.
fn context(plan: &Plan) -> &'static str {
    let is_unknown = plan.findings.iter().any(|finding| finding.code == "cluster-unknown");
    if is_unknown { " --context NAME" } else { "" }
}

fn anew(why: &str) -> String {
    format!("{why}: make it anew; approvals of it count where that decides the same")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::sample;

    #[test]
    fn a_plan_of_no_known_cluster_is_applied_to_a_context() {
        let mut plan = sample::plan();
        assert_eq!(context(&plan), "");
        plan.findings[0].code = "cluster-unknown".into();
        assert_eq!(context(&plan), " --context NAME");
    }
}
