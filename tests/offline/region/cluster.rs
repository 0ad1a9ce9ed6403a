//! The cluster and its zones: versions, add-ons and instance types that the recovery region has.

use drplan::model::inventory::Inventory;

use super::{CLUSTER, DATABASE, DATABASE_AT, NODES, in_region, message, plan_in, setting};
use crate::defects::{found, replace, with, without};
use crate::worlds::{Copy, World};

#[test]
fn a_cluster_version_that_is_not_on_offer_stops_the_plan() {
    let code = "eks-version-gone";
    let gone = |inventory: &mut Inventory| {
        inventory.eks_versions = Some(vec!["1.35".to_owned(), "1.36".to_owned(), "1.9".to_owned()]);
    };
    let plan = plan_in(gone);
    assert_eq!(found(&plan, code)[0].0, CLUSTER);
    assert!(message(&plan, code).1.contains("to 1.35"), "{}", message(&plan, code).1);
    without(&plan_in(|inventory| inventory.eks_versions = None), code);
    // The recovery has a version of its own.
    without(&setting(in_region(gone), "cluster_version", "1.35").plan(), code);
    let wrong = setting(in_region(gone), "cluster_version", "1.40").plan();
    assert!(message(&wrong, code).0.contains("1.40"));

    let extended = |versions: Option<Vec<String>>| plan_in(|inventory| inventory.eks_extended = versions);
    let code = "eks-version-extended";
    assert_eq!(found(&extended(Some(vec!["1.34".to_owned()])), code)[0].0, CLUSTER);
    without(&extended(Some(vec!["1.33".to_owned()])), code);
    without(&extended(None), code);
}

#[test]
fn an_addon_that_is_not_on_offer_stops_the_plan() {
    let code = "eks-addon-gone";
    let address = |name: &str| format!("module.eks.aws_eks_addon.this[\"{name}\"]");
    let addons = |change: fn(&mut Vec<drplan::model::inventory::EksAddon>)| {
        plan_in(|inventory| change(inventory.eks_addons.as_mut().unwrap()))
    };
    let plan = addons(|all| all.retain(|addon| addon.name != "coredns"));
    assert_eq!(found(&plan, code)[0].0, address("coredns"));
    let other = |inventory: &mut Inventory| {
        let all = inventory.eks_addons.as_mut().unwrap();
        let cni = all.iter_mut().find(|addon| addon.name == "vpc-cni").unwrap();
        cni.versions = vec!["v1.99.0-eksbuild.1".to_owned()];
    };
    // The code leaves the version to AWS; without the code the state's is what there is.
    without(&plan_in(other), code);
    let mut world = in_region(other);
    world.configuration = None;
    let plan = world.plan();
    with(&plan, code, &address("vpc-cni"), "");
    assert!(message(&plan, code).0.contains("v1.99.0-eksbuild.1 are"), "{}", message(&plan, code).0);
    without(&plan_in(|inventory| inventory.eks_addons = None), code);
}

/// Each build is for some versions of Kubernetes: <https://docs.aws.amazon.com/eks/latest/APIReference/API_Compatibility.html>
#[test]
fn an_addon_must_be_on_offer_for_the_version_of_the_cluster() {
    let code = "eks-addon-gone";
    let plan = |of: &[&str]| {
        let mut world = in_region(|inventory| {
            let all = inventory.eks_addons.as_mut().unwrap();
            let cni = all.iter_mut().find(|addon| addon.name == "vpc-cni").unwrap();
            let new = ("1.34".to_owned(), vec!["v1.99.0-eksbuild.1".to_owned()]);
            let taken = of.iter().map(|of| ((*of).to_owned(), cni.versions.clone()));
            cni.by_cluster = Some(std::iter::once(new).chain(taken).collect());
        });
        world.configuration = None;
        world.plan()
    };
    without(&plan(&["1.33", "1.34"]), code);
    let older = plan(&["1.33"]);
    assert_eq!(found(&older, code)[0].0, "module.eks.aws_eks_addon.this[\"vpc-cni\"]");
    assert!(message(&older, code).0.contains("for Kubernetes 1.34: v1.99.0"), "{}", message(&older, code).0);
}

#[test]
fn more_zones_than_there_are_stop_the_plan() {
    let code = "zones-too-few";
    let two = |inventory: &mut Inventory| inventory.zones.as_mut().unwrap().truncate(2);
    let plan = plan_in(two);
    let subjects: Vec<String> = found(&plan, code).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects, ["module.vpc.aws_subnet.private", "module.vpc.aws_subnet.public"]);
    assert!(message(&plan, code).0.contains("3 zones, us-west-2 has 2: us-west-2a, us-west-2b"));
    without(&plan_in(|inventory| inventory.zones = None), code);
    without(&plan_in(|inventory| inventory.zones.as_mut().unwrap().truncate(3)), code);
}

/// A variable that drplan.hcl sets for the recovery goes through module calls to the count of the subnets.
#[test]
fn a_variable_of_the_recovery_gives_it_fewer_zones() {
    let with_zones = |value: &str| {
        let copy = Copy::new();
        copy.edit("terraform/main.tf", |text| replace(&text, "zones        = 3", "zones        = var.zones"));
        copy.edit("terraform/variables.tf", |text| {
            format!("{text}\nvariable \"zones\" {{\n  default = 3\n}}\n")
        });
        let mut world = setting(World::read(copy.path()), "zones", value);
        world.inventory.as_mut().unwrap().zones.as_mut().unwrap().truncate(2);
        world.plan()
    };
    without(&with_zones("2"), "zones-too-few");
    assert!(message(&with_zones("4"), "zones-too-few").0.contains("4 zones, us-west-2 has 2"));
}

fn without_zone(zone: &str, zones: &mut Vec<String>) {
    zones.retain(|known| known != zone);
}

#[test]
fn a_zone_without_the_instance_type_is_named() {
    let offered_in = |zones: &[&str]| {
        let zones: Vec<String> = zones.iter().map(|zone| (*zone).to_owned()).collect();
        plan_in(|inventory| {
            let all = inventory.instance_types.as_mut().unwrap();
            all.iter_mut().find(|kind| kind.name == "t3.medium").unwrap().zones = zones;
        })
    };
    let plan = offered_in(&["us-west-2a", "us-west-2b", "us-west-2d"]);
    assert_eq!(found(&plan, "not-in-every-zone")[0].0, NODES);
    assert!(message(&plan, "not-in-every-zone").0.contains("not on offer in us-west-2c"));
    without(&plan, "instance-type-missing");
    // The fourth zone is none of the stack's.
    without(&offered_in(&["us-west-2a", "us-west-2b", "us-west-2c"]), "not-in-every-zone");
    let plan = offered_in(&["us-west-2d"]);
    assert_eq!(found(&plan, "instance-type-missing")[0].0, NODES);
    assert!(message(&plan, "instance-type-missing").0.contains("only us-west-2d"));
    assert_eq!(found(&offered_in(&[]), "instance-type-missing")[0].0, NODES);
}

#[test]
fn a_class_must_be_on_offer_in_as_many_zones_as_the_database_needs() {
    let code = "class-not-orderable";
    // Multi-AZ: one zone of the three is not enough, two are.
    let without_zones = |zones: &[&str]| {
        plan_in(|inventory| {
            for class in inventory.orderable_classes.iter_mut().flatten() {
                zones.iter().for_each(|zone| without_zone(zone, &mut class.zones));
            }
        })
    };
    without(&without_zones(&["us-west-2a"]), code);
    let plan = without_zones(&["us-west-2a", "us-west-2b"]);
    with(&plan, code, DATABASE, DATABASE_AT);
    assert!(message(&plan, code).0.contains("not in us-west-2a, us-west-2b"), "{}", message(&plan, code).0);
    // A replica has one zone, and a class that its code gives.
    let plan = plan_in(|inventory| {
        inventory.orderable_classes.as_mut().unwrap().retain(|class| class.class != "db.r6g.large");
    });
    let subjects: Vec<String> = found(&plan, code).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects, ["module.rds.aws_db_instance.read_replica"]);
}

/// Zone ids are the same in every account: three hold no control plane.
#[test]
fn a_cluster_is_kept_out_of_zones_without_eks() {
    let plan = plan_in(|inventory| "usw1-az2".clone_into(&mut inventory.zones.as_mut().unwrap()[1].id));
    assert_eq!(found(&plan, "not-in-every-zone")[0].0, CLUSTER);
    assert!(message(&plan, "not-in-every-zone").0.contains("us-west-2b (usw1-az2)"));
}
