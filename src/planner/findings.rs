//! Collects findings and checks what concerns the inputs as a whole.

use std::cell::LazyCell;
use std::collections::HashSet;

use super::dispositions::Decided;
use super::facts::Facts;
use super::manifests::WORKLOADS;
use crate::model::diagnostic::{GapReason, Place};
use crate::model::settings::Objective;
use crate::plan::codes;
use crate::plan::finding::{Finding, Severity};
use crate::plan::resource::Disposition;

/// Findings as they are met; sorted and without repetition at the end.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds a finding. Its severity is its code's.
    pub(super) fn add(
        &mut self,
        code: &'static str,
        subject: impl Into<String>,
        message: impl Into<String>,
        fix: impl Into<String>,
        at: Option<Place>,
    ) {
        let severity = codes::lookup(code).map_or(Severity::Error, |code| code.severity);
        debug_assert!(codes::lookup(code).is_some(), "{code} has no entry in codes.rs");
        self.0.push(Finding {
            severity,
            code: code.to_owned(),
            subject: subject.into(),
            message: message.into(),
            fix: fix.into(),
            at,
        });
    }

    /// The subjects that a code was told of.
    pub(super) fn subjects(&self, code: &str) -> HashSet<&str> {
        self.0.iter().filter(|finding| finding.code == code).map(|finding| finding.subject.as_str()).collect()
    }

    /// Errors first, in each severity the most harmful first, then by code, subject and place.
    pub(super) fn into_sorted(mut self) -> Vec<Finding> {
        self.0.sort_unstable_by(|a, b| {
            let rank = |finding: &Finding| (finding.severity, codes::harm(&finding.code));
            rank(a).cmp(&rank(b)).then_with(|| a.cmp(b))
        });
        self.0.dedup();
        self.0
    }
}

/// Findings about the inputs as a whole: gaps, code against state, names in drplan.hcl that nothing has.
pub(super) fn check_inputs(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    check_primary(facts, findings);
    check_gaps(facts, findings);
    check_code(facts, decided, findings);
    check_subjects(facts, findings);
    check_traps(facts, decided, findings);
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
            format!("{} gave no answer: {}", gap.source, gap.detail),
            remedy(gap.reason),
            None,
        );
    }
    for gap in input.configuration.iter().flat_map(|configuration| &configuration.gaps) {
        findings.add(
            "configuration-gap",
            &gap.source,
            format!("{} was not read: {}", gap.source, gap.detail),
            "nothing is downloaded: vendor the module, or plan without its code",
            None,
        );
    }
    for gap in &input.manifests.gaps {
        findings.add(
            "manifest-unrendered",
            &gap.source,
            format!("{} was not rendered: {}", gap.source, gap.detail),
            "install the tool that renders it, or give the rendered manifests",
            Some(Place::file(&gap.source)),
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

/// Why nothing is known of the recovery region: no inventory, or one in which the calls gave no answer.
pub(super) fn why_unseen(facts: &Facts<'_, '_>) -> String {
    let region = facts.recovery;
    let Some(inventory) = &facts.input.inventory else {
        let unasked = facts.input.gaps.iter().find(|gap| gap.source == format!("aws:{region}"));
        return match unasked {
            Some(gap) => format!("{region} could not be asked: {}", gap.detail),
            None => format!("there is no inventory of {region}"),
        };
    };
    match inventory.gaps.as_slice() {
        [] => format!("the inventory of {region} was recorded without it"),
        [gap] => format!("the inventory of {region} does not tell: {} gave no answer", gap.source),
        [first, ..] => format!(
            "the inventory of {region} does not tell: {} calls gave no answer, the first {}: {}",
            inventory.gaps.len(),
            first.source,
            first.detail
        ),
    }
}

/// Resources in the state but not in the code would not come back; those only in the code would be made.
fn check_code(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let Some(configuration) = &facts.input.configuration else { return };
    let mut lost: HashSet<&str> = HashSet::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let address = object.instance.config_address.as_str();
        if !facts.is_not_in_code(object.instance) || !lost.insert(address) {
            continue;
        }
        let stays = decided
            .resource(at)
            .is_some_and(|resource| matches!(resource.disposition, Disposition::Share | Disposition::Adopt));
        let what = if stays {
            "it stays where it is, and the engine does not import it"
        } else {
            "the engine would not make it in the recovery region"
        };
        findings.add(
            "not-in-code",
            address,
            format!("it is in the state but not in the code: {what}"),
            "bring its code back, or remove it from the state if it is gone on purpose",
            None,
        );
    }
    for module in &configuration.modules {
        for path in &module.paths {
            for block in module.resources.iter().filter(|block| !block.data) {
                let dot = if path.is_empty() { "" } else { "." };
                let address = format!("{path}{dot}{}.{}", block.type_name, block.name);
                if !facts.by_config.contains_key(address.as_str()) {
                    findings.add(
                        "not-in-state",
                        address,
                        "it is in the code but not in the state: the engine would make it if its count says so",
                        "apply it in the primary first, so that the plan can see what it becomes",
                        block.place.clone(),
                    );
                }
            }
        }
    }
}

/// What drplan.hcl names must be there, or a typing error silently changes the plan.
fn check_subjects(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let settings = &facts.input.settings;
    let has = |subject: &str| {
        facts.objects.iter().any(|object| {
            object.is_managed()
                && (facts.meant_by(subject, object)
                    || object.id.as_deref() == Some(subject)
                    || object.arn.as_deref() == Some(subject)
                    || object.instance.name == subject
                    || object.owned.iter().any(|owned| owned.value == subject))
        })
    };
    let mut unknown = |kind: &str, subject: &str, place: &Option<Place>| {
        let addresses =
            facts.objects.iter().filter(|object| object.is_managed()).map(super::facts::Object::address);
        let near = crate::model::nearest(subject, addresses);
        findings.add(
            "subject-unknown",
            subject,
            format!("{kind} \"{subject}\" of drplan.hcl names something that no input has"),
            near.map_or_else(
                || "correct the name, or remove the block".to_owned(),
                |near| format!("is \"{near}\" meant? Otherwise remove the block"),
            ),
            place.clone(),
        );
    };
    let volumes = LazyCell::new(|| super::volumes::names(facts));
    let volume = |subject: &str| volumes.contains(subject);
    for loss in settings.accepted_losses.iter().filter(|loss| !has(&loss.address) && !volume(&loss.address)) {
        unknown("accept_loss", &loss.address, &loss.place);
    }
    for skip in settings.skips.iter().filter(|skip| !has(&skip.address)) {
        unknown("skip", &skip.address, &skip.place);
    }
    for backup in settings.backups.iter().filter(|backup| !has(&backup.store)) {
        unknown("backup", &backup.store, &backup.place);
    }
    for database in &settings.databases {
        let subject = database.address.as_deref().unwrap_or(&database.name);
        // The name of the database inside the instance is not the instance's.
        let object = facts.objects.iter().find(|object| {
            facts.database_settings(object).is_some_and(|other| other.place == database.place)
        });
        if object.is_none() {
            unknown("database", subject, &database.place);
        }
    }
    let used = |text: &str| {
        has(text)
            || facts.input.state.instances.iter().any(|instance| instance.attributes.contains(text))
            || facts.input.manifests.texts.iter().any(|source| source.text.contains(text))
    };
    for counterpart in settings.counterparts.iter().filter(|counterpart| !used(&counterpart.subject)) {
        unknown("counterpart", &counterpart.subject, &counterpart.place);
    }
    for rewrite in settings.rewrites.iter().filter(|rewrite| !used(&rewrite.text)) {
        unknown("rewrite", &rewrite.text, &rewrite.place);
    }
    for objective in &settings.objectives {
        let component = objective.component.as_str();
        // Elsewhere a name does for an address; here nothing looks for one.
        let is_address =
            || facts.objects.iter().any(|object| object.is_managed() && facts.meant_by(component, object));
        if !Objective::COMPONENTS.contains(&component) && !is_address() && !volume(component) {
            unknown("objective", component, &objective.place);
        }
    }
    check_estimates(facts, findings);
}

/// A kind of work, a type of the table, or one of the state.
fn check_estimates(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let of_state = || facts.objects.iter().map(super::facts::Object::type_name);
    for estimate in &facts.input.settings.estimates {
        let kind = estimate.kind.as_str();
        let known = crate::model::estimate::default_of(kind).is_some()
            || crate::model::types::lookup(kind).is_some()
            || of_state().any(|name| name == kind);
        if known {
            continue;
        }
        let near = crate::model::nearest(kind, of_state());
        findings.add(
            "subject-unknown",
            kind,
            format!("estimate \"{kind}\" of drplan.hcl is no kind of work, and no resource of the state has that type"),
            near.map_or_else(
                || "correct the name, or remove the block".to_owned(),
                |near| format!("is \"{near}\" meant? Otherwise remove the block"),
            ),
            estimate.place.clone(),
        );
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
    if writers && written {
        findings.add(
            "primary-unfenced",
            facts.primary.clone().unwrap_or_default(),
            "the old primary may still write when traffic has moved, if it cannot be reached to be stopped",
            "decide it at the fence; keep the old primary isolated when it returns",
            None,
        );
    }
    check_nodes(facts, findings);
}

/// Requests of the pods against what the nodes offer: 14 of the runbook's defects.
fn check_nodes(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let mut capacity = (0_u64, 0_u64);
    let (mut groups, mut nodes, mut at) = (Vec::new(), 0, None);
    for object in facts.objects.iter().filter(|object| object.type_name() == "aws_eks_node_group") {
        let tree = object.tree();
        let max = tree.pointer("/scaling_config/0/max_size").and_then(serde_json::Value::as_u64).unwrap_or(0);
        let mut names = object.list("instance_types");
        if names.is_empty() {
            names.extend(launch_template_type(facts, &tree));
        }
        let Some((cpu, memory)) = names.first().and_then(|name| allocatable(name)) else { return };
        capacity = (capacity.0 + cpu * max, capacity.1 + memory * max);
        groups.push(format!("{max} x {}", names[0]));
        nodes += max;
        at = at.or_else(|| facts.place_in_code(object));
    }
    if groups.is_empty() {
        return;
    }
    let (cpu, memory) = super::requests::sum(&facts.input.manifests.objects, nodes);
    if cpu > capacity.0 || memory > capacity.1 {
        findings.add(
            "nodes-too-small",
            groups.join(" and "),
            format!(
                "the pods request {cpu} millicores and {memory} MiB, the nodes at their most offer {} and {}",
                capacity.0, capacity.1
            ),
            "raise the node group's maximum or its instance type for the recovery",
            at,
        );
    }
}

fn launch_template_type(facts: &Facts<'_, '_>, group: &serde_json::Value) -> Option<String> {
    let id = group.pointer("/launch_template/0/id")?.as_str()?;
    let template = facts.objects.iter().find(|object| object.id.as_deref() == Some(id))?;
    template.text("instance_type").map(str::to_owned)
}

/// Millicores and MiB that pods can have of a node: vCPU and memory less what the kubelet reserves and the daemons take.
/// docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html; instance sizes from the EC2 pages.
fn allocatable(instance_type: &str) -> Option<(u64, u64)> {
    let (family, size) = instance_type.split_once('.')?;
    let (cpu, memory) = match size {
        "medium" => (2_000, 4_096),
        "large" => (2_000, 8_192),
        "xlarge" => (4_000, 16_384),
        "2xlarge" => (8_000, 32_768),
        "4xlarge" => (16_000, 65_536),
        _ => return None,
    };
    let memory = match family.as_bytes().first()? {
        b't' | b'm' => memory,
        b'c' => memory / 2,
        b'r' => memory * 2,
        _ => return None,
    };
    Some((cpu - 70, memory - 600))
}
