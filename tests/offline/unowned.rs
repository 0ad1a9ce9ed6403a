//! Ids of the lost region that no resource owns never go into a call without a word.

use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::values::{Site, UseDisposition};
use serde_json::{Value, json};

use crate::worlds::{Copy, World, managed, state_of};

const GROUP: &str = "sg-0a1b2c3d4e5f60718";
const SUBNET: &str = "subnet-0a1b2c3d4e5f60718";
const IMAGE: &str = "ami-0a1b2c3d4e5f60718";
const VPC: &str = "vpc-0a1b2c3d4e5f60718";
const TOPIC: &str = "arn:aws:sns:us-east-2:123456789012:ops";

fn data(address: &str, attributes: Value) -> Value {
    let mut one = managed(address, attributes, &[]);
    one["mode"] = json!("data");
    one
}

fn server() -> Value {
    managed(
        "aws_instance.server",
        json!({
            "id": "i-0a1b2c3d4e5f60718", "ami": IMAGE, "subnet_id": SUBNET, "vpc_security_group_ids": [GROUP],
            "arn": "arn:aws:ec2:us-east-2:123456789012:instance/i-0a1b2c3d4e5f60718",
            "primary_network_interface_id": "eni-0a1b2c3d4e5f60718",
        }),
        &[],
    )
}

fn plan(resources: &[Value]) -> Plan {
    let mut all = resources.to_vec();
    let topics = (0..2).map(|at| {
        let arn = format!("arn:aws:sqs:us-east-2:123456789012:queue-{at}");
        managed(&format!("aws_sqs_queue.q{at}"), json!({ "id": arn, "arn": arn }), &[])
    });
    all.extend(topics);
    let mut world = World::of_state(state_of(&all));
    for address in ["aws_instance.server", "aws_sqs_queue.q0", "aws_sqs_queue.q1"] {
        world.settings.accepted_losses.push(drplan::model::settings::AcceptedLoss {
            address: address.to_owned(),
            reason: "test".to_owned(),
            place: None,
        });
    }
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

/// Where a value is unplaced.
fn unplaced(plan: &Plan, value: &str) -> Vec<String> {
    let uses = plan.values.iter().filter(|owned| owned.value == value).flat_map(|owned| &owned.uses);
    let mut places: Vec<String> = uses
        .filter(|one| one.disposition == UseDisposition::Unplaced)
        .map(|one| match &one.site {
            Site::Resource { resource, path, .. } => format!("{resource} {path}"),
            Site::File { file, line, .. } => format!("{file}:{line}"),
        })
        .collect();
    places.sort();
    // What a manifest names, something may never look at; what a resource is given, AWS refuses.
    let given = places.iter().any(|place| place.contains(" /"));
    let told = |code: &str| plan.findings.iter().any(|one| one.code == code && one.subject == value);
    assert_eq!(told("id-unplaced"), given, "{value}: {places:?}");
    assert_eq!(told("literal-unplaced"), !places.is_empty() && !given, "{value}: {places:?}");
    places
}

#[test]
fn what_a_created_resource_is_given_from_outside_is_unplaced() {
    let alarm = managed(
        "aws_cloudwatch_metric_alarm.cpu",
        json!({
            "id": "cpu", "alarm_name": "cpu", "alarm_actions": [TOPIC],
            "arn": "arn:aws:cloudwatch:us-east-2:123456789012:alarm:cpu",
        }),
        &[],
    );
    let plan = plan(&[server(), alarm]);
    assert_eq!(unplaced(&plan, IMAGE), ["aws_instance.server /ami"]);
    assert_eq!(unplaced(&plan, SUBNET), ["aws_instance.server /subnet_id"]);
    assert_eq!(unplaced(&plan, GROUP), ["aws_instance.server /vpc_security_group_ids/0"]);
    assert_eq!(unplaced(&plan, TOPIC), ["aws_cloudwatch_metric_alarm.cpu /alarm_actions/0"]);
    assert_eq!(unplaced(&plan, "eni-0a1b2c3d4e5f60718"), Vec::<String>::new());
}

#[test]
fn what_the_stack_makes_or_finds_anew_is_not() {
    let network = managed(
        "aws_vpc.main",
        json!({ "id": VPC, "default_security_group_id": GROUP, "arn": format!("arn:aws:ec2:us-east-2:123456789012:vpc/{VPC}") }),
        &[],
    );
    let subnet = managed("aws_subnet.a", json!({ "id": SUBNET, "vpc_id": VPC }), &["aws_vpc.main"]);
    let image = data("aws_ami.linux", json!({ "id": IMAGE, "image_id": IMAGE }));
    let plan = plan(&[server(), network, subnet, image]);
    for value in [IMAGE, SUBNET, GROUP, VPC] {
        assert_eq!(unplaced(&plan, value), Vec::<String>::new());
    }
}

/// It is read again, and says the same.
#[test]
fn an_output_of_another_stack_is_still_of_the_lost_region() {
    let other =
        data("terraform_remote_state.network", json!({ "outputs": { "value": { "subnet": SUBNET } } }));
    assert_eq!(unplaced(&plan(&[server(), other]), SUBNET), ["aws_instance.server /subnet_id"]);
}

#[test]
fn what_a_restore_is_given_is_unplaced_also_where_a_data_source_finds_it() {
    let database = managed(
        "aws_db_instance.orders",
        json!({
            "id": "db-ABC", "identifier": "orders", "vpc_security_group_ids": [GROUP],
            "arn": "arn:aws:rds:us-east-2:123456789012:db:orders",
        }),
        &[],
    );
    let found = data("aws_security_group.db", json!({ "id": GROUP }));
    let plan = plan(&[database, found]);
    assert_eq!(unplaced(&plan, GROUP), ["aws_db_instance.orders /vpc_security_group_ids/0"]);
}

#[test]
fn a_manifest_that_names_one_is_told_with_its_line() {
    let copy = Copy::new();
    copy.write(
        "kubernetes/other.yaml",
        &format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: other\n  namespace: ecommerce\n  annotations:\n    \
             service.beta.kubernetes.io/aws-load-balancer-subnets: {SUBNET}\nspec:\n  ports: [{{ port: 80 }}]\n"
        ),
    );
    let plan = World::read(copy.path()).plan();
    assert_eq!(unplaced(&plan, SUBNET), ["kubernetes/other.yaml:7"]);
}

/// The fix of an unowned bucket is a rewrite, and the recovery needs what it names.
#[test]
fn a_bucket_that_a_rewrite_names_must_be_there() {
    const NAMED: &str = "acme-artifacts-us-east-2";
    let told = |to: &str| {
        let mut world = World::read(&crate::worlds::example());
        world.configuration = None;
        let mut state: Value = serde_json::from_str(&world.state).unwrap();
        let function = managed(
            "aws_lambda_function.resize",
            json!({ "id": "resize", "function_name": "resize",
            "arn": "arn:aws:lambda:us-east-2:123456789012:function:resize", "s3_bucket": NAMED }),
            &[],
        );
        state["resources"].as_array_mut().unwrap().push(function);
        world.state = state.to_string();
        world.settings.rewrites.push(drplan::model::settings::Rewrite {
            text: NAMED.to_owned(),
            to: Some(to.to_owned()),
            place: None,
        });
        crate::defects::subjects(&world.plan(), "subject-unknown")
    };
    assert_eq!(told("acme-artifacts-us-west-2"), ["acme-artifacts-us-west-2"]);
    assert_eq!(told("ecommerce-prod-media-us-west-2"), [""; 0]);
}

/// What a person or an operator made: nobody's of the state, and of the lost region all the same.
#[test]
fn disks_and_file_systems_that_no_state_has_are_told_where_a_manifest_names_them() {
    for id in
        ["fs-0a1b2c3d4e5f60718", "fsap-0a1b2c3d4e5f60718", "vol-0a1b2c3d4e5f60718", "eni-0a1b2c3d4e5f60718"]
    {
        let plan = crate::defects::changed(|copy| {
            copy.write("kubernetes/class.yaml", &format!(
                "apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata:\n  name: shared\nprovisioner: efs.csi.aws.com\n\
                 parameters:\n  fileSystemId: {id}\n"
            ));
        });
        crate::defects::with(&plan, "literal-unplaced", id, "kubernetes/class.yaml:7");
    }
}

/// Tags and dimensions have keys that people chose.
#[test]
fn a_key_of_the_state_that_names_the_primary_is_a_use() {
    let mut world = World::read(&crate::worlds::example());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        if resource["type"] == "aws_vpc" {
            let tags = &mut resource["instances"][0]["attributes"]["tags"];
            tags["peer/us-east-2"] = json!("on");
            tags["nested-us-east-2"] = json!("off");
        }
    }
    world.state = state.to_string();
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let uses = plan.values.iter().filter(|owned| owned.value == "us-east-2").flat_map(|owned| &owned.uses);
    let mut keys: Vec<(String, Option<String>)> = uses
        .filter_map(|one| match &one.site {
            Site::Resource { resource, path, within }
                if resource == "module.vpc.aws_vpc.this" && path.contains("tags/") =>
            {
                Some((path.clone(), within.clone()))
            }
            _ => None,
        })
        .collect();
    keys.sort();
    let key = |path: &str| (path.to_owned(), Some("key".to_owned()));
    assert_eq!(keys, [key("/tags/nested-us-east-2"), key("/tags/peer~1us-east-2")]);
}
