//! What the fuzz targets found, made as small as it still shows the fault.

use serde_json::json;

use drplan::plan::audit::audit;
use drplan::plan::codec;
use drplan::plan::journal::{Head, Record, replay};

use super::worlds::{World, managed, state_of};

/// An ARN that stood in for a missing name was foreseen as its own counterpart, in the lost region.
#[test]
fn a_topic_without_its_name_gets_no_counterpart_in_the_primary() {
    let arn = |name: &str| format!("arn:aws:sns:eu-west-3:526954929923:{name}");
    let world = World::of_state(state_of(&[
        managed("aws_sns_topic.unnamed", json!({ "id": arn("unnamed"), "arn": arn("unnamed") }), &[]),
        managed(
            "aws_sns_topic.named",
            json!({ "id": arn("named"), "arn": arn("named"), "name": "named" }),
            &[],
        ),
    ]));
    let plan = world.plan();
    audit(&plan).unwrap();
    let counterpart = |address: &str| {
        plan.resources.iter().find(|resource| resource.address == address).unwrap().counterpart.clone()
    };
    assert_eq!(counterpart("aws_sns_topic.unnamed"), None);
    assert_eq!(counterpart("aws_sns_topic.named").as_deref(), Some("named"));
}

/// Steps of a circle that was cut were left without any need, so that they could start before preflight.
#[test]
fn what_depends_on_itself_still_waits_for_preflight() {
    let world = World::of_state(state_of(&[
        managed("aws_vpc.v", json!({ "id": "vpc-0abc1234" }), &["aws_subnet.s"]),
        managed(
            "aws_subnet.s",
            json!({ "id": "subnet-0abc1234", "availability_zone": "us-east-2a" }),
            &["aws_vpc.v"],
        ),
    ]));
    let plan = world.plan();
    audit(&plan).unwrap();
    assert!(plan.findings.iter().any(|finding| finding.code == "dependency-cycle"));
    for address in ["aws_vpc.v", "aws_subnet.s"] {
        let step = plan.steps.iter().find(|step| step.id == format!("infra/{address}")).unwrap();
        assert_eq!(step.needs, ["preflight/ready"]);
    }
}

/// Seeds of an older format lead a fuzz target nowhere, and it says nothing of it.
#[test]
fn the_seeds_of_plans_and_journals_are_read() {
    let seeds = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
    for name in ["minimal.json", "database.json"] {
        codec::decode(&std::fs::read(seeds.join("artifact").join(name)).unwrap()).unwrap();
    }
    let mut head = Head::default();
    let mut journal = String::new();
    for line in std::fs::read_to_string(seeds.join("journal/run.jsonl")).unwrap().lines() {
        let loose: serde_json::Value = serde_json::from_str(line).unwrap();
        let entry = serde_json::from_value(loose["entry"].clone()).unwrap();
        let (at, generation) =
            (loose["at"].as_str().unwrap().parse().unwrap(), loose["generation"].as_u64().unwrap());
        let record = Record::chained(&head, at, generation, entry).unwrap();
        journal += &record.line().unwrap();
        head = record.head();
    }
    assert_eq!(replay(journal.as_bytes()).unwrap().ended.as_deref(), Some("done"));
}
