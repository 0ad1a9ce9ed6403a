//! Block and file storage, and the backups of both.

use super::{Quota, Recovery, TypeEntry, Uniqueness, global, own, quota, regional};
use crate::model::value::ValueKind::{Address, Arn, Endpoint, Id, Name, Url};

const FILE_SYSTEMS: &[Quota] = &[quota("elasticfilesystem", "L-848C634D", 1_000)];

pub(super) const TYPES: &[TypeEntry] = &[
    global("aws_backup_global_settings", "hashicorp/aws/latest/docs/resources/backup_global_settings")
        .id_is(Name),
    regional("aws_backup_plan", "hashicorp/aws/latest/docs/resources/backup_plan")
        .recovers(Recovery::Skip)
        .replaced_by(&["name"]),
    regional("aws_backup_region_settings", "hashicorp/aws/latest/docs/resources/backup_region_settings")
        .id_is(Name),
    regional("aws_backup_selection", "hashicorp/aws/latest/docs/resources/backup_selection")
        .recovers(Recovery::Skip)
        .import("{plan_id}|{id}")
        .replaced_by(&[
            "condition",
            "iam_role_arn",
            "name",
            "not_resources",
            "plan_id",
            "resources",
            "selection_tag",
        ]),
    regional("aws_backup_vault", "hashicorp/aws/latest/docs/resources/backup_vault")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .store(Recovery::Skip)
        .replaced_by(&["kms_key_arn", "name"]),
    regional(
        "aws_backup_vault_lock_configuration",
        "hashicorp/aws/latest/docs/resources/backup_vault_lock_configuration",
    )
    .id_is(Name)
    .recovers(Recovery::Skip)
    .replaced_by(&[
        "backup_vault_name",
        "changeable_for_days",
        "max_retention_days",
        "min_retention_days",
    ]),
    regional("aws_backup_vault_policy", "hashicorp/aws/latest/docs/resources/backup_vault_policy")
        .id_is(Name)
        .recovers(Recovery::Skip)
        .replaced_by(&["backup_vault_name"]),
    regional("aws_datasync_location_efs", "hashicorp/aws/latest/docs/resources/datasync_location_efs")
        .id_is(Arn)
        .owns(&[own("uri", Url)])
        .replaced_by(&[
            "access_point_arn",
            "ec2_config",
            "efs_file_system_arn",
            "file_system_access_role_arn",
            "in_transit_encryption",
            "subdirectory",
        ]),
    regional("aws_datasync_location_s3", "hashicorp/aws/latest/docs/resources/datasync_location_s3")
        .id_is(Arn)
        .owns(&[own("uri", Url)])
        .replaced_by(&["agent_arns", "s3_bucket_arn", "s3_config", "s3_storage_class", "subdirectory"]),
    regional("aws_datasync_task", "hashicorp/aws/latest/docs/resources/datasync_task")
        .id_is(Arn)
        .replaced_by(&["destination_location_arn", "source_location_arn", "task_mode"]),
    regional("aws_dlm_lifecycle_policy", "hashicorp/aws/latest/docs/resources/dlm_lifecycle_policy")
        .recovers(Recovery::Skip)
        .replaced_by(&["policy_details.*.schedule.*.copy_tags"]),
    regional("aws_ebs_default_kms_key", "hashicorp/aws/latest/docs/resources/ebs_default_kms_key")
        .id_is(Name)
        .import("{key_arn}")
        .replaced_by(&["key_arn"]),
    regional(
        "aws_ebs_encryption_by_default",
        "hashicorp/aws/latest/docs/resources/ebs_encryption_by_default",
    )
    .id_is(Name),
    regional("aws_ebs_snapshot", "hashicorp/aws/latest/docs/resources/ebs_snapshot")
        .store(Recovery::Store)
        .replaced_by(&["description", "outpost_arn", "volume_id"])
        .takes(300, 1800),
    regional("aws_ebs_snapshot_copy", "hashicorp/aws/latest/docs/resources/ebs_snapshot_copy")
        .store(Recovery::Skip)
        .not_importable()
        .replaced_by(&[
            "completion_duration_minutes",
            "description",
            "encrypted",
            "kms_key_id",
            "source_region",
            "source_snapshot_id",
        ])
        .takes(600, 3600),
    regional("aws_ebs_volume", "hashicorp/aws/latest/docs/resources/ebs_volume")
        .store(Recovery::Store)
        .replaced_by(&[
            "availability_zone",
            "encrypted",
            "kms_key_id",
            "multi_attach_enabled",
            "outpost_arn",
            "snapshot_id",
        ])
        .takes(15, 40),
    regional("aws_efs_access_point", "hashicorp/aws/latest/docs/resources/efs_access_point")
        .owns(&[own("file_system_arn", Arn)])
        .replaced_by(&["file_system_id", "posix_user", "root_directory"]),
    regional("aws_efs_backup_policy", "hashicorp/aws/latest/docs/resources/efs_backup_policy")
        .id_is(Name)
        .replaced_by(&["file_system_id"]),
    regional("aws_efs_file_system", "hashicorp/aws/latest/docs/resources/efs_file_system")
        .unique(Uniqueness::InRegion, &["creation_token"])
        .owns(&[own("dns_name", Endpoint)])
        .store(Recovery::Store)
        .replaced_by(&[
            "availability_zone_name",
            "creation_token",
            "encrypted",
            "kms_key_id",
            "performance_mode",
        ])
        .limited_by(FILE_SYSTEMS)
        .takes(10, 30),
    regional("aws_efs_file_system_policy", "hashicorp/aws/latest/docs/resources/efs_file_system_policy")
        .id_is(Name)
        .replaced_by(&["file_system_id"]),
    regional("aws_efs_mount_target", "hashicorp/aws/latest/docs/resources/efs_mount_target")
        .owns(&[
            own("dns_name", Endpoint),
            own("mount_target_dns_name", Endpoint),
            own("ip_address", Address),
            own("network_interface_id", Id),
        ])
        .replaced_by(&["file_system_id", "ip_address", "subnet_id"])
        .takes(90, 180),
    regional(
        "aws_efs_replication_configuration",
        "hashicorp/aws/latest/docs/resources/efs_replication_configuration",
    )
    .id_is(Name)
    .recovers(Recovery::Skip)
    .replaced_by(&["destination", "source_file_system_id"])
    .takes(120, 600),
    regional("aws_fsx_lustre_file_system", "hashicorp/aws/latest/docs/resources/fsx_lustre_file_system")
        .owns(&[own("dns_name", Endpoint), own("mount_name", Name), own("network_interface_ids.*", Id)])
        .store(Recovery::Store)
        .replaced_by(&[
            "backup_id",
            "copy_tags_to_backups",
            "deployment_type",
            "drive_cache_type",
            "efa_enabled",
            "export_path",
            "file_system_type_version",
            "import_path",
            "imported_file_chunk_size",
            "kms_key_id",
            "security_group_ids",
            "storage_capacity",
            "storage_type",
            "subnet_ids",
        ])
        .takes(480, 900),
    regional("aws_fsx_ontap_file_system", "hashicorp/aws/latest/docs/resources/fsx_ontap_file_system")
        .owns(&[own("dns_name", Endpoint), own("network_interface_ids.*", Id)])
        .store(Recovery::Store)
        .replaced_by(&[
            "deployment_type",
            "endpoint_ip_address_range",
            "kms_key_id",
            "preferred_subnet_id",
            "security_group_ids",
            "storage_type",
            "subnet_ids",
        ])
        .takes(1500, 2700),
    regional("aws_fsx_openzfs_file_system", "hashicorp/aws/latest/docs/resources/fsx_openzfs_file_system")
        .owns(&[
            own("dns_name", Endpoint),
            own("endpoint_ip_address", Address),
            own("root_volume_id", Id),
            own("network_interface_ids.*", Id),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "backup_id",
            "deployment_type",
            "endpoint_ip_address_range",
            "kms_key_id",
            "preferred_subnet_id",
            "root_volume_configuration.*.copy_tags_to_snapshots",
            "security_group_ids",
            "storage_type",
            "subnet_ids",
        ])
        .takes(600, 1200),
    regional("aws_fsx_windows_file_system", "hashicorp/aws/latest/docs/resources/fsx_windows_file_system")
        .owns(&[
            own("dns_name", Endpoint),
            own("remote_administration_endpoint", Endpoint),
            own("preferred_file_server_ip", Address),
            own("network_interface_ids.*", Id),
        ])
        .store(Recovery::Store)
        .replaced_by(&[
            "active_directory_id",
            "backup_id",
            "copy_tags_to_backups",
            "deployment_type",
            "kms_key_id",
            "preferred_subnet_id",
            "security_group_ids",
            "storage_type",
            "subnet_ids",
        ])
        .takes(1500, 2700),
    regional("aws_storagegateway_gateway", "hashicorp/aws/latest/docs/resources/storagegateway_gateway")
        .id_is(Arn)
        .owns(&[own("gateway_id", Id)])
        .may_hold_data(Recovery::Store)
        .replaced_by(&[
            "activation_key",
            "gateway_ip_address",
            "gateway_type",
            "gateway_vpc_endpoint",
            "medium_changer_type",
            "tape_drive_type",
        ])
        .takes(60, 300),
    regional("aws_transfer_server", "hashicorp/aws/latest/docs/resources/transfer_server")
        .owns(&[own("endpoint", Endpoint)])
        .replaced_by(&["domain", "endpoint_details.*.vpc_id", "identity_provider_type"])
        .takes(120, 300),
    regional("aws_transfer_user", "hashicorp/aws/latest/docs/resources/transfer_user")
        .id_is(Name)
        .import("{server_id}/{user_name}")
        .replaced_by(&["server_id", "user_name"]),
    regional("aws_volume_attachment", "hashicorp/aws/latest/docs/resources/volume_attachment")
        .import("{device_name}:{volume_id}:{instance_id}")
        .replaced_by(&["device_name", "instance_id", "volume_id"])
        .takes(15, 40),
];
