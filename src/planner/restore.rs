//! Data comes back: recovery points and replicas, with every setting that a restore drops, then into the engine.

use super::build::{FENCED, step};
use super::dispositions::{Decided, step_id};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::infra::{self, Graph};
use super::preflight::absent;
use super::provenance::Values;
use crate::model::settings::ValueSource;
use crate::plan::action::{Action, EngineChange, Setting, Splice};
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::step::{DoneWhen, Estimate, Expects, Phase, Plane, Step};
use crate::plan::store::PlannedStore;

/// Plans the restore of every store that has a recovery point.
pub(super) fn plan_restore(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    let graph = Graph::new(facts, decided);
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if !matches!(resource.disposition, Disposition::Restore | Disposition::Promote) {
            continue;
        }
        let restore = Restore { facts, decided, object, resource, needs: graph.needs(object) };
        steps.extend(restore.steps(values, findings));
    }
}

struct Restore<'r, 'i, 'a> {
    facts: &'r Facts<'i, 'a>,
    decided: &'r Decided,
    object: &'r Object<'i, 'a>,
    resource: &'r PlannedResource,
    needs: Vec<String>,
}

impl Restore<'_, '_, '_> {
    fn steps(&self, values: &Values, findings: &mut Findings) -> Vec<Step> {
        let mut steps = match (self.object.type_name(), self.resource.disposition) {
            ("aws_db_instance", Disposition::Promote) => self.promote(),
            ("aws_db_instance", _) => self.restore_database(findings),
            ("aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster", _) => {
                self.restore_cluster(findings)
            }
            ("aws_secretsmanager_secret", _) => self.promote_secret(),
            ("aws_secretsmanager_secret_version", _) => self.splice_secret(values, findings),
            ("aws_elasticache_replication_group" | "aws_elasticache_cluster", _) => self.restore_cache(),
            _ => self.restore_other(),
        };
        steps.push(self.adopt());
        steps
    }

    fn address(&self) -> &str {
        self.object.address()
    }
    fn id(&self) -> String {
        step_id("restore", self.address())
    }
    fn store(&self) -> Option<&PlannedStore> {
        self.decided.store(self.address())
    }
    fn identifier(&self) -> String {
        let named =
            self.facts.database_settings(self.object).and_then(|database| database.identifier.clone());
        named.unwrap_or_else(|| self.object.name())
    }
    fn step(&self, action: Action, estimate: Estimate) -> Step {
        step(Phase::Restore, self.address(), action, estimate)
            .needs(self.needs.iter().cloned().chain([FENCED.to_owned()]))
            .plane(Plane::RegionalControl)
            .irreversible()
    }
    fn chosen_estimate(&self) -> Estimate {
        let source = self.facts.estimate("restore").source;
        let chosen = self.store().and_then(|store| {
            let id = store.chosen.as_ref()?;
            store.candidates.iter().find(|candidate| candidate.id == *id)
        });
        match chosen
            .and_then(|candidate| Some((candidate.restore_p50_seconds?, candidate.restore_p90_seconds?)))
        {
            Some((p50_seconds, p90_seconds)) => Estimate { p50_seconds, p90_seconds, source },
            None => {
                let gib = self
                    .object
                    .tree()
                    .get("allocated_storage")
                    .and_then(serde_json::Value::as_u64)
                    .unwrap_or(0);
                self.facts.restore_estimate(gib)
            }
        }
    }

    fn restore_database(&self, findings: &mut Findings) -> Vec<Step> {
        let identifier = self.identifier();
        let settings = self.settings(INSTANCE_SETTINGS);
        self.note_settings(&settings, findings);
        let action = Action::RestoreDatabase {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            store: self.address().to_owned(),
            settings,
        };
        let restore = self
            .step(action, self.chosen_estimate())
            .expects(absent(&identifier))
            .done_when(DoneWhen::Status { subject: identifier.clone(), status: "available".to_owned() });
        let mut steps = vec![restore];
        steps.extend(self.password(&identifier));
        steps.push(
            step(
                Phase::Restore,
                &format!("warm-up/{}", self.address()),
                Action::WarmUp { identifier },
                self.facts.estimate("warm_up"),
            )
            .needs([self.id()]),
        );
        steps
    }

    fn restore_cluster(&self, findings: &mut Findings) -> Vec<Step> {
        let identifier = self.identifier();
        let settings = self.settings(CLUSTER_SETTINGS);
        self.note_settings(&settings, findings);
        // RestoreDBClusterFromSnapshot makes a cluster without instances: they are part of the same step.
        let instances = self
            .facts
            .objects
            .iter()
            .filter(|object| object.is_managed() && object.type_name().ends_with("_cluster_instance"))
            .filter(|object| {
                object.tree().get("cluster_identifier").and_then(|id| id.as_str())
                    == self.object.id.as_deref()
            })
            .map(|object| {
                let tree = object.tree();
                let class = tree.get("instance_class").and_then(|class| class.as_str()).unwrap_or_default();
                format!("{} {class}", object.name())
            })
            .collect();
        let action = Action::RestoreCluster {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            store: self.address().to_owned(),
            settings,
            instances,
        };
        let restore = self
            .step(action, self.chosen_estimate())
            .expects(absent(&identifier))
            .done_when(DoneWhen::Status { subject: identifier.clone(), status: "available".to_owned() });
        let mut steps = vec![restore];
        steps.extend(self.password(&identifier));
        steps
    }

    /// Restored data keeps its old master password: it is set anew, by reference.
    fn password(&self, identifier: &str) -> Option<Step> {
        let source = match self.facts.database_settings(self.object)?.password.as_ref()? {
            ValueSource::Environment(name) => format!("env:{name}"),
            ValueSource::File(path) => format!("file:{path}"),
            ValueSource::Secret(name) => format!("secret:{name}"),
            ValueSource::Plain(_) => return None,
        };
        let action = Action::SetPassword { identifier: identifier.to_owned(), source };
        Some(
            step(
                Phase::Restore,
                &format!("password/{}", self.address()),
                action,
                self.facts.estimate("secret"),
            )
            .needs([self.id()])
            .done_when(DoneWhen::Status { subject: identifier.to_owned(), status: "available".to_owned() })
            .plane(Plane::RegionalControl)
            .irreversible(),
        )
    }

    fn promote(&self) -> Vec<Step> {
        let chosen = self.store().and_then(|store| store.chosen.clone());
        let identifier = chosen
            .as_deref()
            .and_then(|arn| arn.rsplit(':').next())
            .map_or_else(|| self.identifier(), str::to_owned);
        let settings = self.settings(PROMOTE_SETTINGS);
        let action = Action::PromoteReplica {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            settings,
        };
        let source = super::references::replica_source(self.object)
            .or_else(|| self.object.arn.as_deref().map(str::to_owned));
        let promote = self
            .step(action, self.facts.estimate("promote"))
            .expects(Expects::Present {
                subject: identifier.clone(),
                value: source.map(|source| format!("replica of {source}")),
            })
            .done_when(DoneWhen::Holds { what: format!("{identifier} is available and replicates nothing") });
        let mut steps = vec![promote];
        steps.extend(self.password(&identifier));
        steps
    }

    fn promote_secret(&self) -> Vec<Step> {
        let name = self.object.name();
        let arn = self.resource.counterpart.clone().unwrap_or_else(|| name.clone());
        let action = Action::PromoteSecret {
            address: self.address().to_owned(),
            name: name.clone(),
            arn: arn.clone(),
        };
        vec![
            self.step(action, self.facts.estimate("secret"))
                .expects(Expects::Present { subject: arn, value: None })
                .done_when(DoneWhen::Holds { what: format!("{name} is a secret of its own") }),
        ]
    }

    /// The value came with the replica; only what names the primary in it is replaced.
    fn splice_secret(&self, values: &Values, findings: &mut Findings) -> Vec<Step> {
        let secret = super::references::leader(self.facts, self.object).map(|at| &self.facts.objects[at]);
        let name = secret.map_or_else(|| self.object.name(), |secret| secret.name());
        let rewrites = values.secret_splices.get(self.address()).cloned().unwrap_or_default();
        let after: Vec<String> = rewrites.iter().filter_map(|rewrite| rewrite.known_after.clone()).collect();
        let splices: Vec<Splice> = rewrites
            .into_iter()
            .map(|rewrite| Splice {
                path: rewrite
                    .within
                    .as_deref()
                    .and_then(|within| within.strip_prefix("json:"))
                    .unwrap_or_default()
                    .to_owned(),
                token: rewrite.token,
                counterpart: rewrite.counterpart,
                known_after: rewrite.known_after,
            })
            .collect();
        if !splices.is_empty() {
            findings.add(
                "secret-rewritten-whole",
                self.address(),
                format!(
                    "secret {name} holds {} value{} of the primary: only {} replaced, the rest stays as it is",
                    splices.len(),
                    if splices.len() == 1 { "" } else { "s" },
                    if splices.len() == 1 { "it is" } else { "they are" }
                ),
                "nothing to do; `update-secret --secret-string` would have replaced the whole JSON",
                self.facts.place_in_code(self.object),
            );
        }
        let promote = secret.map(|secret| step_id("restore", secret.address()));
        let action = Action::SpliceSecret { name, splices };
        vec![
            self.step(action, self.facts.estimate("secret"))
                .needs(promote.into_iter().chain(after))
                .done_when(DoneWhen::Holds {
                    what: "its current value names nothing of the primary".to_owned(),
                }),
        ]
    }

    fn restore_cache(&self) -> Vec<Step> {
        let identifier = self.object.name();
        let action = Action::RestoreCache {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            store: self.address().to_owned(),
        };
        vec![
            self.step(action, self.facts.estimate("cache"))
                .expects(absent(&identifier))
                .done_when(DoneWhen::Status { subject: identifier, status: "available".to_owned() }),
        ]
    }

    fn restore_other(&self) -> Vec<Step> {
        let name = self.object.name();
        let action = Action::RestoreBackup {
            address: self.address().to_owned(),
            name: name.clone(),
            store: self.address().to_owned(),
        };
        vec![
            self.step(action, self.chosen_estimate())
                .expects(absent(&name))
                .done_when(DoneWhen::Status { subject: name, status: "COMPLETED".to_owned() }),
        ]
    }

    /// Into the engine's state, so that its next plan neither makes it again nor destroys it.
    fn adopt(&self) -> Step {
        let import_id = match self.object.type_name() {
            "aws_db_instance" | "aws_rds_cluster" => Some(self.identifier()),
            "aws_secretsmanager_secret" => self.resource.counterpart.clone(),
            _ => None,
        };
        // An id that names the lost region is the original's; the copy's is known once it is there.
        let import_id = import_id
            .or_else(|| infra::import_id(self.facts, self.object, self.resource))
            .filter(|id| !self.facts.primary.as_deref().is_some_and(|primary| id.contains(primary)));
        let known_after = import_id.is_none().then(|| self.id());
        let action = Action::Engine {
            address: self.address().to_owned(),
            change: EngineChange::Import,
            import_id,
            import_known_after: known_after,
        };
        step(Phase::Restore, &format!("adopt/{}", self.address()), action, self.facts.estimate("import"))
            .needs([self.id()])
            .done_when(DoneWhen::EngineComplete { address: self.address().to_owned() })
            .plane(Plane::RegionalControl)
    }

    /// Settings of the original, in the API's words; what names the primary is known after the step that remakes it.
    fn settings(&self, table: &[(&str, &str)]) -> Vec<Setting> {
        let tree = self.object.tree();
        let mut settings = Vec::new();
        for (attribute, parameter) in table {
            let Some(value) = tree.get(*attribute) else { continue };
            let texts = match value {
                serde_json::Value::Array(items) => {
                    items.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect()
                }
                serde_json::Value::String(text) if !text.is_empty() => vec![text.clone()],
                serde_json::Value::Number(number) => vec![number.to_string()],
                serde_json::Value::Bool(truth) => vec![truth.to_string()],
                _ => Vec::new(),
            };
            if texts.is_empty() {
                continue;
            }
            let from = format!("{} {attribute}", self.address());
            if matches!(*attribute, "vpc_security_group_ids" | "monitoring_role_arn") {
                settings.extend(texts.iter().map(|text| self.reference(parameter, text, &from)));
            } else {
                settings.push(Setting {
                    name: (*parameter).to_owned(),
                    value: Some(texts.join(",")),
                    known_after: None,
                    from,
                });
            }
        }
        settings
    }

    /// A setting that names another resource: the same for what is shared, else known after that is made.
    fn reference(&self, parameter: &str, text: &str, from: &str) -> Setting {
        let owner = self.facts.objects.iter().position(|object| {
            object.is_managed() && (object.id.as_deref() == Some(text) || object.arn.as_deref() == Some(text))
        });
        let made = owner.and_then(|at| {
            let resource = self.decided.resource(at)?;
            (resource.disposition == Disposition::Create).then(|| step_id("infra", &resource.address))
        });
        Setting {
            name: parameter.to_owned(),
            value: made.is_none().then(|| text.to_owned()),
            known_after: made,
            from: from.to_owned(),
        }
    }

    fn note_settings(&self, settings: &[Setting], findings: &mut Findings) {
        findings.add(
            "restore-drops-settings",
            self.address(),
            format!(
                "a restore of {} would come with the default network, parameters and a single zone: \
                 the plan sets {} settings again",
                self.identifier(),
                settings.len()
            ),
            format!("nothing to do: drplan show plan.json --step {}", self.id()),
            self.facts.place_in_code(self.object),
        );
    }
}

/// Attributes of `aws_db_instance` and what RestoreDBInstance* and ModifyDBInstance call them.
const INSTANCE_SETTINGS: &[(&str, &str)] = &[
    ("instance_class", "DBInstanceClass"),
    ("db_subnet_group_name", "DBSubnetGroupName"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("parameter_group_name", "DBParameterGroupName"),
    ("option_group_name", "OptionGroupName"),
    ("multi_az", "MultiAZ"),
    ("storage_type", "StorageType"),
    ("iops", "Iops"),
    ("port", "Port"),
    ("publicly_accessible", "PubliclyAccessible"),
    ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    ("deletion_protection", "DeletionProtection"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
    ("enabled_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("backup_window", "PreferredBackupWindow"),
    ("maintenance_window", "PreferredMaintenanceWindow"),
    ("ca_cert_identifier", "CACertificateIdentifier"),
    ("max_allocated_storage", "MaxAllocatedStorage"),
    ("performance_insights_enabled", "EnablePerformanceInsights"),
    ("monitoring_interval", "MonitoringInterval"),
    ("monitoring_role_arn", "MonitoringRoleArn"),
];

const CLUSTER_SETTINGS: &[(&str, &str)] = &[
    ("db_subnet_group_name", "DBSubnetGroupName"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("db_cluster_parameter_group_name", "DBClusterParameterGroupName"),
    ("engine", "Engine"),
    ("engine_version", "EngineVersion"),
    ("engine_mode", "EngineMode"),
    ("port", "Port"),
    ("deletion_protection", "DeletionProtection"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
    ("enabled_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("preferred_backup_window", "PreferredBackupWindow"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
];

/// PromoteReadReplica sets the retention to 1 day unless told.
const PROMOTE_SETTINGS: &[(&str, &str)] = &[
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("backup_window", "PreferredBackupWindow"),
    ("multi_az", "MultiAZ"),
];
