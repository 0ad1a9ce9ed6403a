//! What is on offer in the recovery region, and in which of its zones: database classes, instance types.

use std::collections::BTreeSet;

use super::super::databases::chosen_replica;
use super::super::dispositions::{Decided, is_aws};
use super::super::facts::{Facts, Object};
use super::super::references;
use super::super::variables::given;
use super::Checks;
use super::demand::types_of;
use super::zones::Spread;
use crate::model::inventory::OrderableClass;
use crate::model::paste;
use crate::plan::action::Check;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::Plane;

/// A database's engine with its version.
struct DbEngine {
    name: String,
    version: String,
}

impl DbEngine {
    fn of(object: &Object<'_, '_>) -> Self {
        let text = |name: &str| object.text(name).unwrap_or_default().to_owned();
        let versions = [text("engine_version_actual"), text("engine_version")];
        let version = versions.into_iter().find(|version| !version.is_empty());
        Self { name: text("engine"), version: version.unwrap_or_default() }
    }

    /// `16` stands for any of its minor versions, nothing for any at all.
    fn fits(&self, known: &OrderableClass) -> bool {
        known.engine == self.name
            && (known.engine_version == self.version
                || known.engine_version.starts_with(&format!("{}.", self.version))
                || self.version.is_empty())
    }
}

/// What a database must find in the recovery region.
struct Wanted {
    engine: DbEngine,
    /// Any of these, in order.
    classes: Vec<String>,
    /// Zones that its subnet group comes into; `None` where that is unknown.
    zones: Option<BTreeSet<String>>,
    /// In how many of them the class must be on offer.
    in_zones: usize,
}

impl Checks<'_, '_, '_> {
    pub(super) fn databases(&mut self, decided: &Decided) {
        let facts = self.facts;
        let spread = Spread::new(facts);
        for (at, object) in facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at) else { continue };
            let Some(classes) = classes(facts, decided, object, resource) else { continue };
            // What runs under one of them already needs no other.
            if self.replica_class(decided, object).is_some_and(|class| classes.iter().any(|one| one == class))
            {
                continue;
            }
            let zones = subnets_of(facts, object).and_then(|ids| spread.of_subnets(&ids));
            let twice = object.tree().get("multi_az").and_then(serde_json::Value::as_bool) == Some(true);
            let in_zones = if twice { 2 } else { 1 };
            let wanted = Wanted { engine: DbEngine::of(object), classes, zones, in_zones };
            self.classes(object, resource, &wanted);
            let ordered = matches!(
                resource.disposition,
                Disposition::Restore | Disposition::Promote | Disposition::Block
            );
            if ordered && object.type_name() == "aws_db_instance" {
                let Wanted { engine, classes, .. } = wanted;
                let store = object.address().to_owned();
                let (engine, engine_version) = (engine.name, engine.version);
                let check = Check::DbClass { store, classes, engine, engine_version };
                self.add(&format!("class/{}", object.address()), check, Plane::RegionalControl);
            }
        }
    }

    /// The class of the replica that is promoted.
    fn replica_class(&self, decided: &Decided, object: &Object<'_, '_>) -> Option<&str> {
        let replica = decided.store(object.address()).and_then(chosen_replica)?;
        let there = self.inventory()?.db_instances.iter().flatten();
        there.into_iter().find(|known| known.id == replica).map(|known| known.class.as_str())
    }

    fn classes(&mut self, object: &Object<'_, '_>, resource: &PlannedResource, wanted: &Wanted) {
        let DbEngine { name, version } = &wanted.engine;
        let Some(orderable) = self.inventory().and_then(|inventory| inventory.orderable_for(name, version))
        else {
            if self.inventory().is_some_and(|inventory| inventory.orderable_classes.is_some()) {
                self.unasked(
                    "rds:DescribeOrderableDBInstanceOptions",
                    &format!("the classes of {name} {version}"),
                );
            }
            return;
        };
        let offers: Vec<&OrderableClass> = orderable
            .iter()
            .filter(|known| wanted.classes.contains(&known.class) && wanted.engine.fits(known))
            .collect();
        let enough = |offer: &&&OrderableClass| match &wanted.zones {
            // An offer that names no zone says nothing of them.
            Some(zones) if !offer.zones.is_empty() => {
                zones.iter().filter(|zone| offer.zones.contains(zone)).count()
                    >= wanted.in_zones.min(zones.len())
            }
            _ => true,
        };
        if offers.iter().any(|offer| enough(&offer)) {
            return;
        }
        let others: BTreeSet<&str> = orderable
            .iter()
            .filter(|known| known.engine == *name && enough(&known))
            .map(|known| known.class.as_str())
            .collect();
        let others: Vec<&str> = others.into_iter().collect();
        let what = format!("{} of {name} {version}", wanted.classes.join(", "));
        let recovery = self.facts.recovery;
        let message = match (&wanted.zones, offers.is_empty()) {
            (Some(zones), false) => {
                let lacking: Vec<&str> = zones
                    .iter()
                    .filter(|zone| !offers.iter().any(|offer| offer.zones.contains(zone)))
                    .map(String::as_str)
                    .collect();
                format!(
                    "{what} is on offer in {recovery}, but not in {}: its subnets come there, and {} of their zones must offer it",
                    lacking.join(", "),
                    wanted.in_zones
                )
            }
            _ => format!("{what} cannot be ordered in {recovery}"),
        };
        // What the engine makes gets the class that the code says, whatever drplan.hcl does.
        let is_made = matches!(resource.disposition, Disposition::Create | Disposition::Skip);
        let fix = if object.type_name() == "aws_db_instance" && !is_made {
            other_classes(self.facts, object, &others)
        } else if others.is_empty() {
            "name another class in the code, by a variable of the recovery".to_owned()
        } else {
            format!(
                "name another class in the code, by a variable of the recovery; orderable: {}",
                others.join(", ")
            )
        };
        self.findings.add(
            "class-not-orderable",
            object.address(),
            message,
            fix,
            self.facts.place_in_code(object),
        );
    }

    pub(super) fn instance_types(&mut self, decided: &Decided) {
        let facts = self.facts;
        let spread = Spread::new(facts);
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            let runs = ["aws_eks_node_group", "aws_instance", "aws_launch_template"];
            if !made || !is_aws(object) || !runs.contains(&object.type_name()) {
                continue;
            }
            let types = types_of(facts, object);
            if types.is_empty() {
                continue;
            }
            let zones = match object.type_name() {
                "aws_eks_node_group" => spread.of_subnets(&object.list("subnet_ids")),
                "aws_instance" => spread.of(object).map(|zone| BTreeSet::from([zone])),
                _ => None,
            };
            // A template's own finding tells what no zone offers.
            let own = object.type_name() != "aws_eks_node_group" || !object.list("instance_types").is_empty();
            self.offers(object, &types, zones, own);
            if own {
                let check = Check::InstanceType { address: object.address().to_owned(), types };
                self.add(&format!("instance-type/{}", object.address()), check, Plane::RegionalControl);
            }
        }
    }

    fn offers(
        &mut self,
        object: &Object<'_, '_>,
        types: &[String],
        zones: Option<BTreeSet<String>>,
        own: bool,
    ) {
        let Some(offered) = self.inventory().and_then(|inventory| inventory.instance_types.as_ref()) else {
            return;
        };
        let offering: BTreeSet<&str> = offered
            .iter()
            .filter(|known| types.contains(&known.name))
            .flat_map(|known| known.zones.iter().map(String::as_str))
            .collect();
        let names = types.join(" or ");
        let recovery = self.facts.recovery;
        let at = self.facts.place_in_code(object);
        let list = |zones: &[&str]| zones.join(", ");
        if offering.is_empty() {
            if own {
                self.findings.add(
                    "instance-type-missing",
                    object.address(),
                    format!("no zone of {recovery} offers {names}"),
                    "name another instance type in the configuration, by a variable of the recovery",
                    at,
                );
            }
            return;
        }
        let Some(zones) = zones else { return };
        let (with, without): (Vec<&str>, Vec<&str>) =
            zones.iter().map(String::as_str).partition(|zone| offering.contains(zone));
        if with.is_empty() {
            let others: Vec<&str> = offering.into_iter().collect();
            self.findings.add(
                "instance-type-missing",
                object.address(),
                format!("no zone that it comes into offers {names}: not {}, only {}", list(&without), list(&others)),
                "name another instance type in the configuration, by a variable of the recovery; or choose other zones",
                at,
            );
        } else if !without.is_empty() {
            self.findings.add(
                "not-in-every-zone",
                object.address(),
                format!("{names} is not on offer in {}, where it comes too; it is in {}", list(&without), list(&with)),
                "add an instance type that those zones offer, or choose the zones of the recovery in the code",
                at,
            );
        }
    }
}

/// The classes that a database may have; `None` for what no class is ordered for.
fn classes(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
) -> Option<Vec<String>> {
    let class = || {
        let class = object.text("instance_class").filter(|class| !class.is_empty())?;
        given(facts, object, "instance_class").text(class).map(|class| vec![class])
    };
    match (object.type_name(), resource.disposition) {
        ("aws_db_instance", Disposition::Restore | Disposition::Promote | Disposition::Block) => {
            // What is in the recovery workspace already is not ordered, and has no rule.
            Some(decided.store(object.address())?.rule.classes.clone()).filter(|classes| !classes.is_empty())
        }
        ("aws_db_instance", Disposition::Create) => class(),
        // A replica that is left out for want of its source comes with it, once that is mended.
        ("aws_db_instance", Disposition::Skip) if is_replica_of_blocked(facts, decided, object) => class(),
        ("aws_rds_cluster_instance", Disposition::Create) => class(),
        // The restore makes it, of the class that it had where the code does not tell.
        ("aws_rds_cluster_instance", Disposition::Restore) => class().or_else(|| {
            let class = object.text("instance_class").filter(|class| !class.is_empty())?;
            Some(vec![class.to_owned()])
        }),
        _ => None,
    }
}

fn is_replica_of_blocked(facts: &Facts<'_, '_>, decided: &Decided, object: &Object<'_, '_>) -> bool {
    let source =
        references::replica_source(object).and_then(|name| references::database_object(facts, &name));
    let resource = source.and_then(|at| decided.resource(at));
    resource.is_some_and(|resource| resource.disposition == Disposition::Block)
}

/// Subnets of a database's subnet group, where the state has the group.
fn subnets_of(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Vec<String>> {
    let name = object.text("db_subnet_group_name").filter(|name| !name.is_empty())?;
    let group = facts.objects.iter().find(|known| {
        known.is_managed() && known.type_name() == "aws_db_subnet_group" && known.id.as_deref() == Some(name)
    })?;
    Some(group.list("subnet_ids"))
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
