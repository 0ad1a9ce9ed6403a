//! Variables that drplan.hcl gives the recovery, against the code that takes them.

use super::facts::Facts;
use super::findings::Findings;
use super::subjects;
use super::variables::is_region;
use crate::model::configuration::{Configuration, Module};
use crate::model::paste;
use crate::model::settings::ValueSource;

/// Adds variables that the code does not have or nobody gives, and a region that is not the recovery's.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let Some(configuration) = &facts.input.configuration else { return };
    let Some(root) = configuration.root_module() else { return };
    let declared = || root.variables.iter().map(|variable| variable.name.as_str());
    check_given(facts, configuration, root, findings);
    for variable in &facts.input.settings.terraform.variables {
        let name = variable.name.as_str();
        // Code that could not be read may declare it.
        if !declared().any(|known| known == name) {
            if configuration.gaps.is_empty() {
                let message = format!("variable \"{name}\" of drplan.hcl is no variable of the code");
                subjects::add_unknown(findings, name, message, declared(), &variable.place);
            }
            continue;
        }
        if let ValueSource::Plain(value) = &variable.source
            && is_region(root, name)
            && value != facts.recovery
        {
            findings.add(
                "region-variable",
                name,
                format!(
                    "variable \"{name}\" gives the provider region {value}, and the recovery is in {}",
                    facts.recovery
                ),
                format!("`value = \"{}\"`, or leave the block out: the recovery sets it", facts.recovery),
                variable.place.clone(),
            );
        }
    }
}

/// The engine asks for a required variable that nothing gives, and without a terminal it stops.
/// <https://opentofu.org/docs/language/values/variables/#assigning-values-to-root-module-variables>
fn check_given(facts: &Facts<'_, '_>, configuration: &Configuration, root: &Module, findings: &mut Findings) {
    let settings = &facts.input.settings.terraform.variables;
    for variable in root.variables.iter().filter(|variable| variable.default.is_none()) {
        let name = variable.name.as_str();
        let given = settings.iter().any(|given| given.name == name)
            || configuration.given.iter().any(|given| given.variable == name)
            || is_region(root, name);
        if given {
            continue;
        }
        findings.add(
            "variable-not-given",
            name,
            format!(
                "variable \"{name}\" has no default, and nothing gives the recovery a value: the engine stops"
            ),
            format!(
                "give it in the terraform block of drplan.hcl, a secret one by where it is: {}",
                paste::block("variable", name, &format!("env = \"TF_VAR_{name}\""))
            ),
            variable.place.clone(),
        );
    }
}
