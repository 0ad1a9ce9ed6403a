//! The steps of the sample.

use super::{ALB, ENDPOINT, PRIMARY, RECORD, SUBNETS, some};
use crate::plan::action::{Action, Check, EngineChange, Hold, Rewrite, Setting};
use crate::plan::step::{DoneWhen, Estimate, EstimateSource, Expects, Phase, Plane, Step};

fn step(id: &str, phase: Phase, action: Action, needs: &[&str], plane: Plane, p50: u64) -> Step {
    Step {
        id: id.to_owned(),
        phase,
        action,
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        expects: Expects::Any,
        done_when: DoneWhen::Answered,
        plane,
        reversible: true,
        estimate: Estimate { p50_seconds: p50, p90_seconds: p50 * 3 / 2, source: EstimateSource::Configured },
    }
}

fn rewrite(path: &str, token: &str, to: Option<&str>, after: Option<&str>) -> Rewrite {
    Rewrite {
        path: path.to_owned(),
        within: None,
        token: token.to_owned(),
        owner: some(PRIMARY),
        counterpart: to.map(str::to_owned),
        known_after: after.map(str::to_owned),
    }
}

fn apply(kind: &str, name: &str, file: &str, rewrites: Vec<Rewrite>, hold: Option<Hold>) -> Action {
    Action::ApplyObject {
        file: file.to_owned(),
        document: 0,
        rendered_by: None,
        api_version: if kind == "Deployment" { "apps/v1" } else { "v1" }.to_owned(),
        object_kind: kind.to_owned(),
        namespace: some("ecommerce"),
        name: name.to_owned(),
        rewrites,
        hold,
        document_digest: "sha256:ab12".to_owned(),
    }
}

pub(super) fn steps() -> Vec<Step> {
    let engine = |address: &str, change| Action::Engine {
        address: address.to_owned(),
        change,
        import_id: matches!(change, EngineChange::Import).then(|| "ecommerce-prod-payment".to_owned()),
        import_known_after: None,
        overrides: Vec::new(),
    };
    let check = |check| Action::Check { check };
    let image = "123456789012.dkr.ecr.us-east-2.amazonaws.com/payment:1.4";
    let image_there = "123456789012.dkr.ecr.us-west-2.amazonaws.com/payment:1.4";
    vec![
        step(
            "preflight/identity",
            Phase::Preflight,
            check(Check::Identity { account: some("123456789012") }),
            &[],
            Plane::Data,
            3,
        ),
        step(
            "preflight/class-primary",
            Phase::Preflight,
            check(Check::DbClass {
                store: PRIMARY.to_owned(),
                classes: vec!["db.r6g.large".to_owned(), "db.r6i.large".to_owned()],
                engine: "postgres".to_owned(),
                engine_version: "15.4".to_owned(),
            }),
            &[],
            Plane::RegionalControl,
            3,
        ),
        step(
            "preflight/image-payment",
            Phase::Preflight,
            check(Check::Image { repository: "payment".to_owned(), reference: ":1.4".to_owned() }),
            &[],
            Plane::RegionalControl,
            3,
        ),
        step(
            "infra/module.rds.aws_db_subnet_group.main",
            Phase::Infra,
            engine(SUBNETS, EngineChange::Create),
            &["preflight/identity"],
            Plane::RegionalControl,
            20,
        ),
        step(
            "infra/module.eks.aws_eks_cluster.main",
            Phase::Infra,
            engine("module.eks.aws_eks_cluster.main", EngineChange::Create),
            &["preflight/identity"],
            Plane::RegionalControl,
            600,
        ),
        step(
            "infra/module.iam.aws_iam_role.payment",
            Phase::Infra,
            engine("module.iam.aws_iam_role.payment", EngineChange::Import),
            &["preflight/identity"],
            Plane::Data,
            2,
        ),
        Step {
            expects: Expects::Absent { subject: "ecommerce-prod-primary".to_owned() },
            done_when: DoneWhen::Status {
                subject: "ecommerce-prod-primary".to_owned(),
                status: "available".to_owned(),
            },
            ..step(
                "restore/primary",
                Phase::Restore,
                Action::RestoreDatabase {
                    address: PRIMARY.to_owned(),
                    identifier: "ecommerce-prod-primary".to_owned(),
                    store: PRIMARY.to_owned(),
                    settings: vec![
                        Setting {
                            name: "DBSubnetGroupName".to_owned(),
                            value: None,
                            known_after: some("infra/module.rds.aws_db_subnet_group.main"),
                            from: "module.rds.aws_db_subnet_group.main.name".to_owned(),
                        },
                        Setting {
                            name: "MultiAZ".to_owned(),
                            value: some("true"),
                            known_after: None,
                            from: "module.rds.aws_db_instance.primary.multi_az".to_owned(),
                        },
                    ],
                },
                &["infra/module.rds.aws_db_subnet_group.main", "preflight/class-primary"],
                Plane::RegionalControl,
                1860,
            )
        },
        step(
            "manifests/ConfigMap/ecommerce/ecommerce-config",
            Phase::Manifests,
            apply(
                "ConfigMap",
                "ecommerce-config",
                "kubernetes/configmap.yaml",
                vec![
                    rewrite("/data/AWS_REGION", "us-east-2", Some("us-west-2"), None),
                    rewrite("/data/DB_HOST", ENDPOINT, None, Some("restore/primary")),
                ],
                None,
            ),
            &["infra/module.eks.aws_eks_cluster.main", "restore/primary"],
            Plane::Data,
            1,
        ),
        step(
            "manifests/Deployment/ecommerce/payment-service",
            Phase::Manifests,
            apply(
                "Deployment",
                "payment-service",
                "kubernetes/deployments/payment.yaml",
                vec![rewrite("/spec/template/spec/containers/0/image", image, Some(image_there), None)],
                None,
            ),
            &["manifests/ConfigMap/ecommerce/ecommerce-config"],
            Plane::Data,
            1,
        ),
        step(
            "manifests/CronJob/ecommerce/settle",
            Phase::Manifests,
            apply("CronJob", "settle", "kubernetes/cronjob.yaml", Vec::new(), Some(Hold::Suspend)),
            &["manifests/ConfigMap/ecommerce/ecommerce-config"],
            Plane::Data,
            1,
        ),
        step(
            "manifests/ready/Deployment/ecommerce/payment-service",
            Phase::Manifests,
            Action::AwaitReady { object: "Deployment/ecommerce/payment-service".to_owned() },
            &["manifests/Deployment/ecommerce/payment-service"],
            Plane::Data,
            60,
        ),
        Step {
            done_when: DoneWhen::Decided,
            estimate: Estimate { p50_seconds: 300, p90_seconds: 600, source: EstimateSource::Policy },
            ..step(
                "dns/gate",
                Phase::Dns,
                Action::Gate {
                    ask: "move traffic of shop.example.com to us-west-2".to_owned(),
                    before: Phase::Dns,
                },
                &["manifests/ready/Deployment/ecommerce/payment-service"],
                Plane::People,
                300,
            )
        },
        Step {
            reversible: false,
            expects: Expects::Present { subject: "shop.example.com A".to_owned(), value: some(ALB) },
            ..step(
                "dns/shop.example.com",
                Phase::Dns,
                Action::ChangeRecord {
                    address: some(RECORD),
                    zone: "Z0ECOMMERCE".to_owned(),
                    name: "shop.example.com".to_owned(),
                    record_type: "A".to_owned(),
                    set_identifier: None,
                    from: ALB.to_owned(),
                    to: None,
                    to_known_after: some("manifests/ready/Ingress/ecommerce/shop"),
                    ttl_seconds: 60,
                },
                &["dns/gate"],
                Plane::UsEast1Control,
                45,
            )
        },
        step(
            "verify/shop.example.com",
            Phase::Verify,
            Action::ResolveName { name: "shop.example.com".to_owned(), ttl_seconds: 60 },
            &["dns/shop.example.com"],
            Plane::Data,
            60,
        ),
        step(
            "verify/engine",
            Phase::Verify,
            Action::EngineConverged { left_out: vec![RECORD.to_owned()] },
            &["verify/shop.example.com"],
            Plane::Data,
            60,
        ),
    ]
}
