//! Inputs of a plan, read from a folder as the command line reads them; copies of the example to plant things in.

use std::path::{Path, PathBuf};

use drplan::model::configuration::Configuration;
use drplan::model::diagnostic::Gap;
use drplan::model::document::Manifests;
use drplan::model::input::{OwnRun, PlanningInput};
use drplan::model::inventory::{DbSnapshot, Inventory};
use drplan::model::observation::Observation;
use drplan::model::settings::Settings;
use drplan::plan::Plan;
use drplan::sources::engine_plan::read_engine_plan;
use drplan::sources::{hcl, manifests, recorded, tfstate};
use serde_json::{Value, json};

/// Time of all recordings of the example.
pub(crate) const NOW: &str = "2026-11-22T12:00:00Z";
/// Where the example is recovered.
pub(crate) const RECOVERY: &str = "us-west-2";
/// The region it is lost with.
pub(crate) const PRIMARY: &str = "us-east-2";

/// The root of the checkout.
pub(crate) fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The example's folder.
pub(crate) fn example() -> PathBuf {
    checkout().join("examples/ecommerce")
}

/// A snapshot of a PostgreSQL instance in the recovery region, an hour old.
pub(crate) fn snapshot_of(instance: &str) -> DbSnapshot {
    DbSnapshot {
        id: format!("{instance}-copy"),
        arn: format!("arn:aws:rds:{RECOVERY}:123456789012:snapshot:{instance}-copy"),
        source: instance.to_owned(),
        of_cluster: false,
        copied_from: Some(format!("arn:aws:rds:{PRIMARY}:123456789012:snapshot:{instance}-nightly")),
        status: "available".to_owned(),
        data_at: "2026-11-22T11:00:00Z".parse().expect("a time"),
        kms_key: None,
        engine: "postgres".to_owned(),
        engine_version: "16.4".to_owned(),
        storage_gib: 100,
    }
}

/// All inputs of one plan.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) state: String,
    pub(crate) configuration: Option<Configuration>,
    pub(crate) manifests: Manifests,
    pub(crate) observation: Option<Observation>,
    pub(crate) inventory: Option<Inventory>,
    /// Text of the engine's plan.
    pub(crate) engine_plan: Option<String>,
    /// The run that the plan goes on with.
    pub(crate) own_run: Option<OwnRun>,
    /// Pipelines of the repository.
    pub(crate) pipelines: Vec<drplan::model::document::SourceText>,
    /// What could not be read.
    pub(crate) gaps: Vec<Gap>,
    /// The clock.
    pub(crate) at: jiff::Timestamp,
}

impl World {
    /// The example, or a copy of it, on the good day.
    pub(crate) fn read(folder: &Path) -> Self {
        let settings = hcl::read_settings(&folder.join("drplan.hcl")).expect("settings");
        let paths = settings.manifests.paths.iter().map(|path| folder.join(path)).collect();
        let request = manifests::Request {
            paths,
            exclude: settings.manifests.exclude.clone(),
            base: folder.to_owned(),
            tools: manifests::Tools::default(),
        };
        Self {
            state: std::fs::read_to_string(folder.join("state.tfstate")).expect("state"),
            configuration: Some(
                hcl::read_configuration(&folder.join("terraform"), folder).expect("configuration"),
            ),
            manifests: manifests::read_manifests(&request).expect("manifests"),
            observation: Some(
                recorded::read_observation(&folder.join("observation.json"), "observation.json")
                    .expect("observation"),
            ),
            inventory: Some(
                recorded::read_inventory(&folder.join("inventory-good.json"), "inventory-good.json")
                    .expect("inventory"),
            ),
            engine_plan: None,
            own_run: None,
            pipelines: Vec::new(),
            gaps: Vec::new(),
            at: NOW.parse().expect("time"),
            settings,
        }
    }

    /// Nothing but a state.
    pub(crate) fn of_state(state: String) -> Self {
        Self {
            settings: Settings { stack: "stack".to_owned(), ..Settings::default() },
            state,
            configuration: None,
            manifests: Manifests::default(),
            observation: None,
            inventory: None,
            engine_plan: None,
            own_run: None,
            pipelines: Vec::new(),
            gaps: Vec::new(),
            at: NOW.parse().expect("time"),
        }
    }

    /// The plan, or why there is none.
    pub(crate) fn try_plan(&self, primary: Option<&str>) -> Result<Plan, String> {
        self.plan_with(primary, RECOVERY)
    }

    /// The plan for another region, or why there is none.
    pub(crate) fn plan_in(&self, recovery: &str) -> Result<Plan, String> {
        self.plan_with(None, recovery)
    }

    fn plan_with(&self, primary: Option<&str>, recovery: &str) -> Result<Plan, String> {
        let state = tfstate::read_state(&self.state, "state.tfstate").map_err(|error| error.to_string())?;
        let engine_plan = self.engine_plan.as_deref().map(|text| read_engine_plan(text, "engine.json"));
        let engine_plan = engine_plan.transpose().map_err(|error| error.to_string())?;
        let input = PlanningInput {
            at: self.at,
            settings: self.settings.clone(),
            primary: primary.map(str::to_owned),
            recovery: recovery.to_owned(),
            state,
            configuration: self.configuration.clone(),
            manifests: self.manifests.clone(),
            observation: self.observation.clone(),
            inventory: self.inventory.clone(),
            engine_plan,
            durations: None,
            own_run: self.own_run.clone(),
            pipelines: self.pipelines.clone(),
            gaps: self.gaps.clone(),
        };
        drplan::planner::plan_region(&input).map_err(|error| error.to_string())
    }

    /// The plan.
    pub(crate) fn plan(&self) -> Plan {
        self.try_plan(None).expect("a plan")
    }

    /// The bytes of the plan.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        bytes(&self.plan())
    }
}

/// A plan as it is saved.
pub(crate) fn bytes(plan: &Plan) -> Vec<u8> {
    let mut bytes = Vec::new();
    drplan::plan::codec::encode(plan, &mut bytes).expect("bytes");
    bytes
}

/// A copy of the example in a folder that goes with the value.
pub(crate) struct Copy(tempfile::TempDir);

impl Copy {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        copy(&example(), folder.path());
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file of the copy.
    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).expect("written");
    }

    /// Changes a file of the copy.
    pub(crate) fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.path().join(file)).expect("read");
        self.write(file, &change(text));
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("listing").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("copied");
        }
    }
}

/// A managed resource of the root module, as a state has it.
pub(crate) fn managed(address: &str, attributes: Value, dependencies: &[&str]) -> Value {
    let (kind, name) = address.split_once('.').expect("TYPE.NAME");
    json!({
        "mode": "managed", "type": kind, "name": name,
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": [{ "schema_version": 1, "attributes": attributes, "dependencies": dependencies }],
    })
}

/// A state of these resources.
pub(crate) fn state_of(resources: &[Value]) -> String {
    json!({
        "version": 4, "terraform_version": "1.9.0", "serial": 7, "outputs": {},
        "lineage": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "resources": resources,
    })
    .to_string()
}

/// The shared states, by name; `None` where they are not here.
#[expect(clippy::print_stderr, reason = "says why it is skipped")]
pub(crate) fn shared_states() -> Option<Vec<(String, String)>> {
    let corpus = std::env::var_os("DRPLAN_CORPUS")
        .map_or_else(|| checkout().join("../shared/fixtures"), PathBuf::from);
    let Ok(states) = std::fs::read_dir(corpus.join("states")) else {
        eprintln!("skipped: no shared states in {}; set DRPLAN_CORPUS", corpus.display());
        return None;
    };
    let mut found: Vec<(String, String)> = states
        .flatten()
        .filter_map(|state| {
            let name = state.file_name().to_string_lossy().into_owned();
            Some((name, std::fs::read_to_string(state.path()).ok()?))
        })
        .collect();
    found.sort();
    Some(found)
}
