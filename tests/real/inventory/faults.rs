//! What gives no answer is a gap, and never an empty list.

use super::*;

#[test]
fn every_fault_leaves_unknown_and_never_empty() {
    let emulator = emulator::with(WORLD);
    let kinds = [
        ("denied", GapReason::AccessDenied),
        ("throttle", GapReason::Throttled),
        ("error", GapReason::Failed),
        ("unknown", GapReason::NotImplemented),
        ("html", GapReason::Malformed),
        ("html_ok", GapReason::Malformed),
        ("html_missing", GapReason::Malformed),
        ("empty", GapReason::Malformed),
        ("cut", GapReason::Malformed),
        ("dead", GapReason::Unreachable),
    ];
    for (kind, reason) in kinds {
        emulator.faults(&json!([{ "kind": kind }]));
        let found = record(&emulator, PATIENCE);
        let known: Vec<_> = sections(&found).into_iter().filter(|(_, value)| !value.is_null()).collect();
        assert!(known.is_empty(), "{kind}: {known:?}");
        let other: Vec<_> = found.gaps.iter().filter(|gap| gap.reason != reason).collect();
        assert!(other.is_empty(), "{kind}: {other:#?}");
        assert!(found.gaps.len() > 30, "{kind}: {:#?}", found.gaps);
        assert!(!write_inventory(found).unwrap().contains("canary"), "{kind}");
    }
}

#[test]
fn silence_ends_within_the_deadline() {
    let emulator = emulator::with(WORLD);
    emulator.faults(&json!([{ "kind": "timeout", "delay": 30 }]));
    let impatient = Limits { attempt: Duration::from_millis(300), call: Duration::from_secs(1), ..PATIENCE };
    let begun = Instant::now();
    let found = record(&emulator, impatient);
    let spent = begun.elapsed();
    assert!(spent < Duration::from_secs(20), "{spent:?}");
    assert_eq!(sections(&found).iter().filter(|(_, value)| !value.is_null()).count(), 0);
    assert!(found.gaps.iter().all(|gap| gap.reason == GapReason::TimedOut), "{:#?}", found.gaps);

    // The end of all time cuts calls that are within their own.
    let begun = Instant::now();
    let found = record(&emulator, Limits { total: Duration::from_secs(2), ..PATIENCE });
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(found.gaps.iter().all(|gap| gap.reason == GapReason::TimedOut), "{:#?}", found.gaps);
}

#[test]
fn a_region_where_nobody_listens_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let begun = Instant::now();
    let found =
        run(async { record_over(&emulator::connect(&url, "us-west-2", Limits::default()).await).await });
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    assert!(found.gaps.iter().all(|gap| gap.reason == GapReason::Unreachable), "{:#?}", found.gaps);
    assert_eq!(unknown(&found).len(), sections(&found).len());
}

/// A list of which the second page does not come is unknown as a whole.
#[test]
fn half_a_list_is_unknown() {
    let emulator = emulator::with(WORLD);
    let lists = [
        ("rds", "DescribeDBSnapshots", "db_snapshots"),
        ("rds", "DescribeDBClusterParameterGroups", "db_cluster_parameter_groups"),
        ("rds", "DescribeDBInstances", "db_instances"),
        ("rds", "DescribeDBInstanceAutomatedBackups", "automated_backups"),
        ("rds", "DescribeDBSubnetGroups", "db_subnet_groups"),
        ("rds", "DescribeDBParameterGroups", "db_parameter_groups"),
        ("rds", "DescribeOrderableDBInstanceOptions", "orderable_classes"),
        ("ec2", "DescribeVpcs", "vpcs"),
        ("ec2", "DescribeInstanceTypeOfferings", "instance_types"),
        ("kms", "ListAliases", "keys"),
        ("secretsmanager", "ListSecrets", "secrets"),
        ("acm", "ListCertificates", "certificates"),
        ("ecr", "DescribeImages", "images"),
        ("eks", "ListClusters", "eks_clusters"),
        ("eks", "DescribeClusterVersions", "eks_versions"),
        ("eks", "DescribeAddonVersions", "eks_addons"),
        ("elasticache", "DescribeReplicationGroups", "replication_groups"),
        ("elasticache", "DescribeSnapshots", "cache_snapshots"),
        ("backup", "ListRecoveryPointsByBackupVault", "backup_points"),
        ("s3", "ListBuckets", "buckets"),
        ("route53", "ListHostedZones", "dns_zones"),
        ("route53", "ListHealthChecks", "health_checks"),
        ("cloudfront", "ListDistributions", "distributions"),
        ("iam", "ListUsers", "iam"),
    ];
    let fault = |(service, action, _): &(&str, &str, &str)| json!({ "kind": "throttle", "service": service, "action": action, "skip": 1 });
    emulator.faults(&Value::Array(lists.iter().map(fault).collect()));
    let found = record(&emulator, PATIENCE);
    // Which versions are in extended support is told by the same list.
    let expected: BTreeSet<String> =
        lists.iter().map(|list| list.2).chain(["eks_extended"]).map(str::to_owned).collect();
    assert_eq!(unknown(&found), expected, "{:#?}", found.gaps);
}

#[test]
fn a_hiccup_is_healed_by_a_retry() {
    let emulator = emulator::with(WORLD);
    let hiccups: Vec<_> = ["throttle", "error", "html", "dead"]
        .into_iter()
        .zip(["rds", "ec2", "kms", "ecr"])
        .map(|(kind, service)| json!({ "kind": kind, "service": service, "count": 1 }))
        .collect();
    emulator.faults(&Value::Array(hiccups));
    let found = record(&emulator, PATIENCE);
    assert_eq!(unknown(&found), BTreeSet::new(), "{:#?}", found.gaps);
}

#[test]
fn the_loss_of_us_east_1_leaves_the_region_known() {
    let emulator = emulator::with(WORLD);
    emulator.faults(&json!([{ "kind": "dead", "region": "us-east-1" }]));
    let found = record(&emulator, PATIENCE);
    let lost = ["dns_zones", "health_checks", "distributions", "iam"].map(str::to_owned);
    assert_eq!(unknown(&found), BTreeSet::from(lost));
}

#[test]
fn one_of_many_that_is_denied_leaves_the_others_known() {
    let emulator = emulator::with(WORLD);
    emulator.faults(&json!([
        { "kind": "denied", "service": "kms", "action": "DescribeKey", "skip": 2 },
        { "kind": "denied", "service": "s3", "action": "GetBucketVersioning", "count": 2 },
        { "kind": "denied", "service": "route53", "action": "ListResourceRecordSets", "count": 1 },
        { "kind": "denied", "service": "monitoring" },
        { "kind": "denied", "service": "servicequotas", "count": 1 },
    ]));
    let found = record(&emulator, PATIENCE);
    assert_eq!(unknown(&found), BTreeSet::new());
    let keys = found.keys.as_ref().unwrap();
    assert_eq!(keys.iter().filter(|key| key.state != "unknown").count(), 2);
    assert_eq!(found.buckets.iter().flatten().filter(|bucket| bucket.replicates_to.is_some()).count(), 8);
    assert_eq!(found.dns_zones.iter().flatten().filter(|zone| zone.records.is_none()).count(), 1);
    assert!(found.db_instances.iter().flatten().all(|instance| instance.lag_seconds.is_none()));
    let sources: Vec<_> = found.gaps.iter().map(|gap| (gap.source.as_str(), gap.reason)).collect();
    for source in [
        "kms:DescribeKey",
        "s3:GetBucketVersioning",
        "route53:ListResourceRecordSets",
        "cloudwatch:GetMetricStatistics",
        "servicequotas:ListServiceQuotas",
    ] {
        assert!(sources.contains(&(source, GapReason::AccessDenied)), "{source}: {sources:?}");
    }
    assert!(gaps(&found).iter().any(|gap| gap.contains("more)")), "many failures are one gap");
}
