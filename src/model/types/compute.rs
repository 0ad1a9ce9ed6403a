//! EC2 instances, images, launch templates and scaling.

use super::{Quota, Recovery, TypeEntry, Uniqueness, own, quota, regional};
use crate::model::value::ValueKind::{Address, Endpoint, Id, Name};

const LAUNCH_CONFIGURATIONS: &[Quota] = &[quota("autoscaling", "L-6B80B8FA", 200)];
const SCALING_GROUPS: &[Quota] = &[quota("autoscaling", "L-CDE20ADC", 500)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_ami", "hashicorp/aws/latest/docs/resources/ami")
        .unique(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name), own("root_snapshot_id", Id)])
        .store(Recovery::Store)
        .replaced_by(&[
            "architecture",
            "boot_mode",
            "ebs_block_device",
            "ena_support",
            "ephemeral_block_device",
            "image_location",
            "imds_support",
            "kernel_id",
            "name",
            "ramdisk_id",
            "root_device_name",
            "sriov_net_support",
            "tpm_support",
            "uefi_data",
            "virtualization_type",
        ])
        .takes(120, 600),
    regional("aws_ami_copy", "hashicorp/aws/latest/docs/resources/ami_copy")
        .unique(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name), own("root_snapshot_id", Id)])
        .store(Recovery::Store)
        .not_importable()
        .replaced_by(&["encrypted", "kms_key_id", "name", "source_ami_id", "source_ami_region"])
        .takes(600, 1800),
    regional("aws_appautoscaling_policy", "hashicorp/aws/latest/docs/resources/appautoscaling_policy")
        .named(Uniqueness::InParent, &["name"])
        .import("{service_namespace}/{resource_id}/{scalable_dimension}/{name}")
        .replaced_by(&["name", "resource_id", "scalable_dimension", "service_namespace"]),
    regional(
        "aws_appautoscaling_scheduled_action",
        "hashicorp/aws/latest/docs/resources/appautoscaling_scheduled_action",
    )
    .named(Uniqueness::InParent, &["name"])
    .not_importable()
    .replaced_by(&["name", "resource_id", "scalable_dimension", "service_namespace"]),
    regional("aws_appautoscaling_target", "hashicorp/aws/latest/docs/resources/appautoscaling_target")
        .named(Uniqueness::InParent, &["resource_id"])
        .import("{service_namespace}/{resource_id}/{scalable_dimension}")
        .replaced_by(&["resource_id", "scalable_dimension", "service_namespace"]),
    regional("aws_autoscaling_attachment", "hashicorp/aws/latest/docs/resources/autoscaling_attachment")
        .id_is(Name)
        .not_importable()
        .replaced_by(&["autoscaling_group_name", "elb", "lb_target_group_arn"]),
    regional("aws_autoscaling_group", "hashicorp/aws/latest/docs/resources/autoscaling_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["initial_lifecycle_hook", "name", "name_prefix"])
        .limited_by(SCALING_GROUPS)
        .takes(60, 300),
    regional("aws_autoscaling_group_tag", "hashicorp/aws/latest/docs/resources/autoscaling_group_tag")
        .id_is(Name)
        .import("{autoscaling_group_name},{tag.0.key}")
        .replaced_by(&["autoscaling_group_name", "tag.*.key"]),
    regional(
        "aws_autoscaling_lifecycle_hook",
        "hashicorp/aws/latest/docs/resources/autoscaling_lifecycle_hook",
    )
    .named(Uniqueness::InParent, &["name"])
    .import("{autoscaling_group_name}/{name}")
    .replaced_by(&["name"]),
    regional("aws_autoscaling_policy", "hashicorp/aws/latest/docs/resources/autoscaling_policy")
        .named(Uniqueness::InParent, &["name"])
        .import("{autoscaling_group_name}/{name}")
        .replaced_by(&["autoscaling_group_name", "name"]),
    regional("aws_autoscaling_schedule", "hashicorp/aws/latest/docs/resources/autoscaling_schedule")
        .named(Uniqueness::InParent, &["scheduled_action_name"])
        .import("{autoscaling_group_name}/{scheduled_action_name}")
        .replaced_by(&["autoscaling_group_name", "scheduled_action_name"]),
    regional("aws_ec2_capacity_reservation", "hashicorp/aws/latest/docs/resources/ec2_capacity_reservation")
        .replaced_by(&[
            "availability_zone",
            "ebs_optimized",
            "ephemeral_storage",
            "instance_match_criteria",
            "instance_platform",
            "instance_type",
            "tenancy",
        ]),
    // Its disks go with it, and only its owner knows whether they hold more than the image.
    regional("aws_instance", "hashicorp/aws/latest/docs/resources/instance")
        .owns(&[
            own("private_ip", Address),
            own("public_ip", Address),
            own("private_dns", Endpoint),
            own("public_dns", Endpoint),
            own("primary_network_interface_id", Id),
        ])
        .may_hold_data(Recovery::Store)
        .replaced_by(&[
            "ami",
            "associate_public_ip_address",
            "availability_zone",
            "cpu_core_count",
            "cpu_options",
            "cpu_threads_per_core",
            "ebs_block_device",
            "ebs_optimized",
            "enable_primary_ipv6",
            "enclave_options",
            "ephemeral_block_device",
            "hibernation",
            "host_id",
            "instance_market_options",
            "ipv6_addresses",
            "key_name",
            "network_interface",
            "placement_group",
            "placement_partition_number",
            "private_dns_name_options",
            "private_ip",
            "root_block_device.*.encrypted",
            "root_block_device.*.kms_key_id",
            "security_groups",
            "subnet_id",
            "tenancy",
        ])
        .takes(30, 90),
    regional("aws_key_pair", "hashicorp/aws/latest/docs/resources/key_pair")
        .named(Uniqueness::InRegion, &["key_name"])
        .owns(&[own("key_name", Name), own("key_pair_id", Id)])
        .replaced_by(&["key_name", "key_name_prefix", "public_key"]),
    regional("aws_launch_configuration", "hashicorp/aws/latest/docs/resources/launch_configuration")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&[
            "associate_public_ip_address",
            "ebs_block_device",
            "ebs_optimized",
            "enable_monitoring",
            "ephemeral_block_device",
            "iam_instance_profile",
            "image_id",
            "instance_type",
            "key_name",
            "metadata_options",
            "name",
            "name_prefix",
            "placement_tenancy",
            "root_block_device",
            "security_groups",
            "spot_price",
            "user_data",
            "user_data_base64",
        ])
        .limited_by(LAUNCH_CONFIGURATIONS),
    regional("aws_launch_template", "hashicorp/aws/latest/docs/resources/launch_template")
        .unique(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name)])
        .replaced_by(&["name", "name_prefix"]),
    regional("aws_placement_group", "hashicorp/aws/latest/docs/resources/placement_group")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("name", Name), own("placement_group_id", Id)])
        .replaced_by(&["name", "partition_count", "spread_level", "strategy"]),
    regional("aws_spot_instance_request", "hashicorp/aws/latest/docs/resources/spot_instance_request")
        .owns(&[
            own("private_ip", Address),
            own("public_ip", Address),
            own("private_dns", Endpoint),
            own("public_dns", Endpoint),
            own("spot_instance_id", Id),
        ])
        .may_hold_data(Recovery::Store)
        .replaced_by(&[
            "ami",
            "associate_public_ip_address",
            "availability_zone",
            "block_duration_minutes",
            "capacity_reservation_specification",
            "cpu_core_count",
            "cpu_options",
            "cpu_threads_per_core",
            "credit_specification",
            "disable_api_stop",
            "disable_api_termination",
            "ebs_block_device",
            "ebs_optimized",
            "enable_primary_ipv6",
            "enclave_options",
            "ephemeral_block_device",
            "get_password_data",
            "hibernation",
            "host_id",
            "host_resource_group_arn",
            "iam_instance_profile",
            "instance_initiated_shutdown_behavior",
            "instance_interruption_behavior",
            "instance_type",
            "ipv6_address_count",
            "ipv6_addresses",
            "key_name",
            "launch_group",
            "launch_template",
            "maintenance_options",
            "metadata_options",
            "monitoring",
            "network_interface",
            "placement_group",
            "placement_partition_number",
            "private_dns_name_options",
            "private_ip",
            "root_block_device",
            "secondary_private_ips",
            "security_groups",
            "source_dest_check",
            "spot_price",
            "subnet_id",
            "tenancy",
            "user_data",
            "user_data_base64",
            "user_data_replace_on_change",
            "valid_from",
            "valid_until",
            "vpc_security_group_ids",
        ])
        .takes(60, 300),
];
