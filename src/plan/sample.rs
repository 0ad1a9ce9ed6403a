//! A small sound plan made by hand, for tests: two databases, three workloads, a gate, a record, a distribution.

mod steps;

use jiff::{SignedDuration, Timestamp};

use super::action::Action;
use super::artifact::{
    FORMAT_VERSION, Plan, Policy, Saw, SawConfiguration, SawManifests, SawRecording, SawState, Scenario,
};
use super::codec;
use super::codes;
use super::finding::Finding;
use super::forecast::{
    Beforehand, Component, Doubt, Forecast, PhaseSpan, Prepared, Reached, Rpo, Rto, Stranded, Verdict,
};
use super::resource::{Disposition, Engine, PlannedResource};
use super::step::{DoneWhen, Estimate, EstimateSource, Expects, Phase, Plane, Step};
use super::store::{Candidate, CandidateKind, PlannedStore, Rule};
use super::values::{OwnedValue, Site, Use, UseDisposition};
use crate::model::diagnostic::{Gap, GapReason, Place};
use crate::model::document::Skipped;
use crate::model::types::{Duration2, HoldsData, Recovery, Scope, TypeEntry, Uniqueness};
use crate::model::value::ValueKind;

const fn entry(name: &'static str, scope: Scope, data: HoldsData, recovery: Recovery) -> TypeEntry {
    TypeEntry {
        name,
        scope,
        unique: Uniqueness::None,
        identity: &["id"],
        owns: &[],
        id_kind: ValueKind::Id,
        data,
        recovery,
        import_id: "{id}",
        replaces: &[],
        quotas: &[],
        create: Duration2 { p50: 1, p90: 2 },
        page: "example/example",
    }
}

/// The types of the sample, so that its tests do not move with the real table.
static TYPES: &[TypeEntry] = &[
    entry("aws_vpc", Scope::Regional, HoldsData::No, Recovery::Create),
    entry("aws_eks_cluster", Scope::Regional, HoldsData::No, Recovery::Create),
    entry("aws_iam_role", Scope::Global, HoldsData::No, Recovery::Share),
    entry("aws_db_instance", Scope::Regional, HoldsData::Yes, Recovery::RdsInstance),
    entry("aws_elasticache_replication_group", Scope::Regional, HoldsData::Yes, Recovery::ElastiCache),
    entry("aws_sqs_queue", Scope::Regional, HoldsData::Unknown, Recovery::Store),
    entry("aws_s3_bucket", Scope::Regional, HoldsData::Yes, Recovery::Bucket),
    entry("aws_secretsmanager_secret", Scope::Regional, HoldsData::Yes, Recovery::Secret),
    entry("aws_route53_record", Scope::Global, HoldsData::No, Recovery::Traffic),
    entry("aws_cloudfront_distribution", Scope::Global, HoldsData::No, Recovery::Traffic),
    entry("random_password", Scope::StateOnly, HoldsData::Yes, Recovery::Carry),
    entry("helm_release", Scope::Cluster, HoldsData::No, Recovery::Create),
];

/// The sample's table of types.
pub(crate) fn table(name: &str) -> Option<&'static TypeEntry> {
    TYPES.iter().find(|entry| entry.name == name)
}

/// A step that waits for nothing in particular, of the phase that its id names.
pub(crate) fn bare_step(id: &str, needs: &[String]) -> Step {
    let phase = id.split_once('/').map_or("", |(phase, _)| phase);
    Step {
        id: id.to_owned(),
        phase: Phase::ALL.into_iter().find(|known| known.as_str() == phase).unwrap_or(Phase::Infra),
        action: Action::Join { address: "aws_vpc.main".to_owned(), instances: 1 },
        needs: needs.to_vec(),
        expects: Expects::Any,
        done_when: DoneWhen::Answered,
        plane: Plane::RegionalControl,
        reversible: true,
        estimate: Estimate { p50_seconds: 10, p90_seconds: 30, source: EstimateSource::Default },
    }
}

fn resource(address: &str, disposition: Disposition, engine: Engine) -> PlannedResource {
    PlannedResource {
        address: address.to_owned(),
        deposed: None,
        type_name: address.split('.').next().unwrap_or_default().to_owned(),
        disposition,
        reason: "the table says so".to_owned(),
        engine,
        counterpart: None,
        known_after: None,
        region: Some("us-east-2".to_owned()),
        unknown_type: false,
        goes_with: None,
        beyond_state: false,
    }
}

fn resources() -> Vec<PlannedResource> {
    let mut all = vec![
        resource("aws_cloudfront_distribution.shop", Disposition::Update, Engine::Withhold),
        resource("aws_db_instance.ledger", Disposition::Promote, Engine::Exclude),
        resource("aws_db_instance.orders", Disposition::Restore, Engine::Exclude),
        resource("aws_eks_cluster.main", Disposition::Create, Engine::Create),
        resource("aws_elasticache_replication_group.carts", Disposition::Create, Engine::Create),
        resource("aws_iam_role.api", Disposition::Share, Engine::Import),
        resource("aws_route53_record.shop", Disposition::Update, Engine::Withhold),
        resource("aws_s3_bucket.media", Disposition::Adopt, Engine::Import),
        resource("aws_secretsmanager_secret.db", Disposition::Promote, Engine::Exclude),
        resource("aws_sqs_queue.mail", Disposition::Block, Engine::Exclude),
        resource("aws_vpc.main", Disposition::Create, Engine::Create),
        PlannedResource {
            deposed: Some("0a1b2c3d".to_owned()),
            ..resource("aws_vpc.main", Disposition::Skip, Engine::None)
        },
        resource("helm_release.reports", Disposition::Create, Engine::Create),
        resource("random_password.salt", Disposition::Carry, Engine::Carry),
    ];
    for resource in &mut all {
        resource.known_after = match resource.address.as_str() {
            "aws_db_instance.orders" => Some("restore/orders".to_owned()),
            "aws_vpc.main" if resource.deposed.is_none() => Some("infra/vpc".to_owned()),
            _ => None,
        };
    }
    all
}

fn values() -> Vec<OwnedValue> {
    let file = |line: u32, path: &str| Site::File {
        file: "kubernetes/config.yaml".to_owned(),
        line,
        object: Some("ConfigMap/shop/config".to_owned()),
        path: path.to_owned(),
        within: None,
    };
    let at = |resource: &str, path: &str| Site::Resource {
        resource: resource.to_owned(),
        path: path.to_owned(),
        within: None,
    };
    let used = |site: Site, disposition: UseDisposition, to: Option<&str>, after: Option<&str>| Use {
        site,
        disposition,
        counterpart: to.map(str::to_owned),
        known_after: after.map(str::to_owned),
    };
    vec![
        OwnedValue {
            kind: ValueKind::Endpoint,
            value: "orders.abc.us-east-2.rds.amazonaws.com".to_owned(),
            owner: Some("aws_db_instance.orders".to_owned()),
            uses: vec![
                used(at("aws_db_instance.orders", "/address"), UseDisposition::Own, None, None),
                used(file(7, "/data/DB_HOST"), UseDisposition::KnownAfter, None, Some("restore/orders")),
            ],
        },
        OwnedValue {
            kind: ValueKind::Endpoint,
            value: "ledger.abc.us-east-2.rds.amazonaws.com".to_owned(),
            owner: Some("aws_db_instance.ledger".to_owned()),
            uses: vec![used(
                at("helm_release.reports", "/values/0"),
                UseDisposition::KnownAfter,
                None,
                Some("restore/ledger"),
            )],
        },
        OwnedValue {
            kind: ValueKind::Region,
            value: "us-east-2".to_owned(),
            owner: None,
            uses: vec![
                used(file(8, "/data/REGION"), UseDisposition::Rewritten, Some("us-west-2"), None),
                used(file(9, "/data/FLAGS"), UseDisposition::Unplaced, None, None),
            ],
        },
    ]
}

fn stores(at: Timestamp) -> Vec<PlannedStore> {
    let candidate = |kind: CandidateKind, id: &str, loss: Option<u64>| Candidate {
        kind,
        id: id.to_owned(),
        data_at: loss
            .and_then(|loss| at.checked_sub(SignedDuration::from_secs(i64::try_from(loss).ok()?)).ok()),
        loss_seconds: loss,
        restore_p50_seconds: Some(1_500),
        restore_p90_seconds: Some(2_700),
        ruled_out: None,
    };
    let store = |address: &str, order: Vec<CandidateKind>, candidates: Vec<Candidate>| PlannedStore {
        address: address.to_owned(),
        name: address.rsplit('.').next().unwrap_or_default().to_owned(),
        rule: Rule { order, max_age_seconds: Some(93_600), classes: vec!["db.r6g.large".to_owned()] },
        chosen: candidates.first().map(|candidate| candidate.id.clone()),
        candidates,
        why: "the newest usable".to_owned(),
    };
    vec![
        store(
            "aws_db_instance.ledger",
            vec![CandidateKind::ReadReplica],
            vec![candidate(CandidateKind::ReadReplica, "ledger-replica", Some(30))],
        ),
        store(
            "aws_db_instance.orders",
            vec![CandidateKind::AutomatedBackup, CandidateKind::Snapshot],
            vec![
                candidate(CandidateKind::AutomatedBackup, "ab-orders", Some(420)),
                candidate(CandidateKind::Snapshot, "orders-nightly", Some(36_000)),
            ],
        ),
        store(
            "aws_elasticache_replication_group.carts",
            vec![CandidateKind::CacheSnapshot],
            vec![candidate(CandidateKind::Empty, "empty", None)],
        ),
    ]
}

fn forecast(steps: &[Step]) -> Forecast {
    let span = |phase: Phase, from_seconds: u64, to_seconds: u64| PhaseSpan {
        phase,
        steps: u64::try_from(steps.iter().filter(|step| step.phase == phase).count()).unwrap_or(0),
        from_seconds,
        to_seconds,
        critical: true,
    };
    let rpo = |store: &str, now_seconds, worst_seconds, objective_seconds, verdict| Rpo {
        store: store.to_owned(),
        now_seconds,
        worst_seconds,
        objective_seconds,
        verdict,
        why: "the schedule".to_owned(),
    };
    Forecast {
        rto: Rto {
            p50_seconds: 3_120,
            p90_seconds: 3_500,
            objective_seconds: Some(3_600),
            verdict: Verdict::Unknown,
            doubts: vec![Doubt::Blocked { address: "aws_sqs_queue.mail".to_owned() }],
            critical_path: [
                "preflight/identity",
                "preflight/ready",
                "infra/vpc",
                "restore/orders",
                "manifests/config",
                "manifests/api",
                "manifests/api-ready",
                "manifests/probe",
                "dns/gate",
                "dns/shop.example.com",
            ]
            .map(str::to_owned)
            .to_vec(),
        },
        components: vec![Component {
            component: "database".to_owned(),
            p50_seconds: Some(1_600),
            p90_seconds: Some(2_800),
            objective_seconds: Some(1_800),
            verdict: Verdict::Missed,
            doubts: Vec::new(),
            given_up: Vec::new(),
        }],
        rpo: vec![
            rpo("aws_db_instance.ledger", Some(30), Some(60), Some(86_400), Verdict::Ok),
            rpo("aws_db_instance.orders", Some(420), Some(90_000), Some(86_400), Verdict::Missed),
            rpo("aws_elasticache_replication_group.carts", None, None, None, Verdict::Accepted),
        ],
        samples: 1_000,
        best_prepared: Some(Prepared { step: "infra/cluster".to_owned(), saves_seconds: 600 }),
        without_us_east_1: Stranded {
            first: vec!["preflight/control-plane/route53".to_owned(), "dns/shop.example.com".to_owned()],
            all: 4,
            rto: Rto {
                p50_seconds: 2_900,
                p90_seconds: 3_400,
                objective_seconds: Some(3_600),
                verdict: Verdict::Missed,
                doubts: Vec::new(),
                critical_path: ["preflight/identity", "infra/vpc"].map(str::to_owned).to_vec(),
            },
            components: vec![Reached {
                component: "database".to_owned(),
                p50_seconds: Some(1_600),
                p90_seconds: Some(2_800),
                waits_for: Vec::new(),
            }],
            beforehand: vec![Beforehand {
                what: "records that fail over by themselves".to_owned(),
                steps: vec!["preflight/control-plane/route53".to_owned(), "dns/shop.example.com".to_owned()],
            }],
        },
        phases: vec![
            span(Phase::Preflight, 0, 30),
            span(Phase::Fence, 10, 60),
            span(Phase::Infra, 30, 900),
            span(Phase::Restore, 100, 1_900),
            span(Phase::Manifests, 1_000, 2_400),
            span(Phase::Dns, 2_400, 3_000),
            span(Phase::Verify, 2_900, 3_120),
        ],
    }
}

fn finding(code: &str, subject: &str, at: Option<Place>) -> Finding {
    Finding {
        severity: codes::lookup(code).map_or(super::finding::Severity::Note, |code| code.severity),
        code: code.to_owned(),
        subject: subject.to_owned(),
        message: "what is so".to_owned(),
        fix: "what to do".to_owned(),
        at,
    }
}

/// The sample, not sealed.
pub(crate) fn unsealed() -> Plan {
    let at = Timestamp::from_second(1_795_348_800).unwrap_or_default();
    let policy = Policy {
        allowed_signers: Some("allowed_signers".to_owned()),
        approvers: vec!["alice SHA256:1".to_owned()],
        revoked: None,
        quorum: 2,
        expiry_seconds: 90 * 86_400,
        break_glass: false,
    };
    let recording = |region: &str| SawRecording {
        region: region.to_owned(),
        account: Some("123456789012".to_owned()),
        taken_at: at,
        gaps: vec![Gap {
            source: "rds:DescribeDBSnapshots".to_owned(),
            reason: GapReason::AccessDenied,
            detail: "not allowed".to_owned(),
        }],
    };
    let steps = steps::steps();
    let resources = resources();
    Plan {
        format_version: FORMAT_VERSION,
        digest: String::new(),
        decision_digest: String::new(),
        scenario: Scenario::Region,
        stack: "shop".to_owned(),
        created_at: at,
        expires_at: at.saturating_add(SignedDuration::from_secs(90 * 86_400)).unwrap_or(at),
        policy,
        saw: Saw {
            state: SawState {
                origin: "state.tfstate".to_owned(),
                lineage: "3f8c1c2e".to_owned(),
                serial: 412,
                resources: u64::try_from(resources.len()).unwrap_or(0),
                engine_version: "1.12.0".to_owned(),
            },
            configuration: Some(SawConfiguration {
                root: "terraform".to_owned(),
                modules: 3,
                resources: 14,
                gaps: vec![],
            }),
            manifests: SawManifests {
                objects: 5,
                skipped: vec![Skipped {
                    file: "kubernetes/values.yaml".to_owned(),
                    why: "no kind".to_owned(),
                }],
                gaps: vec![],
            },
            observation: Some(recording("us-east-2")),
            inventory: Some(recording("us-west-2")),
            estimates: None,
            primary_region: Some("us-east-2".to_owned()),
            recovery_region: "us-west-2".to_owned(),
            account: Some("123456789012".to_owned()),
            workspace: "dr".to_owned(),
            gaps: vec![],
        },
        resources,
        resumes: None,
        values: values(),
        stores: stores(at),
        engine_check: None,
        forecast: forecast(&steps),
        steps,
        findings: vec![
            finding("literal-unplaced", "us-east-2", Some(Place::new("kubernetes/config.yaml", 9))),
            finding("database-empty-trap", "aws_db_instance.ledger", None),
            finding("database-empty-trap", "aws_db_instance.orders", None),
            finding("primary-unfenced", "us-east-2", None),
            finding("store-no-recovery", "aws_sqs_queue.mail", None),
        ],
    }
}

/// The sample, sealed.
pub(crate) fn plan() -> Plan {
    sealed(unsealed())
}

/// Seals a plan that was changed.
pub(crate) fn sealed(plan: Plan) -> Plan {
    codec::seal(plan).expect("the plan's types can be written")
}

/// A step of a plan.
pub(crate) fn step_of<'p>(plan: &'p mut Plan, id: &str) -> &'p mut Step {
    plan.steps.iter_mut().find(|step| step.id == id).expect("the sample has the step")
}
