//! What is shared is imported as it is: what the account does not have stops the engine at the import.

use super::super::dispositions::Decided;
use super::super::facts::Object;
use super::Checks;
use crate::model::inventory::Inventory;
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
            // What another account has is not in this one's lists.
            let arn = object.arn.as_deref().and_then(crate::model::arn::Arn::parse);
            let foreign = arn.is_some_and(|arn| {
                !arn.account.is_empty() && inventory.account.as_deref().is_some_and(|own| own != arn.account)
            });
            if !imported || foreign || is_there(inventory, object) != Some(false) {
                continue;
            }
            let name = object.name();
            self.findings.add(
                "shared-not-seen",
                object.address(),
                format!("{name} is shared by both regions, and the inventory lists none of that name in the account"),
                format!(
                    "if it was deleted, take it out of the state (tofu state rm '{}') or apply the primary again; if \
                     another account has it, nothing: the import goes there",
                    object.address()
                ),
                facts.place_in_code(object),
            );
        }
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
