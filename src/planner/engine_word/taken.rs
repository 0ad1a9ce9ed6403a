//! Names of which there is one for all regions: what the engine's plan would make a second time stops there.
//!
//! <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/CNAMEs.html>,
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>

use super::super::dns::plain;
use super::super::facts::{Facts, Object};
use crate::model::types::{Scope, Uniqueness};

/// What is taken, and by which object of the state.
pub(super) struct Taken<'f> {
    pub(super) name: String,
    pub(super) by: &'f str,
    /// Whose it is: `the account has it`.
    pub(super) place: &'static str,
}

/// The object of the state that has what this one would be called. Of two zones of a name one is asked by nobody.
pub(super) fn taken_by<'f>(facts: &'f Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Taken<'f>> {
    let mut others = facts.objects.iter().filter(|other| {
        other.is_managed()
            && !other.only_planned
            && other.type_name() == object.type_name()
            && other.address() != object.address()
    });
    match object.type_name() {
        "aws_cloudfront_distribution" => {
            let aliases = object.list("aliases");
            others.find_map(|other| {
                let name = other.list("aliases").into_iter().find(|alias| aliases.contains(alias))?;
                Some(Taken { name, by: other.address(), place: "a distribution has it as an alias" })
            })
        }
        "aws_route53_record" => {
            if object.tree().get("allow_overwrite").and_then(serde_json::Value::as_bool) == Some(true) {
                return None;
            }
            let name = object.text("name").filter(|name| !name.is_empty())?;
            let other = others.find(|other| is_same_record(other, object, name))?;
            let name = other.text("fqdn").unwrap_or(name).to_owned();
            Some(Taken { name, by: other.address(), place: "its zone has it" })
        }
        "aws_route53_zone" => by_name(object, others, "the account has it"),
        _ => {
            let alone = object.entry.is_some_and(|entry| {
                entry.scope == Scope::Global
                    && matches!(entry.unique, Uniqueness::InAccount | Uniqueness::Everywhere)
            });
            alone.then(|| by_name(object, others, "the account has it")).flatten()
        }
    }
}

fn by_name<'f>(
    object: &Object<'_, '_>,
    mut others: impl Iterator<Item = &'f Object<'f, 'f>>,
    place: &'static str,
) -> Option<Taken<'f>> {
    let name = object.given_name()?;
    let other = others.find(|other| other.given_name() == Some(name))?;
    Some(Taken { name: name.to_owned(), by: other.address(), place })
}

/// Whether two records are one to Route 53: zone, name, type and the set that tells records of a policy apart. A zone
/// that is made anew is not known yet, and has nothing in it.
fn is_same_record(of_state: &Object<'_, '_>, planned: &Object<'_, '_>, name: &str) -> bool {
    let same = |attribute: &str| {
        let text = |object: &Object<'_, '_>| object.text(attribute).unwrap_or_default().to_owned();
        text(of_state) == text(planned)
    };
    let called = ["name", "fqdn"]
        .iter()
        .filter_map(|attribute| of_state.text(attribute))
        .any(|it| plain(it) == plain(name));
    called && same("zone_id") && same("type") && same("set_identifier")
}
