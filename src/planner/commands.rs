//! Commands of the engine that a fix tells to run, where the code lies and in the recovery's workspace.

use super::facts::Facts;
use crate::model::configuration::RegionSource;
use crate::model::paste;

/// The program that people run: the one that drplan.hcl names, else the one whose registry the state's providers are of.
pub(super) fn engine(facts: &Facts<'_, '_>) -> &'static str {
    let named = facts.input.settings.terraform.engine.as_deref();
    let is_terraform = match named {
        Some(named) => named.rsplit('/').next().is_some_and(|name| name.starts_with("terraform")),
        None => {
            let mut providers = facts.objects.iter().map(|object| &*object.instance.provider);
            let lock = facts.input.configuration.iter().flat_map(|code| code.lock.iter().flatten());
            let mut locked = lock.map(|provider| provider.name.as_str());
            let is_theirs = |name: &str| name.starts_with("registry.terraform.io/");
            providers.any(is_theirs) || locked.any(is_theirs)
        }
    };
    if is_terraform { "terraform" } else { "tofu" }
}

/// The option that has the engine work in the folder of the code, with a blank after it; empty where that is here.
pub(super) fn chdir(facts: &Facts<'_, '_>) -> String {
    match facts.input.configuration.as_ref().map(|code| code.root.as_str()) {
        None | Some("" | ".") => String::new(),
        Some(root) => format!("-chdir={} ", paste::shell(root)),
    }
}

/// Takes an object into the recovery's workspace: it is looked for in the region that the provider is given.
pub(super) fn import(facts: &Facts<'_, '_>, address: &str, id: &str) -> String {
    let root = facts.input.configuration.as_ref().and_then(|code| code.root_module());
    let providers = root.into_iter().flat_map(|root| &root.providers);
    let region =
        providers.filter(|provider| provider.alias.is_none()).find_map(|provider| match &provider.region {
            RegionSource::Variable(name) => {
                Some(format!("-var {} ", paste::shell(&format!("{name}={}", facts.recovery))))
            }
            _ => None,
        });
    format!(
        "`TF_WORKSPACE={} {} {}import {}{} {}`",
        paste::shell(&facts.workspace()),
        engine(facts),
        chdir(facts),
        region.unwrap_or_default(),
        paste::shell(address),
        paste::shell(id)
    )
}
