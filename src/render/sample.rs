//! A plan by hand, modelled on the ecommerce example, for the tests of the renderers.

use jiff::Timestamp;

use crate::model::diagnostic::{Gap, GapReason, Place};
use crate::model::value::ValueKind;
use crate::plan::Plan;
use crate::plan::action::{Action, Check, EngineChange, Hold, Rewrite, Setting};
use crate::plan::artifact::{Policy, Saw, SawConfiguration, SawManifests, SawRecording, SawState, Scenario};
use crate::plan::finding::{Finding, Severity};
use crate::plan::forecast::{Component, Forecast, PhaseSpan, Prepared, Rpo, Rto, Verdict};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::{DoneWhen, Estimate, EstimateSource, Expects, Phase, Plane, Step};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

pub(super) const PRIMARY: &str = "module.rds.aws_db_instance.primary";
const SUBNETS: &str = "module.rds.aws_db_subnet_group.main";
const RECORD: &str = "module.dns.aws_route53_record.shop";
const ENDPOINT: &str = "ecommerce-prod-primary.c9akciq32rgh.us-east-2.rds.amazonaws.com";
const ALB: &str = "k8s-ecommerce-1f2e3d-1423.us-east-2.elb.amazonaws.com";
const BACKUP: &str = "arn:aws:rds:us-west-2:123456789012:auto-backup:ab-vmo7h2kqzpzq";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The good day: no error, one warning, notes.
pub(super) fn good_day() -> Plan {
    Plan {
        format_version: 1,
        digest: "sha256:7f3a91c2d0b5".to_owned(),
        decision_digest: "sha256:51aa00".to_owned(),
        scenario: Scenario::Region,
        stack: "ecommerce".to_owned(),
        created_at: at("2026-11-22T12:00:00Z"),
        expires_at: at("2027-02-20T12:00:00Z"),
        policy: Policy {
            allowed_signers: some("signers"),
            revoked: None,
            quorum: 2,
            expiry_seconds: 7_776_000,
            break_glass: true,
        },
        saw: saw(),
        resources: resources(),
        values: values(),
        stores: stores(),
        steps: steps(),
        forecast: forecast(),
        findings: vec![
            finding(
                Severity::Warning,
                "primary-unfenced",
                "us-east-2",
                "nothing stops the databases of us-east-2 from taking writes after the cut-over",
                "name what is fenced: fence { workloads = [\"Deployment/ecommerce/*\"] }, or answer the gate",
                None,
            ),
            note("iam-name-shared", "module.iam.aws_iam_role.payment"),
            note("iam-name-shared", "module.iam.aws_iam_role.orders"),
            finding(
                Severity::Note,
                "database-empty-trap",
                PRIMARY,
                "the code would create module.rds.aws_db_instance.primary empty; the plan restores it instead",
                "nothing: the engine is told to leave it out, and it is imported once restored",
                Some(Place::new("terraform/modules/rds/main.tf", 14)),
            ),
        ],
    }
}

/// The bad day: the same stack, with what the inventory lacks.
pub(super) fn bad_day() -> Plan {
    let mut plan = good_day();
    plan.findings.push(finding(
        Severity::Error,
        "key-no-counterpart",
        PRIMARY,
        "the key of module.rds.aws_db_instance.primary has no usable counterpart in us-west-2: its backup is \
         encrypted with key/9b1c, which is not in the inventory",
        "replicate the key, or name another: counterpart \"alias/rds\" { to = \"alias/rds-dr\" }",
        Some(Place::new("terraform/modules/rds/main.tf", 14)),
    ));
    for line in [41, 44, 52, 60, 71] {
        plan.findings.push(finding(
            Severity::Error,
            "literal-unplaced",
            "acme-flags-us-east-2",
            "\"us-east-2\" is written out in a value that the plan cannot place",
            "name its counterpart: rewrite \"acme-flags-us-east-2\" { to = \"...\" }, or keep = true",
            Some(Place::new("kubernetes/deployments/payment.yaml", line)),
        ));
    }
    plan.findings.push(finding(
        Severity::Error,
        "recovery-point-missing",
        PRIMARY,
        "module.rds.aws_db_instance.primary has no usable recovery point in us-west-2",
        "replicate its automated backups to us-west-2 while us-east-2 answers",
        None,
    ));
    plan.forecast.rto.verdict = Verdict::Unknown;
    plan.forecast.rpo = vec![
        Rpo {
            store: PRIMARY.to_owned(),
            now_seconds: None,
            worst_seconds: None,
            objective_seconds: Some(86_400),
            verdict: Verdict::Unknown,
            why: "no recovery point in us-west-2".to_owned(),
        },
        Rpo {
            store: "module.s3.aws_s3_bucket.media".to_owned(),
            now_seconds: Some(120),
            worst_seconds: Some(900),
            objective_seconds: Some(300),
            verdict: Verdict::Missed,
            why: "replication without a time limit".to_owned(),
        },
    ];
    plan.stores[0].chosen = None;
    plan.stores[0].why = "no candidate is usable".to_owned();
    plan.stores[0].candidates.remove(0);
    plan
}

pub(super) fn finding(
    severity: Severity,
    code: &str,
    subject: &str,
    message: &str,
    fix: &str,
    at: Option<Place>,
) -> Finding {
    Finding {
        severity,
        code: code.to_owned(),
        subject: subject.to_owned(),
        message: message.to_owned(),
        fix: fix.to_owned(),
        at,
    }
}

fn note(code: &str, subject: &str) -> Finding {
    let message = format!("{subject} is shared: its name exists once in the account");
    finding(Severity::Note, code, subject, &message, "nothing: it is imported and left as it is", None)
}

fn saw() -> Saw {
    let recording = |region: &str, gaps| SawRecording {
        region: region.to_owned(),
        account: some("123456789012"),
        taken_at: at("2026-11-22T11:56:00Z"),
        gaps,
    };
    let gap = |source: &str| Gap {
        source: source.to_owned(),
        reason: GapReason::AccessDenied,
        detail: "role/drplan may not call it".to_owned(),
    };
    Saw {
        state: SawState {
            origin: "terraform/state.tfstate".to_owned(),
            lineage: "6f1a".to_owned(),
            serial: 412,
            resources: 141,
            engine_version: "1.12.0".to_owned(),
        },
        configuration: Some(SawConfiguration {
            root: "terraform".to_owned(),
            modules: 11,
            resources: 96,
            gaps: Vec::new(),
        }),
        manifests: SawManifests { objects: 23, skipped: Vec::new(), gaps: Vec::new() },
        observation: Some(recording("us-east-2", Vec::new())),
        inventory: Some(recording(
            "us-west-2",
            vec![gap("servicequotas:GetServiceQuota"), gap("wafv2:ListWebACLs")],
        )),
        primary_region: some("us-east-2"),
        recovery_region: "us-west-2".to_owned(),
        account: some("123456789012"),
        workspace: "dr".to_owned(),
        gaps: Vec::new(),
    }
}

fn resource(address: &str, disposition: Disposition, engine: Engine, reason: &str) -> PlannedResource {
    PlannedResource {
        address: address.to_owned(),
        deposed: None,
        type_name: address.rsplit('.').nth(1).unwrap_or_default().to_owned(),
        disposition,
        reason: reason.to_owned(),
        engine,
        counterpart: None,
        known_after: None,
        region: some("us-east-2"),
        unknown_type: false,
    }
}

fn resources() -> Vec<PlannedResource> {
    let create = |address: &str| PlannedResource {
        known_after: Some(format!("infra/{address}")),
        ..resource(
            address,
            Disposition::Create,
            Engine::Create,
            "regional and holds no data: made new in us-west-2",
        )
    };
    let share = |address: &str| PlannedResource {
        region: None,
        counterpart: some("ecommerce-prod-payment"),
        ..resource(address, Disposition::Share, Engine::Import, "global: IAM names are unique in the account")
    };
    vec![
        create("module.eks.aws_eks_cluster.main"),
        create("module.eks.aws_eks_node_group.main"),
        create(SUBNETS),
        PlannedResource {
            known_after: some("restore/primary"),
            ..resource(
                PRIMARY,
                Disposition::Restore,
                Engine::Exclude,
                "holds data: restored from its replicated automated backup in us-west-2",
            )
        },
        PlannedResource {
            counterpart: some("acme-media-us-west-2"),
            ..resource(
                "module.s3.aws_s3_bucket.media",
                Disposition::Adopt,
                Engine::Import,
                "its replica acme-media-us-west-2 is in the inventory and replicates from it",
            )
        },
        share("module.iam.aws_iam_role.payment"),
        share("module.iam.aws_iam_role.orders"),
        PlannedResource {
            region: None,
            ..resource(
                RECORD,
                Disposition::Update,
                Engine::Withhold,
                "global: points at the load balancer of us-east-2, moved in phase dns",
            )
        },
        PlannedResource {
            region: None,
            ..resource(
                "random_password.db",
                Disposition::Carry,
                Engine::Carry,
                "its value lives only in the state",
            )
        },
    ]
}

fn used(site: Site, disposition: UseDisposition, counterpart: Option<&str>, after: Option<&str>) -> Use {
    Use {
        site,
        disposition,
        counterpart: counterpart.map(str::to_owned),
        known_after: after.map(str::to_owned),
    }
}

fn in_file(file: &str, line: u32, object: &str, path: &str) -> Site {
    Site::File { file: file.to_owned(), line, object: some(object), path: path.to_owned(), within: None }
}

fn in_state(resource: &str, path: &str) -> Site {
    Site::Resource { resource: resource.to_owned(), path: path.to_owned(), within: None }
}

fn values() -> Vec<OwnedValue> {
    let config =
        |line, path| in_file("kubernetes/configmap.yaml", line, "ConfigMap/ecommerce/ecommerce-config", path);
    let payment = |line, path| {
        in_file("kubernetes/deployments/payment.yaml", line, "Deployment/ecommerce/payment-service", path)
    };
    vec![
        OwnedValue {
            kind: ValueKind::Endpoint,
            value: ENDPOINT.to_owned(),
            owner: some(PRIMARY),
            uses: vec![
                used(in_state(PRIMARY, "/address"), UseDisposition::Own, None, None),
                used(config(8, "/data/DB_HOST"), UseDisposition::KnownAfter, None, Some("restore/primary")),
            ],
        },
        OwnedValue {
            kind: ValueKind::Region,
            value: "us-east-2".to_owned(),
            owner: None,
            uses: vec![
                used(config(11, "/data/AWS_REGION"), UseDisposition::Rewritten, Some("us-west-2"), None),
                used(
                    Site::Resource {
                        resource: "module.iam.aws_iam_role.payment".to_owned(),
                        path: "/assume_role_policy".to_owned(),
                        within: some("json:/Statement/0/Principal/Federated"),
                    },
                    UseDisposition::Kept,
                    None,
                    None,
                ),
                used(
                    payment(41, "/spec/template/spec/containers/0/env/2/value"),
                    UseDisposition::Unplaced,
                    None,
                    None,
                ),
            ],
        },
        OwnedValue {
            kind: ValueKind::Image,
            value: "123456789012.dkr.ecr.us-east-2.amazonaws.com/payment:1.4".to_owned(),
            owner: some("module.ecr.aws_ecr_repository.payment"),
            uses: vec![used(
                payment(22, "/spec/template/spec/containers/0/image"),
                UseDisposition::Rewritten,
                Some("123456789012.dkr.ecr.us-west-2.amazonaws.com/payment:1.4"),
                None,
            )],
        },
    ]
}

fn stores() -> Vec<PlannedStore> {
    let candidate = |kind, id: &str, data_at: &str, loss, ruled_out: Option<&str>| Candidate {
        kind,
        id: id.to_owned(),
        data_at: Some(at(data_at)),
        loss_seconds: Some(loss),
        restore_p50_seconds: Some(1860),
        restore_p90_seconds: Some(2700),
        ruled_out: ruled_out.map(str::to_owned),
    };
    vec![PlannedStore {
        address: PRIMARY.to_owned(),
        name: "ecommerce-prod-primary".to_owned(),
        rule: Rule {
            order: vec![CandidateKind::AutomatedBackup, CandidateKind::Snapshot],
            max_age_seconds: Some(93_600),
            classes: vec!["db.r6g.large".to_owned(), "db.r6i.large".to_owned()],
        },
        candidates: vec![
            candidate(CandidateKind::AutomatedBackup, BACKUP, "2026-11-22T11:52:11Z", 469, None),
            candidate(
                CandidateKind::Snapshot,
                "ecommerce-weekly-2026-11-15",
                "2026-11-15T03:00:00Z",
                637_200,
                Some("older than 26 h"),
            ),
        ],
        chosen: some(BACKUP),
        why: "newest usable point of the first kind in the rule".to_owned(),
    }]
}

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
        api_version: if kind == "Deployment" { "apps/v1" } else { "v1" }.to_owned(),
        object_kind: kind.to_owned(),
        namespace: some("ecommerce"),
        name: name.to_owned(),
        rewrites,
        hold,
        document_digest: "sha256:ab12".to_owned(),
    }
}

fn steps() -> Vec<Step> {
    let engine = |address: &str, change| Action::Engine {
        address: address.to_owned(),
        change,
        import_id: matches!(change, EngineChange::Import).then(|| "ecommerce-prod-payment".to_owned()),
        import_known_after: None,
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

fn forecast() -> Forecast {
    let span = |phase, steps, from, to, critical| PhaseSpan {
        phase,
        steps,
        from_seconds: from,
        to_seconds: to,
        critical,
    };
    Forecast {
        rto: Rto {
            p50_seconds: 3120,
            p90_seconds: 4440,
            objective_seconds: Some(3600),
            verdict: Verdict::Missed,
            critical_path: [
                "preflight/identity",
                "infra/module.rds.aws_db_subnet_group.main",
                "restore/primary",
                "manifests/ConfigMap/ecommerce/ecommerce-config",
                "dns/gate",
                "dns/shop.example.com",
                "verify/shop.example.com",
            ]
            .map(str::to_owned)
            .into(),
        },
        components: vec![
            Component {
                component: "rds".to_owned(),
                p50_seconds: 2220,
                p90_seconds: 3000,
                objective_seconds: Some(3600),
                verdict: Verdict::Ok,
            },
            Component {
                component: "eks".to_owned(),
                p50_seconds: 840,
                p90_seconds: 1260,
                objective_seconds: Some(600),
                verdict: Verdict::Missed,
            },
        ],
        rpo: vec![
            Rpo {
                store: PRIMARY.to_owned(),
                now_seconds: Some(469),
                worst_seconds: Some(11_520),
                objective_seconds: Some(86_400),
                verdict: Verdict::Ok,
                why: "logs ship every 5 min, the copy takes up to 3 h".to_owned(),
            },
            Rpo {
                store: "module.s3.aws_s3_bucket.media".to_owned(),
                now_seconds: None,
                worst_seconds: Some(900),
                objective_seconds: None,
                verdict: Verdict::Unknown,
                why: "no objective for bucket acme-media".to_owned(),
            },
        ],
        samples: 1000,
        best_prepared: Some(Prepared { step: "restore/primary".to_owned(), saves_seconds: 1140 }),
        phases: vec![
            span(Phase::Preflight, 3, 0, 15, true),
            span(Phase::Infra, 3, 15, 900, true),
            span(Phase::Restore, 1, 360, 2220, true),
            span(Phase::Manifests, 4, 2340, 2580, true),
            span(Phase::Dns, 2, 2940, 3000, true),
            span(Phase::Verify, 2, 3000, 3120, true),
        ],
    }
}
