//! The script is one that bash reads and shellcheck has nothing to say about, whatever is in the plan.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use super::super::sample::{bad_day, good_day, hostile};
use super::*;
use crate::model::settings::{Rewrite as Rewritten, TerraformSettings, ValueSource, VariableSource};
use crate::plan::action::{Check, EngineChange, Hold, Override, OverrideValue, Setting, Splice};
use crate::plan::store::{Candidate, CandidateKind};

const GIVEN: Given<'_> = Given { settings: None, base: "up/../here", command: "drplan show plan.json" };

fn rendered(plan: &Plan, settings: Option<&Settings>) -> String {
    render_shell(plan, &Given { settings, ..GIVEN }).unwrap()
}

/// The program that `make tools` has installed, else one of the machine.
fn shellcheck() -> Option<PathBuf> {
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache/drplan/tools"));
    let tools = std::env::var_os("DRPLAN_TOOLS").map(PathBuf::from).or_else(home)?;
    let parts = std::fs::read_dir(tools).into_iter().flatten().flatten();
    let installed = parts
        .filter(|part| part.file_name().to_string_lossy().starts_with("shell-"))
        .map(|part| part.path().join("bin/shellcheck"))
        .find(|program| program.is_file());
    let own = || Command::new("shellcheck").arg("--version").output().is_ok().then(|| "shellcheck".into());
    installed.or_else(own)
}

fn check(name: &str, text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("by-hand.sh");
    std::fs::write(&file, text).unwrap();
    let run = |mut command: Command| {
        let output = command.arg(&file).output().unwrap();
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{name}: {said}\n{text}");
    };
    let mut bash = Command::new("bash");
    bash.arg("-n");
    run(bash);
    match shellcheck() {
        Some(program) => run(Command::new(program)),
        None => println!("{name}: only bash has read it: there is no shellcheck here (make tools)"),
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn setting(name: &str, value: Option<&str>, after: Option<&str>) -> Setting {
    Setting {
        name: name.to_owned(),
        value: value.map(str::to_owned),
        known_after: after.map(str::to_owned),
        from: String::new(),
    }
}

/// A plan with every kind of action, and every proof, and names of which each is a trap of its own.
fn everything() -> Plan {
    let mut plan = crate::plan::sample::unsealed();
    let mut more: Vec<Action> = Vec::new();
    let checks = [
        Check::Identity { account: None },
        Check::StateBackend { backend: "s3 a'b".to_owned() },
        Check::StateBackend { backend: "remote app.example.com".to_owned() },
        Check::Quota { service: "rds".to_owned(), code: "L-1".to_owned(), needs: 3 },
        Check::DbClass {
            store: "s".to_owned(),
            classes: vec!["db.a".to_owned(), "db.b".to_owned()],
            engine: "postgres".to_owned(),
            engine_version: "16".to_owned(),
        },
        Check::InstanceType { address: "a".to_owned(), types: vec!["t3.a".to_owned(), "t3.b".to_owned()] },
        Check::Key { key: "alias/$(reboot)".to_owned() },
        Check::Image { repository: "a`b`".to_owned(), reference: "@sha256:ab".to_owned() },
        Check::Certificate {
            arn: "arn:aws:acm:us-east-1:1:certificate/a".to_owned(),
            domains: vec!["a.b".to_owned()],
        },
        Check::Bucket { name: "b".to_owned() },
        Check::ControlPlane { service: "iam".to_owned() },
        Check::ControlPlane { service: "other".to_owned() },
    ];
    more.extend(checks.map(|check| Action::Check { check }));
    let kinds = [
        CandidateKind::ReadReplica,
        CandidateKind::AutomatedBackup,
        CandidateKind::Snapshot,
        CandidateKind::BackupPoint,
        CandidateKind::Primary,
        CandidateKind::ReplicaBucket,
        CandidateKind::SecretReplica,
        CandidateKind::CacheSnapshot,
        CandidateKind::Replicated,
        CandidateKind::Source,
        CandidateKind::Empty,
    ];
    let store = plan.stores.first().unwrap().clone();
    for (at, kind) in kinds.into_iter().enumerate() {
        let mut store = store.clone();
        store.address = format!("aws_db_instance.of[\"{at}\"]");
        store.candidates = vec![Candidate::untimed(kind, "arn:aws:rds:us-west-2:1:snapshot:a")];
        store.chosen = text("arn:aws:rds:us-west-2:1:snapshot:a");
        more.push(Action::Check { check: Check::RecoveryPoint { store: store.address.clone() } });
        more.push(Action::RestoreDatabase {
            address: store.address.clone(),
            identifier: format!("of-{at}"),
            store: store.address.clone(),
            settings: vec![
                setting("VpcSecurityGroupIds", text("sg-1").as_deref(), None),
                setting("VpcSecurityGroupIds", None, text("no/such/step").as_deref()),
                setting("MultiAZ", Some("false"), None),
            ],
        });
        plan.stores.push(store);
    }
    for kind in ["aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"] {
        let address = format!("module.a[\"x\"].{kind}.main");
        more.extend([
            Action::RestoreCluster {
                address: address.clone(),
                identifier: kind.to_owned(),
                store: "no such store".to_owned(),
                settings: vec![setting("Port", Some("1"), None)],
                instances: vec!["one db.r6g.large".to_owned(), "two db.r6g.large".to_owned()],
            },
            Action::PromoteReplica {
                address: address.clone(),
                identifier: kind.to_owned(),
                settings: Vec::new(),
            },
            Action::ModifyDatabase {
                address: address.clone(),
                identifier: kind.to_owned(),
                settings: vec![setting("NewDBClusterIdentifier", Some("new"), None)],
            },
            Action::SetPassword { identifier: kind.to_owned(), source: "secret:a/b#key's".to_owned() },
        ]);
    }
    more.extend([
        Action::SetPassword { identifier: "orders".to_owned(), source: "file:a b/c".to_owned() },
        Action::SetPassword { identifier: "orders".to_owned(), source: "secret:whole".to_owned() },
        Action::RestoreBackup {
            address: "aws_efs_file_system.a".to_owned(),
            name: "fs".to_owned(),
            store: store.address,
        },
        Action::SpliceSecret {
            name: "a/b".to_owned(),
            splices: vec![Splice {
                path: String::new(),
                token: "old".to_owned(),
                counterpart: text("it's \"new\" \\($x)"),
                known_after: None,
            }],
        },
        Action::Engine {
            address: "module.a[\"x y\"].random_password.p[0]".to_owned(),
            change: EngineChange::Carry,
            import_id: None,
            import_known_after: None,
            overrides: Vec::new(),
        },
        Action::Engine {
            address: "aws_elasticache_replication_group.c".to_owned(),
            change: EngineChange::Restore,
            import_id: None,
            import_known_after: None,
            overrides: vec![Override {
                argument: "snapshot_name".to_owned(),
                value: OverrideValue::RecoveryPoint { store: "aws_db_instance.of[\"7\"]".to_owned() },
                why: "it would come back empty".to_owned(),
            }],
        },
        Action::Engine {
            address: "helm_release.a".to_owned(),
            change: EngineChange::Keep,
            import_id: None,
            import_known_after: None,
            overrides: Vec::new(),
        },
        Action::Release { object: "ScaledJob/shop/no-such".to_owned(), hold: Hold::Ask },
        Action::Fence {
            workloads: vec!["DaemonSet/a/b".to_owned(), "CronJob/a/c".to_owned()],
            databases: vec!["aws_rds_cluster.main".to_owned()],
        },
        Action::ProbePrimary { region: None, hosts: vec!["a.b:5432".to_owned()] },
        Action::ProbeEndpoint { host: text("a.b"), host_known_after: None },
        Action::EngineConverged { left_out: Vec::new() },
        Action::Gate {
            ask: "Is $HOME `gone`?\n# shellcheck disable=all\n\u{202e}it\u{2019}s".to_owned(),
            before: Phase::Dns,
        },
    ]);
    let kinds = ["Job", "CustomResourceDefinition", "Service", "Pod", "PersistentVolumeClaim", "Kafka"];
    more.extend(kinds.map(|kind| Action::AwaitReady { object: format!("{kind}/shop/one") }));
    let pattern = plan.steps.first().unwrap().clone();
    plan.steps.extend(more.into_iter().enumerate().map(|(at, action)| Step {
        id: format!("restore/more-{at}'s \"$x\""),
        phase: Phase::Restore,
        action,
        needs: Vec::new(),
        ..pattern.clone()
    }));
    plan
}

fn settings() -> Settings {
    let source = |name: &str, source| VariableSource { name: name.to_owned(), source, place: None };
    Settings {
        file: text("drplan.hcl"),
        terraform: TerraformSettings {
            variables: vec![
                source("plain", ValueSource::Plain("it's [\"a\"]".to_owned())),
                source("env", ValueSource::Environment("A_SECRET".to_owned())),
                source("file", ValueSource::File("a b".to_owned())),
                source("secret", ValueSource::Secret("a/b#c".to_owned())),
            ],
            ..TerraformSettings::default()
        },
        rewrites: vec![Rewritten { text: "a'b".to_owned(), to: text("c"), place: None }],
        ..Settings::default()
    }
}

#[test]
fn every_kind_of_action_has_commands_that_shells_take() {
    let plan = everything();
    let kinds: BTreeSet<&str> = plan.steps.iter().map(|step| step.action.kind()).collect();
    assert_eq!(kinds.len(), 24, "{kinds:?}");
    check("everything", &rendered(&plan, Some(&settings())));
    check("everything, without drplan.hcl", &rendered(&plan, None));
}

#[test]
fn what_the_samples_call_their_things_does_not_matter() {
    for (name, plan) in [("good", good_day()), ("bad", bad_day()), ("hostile", hostile())] {
        check(name, &rendered(&plan, None));
    }
}

/// What a script says of its plan is in the plan, and in its order.
#[test]
fn every_step_is_named_after_what_it_needs() {
    let plan = everything();
    let text = rendered(&plan, None);
    let at = |step: &Step| {
        let line = format!("\n# {}", clean(&step.id).split(' ').next().unwrap_or_default());
        text.find(&line).unwrap_or_else(|| panic!("{} is not there", step.id))
    };
    for step in &plan.steps {
        let own = at(step);
        for need in &step.needs {
            let needed = plan.steps.iter().find(|other| other.id == *need).unwrap();
            assert!(at(needed) < own, "{} stands before {need}", step.id);
        }
        let ends = ["\n", " \\\n"].map(|end| format!(" {}{end}", word(&step.id)));
        assert!(ends.iter().any(|end| text.contains(end.as_str())), "{} is never done", step.id);
    }
    for gate in plan.steps.iter().filter(|step| matches!(step.action, Action::Gate { .. })) {
        assert!(text.contains(&format!("if todo {}", word(&gate.id))));
    }
    assert!(text.contains("read -r -p"));
}

#[test]
fn only_the_functions_that_are_called_are_there() {
    let mut plan = crate::plan::sample::unsealed();
    plan.steps.retain(|step| matches!(step.action, Action::Gate { .. }));
    let text = rendered(&plan, None);
    assert!(
        text.contains("ask_person() {") && !text.contains("tofu_dr") && !text.contains("kubectl_dr"),
        "{text}"
    );
    check("a gate", &text);
}

#[test]
fn errors_of_a_plan_stand_above_its_commands() {
    let text = rendered(&bad_day(), None);
    let (head, _) = text.split_once("set -euo pipefail").unwrap();
    assert!(head.contains("THE PLAN HAS"), "{head}");
}
