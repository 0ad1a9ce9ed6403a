//! What drplan.hcl says stands in the recovery region must be there, where the inventory can tell.

use drplan::model::diagnostic::Place;
use drplan::model::inventory::{Certificate, Inventory};
use drplan::model::settings::Counterpart;
use drplan::plan::action::Action;

use super::{found, without};
use crate::worlds::{World, example};

const CODE: &str = "subject-unknown";
const KEY: &str = "alias/ecommerce-prod-rds";
const MEDIA: &str = "ecommerce-prod-media-us-east-2";
const IMAGE: &str = "123456789012.dkr.ecr.us-east-2.amazonaws.com/ecommerce/order-service";
const THERE: &str = "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/order-service";

fn naming(subject: &str, to: &str, change: impl FnOnce(&mut Inventory)) -> World {
    let mut world = World::read(&example());
    change(world.inventory.as_mut().unwrap());
    world.settings.counterparts.push(Counterpart {
        subject: subject.to_owned(),
        to: to.to_owned(),
        place: Some(Place::new("drplan.hcl", 99)),
    });
    world
}

/// The fix that is offered for a counterpart.
#[track_caller]
fn refused(subject: &str, to: &str) -> String {
    let plan = naming(subject, to, |_| {}).plan();
    assert_eq!(found(&plan, CODE), [(to.to_owned(), "drplan.hcl:99".to_owned())]);
    plan.findings.iter().find(|finding| finding.code == CODE).unwrap().fix.clone()
}

#[track_caller]
fn believed(subject: &str, to: &str, change: impl FnOnce(&mut Inventory)) {
    without(&naming(subject, to, change).plan(), CODE);
}

#[test]
fn a_counterpart_that_is_not_there_is_an_error_with_the_nearest_that_is() {
    assert!(refused(KEY, "alias/nope").contains("alias/"));
    assert!(refused(KEY, "alias/ecommerce-prod-rdz").contains("\"alias/ecommerce-prod-rds\" meant"));
    assert!(
        refused(MEDIA, "ecommerce-prod-media-us-west-1").contains("\"ecommerce-prod-media-us-west-2\" meant")
    );
    refused(MEDIA, MEDIA);
    refused(KEY, "arn:aws:kms:us-east-2:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f");
    let mut world = World::read(&example());
    let of_primary = |state: &str| {
        let state: serde_json::Value = serde_json::from_str(state).unwrap();
        let all = state["resources"].as_array().unwrap().clone();
        let certificate = all.iter().find(|one| one["type"] == "aws_acm_certificate").unwrap().clone();
        certificate["instances"][0]["attributes"]["arn"].as_str().unwrap().to_owned()
    };
    let certificate = of_primary(&world.state);
    let nowhere = "arn:aws:acm:us-west-2:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1951";
    assert!(refused(&certificate, nowhere).contains("3e8d6c2a1950\" meant"));
    assert!(refused(IMAGE, &format!("{THERE}:no-such-tag")).contains(THERE));
    world.settings.databases[0].kms_key_id = Some("alias/nope".to_owned());
    assert_eq!(found(&world.plan(), CODE)[0].0, "alias/nope");
}

#[test]
fn a_counterpart_that_is_not_usable_is_an_error_too() {
    let disabled = naming(KEY, KEY, |inventory| {
        let keys = inventory.keys.iter_mut().flatten();
        keys.filter(|key| key.aliases.iter().any(|alias| alias == KEY))
            .for_each(|key| key.state = "Disabled".into());
    });
    assert_eq!(found(&disabled.plan(), CODE)[0].0, KEY);
}

#[test]
fn what_is_there_or_was_not_asked_for_is_believed() {
    believed(KEY, KEY, |_| {});
    believed(MEDIA, "ecommerce-prod-media-us-west-2", |_| {});
    believed(MEDIA, "arn:aws:s3:::ecommerce-prod-media-us-west-2", |_| {});
    believed(MEDIA, "nowhere", |inventory| inventory.buckets = None);
    believed(IMAGE, &format!("{THERE}:no-such-tag"), |inventory| inventory.images = None);
    // AWS makes it when a service is first used; another account and a third region were not asked.
    believed(KEY, "alias/aws/rds", |_| {});
    believed(KEY, "arn:aws:kms:us-west-2:210987654321:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f", |_| {});
    believed(
        MEDIA,
        "arn:aws:acm:us-east-1:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1951",
        |inventory| {
            inventory.certificates = Some(Vec::<Certificate>::new());
        },
    );
}

const RDS: &str = "module.rds.aws_kms_key.rds";

/// The primary's own key, which no plan may ask for, made the plan break drplan's own rules.
#[test]
fn what_is_lost_stands_for_nothing_whether_or_not_there_is_an_inventory() {
    let lost = "arn:aws:kms:us-east-2:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
    let third = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
    let foreign = "arn:aws:kms:us-east-2:210987654321:key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f";
    let topic = "arn:aws:sns:us-east-2:123456789012:orders";
    for (subject, to) in [(RDS, lost), (RDS, third), (RDS, foreign), ("module.vpc.aws_vpc.this", topic)] {
        for seen in [true, false] {
            let mut world = naming(subject, to, |_| {});
            world.inventory = world.inventory.filter(|_| seen);
            let plan = world.plan();
            assert_eq!(found(&plan, CODE), [(to.to_owned(), "drplan.hcl:99".to_owned())], "{seen}");
            let key = plan.resources.iter().find(|one| one.address == RDS).unwrap();
            assert_ne!(key.counterpart.as_deref(), Some(to));
        }
    }
}

/// The provider imports a key by its id: <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key#import>
#[test]
fn a_key_that_is_named_by_its_alias_is_imported_by_its_id() {
    const OTHER: &str = "0c462fa2-6655-4fa3-a97b-1c88167c3f46";
    for subject in [RDS, KEY] {
        for to in ["alias/aws/rds", "arn:aws:kms:us-west-2:123456789012:alias/aws/rds"] {
            let plan = naming(subject, to, |_| {}).plan();
            without(&plan, CODE);
            let step = plan.steps.iter().find(|step| step.id == format!("infra/{RDS}")).unwrap();
            let Action::Engine { import_id, .. } = &step.action else { panic!("{step:?}") };
            assert_eq!(import_id.as_deref(), Some(OTHER), "{subject} {to}");
        }
    }
    // Nobody saw whose the alias is.
    let unseen = naming(RDS, "alias/nope", |inventory| inventory.keys = None).plan();
    assert_eq!(found(&unseen, CODE), [("alias/nope".to_owned(), "drplan.hcl:99".to_owned())]);
}

#[test]
fn a_bucket_that_nothing_is_replicated_to_is_told() {
    const STATE: &str = "acme-terraform-state-us-west-2";
    let address = "module.s3.aws_s3_bucket.media";
    let warned = [(address.to_owned(), "drplan.hcl:99".to_owned())];
    for subject in [MEDIA, address, "arn:aws:s3:::ecommerce-prod-media-us-east-2"] {
        let plan = naming(subject, STATE, |_| {}).plan();
        assert_eq!(found(&plan, "bucket-not-fed"), warned, "{subject}");
        without(&naming(subject, "ecommerce-prod-media-us-west-2", |_| {}).plan(), "bucket-not-fed");
    }
    let by_arn = naming(MEDIA, "arn:aws:s3:::ecommerce-prod-media-us-west-2", |_| {}).plan();
    let media = by_arn.resources.iter().find(|one| one.address == address).unwrap();
    assert_eq!(media.counterpart.as_deref(), Some("ecommerce-prod-media-us-west-2"));
    // Of a bucket elsewhere a live inventory knows nothing: the rules of the state tell.
    let unseen = naming(MEDIA, STATE, |inventory| {
        inventory.buckets.iter_mut().flatten().for_each(|bucket| bucket.replicates_to = None);
    });
    assert_eq!(found(&unseen.plan(), "bucket-not-fed"), warned);
}
