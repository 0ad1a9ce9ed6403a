//! Safety rule 7: what the plan is bound to.

use super::actions::{Nature, nature};
use super::{Report, Rule};
use crate::plan::Plan;
use crate::plan::action::{Action, Check};
use crate::plan::artifact::{FORMAT_VERSION, Saw, SawRecording};
use crate::plan::codec;

pub(super) fn check(plan: &Plan, report: &mut Report) {
    if plan.format_version != FORMAT_VERSION {
        report.add(Rule::Binding, "format_version", format!("this drplan writes version {FORMAT_VERSION}"));
    }
    let (decisions, whole) = rayon::join(|| codec::decision_digest(plan).ok(), || codec::digest(plan).ok());
    if decisions.as_ref() != Some(&plan.decision_digest) {
        report.add(Rule::Binding, "decision_digest", "it is not the digest of the decisions");
    }
    if whole.as_ref() != Some(&plan.digest) {
        report.add(Rule::Binding, "digest", "it is not the digest of the plan");
    }
    let lasts = plan.expires_at.as_second().checked_sub(plan.created_at.as_second());
    let same_part = plan.expires_at.subsec_nanosecond() == plan.created_at.subsec_nanosecond();
    if !same_part || lasts.and_then(|lasts| u64::try_from(lasts).ok()) != Some(plan.policy.expiry_seconds) {
        report.add(Rule::Binding, "expires_at", "it is not created_at and the policy's expiry");
    }
    check_saw(plan, report);
    check_account(plan, report);
}

/// A plan that writes proves first whose account it is in.
fn check_account(plan: &Plan, report: &mut Report) {
    let mut proven = false;
    for step in &plan.steps {
        if let Action::Check { check: Check::Identity { account } } = &step.action {
            proven = true;
            if *account != plan.saw.account {
                report.add(Rule::Binding, &step.id, "it proves another account than the plan's");
            }
        }
    }
    let writes =
        plan.steps.iter().any(|step| !matches!(nature(&step.action), Nature::Looks | Nature::Decides));
    if writes && !proven {
        report.add(
            Rule::Binding,
            "steps",
            "the plan writes, and no step proves the account that it writes in",
        );
    }
}

fn check_saw(plan: &Plan, report: &mut Report) {
    let Saw {
        state,
        configuration: _,
        manifests: _,
        observation,
        inventory,
        estimates: _,
        primary_region,
        recovery_region,
        account,
        workspace,
        gaps: _,
    } = &plan.saw;
    if recovery_region.is_empty() || primary_region.as_deref() == Some(recovery_region.as_str()) {
        report.add(Rule::Binding, "saw.recovery_region", "it is not another region than the primary");
    }
    if workspace.is_empty() {
        report.add(Rule::Binding, "saw.workspace", "the recovery has no workspace");
    }
    if plan.stack.is_empty() {
        report.add(Rule::Binding, "stack", "the stack has no name");
    }
    let of_state = plan.resources.iter().filter(|resource| !resource.beyond_state).count();
    if u64::try_from(of_state) != Ok(state.resources) {
        let message = format!("the state has {} managed objects, the plan {of_state}", state.resources);
        report.add(Rule::Disposition, "resources", message);
    }
    let mut recording = |place: &str, of: &Option<SawRecording>, region: Option<&str>| {
        let Some(SawRecording { region: of, account: answered, taken_at: _, gaps: _ }) = of else { return };
        if region.is_some_and(|region| region != of) {
            report.add(Rule::Binding, place, format!("it is of {of}"));
        }
        if let (Some(answered), Some(account)) = (answered, account)
            && answered != account
        {
            report.add(Rule::Binding, place, "it is of another account than the plan's");
        }
    };
    recording("saw.inventory", inventory, Some(recovery_region));
    recording("saw.observation", observation, primary_region.as_deref());
}
