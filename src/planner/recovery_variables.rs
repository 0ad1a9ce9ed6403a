//! Variables that drplan.hcl gives the recovery, against the code that takes them.

use super::facts::Facts;
use super::findings::Findings;
use crate::model::configuration::RegionSource;
use crate::model::settings::ValueSource;

/// Adds variables that the code does not have, and a region that is not the recovery's.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let Some(configuration) = &facts.input.configuration else { return };
    let Some(root) = configuration.modules.iter().find(|module| module.paths.iter().any(String::is_empty))
    else {
        return;
    };
    let declared = || root.variables.iter().map(|variable| variable.name.as_str());
    let of_region = |name: &str| {
        root.providers.iter().any(|provider| {
            provider.alias.is_none()
                && matches!(&provider.region, RegionSource::Variable(variable) if variable == name)
        })
    };
    for variable in &facts.input.settings.terraform.variables {
        let name = variable.name.as_str();
        // Code that could not be read may declare it.
        if !declared().any(|known| known == name) {
            if configuration.gaps.is_empty() {
                let near = crate::model::nearest(name, declared());
                findings.add(
                    "subject-unknown",
                    name,
                    format!("variable \"{name}\" of drplan.hcl is no variable of the code"),
                    near.map_or_else(
                        || "correct the name, or remove the block".to_owned(),
                        |near| format!("is \"{near}\" meant? Otherwise remove the block"),
                    ),
                    variable.place.clone(),
                );
            }
            continue;
        }
        if let ValueSource::Plain(value) = &variable.source
            && of_region(name)
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
