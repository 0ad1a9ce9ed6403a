//! What a restore drops and the plan sets again: with the restore where its call takes it, else by a call after it.
//!
//! Parameters: <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html>, of
//! RestoreDBInstanceToPointInTime and RestoreDBInstanceFromDBSnapshot those that both take.

use super::super::cluster;
use super::super::dispositions::step_id;
use super::super::facts::Object;
use super::super::findings::Findings;
use super::super::references;
use super::{Restore, set_by};
use crate::model::{paste, words};
use crate::plan::action::Setting;
use crate::plan::resource::Disposition;
use crate::plan::step::Step;

/// Attribute of the provider and parameter of the API.
pub(super) type Parameters = &'static [(&'static str, &'static str)];

/// Attributes that name another resource, each by a list or one.
const REFERENCES: &[&str] = &[
    "vpc_security_group_ids",
    "monitoring_role_arn",
    "performance_insights_kms_key_id",
    "kms_key_id",
    "master_user_secret_kms_key_id",
    "domain",
    "domain_auth_secret_arn",
];

impl Restore<'_, '_, '_> {
    /// Settings of the original, in the API's words; what names the primary is known after the step that remakes it.
    pub(super) fn settings(&self, table: Parameters) -> Vec<Setting> {
        let tree = self.object.tree();
        let mut settings = Vec::new();
        for (attribute, parameter) in table {
            let mut texts = tree.get(*attribute).map(texts_of).unwrap_or_default();
            if *attribute == "instance_class"
                && let Some(class) = self.class()
            {
                texts = vec![class];
            }
            let is_left_to_aws = match *attribute {
                "iops" | "storage_throughput" => has_baseline_iops(self.object, &tree) || texts == ["0"],
                // AWS makes its default groups when the first instance of an engine asks for none.
                "option_group_name" => texts.iter().any(|name| name.starts_with("default:")),
                "dedicated_log_volume" => texts == ["false"],
                "database_insights_mode" => texts == ["standard"],
                "engine_lifecycle_support" => texts == ["open-source-rds-extended-support"],
                name if name.ends_with("parameter_group_name") => {
                    texts.iter().any(|name| name.starts_with("default."))
                }
                _ => false,
            };
            if texts.is_empty() || is_left_to_aws {
                continue;
            }
            let from = format!("{} {attribute}", self.address());
            if REFERENCES.contains(attribute) {
                settings.extend(texts.iter().filter_map(|text| self.reference(parameter, text, &from)));
            } else if let Some(made_by) =
                texts.first().and_then(|name| self.group_named_anew(attribute, name))
            {
                settings.push(Setting {
                    name: (*parameter).to_owned(),
                    value: None,
                    known_after: Some(made_by),
                    from,
                });
            } else {
                settings.push(Setting {
                    name: (*parameter).to_owned(),
                    value: Some(self.placed(&texts.join(",")).unwrap_or_else(|| texts.join(","))),
                    known_after: None,
                    from,
                });
            }
        }
        settings
    }

    /// The first class of the rule that the inventory has on offer, else the first.
    fn class(&self) -> Option<String> {
        let classes = &self.store()?.rule.classes;
        let text = |name: &str| self.object.text(name).unwrap_or_default();
        let offers = self
            .facts
            .inventory()
            .and_then(|inventory| inventory.orderable_for(text("engine"), text("engine_version")));
        let is_offered = |class: &&String| {
            offers
                .unwrap_or_default()
                .iter()
                .any(|offer| offer.engine == text("engine") && offer.class == **class)
        };
        classes.iter().find(is_offered).or_else(|| classes.first()).cloned()
    }

    /// Those that are set by a call of their own, and differ from what a new database comes with.
    pub(super) fn later_settings(&self, table: Parameters) -> Vec<Setting> {
        let mut settings = self.settings(table);
        let is_default = |setting: &Setting| matches!(setting.value.as_deref(), Some("0" | "false"));
        settings.retain(|setting| !is_default(setting));
        let insights = settings.iter().any(|setting| setting.name == "EnablePerformanceInsights");
        settings.retain(|setting| insights || !setting.name.starts_with("PerformanceInsights"));
        let managed = settings.iter().any(|setting| setting.name == "ManageMasterUserPassword");
        settings.retain(|setting| managed || setting.name != "MasterUserSecretKmsKeyId");
        let monitored = settings.iter().any(|setting| setting.name == "MonitoringInterval");
        settings.retain(|setting| monitored || setting.name != "MonitoringRoleArn");
        settings
    }

    /// A setting that names another resource: what stands for it now, else known after it is made. A key that is
    /// nobody's of the state is AWS's own of the lost region, which the recovery region has by default.
    fn reference(&self, parameter: &str, text: &str, from: &str) -> Option<Setting> {
        let owner = references::object_of(self.facts, text);
        let resource = owner.and_then(|at| self.decided.resource(at));
        let made = resource
            .filter(|resource| cluster::is_made(resource))
            .map(|resource| step_id("infra", &resource.address));
        let found = resource
            .filter(|resource| resource.disposition == Disposition::Adopt)
            .and_then(|resource| resource.counterpart.clone())
            .or_else(|| self.placed(text));
        // A role is global; whatever else nobody owns, or is left behind, is of the lost region.
        if made.is_none() && found.is_none() && parameter != "MonitoringRoleArn" {
            return None;
        }
        Some(Setting {
            name: parameter.to_owned(),
            value: made.is_none().then(|| found.unwrap_or_else(|| text.to_owned())),
            known_after: made,
            from: from.to_owned(),
        })
    }

    /// Tells how many settings are set again: `own` by the restore, the others by the steps `later`.
    pub(super) fn note_settings(&self, own: usize, later: &[Step], findings: &mut Findings) {
        let shown = |id: &str| format!("`drplan show PLAN --step {}`", paste::shell(id));
        let steps: Vec<String> =
            [self.id()].iter().chain(later.iter().map(|step| &step.id)).map(|id| shown(id)).collect();
        findings.add(
            "restore-drops-settings",
            self.address(),
            format!(
                "a restore of {} would come with the default network, parameters and a single zone: \
                 the plan sets {} again",
                self.identifier(),
                words::count(own + set_by(later), "setting")
            ),
            format!("nothing to do; they are listed by {}", steps.join(" and ")),
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

fn texts_of(value: &serde_json::Value) -> Vec<String> {
    use serde_json::Value;
    match value {
        // A block of capacity, as the command line of AWS writes one.
        Value::Array(items) if items.first().is_some_and(Value::is_object) => {
            let members = [("min_capacity", "MinCapacity"), ("max_capacity", "MaxCapacity")];
            let parts = members.iter().filter_map(|(attribute, member)| {
                Some(format!("{member}={}", items.first()?.get(attribute)?.as_number()?))
            });
            Some(parts.collect::<Vec<_>>().join(",")).filter(|text| !text.is_empty()).into_iter().collect()
        }
        Value::Array(items) => items.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect(),
        Value::String(text) if !text.is_empty() => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(truth) => vec![truth.to_string()],
        _ => Vec::new(),
    }
}

/// What both restores of an instance take.
pub(super) const INSTANCE_RESTORE: Parameters = &[
    ("instance_class", "DBInstanceClass"),
    ("db_subnet_group_name", "DBSubnetGroupName"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("parameter_group_name", "DBParameterGroupName"),
    ("option_group_name", "OptionGroupName"),
    ("multi_az", "MultiAZ"),
    ("storage_type", "StorageType"),
    ("iops", "Iops"),
    ("storage_throughput", "StorageThroughput"),
    ("port", "Port"),
    ("network_type", "NetworkType"),
    ("publicly_accessible", "PubliclyAccessible"),
    ("license_model", "LicenseModel"),
    ("auto_minor_version_upgrade", "AutoMinorVersionUpgrade"),
    ("deletion_protection", "DeletionProtection"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
    ("enabled_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("backup_window", "PreferredBackupWindow"),
    ("ca_cert_identifier", "CACertificateIdentifier"),
    ("dedicated_log_volume", "DedicatedLogVolume"),
    ("engine_lifecycle_support", "EngineLifecycleSupport"),
    ("domain", "Domain"),
    ("domain_iam_role_name", "DomainIAMRoleName"),
    ("domain_fqdn", "DomainFqdn"),
    ("domain_ou", "DomainOu"),
    ("domain_auth_secret_arn", "DomainAuthSecretArn"),
    ("domain_dns_ips", "DomainDnsIps"),
];

/// What only ModifyDBInstance takes; the restores take a managed password of Oracle alone.
pub(super) const INSTANCE_MODIFY: Parameters = &[
    ("manage_master_user_password", "ManageMasterUserPassword"),
    ("master_user_secret_kms_key_id", "MasterUserSecretKmsKeyId"),
    ("maintenance_window", "PreferredMaintenanceWindow"),
    ("max_allocated_storage", "MaxAllocatedStorage"),
    ("performance_insights_enabled", "EnablePerformanceInsights"),
    ("performance_insights_kms_key_id", "PerformanceInsightsKMSKeyId"),
    ("performance_insights_retention_period", "PerformanceInsightsRetentionPeriod"),
    ("database_insights_mode", "DatabaseInsightsMode"),
    ("monitoring_interval", "MonitoringInterval"),
    ("monitoring_role_arn", "MonitoringRoleArn"),
];

/// PromoteReadReplica sets the retention to 1 day unless told.
pub(super) const INSTANCE_PROMOTE: Parameters =
    &[("backup_retention_period", "BackupRetentionPeriod"), ("backup_window", "PreferredBackupWindow")];

/// A replica has a network and groups of its own: the promoted one gets those of its source. Groups first: an
/// instance of many zones cannot be moved to another VPC.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.VPC2VPC.html>
pub(super) const PROMOTED_MODIFY: Parameters = &[
    ("instance_class", "DBInstanceClass"),
    ("manage_master_user_password", "ManageMasterUserPassword"),
    ("master_user_secret_kms_key_id", "MasterUserSecretKmsKeyId"),
    ("db_subnet_group_name", "DBSubnetGroupName"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("parameter_group_name", "DBParameterGroupName"),
    ("option_group_name", "OptionGroupName"),
    ("deletion_protection", "DeletionProtection"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
    ("maintenance_window", "PreferredMaintenanceWindow"),
    ("max_allocated_storage", "MaxAllocatedStorage"),
];

/// The last of a promotion.
pub(super) const PROMOTED_ZONES: Parameters = &[("multi_az", "MultiAZ")];

/// What RestoreDBClusterFromSnapshot of RDS, DocumentDB and Neptune takes of the attributes that each has.
pub(super) const CLUSTER_RESTORE: Parameters = &[
    ("db_subnet_group_name", "DBSubnetGroupName"),
    ("neptune_subnet_group_name", "DBSubnetGroupName"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("db_cluster_parameter_group_name", "DBClusterParameterGroupName"),
    ("neptune_cluster_parameter_group_name", "DBClusterParameterGroupName"),
    ("engine", "Engine"),
    ("engine_version", "EngineVersion"),
    ("engine_mode", "EngineMode"),
    ("db_cluster_instance_class", "DBClusterInstanceClass"),
    ("kms_key_id", "KmsKeyId"),
    ("storage_type", "StorageType"),
    ("iops", "Iops"),
    ("serverlessv2_scaling_configuration", "ServerlessV2ScalingConfiguration"),
    ("serverless_v2_scaling_configuration", "ServerlessV2ScalingConfiguration"),
    ("port", "Port"),
    ("network_type", "NetworkType"),
    ("deletion_protection", "DeletionProtection"),
    ("copy_tags_to_snapshot", "CopyTagsToSnapshot"),
    ("iam_database_authentication_enabled", "EnableIAMDatabaseAuthentication"),
    ("enabled_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
    ("enable_cloudwatch_logs_exports", "EnableCloudwatchLogsExports"),
    ("engine_lifecycle_support", "EngineLifecycleSupport"),
];

/// What ModifyDBCluster takes of all three, and a restore of some only.
pub(super) const CLUSTER_MODIFY: Parameters = &[
    ("manage_master_user_password", "ManageMasterUserPassword"),
    ("master_user_secret_kms_key_id", "MasterUserSecretKmsKeyId"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("preferred_backup_window", "PreferredBackupWindow"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
    ("enable_http_endpoint", "EnableHttpEndpoint"),
];

/// A promoted cluster stays in its VPC, and gets the groups of its source.
pub(super) const CLUSTER_PROMOTED_MODIFY: Parameters = &[
    ("manage_master_user_password", "ManageMasterUserPassword"),
    ("master_user_secret_kms_key_id", "MasterUserSecretKmsKeyId"),
    ("vpc_security_group_ids", "VpcSecurityGroupIds"),
    ("db_cluster_parameter_group_name", "DBClusterParameterGroupName"),
    ("deletion_protection", "DeletionProtection"),
    ("backup_retention_period", "BackupRetentionPeriod"),
    ("preferred_backup_window", "PreferredBackupWindow"),
    ("preferred_maintenance_window", "PreferredMaintenanceWindow"),
];
