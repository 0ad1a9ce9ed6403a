//! The prediction against the engine's own plan: what it makes, takes over, changes, and destroys.

use std::collections::BTreeMap;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use super::provenance;
use super::variables;
use crate::model::attributes::{self, Scalar, Segment};
use crate::model::engine_plan::{EngineAction, EnginePlan, ResourceChange};
use crate::model::settings::ValueSource;
use crate::model::{paste, region, words};
use crate::plan::engine_check::{EngineCheck, EngineDifference, Planned};
use crate::plan::resource::{Disposition, Engine, PlannedResource};

/// Compares each address; `None` where no plan of the engine was given.
pub(super) fn check(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    findings: &mut Findings,
) -> Option<EngineCheck> {
    let plan = facts.input.engine_plan.as_ref()?;
    let with_imports = plan.changes.iter().any(|change| change.imports);
    let mut pairs: BTreeMap<&str, Pair<'_, '_>> = BTreeMap::new();
    for resource in decided.resources.iter().filter(|resource| resource.deposed.is_none()) {
        pairs.entry(&resource.address).or_default().resource = Some(resource);
    }
    for change in plan.changes.iter().filter(|change| change.deposed.is_none()) {
        pairs.entry(&change.address).or_default().change = Some(change);
    }
    let mut check = EngineCheck {
        source: plan.origin.clone(),
        engine_version: plan.engine_version.clone(),
        with_imports,
        predicted: 0,
        planned: 0,
        matched: 0,
        deferred: Vec::new(),
        differences: Vec::new(),
    };
    for (address, pair) in pairs {
        let told = pair.resource.map(|resource| resource.engine).filter(|engine| *engine != Engine::None);
        let planned = pair.change.map(planned);
        let left_out = plan.excluded.as_ref().is_some_and(|excluded| excluded.contains(address));
        if left_out
            && planned.is_none()
            && matches!(told, Some(Engine::Create | Engine::Import | Engine::Carry))
        {
            if pair.resource.is_some_and(|resource| !resource.is_postponed()) {
                check.deferred.push(address.to_owned());
            }
            continue;
        }
        // What waits for its gate, or is restored, is no part of this plan of the engine.
        let waits = planned.is_none() && matches!(told, Some(Engine::Withhold | Engine::Exclude));
        check.predicted += u64::from(told.is_some() && !waits);
        check.planned += u64::from(planned.is_some());
        match pair.differs(with_imports) {
            Some((code, why)) => {
                report(facts, plan, address, &pair, (code, &why), findings);
                check.differences.push(EngineDifference {
                    address: address.to_owned(),
                    predicted: pair.resource.map(|resource| resource.engine),
                    planned,
                    why,
                });
            }
            None => check.matched += u64::from(told.is_some() && !waits || planned.is_some()),
        }
    }
    check_region(facts, plan, findings);
    check_variables(facts, plan, findings);
    check_values(facts, decided, plan, findings);
    Some(check)
}

/// One address, as it was predicted and as it is planned.
#[derive(Default)]
struct Pair<'r, 'p> {
    resource: Option<&'r PlannedResource>,
    change: Option<&'r ResourceChange<'p>>,
}

fn planned(change: &ResourceChange<'_>) -> Planned {
    match change.action {
        EngineAction::Keep if change.imports => Planned::Import,
        EngineAction::Update if change.imports => Planned::ImportAndUpdate,
        EngineAction::Keep => Planned::Keep,
        EngineAction::Create => Planned::Create,
        EngineAction::Update => Planned::Update,
        EngineAction::Delete => Planned::Delete,
        EngineAction::Replace => Planned::Replace,
        EngineAction::Forget => Planned::Forget,
    }
}

impl Pair<'_, '_> {
    /// The finding and what it means, where the two are not of one mind. Without its imports a plan makes what is to be
    /// taken over.
    fn differs(&self, with_imports: bool) -> Option<(&'static str, String)> {
        let told = self.resource.map_or(Engine::None, |resource| resource.engine);
        let by = || {
            let paths = self.change.map(|change| change.replaced_by.join(", ")).unwrap_or_default();
            if paths.is_empty() { String::new() } else { format!(", because of {paths}") }
        };
        let planned = self.change.map(planned);
        let (code, why) = match (told, planned) {
            (_, Some(Planned::Delete)) => ("engine-destroys", "the engine destroys it".to_owned()),
            (_, Some(Planned::Replace)) => {
                ("engine-destroys", format!("the engine destroys it and makes another{}", by()))
            }
            (_, Some(Planned::Forget)) => ("engine-destroys", "the engine lets it go".to_owned()),
            (Engine::None, None | Some(Planned::Keep))
            | (Engine::Create | Engine::Withhold | Engine::Exclude, Some(Planned::Create))
            | (Engine::Withhold | Engine::Exclude, None | Some(Planned::Import))
            | (Engine::Import, Some(Planned::Import | Planned::Keep))
            | (Engine::Carry, Some(Planned::Keep)) => return None,
            (Engine::Import | Engine::Carry, Some(Planned::Create)) if !with_imports => return None,
            (Engine::Import, Some(Planned::ImportAndUpdate | Planned::Update)) => {
                let own = self.resource.is_some_and(|one| one.disposition != Disposition::Share);
                if own {
                    return None;
                }
                ("engine-differs", "the engine changes what the primary shares with it".to_owned())
            }
            (Engine::None, Some(planned)) => (
                "engine-unpredicted",
                format!(
                    "the engine's plan has it ({}), and the plan of the recovery does not",
                    planned.as_str()
                ),
            ),
            (told, None) => (
                "engine-omits",
                format!("the plan counts on it ({}), and the engine's plan does not have it", told.as_str()),
            ),
            (told, Some(planned)) => (
                "engine-differs",
                format!(
                    "the plan tells the engine to {}, and its plan is to {}",
                    told.as_str(),
                    planned.as_str()
                ),
            ),
        };
        Some((code, why))
    }
}

fn report(
    facts: &Facts<'_, '_>,
    plan: &EnginePlan<'_>,
    address: &str,
    pair: &Pair<'_, '_>,
    (code, why): (&'static str, &str),
    findings: &mut Findings,
) {
    let skip = paste::block("skip", address, "reason = \"...\"");
    let fix = match code {
        "engine-destroys" => format!(
            "is {} the plan of workspace {}? Else mend the code until it destroys nothing there",
            plan.origin,
            facts.workspace()
        ),
        "engine-unpredicted" => {
            "apply it in the primary first, so that the plan can see what it becomes; or leave it out of the code".to_owned()
        }
        "engine-omits" => format!("see its count or for_each with the recovery's variables; or leave it out: {skip}"),
        _ => "make the engine's plan again in the workspace and with the variables of the recovery".to_owned(),
    };
    let object = facts.by_address.get(address).map(|at| &facts.objects[*at]);
    let place = pair.resource.and(object).and_then(|object| facts.place_in_code(object));
    findings.add(code, address, format!("{why} (in {})", plan.origin), fix, place);
}

/// A plan that makes all in another region was made with other variables: it says nothing of the recovery.
fn check_region(facts: &Facts<'_, '_>, plan: &EnginePlan<'_>, findings: &mut Findings) {
    let mut by_region: BTreeMap<String, usize> = BTreeMap::new();
    for change in &plan.changes {
        if change.action != EngineAction::Create || change.imports || change.deposed.is_some() {
            continue;
        }
        let mut region = None;
        let mut visit = |path: &[Segment<'_>], scalar: Scalar<'_>| {
            if let ([Segment::Key(key)], Scalar::String(text)) = (path, scalar) {
                match &**key {
                    "region" if !text.is_empty() => region = Some(text.into_owned()),
                    "availability_zone" if region.is_none() => {
                        region = region::of_zone(&text).map(str::to_owned);
                    }
                    _ => {}
                }
            }
        };
        // The reader has walked it already.
        let _ = attributes::walk_some(change.after, |_| false, &mut visit);
        if let Some(region) = region {
            *by_region.entry(region).or_default() += 1;
        }
    }
    // What the edge uses is in us-east-1 whatever the region.
    by_region
        .retain(|region, _| region != "us-east-1" || facts.is_primary(region) || region == facts.recovery);
    let most = by_region.iter().max_by_key(|(_, count)| **count);
    let Some((region, count)) = most.filter(|_| !by_region.contains_key(facts.recovery)) else { return };
    let which = if facts.is_primary(region) { ", the lost region," } else { "" };
    findings.add(
        "engine-plans-primary",
        plan.origin.clone(),
        format!(
            "the engine's plan makes {} in {region}{which} and nothing in {}: it was not made with the variables of the \
             recovery",
            words::count(*count, "resource"),
            facts.recovery
        ),
        format!(
            "make it again in workspace {} with the recovery's variables, or take the region from a variable that the \
             terraform block of drplan.hcl gives",
            facts.workspace()
        ),
        None,
    );
}

/// A plan that was made with another value than the recovery's is of something else.
fn check_variables(facts: &Facts<'_, '_>, plan: &EnginePlan<'_>, findings: &mut Findings) {
    let wanted = |name: &str| {
        let settings = &facts.input.settings.terraform.variables;
        let of_settings = settings.iter().find(|variable| variable.name == name);
        let root = facts.input.configuration.as_ref().and_then(|code| code.root_module());
        match of_settings.map(|variable| &variable.source) {
            Some(ValueSource::Plain(text)) => Some(text.as_str()),
            Some(_) => None,
            None => root.filter(|root| variables::is_region(root, name)).map(|_| facts.recovery),
        }
    };
    for (name, value) in &plan.given {
        if wanted(name).is_some_and(|wanted| wanted != value.expose()) {
            findings.add(
                "engine-differs",
                format!("variable \"{name}\""),
                format!(
                    "the engine's plan ({}) was made with another value of it than the recovery has",
                    plan.origin
                ),
                format!(
                    "make it again with the variables of the terraform block of drplan.hcl, in workspace {}",
                    facts.workspace()
                ),
                None,
            );
        }
    }
}

/// What is made with something of the lost region in it: the engine has evaluated what nobody could read.
fn check_values(facts: &Facts<'_, '_>, decided: &Decided, plan: &EnginePlan<'_>, findings: &mut Findings) {
    let made = plan
        .changes
        .iter()
        .filter(|change| change.action == EngineAction::Create && change.deposed.is_none());
    for (change, found) in provenance::lost_in(facts, decided, made) {
        let Some((first, more)) = found.split_first() else { continue };
        let more = match more.len() {
            0 => String::new(),
            count => format!(" and {} more", words::count(count, "place")),
        };
        let object = facts.by_address.get(change.address.as_str()).map(|at| &facts.objects[*at]);
        findings.add(
            "engine-names-primary",
            change.address.clone(),
            format!("the engine would make it with \"{}\" of the primary in {}{more}", first.token, first.pointer),
            format!(
                "where that is meant, as of a copy's source, there is nothing to do; else have the code take it from what \
                 is made in {}",
                facts.recovery
            ),
            object.and_then(|object| facts.place_in_code(object)),
        );
    }
}
