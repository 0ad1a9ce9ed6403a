//! Has the engine plan what drplan predicts, so that the two can be compared.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::args::Region;
use crate::model::configuration::{Configuration, RegionSource};
use crate::model::diagnostic::{Gap, GapReason};
use crate::model::engine_request::{BlockOverride, EngineRequest};
use crate::model::input::PlanningInput;
use crate::model::secret::Secret;
use crate::model::settings::ValueSource;
use crate::model::state::{Instance, Mode};
use crate::model::types;
use crate::plan::Plan;
use crate::plan::action::{Action, OverrideValue};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::sources::hcl::absolute;
use crate::sources::text::read_text;
use crate::sources::{engine, programs, tfstate};

/// Secrets in files are short.
const SECRET_LIMIT: u64 = 1 << 20;

/// Which engine plans beside drplan, and how it was chosen.
pub(super) struct Chosen {
    program: PathBuf,
    shown: String,
    /// Whether somebody named it: what it cannot do is then an error.
    named: bool,
}

/// The engine of the flag, else of drplan.hcl, else the one that is installed, where it can do its work.
///
/// # Errors
/// A path that is no program.
pub(super) fn choose(
    args: &Region,
    input: &PlanningInput<'_>,
    base: &Path,
    online: bool,
) -> Result<Option<Chosen>, String> {
    let said = args.engine.clone().or_else(|| input.settings.terraform.engine.clone());
    match said.as_deref() {
        Some("off") => Ok(None),
        _ if args.engine_plan.is_some() || input.configuration.is_none() => Ok(None),
        None | Some("auto") => {
            let root = input.configuration.as_ref().map(|code| base.join(&code.root)).unwrap_or_default();
            // Without credentials or providers it could only fail.
            let ready = online
                && (root.join(".terraform/providers").is_dir()
                    || std::env::var_os("TF_CLI_CONFIG_FILE").is_some());
            let found =
                ready.then(|| engine::find_engine(&std::env::var_os("PATH").unwrap_or_default())).flatten();
            Ok(found.map(|program| Chosen { shown: name_of(&program), program, named: false }))
        }
        Some(path) => {
            let found = if path.contains('/') {
                Some(base.join(path)).filter(|file| file.is_file())
            } else {
                programs::find(&std::env::var_os("PATH").unwrap_or_default(), path)
            };
            match found {
                Some(program) => Ok(Some(Chosen { shown: name_of(&program), program, named: true })),
                None => Err(format!("the engine {path:?} is no program")),
            }
        }
    }
}

fn name_of(program: &Path) -> String {
    program.file_name().map_or_else(|| "engine".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// What the engine says.
pub(super) struct Said {
    /// Its name.
    pub(super) shown: String,
    /// Its plan in JSON.
    pub(super) plan: String,
    /// Addresses that it was told to leave out.
    pub(super) excluded: BTreeSet<String>,
    /// Blocks that are left out and that it was asked about, and its plan of these.
    pub(super) asked: Option<(BTreeSet<String>, Result<String, Gap>)>,
}

/// Has the engine plan; a gap where it does not.
pub(super) fn plan(
    chosen: Chosen,
    input: &PlanningInput<'_>,
    state: &str,
    plan: &Plan,
    base: &Path,
) -> Result<Said, Gap> {
    let shown = chosen.shown.clone();
    let gap = |detail: String| Gap { source: format!("engine:{shown}"), reason: GapReason::Failed, detail };
    let named = chosen.named;
    let outside = input.configuration.as_ref().map(|code| engine::outside(code, base)).unwrap_or_default();
    let request = request(chosen, input, state, plan, base, outside.brought).map_err(gap)?;
    match engine::plan(&request) {
        Ok(made) => Ok(Said {
            plan: made.plan,
            excluded: request.excluded.into_iter().collect(),
            asked: made.asked.map(|made| {
                let blocks = asked(input, plan).map(|one| one.config_address.clone()).collect();
                (blocks, made.map_err(gap))
            }),
            shown,
        }),
        Err(detail) => {
            let detail = match &outside.lacking[..] {
                [] => detail,
                [first, more @ ..] => {
                    let more =
                        if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
                    format!("{detail}; the copy of the code that it plans in may lack {first}{more}")
                }
            };
            Err(Gap { reason: if named { GapReason::Failed } else { GapReason::Offline }, ..gap(detail) })
        }
    }
}

fn request(
    chosen: Chosen,
    input: &PlanningInput<'_>,
    state: &str,
    plan: &Plan,
    base: &Path,
    files: Vec<PathBuf>,
) -> Result<EngineRequest, String> {
    let code = input.configuration.as_ref().ok_or("there is no code")?;
    let instances: HashMap<&str, &Instance<'_>> = input
        .state
        .instances
        .iter()
        .filter(|one| one.mode == Mode::Managed && one.deposed.is_none())
        .map(|one| (one.address.as_str(), one))
        .collect();
    let resources: Vec<(&PlannedResource, &Instance<'_>)> = plan
        .resources
        .iter()
        .filter(|resource| resource.deposed.is_none())
        .filter_map(|resource| Some((resource, *instances.get(resource.address.as_str())?)))
        .collect();
    let excluded = excluded(input, &resources);
    let is_out = |address: &str| excluded.contains(address);
    let imports = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Engine { address, import_id: Some(id), .. } if !is_out(address) => {
            let resource = plan.resources.iter().find(|one| one.address == *address)?;
            (resource.engine == Engine::Import).then(|| (address.clone(), id.clone()))
        }
        _ => None,
    });
    let imports: Vec<(String, String)> = imports.collect();
    let carried: HashSet<&str> = resources
        .iter()
        .filter(|(resource, _)| resource.engine == Engine::Carry)
        .map(|(resource, _)| resource.address.as_str())
        .collect();
    let targets = targets(&resources, &excluded);
    Ok(EngineRequest {
        program: chosen.program,
        shown: chosen.shown,
        root: absolute(&base.join(&code.root)),
        modules: code.modules.iter().map(|module| absolute(&base.join(&module.folder))).collect(),
        files,
        workspace: plan.saw.workspace.clone(),
        region: input.recovery.clone(),
        provider_regions: provider_regions(code, plan),
        variables: variables(input, base)?,
        given: given(input),
        imports,
        rewrites: rewrites(input),
        overrides: overrides(code, plan, &resources, base),
        asked: asked(input, plan).map(whole).collect::<BTreeSet<_>>().into_iter().collect(),
        excluded: excluded.into_iter().collect(),
        targets,
        state: tfstate::carried(state, &carried),
    })
}

/// Address of the resource that an instance is one of.
fn whole(instance: &Instance<'_>) -> String {
    let block = format!("{}.{}", instance.type_name, instance.name);
    let end = instance.address.rfind(&format!("{block}[")).map(|at| at + block.len());
    end.and_then(|end| instance.address.get(..end)).unwrap_or(&instance.address).to_owned()
}

/// What comes back with its data and may be in no code of the recovery: the plan leaves it out, and only the engine can
/// tell.
fn asked<'i>(input: &'i PlanningInput<'_>, plan: &Plan) -> impl Iterator<Item = &'i Instance<'i>> {
    let counted = plan.findings.iter().filter(|finding| finding.code == "store-count-computed");
    let mut subjects: HashSet<String> = counted.map(|finding| finding.subject.clone()).collect();
    // Whatever is counted is asked about: what decides may be a default that the primary's pipeline overrides.
    let back = plan.resources.iter().filter(|one| {
        matches!(one.disposition, Disposition::Restore | Disposition::Promote) && one.address.contains('[')
    });
    subjects.extend(back.map(|one| one.address.clone()));
    input.state.instances.iter().filter(move |one| one.deposed.is_none() && subjects.contains(&one.address))
}

/// What an engine plans that can only choose: whole resources, so that it says how many there are of each; single
/// instances of those that are left out in part.
fn targets(resources: &[(&PlannedResource, &Instance<'_>)], excluded: &BTreeSet<String>) -> Vec<String> {
    let in_part: HashSet<String> = resources
        .iter()
        .filter(|(resource, _)| excluded.contains(&resource.address))
        .map(|(_, instance)| whole(instance))
        .collect();
    let targets: BTreeSet<String> = resources
        .iter()
        .filter(|(resource, _)| matches!(resource.engine, Engine::Create | Engine::Import | Engine::Carry))
        .filter(|(resource, _)| !excluded.contains(&resource.address))
        .map(|(resource, instance)| {
            let whole = whole(instance);
            if in_part.contains(&whole) { resource.address.clone() } else { whole }
        })
        .collect();
    targets.into_iter().collect()
}

/// What the engine's first plan leaves out: what is restored or moved later, and what it cannot plan before the cluster
/// and the load balancers of its Ingresses are there, with all that depends on these. OpenTofu leaves dependants out by
/// itself; they are named all the same, so that what is missing for another reason is told.
fn excluded(input: &PlanningInput<'_>, resources: &[(&PlannedResource, &Instance<'_>)]) -> BTreeSet<String> {
    let mut excluded: BTreeSet<String> = resources
        .iter()
        .filter(|(resource, _)| {
            matches!(resource.engine, Engine::Withhold | Engine::Exclude) || resource.is_postponed()
        })
        .map(|(resource, _)| resource.address.clone())
        .collect();
    let mut later: HashSet<&str> = HashSet::new();
    for (resource, instance) in resources {
        let in_cluster =
            types::planned_in_cluster(&resource.type_name) && !excluded.contains(&resource.address);
        // What is restored is imported afterwards, and only then what is made from it.
        let restored = matches!(resource.disposition, Disposition::Restore | Disposition::Promote)
            && resource.engine == Engine::Exclude;
        if in_cluster || restored {
            later.insert(instance.config_address.as_str());
        }
    }
    for data in input.state.instances.iter().filter(|one| one.mode == Mode::Data) {
        if types::looks_up_balancer(&data.type_name, data.attributes)
            || types::planned_in_cluster(&data.type_name)
        {
            later.insert(data.config_address.as_str());
            excluded.insert(data.address.clone());
        }
    }
    for (resource, instance) in resources {
        let depends = instance.dependencies.iter().any(|one| later.contains(&**one));
        if depends || later.contains(instance.config_address.as_str()) {
            excluded.insert(resource.address.clone());
        }
    }
    excluded
}

/// Providers that the code pins to the lost region.
fn provider_regions(code: &Configuration, plan: &Plan) -> Vec<(String, Option<String>)> {
    let root = code.root_module();
    let providers = root.into_iter().flat_map(|root| &root.providers);
    let lost = |source: &RegionSource| match source {
        RegionSource::Literal(literal) => plan.saw.primary_region.as_deref() == Some(literal.text.as_str()),
        _ => false,
    };
    let named = providers.filter(|one| one.name == "aws" && lost(&one.region));
    named.map(|provider| (provider.name.clone(), provider.alias.clone())).collect()
}

/// Variables that are no secret, as `*.auto.tfvars.json` has them.
fn given(input: &PlanningInput<'_>) -> String {
    let mut given = serde_json::Map::new();
    for variable in &input.settings.terraform.variables {
        if let ValueSource::Plain(text) = &variable.source {
            let list = text.trim_start().starts_with(['[', '{']);
            let value = list.then(|| serde_json::from_str(text).ok()).flatten();
            given.insert(variable.name.clone(), value.unwrap_or_else(|| text.clone().into()));
        }
    }
    serde_json::Value::Object(given).to_string()
}

fn rewrites(input: &PlanningInput<'_>) -> Vec<(String, String)> {
    let all = input.settings.rewrites.iter();
    all.filter_map(|rewrite| Some((rewrite.text.clone(), rewrite.to.clone()?))).collect()
}

/// Variables of the recovery that may be secrets. One of Secrets Manager is not read for a plan: it only must have a value.
fn variables(input: &PlanningInput<'_>, base: &Path) -> Result<Vec<(String, Secret)>, String> {
    let mut all = Vec::new();
    for variable in &input.settings.terraform.variables {
        let name = &variable.name;
        let value = match &variable.source {
            // A file of the copy has them: one of the user's own would win over the environment.
            ValueSource::Plain(_) => continue,
            ValueSource::Environment(from) => std::env::var(from).unwrap_or_else(|_| PLACEHOLDER.to_owned()),
            ValueSource::File(path) => {
                let text = read_text(&base.join(path), path, SECRET_LIMIT);
                text.map_err(|problem| problem.message)?.trim_end().to_owned()
            }
            ValueSource::Secret(_) => PLACEHOLDER.to_owned(),
        };
        all.push((name.clone(), Secret::new(value)));
    }
    Ok(all)
}

/// Stands for a secret that a plan need not know; long enough for what checks its length.
const PLACEHOLDER: &str = "not-known-when-planned-0";

/// Blocks that are shared as a whole, and arguments that the plan gives otherwise than the code.
fn overrides(
    code: &Configuration,
    plan: &Plan,
    resources: &[(&PlannedResource, &Instance<'_>)],
    base: &Path,
) -> Vec<BlockOverride> {
    let mut blocks: HashMap<&str, Vec<(&PlannedResource, &Instance<'_>)>> = HashMap::new();
    for (resource, instance) in resources {
        blocks.entry(instance.config_address.as_str()).or_default().push((resource, instance));
    }
    let mut found = Vec::new();
    for instances in blocks.values() {
        let Some((_, first)) = instances.first() else { continue };
        let shared = instances
            .iter()
            .all(|(one, _)| one.engine == Engine::Import && matches!(one.disposition, Disposition::Share));
        let arguments =
            if let [(only, _)] = instances[..] { arguments(plan, &only.address) } else { Vec::new() };
        let module = code.modules.iter().find(|module| module.paths.contains(&first.module));
        let Some(module) = module.filter(|_| shared || !arguments.is_empty()) else { continue };
        let has_block = module
            .resources
            .iter()
            .any(|block| !block.data && block.type_name == *first.type_name && block.name == *first.name);
        if has_block {
            found.push(BlockOverride {
                folder: absolute(&base.join(&module.folder)),
                type_name: first.type_name.to_string(),
                name: first.name.to_string(),
                shared,
                arguments,
            });
        }
    }
    found.sort_by(|a, b| (&a.folder, &a.type_name, &a.name).cmp(&(&b.folder, &b.type_name, &b.name)));
    found
}

fn arguments(plan: &Plan, address: &str) -> Vec<(String, String)> {
    let of = plan.steps.iter().find_map(|step| match &step.action {
        Action::Engine { address: known, overrides, .. } if known == address => Some(overrides),
        _ => None,
    });
    let value = |value: &OverrideValue| match value {
        OverrideValue::RecoveryPoint { store } => {
            plan.stores.iter().find(|known| known.address == *store)?.chosen.clone()
        }
        // What is left out of the plan gets none.
        OverrideValue::Class { .. } => None,
    };
    of.into_iter().flatten().filter_map(|one| Some((one.argument.clone(), value(&one.value)?))).collect()
}
