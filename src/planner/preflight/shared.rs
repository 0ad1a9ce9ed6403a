//! What is shared is imported as it is: what the account does not have stops the engine at the import.

use super::super::commands;
use super::super::dispositions::Decided;
use super::super::facts::Object;
use super::Checks;
use crate::model::arn::Arn;
use crate::model::inventory::Inventory;
use crate::model::paste;
use crate::plan::resource::{Disposition, Engine};

impl Checks<'_, '_, '_> {
    pub(super) fn shared(&mut self, decided: &Decided) {
        let facts = self.facts;
        let Some(inventory) = self.inventory() else { return };
        for (at, object) in facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at) else { continue };
            let imported = matches!(
                (resource.disposition, resource.engine),
                (Disposition::Share, Engine::Import) | (Disposition::Update, Engine::Withhold)
            );
            if !imported || is_foreign(inventory, object) || is_there(inventory, object) != Some(false) {
                continue;
            }
            let name = match (object.type_name(), object.text("fqdn")) {
                ("aws_route53_record", Some(name)) => {
                    format!("record {name} {}", object.text("type").unwrap_or_default())
                }
                _ => object.name(),
            };
            self.findings.add(
                "shared-not-seen",
                object.address(),
                format!("{name} is shared by both regions, and the inventory lists none of that name in the account"),
                format!(
                    "if it was deleted, apply the primary again, or take it out of code and state: \
                     `{2} {3}state rm {0}`; if the recovery does without it: {1}",
                    paste::shell(object.address()),
                    paste::block("skip", object.address(), "reason = \"...\""),
                    commands::engine(facts),
                    commands::chdir(facts)
                ),
                facts.place_in_code(object),
            );
        }
    }
}

/// What another account has is not in this one's lists. Where no ARN names the account (a zone, a health check), a
/// provider of its own may have the credentials of another.
fn is_foreign(inventory: &Inventory, object: &Object<'_, '_>) -> bool {
    let arn = object.arn.as_deref().and_then(Arn::parse);
    match arn.map(|arn| arn.account).filter(|account| !account.is_empty()) {
        Some(account) => inventory.account.as_deref().is_some_and(|own| own != account),
        None => object.instance.provider_alias.is_some(),
    }
}

/// Whether the inventory lists it; `None` where it lists nothing of the kind.
fn is_there(inventory: &Inventory, object: &Object<'_, '_>) -> Option<bool> {
    let id = object.id.as_deref()?;
    let iam = inventory.iam.as_ref();
    let arn = object.arn.as_deref();
    let has = |names: &[String], name: Option<&str>| name.map(|name| names.iter().any(|known| known == name));
    match object.type_name() {
        "aws_iam_role" => has(&iam?.roles, object.text("name")),
        "aws_iam_user" => has(&iam?.users, object.text("name")),
        "aws_iam_instance_profile" => has(&iam?.instance_profiles, object.text("name")),
        "aws_iam_policy" => has(&iam?.policies, arn),
        "aws_iam_openid_connect_provider" => has(&iam?.oidc_providers, arn),
        "aws_route53_zone" => Some(inventory.dns_zones.as_ref()?.iter().any(|zone| zone.id == id)),
        "aws_route53_health_check" => {
            Some(inventory.health_checks.as_ref()?.iter().any(|check| check.id == id))
        }
        "aws_cloudfront_distribution" => {
            Some(inventory.distributions.as_ref()?.iter().any(|distribution| distribution.id == id))
        }
        // Records of a zone that is not listed go with the zone.
        "aws_route53_record" => {
            let zone = object.text("zone_id")?;
            let records =
                inventory.dns_zones.as_ref()?.iter().find(|known| known.id == zone)?.records.as_ref()?;
            let (name, kind) = (object.text("fqdn")?, object.text("type")?);
            let name = name.trim_end_matches('.').replace("\\052", "*");
            let set = object.text("set_identifier").filter(|set| !set.is_empty());
            Some(records.iter().any(|known| {
                known.name.eq_ignore_ascii_case(&name)
                    && known.record_type == kind
                    && known.set_identifier.as_deref() == set
            }))
        }
        _ => None,
    }
}
