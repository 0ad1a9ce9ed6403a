//! A plan by hand, modelled on the ecommerce example, for the tests of the renderers.

#![expect(clippy::unwrap_used, reason = "tests")]

mod forecast;
mod hostile;
mod steps;
mod values;

use jiff::Timestamp;

use forecast::forecast;
pub(super) use hostile::{hostile, problems};
use steps::steps;
use values::values;

use crate::model::diagnostic::{Gap, GapReason, Place};
use crate::plan::Plan;
use crate::plan::artifact::{Policy, Saw, SawConfiguration, SawManifests, SawRecording, SawState, Scenario};
use crate::plan::finding::{Finding, Severity};
use crate::plan::forecast::{Doubt, Rpo, Verdict};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore, Rule};

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
            approvers: vec!["alice SHA256:1".to_owned()],
            revoked: None,
            quorum: 2,
            expiry_seconds: 7_776_000,
            break_glass: true,
        },
        saw: saw(),
        resources: resources(),
        resumes: None,
        values: values(),
        stores: stores(),
        steps: steps(),
        engine_check: None,
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
        "replicate the key, or name another: `counterpart \"alias/rds\" { to = \"...\" }`",
        Some(Place::new("terraform/modules/rds/main.tf", 14)),
    ));
    for line in [41, 44, 52, 60, 71] {
        plan.findings.push(finding(
            Severity::Error,
            "literal-unplaced",
            "acme-flags-us-east-2",
            "\"us-east-2\" is written out in a value that the plan cannot place",
            "name what it becomes, or write `keep = true` there if it stays: \
             `rewrite \"acme-flags-us-east-2\" { to = \"...\" }`",
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
    plan.forecast.rto.doubts = vec![
        Doubt::Unchosen { address: PRIMARY.to_owned() },
        Doubt::Unmeasured { step: "restore/primary".to_owned() },
    ];
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
        estimates: None,
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
        goes_with: None,
        beyond_state: false,
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
    let media = PlannedStore {
        address: "module.s3.aws_s3_bucket.media".to_owned(),
        name: "acme-media".to_owned(),
        rule: Rule { order: vec![CandidateKind::ReplicaBucket], max_age_seconds: None, classes: Vec::new() },
        candidates: vec![Candidate {
            kind: CandidateKind::ReplicaBucket,
            id: "acme-media-us-west-2".to_owned(),
            data_at: None,
            loss_seconds: None,
            restore_p50_seconds: None,
            restore_p90_seconds: None,
            ruled_out: None,
        }],
        chosen: some("acme-media-us-west-2"),
        why: "it replicates to acme-media-us-west-2".to_owned(),
    };
    let primary = PlannedStore {
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
    };
    vec![primary, media]
}
