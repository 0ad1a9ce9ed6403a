//! The observation of a healthy primary.

use drplan::model::diagnostic::GapReason;
use drplan::sources::aws::{ClusterRequest, ObservationRequest, record_observation};
use drplan::sources::recorded::{parse_observation, write_observation};
use jiff::Timestamp;
use serde_json::json;

use crate::emulator::{self, Emulator, PATIENCE, run};

fn record(emulator: &Emulator) -> drplan::model::observation::Observation {
    run(async {
        let connection = emulator.connect("us-east-2", PATIENCE).await;
        let cluster = ClusterRequest { environment: false, ..ClusterRequest::default() };
        let request = ObservationRequest { taken_at: Timestamp::now(), cluster };
        record_observation(&connection, &request).await
    })
}

#[test]
fn what_stands_behind_the_primary_is_recorded() {
    let emulator = emulator::with(&["primary"]);
    let found = record(&emulator);
    let reasons: Vec<_> = found.gaps.iter().map(|gap| (gap.source.as_str(), gap.reason)).collect();
    assert_eq!(reasons, [("kubernetes:Cluster", GapReason::NotRecorded)], "the region has no cluster");

    let mut owners: Vec<_> = found
        .load_balancers
        .iter()
        .flatten()
        .map(|balancer| {
            (&*balancer.object_kind, &*balancer.namespace, &*balancer.name, balancer.arn.is_some())
        })
        .collect();
    owners.sort_unstable();
    assert_eq!(
        owners,
        [
            ("Ingress", "", "shared", true),
            ("Ingress", "ecommerce", "shop", true),
            ("Service", "ecommerce", "legacy", false),
            ("Service", "monitoring", "grafana", true),
        ]
    );
    assert!(found.load_balancers.iter().flatten().all(|balancer| balancer.hostname.contains("us-east-2")));

    let mut names: Vec<_> = found.records.iter().flatten().map(|entry| &*entry.record.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["db.example.com", "ip.example.com", "shop.example.com"]);

    let mut stores: Vec<_> = found.stores.iter().flatten().collect();
    stores.sort_by(|left, right| left.id.cmp(&right.id));
    let sizes: Vec<_> = stores.iter().map(|store| store.bytes.map(|bytes| bytes >> 30)).collect();
    assert_eq!(sizes, [Some(12), Some(20)], "what is free is known of the first");
    assert!(stores.iter().all(|store| store.id.starts_with("arn:aws:rds:us-east-2:")));

    for (service, region, action) in emulator.calls() {
        assert!(
            ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb)),
            "{service}:{action}"
        );
        assert!(region == "us-east-2" || service == "route53", "{service}:{action} in {region}");
    }
    let text = write_observation(found).unwrap();
    assert!(!text.contains("canary"));
    assert_eq!(write_observation(parse_observation(&text, "observation.json").unwrap()).unwrap(), text);
}

#[test]
fn what_cannot_be_read_is_unknown() {
    let emulator = emulator::with(&["primary"]);
    emulator.faults(&json!([{ "kind": "denied" }]));
    let found = record(&emulator);
    assert!(found.load_balancers.is_none() && found.records.is_none() && found.stores.is_none());
    let denied = found.gaps.iter().filter(|gap| gap.reason == GapReason::AccessDenied).count();
    assert!(denied >= 5, "{:#?}", found.gaps);

    emulator.faults(
        &json!([{ "kind": "throttle", "service": "route53", "action": "ListResourceRecordSets", "skip": 1 }]),
    );
    assert!(record(&emulator).records.is_none(), "half of the records would pass for all");
    emulator.faults(&json!([{ "kind": "denied", "service": "monitoring" }]));
    let found = record(&emulator);
    assert_eq!(found.stores.as_ref().map(Vec::len), Some(2));
    assert!(found.gaps.iter().any(|gap| gap.source == "cloudwatch:GetMetricStatistics"));
}
