//! The sample's steps.

use super::bare_step;
use crate::plan::action::{Action, Check, EngineChange, Hold, Rewrite, Setting, Splice};
use crate::plan::step::{DoneWhen, Phase, Plane, Step};

fn step(id: &str, needs: &[&str], action: Action) -> Step {
    let needs: Vec<String> = needs.iter().map(|need| (*need).to_owned()).collect();
    let done_when = match &action {
        Action::Gate { .. } => DoneWhen::Decided,
        Action::Engine { address, .. } => DoneWhen::EngineComplete { address: address.clone() },
        Action::AwaitReady { object } => DoneWhen::Ready { object: object.clone() },
        Action::RestoreDatabase { identifier, .. } => {
            DoneWhen::Status { subject: identifier.clone(), status: "available".to_owned() }
        }
        Action::EngineConverged { .. } => DoneWhen::Holds { what: "the plan is empty".to_owned() },
        _ => DoneWhen::Answered,
    };
    Step { action, done_when, ..bare_step(id, &needs) }
}

fn engine(address: &str, change: EngineChange) -> Action {
    let import_id = (change == EngineChange::Import).then(|| "shop-api".to_owned());
    Action::Engine {
        address: address.to_owned(),
        change,
        import_id,
        import_known_after: None,
        overrides: Vec::new(),
    }
}

fn apply(kind: &str, name: &str, rewrites: Vec<Rewrite>, hold: Option<Hold>) -> Action {
    Action::ApplyObject {
        file: format!("kubernetes/{name}.yaml"),
        document: 0,
        rendered_by: None,
        api_version: "v1".to_owned(),
        object_kind: kind.to_owned(),
        namespace: Some("shop".to_owned()),
        name: name.to_owned(),
        rewrites,
        hold,
        document_digest: format!("sha256:{}", "0".repeat(64)),
    }
}

fn rewrite(path: &str, token: &str, known_after: &str) -> Rewrite {
    Rewrite {
        path: path.to_owned(),
        within: None,
        token: token.to_owned(),
        owner: Some("aws_db_instance.orders".to_owned()),
        counterpart: None,
        known_after: Some(known_after.to_owned()),
    }
}

fn setting(name: &str, value: Option<&str>, known_after: Option<&str>) -> Setting {
    Setting {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        known_after: known_after.map(str::to_owned),
        from: "aws_db_instance.orders.db_subnet_group_name".to_owned(),
    }
}

/// The steps, each after what it needs.
pub(super) fn steps() -> Vec<Step> {
    let orders = "orders.abc.us-east-2.rds.amazonaws.com";
    let await_ready = |name: &str| Action::AwaitReady { object: format!("Deployment/shop/{name}") };
    vec![
        Step {
            plane: Plane::UsEast1Control,
            ..step(
                "preflight/control-plane/route53",
                &[],
                Action::Check { check: Check::ControlPlane { service: "route53".to_owned() } },
            )
        },
        step(
            "preflight/identity",
            &[],
            Action::Check { check: Check::Identity { account: Some("123456789012".to_owned()) } },
        ),
        step(
            "preflight/recovery-point",
            &["preflight/identity"],
            Action::Check { check: Check::RecoveryPoint { store: "aws_db_instance.orders".to_owned() } },
        ),
        step(
            "preflight/ready",
            &["preflight/identity", "preflight/recovery-point"],
            Action::Join { address: "preflight".to_owned(), instances: 2 },
        ),
        step(
            "fence/probe",
            &["preflight/ready"],
            Action::ProbePrimary {
                region: Some("us-east-2".to_owned()),
                hosts: vec!["shop.example.com".to_owned()],
            },
        ),
        step(
            "fence/primary",
            &["fence/probe"],
            Action::Fence {
                workloads: vec!["Deployment/shop/api".to_owned()],
                databases: vec!["aws_db_instance.orders".to_owned()],
            },
        ),
        step("infra/role", &["preflight/ready"], engine("aws_iam_role.api", EngineChange::Import)),
        step("infra/salt", &["preflight/ready"], engine("random_password.salt", EngineChange::Carry)),
        step("infra/vpc", &["preflight/ready"], engine("aws_vpc.main", EngineChange::Create)),
        step("infra/bucket", &["infra/vpc"], engine("aws_s3_bucket.media", EngineChange::Import)),
        step(
            "infra/cache",
            &["infra/vpc"],
            engine("aws_elasticache_replication_group.carts", EngineChange::Create),
        ),
        step(
            "infra/cluster",
            &["infra/role", "infra/vpc"],
            engine("aws_eks_cluster.main", EngineChange::Create),
        ),
        step(
            "infra/trust",
            &["infra/cluster"],
            Action::TrustIssuer {
                role: "shop-api".to_owned(),
                service_accounts: vec!["shop/api".to_owned()],
                issuer_known_after: "infra/cluster".to_owned(),
            },
        ),
        step(
            "restore/orders",
            &["fence/primary", "infra/vpc"],
            Action::RestoreDatabase {
                address: "aws_db_instance.orders".to_owned(),
                identifier: "orders".to_owned(),
                store: "aws_db_instance.orders".to_owned(),
                settings: vec![
                    setting("DBSubnetGroupName", None, Some("infra/vpc")),
                    setting("MultiAZ", Some("true"), None),
                    setting("ManageMasterUserPassword", Some("false"), None),
                ],
            },
        ),
        step(
            "restore/ledger",
            &["fence/primary", "infra/vpc"],
            Action::PromoteReplica {
                address: "aws_db_instance.ledger".to_owned(),
                identifier: "ledger-replica".to_owned(),
                settings: vec![setting("BackupRetentionPeriod", Some("7"), None)],
            },
        ),
        step(
            "restore/orders-password",
            &["restore/orders"],
            Action::SetPassword { identifier: "orders".to_owned(), source: "env:DB_PASSWORD".to_owned() },
        ),
        step(
            "restore/adopt-orders",
            &["restore/orders-password"],
            engine("aws_db_instance.orders", EngineChange::Import),
        ),
        step(
            "restore/warm-up",
            &["restore/orders-password"],
            Action::WarmUp { identifier: "orders".to_owned() },
        ),
        step(
            "restore/secret",
            &["preflight/ready"],
            Action::PromoteSecret {
                address: "aws_secretsmanager_secret.db".to_owned(),
                name: "shop/db".to_owned(),
                arn: "arn:aws:secretsmanager:us-west-2:123456789012:secret:shop/db-AbCdEf".to_owned(),
            },
        ),
        step(
            "restore/secret-splice",
            &["restore/orders", "restore/secret"],
            Action::SpliceSecret {
                name: "shop/db".to_owned(),
                splices: vec![Splice {
                    path: "/host".to_owned(),
                    token: orders.to_owned(),
                    counterpart: None,
                    known_after: Some("restore/orders".to_owned()),
                }],
            },
        ),
        step(
            "infra/chart",
            &["infra/cluster", "restore/ledger"],
            engine("helm_release.reports", EngineChange::Create),
        ),
        step(
            "manifests/config",
            &["infra/cluster", "restore/orders"],
            apply("ConfigMap", "config", vec![rewrite("/data/DB_HOST", orders, "restore/orders")], None),
        ),
        step("manifests/account", &["infra/trust"], apply("ServiceAccount", "api", vec![], None)),
        step(
            "manifests/api",
            &["manifests/account", "manifests/config", "restore/orders-password", "restore/secret-splice"],
            apply(
                "Deployment",
                "api",
                vec![rewrite("/spec/template/spec/containers/0/env/0/value", orders, "restore/orders")],
                None,
            ),
        ),
        step("manifests/worker", &["manifests/config"], apply("Deployment", "worker", vec![], None)),
        step(
            "manifests/nightly",
            &["manifests/config"],
            apply("CronJob", "nightly", vec![], Some(Hold::Suspend)),
        ),
        step(
            "manifests/external-dns",
            &["infra/cluster"],
            apply("Deployment", "external-dns", vec![], Some(Hold::Replicas)),
        ),
        step("manifests/api-ready", &["manifests/api"], await_ready("api")),
        step("manifests/worker-ready", &["manifests/worker"], await_ready("worker")),
        step(
            "manifests/probe",
            &["manifests/api-ready"],
            Action::ProbeEndpoint { host: None, host_known_after: Some("manifests/api-ready".to_owned()) },
        ),
        step(
            "dns/gate",
            &[
                "infra/cache",
                "manifests/probe",
                "manifests/worker-ready",
                "restore/ledger",
                "restore/warm-up",
            ],
            Action::Gate { ask: "move traffic to us-west-2?".to_owned(), before: Phase::Dns },
        ),
        Step {
            plane: Plane::UsEast1Control,
            ..step(
                "dns/shop.example.com",
                &["dns/gate", "manifests/api-ready", "preflight/control-plane/route53"],
                Action::ChangeRecord {
                    address: Some("aws_route53_record.shop".to_owned()),
                    zone: "Z0123456789".to_owned(),
                    name: "shop.example.com".to_owned(),
                    record_type: "A".to_owned(),
                    set_identifier: None,
                    from: "shop-1.us-east-2.elb.amazonaws.com".to_owned(),
                    to: None,
                    to_known_after: Some("manifests/api-ready".to_owned()),
                    ttl_seconds: 60,
                },
            )
        },
        step(
            "dns/distribution",
            &["dns/gate"],
            Action::ChangeDistribution {
                address: Some("aws_cloudfront_distribution.shop".to_owned()),
                id: "E2QWRUHAPOMQ".to_owned(),
                rewrites: vec![],
            },
        ),
        step(
            "dns/external-dns",
            &["dns/gate", "manifests/external-dns"],
            Action::Release { object: "Deployment/shop/external-dns".to_owned(), hold: Hold::Replicas },
        ),
        step(
            "verify/nightly",
            &["dns/gate", "manifests/nightly"],
            Action::Release { object: "CronJob/shop/nightly".to_owned(), hold: Hold::Suspend },
        ),
        step(
            "verify/shop.example.com",
            &["dns/shop.example.com"],
            Action::ResolveName { name: "shop.example.com".to_owned(), ttl_seconds: 60 },
        ),
        step(
            "verify/converged",
            &[
                "dns/distribution",
                "dns/shop.example.com",
                "infra/bucket",
                "infra/chart",
                "infra/salt",
                "restore/adopt-orders",
            ],
            Action::EngineConverged {
                left_out: ["aws_db_instance.ledger", "aws_secretsmanager_secret.db", "aws_sqs_queue.mail"]
                    .map(str::to_owned)
                    .to_vec(),
            },
        ),
    ]
}
