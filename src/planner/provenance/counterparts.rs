//! What stands in the recovery region for a value that an object owns.

use super::super::dispositions::step_id;
use super::super::facts::{Facts, Object};
use super::super::foreseen;
use super::bucket_hosts;
use super::tokens::Counterpart;
use crate::model::arn::Arn;
use crate::model::types::{Recovery, Scope};
use crate::model::value::ValueKind;
use crate::plan::resource::{Disposition, Engine, PlannedResource};

pub(super) fn counterpart_of(
    facts: &Facts<'_, '_>,
    at: usize,
    resource: &PlannedResource,
    kind: ValueKind,
    value: &str,
) -> Counterpart {
    let object = &facts.objects[at];
    // What people chose stays what it is: a name, a port, a name in DNS.
    let plain = matches!(kind, ValueKind::Name | ValueKind::Port | ValueKind::Domain);
    if let Some(named) = facts.named_counterpart(&[value]) {
        return Counterpart::Known(named.to_owned());
    }
    if resource.region.as_deref() == Some(facts.recovery) && resource.disposition == Disposition::Adopt {
        return Counterpart::Same;
    }
    match resource.disposition {
        Disposition::Share | Disposition::Update | Disposition::Carry => Counterpart::Same,
        Disposition::Create if plain && !foreseen::is_renamed(facts, object, value) => Counterpart::Same,
        Disposition::Create => match foreseen::text(facts, object, kind, value) {
            Some(text) => Counterpart::Known(text),
            // Made behind the gate: too late for all that comes before it.
            None if resource.is_postponed() => Counterpart::Nobody,
            None => Counterpart::After(step_id("infra", object.address())),
        },
        Disposition::Adopt if resource.engine == Engine::None => {
            match foreseen::text(facts, object, kind, value) {
                Some(text) => Counterpart::Known(text),
                None if plain => Counterpart::Same,
                None => Counterpart::After(step_id("infra", object.address())),
            }
        }
        Disposition::Adopt | Disposition::Promote | Disposition::Restore => {
            let step = match (resource.disposition, object.entry.map(|entry| entry.recovery)) {
                (Disposition::Adopt, _) => "infra",
                // It has a step of its own only where its value is rewritten.
                (_, Some(Recovery::SecretVersion)) => "restore/adopt",
                _ => "restore",
            };
            found_counterpart(facts, object, resource.counterpart.as_deref(), kind, value).unwrap_or_else(
                || {
                    let own = || step_id(step, object.address());
                    Counterpart::After(resource.known_after.clone().unwrap_or_else(own))
                },
            )
        }
        Disposition::Skip | Disposition::Block if plain || is_elsewhere(facts, object) => Counterpart::Same,
        Disposition::Skip | Disposition::Block => Counterpart::Nobody,
    }
}

/// Whether the loss of the primary's region leaves it where it is, whatever the plan does with it. The issuer that an
/// identity provider is named by goes with its cluster.
fn is_elsewhere(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    if object.owns(ValueKind::Issuer).is_some() {
        return false;
    }
    match (object.entry.map(|entry| entry.scope), object.region.as_deref()) {
        (Some(Scope::Global), _) => true,
        (_, Some(region)) => facts.primary.is_some() && !facts.is_primary(region),
        _ => false,
    }
}

/// The counterpart of what is there already, where its form follows from the name or ARN that was found.
fn found_counterpart(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    counterpart: Option<&str>,
    kind: ValueKind,
    value: &str,
) -> Option<Counterpart> {
    let known = |text: String| Some(Counterpart::Known(text));
    let primary = facts.primary.as_deref()?;
    match (object.type_name(), kind) {
        (_, ValueKind::Port) => Some(Counterpart::Same),
        ("aws_s3_bucket", ValueKind::Name | ValueKind::Id) => known(counterpart?.to_owned()),
        ("aws_s3_bucket", ValueKind::Arn) => {
            known(format!("arn:{}:s3:::{}", Arn::parse(value)?.partition, counterpart?))
        }
        ("aws_s3_bucket", ValueKind::BucketDomain | ValueKind::Endpoint) => {
            if value.starts_with("s3-website") {
                return known(bucket_hosts::website(facts.recovery));
            }
            let name = object.name();
            let mut hosts = bucket_hosts::pairs((&name, primary), (counterpart?, facts.recovery));
            known(hosts.find(|(host, _)| host == value).map(|(_, there)| there)?)
        }
        ("aws_ecr_repository", ValueKind::Arn) => known(Arn::parse(value)?.in_region(facts.recovery)),
        (
            "aws_ecr_repository",
            ValueKind::Registry | ValueKind::Image | ValueKind::Url | ValueKind::Endpoint,
        ) => known(value.replace(primary, facts.recovery)),
        ("aws_kms_key" | "aws_kms_replica_key", ValueKind::Key | ValueKind::Id | ValueKind::Arn) => {
            let counterpart = counterpart?;
            match (value.starts_with("arn:"), counterpart.rsplit_once("key/")) {
                (false, Some((_, id))) => known(id.to_owned()),
                _ => known(counterpart.to_owned()),
            }
        }
        // A promoted replica keeps its identifier, and drplan.hcl may name one for what is restored.
        (
            "aws_db_instance" | "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster",
            ValueKind::Arn | ValueKind::Name | ValueKind::Id,
        ) if value.ends_with(&*object.name()) => {
            let begins = value.strip_suffix(&*object.name())?;
            let renamed = format!("{begins}{}", counterpart?);
            if renamed == value && Arn::parse(value).is_none() {
                return Some(Counterpart::Same);
            }
            known(Arn::parse(&renamed).map_or_else(|| renamed.clone(), |arn| arn.in_region(facts.recovery)))
        }
        (_, ValueKind::Arn | ValueKind::Key | ValueKind::Certificate) => {
            known(counterpart.filter(|text| text.starts_with("arn:"))?.to_owned())
        }
        (_, ValueKind::Name | ValueKind::Domain) => Some(Counterpart::Same),
        _ => None,
    }
}
