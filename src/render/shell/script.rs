//! The script as it grows: lines of steps, and the values that they wait for.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::words::word;
use crate::plan::Plan;
use crate::plan::action::{Action, Rewrite, Setting};
use crate::plan::body::Places;
use crate::plan::left::{BALANCER, ID, Left};
use crate::plan::step::{Estimate, Step};
use crate::plan::store::PlannedStore;

/// The body of the script, and what its lines are made from.
pub(super) struct Script<'p> {
    pub(super) plan: &'p Plan,
    steps: HashMap<&'p str, &'p Step>,
    stores: HashMap<&'p str, &'p PlannedStore>,
    left: Left<'p>,
    pub(super) places: Places<'p>,
    pub(super) out: String,
    indent: usize,
    /// Values that the step at hand has looked up.
    values: usize,
}

impl<'p> Script<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            steps: plan.steps.iter().map(|step| (step.id.as_str(), step)).collect(),
            stores: plan.stores.iter().map(|store| (store.address.as_str(), store)).collect(),
            left: Left::new(plan),
            places: Places::new(&plan.values),
            out: String::new(),
            indent: 0,
            values: 0,
        }
    }

    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if line.is_empty() {
            self.out.push('\n');
        } else {
            let _ = writeln!(self.out, "{:indent$}{line}", "", indent = self.indent);
        }
    }

    /// A command whose arguments stand below each other.
    pub(super) fn command(&mut self, head: &str, arguments: &[String]) {
        let mut lines = vec![head.to_owned()];
        lines.extend(arguments.iter().map(|argument| format!("  {argument}")));
        let last = lines.len() - 1;
        for (at, line) in lines.into_iter().enumerate() {
            self.line(if at == last { line } else { line + " \\" });
        }
    }

    pub(super) fn comment(&mut self, label: &str, text: &str) {
        for line in super::words::comment(label, text) {
            self.line(line);
        }
    }

    /// What is only to be done while it is not; `ids` are the steps that are done with it.
    pub(super) fn unless_done(&mut self, name: &str, ids: &[&str], body: impl FnOnce(&mut Self)) {
        self.values = 0;
        self.line(format!("if todo {}; then", word(name)));
        self.indent += 2;
        body(self);
        let ids: Vec<String> = ids.iter().map(|id| word(id)).collect();
        match ids.as_slice() {
            [one] => self.line(format!("did {one}")),
            all => self.command("did", all),
        }
        self.indent -= 2;
        self.line("fi");
        self.line("");
    }

    /// Lines one level deeper.
    pub(super) fn inside(&mut self, body: impl FnOnce(&mut Self)) {
        self.indent += 2;
        body(self);
        self.indent -= 2;
    }

    pub(super) fn step(&self, id: &str) -> Option<&'p Step> {
        self.steps.get(id).copied()
    }

    pub(super) fn store(&self, address: &str) -> Option<&'p PlannedStore> {
        self.stores.get(address).copied()
    }

    /// Looks something up first, so that the script stops where it cannot be; the variable as a word.
    pub(super) fn looked_up(&mut self, command: &str) -> String {
        self.values += 1;
        let name = format!("value_{}", self.values);
        self.line(format!("{name}=$({command})"));
        format!("\"${name}\"")
    }

    /// A value that is known now or after a step, as a word.
    pub(super) fn value(&mut self, value: Option<&str>, after: Option<&str>, pointer: &str) -> String {
        match (value, after) {
            (Some(value), _) => word(value),
            (None, Some(step)) => {
                let command = self.lookup(step, pointer);
                self.looked_up(&command)
            }
            (None, None) => self.looked_up("ask_value 'the plan does not say what is put here: the value'"),
        }
    }

    pub(super) fn setting(&mut self, setting: &Setting) -> String {
        self.value(setting.value.as_deref(), setting.known_after.as_deref(), ID)
    }

    pub(super) fn rewritten(&mut self, rewrite: &Rewrite) -> String {
        let Rewrite { path: _, within: _, token, owner, counterpart, known_after } = rewrite;
        self.placed(token, owner.as_deref(), counterpart.as_deref(), known_after.as_deref())
    }

    /// What takes the place of a token of the primary.
    pub(super) fn placed(
        &mut self,
        token: &str,
        owner: Option<&str>,
        to: Option<&str>,
        after: Option<&str>,
    ) -> String {
        let pointer = after.map_or_else(|| ID.to_owned(), |step| self.left.pointer(step, token, owner));
        // What nobody placed stays as it is; the plan says so in a finding.
        let to = to.or_else(|| after.is_none().then_some(token));
        self.value(to, after, &pointer)
    }

    /// The command that tells what a step has left at an attribute.
    fn lookup(&self, id: &str, pointer: &str) -> String {
        let asked = || format!("ask_value {}", word(&format!("what {id} has left, its {pointer}")));
        let Some(step) = self.step(id) else { return asked() };
        match &step.action {
            Action::Engine { address, .. } => format!("attribute_of {} {}", word(address), word(pointer)),
            Action::RestoreDatabase { identifier, .. } => instance(identifier, pointer).unwrap_or_else(asked),
            Action::RestoreCluster { address, identifier, .. } => {
                cluster(service(address), identifier, pointer).unwrap_or_else(asked)
            }
            Action::PromoteReplica { address, identifier, .. }
            | Action::ModifyDatabase { address, identifier, .. } => {
                let found = if is_cluster(address) {
                    cluster(service(address), identifier, pointer)
                } else {
                    instance(identifier, pointer)
                };
                found.unwrap_or_else(asked)
            }
            Action::PromoteSecret { arn: secret, .. } | Action::SpliceSecret { name: secret, .. } => {
                let version =
                    "join('|', [ARN, (Versions[?contains(VersionStages, 'AWSCURRENT')] | [0]).VersionId])";
                let (query, call) = match pointer {
                    ID => (version, "list-secret-version-ids"),
                    _ => ("ARN", "describe-secret"),
                };
                format!(
                    "aws secretsmanager {call} --secret-id {} --query \"{query}\" --output text",
                    word(secret)
                )
            }
            Action::AwaitReady { object } => {
                let path = if pointer == BALANCER {
                    "{.status.loadBalancer.ingress[0].hostname}"
                } else {
                    "{.metadata.name}"
                };
                format!("kubectl_dr get {} --output 'jsonpath={path}'", self.object(object))
            }
            Action::RestoreBackup { name, .. } => match pointer {
                "/arn" => format!("cat \"$RUN\"/{}", word(&restored(name))),
                _ => format!("sed 's|.*[:/]||' \"$RUN\"/{}", word(&restored(name))),
            },
            Action::Check { .. }
            | Action::ProbePrimary { .. }
            | Action::Fence { .. }
            | Action::Join { .. }
            | Action::TrustIssuer { .. }
            | Action::SetPassword { .. }
            | Action::WarmUp { .. }
            | Action::ApplyObject { .. }
            | Action::Gate { .. }
            | Action::ChangeRecord { .. }
            | Action::ChangeDistribution { .. }
            | Action::Release { .. }
            | Action::ProbeEndpoint { .. }
            | Action::ResolveName { .. }
            | Action::EngineConverged { .. } => asked(),
        }
    }

    /// An object, `Kind/namespace/name`, as kubectl is given it: with its group where another kind could have its name.
    pub(super) fn object(&self, label: &str) -> String {
        let (kind, namespace, name) = label_parts(label);
        let step = self.step(&format!("manifests/{label}"));
        let kind = match step.map(|step| &step.action) {
            Some(Action::ApplyObject { api_version, object_kind, .. }) => match api_version.split_once('/') {
                Some((group, version)) => format!("{object_kind}.{version}.{group}"),
                None => object_kind.clone(),
            },
            _ => kind.to_owned(),
        };
        // Without a namespace kubectl would take that of the context.
        let place = format!(" --namespace {}", word(namespace.unwrap_or("default")));
        format!("{}{place}", word(&format!("{kind}/{name}")))
    }
}

/// Kind, namespace and name of `Kind/namespace/name`.
pub(super) fn label_parts(label: &str) -> (&str, Option<&str>, &str) {
    let mut parts = label.splitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(kind), Some(namespace), Some(name)) => (kind, Some(namespace), name),
        (Some(kind), Some(name), None) => (kind, None, name),
        _ => (label, None, label),
    }
}

/// The file that keeps the ARN of what AWS Backup has made.
pub(super) fn restored(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    format!("restored-{}", name.chars().map(plain).collect::<String>())
}

/// How long is waited for a step: three times its 90th percentile, ten minutes at least, as a run of drplan does.
pub(super) fn patience(estimate: &Estimate) -> u64 {
    estimate.p90_seconds.saturating_mul(3).max(600)
}

/// Module, type, name and index of an address; the module without a leading `module.`.
pub(super) struct Address<'a> {
    pub(super) module: String,
    pub(super) type_name: &'a str,
    pub(super) name: &'a str,
    pub(super) index: Option<&'a str>,
}

/// The parts of `module.a["x"].aws_iam_role.b["c"]`.
pub(super) fn address(text: &str) -> Address<'_> {
    let mut parts: Vec<&str> = Vec::new();
    let (mut from, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    let last = parts.pop().unwrap_or_default();
    let type_name = parts.pop().unwrap_or_default();
    let (name, index) = match last.split_once('[') {
        Some((name, index)) => (name, index.strip_suffix(']')),
        None => (last, None),
    };
    Address { module: parts.join("."), type_name, name, index }
}

/// Whether an address is a database cluster's.
pub(super) fn is_cluster(text: &str) -> bool {
    address(text).type_name.ends_with("_cluster")
}

/// The service that a database cluster is of, in the words of the command line.
pub(super) fn service(text: &str) -> &'static str {
    match address(text).type_name {
        "aws_docdb_cluster" => "docdb",
        "aws_neptune_cluster" => "neptune",
        _ => "rds",
    }
}

fn instance(identifier: &str, pointer: &str) -> Option<String> {
    let query = match pointer {
        ID | "/identifier" => return Some(format!("printf '%s' {}", word(identifier))),
        "/address" => "DBInstances[0].Endpoint.Address",
        "/endpoint" => "DBInstances[0].join(':', [Endpoint.Address, to_string(Endpoint.Port)])",
        "/port" => "DBInstances[0].Endpoint.Port",
        "/hosted_zone_id" => "DBInstances[0].Endpoint.HostedZoneId",
        "/arn" => "DBInstances[0].DBInstanceArn",
        "/resource_id" => "DBInstances[0].DbiResourceId",
        _ => return None,
    };
    Some(format!(
        "aws rds describe-db-instances --db-instance-identifier {} --query \"{query}\" --output text",
        word(identifier)
    ))
}

fn cluster(service: &str, identifier: &str, pointer: &str) -> Option<String> {
    let query = match pointer {
        ID | "/cluster_identifier" => return Some(format!("printf '%s' {}", word(identifier))),
        "/endpoint" => "DBClusters[0].Endpoint",
        "/reader_endpoint" => "DBClusters[0].ReaderEndpoint",
        "/port" => "DBClusters[0].Port",
        "/hosted_zone_id" => "DBClusters[0].HostedZoneId",
        "/arn" => "DBClusters[0].DBClusterArn",
        "/cluster_resource_id" => "DBClusters[0].DbClusterResourceId",
        _ => return None,
    };
    Some(format!(
        "aws {service} describe-db-clusters --db-cluster-identifier {} --query \"{query}\" --output text",
        word(identifier)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_parts() {
        let Address { module, type_name, name, index } =
            address("module.a[\"x.y\"].module.b.aws_iam_role.c[\"d.e\"]");
        assert_eq!(
            (module.as_str(), type_name, name, index),
            ("module.a[\"x.y\"].module.b", "aws_iam_role", "c", Some("\"d.e\""))
        );
        assert!(is_cluster("aws_rds_cluster.a[\"x.y\"]") && !is_cluster("aws_db_instance.a"));
    }
}
