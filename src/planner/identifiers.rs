//! What a database is called when it is back: the engine renames an instance to what the code says, and replaces a
//! cluster that is called otherwise.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster#cluster_identifier-1>

use super::facts::{Facts, Object};
use super::findings::Findings;
use super::variables::{Given, given};
use crate::model::paste;

/// The identifier that a restored or promoted database gets: drplan.hcl's, else the code's, else its own.
pub(super) fn restored_as(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> String {
    let named = facts.database_settings(object).and_then(|database| database.identifier.clone());
    named.or_else(|| coded(facts, object)).unwrap_or_else(|| object.name())
}

/// What the code calls it in the recovery, where that can be told; `None` also where the provider makes one up.
fn coded(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    let (attribute, name) = (attribute(object), object.name());
    let block = facts.block(object.instance)?;
    let argument = block.arguments.iter().find(|argument| argument.path == attribute)?;
    if let Some(literal) = argument.literals.iter().find(|literal| literal.whole) {
        return Some(literal.text.clone());
    }
    let primary = facts.primary.as_deref().unwrap_or_default();
    match given(facts, object, attribute) {
        Given::Is(text) => Some(text),
        _ if !primary.is_empty() && name.contains(primary) => Some(name.replace(primary, facts.recovery)),
        Given::Same => Some(name),
        Given::Unset | Given::Computed => None,
    }
}

/// Finds an identifier of drplan.hcl that the engine would not leave.
pub(super) fn check(facts: &Facts<'_, '_>, object: &Object<'_, '_>, cluster: bool, findings: &mut Findings) {
    let Some(settings) = facts.database_settings(object) else { return };
    let (Some(named), Some(coded)) = (&settings.identifier, coded(facts, object)) else { return };
    if named.eq_ignore_ascii_case(&coded) {
        return;
    }
    let what = if cluster { "replace it by an empty cluster" } else { "rename it back" };
    findings.add(
        "identifier-differs",
        object.address(),
        format!("drplan.hcl calls the restored database {named}, and the code {coded}: the engine would {what}"),
        format!(
            "have the code take it from a variable (`{} = var.db_identifier`) and give that in the terraform block of drplan.hcl: {}; or leave \
             `identifier` out of drplan.hcl",
            attribute(object),
            paste::block("variable", "db_identifier", &format!("value = {}", paste::quoted(named)))
        ),
        settings.place.clone(),
    );
}

fn attribute(object: &Object<'_, '_>) -> &'static str {
    if object.type_name() == "aws_db_instance" { "identifier" } else { "cluster_identifier" }
}
