//! Whether a plan may be run.

use super::*;
use crate::model::approval::ApprovalFiles;
use crate::model::diagnostic::BadInput;
use crate::model::settings::Approval;
use crate::plan::{codec, sample};

/// The sample plan: quorum 2, good for 90 days.
fn plan() -> Plan {
    sample::plan()
}

fn approval(quorum: u32) -> Approval {
    Approval { allowed_signers: Some("allowed_signers".to_owned()), quorum, ..Approval::default() }
}

fn files(signatures: Vec<Text>) -> ApprovalFiles {
    let signers = Text::new("allowed_signers", lines(&[("ops-lead", 1), ("db-owner", 2), ("cto", 3)]));
    ApprovalFiles { signers: vec![signers], revoked: Vec::new(), signatures }
}

fn both(plan: &Plan) -> Vec<Text> {
    vec![signed("db", 2, payload(plan)), signed("ops", 1, payload(plan))]
}

fn at(plan: &Plan, settings: Option<&Approval>, files: &ApprovalFiles, glass: Option<&str>) -> Verdict {
    judge(&Request { plan, shown: "plan.json", settings, files, now: now() }, glass)
}

/// What is said, and what to do: `MESSAGE | FIX`.
fn refused(verdict: Verdict) -> Vec<String> {
    let Verdict::Refused(BadInput(problems)) = verdict else { panic!("it is not refused: {verdict:?}") };
    problems.into_iter().map(|problem| format!("{} | {}", problem.message, problem.fix)).collect()
}

#[test]
fn two_of_two_is_approved() {
    let plan = plan();
    let Verdict::Approved(standing) = at(&plan, Some(&approval(2)), &files(both(&plan)), None) else {
        panic!("it is approved")
    };
    assert_eq!(standing.words(), "db-owner, ops-lead (2 of 2)");
}

#[test]
fn one_of_two_says_who_is_missing() {
    let plan = plan();
    let said = refused(at(&plan, None, &files(vec![signed("a", 1, payload(&plan))]), None));
    assert_eq!(
        said,
        ["plan.json is not approved: ops-lead (1 of 2); 1 is missing | have 1 of cto, db-owner approve it: \
          `drplan approve plan.json --key FILE`"]
    );
    let mut none = files(Vec::new());
    none.signers = vec![Text::new("allowed_signers", lines(&[("ops-lead", 1)]))];
    let said = refused(at(&plan, None, &none, None));
    assert!(said[0].contains("ops-lead could approve it, which is too few: add 1 approver"), "{said:?}");
}

#[test]
fn an_approval_holds_for_every_plan_of_the_same_decisions_and_no_other() {
    let plan = plan();
    let files = files(both(&plan));
    let mut newer = plan.clone();
    newer.created_at = "2026-11-23T11:00:00Z".parse().unwrap();
    newer.expires_at = newer.created_at + jiff::SignedDuration::from_hours(90 * 24);
    let newer = sample::sealed(newer);
    assert_ne!(newer.digest, plan.digest);
    assert!(matches!(at(&newer, None, &files, None), Verdict::Approved(_)));
    let mut other = plan.clone();
    other.stack = "another".to_owned();
    let said = refused(at(&sample::sealed(other), None, &files, None));
    assert_eq!(said.len(), 3, "{said:#?}");
    assert!(said[1].contains("did not sign the decisions of this plan"), "{said:#?}");
}

#[test]
fn a_plan_that_was_changed_is_refused_whoever_approved_it() {
    let plan = plan();
    let files = files(both(&plan));
    let mut changed = plan.clone();
    changed.stack = "another".to_owned();
    let said = refused(at(&changed, None, &files, None));
    assert!(said[0].contains("was changed after it was written"), "{said:#?}");
    // Also where all but what was signed is made anew, or only the plan as a whole is not.
    changed.digest = codec::digest(&changed).unwrap();
    assert_eq!(changed.decision_digest, plan.decision_digest);
    assert!(refused(at(&changed, None, &files, None))[0].contains("was changed after it was written"));
    let mut told = plan.clone();
    told.findings.clear();
    assert_eq!(codec::decision_digest(&told).unwrap(), plan.decision_digest);
    assert!(refused(at(&told, None, &files, None))[0].contains("was changed after it was written"));
    // A loosened policy is a changed plan, also where its digest is made anew.
    let mut loosened = plan;
    loosened.policy.quorum = 1;
    let said = refused(at(&sample::sealed(loosened), None, &files, None));
    assert!(said[0].contains("nobody (0 of 1)"), "{said:#?}");
}

#[test]
fn the_stricter_of_both_policies_holds() {
    let plan = plan();
    let files = files(both(&plan));
    // Loosened: the plan's own holds. Tightened: the file's.
    assert!(matches!(at(&plan, Some(&approval(0)), &files, None), Verdict::Approved(_)));
    let one = ApprovalFiles { signatures: vec![signed("a", 1, payload(&plan))], ..files.clone() };
    assert!(refused(at(&plan, Some(&approval(1)), &one, None))[0].contains("(1 of 2)"));
    assert!(refused(at(&plan, Some(&approval(3)), &files, None))[0].contains("(2 of 3)"));
    let soon = Approval { expiry_seconds: 3600, ..approval(2) };
    let said = refused(at(&plan, Some(&soon), &files, None));
    assert!(said[0].starts_with("plan.json was good until 2026-11-22T13:00:00Z"), "{said:?}");
    let later = Approval { expiry_seconds: plan.policy.expiry_seconds * 2, ..approval(2) };
    let request = Request {
        plan: &plan,
        shown: "plan.json",
        settings: Some(&later),
        files: &files,
        now: plan.expires_at,
    };
    let said = refused(judge(&request, None));
    assert!(said[0].contains(&format!("was good until {}", plan.expires_at)), "{said:?}");
    // Another file of signers: both must have been looked at, and both must allow.
    let other = Approval { allowed_signers: Some("others".to_owned()), ..approval(2) };
    assert!(refused(at(&plan, Some(&other), &files, None))[0].contains("not every file"));
    let mut two = files.clone();
    two.signers.push(Text::new("others", lines(&[("ops-lead", 1)])));
    let said = refused(at(&plan, Some(&other), &two, None));
    assert!(
        said[0].contains("ops-lead (1 of 2)") && said[1].contains("not among the allowed signers of others"),
        "{said:#?}"
    );
}

#[test]
fn a_revoked_key_ends_an_approval() {
    let mut plan = plan();
    plan.policy.revoked = Some("revoked".to_owned());
    let plan = sample::sealed(plan);
    let mut files = files(both(&plan));
    files.revoked = vec![Text::new("revoked", "# nobody\n")];
    assert!(matches!(at(&plan, None, &files, None), Verdict::Approved(_)));
    files.revoked = vec![Text::new("revoked", public(2))];
    let said = refused(at(&plan, None, &files, None));
    assert!(said[1].contains("the key of db-owner that it is by was revoked"), "{said:#?}");
    // Another list in drplan.hcl takes nothing from the plan's.
    let other = Approval { revoked: Some("others".to_owned()), ..approval(2) };
    files.revoked.push(Text::new("others", "# nobody\n"));
    let said = refused(at(&plan, Some(&other), &files, None));
    assert!(said[1].contains("the key of db-owner that it is by was revoked"), "{said:#?}");
    files.revoked = vec![Text::new("revoked", "nonsense")];
    assert!(refused(at(&plan, None, &files, None))[0].contains("neither a key nor a fingerprint"));
    files.revoked = Vec::new();
    assert!(refused(at(&plan, None, &files, None))[0].contains("not every file"));
}

#[test]
fn without_a_quorum_whoever_runs_it_confirms() {
    let mut plan = plan();
    plan.policy.quorum = 0;
    plan.policy.allowed_signers = None;
    let plan = sample::sealed(plan);
    let none = ApprovalFiles::default();
    let confirm = Verdict::Confirm { stack: "shop".to_owned(), digest: plan.digest.clone() };
    assert_eq!(at(&plan, None, &none, None), confirm);
    // drplan.hcl asks for approval now.
    assert!(refused(at(&plan, Some(&approval(1)), &files(Vec::new()), None))[0].contains("nobody (0 of 1)"));
}

#[test]
fn glass_is_broken_only_where_both_allow_it_and_with_a_reason() {
    let mut plan = plan();
    let one = |plan: &Plan| files(vec![signed("a", 1, payload(plan))]);
    let reason = Some("nobody else can be reached");
    let said = refused(at(&plan, None, &one(&plan), reason));
    assert!(said[0].contains("may not be run without approval, whatever the reason"), "{said:#?}");
    plan.policy.break_glass = true;
    let plan = sample::sealed(plan);
    let Verdict::BrokenGlass { reason: kept, approved, missing } = at(&plan, None, &one(&plan), reason)
    else {
        panic!("glass is broken")
    };
    assert_eq!((kept.as_str(), approved.len(), missing.len()), ("nobody else can be reached", 1, 1));
    assert!(refused(at(&plan, None, &one(&plan), Some("  ")))[0].contains("no reason is given"));
    assert!(!refused(at(&plan, Some(&approval(2)), &one(&plan), reason)).is_empty(), "drplan.hcl forbids it");
    // It replaces approvals and nothing else.
    let late = Request {
        plan: &plan,
        shown: "plan.json",
        settings: None,
        files: &one(&plan),
        now: "2027-03-01T00:00:00Z".parse().unwrap(),
    };
    assert!(refused(judge(&late, reason))[0].contains("was good until"));
    // Enough approvals need no glass; a file of signers that is lost is no obstacle to it.
    assert!(matches!(at(&plan, None, &files(both(&plan)), reason), Verdict::Approved(_)));
    let mut lost = one(&plan);
    lost.signers[0].text = Err(crate::model::diagnostic::Problem::new("allowed_signers is not there", "x"));
    assert!(matches!(at(&plan, None, &lost, reason), Verdict::BrokenGlass { .. }));
    assert!(refused(at(&plan, None, &lost, None))[0].contains("is not there"));
}

#[test]
fn where_nobody_approves_there_is_no_glass_to_break() {
    let mut plan = plan();
    plan.policy.quorum = 0;
    plan.policy.allowed_signers = None;
    let plan = sample::sealed(plan);
    let nobody = files(Vec::new());
    assert!(matches!(at(&plan, None, &nobody, None), Verdict::Confirm { .. }));
    let said = refused(at(&plan, None, &nobody, Some("the region is gone")));
    assert!(said.len() == 1 && said[0].contains("asks nobody's approval"), "{said:#?}");
}

#[test]
fn a_plan_of_tomorrow_tells_of_a_wrong_clock() {
    let plan = plan();
    let files = files(both(&plan));
    let request = |now: &str| Request {
        plan: &plan,
        shown: "plan.json",
        settings: None,
        files: &files,
        now: now.parse().unwrap(),
    };
    assert!(matches!(judge(&request("2026-11-22T11:00:00Z"), None), Verdict::Approved(_)));
    assert!(refused(judge(&request("2020-01-01T00:00:00Z"), None))[0].contains("and it is only 2020"));
}
