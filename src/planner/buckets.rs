//! Buckets and their settings: the counterpart that they are replicated to, or blocked.

use super::dispositions::{Fate, accepted_loss, fate};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::references::{self, Found};
use super::replication;
use super::stores::{Outcome, store_of, unseen};
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::CandidateKind;

pub(super) fn decide_bucket(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Outcome {
    let name = object.name();
    if let Some(accepted) = accepted_loss(facts, object) {
        if references::named_bucket(facts, &name).is_none() && keeps_its_name(facts, object, "bucket", &name)
        {
            findings.add(
                "bucket-global-name",
                object.address(),
                format!(
                    "bucket {name} would be made empty, and its name is taken: it is the primary's own bucket"
                ),
                format!(
                    "compute the name from the region, or name what stands for it: \
                     {}",
                    paste::block("counterpart", &name, "to = \"...\"")
                ),
                facts.place_in_code(object),
            );
        }
        return accepted;
    }
    match references::bucket_counterpart(facts, &name) {
        Found::Known(counterpart) => {
            replication::check(facts, object, &name, findings);
            let reason = match references::named_bucket(facts, &name) {
                Some(named) => format!("drplan.hcl names {named} for bucket {name}"),
                None => format!("bucket {name} is replicated to {counterpart}"),
            };
            let mut outcome: Outcome =
                fate(Disposition::Adopt, Engine::Import, reason).with(counterpart.clone()).into();
            outcome.store = Some(store_of(object, &name, CandidateKind::ReplicaBucket, &counterpart));
            outcome
        }
        Found::Unknown => {
            let reason = "holds data; whether it is replicated is unknown";
            unseen(facts, object, &format!("bucket {name}"), reason, findings)
        }
        Found::Absent => {
            findings.add(
                "bucket-no-counterpart",
                object.address(),
                format!("bucket {name} holds data and is not replicated to {}", facts.recovery),
                format!(
                    "replicate it, or name what stands for it: {}; or accept the loss: {}",
                    paste::block("counterpart", &name, "to = \"...\""),
                    paste::block("accept_loss", object.address(), "reason = \"...\"")
                ),
                facts.place_in_code(object),
            );
            fate(
                Disposition::Block,
                Engine::Exclude,
                format!("holds data and has no copy in {}", facts.recovery),
            )
            .into()
        }
    }
}

/// Whether the code, by an argument, would give the recovery's own the very same name.
pub(super) fn keeps_its_name(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    argument: &str,
    name: &str,
) -> bool {
    // A name with the region in it follows the region, unless it is written out.
    let follows_region = facts.primary.as_deref().is_some_and(|primary| name.contains(primary));
    let Some(block) = facts.block(object.instance) else { return !follows_region };
    match block.arguments.iter().find(|known| known.path == argument) {
        Some(known) => {
            !follows_region || known.literals.iter().any(|literal| literal.whole && literal.text == name)
        }
        // The provider makes one up, from a prefix or altogether.
        None => false,
    }
}

pub(super) fn decide_of_bucket(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    let bucket = object.text("bucket").map(str::to_owned);
    let leader = bucket.as_deref().and_then(|bucket| references::bucket_object(facts, bucket));
    let Some((index, leader)) = leader.and_then(|index| Some((index, fates.get(index)?.as_ref()?))) else {
        return decide_of_foreign_bucket(facts, object, bucket.as_deref().unwrap_or_default(), findings);
    };
    let name = facts.objects[index].address();
    match leader.disposition {
        Disposition::Block | Disposition::Skip => {
            fate(Disposition::Skip, Engine::Exclude, format!("left out with {name}")).into()
        }
        Disposition::Create => fate(Disposition::Create, Engine::Create, format!("made with {name}")).into(),
        // Every setting of a bucket is a PUT: set again on the counterpart, whatever it has.
        _ => {
            let mut put = fate(
                Disposition::Create,
                Engine::Create,
                format!("a setting, put on the counterpart of {name}"),
            );
            put.counterpart.clone_from(&leader.counterpart);
            put.into()
        }
    }
}

/// A setting of a bucket that is not in the state: put on its counterpart, if it has one.
fn decide_of_foreign_bucket(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    bucket: &str,
    findings: &mut Findings,
) -> Outcome {
    match references::bucket_counterpart(facts, bucket) {
        Found::Known(counterpart) => fate(
            Disposition::Create,
            Engine::Create,
            format!("a setting, put on the counterpart of {bucket}"),
        )
        .with(counterpart)
        .into(),
        Found::Unknown => {
            let reason = format!("a setting of bucket {bucket}, of whose counterpart nothing is known");
            unseen(facts, object, &format!("bucket {bucket}"), &reason, findings)
        }
        Found::Absent => {
            findings.add(
                "bucket-no-counterpart",
                object.address(),
                format!("bucket {bucket} is not in the state and has no counterpart in {}", facts.recovery),
                format!("name what stands for it: {}", paste::block("counterpart", bucket, "to = \"...\"")),
                facts.place_in_code(object),
            );
            fate(
                Disposition::Block,
                Engine::Exclude,
                format!("a setting of bucket {bucket}, which has no counterpart"),
            )
            .into()
        }
    }
}
