//! What runs in the primary, or is named there, and no input brings along: workloads of no manifest, pairs of keys.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::observation::Workload;
use crate::plan::resource::Disposition;

/// Namespaces of what the cluster brings itself.
const OF_CLUSTER: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

impl Facts<'_, '_> {
    /// Workloads that ran in the primary, wrote perhaps, and are in no manifest.
    pub(super) fn unlisted_workloads(&self) -> impl Iterator<Item = &Workload> {
        let observed = self.input.observation.as_ref().and_then(|observation| observation.workloads.as_ref());
        let objects = &self.input.manifests.objects;
        observed.into_iter().flatten().filter(move |workload| {
            let is_it = |object: &crate::model::document::Object| {
                object.kind == workload.object_kind
                    && object.name == workload.name
                    && object.namespace.as_deref().unwrap_or("default") == workload.namespace
            };
            workload.replicas != Some(0)
                && !OF_CLUSTER.contains(&workload.namespace.as_str())
                && !objects.is_empty()
                && !objects.iter().any(is_it)
        })
    }
}

/// Tells what would not come back although it ran.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    check_workloads(facts, findings);
    check_skipped(facts, findings);
    check_key_pairs(facts, decided, findings);
}

/// Kinds that run something or are reached.
const RUNS: [&str; 6] = ["CronJob", "DaemonSet", "Deployment", "Ingress", "Service", "StatefulSet"];

/// What lies beside a kustomization and is named by none is applied by nobody; a workload there may be one that somebody
/// applies by hand.
fn check_skipped(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let manifests = &facts.input.manifests;
    let runs = |text: &str| {
        let mut kinds = text.lines().filter_map(|line| line.strip_prefix("kind:"));
        kinds.any(|kind| RUNS.contains(&kind.trim()))
    };
    let beside =
        manifests.skipped.iter().filter(|skipped| skipped.why.starts_with("beside the kustomization"));
    let mut files: Vec<&str> = beside
        .filter(|skipped| {
            manifests.texts.iter().any(|source| source.path == skipped.file && runs(&source.text))
        })
        .map(|skipped| skipped.file.as_str())
        .collect();
    files.sort_unstable();
    let Some((first, more)) = files.split_first() else { return };
    let and = match more.len() {
        0 => String::new(),
        count => format!(" and {}", crate::model::words::count(count, "more file")),
    };
    findings.add(
        "workload-skipped",
        *first,
        format!(
            "{first}{and} beside a kustomization {} workloads and {} named by none: the plan does not bring them back",
            if more.is_empty() { "has" } else { "have" },
            if more.is_empty() { "is" } else { "are" }
        ),
        "name them in the kustomization; or give what is applied by itself: --manifests PATH",
        Some(crate::model::diagnostic::Place::file(*first)),
    );
}

fn check_workloads(facts: &Facts<'_, '_>, findings: &mut Findings) {
    // What a chart installs is the engine's, or the chart's.
    let releases: Vec<String> = facts
        .objects
        .iter()
        .filter(|object| object.type_name() == "helm_release")
        .filter_map(|object| object.text("namespace").map(str::to_owned))
        .collect();
    // Operators make workloads from objects of their own, and call them by these; controllers bring whole charts.
    let is_made = |workload: &Workload| {
        facts.input.manifests.objects.iter().any(|object| {
            let custom = object
                .api_version
                .split('/')
                .next()
                .is_some_and(|group| group.contains('.') && !group.ends_with("k8s.io"));
            let applier =
                ["HelmRelease", "Application", "ApplicationSet", "HelmChart"].contains(&object.kind.as_str());
            let here = object.namespace.as_deref() == Some(workload.namespace.as_str());
            applier || custom && here && workload.name.contains(object.name.as_str())
        })
    };
    // Where no manifest runs anything, an add-on or a chart does.
    let is_ours = |workload: &Workload| {
        facts.input.manifests.objects.iter().any(|object| {
            let runs = ["Deployment", "StatefulSet", "DaemonSet", "CronJob"].contains(&object.kind.as_str());
            runs && object.namespace.as_deref().unwrap_or("default") == workload.namespace
        })
    };
    let told = |workload: &&Workload| {
        !releases.contains(&workload.namespace) && is_ours(workload) && !is_made(workload)
    };
    for workload in facts.unlisted_workloads().filter(told) {
        let Workload { object_kind, namespace, name, .. } = workload;
        let label = format!("{object_kind}/{namespace}/{name}");
        findings.add(
            "workload-unlisted",
            &label,
            format!("{label} ran in the primary and is in no manifest: the plan does not bring it back"),
            "put it into the manifests; if it is gone on purpose, record the observation again",
            None,
        );
    }
}

/// A pair of keys is of one region: what is started with its name fails in another that has none.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html>
fn check_key_pairs(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        let name = match object.type_name() {
            _ if !made => continue,
            "aws_instance"
            | "aws_launch_template"
            | "aws_launch_configuration"
            | "aws_spot_instance_request" => object.text("key_name").map(str::to_owned),
            "aws_eks_node_group" => object
                .tree()
                .pointer("/remote_access/0/ec2_ssh_key")
                .and_then(|name| name.as_str().map(str::to_owned)),
            _ => continue,
        };
        let Some(name) = name.filter(|name| !name.is_empty()) else { continue };
        let comes = facts.objects.iter().enumerate().any(|(at, pair)| {
            pair.type_name() == "aws_key_pair"
                && pair.name() == name
                && decided.resource(at).is_some_and(|one| one.disposition != Disposition::Skip)
        });
        if !comes {
            findings.add(
                "key-pair-unknown",
                object.address(),
                format!(
                    "it is started with the key pair {name}, which is of {} and which nothing makes in {}",
                    facts.primary.as_deref().unwrap_or("the primary"),
                    facts.recovery
                ),
                format!(
                    "import its public key under the same name before: `aws ec2 import-key-pair --key-name {} --region {} \
                     --public-key-material ...`; or have the code make it (aws_key_pair)",
                    crate::model::paste::shell(&name),
                    facts.recovery
                ),
                facts.place_in_code(object),
            );
        }
    }
}
