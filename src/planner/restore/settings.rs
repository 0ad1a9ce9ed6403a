//! What a restore drops and the plan sets again.

use super::super::cluster;
use super::super::dispositions::step_id;
use super::super::facts::Object;
use super::super::findings::Findings;
use super::Restore;
use crate::model::{paste, words};
use crate::plan::action::Setting;

impl Restore<'_, '_, '_> {
    /// Settings of the original, in the API's words; what names the primary is known after the step that remakes it.
    pub(super) fn settings(&self, table: &[(&str, &str)]) -> Vec<Setting> {
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
            if texts.is_empty() || (*attribute == "iops" && has_baseline_iops(self.object, &tree)) {
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
            cluster::is_made(resource).then(|| step_id("infra", &resource.address))
        });
        Setting {
            name: parameter.to_owned(),
            value: made.is_none().then(|| text.to_owned()),
            known_after: made,
            from: from.to_owned(),
        }
    }

    pub(super) fn note_settings(&self, settings: &[Setting], findings: &mut Findings) {
        findings.add(
            "restore-drops-settings",
            self.address(),
            format!(
                "a restore of {} would come with the default network, parameters and a single zone: \
                 the plan sets {} again",
                self.identifier(),
                words::count(settings.len(), "setting")
            ),
            format!(
                "nothing to do; they are listed by `drplan show PLAN --step {}`",
                paste::shell(&self.id())
            ),
            self.facts.place_in_code(self.object),
        );
    }
}

/// Whether the volume is too small for IOPS of its own, which RDS refuses to be told even at their baseline.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html#gp3-storage>
fn has_baseline_iops(object: &Object<'_, '_>, tree: &serde_json::Value) -> bool {
    let from_gib = match object.text("engine").unwrap_or_default() {
        engine if engine.starts_with("sqlserver") => 0,
        engine if engine.starts_with("oracle") => 200,
        _ => 400,
    };
    let gib = tree.get("allocated_storage").and_then(serde_json::Value::as_u64);
    object.text("storage_type") == Some("gp3") && gib.is_some_and(|gib| gib < from_gib)
}

/// Attributes of `aws_db_instance` and what RestoreDBInstance* and ModifyDBInstance call them.
pub(super) const INSTANCE_SETTINGS: &[(&str, &str)] = &[
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

pub(super) const CLUSTER_SETTINGS: &[(&str, &str)] = &[
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
pub(super) const PROMOTE_SETTINGS: &[(&str, &str)] = &[
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("backup_window", "PreferredBackupWindow"),
    ("multi_az", "MultiAZ"),
];
