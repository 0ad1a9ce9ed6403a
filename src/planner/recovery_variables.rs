//! Variables that drplan.hcl gives the recovery, against the code that takes them.

use super::facts::Facts;
use super::findings::Findings;
use super::subjects;
use super::variables::is_region;
use crate::model::settings::ValueSource;

/// Adds variables that the code does not have, and a region that is not the recovery's.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let Some(configuration) = &facts.input.configuration else { return };
    let Some(root) = configuration.root_module() else { return };
    let declared = || root.variables.iter().map(|variable| variable.name.as_str());
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
