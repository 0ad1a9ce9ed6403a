//! Keys that the engine cannot take over, and those that open nothing of what is lost.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use super::references;
use crate::model::diagnostic::Place;
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::values::{OwnedValue, Site};

/// Adds each replica of a multi-Region key that is to be imported as the key itself: the provider reads no replica as
/// `aws_kms_key`, and the import fails. <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>
pub(super) fn check_replicas(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let Some(inventory) = facts.inventory() else { return };
    for (at, object) in facts.objects.iter().enumerate() {
        let resource = decided.resource(at).filter(|_| object.type_name() == "aws_kms_key");
        let Some(counterpart) = resource
            .filter(|resource| resource.engine == Engine::Import && resource.deposed.is_none())
            .and_then(|resource| resource.counterpart.as_deref())
        else {
            continue;
        };
        let replica = inventory
            .key(counterpart)
            .filter(|key| key.primary_arn.as_deref().is_some_and(|primary| primary != key.arn));
        let Some(replica) = replica else { continue };
        findings.add(
            "key-replica",
            object.address(),
            format!(
                "{} stands for it, a replica of a multi-Region key: the provider imports no replica as aws_kms_key",
                replica.arn
            ),
            format!(
                "make a key of its own in {}, have the backups copied under it, and name it: {}; or write the key of the \
                 recovery as aws_kms_replica_key in the code",
                facts.recovery,
                paste::block("counterpart", object.address(), "to = \"...\"")
            ),
            facts.place_in_code(object),
        );
    }
}

/// Adds each key that is made anew although a workload names it: a new key opens nothing that the lost one closed.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html>
pub(super) fn check_named(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    findings: &mut Findings,
) {
    let manifests = &facts.input.manifests;
    for (at, key) in facts.objects.iter().enumerate() {
        let made = decided.resource(at).is_some_and(|one| one.disposition == Disposition::Create);
        if key.type_name() != "aws_kms_key" || !made {
            continue;
        }
        let aliases = references::aliases_of(facts, key);
        let is_its = |value: &OwnedValue| {
            value.owner.as_deref() == Some(key.address()) || aliases.iter().any(|alias| value.value == *alias)
        };
        let uses = values.values.iter().filter(|value| is_its(value)).flat_map(|value| &value.uses);
        let in_manifests = uses.filter_map(|used| match &used.site {
            Site::File { file, line, object: Some(object), .. } if manifests.has_text(file) => {
                Some((file, *line, object))
            }
            _ => None,
        });
        let Some((file, line, object)) = in_manifests.min() else { continue };
        findings.add(
            "key-made-anew",
            key.address(),
            format!(
                "{object} names key {}, and a new one is made in {}: what workloads have encrypted with the lost one, in \
                 the database or in buckets, stays closed",
                key.name(),
                facts.recovery
            ),
            format!(
                "make it a multi-Region key with a replica in {}, encrypt anew what is kept, and name the replica: {}; \
                 where nothing is kept under it, there is nothing to do",
                facts.recovery,
                paste::block("counterpart", key.address(), "to = \"...\"")
            ),
            Some(Place::new(file, line)),
        );
    }
}
