//! What leads into the lost region: hosts that its resources hold, records and distributions that name them.

use super::super::facts::{Facts, Object};
use crate::model::types::Scope;
use crate::model::value::ValueKind;

/// Whether a global record or distribution leads into the lost region.
pub(in crate::planner) fn points_into_primary(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    let Some(primary) = facts.primary.as_deref() else {
        return object.type_name() == "aws_cloudfront_distribution";
    };
    let text = object.instance.attributes;
    if text.contains(primary) {
        return true;
    }
    if object.type_name() == "aws_route53_record" {
        return targets(object).iter().any(|target| facts.leads_into_primary(target));
    }
    // A distribution may reach the primary by a name that a record of the state answers for.
    if object.type_name() != "aws_cloudfront_distribution" {
        return false;
    }
    facts.objects.iter().any(|record| {
        record.type_name() == "aws_route53_record"
            && record.is_managed()
            && record.instance.attributes.contains(primary)
            && record.text("fqdn").is_some_and(|name| text.contains(&format!("\"{name}\"")))
    })
}

/// Whether drplan.hcl keeps the name of a record where it is.
pub(in crate::planner) fn is_kept(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    let keep = &facts.input.settings.dns.keep;
    let is = |attribute: &str| {
        object.text(attribute).is_some_and(|name| keep.iter().any(|kept| kept == name.trim_end_matches('.')))
    };
    !keep.is_empty() && object.type_name() == "aws_route53_record" && (is("fqdn") || is("name"))
}

/// What a record answers with: addresses, names, or the name behind an alias.
pub(super) fn targets(record: &Object<'_, '_>) -> Vec<String> {
    let tree = record.tree();
    let records = tree.get("records").and_then(|records| records.as_array()).into_iter().flatten();
    let aliases = tree.get("alias").and_then(|aliases| aliases.as_array()).into_iter().flatten();
    records
        .chain(aliases.filter_map(|alias| alias.get("name")))
        .filter_map(|target| Some(target.as_str()?.trim_end_matches('.').to_owned()))
        .collect()
}

impl Facts<'_, '_> {
    /// Whether a host is of the lost region: by its own labels, or because a resource there holds it.
    pub(in crate::planner) fn lies_in_primary(&self, host: &str) -> bool {
        let Some(primary) = self.primary.as_deref() else { return false };
        let of_aws =
            host.contains(".amazonaws.com") || host.ends_with(".on.aws") || host.ends_with(".api.aws");
        // `s3-us-east-2`, `s3-website-us-east-2`: older endpoints have it behind a hyphen.
        let names = |label: &str| label == primary || label.starts_with("s3-") && label.ends_with(primary);
        of_aws && host.split('.').skip(1).any(names) || self.leads_into_primary(host)
    }

    /// Whether a host name or an address is one that a resource of the lost region holds.
    pub(super) fn leads_into_primary(&self, target: &str) -> bool {
        let held = self.held_by_primary.get_or_init(|| {
            let lost = self.objects.iter().filter(|object| {
                object.is_managed()
                    && object.entry.is_none_or(|entry| entry.scope != Scope::Global)
                    && object.region.as_deref().is_none_or(|region| self.is_primary(region))
            });
            let owned = lost.flat_map(|object| &object.owned);
            owned
                .filter(|owned| {
                    matches!(owned.kind, ValueKind::Address | ValueKind::Endpoint | ValueKind::BucketDomain)
                })
                .map(|owned| owned.value.to_string())
                .collect()
        });
        held.contains(target)
    }
}

/// The distribution behind the alias of a record, where it is withheld: the engine leaves the record out with it.
pub(super) fn withheld_target<'o>(facts: &'o Facts<'_, '_>, record: &Object<'_, '_>) -> Option<&'o str> {
    if record.type_name() != "aws_route53_record" {
        return None;
    }
    let tree = record.tree();
    let alias = tree.pointer("/alias/0/name")?.as_str()?;
    let behind = facts.objects.iter().find(|object| {
        object.type_name() == "aws_cloudfront_distribution"
            && object.is_managed()
            && object.owned.iter().any(|owned| owned.value.eq_ignore_ascii_case(alias.trim_end_matches('.')))
    })?;
    points_into_primary(facts, behind).then(|| behind.address())
}

/// Whether a record goes with a distribution that is withheld.
pub(in crate::planner) fn goes_with_withheld(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    withheld_target(facts, object).is_some()
}
