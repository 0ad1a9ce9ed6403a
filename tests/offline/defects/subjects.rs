//! What drplan.hcl names must be there; which region is lost must be told.

use serde_json::json;

use super::{changed, found, with, without};
use crate::worlds::{World, example, managed, state_of};

const CODE: &str = "subject-unknown";

/// A block after the end of the example's drplan.hcl, and the line that it begins on.
#[track_caller]
fn names_nothing(block: &str, subject: &str) {
    let mut line = 0;
    let plan = changed(|copy| {
        copy.edit("drplan.hcl", |text| {
            line = text.lines().count() + 1;
            format!("{text}{block}\n")
        });
    });
    with(&plan, CODE, subject, &format!("drplan.hcl:{line}"));
}

#[test]
fn a_subject_that_no_input_has_is_found_where_it_is_named() {
    names_nothing("accept_loss \"module.cache.aws_x.y\" {\n  reason = \"r\"\n}", "module.cache.aws_x.y");
    names_nothing("skip \"module.standbys\" {\n  reason = \"r\"\n}", "module.standbys");
    names_nothing("database \"ledger\" {\n}", "ledger");
    names_nothing("database \"d\" {\n  address = \"aws_db_instance.no\"\n}", "aws_db_instance.no");
    names_nothing("counterpart \"acme-nowhere\" {\n  to = \"acme-there\"\n}", "acme-nowhere");
    names_nothing(
        "rewrite \"nobody.example.org\" {\n  to = \"somebody.example.org\"\n}",
        "nobody.example.org",
    );
    names_nothing(
        "objective \"module.rds.aws_db_instance.no\" {\n  rpo = \"1h\"\n}",
        "module.rds.aws_db_instance.no",
    );
    names_nothing("estimate \"aws_db_instanc\" {\n  p50 = \"1m\"\n  p90 = \"2m\"\n}", "aws_db_instanc");
    names_nothing(
        "backup \"module.s3.aws_s3_bucket.nowhere\" {\n  interval = \"1h\"\n  copy_time = \"1h\"\n}",
        "module.s3.aws_s3_bucket.nowhere",
    );
}

#[test]
fn a_subject_that_an_input_has_is_not_found() {
    without(&World::read(&example()).plan(), CODE);
    let plan = changed(|copy| {
        copy.edit("drplan.hcl", |text| {
            format!(
                "{text}skip \"module.vpc.aws_flow_log.no\" {{\n  reason = \"r\"\n}}\n\
                 counterpart \"ecommerce-prod-media-us-east-2\" {{\n  to = \"ecommerce-prod-media-us-west-2\"\n}}\n\
                 rewrite \"shop.example.com\" {{\n  keep = true\n}}\n\
                 objective \"module.rds\" {{\n  rpo = \"24h\"\n}}\n"
            )
        });
    });
    let subjects: Vec<String> = found(&plan, CODE).into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(subjects, ["module.vpc.aws_flow_log.no"]);
}

/// Two regions that both exist are one letter apart, too: only the state tells.
#[test]
fn a_primary_in_which_the_state_has_nothing_is_found() {
    let world = World::of_state(state_of(&[managed(
        "aws_sqs_queue.q",
        json!({ "arn": "arn:aws:sqs:eu-west-1:123456789012:q", "id": "https://sqs.eu-west-1.amazonaws.com/1/q" }),
        &[],
    )]));
    with(&world.try_plan(Some("eu-west-2")).unwrap(), CODE, "eu-west-2", "");
    without(&world.try_plan(Some("eu-west-1")).unwrap(), CODE);
}

/// A type of the state may be measured, also one that no table has.
#[test]
fn an_estimate_of_a_type_of_the_state_is_known() {
    let mut world = World::of_state(state_of(&[managed("acme_thing.t", json!({ "id": "t" }), &[])]));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("drplan.hcl");
    std::fs::write(&file, "estimate \"acme_thing\" {\n  p50 = \"1m\"\n  p90 = \"2m\"\n}\n").unwrap();
    world.settings = drplan::sources::hcl::read_settings(&file).unwrap();
    without(&world.plan(), CODE);
}

#[test]
fn the_nearest_address_is_offered() {
    let plan = changed(|copy| {
        copy.edit("drplan.hcl", |text| {
            format!("{text}skip \"module.rds.aws_db_instance.primry\" {{\n  reason = \"r\"\n}}\n")
        });
    });
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(finding.fix.contains("module.rds.aws_db_instance.primary"), "{}", finding.fix);
}

#[test]
fn a_state_that_names_no_region_leaves_the_primary_unknown() {
    let code = "primary-region-unknown";
    let password = managed("random_password.db", json!({ "id": "none", "length": 20 }), &[]);
    let world = World::of_state(state_of(&[password]));
    with(&world.plan(), code, "primary", "");
    let named = world.try_plan(Some("us-east-2")).unwrap();
    without(&named, code);
    assert_eq!(named.saw.primary_region.as_deref(), Some("us-east-2"));
    let mut settled = world;
    settled.settings.primary = Some("us-east-2".to_owned());
    without(&settled.plan(), code);
    let queue = managed(
        "aws_sns_topic.alarms",
        json!({ "id": "a", "arn": "arn:aws:sns:eu-west-1:123456789012:alarms" }),
        &[],
    );
    let told = World::of_state(state_of(&[queue])).plan();
    without(&told, code);
    assert_eq!(told.saw.primary_region.as_deref(), Some("eu-west-1"));
}

/// The same host with its port is another text and follows the plan: the stack would use both.
#[test]
fn a_rewrite_of_what_the_plan_places_itself_is_an_error() {
    const HOST: &str = "ecommerce-prod-primary.c7k4m2qzx9ab.us-east-2.rds.amazonaws.com";
    const BALANCER: &str = "k8s-ecommerceprod-4f1c9d27ab-1287465093.us-east-2.elb.amazonaws.com";
    let rewriting = |from: &str, to: &str| {
        changed(|copy| {
            copy.edit("drplan.hcl", |text| format!("rewrite \"{from}\" {{\n  {to}\n}}\n{text}"));
        })
    };
    let plan = rewriting(HOST, "to = \"standby.c7k4m2qzx9ab.us-west-2.rds.amazonaws.com\"");
    with(&plan, "rewrite-contradicts", HOST, "drplan.hcl:1");
    let finding = plan.findings.iter().find(|finding| finding.code == "rewrite-contradicts").unwrap();
    assert!(finding.message.contains("restore/module.rds.aws_db_instance.primary"), "{}", finding.message);
    assert!(finding.fix.contains("`skip \"module.rds.aws_db_instance.primary\""), "{}", finding.fix);
    with(&rewriting(BALANCER, "to = \"other.example.net\""), "rewrite-contradicts", BALANCER, "drplan.hcl:1");
    // A bucket's counterpart is known: to say it once more is no contradiction.
    const BUCKET: &str = "ecommerce-prod-media-us-east-2";
    without(&rewriting(BUCKET, "to = \"ecommerce-prod-media-us-west-2\""), "rewrite-contradicts");
    with(&rewriting(BUCKET, "to = \"elsewhere\""), "rewrite-contradicts", BUCKET, "drplan.hcl:1");
    // Whoever keeps a text says that it is no use of what owns it; a name that people chose has another elsewhere.
    let kept = rewriting(HOST, "keep = true");
    without(&kept, "rewrite-contradicts");
    with(&kept, "rewrite-keeps", HOST, "drplan.hcl:1");
    without(&rewriting("shop.example.com", "to = \"dr.example.com\""), "rewrite-contradicts");
    // The regions, and names that stay.
    with(&rewriting("us-east-2", "to = \"eu-west-1\""), "rewrite-contradicts", "us-east-2", "drplan.hcl:1");
    with(&rewriting("us-west-2", "to = \"us-east-2\""), "rewrite-contradicts", "us-west-2", "drplan.hcl:1");
    const NAME: &str = "ecommerce-prod/db-credentials";
    with(&rewriting(NAME, "to = \"other\""), "rewrite-contradicts", NAME, "drplan.hcl:1");
}

#[test]
fn a_rewrite_that_changes_nothing_is_told() {
    let rewriting = |from: &str, to: &str| {
        changed(|copy| {
            copy.edit("drplan.hcl", |text| format!("rewrite \"{from}\" {{\n  {to}\n}}\n{text}"));
        })
    };
    let code = "rewrite-without-effect";
    with(&rewriting("c7k4m2qzx9ab", "to = \"other\""), code, "c7k4m2qzx9ab", "drplan.hcl:1");
    without(&rewriting("https://shop.example.com", "to = \"https://dr.example.com\""), code);
    // What stays is told only where a manifest goes on naming what is lost.
    without(&rewriting("ecommerce-prod-media-us-east-2.s3", "keep = true"), "rewrite-keeps");
}
