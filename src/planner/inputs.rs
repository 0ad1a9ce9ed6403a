//! Checks what concerns the inputs as a whole: what they lack, where they contradict each other.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::{self, Findings};
use super::manifests::WORKLOADS;
use super::{code, commands, nodes, subjects};
use crate::model::diagnostic::{GapReason, Place};
use crate::model::paste;
use crate::model::words::count;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::Phase;

/// Findings about the inputs as a whole: gaps, code against state, names in drplan.hcl that nothing has.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    check_state(facts, findings);
    check_primary(facts, findings);
    check_gaps(facts, findings);
    check_unread(facts, decided, findings);
    code::check(facts, decided, findings);
    subjects::check(facts, findings);
    check_traps(facts, decided, findings);
}

/// Another workspace's state plans as well as the right one, and brings nothing back.
fn check_state(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let state = &facts.input.state;
    let mut managed = facts.objects.iter().filter(|object| object.is_managed());
    let objects = facts.input.manifests.objects.len();
    let is_empty = managed.clone().next().is_none();
    let code = facts.input.configuration.as_ref();
    // Code that could not be read is code all the same.
    let has_code = code.is_some_and(|code| {
        let blocks = code.modules.iter().flat_map(|module| &module.resources);
        blocks.into_iter().any(|block| !block.data) || !code.gaps.is_empty()
    });
    if is_empty && (objects == 0 || has_code) {
        findings.add(
            "state-empty",
            &state.origin,
            format!("{} has no resource (serial {}): the plan brings nothing back", state.origin, state.serial),
            format!(
                "is it another workspace's? Take the primary's: `{} {}state pull > state.tfstate`, then --state \
                 state.tfstate{}",
                commands::engine(facts),
                commands::chdir(facts),
                // Places where manifests are looked for are in docs/configuration.md.
                if objects == 0 { ". Are manifests all that there is? No folder of them was found: --manifests DIR" } else { "" }
            ),
            None,
        );
    }
    if objects > 0 && !managed.any(|object| object.type_name() == "aws_eks_cluster") {
        findings.add(
            "cluster-unknown",
            "manifests",
            format!(
                "{}: {} would be applied, and no input tells to which cluster",
                if is_empty {
                    "the state has no resource: nothing but manifests is brought back"
                } else {
                    "the state has no EKS cluster"
                },
                count(objects, "object")
            ),
            "plan with the state that holds the cluster; where it comes back by other means, name its context when the \
             plan is applied: --context NAME",
            None,
        );
    }
}

fn check_primary(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let regions =
        || facts.objects.iter().filter(|object| object.is_managed()).filter_map(|o| o.region.as_deref());
    if let Some(primary) = facts.primary.as_deref()
        && regions().next().is_some()
        && !regions().any(|region| region == primary)
    {
        let near = crate::model::nearest(primary, regions());
        findings.add(
            "subject-unknown",
            primary,
            format!(
                "primary \"{primary}\" is a region in which the state has nothing: no value is taken for the primary's"
            ),
            near.map_or_else(
                || "name the region that the stack runs in".to_owned(),
                |near| format!("is \"{near}\" meant? Name the region that the stack runs in"),
            ),
            None,
        );
    }
    if facts.primary.is_none() {
        findings.add(
            "primary-region-unknown",
            "primary",
            "no resource of the state names a region, so which one is lost is unknown: no value is taken for the primary's",
            "name it: --primary REGION, or in drplan.hcl: `primary = \"...\"`",
            None,
        );
    }
}

fn check_gaps(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let input = facts.input;
    for gap in input.inventory.iter().flat_map(|inventory| &inventory.gaps) {
        findings.add(
            "inventory-gap",
            &gap.source,
            match gap.reason {
                GapReason::AccessDenied => {
                    format!("{} was denied, and what it would tell is unknown: {}", gap.source, gap.detail)
                }
                _ => format!("{} gave no answer: {}", gap.source, gap.detail),
            },
            remedy(gap.reason),
            None,
        );
    }
    for gap in input.configuration.iter().flat_map(|configuration| &configuration.gaps) {
        findings.add(
            "configuration-gap",
            &gap.source,
            format!("{} was not read: {}", gap.source, gap.detail),
            match gap.reason {
                GapReason::Outside => format!(
                    "nothing is downloaded: `{} {}init` puts it into .terraform/modules, where it is \
                     read; or vendor the module",
                    commands::engine(facts),
                    commands::chdir(facts)
                ),
                _ => format!(
                    "see by hand whether it names what is lost with {}, or have it written out where it can be read",
                    facts.primary.as_deref().unwrap_or("the primary")
                ),
            },
            None,
        );
    }
    for gap in &input.gaps {
        let Some(engine) = gap.source.strip_prefix("engine:") else { continue };
        let (code, fix) = match gap.reason {
            GapReason::Failed => ("engine-failed", "mend what it says; or plan without it: --engine off"),
            _ => ("engine-unasked", "name the engine to have its reasons counted: --engine PATH"),
        };
        findings.add(code, engine, format!("the engine made no plan of its own: {}", gap.detail), fix, None);
    }
    for gap in &input.manifests.gaps {
        findings.add(
            "manifest-unrendered",
            &gap.source,
            format!("{} was not rendered: {}", gap.source, gap.detail),
            unrendered_remedy(gap.reason),
            Some(Place::file(&gap.source)),
        );
    }
}

/// What nobody gave: the code that the engine would run, and what the recovery region has.
fn check_unread(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    // What is restored is imported afterwards.
    let made = |resource: &&PlannedResource| {
        matches!(resource.engine, Engine::Create | Engine::Import | Engine::Withhold)
            || matches!(resource.disposition, Disposition::Restore | Disposition::Promote)
    };
    let made = decided.resources.iter().filter(made).count();
    let (input, recovery) = (facts.input, facts.recovery);
    if made > 0 && input.configuration.is_none() {
        findings.add(
            "configuration-missing",
            "terraform",
            format!(
                "no Terraform code was found: the engine makes or imports {} from it",
                count(made, "resource")
            ),
            "plan where the code is: --terraform DIR, or name it in drplan.hcl: `terraform { dir = \"...\" }`",
            None,
        );
    }
    if made > 0 && input.inventory.is_none() && findings.subjects("inventory-missing").is_empty() {
        findings.add(
            "recovery-unseen",
            recovery,
            format!(
                "{}: names that are taken, quotas, zones and images there were not looked at",
                findings::why_unseen(facts)
            ),
            format!("record what is there: `drplan inventory {recovery} -o {}`", facts.inventory_file()),
            None,
        );
    }
}

/// What makes a call answer the next time.
const fn remedy(reason: GapReason) -> &'static str {
    match reason {
        GapReason::AccessDenied => "give the caller the read permission, then record the inventory again",
        GapReason::Throttled | GapReason::TimedOut | GapReason::Failed => "record the inventory again",
        GapReason::Unreachable => {
            "let the caller reach the region's endpoints (network, proxy, AWS_ENDPOINT_URL), then record the \
             inventory again"
        }
        GapReason::NotRecorded | GapReason::Offline => "record the inventory again with this drplan",
        _ => {
            "check what answers there instead of AWS (proxy, AWS_ENDPOINT_URL), then record the inventory again"
        }
    }
}

/// What lets a unit be rendered.
const fn unrendered_remedy(reason: GapReason) -> &'static str {
    match reason {
        GapReason::ToolMissing => "install the tool that renders it, or give the rendered manifests",
        GapReason::Outside => {
            "nothing is downloaded or read outside: vendor it, or give the rendered manifests"
        }
        _ => "mend what its renderer says, give the rendered manifests, or leave it out: --exclude",
    }
}

/// The runbook's defects that the plan avoids, where the inputs show them.
fn check_traps(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        let restored = matches!(resource.disposition, Disposition::Restore | Disposition::Promote);
        if restored && matches!(object.type_name(), "aws_db_instance" | "aws_rds_cluster") {
            findings.add(
                "database-empty-trap",
                object.address(),
                format!(
                    "a plain apply would make {} empty, and its name would then block the restore: \
                     it is left out, restored and imported",
                    object.name()
                ),
                "nothing to do",
                facts.place_in_code(object),
            );
        }
    }
    let writers =
        facts.input.manifests.objects.iter().any(|object| WORKLOADS.contains(&object.kind.as_str()));
    let written = decided.resources.iter().any(|resource| {
        let lost = resource.region.as_deref().is_some_and(|region| facts.is_primary(region));
        lost && !matches!(resource.disposition, Disposition::Block | Disposition::Skip)
            && matches!(resource.type_name.as_str(), "aws_db_instance" | "aws_rds_cluster")
    });
    // At a gate before the fence a person decides it.
    let decided_there = facts.input.settings.gates.iter().any(|gate| gate.phase == Phase::Fence.as_str());
    if writers && written && !decided_there {
        findings.add(
            "primary-unfenced",
            facts.primary.clone().unwrap_or_default(),
            "the old primary may still write when traffic has moved, if it cannot be reached to be stopped",
            format!(
                "have a person decide it before the fence: {}; keep the old primary isolated when it returns",
                paste::block("gate", Phase::Fence.as_str(), "ask = \"Is the old primary cut off?\"")
            ),
            None,
        );
    }
    nodes::check(facts, findings);
}
