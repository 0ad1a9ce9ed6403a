//! Whether a plan may be run now: approved by whom, or every reason why not with what to do about each.

use jiff::{SignedDuration, Timestamp};

use super::keys::Key;
use super::payload;
use super::quorum::{Allowed, Approver, Count, count};
use super::revoked::{Revoked, read_revoked};
use super::rules::Rules;
use super::signers::{Signer, Signers, read_signers};
use super::why::Why;
use crate::model::approval::{ApprovalFiles, Text};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::settings::Approval;
use crate::model::words;
use crate::plan::{Plan, codec};

/// How far the clock that a plan was made by may be ahead: its expiry is counted from there.
const MOST_AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Its path, for what people are told to do.
    pub shown: &'a str,
    /// What drplan.hcl says now; `None` where there is none.
    pub settings: Option<&'a Approval>,
    /// The files that [`Rules`] name, and the signatures.
    pub files: &'a ApprovalFiles,
    /// The clock.
    pub now: Timestamp,
}

/// How far the approval of a plan has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What holds.
    pub rules: Rules,
    /// Who has approved and who could.
    pub count: Count,
    /// What is worth knowing about the files of allowed signers.
    pub notes: Vec<Problem>,
    signers: Vec<Signers>,
    revoked: Vec<Revoked>,
    now: Timestamp,
}

impl Standing {
    /// How many approvals are still missing.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.quorum().saturating_sub(self.count.approved.len())
    }

    /// How many are needed.
    #[must_use]
    pub fn quorum(&self) -> usize {
        usize::try_from(self.rules.quorum).unwrap_or(usize::MAX)
    }

    /// Whose key it is, where their signature counts now.
    ///
    /// # Errors
    /// Why it would not.
    pub fn owner(&self, key: &Key) -> Result<&Signer, Why> {
        Allowed { signers: &self.signers, revoked: &self.revoked, now: self.now }.key(key)
    }

    /// `ops-lead, db-owner (2 of 2)`; `nobody (0 of 2)`.
    #[must_use]
    pub fn words(&self) -> String {
        let names: Vec<&str> = self.count.approved.iter().map(|approver| approver.name.as_str()).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        format!("{names} ({} of {})", self.count.approved.len(), self.rules.quorum)
    }
}

/// Whether the plan may be run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Enough people have approved it.
    Approved(Standing),
    /// Nobody is asked beforehand: whoever runs it types the stack's name on a terminal, or gives the plan's digest.
    Confirm {
        /// Name of the stack.
        stack: String,
        /// The plan's `digest`.
        digest: String,
    },
    /// It is not approved, and run all the same, for a reason that is kept.
    BrokenGlass {
        /// Why.
        reason: String,
        /// Who has approved it nevertheless.
        approved: Vec<Approver>,
        /// What was missing, for the journal and the report.
        missing: Vec<Problem>,
    },
    /// It may not be run: every reason.
    Refused(BadInput),
}

/// Judges a plan at a time. `break_glass` is the reason to run it without approval.
///
/// What was changed since it was written or has expired is refused whoever approved it, and whatever the reason.
pub fn judge(request: &Request<'_>, break_glass: Option<&str>) -> Verdict {
    let Request { plan, shown, settings, files: _, now } = *request;
    let rules = Rules::of(plan, settings);
    let mut refused = binding(plan, shown, &rules, now);
    let mut missing = Vec::new();
    let mut standing = None;
    if rules.quorum > 0 {
        match self::standing(request) {
            Ok(found) => {
                missing.extend(lacks(&found, shown));
                standing = Some(found);
            }
            Err(BadInput(problems)) => missing.extend(problems),
        }
    }
    if let Some(reason) = break_glass.filter(|_| !missing.is_empty()) {
        match glass(&rules, reason) {
            Some(problem) => refused.push(problem),
            None if refused.is_empty() => {
                let approved = standing.map(|standing| standing.count.approved).unwrap_or_default();
                return Verdict::BrokenGlass { reason: reason.trim().to_owned(), approved, missing };
            }
            None => {}
        }
    }
    // Whoever gives a reason believes that it is kept.
    if break_glass.is_some() && rules.quorum == 0 {
        refused.push(Problem::new(
            "a reason to run it without approval is given, and this plan asks nobody's approval",
            "leave --break-glass out: whoever runs it confirms the stack's name, or gives --digest",
        ));
    }
    refused.append(&mut missing);
    match standing {
        _ if !refused.is_empty() => Verdict::Refused(BadInput(refused)),
        Some(standing) => Verdict::Approved(standing),
        None => Verdict::Confirm { stack: plan.stack.clone(), digest: plan.digest.clone() },
    }
}

/// Reads the files and counts, without a judgement.
///
/// # Errors
/// Every problem with the files of allowed signers and the revocation lists: without them nothing counts.
pub fn standing(request: &Request<'_>) -> Result<Standing, BadInput> {
    let Request { plan, shown: _, settings, files, now } = *request;
    let rules = Rules::of(plan, settings);
    let mut problems = Vec::new();
    let signers: Vec<Signers> = read_all(&files.signers, read_signers, &mut problems);
    let revoked: Vec<Revoked> = read_all(&files.revoked, read_revoked, &mut problems);
    if rules.quorum > 0 && rules.signers.is_empty() {
        let message = "a quorum without a file of allowed signers: nobody's signature counts";
        problems
            .push(Problem::new(message, "name one in drplan.hcl: `approval { allowed_signers = \"...\" }`"));
    }
    // Whoever reads the files must have read all that hold: one that was left out would allow everything.
    if (files.signers.len(), files.revoked.len()) != (rules.signers.len(), rules.revoked.len()) {
        let message = "not every file of allowed signers or revoked keys that holds was looked at";
        problems.push(Problem::new(message, "report this: it is a defect of drplan"));
    }
    if !problems.is_empty() {
        return Err(BadInput(problems));
    }
    let count = count(payload(plan), &files.signatures, &signers, &revoked, now);
    let notes = signers.iter().flat_map(|signers| signers.notes.clone()).collect();
    Ok(Standing { rules, count, notes, signers, revoked, now })
}

fn read_all<T>(
    texts: &[Text],
    read: impl Fn(&str, &str) -> Result<T, BadInput>,
    problems: &mut Vec<Problem>,
) -> Vec<T> {
    let mut all = Vec::new();
    for Text { shown, text } in texts {
        match text
            .as_ref()
            .map_err(|problem| BadInput::from(problem.clone()))
            .and_then(|text| read(text, shown))
        {
            Ok(one) => all.push(one),
            Err(BadInput(more)) => problems.extend(more),
        }
    }
    all
}

/// What no approval mends: a plan that was changed, or whose time is over.
fn binding(plan: &Plan, shown: &str, rules: &Rules, now: Timestamp) -> Vec<Problem> {
    let mut problems = Vec::new();
    let made_anew = "make the plan anew: `drplan region REGION`";
    let same = |made: Result<String, serde_json::Error>, kept: &str| made.is_ok_and(|made| made == kept);
    if !same(codec::digest(plan), &plan.digest) || !same(codec::decision_digest(plan), &plan.decision_digest)
    {
        let message =
            format!("{shown} was changed after it was written: its digest does not match its content");
        problems.push(Problem::new(message, format!("{made_anew}, or take it from where it was approved")));
    }
    if now >= rules.expires_at {
        let message = format!("{shown} was good until {}, and it is {now}", rules.expires_at);
        problems.push(Problem::new(
            message,
            format!("{made_anew}; where its decisions are the same, its approvals count for the new one"),
        ));
    }
    if plan.created_at.duration_since(now) > MOST_AHEAD {
        let message = format!("{shown} was made at {}, and it is only {now}", plan.created_at);
        problems.push(Problem::new(message, format!("set the clock of this machine, or {made_anew}")));
    }
    problems
}

/// Why there are not enough approvals; nothing where there are.
fn lacks(standing: &Standing, shown: &str) -> Vec<Problem> {
    let missing = standing.missing();
    if missing == 0 {
        return Vec::new();
    }
    let message = format!(
        "{shown} is not approved: {}; {} missing",
        standing.words(),
        if missing == 1 { "1 is".to_owned() } else { format!("{missing} are") }
    );
    let open = &standing.count.open;
    let fix = if open.len() < missing {
        let could = if open.is_empty() { "nobody else".to_owned() } else { open.join(", ") };
        format!(
            "{could} could approve it, which is too few: add {} to the allowed signers",
            words::count(missing - open.len(), "approver")
        )
    } else {
        format!("have {} approve it: `drplan approve {shown} --key FILE`", some_of(missing, open))
    };
    let discarded = &standing.count.discarded;
    let mut all = vec![Problem::new(message, fix)];
    all.extend(discarded.iter().map(|discarded| discarded.why.problem(&discarded.file, shown)));
    all
}

/// `db-owner`, `2 of cto, db-owner and ops-lead`.
fn some_of(missing: usize, open: &[String]) -> String {
    match open {
        [only] => only.clone(),
        [.., _] if open.len() == missing => open.join(" and "),
        _ => format!("{missing} of {}", open.join(", ")),
    }
}

/// Why glass may not be broken.
fn glass(rules: &Rules, reason: &str) -> Option<Problem> {
    if !rules.break_glass {
        let message = "this plan may not be run without approval, whatever the reason";
        return Some(Problem::new(
            message,
            "have it approved; only a plan made with `approval { break_glass = true }` may be run so",
        ));
    }
    reason.trim().is_empty().then(|| {
        Problem::new("no reason is given for running it without approval", "say why: the report keeps it")
    })
}
