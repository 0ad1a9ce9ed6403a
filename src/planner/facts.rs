//! What the inputs say of themselves: regions, account, what each object of the state is and owns.

mod choices;
mod object;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};
use jiff::Timestamp;
use rayon::prelude::*;

use super::engine_word::Word;
use crate::model::configuration::{Module, ResourceBlock};
use crate::model::diagnostic::BadInput;
use crate::model::input::PlanningInput;
use crate::model::inventory::Inventory;
use crate::model::state::{Instance, Mode};
use crate::model::types::Scope;
use crate::plan::artifact::{
    Policy, Saw, SawConfiguration, SawEstimates, SawManifests, SawRecording, SawState,
};
pub(super) use choices::is_account;
use choices::{check_recordings, choose_account, choose_primary};
pub(super) use object::{Object, Owned};
use object::{read_object, read_planned};

/// All that later parts ask of the inputs.
pub(super) struct Facts<'i, 'a> {
    pub(super) input: &'i PlanningInput<'a>,
    /// What the engine's plan has beyond the state.
    pub(super) word: &'i Word<'a>,
    pub(super) primary: Option<String>,
    pub(super) recovery: &'i str,
    pub(super) account: Option<String>,
    /// One for each instance of the state, and one for each that only the engine's plan has, by address.
    pub(super) objects: Vec<Object<'i, 'a>>,
    /// Indexes of managed, current objects by address without indexes.
    pub(super) by_config: HashMap<&'i str, Vec<usize>>,
    /// Indexes of all current objects by address.
    pub(super) by_address: HashMap<&'i str, usize>,
    /// Blocks of the code: by module path, `data` or not, type and name.
    blocks: HashMap<BlockKey<'i>, &'i ResourceBlock>,
    /// Paths of the modules whose code was read.
    modules: HashSet<&'i str>,
    /// Addresses in the recovery workspace's own state.
    pub(super) in_workspace: HashSet<&'i str>,
    /// Labels that two objects of the manifests have, in different API groups.
    shared_labels: HashSet<String>,
    /// Host names and addresses that the lost region's objects hold, gathered when first asked for.
    pub(super) held_by_primary: OnceLock<HashSet<String>>,
    /// Indexes of the stores by the hosts that they answer at, gathered when first asked for.
    pub(super) stores_by_host: OnceLock<HashMap<String, usize>>,
    /// Indexes of the objects that others go with, by id and ARN, gathered when first asked for.
    pub(super) leaders: OnceLock<super::references::Leaders>,
}

type BlockKey<'i> = (&'i str, bool, &'i str, &'i str);

impl<'i> Facts<'i, '_> {
    pub(super) fn inventory(&self) -> Option<&'i Inventory> {
        self.input.inventory.as_ref()
    }
    /// What an object of the manifests is called: with its API group only where another has the same label.
    pub(super) fn label(&self, object: &crate::model::document::Object) -> String {
        let label = object.label();
        if self.shared_labels.contains(&label) { object.label_in_group() } else { label }
    }
    /// Whether what stands under the name of an address was made by the run that the plan goes on with. What drplan
    /// restores has the run's tag; what the engine makes is known by the run's journal.
    pub(super) fn is_own(&self, address: &str, made_by: Option<&str>, restored: bool) -> bool {
        let Some(own) = &self.input.own_run else { return false };
        match made_by {
            Some(run) => run == own.run,
            None => own.addresses.contains(address) && !(restored && self.tells_runs(address)),
        }
    }
    /// Whether the inventory has it in use already, by the run that the plan goes on with.
    pub(super) fn is_counted(&self, address: &str) -> bool {
        let seen = self.inventory().map(|inventory| inventory.taken_at);
        let own = self.input.own_run.as_ref();
        own.is_some_and(|own| own.addresses.contains(address) && seen.is_some_and(|seen| seen > own.since))
    }
    /// Whether an inventory has the tags of what an address becomes.
    fn tells_runs(&self, address: &str) -> bool {
        let object = self.by_address.get(address).and_then(|at| self.objects.get(*at));
        object.is_some_and(|object| object.type_name() == "aws_db_instance")
    }
    pub(super) fn is_primary(&self, region: &str) -> bool {
        self.primary.as_deref() == Some(region)
    }
    /// Whether a subject of drplan.hcl means this object: its address, the address without index, its module, its name.
    pub(super) fn meant_by(&self, subject: &str, object: &Object<'_, '_>) -> bool {
        let instance = object.instance;
        subject == instance.address
            || subject == instance.config_address
            || (subject.starts_with("module.")
                && instance.config_address.strip_prefix(subject).is_some_and(|rest| rest.starts_with('.')))
    }
    /// The block of the code that made an instance.
    pub(super) fn block(&self, instance: &Instance<'_>) -> Option<&'i ResourceBlock> {
        let key = (&*instance.module, instance.mode == Mode::Data, &*instance.type_name, &*instance.name);
        self.blocks.get(&key).copied()
    }
    /// Whether the code of its module was read and does not have it: the engine neither makes nor imports it.
    pub(super) fn is_not_in_code(&self, instance: &Instance<'_>) -> bool {
        instance.deposed.is_none()
            && self.modules.contains(&*instance.module)
            && self.block(instance).is_none()
    }
    /// The code of a module, by its path.
    pub(super) fn module(&self, path: &str) -> Option<&'i Module> {
        self.input.configuration.as_ref()?.module_of(path)
    }
    pub(super) fn workspace(&self) -> String {
        self.input.settings.terraform.workspace.clone().unwrap_or_else(|| "dr".to_owned())
    }
    pub(super) fn expires_at(&self) -> Timestamp {
        let seconds = i64::try_from(self.input.settings.approval.expiry_seconds).unwrap_or(i64::MAX);
        self.input.at.checked_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }
    pub(super) fn policy(&self) -> Policy {
        let approval = &self.input.settings.approval;
        Policy {
            allowed_signers: approval.allowed_signers.clone(),
            approvers: approval.approvers.clone(),
            revoked: approval.revoked.clone(),
            quorum: approval.quorum,
            expiry_seconds: approval.expiry_seconds,
            break_glass: approval.break_glass,
        }
    }
    pub(super) fn saw(&self) -> Saw {
        let input = self.input;
        let state = &input.state;
        Saw {
            state: SawState {
                origin: state.origin.clone(),
                lineage: state.lineage.clone(),
                serial: state.serial,
                resources: self
                    .objects
                    .iter()
                    .filter(|object| object.is_managed() && !object.only_planned)
                    .count() as u64,
                engine_version: state.engine_version.clone(),
            },
            configuration: input.configuration.as_ref().map(|configuration| SawConfiguration {
                root: configuration.root.clone(),
                modules: configuration.modules.len() as u64,
                resources: configuration
                    .modules
                    .iter()
                    .map(|module| module.resources.iter().filter(|block| !block.data).count() as u64)
                    .sum(),
                gaps: configuration.gaps.clone(),
            }),
            manifests: SawManifests {
                objects: input.manifests.objects.len() as u64,
                skipped: input.manifests.skipped.clone(),
                gaps: input.manifests.gaps.clone(),
            },
            observation: input.observation.as_ref().map(|observation| SawRecording {
                region: observation.region.clone(),
                account: observation.account.clone(),
                taken_at: observation.taken_at,
                gaps: observation.gaps.clone(),
            }),
            inventory: input.inventory.as_ref().map(|inventory| SawRecording {
                region: inventory.region.clone(),
                account: inventory.account.clone(),
                taken_at: inventory.taken_at,
                gaps: inventory.gaps.clone(),
            }),
            estimates: input.durations.as_ref().map(|read| SawEstimates {
                origin: read.origin.clone(),
                digest: read.digest.clone(),
                runs: read.durations.runs.len() as u64,
            }),
            primary_region: self.primary.clone(),
            recovery_region: self.recovery.to_owned(),
            account: self.account.clone(),
            workspace: self.workspace(),
            gaps: input.gaps.clone(),
        }
    }
}

/// Reads what the inputs say of themselves. `word`: what only the engine's plan has.
///
/// # Errors
/// A tie of regions, the same region twice, recordings of another region or account.
pub(super) fn gather<'i, 'a>(
    input: &'i PlanningInput<'a>,
    word: &'i Word<'a>,
) -> Result<Facts<'i, 'a>, BadInput> {
    let mut objects: Vec<_> = input.state.instances.par_iter().map(read_object).collect();
    sort(&mut objects);
    place_by_provider(&mut objects);
    let primary = choose_primary(input, &objects)?;
    let account = choose_account(input, &objects);
    // What is only planned says nothing of the primary.
    if !word.made.is_empty() {
        objects.par_extend(word.made.par_iter().map(|instance| read_planned(instance, &input.recovery)));
        sort(&mut objects);
    }
    check_recordings(input, primary.as_deref())?;
    let mut by_config: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut by_address = HashMap::with_capacity(objects.len());
    for (index, object) in objects.iter().enumerate() {
        if object.instance.deposed.is_some() {
            continue;
        }
        by_address.insert(object.address(), index);
        if object.is_managed() {
            by_config.entry(&object.instance.config_address).or_default().push(index);
        }
    }
    let blocks = index_blocks(input);
    let modules = input.configuration.iter().flat_map(|configuration| &configuration.modules);
    let modules = modules.flat_map(|module| module.paths.iter().map(String::as_str)).collect();
    let workspace = input.inventory.as_ref().and_then(|inventory| inventory.workspace.as_ref());
    let in_workspace = workspace.iter().flat_map(|known| &known.addresses).map(String::as_str).collect();
    let shared_labels = shared_labels(input);
    let recovery = &input.recovery;
    Ok(Facts {
        input,
        word,
        primary,
        recovery,
        account,
        objects,
        by_config,
        by_address,
        blocks,
        modules,
        in_workspace,
        shared_labels,
        held_by_primary: OnceLock::new(),
        stores_by_host: OnceLock::new(),
        leaders: OnceLock::new(),
    })
}

/// The order of a state file means nothing: a plan does not follow it.
fn sort(objects: &mut [Object<'_, '_>]) {
    objects.sort_by_key(|object| (object.instance.mode, &object.instance.address, &object.instance.deposed));
}

fn shared_labels(input: &PlanningInput<'_>) -> HashSet<String> {
    let mut seen = HashSet::new();
    let labels = input.manifests.objects.iter().map(crate::model::document::Object::label);
    labels.filter(|label| !seen.insert(label.clone())).collect()
}

fn index_blocks<'i>(input: &'i PlanningInput<'_>) -> HashMap<BlockKey<'i>, &'i ResourceBlock> {
    let modules = input.configuration.iter().flat_map(|configuration| &configuration.modules);
    let mut blocks = HashMap::new();
    for module in modules {
        for path in &module.paths {
            for block in &module.resources {
                blocks.insert(
                    (path.as_str(), block.data, block.type_name.as_str(), block.name.as_str()),
                    block,
                );
            }
        }
    }
    blocks
}

/// Objects that name no region live where others of the same aliased provider do.
fn place_by_provider(objects: &mut [Object<'_, '_>]) {
    let mut votes: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
    for object in &*objects {
        if let (Some(alias), Some(region)) = (&object.instance.provider_alias, &object.region) {
            *votes.entry(alias.to_string()).or_default().entry(region.to_string()).or_default() += 1;
        }
    }
    for object in objects {
        let regional = object.entry.is_none_or(|entry| entry.scope != Scope::Global);
        if let (Some(alias), None, true) = (&object.instance.provider_alias, &object.region, regional)
            && let Some(regions) = votes.get(&**alias)
            && let Some((region, _)) = regions.iter().max_by_key(|(_, count)| **count)
        {
            object.region = Some(Cow::Owned(region.clone()));
        }
    }
}
