//! Why a resource becomes what it becomes.

use super::action::{describe, known};
use super::screen::{Screen, Style, bold, dim, plain};
use super::step::{is_about, put_findings, put_store, site, touching};
use super::text::{count, shorten};
use super::{Options, Unknown};
use crate::plan::Plan;
use crate::plan::finding::Finding;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

/// One resource of the state: its fate, why, and all that hangs on it. Deposed objects of the address follow it.
///
/// # Errors
/// Where the plan has no resource of that address; with the nearest addresses.
pub fn render_resource(plan: &Plan, address: &str, options: Options<'_>) -> Result<String, Unknown> {
    let found = find_resources(plan, address)?;
    let mut screen = Screen::new(options);
    for resource in &found {
        screen.gap();
        fate(&mut screen, plan, resource);
    }
    if let Some(store) = plan.stores.iter().find(|store| store.address == address) {
        put_store(&mut screen, plan, store);
    }
    owned(&mut screen, plan, address);
    used(&mut screen, plan, address);
    let mut label = "steps";
    for step in touching(plan, address) {
        let mark = if plan.forecast.rto.critical_path.contains(&step.id) { " *" } else { "" };
        screen.row(label, &[plain(&step.id), (Style::Warn, mark.to_owned())]);
        screen.row_at("", 4, &[dim(format!("  {}", describe(&step.action).title))]);
        label = "";
    }
    let about: Vec<&Finding> = plan.findings.iter().filter(|finding| is_about(finding, address)).collect();
    put_findings(&mut screen, about, &options.command());
    Ok(screen.finish())
}

/// The resource of an address, and its deposed objects.
///
/// # Errors
/// Where the plan has none; with the nearest addresses.
pub fn find_resources<'p>(plan: &'p Plan, address: &str) -> Result<Vec<&'p PlannedResource>, Unknown> {
    let found: Vec<&PlannedResource> = plan.resources.iter().filter(|r| r.address == address).collect();
    if found.is_empty() {
        let known = plan.resources.iter().map(|resource| resource.address.as_str());
        return Err(Unknown::new("resource", address, known));
    }
    Ok(found)
}

const fn style(disposition: Disposition) -> Style {
    match disposition {
        Disposition::Create | Disposition::Restore | Disposition::Promote => Style::Good,
        Disposition::Update => Style::Warn,
        Disposition::Block => Style::Bad,
        Disposition::Share | Disposition::Adopt | Disposition::Carry | Disposition::Skip => Style::Plain,
    }
}

fn fate(screen: &mut Screen, plan: &Plan, resource: &PlannedResource) {
    let PlannedResource {
        address,
        deposed,
        type_name,
        disposition,
        reason,
        engine,
        counterpart,
        known_after,
        region,
        unknown_type,
        // The reason names them.
        goes_with: _,
        beyond_state: _,
    } = resource;
    let mut head = vec![bold(address)];
    if let Some(key) = deposed {
        head.push(plain(format!(" (deposed {key})")));
    }
    head.push((style(*disposition), format!("   {}", disposition.as_str())));
    screen.text(2, &head);
    screen.row("why", &[plain(reason)]);
    if *unknown_type {
        let words = format!("{type_name} is not in drplan's table: rules on its attributes decided");
        screen.row("", &[(Style::Warn, words)]);
    }
    screen.row("engine", &[plain(format!("{}: {}", engine.as_str(), engine_words(*engine)))]);
    screen.row("lives in", &[plain(region.as_deref().unwrap_or("no region: global, or only in the state"))]);
    if counterpart.is_some() || known_after.is_some() {
        let words = known(counterpart.as_deref(), known_after.as_deref());
        let at = if region.is_some() { format!(" in {}", plan.saw.recovery_region) } else { String::new() };
        screen.row("becomes", &[plain(format!("{words}{at}"))]);
    }
}

const fn engine_words(engine: Engine) -> &'static str {
    match engine {
        Engine::Create => "it makes it",
        Engine::Import => "an import block; planned as no change",
        Engine::Withhold => "left out until its gate, then made, or imported and changed",
        Engine::Exclude => "left out; where it is restored it is imported afterwards",
        Engine::Carry => "its value is put into the recovery workspace's state first",
        Engine::None => "never hears of it",
    }
}

/// Uses that are shown for one value before the rest is counted.
const SHOWN: usize = 12;

fn owned(screen: &mut Screen, plan: &Plan, address: &str) {
    let mut label = "owns";
    for value in plan.values.iter().filter(|value| value.owner.as_deref() == Some(address)) {
        let elsewhere: Vec<&Use> =
            value.uses.iter().filter(|used| used.disposition != UseDisposition::Own).collect();
        screen.row(label, &[dim(format!("{} ", value.kind.as_str())), plain(&value.value)]);
        for used in elsewhere.iter().take(SHOWN) {
            screen.row_at("", 4, &[plain(format!("  {}", site(&used.site)))]);
            screen.row_at("", 7, &[plain("    "), fate_of(used)]);
        }
        if elsewhere.is_empty() {
            screen.row("", &[dim("  used nowhere else")]);
        }
        if elsewhere.len() > SHOWN {
            screen.row("", &[dim(format!("  and {}", count(elsewhere.len() - SHOWN, "more use")))]);
        }
        label = "";
    }
}

/// `-> us-west-2`, `kept as it is`.
pub(super) fn fate_of(used: &Use) -> (Style, String) {
    let to = || known(used.counterpart.as_deref(), used.known_after.as_deref());
    match used.disposition {
        UseDisposition::Own => (Style::Dim, "its own".to_owned()),
        UseDisposition::Kept => (Style::Dim, "kept as it is".to_owned()),
        UseDisposition::Rewritten | UseDisposition::KnownAfter => (Style::Good, format!("-> {}", to())),
        UseDisposition::Unplaced => (Style::Bad, "unplaced: nobody knows what to put there".to_owned()),
    }
}

/// ` of module.rds.aws_db_instance.primary`; nothing for a region or an account, which no resource owns.
pub(super) fn of_owner(value: &OwnedValue) -> String {
    value.owner.as_ref().map_or_else(String::new, |owner| format!(" of {owner}"))
}

/// Values of others that stand in this resource.
fn used(screen: &mut Screen, plan: &Plan, address: &str) {
    let mut label = "uses";
    let here = |used: &&Use| match &used.site {
        Site::Resource { resource, .. } => resource == address && used.disposition != UseDisposition::Own,
        Site::File { .. } => false,
    };
    let all: Vec<(&OwnedValue, &Use)> = plan
        .values
        .iter()
        .flat_map(|value| value.uses.iter().filter(here).map(move |used| (value, used)))
        .collect();
    for (value, used) in all.iter().take(SHOWN) {
        screen.row_at(
            label,
            4,
            &[
                dim(format!("{} ", value.kind.as_str())),
                plain(shorten(&value.value, 160)),
                dim(format!("  {}", of_owner(value))),
            ],
        );
        let Site::Resource { path, within, .. } = &used.site else { continue };
        let place = super::action::place(path, within.as_deref());
        screen.row_at("", 4, &[plain(format!("  {place}   ")), fate_of(used)]);
        label = "";
    }
    if all.len() > SHOWN {
        screen.row("", &[dim(format!("and {}", count(all.len() - SHOWN, "more use")))]);
    }
}
