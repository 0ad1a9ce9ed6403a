//! What stays as it is is listed too: names in DNS, the name of a database, the path of a log group.

use drplan::plan::Plan;
use drplan::plan::audit::audit;
use drplan::plan::values::{Site, UseDisposition};

use crate::worlds::{Copy, World, example};

/// Uses of a value in the manifests, as `FILE POINTER`, and whether all of them are kept.
fn uses(plan: &Plan, value: &str) -> (Vec<String>, bool) {
    let owned = plan.values.iter().filter(|owned| owned.value == value);
    let found: Vec<_> = owned.flat_map(|owned| &owned.uses).collect();
    let places = found.iter().filter_map(|used| match &used.site {
        Site::File { file, path, .. } if file.starts_with("kubernetes/") => Some(format!("{file} {path}")),
        _ => None,
    });
    let stay = |used: &&&drplan::plan::values::Use| {
        matches!(used.disposition, UseDisposition::Kept | UseDisposition::Own)
    };
    (places.collect(), found.iter().all(|used| stay(&used)))
}

#[test]
fn names_that_stay_are_uses_that_are_kept() {
    let plan = World::read(&example()).plan();
    assert_eq!(audit(&plan), Ok(()));
    for (value, place) in [
        ("shop.example.com", "kubernetes/configmap.yaml /data/SHOP_URL"),
        ("api.example.com", "kubernetes/ingress.yaml /spec/rules/0/host"),
        ("ecommerce", "kubernetes/configmap.yaml /data/DB_NAME"),
        ("/ecommerce-prod/application", "kubernetes/monitoring/fluent-bit.yaml /data/fluent-bit.conf"),
    ] {
        let (places, kept) = uses(&plan, value);
        assert!(places.iter().any(|found| found == place), "{value}: {places:#?}");
        assert!(kept, "{value}");
    }
}

#[test]
fn a_plain_word_is_a_name_only_where_its_field_says_so() {
    let copy = Copy::new();
    copy.edit("kubernetes/configmap.yaml", |text| {
        format!("{text}  MOTTO: ecommerce is what we do\n  TEAM: ecommerce\n  MAIL: shop@example.com.au\n  PORT_OF_CALL: \"5432\"\n")
    });
    let plan = World::read(copy.path()).plan();
    assert_eq!(audit(&plan), Ok(()));
    let words = ["MOTTO", "TEAM", "MAIL", "PORT_OF_CALL"];
    for found in plan.values.iter().flat_map(|owned| &owned.uses) {
        if let Site::File { path, .. } = &found.site {
            assert!(!words.iter().any(|word| path.ends_with(word)), "{path}");
        }
    }
}
