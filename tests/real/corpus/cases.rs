//! A folder of manifests with a plan of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use drplan::plan::finding::Severity;
use drplan::plan::journal::{Entry, replay};
use drplan::plan::{Plan, codec};
use drplan::sources::manifests::{Request, Tools, read_manifests};
use serde_json::Value;

use crate::control_plane::ControlPlane;
use crate::work::shown;

const STATE: &str =
    r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"none","outputs":{},"resources":[]}"#;

/// Where the objects come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    File(PathBuf),
    Kustomization(PathBuf),
}

/// A folder that can be planned.
pub(super) struct Case {
    pub(super) name: String,
    folder: PathBuf,
    work: tempfile::TempDir,
    digest: String,
    /// Its objects as they are read.
    pub(super) objects: Vec<Value>,
    pub(super) sources: Vec<Source>,
}

/// What a folder comes to.
pub(super) enum Outcome {
    Planned(Case),
    Not(String),
}

/// Every folder with a file in it, by its path.
pub(super) fn folders(root: &Path) -> Vec<String> {
    let is_file = |entry: &walkdir::DirEntry| entry.file_type().is_file();
    let filled = |folder: &Path| walkdir::WalkDir::new(folder).into_iter().flatten().any(|e| is_file(&e));
    let all = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name().into_iter().flatten();
    let folders = all.filter(|entry| entry.file_type().is_dir() && filled(entry.path()));
    folders.map(|entry| entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned()).collect()
}

/// `Kind/namespace/name`; what has no namespace, or lies in that of nobody, without one.
pub(super) fn label(object: &Value) -> String {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let group = text("/apiVersion").split_once('/').map(|(group, _)| format!(".{group}"));
    let kind = format!("{}{}", text("/kind"), group.unwrap_or_default());
    match text("/metadata/namespace") {
        "" | "default" => format!("{kind}/{}", text("/metadata/name")),
        namespace => format!("{kind}/{namespace}/{}", text("/metadata/name")),
    }
}

/// The search path with the tests' own kubectl first.
fn path() -> std::ffi::OsString {
    let own = ControlPlane::program("kubectl").parent().unwrap().to_owned();
    let rest = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&rest))).unwrap()
}

/// Reads and plans a folder.
pub(super) fn case(root: &Path, name: &str) -> Outcome {
    case_with(root, name, "")
}

/// The same with more in drplan.hcl.
pub(super) fn case_with(root: &Path, name: &str, settings: &str) -> Outcome {
    let folder = root.join(name);
    let request = Request {
        paths: vec![folder.clone()],
        base: root.to_owned(),
        tools: Tools::find(&path()),
        ..Request::default()
    };
    let read = match read_manifests(&request) {
        Ok(read) => read,
        Err(problems) => return Outcome::Not(format!("not read: {}", problems.0[0].message)),
    };
    let mut sources: Vec<Source> = read
        .objects
        .iter()
        .map(|object| match &object.unit {
            Some(unit) => Source::Kustomization(root.join(unit)),
            None => Source::File(root.join(&object.file)),
        })
        .collect();
    sources.sort();
    sources.dedup();
    let objects = read.objects.iter().map(|object| object.root.to_json()).collect();
    Case::plan(name, folder, objects, sources, settings)
}

impl Case {
    fn plan(
        name: &str,
        folder: PathBuf,
        objects: Vec<Value>,
        sources: Vec<Source>,
        settings: &str,
    ) -> Outcome {
        let work = tempfile::tempdir().unwrap();
        std::fs::create_dir(work.path().join(".git")).unwrap();
        std::fs::write(work.path().join("drplan.hcl"), format!("stack = \"shop\"\n{settings}")).unwrap();
        std::fs::write(work.path().join("terraform.tfstate"), STATE).unwrap();
        let mut case = Self { name: name.to_owned(), folder, work, digest: String::new(), objects, sources };
        let made = case.drplan(&["region", "us-west-2"]).output().unwrap();
        let Ok(bytes) = std::fs::read(case.work.path().join("plan.json")) else {
            return Outcome::Not(shown(&made));
        };
        let plan: Plan = codec::decode(&bytes).unwrap();
        let mut errors: Vec<&str> = plan
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| finding.code.as_str())
            .collect();
        errors.sort_unstable();
        errors.dedup();
        if !errors.is_empty() {
            return Outcome::Not(errors.join(", "));
        }
        case.digest = plan.digest;
        Outcome::Planned(case)
    }

    /// The plan of it.
    pub(super) fn read_plan(&self) -> Plan {
        codec::decode(&std::fs::read(self.work.path().join("plan.json")).unwrap()).unwrap()
    }

    fn drplan(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
        command.args(arguments).args(["--offline", "--state", "terraform.tfstate", "--manifests"]);
        command.arg(&self.folder).current_dir(self.work.path()).stdin(Stdio::null());
        command.env("NO_COLOR", "1").env("PATH", path());
        for name in ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
            command.env_remove(name);
        }
        command
    }

    pub(super) fn apply(&self, plane: &ControlPlane) -> Output {
        let mut command = self.drplan(&["apply", "plan.json", "--digest", &self.digest]);
        command.args(["--context", "it", "--kubeconfig"]).arg(plane.admin()).output().unwrap()
    }

    /// Why steps of the newest run failed.
    pub(super) fn causes(&self) -> Vec<String> {
        let runs = std::fs::read_dir(self.work.path().join(".drplan/runs")).unwrap();
        let newest = runs.map(|run| run.unwrap().path()).max().unwrap();
        let replayed = replay(&std::fs::read(newest.join("journal.jsonl")).unwrap()).unwrap();
        let causes = replayed.records.into_iter().filter_map(|record| match record.entry {
            Entry::Failed { cause, .. } => Some(cause),
            _ => None,
        });
        causes.collect()
    }

    /// All objects in one file.
    pub(super) fn rendered(&self) -> PathBuf {
        let file = self.work.path().join("rendered.yaml");
        if !file.exists() {
            write(&file, &self.objects);
        }
        file
    }

    /// The same with something changed in each object.
    pub(super) fn changed(&self) -> Self {
        let mut objects = self.objects.clone();
        objects.iter_mut().for_each(change);
        let folder = self.work.path().join("changed");
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("all.yaml");
        write(&file, &objects);
        match Self::plan(&self.name, folder, objects, vec![Source::File(file)], "") {
            Outcome::Planned(case) => case,
            Outcome::Not(why) => panic!("{} with changes: {why}", self.name),
        }
    }
}

fn write(file: &Path, objects: &[Value]) {
    let documents: Vec<String> = objects.iter().map(Value::to_string).collect();
    std::fs::write(file, documents.join("\n---\n")).unwrap();
}

/// A label; of what has data one key more; of what rolls out another image.
fn change(object: &mut Value) {
    object["metadata"]["labels"]["drplan.test/changed"] = "1".into();
    let kind = object["kind"].as_str().unwrap().to_owned();
    if kind == "ConfigMap" && object["immutable"] != true {
        object["data"]["drplan.test"] = "1".into();
    }
    if matches!(kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
        let containers = object.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            container["image"] = "r.example/drplan-test:2".into();
        }
    }
}
