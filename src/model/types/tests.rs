//! The table's own rules: what must hold for every entry.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use super::{FAMILIES, HoldsData, Recovery, Scope, TypeEntry, all, lookup};
use crate::model::value::ValueKind;

/// Global types that a recovery makes anew all the same: each names one region's cluster or VPC.
const GLOBAL_BUT_OF_A_REGION: &[&str] = &[
    "aws_iam_openid_connect_provider",
    "aws_route53_vpc_association_authorization",
    "aws_route53_zone_association",
];

fn offenders(wrong: impl Fn(&TypeEntry) -> bool) -> Vec<&'static str> {
    all().filter(|entry| wrong(entry)).map(|entry| entry.name).collect()
}

fn placeholders(template: &str) -> Vec<&str> {
    template.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or_default()).collect()
}

fn well_formed(path: &str) -> bool {
    !path.is_empty()
        && path.split('.').all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_*".contains(c))
        })
}

#[test]
fn every_type_has_one_entry() {
    let mut seen = HashSet::new();
    let twice: Vec<_> = all().map(|entry| entry.name).filter(|name| !seen.insert(*name)).collect();
    assert!(twice.is_empty(), "more than one entry: {twice:?}");
    assert!(seen.len() >= 220, "{} entries", seen.len());
    assert!(seen.iter().all(|name| lookup(name).is_some_and(|entry| entry.name == *name)));
    assert!(lookup("aws_no_such_thing").is_none());
}

#[test]
fn entries_of_a_family_are_sorted_by_name() {
    for family in FAMILIES {
        let names: Vec<_> = family.iter().map(|entry| entry.name).collect();
        assert!(names.is_sorted(), "not sorted: {names:?}");
    }
}

#[test]
fn what_may_hold_data_is_never_simply_created() {
    let created = offenders(|entry| entry.data != HoldsData::No && entry.recovery == Recovery::Create);
    assert!(created.is_empty(), "{created:?}");
}

#[test]
fn recoveries_of_data_are_of_types_that_hold_data() {
    let empty = offenders(|entry| {
        entry.data == HoldsData::No
            && matches!(
                entry.recovery,
                Recovery::RdsInstance
                    | Recovery::RdsCluster
                    | Recovery::RdsClusterInstance
                    | Recovery::ElastiCache
                    | Recovery::Bucket
                    | Recovery::Secret
                    | Recovery::SecretVersion
                    | Recovery::Repository
                    | Recovery::Store
                    | Recovery::OfDatabase
            )
    });
    assert!(empty.is_empty(), "{empty:?}");
}

#[test]
fn what_is_global_is_shared_or_moves_with_the_traffic() {
    let mut created = offenders(|entry| {
        entry.scope == Scope::Global && !matches!(entry.recovery, Recovery::Share | Recovery::Traffic)
    });
    created.sort_unstable();
    assert_eq!(created, GLOBAL_BUT_OF_A_REGION);
}

#[test]
fn only_values_of_the_state_are_carried() {
    let elsewhere = offenders(|entry| entry.recovery == Recovery::Carry && entry.scope != Scope::StateOnly);
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
    let lost = offenders(|entry| {
        ["random_", "tls_"].iter().any(|prefix| entry.name.starts_with(prefix))
            && entry.recovery != Recovery::Carry
    });
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn import_templates_name_attributes() {
    let broken = offenders(|entry| {
        let names = placeholders(entry.import_id);
        (names.is_empty() && !entry.import_id.is_empty())
            || names.iter().flat_map(|name| name.split('|')).any(|name| !well_formed(name))
            || entry.import_id.matches('{').count() != entry.import_id.matches('}').count()
    });
    assert!(broken.is_empty(), "{broken:?}");
    // Sharing is done by importing, so what is shared can be imported; but for an access key, whose id is half of a
    // credential, and two whose pages have no import.
    let shared = offenders(|entry| entry.recovery == Recovery::Share && entry.import_id.is_empty());
    assert_eq!(shared, ["aws_iam_access_key", "aws_iam_group_membership", "aws_iam_policy_attachment"]);
}

#[test]
fn paths_are_well_formed_and_listed_once() {
    for entry in all() {
        let owned: Vec<_> = entry.owns.iter().map(|owns| owns.path).collect();
        for paths in [owned.as_slice(), entry.replaces, entry.identity] {
            assert!(paths.iter().all(|path| well_formed(path)), "{}: {paths:?}", entry.name);
            let once: BTreeSet<_> = paths.iter().collect();
            assert_eq!(once.len(), paths.len(), "{}: {paths:?}", entry.name);
        }
        assert!(!entry.identity.is_empty(), "{}: nothing identifies it", entry.name);
        assert!(!entry.owns.iter().any(|owns| owns.path == "id"), "{}: id is owned as it is", entry.name);
    }
}

#[test]
fn pages_times_and_limits_make_sense() {
    for entry in all() {
        let provider = entry.page.split('/').nth(1).unwrap_or_default();
        assert!(!provider.is_empty() && !entry.page.starts_with("http"), "{}: {}", entry.name, entry.page);
        assert!(entry.create.p50 <= entry.create.p90, "{}: {:?}", entry.name, entry.create);
        for quota in entry.quotas {
            assert!(quota.code.starts_with("L-") && quota.code.len() == 10, "{}: {quota:?}", entry.name);
            assert!(quota.default > 0, "{}: {quota:?}", entry.name);
        }
    }
}

/// The managed resources of the shared states as (type, id); nothing where the states are not there.
#[expect(clippy::disallowed_methods, reason = "a test of the table against real states")]
fn shared_resources() -> Vec<(String, String)> {
    let corpus = std::env::var_os("DRPLAN_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures"), PathBuf::from);
    let Ok(states) = std::fs::read_dir(corpus.join("states")) else {
        eprintln!("skipped: no shared states in {}; set DRPLAN_CORPUS", corpus.display());
        return Vec::new();
    };
    let mut found = Vec::new();
    for state in states.flatten() {
        let Ok(bytes) = std::fs::read(state.path()) else { continue };
        let Ok(state) = serde_json::from_slice::<serde_json::Value>(&bytes) else { continue };
        let resources = state["resources"].as_array().into_iter().flatten();
        for resource in resources.filter(|resource| resource["mode"] == "managed") {
            let name = resource["type"].as_str().unwrap_or_default();
            for instance in resource["instances"].as_array().into_iter().flatten() {
                let id = instance["attributes"]["id"].as_str().unwrap_or_default();
                found.push((name.to_owned(), id.to_owned()));
            }
        }
    }
    assert!(!found.is_empty(), "no resource read from {}", corpus.display());
    found
}

#[test]
fn every_managed_type_of_the_shared_states_is_known() {
    let found = shared_resources();
    let unknown: BTreeSet<_> =
        found.iter().map(|(name, _)| name).filter(|name| lookup(name).is_none()).collect();
    assert!(unknown.is_empty(), "no entry for {unknown:?}");
}

#[test]
fn ids_of_the_shared_states_are_of_the_kind_that_the_table_says() {
    for (name, id) in shared_resources() {
        let Some(entry) = lookup(&name) else { continue };
        let fits = match entry.id_kind {
            ValueKind::Arn | ValueKind::Certificate => id.starts_with("arn:"),
            ValueKind::Url => id.starts_with("https://"),
            // Found anywhere as a whole token, so it must not be a word that prose may have.
            ValueKind::Id => {
                id.len() >= 8 && id.chars().any(|c| c.is_ascii_digit()) && !id.contains([':', '/'])
            }
            ValueKind::Key => id.len() == 36 || id.starts_with("mrk-"),
            _ => !id.starts_with("arn:"),
        };
        assert!(fits, "{name}: {id} is no {:?}", entry.id_kind);
    }
}
