//! Resources of other providers, of types that drplan does not know: used as they are, but for what lies in the lost
//! region all the same, and for names that lead there.

use super::dispositions::{accepted_loss, decide_elsewhere, fate};
use super::dns;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::stores::{Outcome, store_without_points};
use crate::model::attributes::{self, Scalar, Segment};
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};

/// Decides about a resource of another provider.
pub(super) fn decide(facts: &Facts<'_, '_>, object: &Object<'_, '_>, findings: &mut Findings) -> Outcome {
    let itself = object.id.as_deref().unwrap_or(object.address());
    if dns::leads_abroad(object) {
        if dns::is_kept_abroad(facts, object) {
            let reason = "a name at another provider, which drplan.hcl keeps where it is";
            return fate(Disposition::Share, Engine::Exclude, reason).with(itself).into();
        }
        if let Some(target) = dns::check_abroad(facts, object, findings) {
            // The code gives it what the engine makes anew: imported, it would move before its gate.
            let reason =
                format!("at another provider, and it leads to {target} in the lost region: no step moves it");
            return fate(Disposition::Share, Engine::Exclude, reason).with(itself).into();
        }
    }
    // What has a region of its own lies in no other that it names.
    let placed = object.region.as_deref().zip(facts.primary.as_deref());
    if placed.is_some_and(|(region, primary)| !is_region(region, primary))
        && let Some(elsewhere) = decide_elsewhere(facts, object, &[])
    {
        return elsewhere.into();
    }
    match (in_primary(facts, object), facts.primary.as_deref()) {
        (Some((path, said)), Some(primary)) => decide_lost(facts, object, primary, (&path, &said), findings),
        (None, Some(primary)) => {
            let reason = format!(
                "of another provider, and nothing of it says that it lies in {primary}: used as it is"
            );
            fate(Disposition::Share, Engine::Import, reason).with(itself).into()
        }
        (_, None) => {
            fate(Disposition::Share, Engine::Import, "of another provider: used as it is").with(itself).into()
        }
    }
}

/// What another provider has in the lost region; no call of drplan brings it back.
fn decide_lost(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    primary: &str,
    (path, said): (&str, &str),
    findings: &mut Findings,
) -> Outcome {
    let id = object.id.as_deref().unwrap_or_default();
    if let Some(named) = facts.named_counterpart(&[object.address(), id]) {
        let reason = format!("of another provider, in {primary}; drplan.hcl names what stands for it");
        return fate(Disposition::Share, Engine::Import, reason).with(named).into();
    }
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    findings.add(
        "foreign-in-primary",
        object.address(),
        format!(
            "{} is of another provider and lies in {primary}, as its {path} says ({said}): drplan cannot bring it back",
            object.address()
        ),
        format!(
            "have its provider keep it in {} too, and name what then stands for it: {}; or accept the loss: {}",
            facts.recovery,
            paste::block("counterpart", object.address(), "to = \"...\""),
            paste::block("accept_loss", object.address(), "reason = \"...\"")
        ),
        facts.place_in_code(object),
    );
    let reason = format!("of another provider, in {primary}: drplan cannot bring it back");
    let mut outcome: Outcome = fate(Disposition::Block, Engine::Exclude, reason.as_str()).into();
    outcome.store = Some(store_without_points(object.address(), &object.name(), Vec::new(), reason));
    outcome
}

/// Words of attributes that say where something lies, as providers call them: `provider_region_name`, `cloud_name`.
const WHERE: [&str; 7] = ["cloud", "datacenter", "location", "placement", "region", "regions", "zone"];

/// The attribute by which a resource lies in the lost region, and what it says.
pub(super) fn in_primary(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<(String, String)> {
    let primary = facts.primary.as_deref()?;
    // Settings of what watches or signs in; they hold nothing.
    if ["datadog_", "vault_", "newrelic_", "pagerduty_", "grafana_"]
        .iter()
        .any(|own| object.type_name().starts_with(own))
    {
        return None;
    }
    let (mut found, mut there) = (None, false);
    let mut visit = |path: &[Segment<'_>], scalar: Scalar<'_>| {
        let Some(text) = scalar.as_str() else { return };
        // What lies in both regions is there already.
        there |= says_where(path, text) && is_region(text, facts.recovery);
        if found.is_none() && says_where(path, text) && is_region(text, primary) {
            found =
                Some((attributes::pointer(path).trim_start_matches('/').replace('/', "."), text.to_owned()));
        }
    };
    // A state whose attributes are not sound JSON never gets here: the reader refuses it.
    let _ = attributes::walk(object.instance.attributes, &mut visit);
    found.filter(|_| !there)
}

/// Whether an attribute places something. One that leaves regions out does not; a text that has the cloud before the
/// region does under any name.
fn says_where(path: &[Segment<'_>], text: &str) -> bool {
    let keys = || {
        path.iter().filter_map(|segment| if let Segment::Key(key) = segment { Some(&**key) } else { None })
    };
    let has =
        |word: &str| keys().any(|key| key.split(['_', '-']).any(|part| part.eq_ignore_ascii_case(word)));
    if keys().any(|key| key.contains("exclude")) || has("tags") || has("labels") {
        return false;
    }
    text.to_ascii_lowercase().starts_with("aws") || WHERE.iter().any(|word| has(word))
}

/// `us-east-2` as clouds other than AWS write it: `US_EAST_2`, `aws-us-east-2`, `AWS_US_EAST_2`.
/// <https://www.mongodb.com/docs/atlas/reference/amazon-aws/>
/// <https://docs.snowflake.com/en/user-guide/admin-account-identifier>
fn is_region(text: &str, region: &str) -> bool {
    let plain = text.to_ascii_lowercase().replace(['_', ':', '/'], "-");
    plain.strip_prefix("aws-").unwrap_or(&plain) == region
}

#[cfg(test)]
mod tests {
    use super::is_region;

    #[test]
    fn a_region_is_known_in_every_spelling() {
        for text in ["us-east-2", "US_EAST_2", "aws-us-east-2", "AWS_US_EAST_2", "aws:us-east-2"] {
            assert!(is_region(text, "us-east-2"), "{text}");
        }
        for text in ["us-east-1", "US_EAST_21", "prod-us-east-2", "aws", ""] {
            assert!(!is_region(text, "us-east-2"), "{text}");
        }
    }
}
