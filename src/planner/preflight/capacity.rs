//! Room in the recovery region: quotas, database classes, instance types.

use std::collections::BTreeMap;

use super::super::dispositions::{Decided, is_aws};
use super::super::facts::{Facts, Object};
use super::Checks;
use crate::model::paste;
use crate::model::types::QuotaPer;
use crate::plan::action::Check;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::Plane;

impl Checks<'_, '_, '_> {
    /// Room for what is made anew.
    pub(super) fn quotas(&mut self, decided: &Decided) {
        let mut needs: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for (at, object) in self.facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| {
                matches!(resource.disposition, Disposition::Create | Disposition::Restore)
            });
            for quota in object.entry.filter(|_| made).map_or(&[][..], |entry| entry.quotas) {
                if quota.per == QuotaPer::Region {
                    *needs.entry((quota.service, quota.code)).or_default() += 1;
                }
            }
        }
        for ((service, code), needed) in needs {
            let check = Check::Quota { service: service.to_owned(), code: code.to_owned(), needs: needed };
            self.add(&format!("quota/{service}/{code}"), check, Plane::RegionalControl);
            let known = self.inventory().and_then(|inventory| {
                inventory.quotas.iter().flatten().find(|quota| quota.service == service && quota.code == code)
            });
            if let Some(quota) = known
                && let Some(used) = quota.used
                && quota.value.saturating_sub(used) < needed
            {
                self.findings.add(
                    "quota-short",
                    format!("{service} {code}"),
                    format!(
                        "{}: the plan needs {needed} more, {used} of {} are in use in {}",
                        quota.name, quota.value, self.facts.recovery
                    ),
                    format!(
                        "ask for more: `aws service-quotas request-service-quota-increase --service-code {service} --quota-code {code} \
                         --desired-value {} --region {}`",
                        used + needed,
                        self.facts.recovery
                    ),
                    None,
                );
            }
        }
    }

    pub(super) fn databases(&mut self, decided: &Decided) {
        for (at, object) in self.facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at) else { continue };
            if object.type_name() != "aws_db_instance"
                || !matches!(resource.disposition, Disposition::Restore | Disposition::Block)
            {
                continue;
            }
            let Some(store) = decided.store(object.address()) else { continue };
            let text = |name: &str| object.text(name).unwrap_or_default().to_owned();
            let engine_version = [text("engine_version_actual"), text("engine_version")]
                .into_iter()
                .find(|version| !version.is_empty())
                .unwrap_or_default();
            let (engine, classes) = (text("engine"), store.rule.classes.clone());
            let orderable =
                self.inventory().and_then(|inventory| inventory.orderable_for(&engine, &engine_version));
            let recorded = self.inventory().is_some_and(|inventory| inventory.orderable_classes.is_some());
            if orderable.is_none() && recorded {
                self.unasked(
                    "rds:DescribeOrderableDBInstanceOptions",
                    &format!("the classes of {engine} {engine_version}"),
                );
            }
            if let Some(orderable) = orderable {
                let can = |class: &str| {
                    orderable.iter().any(|known| {
                        known.class == class
                            && known.engine == engine
                            && (known.engine_version == engine_version
                                || known.engine_version.starts_with(&format!("{engine_version}."))
                                || engine_version.is_empty())
                    })
                };
                if !classes.iter().any(|class| can(class)) {
                    let mut others: Vec<&str> = orderable
                        .iter()
                        .filter(|known| known.engine == engine)
                        .map(|known| known.class.as_str())
                        .collect();
                    others.sort_unstable();
                    others.dedup();
                    self.findings.add(
                        "class-not-orderable",
                        object.address(),
                        format!(
                            "{} of {engine} {engine_version} cannot be ordered in {}",
                            classes.join(", "),
                            self.facts.recovery
                        ),
                        other_classes(self.facts, object, &others),
                        self.facts.place_in_code(object),
                    );
                }
            }
            let check =
                Check::DbClass { store: object.address().to_owned(), classes, engine, engine_version };
            self.add(&format!("class/{}", object.address()), check, Plane::RegionalControl);
        }
    }

    pub(super) fn instance_types(&mut self, decided: &Decided) {
        for (at, object) in self.facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            if !made
                || !is_aws(object)
                || !matches!(
                    object.type_name(),
                    "aws_eks_node_group" | "aws_instance" | "aws_launch_template"
                )
            {
                continue;
            }
            let mut types = object.list("instance_types");
            types.extend(object.text("instance_type").filter(|name| !name.is_empty()).map(str::to_owned));
            if types.is_empty() {
                continue;
            }
            let offered = self.inventory().and_then(|inventory| inventory.instance_types.as_ref());
            if let Some(offered) = offered
                && !types
                    .iter()
                    .any(|name| offered.iter().any(|known| known.name == *name && !known.zones.is_empty()))
            {
                self.findings.add(
                    "instance-type-missing",
                    object.address(),
                    format!("no zone of {} offers {}", self.facts.recovery, types.join(" or ")),
                    "name another instance type in the configuration, by a variable of the recovery",
                    self.facts.place_in_code(object),
                );
            }
            let check = Check::InstanceType { address: object.address().to_owned(), types };
            self.add(&format!("instance-type/{}", object.address()), check, Plane::RegionalControl);
        }
    }
}

/// Where the classes are named: in the block that drplan.hcl has for the database, or in a new one.
fn other_classes(facts: &Facts<'_, '_>, object: &Object<'_, '_>, orderable: &[&str]) -> String {
    let listed: Vec<String> = orderable.iter().map(|class| paste::quoted(class)).collect();
    let classes = if listed.is_empty() { "\"...\"".to_owned() } else { listed.join(", ") };
    let attribute = format!("classes = [{classes}]");
    match facts.database_settings(object) {
        Some(database) => {
            let place = database.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
            format!(
                "name what can be ordered, in order of preference, in database {}{place}: `{attribute}`",
                paste::quoted(&database.name)
            )
        }
        None => format!(
            "name what can be ordered, in order of preference: {}",
            paste::block("database", object.address(), &attribute)
        ),
    }
}
