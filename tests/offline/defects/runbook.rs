//! Defects 1 to 8 and 12 to 14, in the order of domain.md.

use drplan::model::settings::AcceptedLoss;
use serde_json::{Value, json};

use super::{changed, found, replace, with, without, without_types};
use crate::worlds::{Copy, World, example};

const DATABASE: &str = "module.rds.aws_db_instance.primary";
const DATABASE_AT: &str = "terraform/modules/rds/main.tf:71";
const BUCKET: &str = "module.s3.aws_s3_bucket.media";

fn good() -> World {
    World::read(&example())
}

fn bad() -> World {
    let copy = Copy::new();
    std::fs::copy(copy.path().join("inventory-bad.json"), copy.path().join("inventory-good.json")).unwrap();
    World::read(copy.path())
}

fn accepting(mut world: World, address: &str) -> World {
    world.settings.accepted_losses.push(AcceptedLoss {
        address: address.to_owned(),
        reason: "it may go".to_owned(),
        place: None,
    });
    world
}

fn backend_in_primary(copy: &Copy) {
    copy.edit("terraform/backend.tf", |text| replace(&text, "us-west-2", "us-east-2"));
}

fn with_replica(copy: &Copy) {
    copy.edit("drplan.hcl", |text| {
        let path = "path = \"state.tfstate\"\n";
        replace(
            &text,
            path,
            &format!("{path}  replica {{\n    path = \"s3://acme-copy/state.tfstate\"\n  }}\n"),
        )
    });
}

#[test]
fn defect_1_the_state_lies_in_the_lost_region() {
    let code = "backend-in-primary";
    let plan = changed(backend_in_primary);
    with(&plan, code, "acme-terraform-state-us-east-2", "terraform/backend.tf:3");
    without(&good().plan(), code);
    without(
        &changed(|copy| {
            backend_in_primary(copy);
            with_replica(copy);
        }),
        code,
    );
}

#[test]
fn defect_1_also_where_only_the_settings_say_so() {
    let code = "backend-in-primary";
    let mut world = good();
    world.settings.state.source = Some("s3://acme-state/ecommerce.tfstate".to_owned());
    world.settings.state.region = Some("us-east-2".to_owned());
    world.configuration = None;
    with(&world.plan(), code, "s3://acme-state/ecommerce.tfstate", "");
    world.settings.state.region = Some("us-west-2".to_owned());
    without(&world.plan(), code);
}

#[test]
fn defect_2_the_recovery_workspace_has_the_same_backend() {
    let code = "workspace-same-backend";
    with(&changed(backend_in_primary), code, "dr", "terraform/backend.tf:3");
    // A copy can be read; what the recovery writes still goes to the lost region.
    let copied = changed(|copy| {
        backend_in_primary(copy);
        with_replica(copy);
    });
    with(&copied, code, "dr", "terraform/backend.tf:3");
    without(&good().plan(), code);
    let partial = changed(|copy| {
        copy.edit("terraform/backend.tf", |text| replace(&text, "region       = \"us-west-2\"\n", ""))
    });
    without(&partial, code);
}

#[test]
fn defect_3_names_of_iam_collide() {
    let code = "iam-name-shared";
    let plan = good().plan();
    let notes = found(&plan, code);
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].0, "aws_iam");
    assert!(notes[0].1.starts_with("terraform/modules/"), "{}", notes[0].1);
    let mut world = good();
    let state: Value = serde_json::from_str(&world.state).unwrap();
    let types: std::collections::BTreeSet<&str> = state["resources"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|resource| resource["type"].as_str().filter(|kind| kind.starts_with("aws_iam_")))
        .collect();
    world.state = without_types(&world.state, &types.into_iter().collect::<Vec<_>>());
    without(&world.plan(), code);
}

#[test]
fn defect_3_names_of_buckets_collide() {
    let code = "bucket-global-name";
    let copy = Copy::new();
    copy.edit("terraform/modules/s3/main.tf", |text| {
        let line = text.lines().find(|line| line.trim_start().starts_with("bucket ")).unwrap().to_owned();
        replace(&text, &line, "  bucket = \"ecommerce-prod-media-us-east-2\"")
    });
    let written = accepting(World::read(copy.path()), BUCKET);
    let notes = found(&written.plan(), code);
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].0, BUCKET);
    assert!(notes[0].1.starts_with("terraform/modules/s3/main.tf:"), "{}", notes[0].1);
    // Computed from the region, the recovery's bucket has a name of its own; one that is replicated is taken over.
    without(&accepting(good(), BUCKET).plan(), code);
    without(&World::read(copy.path()).plan(), code);
}

#[test]
fn defect_4_an_apply_would_make_an_empty_database() {
    let code = "database-empty-trap";
    with(&good().plan(), code, DATABASE, DATABASE_AT);
    without(&accepting(good(), DATABASE).plan(), code);
    without(&bad().plan(), code);
}

#[test]
fn defect_5_backups_do_not_leave_their_region() {
    let code = "recovery-point-missing";
    with(&bad().plan(), code, DATABASE, DATABASE_AT);
    without(&good().plan(), code);
    let mut world = good();
    let inventory = world.inventory.as_mut().unwrap();
    inventory.automated_backups = Some(Vec::new());
    inventory.db_snapshots = Some(Vec::new());
    with(&world.plan(), code, DATABASE, DATABASE_AT);
    // What could not be seen is not missing.
    world.inventory.as_mut().unwrap().automated_backups = None;
    without(&world.plan(), code);
    with(&world.plan(), "inventory-missing", DATABASE, DATABASE_AT);
}

#[test]
fn defect_6_a_restore_drops_settings() {
    let code = "restore-drops-settings";
    with(&good().plan(), code, DATABASE, DATABASE_AT);
    without(&accepting(good(), DATABASE).plan(), code);
    without(&bad().plan(), code);
}

#[test]
fn defect_7_images_lie_in_the_primary() {
    let code = "images-in-primary";
    with(&good().plan(), code, "us-east-2", "kubernetes/deployments/cart-service.yaml:51");
    let plan = changed(|copy| {
        let deployments = ["cart", "order", "payment", "product", "user"]
            .map(|name| format!("kubernetes/deployments/{name}-service.yaml"));
        let others = ["kubernetes/cronjobs.yaml", "kubernetes/migration-job.yaml"].map(str::to_owned);
        for file in deployments.iter().chain(&others) {
            copy.edit(file, |text| replace(&text, ".dkr.ecr.us-east-2.", ".dkr.ecr.us-west-2."));
        }
    });
    without(&plan, code);
}

/// Takes away whatever leads traffic to the stack.
fn without_entrances(copy: &Copy) {
    let types = ["aws_route53_record", "aws_cloudfront_distribution"];
    copy.edit("state.tfstate", |state| without_types(&state, &types));
    std::fs::remove_file(copy.path().join("kubernetes/external-dns.yaml")).unwrap();
    copy.edit("drplan.hcl", |text| {
        replace(
            &text,
            "names = [\"api.example.com\", \"hooks.example.com\", \"shop.example.com\"]",
            "names = []",
        )
    });
}

#[test]
fn defect_8_nothing_moves_the_traffic() {
    let code = "dns-step-empty";
    // The CronJobs that are held until then lead nobody anywhere.
    with(&changed(without_entrances), code, "dns", "kubernetes/ingress.yaml:2");
    without(&good().plan(), code);
    let named = changed(|copy| {
        without_entrances(copy);
        copy.edit("drplan.hcl", |text| replace(&text, "names = []", "names = [\"shop.example.com\"]"));
    });
    without(&named, code);
    // What is named has a gate before it and a proof behind it, though a person moves it.
    for id in ["dns/gate", "verify/resolve/shop.example.com", "verify/probe/shop.example.com"] {
        assert!(named.steps.iter().any(|step| step.id == id), "{id}");
    }
}

#[test]
fn defect_12_the_old_primary_is_not_fenced() {
    let code = "primary-unfenced";
    with(&good().plan(), code, "us-east-2", "");
    // Nothing that comes back could be written twice.
    without(&bad().plan(), code);
    let mut idle = good();
    idle.manifests.objects.clear();
    without(&idle.plan(), code);
}

#[test]
fn defect_13_a_secret_is_more_than_what_names_the_primary() {
    let code = "secret-rewritten-whole";
    let version = "module.secrets.aws_secretsmanager_secret_version.db_credentials";
    with(&good().plan(), code, version, "terraform/modules/secrets/main.tf:19");
    let mut world = good();
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    for resource in state["resources"].as_array_mut().unwrap() {
        if resource["type"] == "aws_secretsmanager_secret_version" && resource["name"] == "db_credentials" {
            resource["instances"][0]["attributes"]["secret_string"] = json!("{\"username\":\"shop\"}");
        }
    }
    world.state = state.to_string();
    without(&world.plan(), code);
}

#[test]
fn defect_14_the_nodes_cannot_hold_monitoring_and_logging_too() {
    let code = "nodes-too-small";
    without(&good().plan(), code);
    let monitored = |memory: &str| {
        let copy = Copy::new();
        copy.edit("kubernetes/monitoring/prometheus.yaml", |text| {
            replace(&text, "memory: 384Mi", &format!("memory: {memory}"))
        });
        World::read(copy.path()).plan()
    };
    with(&monitored("9Gi"), code, "3 x t3.medium", "terraform/modules/eks/nodes.tf:136");
    without(&monitored("385Mi"), code);
}

#[test]
fn defect_14_a_daemon_set_has_a_pod_on_each_node() {
    let code = "nodes-too-small";
    let logged = |memory: &str| {
        let copy = Copy::new();
        copy.edit("kubernetes/monitoring/fluent-bit.yaml", |text| {
            replace(&text, "memory: 64Mi", &format!("memory: {memory}"))
        });
        World::read(copy.path()).plan()
    };
    assert_eq!(found(&logged("3Gi"), code).len(), 1);
    without(&logged("65Mi"), code);
}
