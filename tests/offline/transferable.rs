//! What another machine could not go on with a run from.

use drplan::sources::hcl;

use crate::worlds::World;

/// What a plan with these settings says of it.
fn said(settings: &str) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.hcl");
    std::fs::write(&path, format!("stack = \"shop\"\n{settings}")).unwrap();
    let mut world = World::of_state(crate::worlds::state_of(&[]));
    world.settings = hcl::read_settings(&path).unwrap();
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    let found = plan.findings.into_iter().filter(|one| one.code == "not-transferable");
    let mut said: Vec<(String, String)> = found.map(|one| (one.subject, one.message)).collect();
    said.sort();
    said
}

const SECRETS: &str = "terraform {\n  variable \"token\" {\n    env = \"TOKEN\"\n  }\n  variable \"plain\" {\n    value = \"a\"\n  }\n  \
                       variable \"inside\" {\n    file = \"secrets/a\"\n  }\n  variable \"outside\" {\n    file = \"/home/me/a\"\n  }\n  \
                       variable \"above\" {\n    file = \"../a\"\n  }\n  variable \"kept\" {\n    secret = \"a#b\"\n  }\n}\n\
                       database \"main\" {\n  address = \"aws_db_instance.main\"\n  password = \"env:PASSWORD\"\n}\n";
const KEY: &str = "arn:aws:kms:us-west-2:123456789012:key/a";

#[test]
fn without_a_journal_in_s3_nobody_else_is_meant_to() {
    assert_eq!(said(SECRETS), []);
}

#[test]
fn a_key_and_every_value_of_one_machine_are_asked_for() {
    let without = said("journal {\n  s3 = \"s3://runs/a\"\n}\n");
    assert_eq!(without.len(), 1, "{without:?}");
    assert_eq!(without[0].0, "run");
    assert!(without[0].1.contains("journal names no key"), "{without:?}");

    let keyed = said(&format!("journal {{\n  s3 = \"s3://runs/a\"\n  kms_key = {KEY:?}\n}}\n"));
    assert_eq!(keyed, []);

    let values = said(&format!("{SECRETS}journal {{\n  s3 = \"s3://runs/a\"\n  kms_key = {KEY:?}\n}}\n"));
    let subjects: Vec<&str> = values.iter().map(|(subject, _)| subject.as_str()).collect();
    assert_eq!(subjects, ["main", "outside", "token"], "{values:?}");
    assert!(values[2].1.contains("environment variable TOKEN of the machine"), "{values:?}");
}

/// A path from the folder of drplan.hcl is the same where all copies lie; a path from the machine's root is not.
#[test]
fn paths_of_one_machine_are_named() {
    let of = |settings: &str| {
        said(&format!("{settings}\njournal {{\n  s3 = \"s3://runs/a\"\n  kms_key = {KEY:?}\n}}\n"))
    };
    let beside = "manifests {\n  paths = [\"../shared/base\"]\n}\n";
    assert_eq!(of(beside), []);
    let found = of("manifests {\n  paths = [\"../shared\", \"/srv/base\"]\n}\n\
                    estimates = \"/etc/durations.json\"\n");
    let subjects: Vec<&str> = found.iter().map(|(subject, _)| subject.as_str()).collect();
    assert_eq!(subjects, ["/etc/durations.json", "/srv/base"], "{found:?}");
    assert!(found[1].1.contains("manifests names /srv/base, a path of the machine"), "{found:?}");
}
