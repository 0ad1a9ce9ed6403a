//! The engine's word: which instances the code makes in the recovery region only the engine can tell. What its plan
//! makes beyond the primary's state is made by this plan, too; what it does not have of the state is not.
//!
//! <https://opentofu.org/docs/language/meta-arguments/for_each/>

mod needs;
mod taken;
mod told;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::actors;
use super::dispositions::{Decided, Fate, accepted_loss, fate, may_hold_data, told as told_to};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::stores::{Outcome, store_without_points};
use super::variables::counts;
use crate::model::diagnostic::Place;
use crate::model::engine_plan::{EngineAction, EnginePlan};
use crate::model::input::PlanningInput;
use crate::model::paste;
use crate::model::state::{Instance, Mode};
use crate::model::types::Recovery;
use crate::plan::resource::{Disposition, Engine};
use crate::plan::store::{Candidate, CandidateKind};
use needs::Needs;
use taken::Taken;
pub(super) use told::check;

/// What the engine's plan has beyond the primary's state.
#[derive(Default)]
pub(super) struct Word<'a> {
    /// Instances that it makes.
    pub(super) made: Vec<Instance<'a>>,
    /// Blocks that only the code has, which a block of the state refers to by now; all by address without index.
    needed: HashMap<String, Vec<String>>,
}

impl Word<'_> {
    /// What a block of the state depends on beyond what the state knows of.
    pub(super) fn needed_by(&self, config_address: &str) -> impl Iterator<Item = &str> {
        self.needed.get(config_address).into_iter().flatten().map(String::as_str)
    }
}

/// Reads which instances the engine's plan makes and the primary's state does not have.
pub(super) fn read<'a>(input: &PlanningInput<'a>) -> Word<'a> {
    let Some(plan) = &input.engine_plan else { return Word::default() };
    let managed = input.state.instances.iter().filter(|one| one.mode == Mode::Managed);
    let of_state: HashSet<&str> =
        managed.filter(|one| one.deposed.is_none()).map(|one| one.address.as_str()).collect();
    let made: Vec<_> = plan
        .changes
        .iter()
        .filter(|change| change.action == EngineAction::Create && !change.imports && change.deposed.is_none())
        .filter(|change| !of_state.contains(change.address.as_str()))
        .collect();
    if made.is_empty() {
        return Word::default();
    }
    let needs = Needs::new(input, &made);
    let instances = made.iter().map(|change| {
        let (module, name) = change.module_and_name();
        let sibling = needs.sibling(change);
        Instance {
            address: change.address.clone(),
            config_address: change.config_address.clone(),
            module: module.to_owned(),
            mode: Mode::Managed,
            type_name: change.type_name.clone(),
            name: Cow::Owned(name.to_owned()),
            provider: sibling.map_or_else(|| change.provider.clone(), |one| one.provider.clone()),
            provider_alias: sibling.and_then(|one| one.provider_alias.clone()),
            deposed: None,
            tainted: false,
            schema_version: 0,
            attributes: if change.after.starts_with('{') { change.after } else { "{}" },
            flat: false,
            sensitive: Vec::new(),
            dependencies: needs.of(change),
        }
    });
    Word { made: instances.collect(), needed: needs.of_state(&made) }
}

/// What becomes of an instance that only the engine's plan has: it is made, and what would hold data begins empty.
pub(super) fn decide_made(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    if let Some(taken) = taken::taken_by(facts, object) {
        let Taken { name, by, place } = taken;
        findings.add(
            "engine-differs",
            object.address(),
            format!(
                "the engine's plan makes {} \"{name}\", and {place} already, by {by}: there is one for all regions",
                object.type_name()
            ),
            "have the code give it the same key in the recovery, so that it is taken over; or a name with the region in it",
            facts.place_in_code(object),
        );
        let reason = format!("its name is taken: {place}, by {by}");
        return fate(Disposition::Block, Engine::Exclude, reason).into();
    }
    if may_hold_data(object) {
        return decide_new_store(facts, object, fates, findings);
    }
    if let Some(why) = actors::acts(object).or_else(|| moves_names(object)) {
        return fate(Disposition::Create, Engine::Withhold, why).into();
    }
    fate(Disposition::Create, Engine::Create, made_by(facts)).into()
}

fn made_by(facts: &Facts<'_, '_>) -> String {
    format!("not in the primary's state: the engine's plan makes it in {}", facts.recovery)
}

/// Whether it leads users somewhere as soon as it is made; what only proves that a name is ours waits, too: nobody has
/// seen what it says.
fn moves_names(object: &Object<'_, '_>) -> Option<&'static str> {
    let traffic = object.entry.is_some_and(|entry| entry.recovery == Recovery::Traffic);
    traffic.then_some("it moves names or traffic by itself: made behind the gate")
}

fn decide_new_store(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
    findings: &mut Findings,
) -> Outcome {
    if let Some(accepted) = accepted_loss(facts, object) {
        return accepted;
    }
    // Under another key it may be the very one that is to come back: an empty one would take its name.
    let siblings = facts.by_config.get(object.instance.config_address.as_str());
    let comes_back = siblings.into_iter().flatten().find(|at| {
        let fate = fates.get(**at).and_then(Option::as_ref);
        fate.is_some_and(|fate| matches!(fate.disposition, Disposition::Restore | Disposition::Promote))
    });
    if let Some(other) = comes_back.map(|at| facts.objects[*at].address()) {
        findings.add(
            "store-no-recovery",
            object.address(),
            format!(
                "the engine's plan makes it, an empty one, and the primary has none at this address: {other} of the same \
                 block comes back with its data, and may be what it is meant to be"
            ),
            format!(
                "where it is {other} under another key, give it that key in the recovery, too; where it is another store \
                 that begins empty, say so: {}",
                paste::block("accept_loss", object.address(), "reason = \"...\"")
            ),
            facts.place_in_code(object),
        );
        let reason = format!("would be made empty, and {other} of the same block is to come back");
        return fate(Disposition::Block, Engine::Exclude, reason).into();
    }
    let mut outcome: Outcome =
        fate(Disposition::Create, Engine::Create, format!("{}; it begins empty", made_by(facts))).into();
    let why = "the primary has none: what the engine makes begins empty";
    let store = store_without_points(object.address(), &object.name(), vec![CandidateKind::Empty], why);
    outcome.store = Some(store.choosing(Candidate::untimed(CandidateKind::Empty, "empty")));
    outcome
}

/// Skips what the code makes no instance of in the recovery region, by the engine's plan.
pub(super) fn plan_gone(
    facts: &Facts<'_, '_>,
    fates: &mut [Option<Fate>],
    decided: &mut Decided,
    findings: &mut Findings,
) {
    let Some(plan) = &facts.input.engine_plan else { return };
    // What somebody left out with `-target` is no word about the code; what drplan left out itself is known.
    if !plan.complete && plan.excluded.is_none() {
        return;
    }
    let planned: HashSet<&str> = plan
        .changes
        .iter()
        .filter(|change| change.deposed.is_none())
        .map(|change| change.address.as_str())
        .collect();
    let waits = Waits::new(facts, plan);
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(fate) = fates.get_mut(at).and_then(Option::as_mut) else { continue };
        let told = told_to(object, fate.engine);
        let asked = plan.asked.blocks.contains(&object.instance.config_address);
        let is_left_out = if asked {
            plan.asked.instances.contains(object.address())
        } else {
            // A value that lives only in the state is never made anew in silence.
            !matches!(told, Engine::Create | Engine::Import) || waits.is_left_out(object)
        };
        if object.instance.deposed.is_some()
            || fate.goes_with.is_some()
            || planned.contains(object.address())
            || facts.is_not_in_code(object.instance)
            || is_left_out
        {
            continue;
        }
        let Some(counted) = counted(facts, object) else { continue };
        let reason = format!(
            "by the engine's plan ({}) the code makes no such instance in {}{}",
            plan.origin,
            facts.recovery,
            counted.as_ref().map_or_else(String::new, |place| format!(": see {place}"))
        );
        let lost = may_hold_data(object)
            && matches!(fate.disposition, Disposition::Restore | Disposition::Promote | Disposition::Adopt);
        decided.gone.insert(at, counted.clone());
        if !lost {
            *fate = self::fate(Disposition::Skip, Engine::None, reason);
            continue;
        }
        findings.add(
            "engine-omits",
            object.address(),
            format!("it holds data, and {reason}: its data would not come back"),
            format!(
                "have its count or for_each make it with the recovery's variables; or leave it out: {}",
                paste::block("skip", object.address(), "reason = \"...\"")
            ),
            counted.or_else(|| facts.place_in_code(object)),
        );
        *fate = self::fate(Disposition::Block, Engine::None, format!("holds data, and {reason}"));
    }
}

/// Whether the code decides how many there are, and where. What it always makes and the engine does not plan was left
/// out by whoever made the plan, which is no word about the code.
fn counted(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Option<Place>> {
    let first = counts(facts, object).first().map(|(_, argument)| argument.place.clone());
    let unread = facts.block(object.instance).is_none();
    first.or_else(|| (unread && object.address().contains('[')).then_some(None))
}

/// What the engine was told to leave out, with all that depends on it by the state.
struct Waits<'f> {
    plan: &'f EnginePlan<'f>,
    /// Addresses without index of what is left out.
    out: HashSet<&'f str>,
}

impl<'f> Waits<'f> {
    fn new(facts: &'f Facts<'_, '_>, plan: &'f EnginePlan<'_>) -> Self {
        let excluded = plan.excluded.iter().flatten();
        let out = excluded
            .filter_map(|address| facts.by_address.get(address.as_str()))
            .map(|at| facts.objects[*at].instance.config_address.as_str())
            .collect();
        Self { plan, out }
    }

    fn is_left_out(&self, object: &Object<'_, '_>) -> bool {
        let named = self.plan.excluded.as_ref().is_some_and(|all| all.contains(object.address()));
        named || object.instance.dependencies.iter().any(|address| self.out.contains(&**address))
    }
}
