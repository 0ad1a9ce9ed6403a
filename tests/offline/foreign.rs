//! Resources of other providers: not all of them are outside of the lost region.

use drplan::model::settings::{AcceptedLoss, Counterpart};
use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::forecast::Verdict;
use drplan::plan::resource::PlannedResource;
use serde_json::{Value, json};

use crate::defects::{subjects, without};
use crate::volumes::accepting;
use crate::worlds::{World, managed, state_of};

const LOST: &str = "foreign-in-primary";
const LEADS: &str = "traffic-unmovable";
const BALANCER: &str = "shop-0123456789.us-east-2.elb.amazonaws.com";

fn world(address: &str, attributes: Value) -> World {
    let balancer =
        "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/shop/0a1b2c3d4e5f6071";
    let shop = managed("aws_lb.shop", json!({ "id": balancer, "arn": balancer, "dns_name": BALANCER }), &[]);
    let address_of = json!({ "id": "eipalloc-0a1b2c3d4e5f60718", "public_ip": "203.0.113.7",
        "arn": "arn:aws:ec2:us-east-2:123456789012:elastic-ip/eipalloc-0a1b2c3d4e5f60718" });
    let mut other = managed(address, attributes, &[]);
    other["provider"] = json!("provider[\"registry.terraform.io/example/other\"]");
    World::of_state(state_of(&[shop, managed("aws_eip.shop", address_of, &[]), other]))
}

fn planned(world: &World) -> Plan {
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn of<'p>(plan: &'p Plan, address: &str) -> &'p PlannedResource {
    plan.resources.iter().find(|one| one.address == address).unwrap()
}

#[test]
fn what_lies_in_the_lost_region_is_told_in_every_spelling() {
    for (address, attributes) in [
        ("mongodbatlas_cluster.orders", json!({ "id": "a", "provider_region_name": "US_EAST_2" })),
        (
            "mongodbatlas_advanced_cluster.orders",
            json!({ "id": "a", "replication_specs": [{ "region_configs": [{ "region_name": "US_EAST_2" }] }] }),
        ),
        ("confluent_kafka_cluster.events", json!({ "id": "lkc-1", "cloud": "AWS", "region": "us-east-2" })),
        ("ec_deployment.search", json!({ "id": "a", "region": "aws-us-east-2" })),
        ("aiven_pg.ledger", json!({ "id": "shop/ledger", "cloud_name": "aws-us-east-2" })),
        ("snowflake_account.reports", json!({ "id": "a", "region": "AWS_US_EAST_2" })),
        (
            "rediscloud_subscription.carts",
            json!({ "id": "7", "cloud_provider": [{ "region": [{ "region": "us-east-2" }] }] }),
        ),
    ] {
        let plan = planned(&world(address, attributes));
        assert_eq!(subjects(&plan, LOST), [address]);
        let resource = of(&plan, address);
        assert_eq!(resource.disposition.as_str(), "block", "{}", resource.reason);
        assert!(resource.reason.contains("in us-east-2"), "{}", resource.reason);
        let rpo = plan.forecast.rpo.iter().find(|rpo| rpo.store == address).unwrap();
        assert_eq!(rpo.verdict, Verdict::Missed);
    }
}

#[test]
fn what_lies_elsewhere_or_nowhere_is_used_as_it_is() {
    for attributes in [
        json!({ "id": "a", "provider_region_name": "EU_WEST_1" }),
        json!({ "id": "a", "excluded_regions": ["us-east-2"] }),
        json!({ "id": "a", "description": "of us-east-2", "name": "us-east-2" }),
        json!({ "id": "a" }),
        json!({ "id": "a", "region": "aws-eu-west-1", "peer_region": "us-east-2" }),
    ] {
        let plan = planned(&world("mongodbatlas_cluster.orders", attributes));
        without(&plan, LOST);
        let resource = of(&plan, "mongodbatlas_cluster.orders");
        assert_eq!((resource.disposition.as_str(), resource.engine.as_str()), ("share", "import"));
        assert!(!resource.reason.contains("not in the lost region"), "{}", resource.reason);
    }
}

#[test]
fn drplan_hcl_says_what_becomes_of_it() {
    const ADDRESS: &str = "mongodbatlas_cluster.orders";
    let lost = world(ADDRESS, json!({ "id": "a", "provider_region_name": "US_EAST_2" }));
    let accepted = planned(&accepting(lost.clone(), &[ADDRESS]));
    without(&accepted, LOST);
    assert_eq!(of(&accepted, ADDRESS).disposition.as_str(), "create");
    let mut named = lost.clone();
    named.settings.counterparts.push(Counterpart {
        subject: ADDRESS.to_owned(),
        to: "orders-west".to_owned(),
        place: None,
    });
    let named = planned(&named);
    without(&named, LOST);
    assert_eq!(of(&named, ADDRESS).counterpart.as_deref(), Some("orders-west"));
    let mut skipped = lost;
    skipped.settings.skips.push(AcceptedLoss {
        address: ADDRESS.to_owned(),
        reason: "not needed".to_owned(),
        place: None,
    });
    let skipped = planned(&skipped);
    without(&skipped, LOST);
    let rpo = skipped.forecast.rpo.iter().find(|rpo| rpo.store == ADDRESS).unwrap();
    assert_eq!(rpo.verdict, Verdict::Accepted);
}

#[test]
fn records_of_other_providers_that_lead_into_the_lost_region_are_told() {
    let ingress = "k8s-shop-0a1b2c3d4e.us-east-2.elb.amazonaws.com";
    for (address, attributes) in [
        (
            "cloudflare_record.www",
            json!({ "id": "a", "hostname": "www.example.com", "type": "CNAME", "content": BALANCER }),
        ),
        (
            "cloudflare_dns_record.www",
            json!({ "id": "a", "name": "www.example.com", "type": "A", "content": "203.0.113.7" }),
        ),
        (
            "ns1_record.www",
            json!({ "id": "a", "domain": "www.example.com", "answers": [{ "answer": ingress }] }),
        ),
        (
            "dnsimple_zone_record.www",
            json!({ "id": "a", "qualified_name": "www.example.com", "value": BALANCER }),
        ),
        (
            "google_dns_record_set.www",
            json!({ "id": "a", "name": "www.example.com.", "rrdatas": [format!("{}.", BALANCER.to_uppercase())] }),
        ),
        ("azurerm_dns_cname_record.www", json!({ "id": "a", "name": "www.example.com", "record": BALANCER })),
        ("digitalocean_record.www", json!({ "id": "a", "fqdn": "www.example.com", "value": "203.0.113.7" })),
    ] {
        let plain = world(address, attributes);
        let plan = planned(&plain);
        assert_eq!(subjects(&plan, LEADS), [address]);
        let message = &plan.findings.iter().find(|one| one.code == LEADS).unwrap().message;
        assert!(message.starts_with("www.example.com leads to "), "{message}");
        let record = of(&plan, address);
        // Imported, the engine would move it in phase infra.
        assert_eq!((record.disposition.as_str(), record.engine.as_str()), ("share", "exclude"));
        assert!(record.reason.contains("in the lost region"), "{}", record.reason);
        let mut kept = plain;
        kept.settings.dns.keep.push("www.example.com".to_owned());
        without(&planned(&kept), LEADS);
    }
}

#[test]
fn records_that_lead_elsewhere_are_used_as_they_are() {
    for content in [
        "shop.example.net",
        "198.51.100.1",
        "shop.us-west-2.elb.amazonaws.com",
        "v=spf1 -all",
        "us-east-2.example.net",
    ] {
        let plan =
            planned(&world("cloudflare_record.www", json!({ "id": "a", "name": "www", "content": content })));
        without(&plan, LEADS);
        let record = of(&plan, "cloudflare_record.www");
        assert_eq!((record.disposition.as_str(), record.engine.as_str()), ("share", "import"), "{content}");
    }
}
