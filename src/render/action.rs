//! An action in words: its title, the call it stands for, every parameter with its origin, and what it touches.

mod check;

use super::text::{count, duration};
use crate::plan::action::{Action, EngineChange, Hold, OverrideValue, RenderedBy, Rewrite, Setting, Splice};
use check::describe_check;

/// What a step does, for people.
pub(super) struct Described {
    /// A few words: `restore database ecommerce-prod`.
    pub title: String,
    /// The call or command that it stands for.
    pub call: String,
    /// Every parameter.
    pub parameters: Vec<Parameter>,
    /// Addresses, identifiers and objects that it touches.
    pub subjects: Vec<String>,
}

/// A parameter, its value and where that is from.
pub(super) struct Parameter {
    pub name: String,
    pub value: String,
    pub from: String,
}

impl Described {
    fn new(title: impl Into<String>, call: impl Into<String>) -> Self {
        Self { title: title.into(), call: call.into(), parameters: Vec::new(), subjects: Vec::new() }
    }
    fn on(mut self, subject: impl Into<String>) -> Self {
        self.subjects.push(subject.into());
        self
    }
    fn with(mut self, name: &str, value: impl Into<String>, from: &str) -> Self {
        self.parameters.push(Parameter { name: name.to_owned(), value: value.into(), from: from.to_owned() });
        self
    }
    fn maybe(self, name: &str, value: Option<&str>, from: &str) -> Self {
        match value {
            Some(value) => self.with(name, value, from),
            None => self,
        }
    }
    fn settings(mut self, settings: &[Setting]) -> Self {
        self.parameters.extend(settings.iter().map(|Setting { name, value, known_after, from }| Parameter {
            name: name.clone(),
            value: known(value.as_deref(), known_after.as_deref()),
            from: from.clone(),
        }));
        self
    }
    fn rewrites(mut self, rewrites: &[Rewrite]) -> Self {
        self.parameters.extend(rewrites.iter().map(
            |Rewrite { path, within, token, owner, counterpart, known_after }| Parameter {
                name: place(path, within.as_deref()),
                value: format!("{token} -> {}", known(counterpart.as_deref(), known_after.as_deref())),
                from: owner.clone().unwrap_or_default(),
            },
        ));
        self
    }
    fn splices(mut self, splices: &[Splice]) -> Self {
        self.parameters.extend(splices.iter().map(|Splice { path, token, counterpart, known_after }| {
            Parameter {
                name: if path.is_empty() { "(text)".to_owned() } else { path.clone() },
                value: format!("{token} -> {}", known(counterpart.as_deref(), known_after.as_deref())),
                from: String::new(),
            }
        }));
        self
    }
}

/// Whether an address is a database cluster's.
fn is_cluster(address: &str) -> bool {
    address.rsplit('.').nth(1).is_some_and(|kind| kind.ends_with("_cluster"))
}

/// A value that is known now, or the step that tells it.
pub(super) fn known(value: Option<&str>, after: Option<&str>) -> String {
    match (value, after) {
        (Some(value), _) => value.to_owned(),
        (None, Some(step)) => format!("(known after {step})"),
        (None, None) => "(unknown)".to_owned(),
    }
}

/// A JSON Pointer and the place inside the string that it names.
pub(super) fn place(path: &str, within: Option<&str>) -> String {
    let path = if path.is_empty() { "/" } else { path };
    match within {
        Some(within) => format!("{path} > {within}"),
        None => path.to_owned(),
    }
}

/// `Kind/namespace/name`, as the steps spell objects.
pub(super) fn object_id(kind: &str, namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    }
}

/// What is held, in words.
pub(super) const fn hold_words(hold: Hold) -> &'static str {
    match hold {
        Hold::Suspend => "suspended (spec.suspend: true) until its gate",
        Hold::Replicas => "kept at 0 replicas until its gate",
        Hold::Ask => "not applied before a person says so",
    }
}

/// The action in words. Every field is named, so that a new one must be shown.
pub(super) fn describe(action: &Action) -> Described {
    match action {
        Action::Check { check } => describe_check(check),
        Action::ProbePrimary { region, hosts } => {
            let region = region.as_deref().unwrap_or("the primary");
            let shown = Described::new(format!("ask whether {region} still answers"), "HTTPS and TCP probes");
            hosts.iter().fold(shown, |shown, host| shown.with("host", host, ""))
        }
        Action::Fence { workloads, databases } => {
            let shown = Described::new(
                format!(
                    "stop the primary's writers: {}, {}",
                    count(workloads.len(), "workload"),
                    count(databases.len(), "database")
                ),
                "suspend or scale to 0, revoke ingress; where the primary does not answer, you decide",
            );
            let shown = workloads.iter().fold(shown, |s, w| s.with(stopped(w), w, "").on(w));
            databases.iter().fold(shown, |s, d| s.with("revoke ingress", d, "").on(d))
        }
        Action::Engine { address, change, import_id, import_known_after, overrides } => {
            let (title, call) = match change {
                EngineChange::Create => ("create", "the engine makes it"),
                EngineChange::Restore => ("restore", "the engine makes it, from its recovery point"),
                EngineChange::Import => ("import", "import block, planned as no change"),
                EngineChange::Carry => ("carry over", "its state is put into the recovery workspace first"),
                EngineChange::Keep => {
                    ("keep", "in the recovery workspace already; the engine brings it up to date")
                }
            };
            let shown = Described::new(format!("{title} {address}"), call).on(address);
            let shown = overrides.iter().fold(shown, |shown, one| {
                let value = match &one.value {
                    OverrideValue::RecoveryPoint { .. } => "the recovery point that the store's rule chooses",
                    OverrideValue::Class { .. } => "the class that it came back under",
                };
                shown.with(&format!("override {}", one.argument), value, &one.why)
            });
            match change {
                EngineChange::Import => shown.with(
                    "id",
                    known(import_id.as_deref(), import_known_after.as_deref()),
                    "the plan's counterpart",
                ),
                EngineChange::Create | EngineChange::Restore | EngineChange::Carry | EngineChange::Keep => {
                    shown.maybe("id", import_id.as_deref(), "")
                }
            }
        }
        Action::Join { address, instances } => Described::new(
            format!(
                "all of {address}: {}",
                count(usize::try_from(*instances).unwrap_or(usize::MAX), "instance")
            ),
            "nothing: joins steps so that others can wait for all of them",
        )
        .on(address),
        Action::TrustIssuer { role, service_accounts, issuer_known_after } => {
            let shown = Described::new(
                format!("let the new cluster's service accounts assume {role}"),
                "iam:UpdateAssumeRolePolicy, beside the old issuer",
            )
            .on(role)
            .with("issuer", known(None, Some(issuer_known_after)), "the new cluster");
            service_accounts.iter().fold(shown, |s, account| s.with("service account", account, ""))
        }
        Action::RestoreDatabase { address, identifier, store, settings } => Described::new(
            format!("restore database {identifier}"),
            "rds:RestoreDBInstanceToPointInTime or rds:RestoreDBInstanceFromDBSnapshot, as the rule chooses",
        )
        .on(address)
        .with("identifier", identifier, "TargetDBInstanceIdentifier or DBInstanceIdentifier, by the call")
        .with("recovery point", "by the store's rule, when applied", store)
        .settings(settings),
        Action::RestoreCluster { address, identifier, store, settings, instances } => {
            let shown = Described::new(
                format!("restore cluster {identifier} with {}", count(instances.len(), "instance")),
                "rds:RestoreDBClusterFromSnapshot, then rds:CreateDBInstance for each instance",
            )
            .on(address)
            .with("DBClusterIdentifier", identifier, "")
            .with("recovery point", "by the store's rule, when applied", store)
            .settings(settings);
            instances.iter().fold(shown, |s, instance| s.with("instance", instance, ""))
        }
        Action::PromoteReplica { address, identifier, settings } => {
            let (call, name) = if is_cluster(address) {
                ("rds:PromoteReadReplicaDBCluster", "DBClusterIdentifier")
            } else {
                ("rds:PromoteReadReplica", "DBInstanceIdentifier")
            };
            Described::new(format!("promote replica {identifier}"), call)
                .on(address)
                .with(name, identifier, "")
                .settings(settings)
        }
        Action::ModifyDatabase { address, identifier, settings } => {
            let (call, name) = if is_cluster(address) {
                ("rds:ModifyDBCluster, at once; what holds already is not sent", "DBClusterIdentifier")
            } else {
                ("rds:ModifyDBInstance, at once; what holds already is not sent", "DBInstanceIdentifier")
            };
            let what = count(settings.len(), "setting");
            Described::new(format!("set {what} of {identifier}"), call)
                .on(address)
                .with(name, identifier, "")
                .settings(settings)
        }
        Action::SetPassword { identifier, source } => Described::new(
            format!("set the master password of {identifier}"),
            "rds:ModifyDBInstance MasterUserPassword, once it is available",
        )
        .on(identifier)
        .with("password", "by reference; its value is in no plan and no log", source),
        Action::RestoreBackup { address, name, store } => {
            Described::new(format!("restore {name} from AWS Backup"), "backup:StartRestoreJob")
                .on(address)
                .with("recovery point", store, "by the rule of this store")
        }
        Action::PromoteSecret { address, name, arn } => Described::new(
            format!("let the replica of secret {name} stand alone"),
            "secretsmanager:StopReplicationToReplica in the recovery region",
        )
        .on(address)
        .with("SecretId", arn, "the inventory"),
        Action::SpliceSecret { name, splices } => Described::new(
            format!("replace {} inside secret {name}", count(splices.len(), "value")),
            "secretsmanager:GetSecretValue, then PutSecretValue; all else in it stays",
        )
        .on(name)
        .splices(splices),
        Action::WarmUp { identifier } => Described::new(
            format!("warm up {identifier}"),
            "reads its tables once: a restored volume loads lazily from S3",
        )
        .on(identifier),
        Action::ApplyObject {
            file,
            document,
            rendered_by,
            api_version,
            object_kind,
            namespace,
            name,
            rewrites,
            hold,
            document_digest,
        } => {
            let object = object_id(object_kind, namespace.as_deref(), name);
            let shown = Described::new(
                format!("apply {object}"),
                format!("PATCH {api_version} {object_kind}, server-side apply, field manager drplan"),
            )
            .on(object)
            .with(
                "document",
                format!("{file}, number {}", document.saturating_add(1)),
                document_digest,
            );
            let shown = match rendered_by {
                Some(RenderedBy::Kustomization { folder }) => {
                    shown.with("rendered by", format!("the kustomization {folder}"), "")
                }
                Some(RenderedBy::Chart { folder, release }) => {
                    shown.with("rendered by", format!("the chart {folder}, release {release}"), "")
                }
                None => shown,
            }
            .rewrites(rewrites);
            match hold {
                Some(hold) => shown.with("held", hold_words(*hold), ""),
                None => shown,
            }
        }
        Action::AwaitReady { object } => {
            Described::new(format!("wait until {object} is up"), "watch, by kstatus rules").on(object)
        }
        Action::Gate { ask, before } => Described::new(
            format!("you decide: {ask}"),
            format!("nothing of {} runs before", before.as_str()),
        ),
        Action::ChangeRecord {
            address,
            zone,
            name,
            record_type,
            set_identifier,
            from,
            to,
            to_known_after,
            ttl_seconds,
        } => {
            let shown = Described::new(
                format!("move {name} {record_type}"),
                "route53:ChangeResourceRecordSets UPSERT",
            )
            .on(name)
            .with("zone", zone, "")
            .maybe("SetIdentifier", set_identifier.as_deref(), "")
            .with("from", from, "")
            .with("to", known(to.as_deref(), to_known_after.as_deref()), "")
            .with("ttl", duration(*ttl_seconds), "the record as it is");
            match address {
                Some(address) => shown.on(address).with("then imported", address, ""),
                None => shown,
            }
        }
        Action::ChangeDistribution { address, id, rewrites } => {
            let shown = Described::new(
                format!("point CloudFront {id} at the recovery region"),
                "cloudfront:GetDistributionConfig, then UpdateDistribution with its ETag",
            )
            .on(id)
            .rewrites(rewrites);
            match address {
                Some(address) => shown.on(address).with("then imported", address, ""),
                None => shown,
            }
        }
        Action::Release { object, hold } => Described::new(
            format!("release {object}"),
            "server-side apply without the hold",
        )
        .on(object)
        .with("was", hold_words(*hold), ""),
        Action::ProbeEndpoint { host, host_known_after } => {
            let host = known(host.as_deref(), host_known_after.as_deref());
            Described::new(format!("ask {host} over HTTPS"), "GET /, below status 500").on(host)
        }
        Action::ResolveName { name, ttl_seconds } => Described::new(
            format!("resolve {name} until the old answer is gone"),
            "DNS queries to independent resolvers",
        )
        .on(name)
        .with("old ttl", duration(*ttl_seconds), "the record as it was"),
        Action::EngineConverged { left_out } => {
            let shown = Described::new("the engine has nothing left to do", "plan -detailed-exitcode is 0");
            left_out.iter().fold(shown, |s, address| s.with("left out", address, "").on(address))
        }
    }
}

/// How a workload, `Kind/namespace/name`, is stopped: what runs to its end has no replicas.
fn stopped(workload: &str) -> &'static str {
    if workload.starts_with("CronJob/") || workload.starts_with("Job/") { "suspend" } else { "scale to 0" }
}
