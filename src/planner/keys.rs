//! Keys that the engine cannot take over.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::paste;
use crate::plan::resource::Engine;

/// Adds each replica of a multi-Region key that is to be imported as the key itself: the provider reads no replica as
/// `aws_kms_key`, and the import fails. <https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html>
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
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
