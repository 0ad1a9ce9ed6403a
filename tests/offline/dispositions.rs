//! What becomes of each resource, written by hand from the pages of AWS and of the provider: the planner must agree.
//!
//! Shared states: planned for us-west-2 with nothing but the state. The example: on the good day, with all its inputs.
//! A row without a file stands for every managed instance of its type in the shared states; a row with a file and an
//! address goes before it. Data sources have no disposition.
//!
//! Without an inventory it is unknown what the recovery region has. So databases are `restore` (with the error
//! `inventory-missing`), other stores `block`, and what holds no data is made.

use self::Disposition::{Adopt, Block, Carry, Create, Promote, Restore, Share, Skip, Update};
use self::Engine::{Carry as Carried, Create as Made, Exclude, Import, Withhold};
use self::Known::{After, Now};

/// What becomes of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Create,
    Share,
    Adopt,
    Restore,
    Promote,
    Update,
    Carry,
    Skip,
    Block,
}

impl Disposition {
    /// The word of the plan.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Share => "share",
            Self::Adopt => "adopt",
            Self::Restore => "restore",
            Self::Promote => "promote",
            Self::Update => "update",
            Self::Carry => "carry",
            Self::Skip => "skip",
            Self::Block => "block",
        }
    }
}

/// What the engine is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Create,
    Import,
    Withhold,
    Exclude,
    Carry,
}

impl Engine {
    /// The word of the plan.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Import => "import",
            Self::Withhold => "withhold",
            Self::Exclude => "exclude",
            Self::Carry => "carry",
        }
    }
}

/// When the counterparts of all that it owns (id, ARN, addresses) can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Now: names, and ARNs made of region, account and name.
    Now,
    /// After the step that makes it: AWS puts a part of its own into at least one of them.
    After,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// File of the shared states, [`EXAMPLE`], or empty for all shared states.
    pub(crate) state: &'static str,
    /// Address as `terraform state list` prints it, or the type where `state` is empty.
    pub(crate) address: &'static str,
    /// What becomes of it.
    pub(crate) disposition: Disposition,
    /// What the engine is told.
    pub(crate) engine: Engine,
    /// `same name`, `same value`, `known after`, `itself` (the very same object), the counterpart's name or id, or
    /// empty where there is none.
    pub(crate) counterpart: &'static str,
    /// When its values are known.
    pub(crate) known: Known,
    /// Where the facts come from.
    pub(crate) page: &'static str,
}

/// The state of `examples/ecommerce`.
pub(crate) const EXAMPLE: &str = "examples/ecommerce/state.tfstate";

macro_rules! registry {
    ($($part:literal),+) => {
        concat!("https://registry.terraform.io/providers/", $($part),+)
    };
}

macro_rules! aws {
    ($page:literal) => {
        registry!("hashicorp/aws/latest/docs/resources/", $page)
    };
}

const AURORA_RESTORE: &str =
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-restore-snapshot.html";
const BUCKET_REPLICATION: &str = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html";
const CACHE_BACKUPS: &str = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html";
const CACHE_RESTORE: &str = "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-restoring.html";
const CERTIFICATE_REGIONS: &str = "https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html";
const GLOBAL_TABLES: &str =
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html";
const IMAGE_REPLICATION: &str = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html";
const MULTI_REGION_KEYS: &str =
    "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html";
const RDS_BACKUPS: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html";
const READ_REPLICAS: &str = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html";
const SECRET_REPLICAS: &str =
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html";
const SERVICE_ACCOUNT_ROLES: &str =
    "https://docs.aws.amazon.com/eks/latest/userguide/enable-iam-roles-for-service-accounts.html";
const SNAPSHOT_COPIES: &str = "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html";

const fn all(
    resource_type: &'static str,
    disposition: Disposition,
    engine: Engine,
    counterpart: &'static str,
    known: Known,
    page: &'static str,
) -> Expected {
    one("", resource_type, disposition, engine, counterpart, known, page)
}

const fn one(
    state: &'static str,
    address: &'static str,
    disposition: Disposition,
    engine: Engine,
    counterpart: &'static str,
    known: Known,
    page: &'static str,
) -> Expected {
    Expected { state, address, disposition, engine, counterpart, known, page }
}

/// All rows.
pub(crate) fn expected() -> &'static [Expected] {
    EXPECTED
}

/// The row of one instance: of its address, or else of its type.
pub(crate) fn expected_of(state: &str, address: &str, resource_type: &str) -> Option<&'static Expected> {
    let by_address = EXPECTED.iter().find(|row| row.state == state && row.address == address);
    by_address.or_else(|| {
        EXPECTED.iter().find(|row| row.state.is_empty() && state != EXAMPLE && row.address == resource_type)
    })
}

// A row a line, so that it reads as the table that it is.
#[rustfmt::skip]
const EXPECTED: &[Expected] = &[
    // Regional, without data, named by AWS.
    all("aws_api_gateway_api_key", Create, Made, "known after", After, aws!("api_gateway_api_key")),
    all("aws_api_gateway_authorizer", Create, Made, "known after", After, aws!("api_gateway_authorizer")),
    all("aws_api_gateway_gateway_response", Create, Made, "known after", After, aws!("api_gateway_gateway_response")),
    all("aws_api_gateway_integration", Create, Made, "known after", After, aws!("api_gateway_integration")),
    all("aws_api_gateway_integration_response", Create, Made, "known after", After, aws!("api_gateway_integration_response")),
    all("aws_api_gateway_method", Create, Made, "known after", After, aws!("api_gateway_method")),
    all("aws_api_gateway_method_response", Create, Made, "known after", After, aws!("api_gateway_method_response")),
    all("aws_api_gateway_method_settings", Create, Made, "known after", After, aws!("api_gateway_method_settings")),
    all("aws_api_gateway_model", Create, Made, "known after", After, aws!("api_gateway_model")),
    all("aws_api_gateway_request_validator", Create, Made, "known after", After, aws!("api_gateway_request_validator")),
    all("aws_api_gateway_resource", Create, Made, "known after", After, aws!("api_gateway_resource")),
    all("aws_api_gateway_rest_api", Create, Made, "known after", After, aws!("api_gateway_rest_api")),
    all("aws_api_gateway_rest_api_policy", Create, Made, "known after", After, aws!("api_gateway_rest_api_policy")),
    all("aws_api_gateway_stage", Create, Made, "same name", After, aws!("api_gateway_stage")),
    all("aws_api_gateway_vpc_link", Create, Made, "known after", After, aws!("api_gateway_vpc_link")),
    all("aws_apigatewayv2_api", Create, Made, "known after", After, aws!("apigatewayv2_api")),
    all("aws_apigatewayv2_api_mapping", Create, Made, "known after", After, aws!("apigatewayv2_api_mapping")),
    all("aws_apigatewayv2_authorizer", Create, Made, "known after", After, aws!("apigatewayv2_authorizer")),
    all("aws_apigatewayv2_deployment", Create, Made, "known after", After, aws!("apigatewayv2_deployment")),
    all("aws_apigatewayv2_integration", Create, Made, "known after", After, aws!("apigatewayv2_integration")),
    all("aws_apigatewayv2_integration_response", Create, Made, "known after", After, aws!("apigatewayv2_integration_response")),
    all("aws_apigatewayv2_model", Create, Made, "known after", After, aws!("apigatewayv2_model")),
    all("aws_apigatewayv2_route", Create, Made, "known after", After, aws!("apigatewayv2_route")),
    all("aws_apigatewayv2_route_response", Create, Made, "known after", After, aws!("apigatewayv2_route_response")),
    all("aws_apigatewayv2_vpc_link", Create, Made, "known after", After, aws!("apigatewayv2_vpc_link")),
    all("aws_default_network_acl", Create, Made, "known after", After, aws!("default_network_acl")),
    all("aws_default_route_table", Create, Made, "known after", After, aws!("default_route_table")),
    all("aws_default_security_group", Create, Made, "known after", After, aws!("default_security_group")),
    all("aws_default_subnet", Create, Made, "known after", After, aws!("default_subnet")),
    all("aws_default_vpc", Create, Made, "known after", After, aws!("default_vpc")),
    all("aws_ebs_encryption_by_default", Create, Made, "known after", After, aws!("ebs_encryption_by_default")),
    all("aws_eip", Create, Made, "known after", After, aws!("eip")),
    all("aws_eip_association", Create, Made, "known after", After, aws!("eip_association")),
    all("aws_internet_gateway", Create, Made, "known after", After, aws!("internet_gateway")),
    all("aws_kms_key", Create, Made, "known after", After, aws!("kms_key")),
    all("aws_lambda_event_source_mapping", Create, Made, "known after", After, aws!("lambda_event_source_mapping")),
    all("aws_launch_template", Create, Made, "known after", After, aws!("launch_template")),
    all("aws_lb_listener", Create, Made, "known after", After, aws!("lb_listener")),
    all("aws_nat_gateway", Create, Made, "known after", After, aws!("nat_gateway")),
    all("aws_network_acl", Create, Made, "known after", After, aws!("network_acl")),
    all("aws_network_acl_rule", Create, Made, "known after", After, aws!("network_acl_rule")),
    all("aws_route", Create, Made, "known after", After, aws!("route")),
    all("aws_route_table", Create, Made, "known after", After, aws!("route_table")),
    all("aws_route_table_association", Create, Made, "known after", After, aws!("route_table_association")),
    all("aws_security_group", Create, Made, "known after", After, aws!("security_group")),
    all("aws_security_group_rule", Create, Made, "known after", After, aws!("security_group_rule")),
    all("aws_sns_topic_subscription", Create, Made, "known after", After, aws!("sns_topic_subscription")),
    all("aws_subnet", Create, Made, "known after", After, aws!("subnet")),
    all("aws_vpc", Create, Made, "known after", After, aws!("vpc")),
    // Regional, without data, named by people.
    all("aws_alb", Create, Made, "same name", After, aws!("lb")),
    all("aws_api_gateway_account", Create, Made, "same name", Now, aws!("api_gateway_account")),
    all("aws_api_gateway_base_path_mapping", Create, Made, "same name", Now, aws!("api_gateway_base_path_mapping")),
    all("aws_api_gateway_domain_name", Create, Made, "same name", After, aws!("api_gateway_domain_name")),
    all("aws_apigatewayv2_domain_name", Create, Made, "same name", After, aws!("apigatewayv2_domain_name")),
    all("aws_apigatewayv2_stage", Create, Made, "same name", After, aws!("apigatewayv2_stage")),
    all("aws_appautoscaling_policy", Create, Made, "same name", After, aws!("appautoscaling_policy")),
    all("aws_appautoscaling_scheduled_action", Create, Made, "same name", After, aws!("appautoscaling_scheduled_action")),
    all("aws_appautoscaling_target", Create, Made, "same name", Now, aws!("appautoscaling_target")),
    all("aws_cloudtrail", Create, Made, "same name", Now, aws!("cloudtrail")),
    all("aws_codedeploy_app", Create, Made, "same name", After, aws!("codedeploy_app")),
    all("aws_db_subnet_group", Create, Made, "same name", Now, aws!("db_subnet_group")),
    all("aws_ecr_repository_policy", Create, Made, "same name", Now, aws!("ecr_repository_policy")),
    all("aws_elb", Create, Made, "same name", After, aws!("elb")),
    all("aws_key_pair", Create, Made, "same name", After, aws!("key_pair")),
    all("aws_kms_alias", Create, Made, "same name", After, aws!("kms_alias")),
    all("aws_lambda_function", Create, Made, "same name", Now, aws!("lambda_function")),
    all("aws_launch_configuration", Create, Made, "same name", After, aws!("launch_configuration")),
    all("aws_lb", Create, Made, "same name", After, aws!("lb")),
    all("aws_lb_target_group", Create, Made, "same name", After, aws!("lb_target_group")),
    all("aws_sns_topic", Create, Made, "same name", Now, aws!("sns_topic")),
    all("aws_sns_topic_policy", Create, Made, "known after", After, aws!("sns_topic_policy")),
    all("aws_sqs_queue_policy", Create, Made, "known after", After, aws!("sqs_queue_policy")),
    // Global: used as it is.
    all("aws_iam_group", Share, Import, "itself", Now, aws!("iam_group")),
    all("aws_iam_group_policy", Share, Import, "itself", Now, aws!("iam_group_policy")),
    all("aws_iam_group_policy_attachment", Share, Import, "itself", Now, aws!("iam_group_policy_attachment")),
    all("aws_iam_policy", Share, Import, "itself", Now, aws!("iam_policy")),
    all("aws_iam_role", Share, Import, "itself", Now, aws!("iam_role")),
    all("aws_iam_role_policy", Share, Import, "itself", Now, aws!("iam_role_policy")),
    all("aws_iam_role_policy_attachment", Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    all("aws_iam_user", Share, Import, "itself", Now, aws!("iam_user")),
    all("aws_iam_user_policy", Share, Import, "itself", Now, aws!("iam_user_policy")),
    all("aws_iam_user_policy_attachment", Share, Import, "itself", Now, aws!("iam_user_policy_attachment")),
    all("aws_route53_health_check", Share, Import, "itself", Now, aws!("route53_health_check")),
    all("aws_route53_zone", Share, Import, "itself", Now, aws!("route53_zone")),
    all("aws_s3_account_public_access_block", Share, Import, "itself", Now, aws!("s3_account_public_access_block")),
    // Global: changed in the traffic phase.
    all("aws_cloudfront_distribution", Update, Withhold, "itself", Now, aws!("cloudfront_distribution")),
    all("aws_route53_record", Share, Import, "itself", Now, aws!("route53_record")),
    // Lives only in the state.
    all("random_string", Carry, Carried, "same value", Now, registry!("hashicorp/random/latest/docs/resources/string")),
    // Databases: whether there is a recovery point is unknown without an inventory.
    all("aws_db_instance", Restore, Exclude, "same name", After, RDS_BACKUPS),
    all("aws_rds_cluster", Restore, Exclude, "same name", After, AURORA_RESTORE),
    // Holds data, or may, and has no way back: Memcached has no backups, a disk goes with its instance.
    all("aws_ami", Block, Exclude, "", Now, SNAPSHOT_COPIES),
    all("aws_cloudformation_stack", Block, Exclude, "", Now, aws!("cloudformation_stack")),
    all("aws_dynamodb_table", Block, Exclude, "", Now, GLOBAL_TABLES),
    all("aws_ebs_snapshot", Block, Exclude, "", Now, SNAPSHOT_COPIES),
    all("aws_ebs_volume", Block, Exclude, "", Now, SNAPSHOT_COPIES),
    all("aws_ecr_repository", Block, Exclude, "", Now, IMAGE_REPLICATION),
    all("aws_elasticache_cluster", Block, Exclude, "", Now, CACHE_BACKUPS),
    all("aws_instance", Block, Exclude, "", Now, aws!("instance")),
    all("aws_s3_bucket", Block, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_analytics_configuration", Skip, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_inventory", Skip, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_metric", Skip, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_notification", Skip, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_policy", Skip, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_s3_bucket_public_access_block", Block, Exclude, "", Now, BUCKET_REPLICATION),
    all("aws_sqs_queue", Block, Exclude, "", Now, aws!("sqs_queue")),
    // A global table: the state itself says that this one has a replica in the recovery region.
    // Named by a prefix: the provider makes up the rest.
    one("aws_kms_alias.tfstate", "aws_kms_alias.baz", Create, Made, "known after", After, aws!("kms_alias")),
    one("aws_dynamodb_table.tfstate", "aws_dynamodb_table.example", Adopt, Import, "same name", Now, GLOBAL_TABLES),
    // The example. Its replicas, key, certificate, bucket and images of the good day are in us-west-2. The loss of the
    // carts is accepted in drplan.hcl, so their cache is made empty. A stack that runs in us-west-2 makes no
    // `module.standby`: nothing may be imported to an address that the configuration does not have.
    one(EXAMPLE, "aws_cloudwatch_log_group.application", Create, Made, "same name", Now, aws!("cloudwatch_log_group")),
    one(EXAMPLE, "aws_cloudwatch_metric_alarm.db_storage", Create, Made, "same name", Now, aws!("cloudwatch_metric_alarm")),
    one(EXAMPLE, "aws_cloudwatch_metric_alarm.replica_lag", Create, Made, "same name", Now, aws!("cloudwatch_metric_alarm")),
    one(EXAMPLE, "aws_sns_topic.alerts", Create, Made, "same name", Now, aws!("sns_topic")),
    one(EXAMPLE, "aws_sns_topic_subscription.oncall", Create, Made, "known after", After, aws!("sns_topic_subscription")),
    one(EXAMPLE, "helm_release.aws_load_balancer_controller", Create, Made, "same name", Now, registry!("hashicorp/helm/latest/docs/resources/release")),
    one(EXAMPLE, "kubernetes_manifest.ingress_class_params", Create, Made, "same name", Now, registry!("hashicorp/kubernetes/latest/docs/resources/manifest")),
    one(EXAMPLE, "module.cloudfront.aws_cloudfront_distribution.shop", Update, Withhold, "itself", Now, aws!("cloudfront_distribution")),
    one(EXAMPLE, "module.cloudfront.aws_cloudfront_origin_access_control.media", Share, Import, "itself", Now, aws!("cloudfront_origin_access_control")),
    one(EXAMPLE, "module.dns.aws_acm_certificate.cloudfront", Share, Import, "itself", Now, CERTIFICATE_REGIONS),
    one(EXAMPLE, "module.dns.aws_acm_certificate.ingress", Adopt, Import, "arn:aws:acm:us-west-2:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1950", Now, CERTIFICATE_REGIONS),
    one(EXAMPLE, "module.dns.aws_acm_certificate_validation.cloudfront", Share, Carried, "itself", Now, aws!("acm_certificate_validation")),
    one(EXAMPLE, "module.dns.aws_acm_certificate_validation.ingress", Create, Made, "known after", After, aws!("acm_certificate_validation")),
    one(EXAMPLE, "module.dns.aws_route53_health_check.api", Share, Import, "itself", Now, aws!("route53_health_check")),
    one(EXAMPLE, "module.dns.aws_route53_record.api", Update, Withhold, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, "module.dns.aws_route53_record.caa", Share, Import, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, r#"module.dns.aws_route53_record.shop["A"]"#, Update, Withhold, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, r#"module.dns.aws_route53_record.shop["AAAA"]"#, Update, Withhold, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, r#"module.dns.aws_route53_record.validation["api.example.com"]"#, Share, Import, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, r#"module.dns.aws_route53_record.validation["hooks.example.com"]"#, Share, Import, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, r#"module.dns.aws_route53_record.validation["shop.example.com"]"#, Share, Import, "itself", Now, aws!("route53_record")),
    one(EXAMPLE, "module.dns.aws_route53_zone.main", Share, Import, "itself", Now, aws!("route53_zone")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_lifecycle_policy.service["cart-service"]"#, Create, Made, "same name", Now, aws!("ecr_lifecycle_policy")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_lifecycle_policy.service["order-service"]"#, Create, Made, "same name", Now, aws!("ecr_lifecycle_policy")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_lifecycle_policy.service["payment-service"]"#, Create, Made, "same name", Now, aws!("ecr_lifecycle_policy")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_lifecycle_policy.service["product-service"]"#, Create, Made, "same name", Now, aws!("ecr_lifecycle_policy")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_lifecycle_policy.service["user-service"]"#, Create, Made, "same name", Now, aws!("ecr_lifecycle_policy")),
    one(EXAMPLE, r#"module.ecr.aws_ecr_repository.service["cart-service"]"#, Adopt, Import, "same name", Now, IMAGE_REPLICATION),
    one(EXAMPLE, r#"module.ecr.aws_ecr_repository.service["order-service"]"#, Adopt, Import, "same name", Now, IMAGE_REPLICATION),
    one(EXAMPLE, r#"module.ecr.aws_ecr_repository.service["payment-service"]"#, Adopt, Import, "same name", Now, IMAGE_REPLICATION),
    one(EXAMPLE, r#"module.ecr.aws_ecr_repository.service["product-service"]"#, Adopt, Import, "same name", Now, IMAGE_REPLICATION),
    one(EXAMPLE, r#"module.ecr.aws_ecr_repository.service["user-service"]"#, Adopt, Import, "same name", Now, IMAGE_REPLICATION),
    one(EXAMPLE, "module.eks.aws_cloudwatch_log_group.cluster", Create, Made, "same name", Now, aws!("cloudwatch_log_group")),
    one(EXAMPLE, "module.eks.aws_eks_access_entry.admin", Create, Made, "same name", After, aws!("eks_access_entry")),
    one(EXAMPLE, "module.eks.aws_eks_access_policy_association.admin", Create, Made, "same name", Now, aws!("eks_access_policy_association")),
    one(EXAMPLE, r#"module.eks.aws_eks_addon.this["coredns"]"#, Create, Made, "same name", After, aws!("eks_addon")),
    one(EXAMPLE, r#"module.eks.aws_eks_addon.this["kube-proxy"]"#, Create, Made, "same name", After, aws!("eks_addon")),
    one(EXAMPLE, r#"module.eks.aws_eks_addon.this["metrics-server"]"#, Create, Made, "same name", After, aws!("eks_addon")),
    one(EXAMPLE, r#"module.eks.aws_eks_addon.this["vpc-cni"]"#, Create, Made, "same name", After, aws!("eks_addon")),
    one(EXAMPLE, "module.eks.aws_eks_cluster.this", Create, Made, "same name", After, aws!("eks_cluster")),
    one(EXAMPLE, "module.eks.aws_eks_node_group.default", Create, Made, "same name", After, aws!("eks_node_group")),
    one(EXAMPLE, "module.eks.aws_iam_openid_connect_provider.this", Create, Made, "known after", After, SERVICE_ACCOUNT_ROLES),
    one(EXAMPLE, "module.eks.aws_iam_role.cluster", Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, "module.eks.aws_iam_role.node", Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, "module.eks.aws_iam_role_policy_attachment.cluster", Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.eks.aws_iam_role_policy_attachment.node["AmazonEC2ContainerRegistryPullOnly"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.eks.aws_iam_role_policy_attachment.node["AmazonEKSWorkerNodePolicy"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.eks.aws_iam_role_policy_attachment.node["AmazonEKS_CNI_Policy"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, "module.eks.aws_kms_alias.eks", Create, Made, "same name", After, aws!("kms_alias")),
    one(EXAMPLE, "module.eks.aws_kms_key.eks", Create, Made, "known after", After, aws!("kms_key")),
    one(EXAMPLE, "module.eks.aws_launch_template.node", Create, Made, "known after", After, aws!("launch_template")),
    one(EXAMPLE, "module.eks.aws_security_group.ingress", Create, Made, "known after", After, aws!("security_group")),
    one(EXAMPLE, "module.eks.aws_security_group.node", Create, Made, "known after", After, aws!("security_group")),
    one(EXAMPLE, "module.eks.aws_vpc_security_group_egress_rule.ingress", Create, Made, "known after", After, aws!("vpc_security_group_egress_rule")),
    one(EXAMPLE, "module.eks.aws_vpc_security_group_egress_rule.node", Create, Made, "known after", After, aws!("vpc_security_group_egress_rule")),
    one(EXAMPLE, r#"module.eks.aws_vpc_security_group_ingress_rule.ingress["http"]"#, Create, Made, "known after", After, aws!("vpc_security_group_ingress_rule")),
    one(EXAMPLE, r#"module.eks.aws_vpc_security_group_ingress_rule.ingress["https"]"#, Create, Made, "known after", After, aws!("vpc_security_group_ingress_rule")),
    one(EXAMPLE, "module.eks.aws_vpc_security_group_ingress_rule.node_from_ingress", Create, Made, "known after", After, aws!("vpc_security_group_ingress_rule")),
    one(EXAMPLE, "module.eks.random_password.node_agent", Carry, Carried, "same value", Now, registry!("hashicorp/random/latest/docs/resources/password")),
    one(EXAMPLE, "module.elasticache.aws_elasticache_parameter_group.this", Create, Made, "same name", Now, aws!("elasticache_parameter_group")),
    one(EXAMPLE, "module.elasticache.aws_elasticache_replication_group.carts", Create, Made, "same name", After, CACHE_RESTORE),
    one(EXAMPLE, "module.elasticache.aws_elasticache_subnet_group.this", Create, Made, "same name", Now, aws!("elasticache_subnet_group")),
    one(EXAMPLE, "module.elasticache.aws_security_group.redis", Create, Made, "known after", After, aws!("security_group")),
    one(EXAMPLE, "module.elasticache.aws_vpc_security_group_ingress_rule.redis", Create, Made, "known after", After, aws!("vpc_security_group_ingress_rule")),
    one(EXAMPLE, "module.elasticache.random_password.auth_token", Carry, Carried, "same value", Now, registry!("hashicorp/random/latest/docs/resources/password")),
    one(EXAMPLE, r#"module.iam.aws_iam_policy.platform["aws-load-balancer-controller"]"#, Share, Import, "itself", Now, aws!("iam_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_policy.platform["db-snapshot"]"#, Share, Import, "itself", Now, aws!("iam_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_policy.platform["external-dns"]"#, Share, Import, "itself", Now, aws!("iam_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_policy.platform["fluent-bit"]"#, Share, Import, "itself", Now, aws!("iam_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.platform["aws-load-balancer-controller"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.platform["db-snapshot"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.platform["external-dns"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.platform["fluent-bit"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.service["cart-service"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.service["order-service"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.service["payment-service"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.service["product-service"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role.service["user-service"]"#, Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy.service["cart-service"]"#, Share, Import, "itself", Now, aws!("iam_role_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy.service["order-service"]"#, Share, Import, "itself", Now, aws!("iam_role_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy.service["payment-service"]"#, Share, Import, "itself", Now, aws!("iam_role_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy.service["product-service"]"#, Share, Import, "itself", Now, aws!("iam_role_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy.service["user-service"]"#, Share, Import, "itself", Now, aws!("iam_role_policy")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy_attachment.platform["aws-load-balancer-controller"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy_attachment.platform["db-snapshot"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy_attachment.platform["external-dns"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, r#"module.iam.aws_iam_role_policy_attachment.platform["fluent-bit"]"#, Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, "module.rds.aws_db_instance.primary", Restore, Exclude, "same name", After, RDS_BACKUPS),
    one(EXAMPLE, "module.rds.aws_db_instance.read_replica", Create, Made, "same name", After, READ_REPLICAS),
    one(EXAMPLE, "module.rds.aws_db_parameter_group.this", Create, Made, "same name", Now, aws!("db_parameter_group")),
    one(EXAMPLE, "module.rds.aws_db_subnet_group.this", Create, Made, "same name", Now, aws!("db_subnet_group")),
    one(EXAMPLE, "module.rds.aws_iam_role.monitoring", Share, Import, "itself", Now, aws!("iam_role")),
    one(EXAMPLE, "module.rds.aws_iam_role_policy_attachment.monitoring", Share, Import, "itself", Now, aws!("iam_role_policy_attachment")),
    one(EXAMPLE, "module.rds.aws_kms_alias.rds", Adopt, Import, "same name", Now, aws!("kms_alias")),
    one(EXAMPLE, "module.rds.aws_kms_key.rds", Adopt, Import, "d61a8f3b-7e42-4c09-95d7-1b8c4e0f2a69", Now, MULTI_REGION_KEYS),
    one(EXAMPLE, "module.rds.aws_security_group.rds", Create, Made, "known after", After, aws!("security_group")),
    one(EXAMPLE, "module.rds.aws_vpc_security_group_ingress_rule.rds", Create, Made, "known after", After, aws!("vpc_security_group_ingress_rule")),
    one(EXAMPLE, "module.s3.aws_s3_bucket.media", Adopt, Import, "ecommerce-prod-media-us-west-2", Now, BUCKET_REPLICATION),
    one(EXAMPLE, "module.s3.aws_s3_bucket_policy.media", Create, Made, "ecommerce-prod-media-us-west-2", Now, BUCKET_REPLICATION),
    one(EXAMPLE, "module.s3.aws_s3_bucket_public_access_block.media", Create, Made, "ecommerce-prod-media-us-west-2", Now, BUCKET_REPLICATION),
    one(EXAMPLE, "module.s3.aws_s3_bucket_server_side_encryption_configuration.media", Create, Made, "ecommerce-prod-media-us-west-2", Now, BUCKET_REPLICATION),
    one(EXAMPLE, "module.s3.aws_s3_bucket_versioning.media", Create, Made, "ecommerce-prod-media-us-west-2", Now, BUCKET_REPLICATION),
    one(EXAMPLE, "module.secrets.aws_secretsmanager_secret.api_keys", Promote, Exclude, "same name", Now, SECRET_REPLICAS),
    one(EXAMPLE, "module.secrets.aws_secretsmanager_secret.db_credentials", Promote, Exclude, "same name", Now, SECRET_REPLICAS),
    one(EXAMPLE, "module.secrets.aws_secretsmanager_secret_version.api_keys", Promote, Exclude, "same name", Now, SECRET_REPLICAS),
    one(EXAMPLE, "module.secrets.aws_secretsmanager_secret_version.db_credentials", Promote, Exclude, "same name", Now, SECRET_REPLICAS),
    one(EXAMPLE, "module.secrets.random_password.jwt_signing_key", Carry, Carried, "same value", Now, registry!("hashicorp/random/latest/docs/resources/password")),
    one(EXAMPLE, "module.standby[0].aws_acm_certificate.ingress", Skip, Exclude, "", Now, aws!("acm_certificate")),
    one(EXAMPLE, "module.standby[0].aws_acm_certificate_validation.ingress", Skip, Exclude, "", Now, aws!("acm_certificate_validation")),
    one(EXAMPLE, "module.standby[0].aws_db_instance_automated_backups_replication.primary", Skip, Exclude, "", Now, aws!("db_instance_automated_backups_replication")),
    one(EXAMPLE, "module.standby[0].aws_ecr_replication_configuration.this", Skip, Exclude, "", Now, aws!("ecr_replication_configuration")),
    one(EXAMPLE, "module.standby[0].aws_iam_role.replication", Skip, Exclude, "", Now, aws!("iam_role")),
    one(EXAMPLE, "module.standby[0].aws_iam_role_policy.replication", Skip, Exclude, "", Now, aws!("iam_role_policy")),
    one(EXAMPLE, "module.standby[0].aws_kms_alias.rds", Skip, Exclude, "", Now, aws!("kms_alias")),
    one(EXAMPLE, "module.standby[0].aws_kms_key.rds", Skip, Exclude, "", Now, aws!("kms_key")),
    one(EXAMPLE, "module.standby[0].aws_s3_bucket.media", Skip, Exclude, "", Now, aws!("s3_bucket")),
    one(EXAMPLE, "module.standby[0].aws_s3_bucket_policy.media", Skip, Exclude, "", Now, aws!("s3_bucket_policy")),
    one(EXAMPLE, "module.standby[0].aws_s3_bucket_public_access_block.media", Skip, Exclude, "", Now, aws!("s3_bucket_public_access_block")),
    one(EXAMPLE, "module.standby[0].aws_s3_bucket_replication_configuration.media", Skip, Exclude, "", Now, aws!("s3_bucket_replication_configuration")),
    one(EXAMPLE, "module.standby[0].aws_s3_bucket_versioning.media", Skip, Exclude, "", Now, aws!("s3_bucket_versioning")),
    one(EXAMPLE, "module.vpc.aws_eip.nat[0]", Create, Made, "known after", After, aws!("eip")),
    one(EXAMPLE, "module.vpc.aws_eip.nat[1]", Create, Made, "known after", After, aws!("eip")),
    one(EXAMPLE, "module.vpc.aws_eip.nat[2]", Create, Made, "known after", After, aws!("eip")),
    one(EXAMPLE, "module.vpc.aws_internet_gateway.this", Create, Made, "known after", After, aws!("internet_gateway")),
    one(EXAMPLE, "module.vpc.aws_nat_gateway.this[0]", Create, Made, "known after", After, aws!("nat_gateway")),
    one(EXAMPLE, "module.vpc.aws_nat_gateway.this[1]", Create, Made, "known after", After, aws!("nat_gateway")),
    one(EXAMPLE, "module.vpc.aws_nat_gateway.this[2]", Create, Made, "known after", After, aws!("nat_gateway")),
    one(EXAMPLE, "module.vpc.aws_route_table.private[0]", Create, Made, "known after", After, aws!("route_table")),
    one(EXAMPLE, "module.vpc.aws_route_table.private[1]", Create, Made, "known after", After, aws!("route_table")),
    one(EXAMPLE, "module.vpc.aws_route_table.private[2]", Create, Made, "known after", After, aws!("route_table")),
    one(EXAMPLE, "module.vpc.aws_route_table.public", Create, Made, "known after", After, aws!("route_table")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.private[0]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.private[1]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.private[2]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.public[0]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.public[1]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_route_table_association.public[2]", Create, Made, "known after", After, aws!("route_table_association")),
    one(EXAMPLE, "module.vpc.aws_subnet.private[0]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_subnet.private[1]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_subnet.private[2]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_subnet.public[0]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_subnet.public[1]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_subnet.public[2]", Create, Made, "known after", After, aws!("subnet")),
    one(EXAMPLE, "module.vpc.aws_vpc.this", Create, Made, "known after", After, aws!("vpc")),
    one(EXAMPLE, "module.vpc.aws_vpc_endpoint.s3", Create, Made, "known after", After, aws!("vpc_endpoint")),
    one(EXAMPLE, "module.waf.aws_wafv2_web_acl.cloudfront", Share, Import, "itself", Now, aws!("wafv2_web_acl")),
    one(EXAMPLE, "module.waf.aws_wafv2_web_acl.ingress", Create, Made, "same name", After, aws!("wafv2_web_acl")),
];

#[test]
fn no_row_is_written_twice() {
    let mut seen = std::collections::HashSet::new();
    for row in expected() {
        assert!(seen.insert((row.state, row.address)), "twice: {} {}", row.state, row.address);
        assert!(row.page.starts_with("https://"), "{}: {}", row.address, row.page);
    }
}

#[test]
fn dispositions_and_engine_words_go_together() {
    for row in expected() {
        let fits = match row.disposition {
            Create => row.engine == Made,
            Share | Adopt => matches!(row.engine, Import | Carried),
            Restore | Promote | Skip | Block => row.engine == Exclude,
            Update => row.engine == Withhold,
            Carry => row.engine == Carried,
        };
        assert!(fits, "{}: {} and {}", row.address, row.disposition.as_str(), row.engine.as_str());
        assert!(row.counterpart != "known after" || row.known == After, "{}", row.address);
        assert_eq!(row.counterpart.is_empty(), matches!(row.disposition, Skip | Block), "{}", row.address);
    }
}

#[test]
fn every_managed_instance_has_a_row() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("DRPLAN_CORPUS")
        .map_or_else(|| here.join("../shared/fixtures"), std::path::PathBuf::from);
    let mut files = vec![(EXAMPLE.to_owned(), here.join(EXAMPLE))];
    match std::fs::read_dir(corpus.join("states")) {
        Ok(states) => files.extend(
            states.flatten().map(|state| (state.file_name().to_string_lossy().into_owned(), state.path())),
        ),
        Err(_) => eprintln!("skipped: no shared states in {}; set DRPLAN_CORPUS", corpus.display()),
    }
    for (name, path) in files {
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("skipped: {} cannot be read", path.display());
            continue;
        };
        for (address, resource_type) in managed(&bytes) {
            assert!(expected_of(&name, &address, &resource_type).is_some(), "{name}: no row for {address}");
        }
    }
}

/// Addresses and types of the managed instances of a state.
fn managed(state: &[u8]) -> Vec<(String, String)> {
    let Ok(state) = serde_json::from_slice::<serde_json::Value>(state) else { return Vec::new() };
    let mut found = Vec::new();
    let resources = state["resources"].as_array().into_iter().flatten();
    for resource in resources.filter(|resource| resource["mode"] == "managed") {
        let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
        let module = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = instance.get("index_key").map_or_else(String::new, |key| format!("[{key}]"));
            found.push((format!("{module}{}.{}{key}", text("type"), text("name")), text("type")));
        }
    }
    found
}
