//! The live inventory of a recovery region: everything is read, in pages.

mod faults;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use drplan::clients::aws::{Connection, Limits};
use drplan::model::diagnostic::GapReason;
use drplan::model::inventory::Inventory;
use drplan::sources::aws::{
    BucketKey, Engine, InventoryRequest, StateRequest, WorkspaceRequest, record_inventory,
};
use drplan::sources::recorded::{parse_inventory, write_inventory};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::emulator::{self, Emulator, PATIENCE, run};

const WORLD: &[&str] = &["recovery", "states"];

fn request() -> InventoryRequest {
    let place = BucketKey::parse("s3://state-copy/shop/terraform.tfstate", None).unwrap();
    InventoryRequest {
        engines: vec![Engine { name: "postgres".into(), version: "16.3".into() }],
        workspace: Some(WorkspaceRequest {
            name: "dr".into(),
            state: StateRequest { place, ..StateRequest::default() },
        }),
        ..InventoryRequest::new(Timestamp::now())
    }
}

async fn record_over(connection: &Connection) -> Inventory {
    record_inventory(connection, &request()).await
}

fn record(emulator: &Emulator, limits: Limits) -> Inventory {
    run(async { record_over(&emulator.connect("us-west-2", limits).await).await })
}

/// The sections by name, each with its JSON, `null` where it is unknown.
fn sections(inventory: &Inventory) -> Vec<(String, Value)> {
    let Value::Object(fields) = serde_json::to_value(inventory).unwrap() else { panic!("an object") };
    let head = ["format_version", "kind", "region", "taken_at", "gaps", "asked"];
    fields.into_iter().filter(|(name, _)| !head.contains(&name.as_str())).collect()
}

fn unknown(inventory: &Inventory) -> BTreeSet<String> {
    sections(inventory).into_iter().filter(|(_, value)| value.is_null()).map(|(name, _)| name).collect()
}

fn gaps(inventory: &Inventory) -> Vec<String> {
    let line =
        |gap: &drplan::model::diagnostic::Gap| format!("{} {:?} {}", gap.source, gap.reason, gap.detail);
    inventory.gaps.iter().map(line).collect()
}

#[test]
fn everything_is_read_in_pages() {
    let emulator = emulator::with(WORLD);
    let found = record(&emulator, PATIENCE);

    assert_eq!(unknown(&found), BTreeSet::new(), "{:#?}", found.gaps);
    assert_eq!(
        gaps(&found),
        ["s3:GetBucketReplication Outside buckets of other regions (3) are asked by no recovery inventory"]
    );
    assert_eq!(found.account.as_deref(), Some("123456789012"));

    let zones: Vec<_> = found.zones.iter().flatten().map(|zone| (&*zone.name, &*zone.id)).collect();
    assert!(zones.contains(&("us-west-2a", "usw2-az2")), "{zones:?}");
    assert!(zones.len() >= 3 && zones.iter().all(|(name, _)| name.len() == "us-west-2a".len()));
    let vpcs = found.vpcs.as_ref().unwrap();
    // The default one, four, and one for each of two sets of subnets.
    assert_eq!(vpcs.len(), 7);
    assert!(
        vpcs.iter().any(|vpc| vpc.name.as_deref() == Some("shop-us-west-2") && vpc.cidr == "10.9.0.0/16")
    );
    let types = found.instance_types.as_ref().unwrap();
    let medium = types.iter().find(|kind| kind.name == "t3.medium").unwrap();
    assert!(medium.zones.len() >= 3 && medium.vcpus == Some(2), "{medium:?}");

    let replicated: Vec<_> = found
        .automated_backups
        .iter()
        .flatten()
        .filter(|backup| backup.source_arn.contains(":us-east-2:"))
        .map(|backup| (&*backup.source, &*backup.status, backup.storage_gib, backup.latest.is_some()))
        .collect();
    assert_eq!(replicated, [("orders", "active", 20, true), ("users", "active", 20, true)]);
    // Two replicated, and the region's own: a replica and three instances.
    assert_eq!(found.automated_backups.as_ref().unwrap().len(), 6);
    let snapshots = found.db_snapshots.as_ref().unwrap();
    let copies: Vec<_> = snapshots.iter().filter(|snapshot| snapshot.id.starts_with("orders-copy")).collect();
    assert_eq!(copies.len(), 7);
    assert!(
        copies.iter().all(|copy| copy.status == "available" && copy.kms_key.is_some() && !copy.of_cluster)
    );
    let of_clusters = snapshots.iter().filter(|snapshot| snapshot.of_cluster && snapshot.id.ends_with("-s"));
    assert_eq!(of_clusters.count(), 3);
    let replica =
        found.db_instances.iter().flatten().find(|instance| instance.id == "orders-replica").unwrap();
    assert!(replica.replica_of.as_ref().unwrap().contains("orders"));
    assert_eq!(replica.lag_seconds, Some(3), "the newest value, rounded up");
    let reports = found.db_instances.iter().flatten().find(|instance| instance.id == "reports").unwrap();
    assert_eq!(reports.tags.get("stack").map(String::as_str), Some("ecommerce"));
    assert_eq!(found.db_instances.as_ref().unwrap().len(), 4);
    assert_eq!(found.db_clusters.as_ref().unwrap().len(), 3);
    assert_eq!(found.db_subnet_groups.as_ref().unwrap().len(), 4);
    assert!(found.db_cluster_parameter_groups.as_ref().unwrap().iter().any(|name| name == "shop-cluster"));
    let classes = found.orderable_classes.as_ref().unwrap();
    assert!(classes.len() > 40 && classes.iter().all(|class| class.engine_version == "16.3"));
    assert!(
        found.orderable_for("postgres", "16.3").is_some() && found.orderable_for("mysql", "8.0").is_none()
    );
    assert!(found.images_for("any").is_some(), "all repositories were asked for");
    let narrow = classes.iter().find(|class| class.class == "db.r7g.large").unwrap();
    assert_eq!(narrow.zones, ["us-west-2a", "us-west-2b"]);

    let keys = found.keys.as_ref().unwrap();
    let named = keys.iter().find(|key| key.aliases.iter().any(|alias| alias == "alias/rds-dr")).unwrap();
    assert_eq!(named.state, "Enabled");
    assert!(keys.iter().any(|key| key.primary_arn.as_ref().is_some_and(|arn| arn.contains(":us-east-2:"))));
    let secrets = found.secrets.as_ref().unwrap();
    assert_eq!(secrets.len(), 7);
    let secret = |name: &str| secrets.iter().find(|secret| secret.name == name).unwrap();
    assert_eq!(secret("shop/replicated").primary_region.as_deref(), Some("us-east-2"));
    assert!(secret("shop/5").deleted_at.is_some() && secret("shop/4").deleted_at.is_none());
    let certificates = found.certificates.as_ref().unwrap();
    assert_eq!(certificates.len(), 6);
    assert!(
        certificates
            .iter()
            .all(|certificate| certificate.domains.len() == 2 && !certificate.status.is_empty())
    );

    let images = found.images.as_ref().unwrap();
    assert_eq!(images.len(), 35);
    assert!(images.iter().all(|image| image.digest.starts_with("sha256:") && image.tags.len() == 1));
    assert_eq!(found.eks_clusters.as_ref().unwrap().len(), 4);
    let versions = found.eks_versions.as_ref().unwrap();
    assert!(versions.contains(&"1.33".to_owned()) && !versions.contains(&"1.27".to_owned()));
    assert_eq!(found.eks_addons.as_ref().unwrap().len(), 5);

    let buckets = found.buckets.as_ref().unwrap();
    let bucket = |name: &str| buckets.iter().find(|bucket| bucket.name == name).unwrap();
    assert_eq!(bucket("shop-west-0").versioned, Some(true));
    assert_eq!(bucket("shop-west-0").replicates_to, Some(vec!["shop-east-0".to_owned()]));
    assert_eq!(bucket("shop-west-1").versioned, Some(false));
    assert_eq!(bucket("shop-west-1").replicates_to, Some(Vec::new()));
    assert_eq!(
        (bucket("shop-east-0").region.as_str(), bucket("shop-east-0").replicates_to.clone()),
        ("us-east-2", None)
    );
    assert_eq!(found.replication_groups.as_ref().unwrap().len(), 4);
    assert_eq!(found.cache_snapshots.as_ref().unwrap().len(), 4);
    assert_eq!(found.backup_points.as_ref().unwrap().len(), 20);

    let quotas = found.quotas.as_ref().unwrap();
    let quota =
        |code: &str| quotas.iter().find(|quota| quota.code == code).map(|quota| (quota.value, quota.used));
    assert_eq!(quota("L-F678F1CE"), Some((20, Some(7))), "VPCs, raised");
    assert_eq!(quota("L-0263D0A3"), Some((5, Some(1))), "addresses, by their default");
    assert_eq!(quota("L-7B6409FD"), Some((40, Some(4))), "database instances");
    let table = drplan::model::types::quotas().map(|quota| quota.code);
    assert_eq!(table.collect::<BTreeSet<_>>(), quotas.iter().map(|quota| &*quota.code).collect());

    let dns = found.dns_zones.as_ref().unwrap();
    assert_eq!(dns.len(), 4);
    let first = dns.iter().find(|zone| zone.name == "shop-0.example.com").unwrap();
    // Twelve, and the zone's own SOA and NS.
    let records = first.records.as_ref().unwrap();
    assert_eq!(records.len(), 14);
    assert!(records.iter().any(|record| record.name == "*.shop-0.example.com" && record.ttl == Some(60)));
    let checks = found.health_checks.as_ref().unwrap();
    assert_eq!(checks.len(), 4);
    assert!(checks.iter().any(|check| check.target == "shop-0.example.com:443/healthz"));
    let distributions = found.distributions.as_ref().unwrap();
    assert_eq!(distributions.len(), 4);
    assert!(distributions.iter().all(|edge| {
        edge.origins == ["k8s-shop.us-east-2.elb.amazonaws.com"]
            && edge.aliases.len() == 1
            && !edge.status.is_empty()
    }));
    let iam = found.iam.as_ref().unwrap();
    assert_eq!(
        (iam.roles.len(), iam.policies.len(), iam.instance_profiles.len(), iam.users.len()),
        (7, 7, 7, 7)
    );
    assert_eq!(iam.oidc_providers.len(), 1);
    let workspace = found.workspace.as_ref().unwrap();
    assert_eq!(
        (workspace.serial, workspace.addresses.as_slice()),
        (Some(7), &["aws_instance.dr".to_owned()][..])
    );

    nothing_is_changed_and_no_other_region_is_asked(&emulator);
    let text = write_inventory(found).unwrap();
    assert!(!text.contains("canary"), "{}", around(&text, "canary"));
    assert_eq!(write_inventory(parse_inventory(&text, "inventory.json").unwrap()).unwrap(), text);
}

fn around(text: &str, word: &str) -> String {
    text.lines().filter(|line| line.contains(word)).collect::<Vec<_>>().join("\n")
}

fn nothing_is_changed_and_no_other_region_is_asked(emulator: &Emulator) {
    let calls = emulator.calls();
    assert!(calls.len() > 100, "{}", calls.len());
    for (service, region, action) in calls {
        let reads = ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb));
        assert!(reads, "{service}:{action} is no call that reads");
        assert_ne!(action, "GetSecretValue");
        let global = ["iam", "route53", "cloudfront"].contains(&service.as_str());
        let expected = if global { "us-east-1" } else { "us-west-2" };
        assert_eq!(region, expected, "{service}:{action}");
    }
}

#[test]
fn two_recordings_of_one_world_are_the_same() {
    let emulator = emulator::with(WORLD);
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    let text = |page| {
        emulator.page(page);
        let mut found = record(&emulator, PATIENCE);
        found.taken_at = at;
        // The emulator's restore windows and metrics move with its clock.
        found
            .automated_backups
            .iter_mut()
            .flatten()
            .for_each(|backup| (backup.latest, backup.earliest) = (None, None));
        // It issues certificates a minute after they were asked for.
        found.certificates.iter_mut().flatten().for_each(|certificate| certificate.status.clear());
        write_inventory(found).unwrap()
    };
    assert!(text(2) == text(50), "the size of a page shows in a recording");
}

/// Each kind of fault on every service at once: all sections unknown, each with its reason, none empty.
#[test]
fn what_is_not_asked_is_unknown() {
    let emulator = emulator::with(WORLD);
    let found = run(async {
        let connection = emulator.connect("us-west-2", PATIENCE).await;
        let request = InventoryRequest {
            repositories: vec!["shop/cart".into(), "shop/never-made".into()],
            quotas: vec![("vpc".into(), "L-F678F1CE".into())],
            ..InventoryRequest::new(Timestamp::now())
        };
        record_inventory(&connection, &request).await
    });
    assert_eq!(unknown(&found), BTreeSet::from(["orderable_classes", "workspace"].map(str::to_owned)));
    assert_eq!(found.images.as_ref().unwrap().len(), 7, "a repository that is not there has no images");
    assert!(found.images_for("shop/never-made").is_some() && found.images_for("shop/order").is_none());
    assert_eq!(found.quotas.as_ref().unwrap().len(), 1);
    assert!(!emulator.actions().contains("ecr:DescribeRepositories"));
}

/// Runs itself in a process of its own, for the environment is what it tests.
#[test]
fn credentials_and_addresses_come_from_the_environment() {
    const OUT: &str = "DRPLAN_TEST_OUT";
    if let Some(out) = std::env::var_os(OUT) {
        let text = run(async {
            match Connection::open("us-west-2", PATIENCE).await {
                Ok(connection) => write_inventory(record_over(&connection).await).unwrap(),
                Err(problem) => format!("refused: {}", problem.message),
            }
        });
        return std::fs::write(out, text).unwrap();
    }
    let emulator = emulator::with(WORLD);
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("inventory.json");
    let run = |environment: &[(&str, &str)]| {
        let ran = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "inventory::credentials_and_addresses_come_from_the_environment"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env(OUT, &out)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(environment.iter().copied())
            .output()
            .unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
        std::fs::read_to_string(&out).unwrap()
    };
    assert_eq!(run(&[]), "refused: there are no AWS credentials");

    let keys = [("AWS_ACCESS_KEY_ID", "AKIDCANARY"), ("AWS_SECRET_ACCESS_KEY", "canary-secret-key")];
    let all = [keys[0], keys[1], ("AWS_ENDPOINT_URL", &emulator.url())];
    let text = run(&all);
    let found = parse_inventory(&text, "inventory.json").unwrap();
    assert_eq!(unknown(&found), BTreeSet::new(), "{:#?}", found.gaps);
    assert!(!text.to_ascii_lowercase().contains("canary"));

    // One service elsewhere: nobody listens there.
    let elsewhere =
        [all[0], all[1], all[2], ("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:9"), ("AWS_MAX_ATTEMPTS", "1")];
    let found = parse_inventory(&run(&elsewhere), "inventory.json").unwrap();
    assert_eq!(unknown(&found), BTreeSet::from(["instance_types", "vpcs", "zones"].map(str::to_owned)));
}
