//! What a restore is told by name or id: the network and groups that it comes into must be there.

use super::super::findings::Findings;
use super::Restore;

/// Attribute, types that make what it names, and what AWS calls that.
const GROUPS: &[(&str, &[&str], &str)] = &[
    ("db_subnet_group_name", &["aws_db_subnet_group", "aws_docdb_subnet_group"], "DB subnet group"),
    ("neptune_subnet_group_name", &["aws_neptune_subnet_group"], "DB subnet group"),
    ("parameter_group_name", &["aws_db_parameter_group"], "DB parameter group"),
    (
        "db_cluster_parameter_group_name",
        &["aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group"],
        "DB cluster parameter group",
    ),
    (
        "neptune_cluster_parameter_group_name",
        &["aws_neptune_cluster_parameter_group"],
        "DB cluster parameter group",
    ),
];

impl Restore<'_, '_, '_> {
    /// What drplan.hcl puts in the place of a text: its counterpart, or its rewrite; itself where it says `keep`.
    pub(super) fn placed(&self, text: &str) -> Option<String> {
        let rewrites = &self.facts.input.settings.rewrites;
        let rewrite = rewrites.iter().find(|rewrite| rewrite.text == text);
        let named = self.facts.named_counterpart(&[text]).map(str::to_owned);
        named.or_else(|| rewrite.map(|rewrite| rewrite.to.clone().unwrap_or_else(|| text.to_owned())))
    }

    /// Adds each group of the lost region that neither the state makes nor the inventory has.
    pub(super) fn check_named(&self, findings: &mut Findings) {
        for id in self.object.list("vpc_security_group_ids") {
            let made = self
                .facts
                .objects
                .iter()
                .any(|object| object.is_managed() && object.id.as_deref() == Some(&id));
            if !made && self.placed(&id).is_none() {
                self.unplaced(&format!("security group {id}"), &id, findings);
            }
        }
        // No inventory lists option groups: as with security groups, only the state tells who makes one.
        if let Some(name) = self.object.text("option_group_name").filter(|name| !name.is_empty()) {
            let made = self.facts.objects.iter().any(|object| {
                object.is_managed() && object.type_name() == "aws_db_option_group" && object.name() == name
            });
            if !made && !name.starts_with("default:") && self.placed(name).is_none() {
                self.unplaced(&format!("option group {name}"), name, findings);
            }
        }
        for (attribute, types, what) in GROUPS {
            let Some(name) = self.object.text(attribute).filter(|name| !name.is_empty()) else { continue };
            let of_aws = name == "default" || name.starts_with("default.");
            let made = || {
                self.facts.objects.iter().any(|object| {
                    object.is_managed() && types.contains(&object.type_name()) && object.name() == name
                })
            };
            if of_aws || made() || self.placed(name).is_some() {
                continue;
            }
            let inventory = self.facts.inventory();
            let there = match *what {
                "DB subnet group" => inventory.and_then(|inventory| inventory.db_subnet_groups.as_ref()),
                "DB parameter group" => {
                    inventory.and_then(|inventory| inventory.db_parameter_groups.as_ref())
                }
                _ => inventory.and_then(|inventory| inventory.db_cluster_parameter_groups.as_ref()),
            };
            // What nobody looked for is unknown, and other findings say so.
            if there.is_some_and(|there| !there.iter().any(|known| known == name)) {
                self.unplaced(&format!("{what} {name}"), name, findings);
            }
        }
    }

    fn unplaced(&self, what: &str, text: &str, findings: &mut Findings) {
        findings.add(
            "setting-unplaced",
            self.address(),
            format!(
                "{} is in {what}, which the state does not make: in {} there is no such one that the plan knows of",
                self.identifier(),
                self.facts.recovery
            ),
            format!(
                "make it there and name it: {}",
                crate::model::paste::block("rewrite", text, "to = \"...\"")
            ),
            self.facts.place_in_code(self.object),
        );
    }
}
