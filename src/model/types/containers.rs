//! EKS, ECR, ECS.

use super::{Quota, QuotaPer, Recovery, TypeEntry, Uniqueness, global, own, quota, regional};
use crate::model::value::ValueKind::{Account, Arn, Endpoint, Id, Issuer, Name, Registry, Url};

const CLUSTERS: &[Quota] = &[quota("eks", "L-1194D53C", 100)];
const NODE_GROUPS: &[Quota] = &[quota("eks", "L-6D54EA21", 30).per(QuotaPer::Parent)];

pub(super) const TYPES: &[TypeEntry] = &[
    regional("aws_apprunner_service", "hashicorp/aws/latest/docs/resources/apprunner_service")
        .unique(Uniqueness::InRegion, &["service_name"])
        .id_is(Arn)
        .owns(&[own("service_url", Endpoint), own("service_id", Id)])
        .replaced_by(&["encryption_configuration", "service_name"])
        .takes(300, 600),
    regional("aws_ecr_lifecycle_policy", "hashicorp/aws/latest/docs/resources/ecr_lifecycle_policy")
        .named(Uniqueness::InParent, &["repository"])
        .replaced_by(&["policy", "repository"]),
    regional(
        "aws_ecr_pull_through_cache_rule",
        "hashicorp/aws/latest/docs/resources/ecr_pull_through_cache_rule",
    )
    .named(Uniqueness::InRegion, &["ecr_repository_prefix"])
    .replaced_by(&["ecr_repository_prefix", "upstream_registry_url", "upstream_repository_prefix"]),
    regional("aws_ecr_registry_policy", "hashicorp/aws/latest/docs/resources/ecr_registry_policy")
        .id_is(Name),
    regional(
        "aws_ecr_registry_scanning_configuration",
        "hashicorp/aws/latest/docs/resources/ecr_registry_scanning_configuration",
    )
    .id_is(Name),
    regional(
        "aws_ecr_replication_configuration",
        "hashicorp/aws/latest/docs/resources/ecr_replication_configuration",
    )
    .id_is(Name)
    .recovers(Recovery::Skip),
    regional("aws_ecr_repository", "hashicorp/aws/latest/docs/resources/ecr_repository")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[own("repository_url", Registry), own("name", Name), own("registry_id", Account)])
        .store(Recovery::Repository)
        .replaced_by(&["encryption_configuration", "name"]),
    regional(
        "aws_ecr_repository_creation_template",
        "hashicorp/aws/latest/docs/resources/ecr_repository_creation_template",
    )
    .named(Uniqueness::InRegion, &["prefix"])
    .replaced_by(&["prefix"]),
    regional("aws_ecr_repository_policy", "hashicorp/aws/latest/docs/resources/ecr_repository_policy")
        .named(Uniqueness::InParent, &["repository"])
        .replaced_by(&["repository"]),
    global("aws_ecrpublic_repository", "hashicorp/aws/latest/docs/resources/ecrpublic_repository")
        .named(Uniqueness::InAccount, &["repository_name"])
        .owns(&[own("repository_uri", Registry)])
        .store(Recovery::Share)
        .replaced_by(&["repository_name"]),
    regional("aws_ecs_capacity_provider", "hashicorp/aws/latest/docs/resources/ecs_capacity_provider")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .import("{name}")
        .replaced_by(&["auto_scaling_group_provider.*.auto_scaling_group_arn", "name"]),
    regional("aws_ecs_cluster", "hashicorp/aws/latest/docs/resources/ecs_cluster")
        .unique(Uniqueness::InRegion, &["name"])
        .id_is(Arn)
        .owns(&[own("name", Name)])
        .import("{name}")
        .replaced_by(&["name"])
        .takes(15, 40),
    regional(
        "aws_ecs_cluster_capacity_providers",
        "hashicorp/aws/latest/docs/resources/ecs_cluster_capacity_providers",
    )
    .named(Uniqueness::InParent, &["cluster_name"])
    .replaced_by(&["cluster_name"]),
    regional("aws_ecs_service", "hashicorp/aws/latest/docs/resources/ecs_service")
        .unique(Uniqueness::InParent, &["name"])
        .id_is(Arn)
        .import("{cluster}/{name}")
        .replaced_by(&[
            "capacity_provider_strategy",
            "cluster",
            "deployment_controller",
            "iam_role",
            "launch_type",
            "name",
            "scheduling_strategy",
        ])
        .takes(60, 300),
    regional("aws_ecs_task_definition", "hashicorp/aws/latest/docs/resources/ecs_task_definition")
        .unique(Uniqueness::InRegion, &["family"])
        .id_is(Name)
        .owns(&[own("arn_without_revision", Arn), own("family", Name)])
        .import("{arn}")
        .replaced_by(&[
            "container_definitions",
            "cpu",
            "enable_fault_injection",
            "ephemeral_storage",
            "execution_role_arn",
            "family",
            "inference_accelerator",
            "ipc_mode",
            "memory",
            "network_mode",
            "pid_mode",
            "placement_constraints",
            "proxy_configuration",
            "requires_compatibilities",
            "runtime_platform",
            "task_role_arn",
            "volume",
        ]),
    regional("aws_eks_access_entry", "hashicorp/aws/latest/docs/resources/eks_access_entry")
        .named(Uniqueness::InParent, &["cluster_name", "principal_arn"])
        .owns(&[own("access_entry_arn", Arn)])
        .import("{cluster_name}:{principal_arn}")
        .replaced_by(&["cluster_name", "principal_arn", "type"]),
    regional(
        "aws_eks_access_policy_association",
        "hashicorp/aws/latest/docs/resources/eks_access_policy_association",
    )
    .named(Uniqueness::InParent, &["cluster_name", "principal_arn", "policy_arn"])
    .import("{cluster_name}#{principal_arn}#{policy_arn}")
    .replaced_by(&["access_scope", "cluster_name", "policy_arn", "principal_arn"]),
    regional("aws_eks_addon", "hashicorp/aws/latest/docs/resources/eks_addon")
        .named(Uniqueness::InParent, &["cluster_name", "addon_name"])
        .replaced_by(&["addon_name", "cluster_name"])
        .takes(45, 180),
    regional("aws_eks_cluster", "hashicorp/aws/latest/docs/resources/eks_cluster")
        .named(Uniqueness::InRegion, &["name"])
        .owns(&[
            own("name", Name),
            own("endpoint", Url),
            own("identity.0.oidc.0.issuer", Issuer),
            own("vpc_config.0.cluster_security_group_id", Id),
            own("vpc_config.0.vpc_id", Id),
            own("cluster_id", Id),
        ])
        .replaced_by(&[
            "access_config.*.bootstrap_cluster_creator_admin_permissions",
            "bootstrap_self_managed_addons",
            "compute_config.*.node_role_arn",
            "kubernetes_network_config.*.ip_family",
            "kubernetes_network_config.*.service_ipv4_cidr",
            "name",
            "outpost_config",
            "remote_network_config",
            "role_arn",
        ])
        .limited_by(CLUSTERS)
        .takes(540, 900),
    regional("aws_eks_fargate_profile", "hashicorp/aws/latest/docs/resources/eks_fargate_profile")
        .named(Uniqueness::InParent, &["cluster_name", "fargate_profile_name"])
        .replaced_by(&[
            "cluster_name",
            "fargate_profile_name",
            "pod_execution_role_arn",
            "selector",
            "subnet_ids",
        ])
        .takes(120, 300),
    regional(
        "aws_eks_identity_provider_config",
        "hashicorp/aws/latest/docs/resources/eks_identity_provider_config",
    )
    .named(Uniqueness::InParent, &["cluster_name"])
    .replaced_by(&["cluster_name", "oidc"])
    .takes(600, 1200),
    regional("aws_eks_node_group", "hashicorp/aws/latest/docs/resources/eks_node_group")
        .named(Uniqueness::InParent, &["cluster_name", "node_group_name"])
        .owns(&[
            own("node_group_name", Name),
            own("resources.0.autoscaling_groups.*.name", Name),
            own("resources.0.remote_access_security_group_id", Id),
        ])
        .replaced_by(&[
            "ami_type",
            "capacity_type",
            "cluster_name",
            "disk_size",
            "instance_types",
            "launch_template.*.id",
            "launch_template.*.name",
            "node_group_name",
            "node_group_name_prefix",
            "node_role_arn",
            "remote_access",
            "subnet_ids",
        ])
        .limited_by(NODE_GROUPS)
        .takes(150, 360),
    regional(
        "aws_eks_pod_identity_association",
        "hashicorp/aws/latest/docs/resources/eks_pod_identity_association",
    )
    .unique(Uniqueness::InParent, &["cluster_name", "namespace", "service_account"])
    .owns(&[own("association_arn", Arn), own("association_id", Id)])
    .import("{cluster_name},{association_id}")
    .replaced_by(&["cluster_name", "namespace", "service_account"]),
];
