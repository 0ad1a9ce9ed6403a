//! What a restore is told by name or id: the network and groups that it comes into must be there.

use super::super::cluster;
use super::super::dispositions::step_id;
use super::super::findings::Findings;
use super::super::references;
use super::Restore;
use crate::model::inventory::Inventory;
use crate::plan::resource::Disposition;

/// The names of its kind that an inventory has.
type Listed = fn(&Inventory) -> Option<&Vec<String>>;

/// A group that a database names.
struct Group {
    attribute: &'static str,
    /// Types that make one.
    types: &'static [&'static str],
    /// AWS's word for it.
    what: &'static str,
    /// Names that the inventory has; `None` for what no inventory lists, whose maker only the state tells.
    listed: Option<Listed>,
}

const GROUPS: &[Group] = &[
    Group {
        attribute: "db_subnet_group_name",
        types: &["aws_db_subnet_group", "aws_docdb_subnet_group"],
        what: "DB subnet group",
        listed: Some(|inventory| inventory.db_subnet_groups.as_ref()),
    },
    Group {
        attribute: "neptune_subnet_group_name",
        types: &["aws_neptune_subnet_group"],
        what: "DB subnet group",
        listed: Some(|inventory| inventory.db_subnet_groups.as_ref()),
    },
    Group {
        attribute: "parameter_group_name",
        types: &["aws_db_parameter_group"],
        what: "DB parameter group",
        listed: Some(|inventory| inventory.db_parameter_groups.as_ref()),
    },
    Group {
        attribute: "db_cluster_parameter_group_name",
        types: &["aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group"],
        what: "DB cluster parameter group",
        listed: Some(|inventory| inventory.db_cluster_parameter_groups.as_ref()),
    },
    Group {
        attribute: "neptune_cluster_parameter_group_name",
        types: &["aws_neptune_cluster_parameter_group"],
        what: "DB cluster parameter group",
        listed: Some(|inventory| inventory.db_cluster_parameter_groups.as_ref()),
    },
    Group {
        attribute: "option_group_name",
        types: &["aws_db_option_group"],
        what: "option group",
        listed: None,
    },
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
            let made = references::object_of(self.facts, &id).is_some_and(|at| self.comes_back(at));
            if !made && self.placed(&id).is_none() {
                self.unplaced(&format!("security group {id}"), &id, findings);
            }
        }
        for (attribute, what) in
            [("domain", "directory"), ("domain_auth_secret_arn", "the secret of its domain,")]
        {
            let Some(id) = self.object.text(attribute).filter(|id| !id.is_empty()) else { continue };
            let made = references::object_of(self.facts, id).is_some_and(|at| self.comes_back(at));
            if !made && self.placed(id).is_none() {
                self.unplaced(&format!("{what} {id}"), id, findings);
            }
        }
        for Group { attribute, types, what, listed } in GROUPS {
            let Some(name) = self.object.text(attribute).filter(|name| !name.is_empty()) else { continue };
            let made = || self.makers(types, name).any(|at| self.comes_back(at));
            if is_of_aws(name) || made() || self.placed(name).is_some() {
                continue;
            }
            let absent = match listed {
                // What nobody looked for is unknown, and other findings say so.
                Some(listed) => self
                    .facts
                    .inventory()
                    .and_then(listed)
                    .is_some_and(|there| !there.iter().any(|known| known == name)),
                None => true,
            };
            if absent {
                self.unplaced(&format!("{what} {name}"), name, findings);
            }
        }
    }

    /// The objects of the state that made a group.
    fn makers(&self, types: &[&str], name: &str) -> impl Iterator<Item = usize> {
        self.facts.objects.iter().enumerate().filter_map(move |(at, object)| {
            let is_it = object.is_managed() && types.contains(&object.type_name()) && object.name() == name;
            is_it.then_some(at)
        })
    }

    /// The step that makes a group whose name is only known then: AWS ends it, or it holds the region.
    pub(super) fn group_named_anew(&self, attribute: &str, name: &str) -> Option<String> {
        let group = GROUPS.iter().find(|group| group.attribute == attribute)?;
        let made = self.makers(group.types, name).find_map(|at| {
            self.decided
                .resource(at)
                .filter(|resource| cluster::is_made(resource) && resource.counterpart.is_none())
        })?;
        self.placed(name).is_none().then(|| step_id("infra", &made.address))
    }

    /// Whether the plan does anything for it: what is skipped or blocked is not there.
    fn comes_back(&self, at: usize) -> bool {
        let resource = self.decided.resource(at);
        resource.is_some_and(|one| !matches!(one.disposition, Disposition::Skip | Disposition::Block))
    }

    fn unplaced(&self, what: &str, text: &str, findings: &mut Findings) {
        findings.add(
            "setting-unplaced",
            self.address(),
            format!(
                "{} is in {what}, which the plan does not make: in {} there is no such one that it knows of",
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

/// Whether AWS makes a group of this name itself, in every region.
fn is_of_aws(name: &str) -> bool {
    name.strip_prefix("default").is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
}
