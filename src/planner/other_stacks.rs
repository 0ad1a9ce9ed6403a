//! What the code reads of other stacks: their states lie in the lost region, or tell of it.
//!
//! <https://opentofu.org/docs/language/state/remote-state-data/>,
//! <https://registry.terraform.io/providers/hashicorp/tfe/latest/docs/data-sources/outputs>

use super::facts::Facts;
use super::findings::Findings;
use super::variables::{Given, in_primary, in_recovery};
use crate::model::configuration::{Argument, Configuration, Module, ResourceBlock};
use crate::model::diagnostic::Place;
use crate::model::inventory::Inventory;

/// Adds each data source that reads another stack.
pub(super) fn check(facts: &Facts<'_, '_>, code: &Configuration, primary: &str, findings: &mut Findings) {
    for module in &code.modules {
        for block in module.resources.iter().filter(|block| block.data) {
            let reading = Reading { facts, module, block, primary };
            match &*block.type_name {
                "terraform_remote_state" if reading.is_lost(findings) => {}
                "terraform_remote_state" | "tfe_outputs" => reading.check_same(findings),
                _ => {}
            }
        }
    }
}

struct Reading<'r, 'i, 'a> {
    facts: &'r Facts<'i, 'a>,
    module: &'r Module,
    block: &'r ResourceBlock,
    primary: &'r str,
}

impl<'r> Reading<'r, '_, '_> {
    fn name(&self) -> String {
        format!("data.{}.{}", self.block.type_name, self.block.name)
    }

    fn argument(&self, path: &str) -> Option<&'r Argument> {
        self.block.arguments.iter().find(|argument| argument.path == path)
    }

    /// Path of one call of the module; what calls of it differ in is not told apart.
    fn path(&self) -> &'r str {
        self.module.paths.first().map_or("", String::as_str)
    }

    fn in_primary(&self, argument: &Argument) -> Option<String> {
        in_primary(self.facts, self.path(), argument)
    }

    /// Whether the recovery gives it something else than the primary.
    fn cause(&self, argument: &Argument) -> Option<String> {
        let (given, cause) = in_recovery(self.facts, self.path(), argument);
        cause.filter(|_| !matches!(given, Given::Same | Given::Unset))
    }

    /// Tells a state that lies in the lost region.
    fn is_lost(&self, findings: &mut Findings) -> bool {
        let region = self.argument("config.region");
        let of_region = region.filter(|region| self.in_primary(region).as_deref() == Some(self.primary));
        let bucket = self.argument("config.bucket");
        let named = bucket.and_then(|bucket| self.in_primary(bucket));
        let buckets = self.facts.inventory().and_then(|inventory: &Inventory| inventory.buckets.as_ref());
        let of_bucket = bucket.filter(|_| {
            let known = buckets.into_iter().flatten().find(|known| Some(&known.name) == named.as_ref());
            known.is_some_and(|known| known.region == self.primary)
        });
        let Some(argument) = of_region.or(of_bucket) else { return false };
        // Another bucket in the recovery is meant to be there.
        if bucket.is_some_and(|bucket| self.cause(bucket).is_some()) {
            return true;
        }
        let name = self.name();
        let place = literal_place(argument).or_else(|| argument.place.clone());
        let within = named.map(|bucket| format!(" in bucket {bucket}")).unwrap_or_default();
        let message = match region.and_then(|region| self.cause(region)) {
            Some(cause) => format!(
                "{name} reads a state{within} of {}, and {cause} has the recovery look for that bucket in {}, where it is \
                 not: all that uses it cannot be planned",
                self.primary, self.facts.recovery
            ),
            None => format!(
                "{name} reads a state{within} of {}: it is gone when the recovery is planned, and all that uses it cannot be \
                 planned",
                self.primary
            ),
        };
        findings.add(
            "remote-state-in-primary",
            &name,
            message,
            "replicate that bucket and have the code read the copy by a variable; and recover the stack that it tells of first",
            place,
        );
        true
    }

    /// Tells one that is read by the same name in the recovery: what it hands over is the primary's.
    fn check_same(&self, findings: &mut Findings) {
        if self.block.arguments.iter().any(|argument| self.cause(argument).is_some()) {
            return;
        }
        let name = self.name();
        findings.add(
            "other-stack-read",
            &name,
            format!(
                "{name} reads what another stack made, by the same name in the recovery: networks, endpoints and keys that it \
                 hands over are those of {}",
                self.primary
            ),
            "recover that stack first, into a state or workspace of its own, and have a variable say which is read; what is the \
             same for both regions, as a zone, may stay",
            self.block.place.clone(),
        );
    }
}

fn literal_place(argument: &Argument) -> Option<Place> {
    argument.literals.iter().find(|literal| literal.whole).map(|literal| literal.place.clone())
}
