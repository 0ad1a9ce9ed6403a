//! What becomes of each managed object of the state, and why.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::actors;
use super::databases;
use super::dns;
use super::engine_word;
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::foreseen;
use super::left_out::plan_left_out;
use super::references;
use super::stores::{self, Outcome};
use super::unknown_types;
use super::workspace;
use crate::model::diagnostic::Place;
use crate::model::types::{HoldsData, Recovery, Scope};
use crate::model::value::ValueKind;
use crate::plan::resource::{Disposition, Engine, PlannedResource, is_postponed};
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

/// The decision about every resource.
pub(super) struct Decided {
    pub(super) resources: Vec<PlannedResource>,
    /// By address.
    pub(super) stores: Vec<PlannedStore>,
    /// For each object of the facts, its place in `resources`; `None` for data sources.
    pub(super) of_object: Vec<Option<usize>>,
    /// Objects of the state that the code makes no instance of in the recovery region, by the engine's plan; with the
    /// place of what decides how many there are.
    pub(super) gone: BTreeMap<usize, Option<Place>>,
}

impl Decided {
    pub(super) fn resource(&self, object: usize) -> Option<&PlannedResource> {
        self.of_object.get(object).copied().flatten().and_then(|index| self.resources.get(index))
    }
    /// Whether the code makes no instance of it in the recovery region, by the engine's plan.
    pub(super) fn is_gone(&self, object: usize) -> bool {
        self.gone.contains_key(&object)
    }
    pub(super) fn store(&self, address: &str) -> Option<&PlannedStore> {
        let at = self.stores.binary_search_by(|store| store.address.as_str().cmp(address));
        at.ok().and_then(|at| self.stores.get(at))
    }
}

/// A decision with its reason, before it becomes part of the artifact.
pub(super) struct Fate {
    pub(super) disposition: Disposition,
    pub(super) engine: Engine,
    pub(super) reason: String,
    pub(super) counterpart: Option<String>,
    /// The step that brings it back, where that is another's.
    pub(super) known_after: Option<String>,
    /// What it depends on that the engine leaves out or withholds.
    pub(super) goes_with: Option<String>,
}

pub(super) fn fate(disposition: Disposition, engine: Engine, reason: impl Into<String>) -> Fate {
    Fate { disposition, engine, reason: reason.into(), counterpart: None, known_after: None, goes_with: None }
}

impl Fate {
    pub(super) fn with(mut self, counterpart: impl Into<String>) -> Self {
        self.counterpart = Some(counterpart.into());
        self
    }
}

/// Decides about every managed object of the state.
pub(super) fn plan_dispositions(facts: &Facts<'_, '_>, findings: &mut Findings) -> Decided {
    let mut decided = Decided {
        resources: Vec::new(),
        stores: Vec::new(),
        of_object: vec![None; facts.objects.len()],
        gone: BTreeMap::new(),
    };
    let stages: Vec<u8> = facts.objects.iter().map(|object| stage(facts, object)).collect();
    let mut fates: Vec<Option<Fate>> = facts.objects.iter().map(|_| None).collect();
    for now in 0..=stages.iter().copied().max().unwrap_or_default() {
        for (index, object) in facts.objects.iter().enumerate() {
            if object.is_managed() && stages[index] == now {
                let outcome = decide(facts, index, &fates, findings);
                decided.stores.extend(outcome.store);
                fates[index] = Some(outcome.fate);
            }
        }
    }
    plan_left_out(facts, &mut fates, &mut decided.stores, findings);
    engine_word::plan_gone(facts, &mut fates, &mut decided, findings);
    plan_without_code(facts, &mut fates);
    let resources: Vec<Option<PlannedResource>> = facts
        .objects
        .par_iter()
        .zip(fates)
        .map(|(object, fate)| fate.map(|fate| as_resource(facts, object, fate)))
        .collect();
    for (index, resource) in resources.into_iter().enumerate() {
        if let Some(resource) = resource {
            decided.of_object[index] = Some(decided.resources.len());
            decided.resources.push(resource);
        }
    }
    decided.stores.sort_by(|a, b| a.address.cmp(&b.address));
    decided
}

/// What has no block in the code is not made; an import needs one to import to: what has none stays where it is, and
/// out of the engine's hands. Nothing in the code depends on it, so that nothing is left out with it.
/// <https://opentofu.org/docs/language/import/>
fn plan_without_code(facts: &Facts<'_, '_>, fates: &mut [Option<Fate>]) {
    for (object, fate) in facts.objects.iter().zip(fates) {
        // What the engine has planned is in the code that it read.
        let is_without = !object.only_planned && facts.is_not_in_code(object.instance);
        let Some(fate) = fate.as_mut().filter(|_| is_without) else { continue };
        if fate.disposition == Disposition::Create && told(object, fate.engine) != Engine::Exclude {
            *fate = self::fate(
                Disposition::Skip,
                Engine::Exclude,
                "in the state but not in the code: the engine does not make it",
            );
            continue;
        }
        if !matches!(fate.disposition, Disposition::Share | Disposition::Adopt)
            || !matches!(fate.engine, Engine::Import)
        {
            continue;
        }
        fate.engine = if fate.disposition == Disposition::Share { Engine::None } else { Engine::Exclude };
        fate.reason = format!("{}; not imported: the code does not have it", fate.reason);
    }
}

/// Replicas of replicas that RDS allows: three levels below the source, and as many again for good measure.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.Configuration.html>
const REPLICA_LEVELS: u8 = 6;

/// When an object is decided: stores first, then what belongs to a bucket, a cluster or a secret, and each replica
/// after what it replicates; last what only the engine's plan has.
fn stage(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> u8 {
    if object.only_planned {
        return REPLICA_LEVELS + 1;
    }
    let Some(entry) = object.entry else { return 1 };
    match entry.recovery {
        Recovery::Bucket | Recovery::Secret => 0,
        Recovery::RdsCluster | Recovery::RdsInstance => {
            let mut level = 0;
            let mut source = references::replica_source(object);
            while let Some(name) = source.filter(|_| level < REPLICA_LEVELS) {
                level += 1;
                source = references::database_object(facts, &name)
                    .and_then(|at| references::replica_source(&facts.objects[at]));
            }
            level
        }
        _ => 1,
    }
}

fn as_resource(facts: &Facts<'_, '_>, object: &Object<'_, '_>, fate: Fate) -> PlannedResource {
    let engine = told(object, fate.engine);
    let phase =
        if is_postponed(fate.disposition, engine, fate.goes_with.as_deref()) { "dns" } else { "infra" };
    let known_after = match (fate.disposition, &fate.counterpart) {
        (_, Some(_)) => None,
        (Disposition::Create, None) => {
            (!foreseen::all(facts, object)).then(|| step_id(phase, object.address()))
        }
        (Disposition::Restore | Disposition::Promote, None) => {
            Some(fate.known_after.unwrap_or_else(|| step_id("restore", object.address())))
        }
        _ => None,
    };
    let counterpart = fate.counterpart.or_else(|| match fate.disposition {
        Disposition::Create => foreseen::name_anew(facts, object),
        Disposition::Restore => foreseen::name(object),
        _ => None,
    });
    let scope = object.entry.map(|entry| entry.scope);
    let region = match (&object.region, scope) {
        (_, Some(Scope::Global | Scope::StateOnly | Scope::Cluster)) => None,
        (Some(region), _) => Some(region.to_string()),
        (None, _) if object.only_planned => is_aws(object).then(|| facts.recovery.to_owned()),
        (None, _) if is_aws(object) => facts.primary.clone(),
        (None, _) => None,
    };
    PlannedResource {
        address: object.address().to_owned(),
        deposed: object.instance.deposed.as_ref().map(ToString::to_string),
        type_name: object.type_name().to_owned(),
        disposition: fate.disposition,
        reason: fate.reason,
        engine,
        counterpart,
        known_after,
        region,
        unknown_type: object.entry.is_none(),
        goes_with: fate.goes_with,
        beyond_state: object.only_planned,
    }
}

/// What cannot be imported and is there already has no object behind it (the wait for a certificate): its entry is
/// carried over from the primary's state.
pub(super) fn told(object: &Object<'_, '_>, engine: Engine) -> Engine {
    let importable = object.entry.is_none_or(|entry| !entry.import_id.is_empty());
    if engine == Engine::Import && !importable { Engine::Carry } else { engine }
}

/// The id of the step about a subject.
pub(super) fn step_id(phase: &str, subject: &str) -> String {
    format!("{phase}/{subject}")
}

pub(super) fn is_aws(object: &Object<'_, '_>) -> bool {
    let provider = &object.instance.provider;
    provider.ends_with("/aws") || provider == "aws" || object.type_name().starts_with("aws_")
}

fn decide(facts: &Facts<'_, '_>, index: usize, fates: &[Option<Fate>], findings: &mut Findings) -> Outcome {
    let object = &facts.objects[index];
    if let Some(key) = &object.instance.deposed {
        return fate(
            Disposition::Skip,
            Engine::None,
            format!("deposed object {key}: left behind by a replacement"),
        )
        .into();
    }
    if let Some(skip) = facts.input.settings.skips.iter().find(|skip| facts.meant_by(&skip.address, object)) {
        let reason = format!("skipped by drplan.hcl: {}", skip.reason);
        return fate(Disposition::Skip, Engine::Exclude, reason).into();
    }
    if object.only_planned {
        return engine_word::decide_made(facts, object, fates, findings);
    }
    let Some(entry) = object.entry else { return unknown_types::decide(facts, object, findings) };
    match entry.scope {
        Scope::StateOnly if entry.recovery == Recovery::Carry => {
            return fate(Disposition::Carry, Engine::Carry, "its value lives only in the state").into();
        }
        Scope::StateOnly => {
            return fate(Disposition::Create, Engine::Create, "made by the engine without the cloud").into();
        }
        Scope::Cluster if entry.recovery == Recovery::Store => {
            return super::volumes::decide_claim(facts, object, findings);
        }
        Scope::Cluster if let Some(why) = actors::acts(object) => {
            return fate(Disposition::Create, Engine::Withhold, why).into();
        }
        Scope::Cluster => {
            let made =
                || fate(Disposition::Create, Engine::Create, "lives in the cluster, which is made anew");
            return super::volumes::decide_kept(facts, object, findings).unwrap_or_else(|| made().into());
        }
        Scope::Global => return decide_global(facts, object, entry.recovery),
        Scope::GlobalWhenUsEast1 if is_cloudfront_scope(object) => {
            return decide_global(facts, object, entry.recovery);
        }
        Scope::GlobalWhenUsEast1 | Scope::Regional => {}
    }
    if let Some(viewer) = super::certificates::decide_viewer(facts, object) {
        return viewer.into();
    }
    if let Some(elsewhere) = decide_elsewhere(facts, object, fates) {
        return elsewhere.into();
    }
    if let Some(there) = workspace::decide_in_workspace(facts, object, entry.recovery, findings) {
        return there;
    }
    if let Some(why) = actors::acts(object) {
        return fate(Disposition::Create, Engine::Withhold, why).into();
    }
    stores::decide_regional(facts, object, entry.recovery, fates, findings)
}

/// A web ACL, rule group or IP set with scope CLOUDFRONT is global and lives in us-east-1.
fn is_cloudfront_scope(object: &Object<'_, '_>) -> bool {
    object.text("scope") == Some("CLOUDFRONT")
}

fn decide_global(facts: &Facts<'_, '_>, object: &Object<'_, '_>, recovery: Recovery) -> Outcome {
    let itself = object.id.as_deref().map_or_else(|| object.name(), str::to_owned);
    match recovery {
        // The new cluster has an issuer of its own; another identity provider is nobody's region.
        Recovery::Create
            if object.owns(ValueKind::Issuer).is_some_and(|issuer| issuer.starts_with("oidc.eks.")) =>
        {
            fate(Disposition::Create, Engine::Create, "trusts the issuer of the cluster, which is made anew")
                .into()
        }
        Recovery::Traffic if dns::is_kept(facts, object) => fate(
            Disposition::Share,
            Engine::Import,
            "global, and drplan.hcl keeps its name where it is: used as it is",
        )
        .with(itself)
        .into(),
        Recovery::Traffic if dns::points_into_primary(facts, object) => fate(
            Disposition::Update,
            Engine::Withhold,
            "global, and it leads traffic into the primary: changed behind the dns gate",
        )
        .with(itself)
        .into(),
        Recovery::Traffic if dns::goes_with_withheld(facts, object) => fate(
            Disposition::Update,
            Engine::Withhold,
            "global, and it leads to a distribution that is withheld: the engine leaves it out with it",
        )
        .with(itself)
        .into(),
        Recovery::Skip => {
            fate(Disposition::Skip, Engine::Exclude, "serves the primary's backups, not the recovery").into()
        }
        _ => fate(Disposition::Share, Engine::Import, "global: there is one in the account, used as it is")
            .with(itself)
            .into(),
    }
}

/// Objects of the recovery region and of third regions.
pub(super) fn decide_elsewhere(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    fates: &[Option<Fate>],
) -> Option<Fate> {
    let region = object.region.as_deref()?;
    if facts.primary.is_none() || facts.is_primary(region) {
        return None;
    }
    let name = object.id.as_deref().unwrap_or(object.address()).to_owned();
    if region == facts.recovery {
        if let Some(source) = references::replica_source(object) {
            return Some(databases::decide_replica_there(facts, object, &source, fates));
        }
        let of_replica = references::leader(facts, object)
            .and_then(|leader| fates.get(leader)?.as_ref())
            .is_some_and(|leader| leader.engine == Engine::Exclude);
        let engine = if of_replica { Engine::Exclude } else { Engine::Import };
        let reason = format!("in {region} already, by the primary's own state");
        return Some(fate(Disposition::Adopt, engine, reason).with(name));
    }
    Some(fate(Disposition::Share, Engine::Import, format!("lives in {region}, which is not lost")).with(name))
}

/// A store that comes back empty because drplan.hcl accepts its loss.
pub(super) fn accepted_loss(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<Outcome> {
    let losses = &facts.input.settings.accepted_losses;
    let loss = losses.iter().find(|loss| facts.meant_by(&loss.address, object))?;
    let mut outcome: Outcome = fate(
        Disposition::Create,
        Engine::Create,
        format!("its data may go, says drplan.hcl: {}", loss.reason),
    )
    .into();
    let why = format!("loss accepted in drplan.hcl: {}", loss.reason);
    let store =
        stores::store_without_points(object.address(), &object.name(), vec![CandidateKind::Empty], why);
    outcome.store = Some(store.choosing(Candidate::untimed(CandidateKind::Empty, "empty")));
    Some(outcome)
}

impl<'i> Facts<'i, '_> {
    /// Whether drplan.hcl says that the data of an object may go.
    pub(super) fn is_loss_accepted(&self, object: &Object<'_, '_>) -> bool {
        self.input.settings.accepted_losses.iter().any(|loss| self.meant_by(&loss.address, object))
    }
    /// Where the code of an object stands.
    pub(super) fn place_in_code(&self, object: &Object<'_, '_>) -> Option<Place> {
        let block = self.block(object.instance)?;
        block.place.clone()
    }
}

/// Whether the table, or its silence, says that the object may hold data.
pub(super) fn may_hold_data(object: &Object<'_, '_>) -> bool {
    object.entry.is_none_or(|entry| entry.data != HoldsData::No)
}
