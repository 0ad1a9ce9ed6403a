//! Manifests that nobody here wrote: each file is read, skipped or refused with a reason that is true.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Request, Tools, read_manifests};
use crate::model::diagnostic::BadInput;
use crate::model::document::Manifests;

/// The files that are refused for themselves, each looked at: line and what is wrong there.
const REFUSED: [(&str, &str); 9] = [
    ("eks-workshop/manifests/modules/networking/eks-hybrid-nodes/nodeconfig.yaml:1", "no metadata.name"),
    (
        "eks-workshop/manifests/modules/troubleshooting/workernodes/yaml/configmaps-new.yaml:59",
        "`apiVersion` stands twice",
    ),
    ("kubernetes-examples/_archived/openshift-origin/etcd-controller.yaml:12", "`selector` stands twice"),
    (
        "kubernetes-examples/_archived/openshift-origin/etcd-discovery-controller.yaml:12",
        "`selector` stands twice",
    ),
    (
        "kubernetes-examples/_archived/openshift-origin/openshift-controller.yaml:12",
        "`selector` stands twice",
    ),
    // A Secret: its keys are not named.
    (
        "kubernetes-examples/_archived/persistent-volume-provisioning/quobyte/quobyte-admin-secret.yaml:9",
        "the key stands twice",
    ),
    (
        "kubernetes-examples/_archived/scheduler-policy/scheduler-policy-config-with-extender.json:1",
        "no metadata.name",
    ),
    ("kubernetes-examples/_archived/scheduler-policy/scheduler-policy-config.json:1", "no metadata.name"),
    ("kubernetes-examples/_archived/volumes/scaleio/sc-pvc.yaml:12", "`storageClassName` stands twice"),
];

/// The shared manifests, where they are there.
pub(super) fn folder() -> Option<PathBuf> {
    let beside = |above: &str| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(above).join("shared/fixtures");
    let named = std::env::var_os("DRPLAN_CORPUS").map(PathBuf::from);
    // A checkout may be a work tree one folder further down.
    let folder = named.into_iter().chain([beside(".."), beside("../..")]).find(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: no shared fixtures (../shared/fixtures, or DRPLAN_CORPUS)");
    }
    folder?.join("manifests").canonicalize().ok()
}

fn files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter();
    entries.map(|entry| entry.unwrap().into_path()).filter(|path| path.is_file()).collect()
}

fn read(root: &Path, path: &Path, tools: Tools) -> Result<Manifests, BadInput> {
    read_manifests(&Request {
        paths: vec![path.to_owned()],
        base: root.to_owned(),
        tools,
        ..Request::default()
    })
}

fn tools() -> Tools {
    Tools::find(&std::env::var_os("PATH").unwrap_or_default())
}

#[test]
fn each_file_is_read_skipped_or_refused() {
    let Some(root) = folder() else { return };
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    let (mut read_whole, mut skipped) = (0, 0);
    for path in files(&root) {
        match read(&root, &path, Tools::default()) {
            Ok(read) => read_whole += usize::from(!read.objects.is_empty() || !read.units.is_empty()),
            Err(BadInput(problems)) => {
                let problem = &problems[0];
                let Some((_, why)) = problem.message.split_once("chart in it: ") else {
                    let place = problem.at.as_ref().unwrap().to_string();
                    refused.insert(place, problem.message.clone());
                    continue;
                };
                skipped += 1;
                skip_is_true(&path, why);
            }
        }
    }
    let known: BTreeSet<_> = REFUSED.iter().map(|(place, _)| (*place).to_owned()).collect();
    assert_eq!(refused.keys().cloned().collect::<BTreeSet<_>>(), known);
    for (place, what) in REFUSED {
        assert!(refused[place].contains(what), "{place}: {}", refused[place]);
    }
    assert_eq!((read_whole, skipped), (793, 68));
}

/// Looks at the text itself, without the parser.
fn skip_is_true(path: &Path, why: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = || text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let at_column_0 = |key: &str| lines().any(|line| line.starts_with(key));
    let shown = path.display();
    if why.starts_with("a template") {
        assert!(text.contains("{{") && text.contains("}}"), "{shown}");
    } else if why.starts_with("neither apiVersion nor kind") {
        assert!(!at_column_0("apiVersion") && !at_column_0("kind"), "{shown}");
        let json = serde_json::from_str::<serde_json::Value>(&text);
        assert!(
            json.is_err() || json.is_ok_and(|json| json.get("kind").or(json.get("apiVersion")).is_none())
        );
    } else if why.starts_with("no mapping") {
        assert!(lines().next().is_some_and(|line| line.starts_with('-') || line.starts_with('[')), "{shown}");
    } else if why.starts_with("no document") {
        assert_eq!(lines().count(), 0, "{shown}");
    } else if let Some(program) = why.strip_prefix("a file of ").and_then(|rest| rest.split(',').next()) {
        assert!(lines().any(|line| line.starts_with("apiVersion: ") && line.contains(program)), "{shown}");
    } else if why.starts_with("a kustomization under") {
        assert!(at_column_0("kind: Kustomization"), "{shown}");
    } else {
        assert!(why.contains("Component") && at_column_0("kind: Component"), "{shown}: {why}");
    }
}

#[test]
fn each_kustomization_is_rendered_or_a_gap_with_a_true_reason() {
    let (Some(root), Tools { kubectl: Some(kubectl), .. }) = (folder(), tools()) else {
        println!("skipped: no kubectl or no shared fixtures");
        return;
    };
    let mut rendered = 0;
    for path in files(&root).iter().filter(|path| path.ends_with("kustomization.yaml")) {
        let Ok(read) = read(&root, path, tools()) else {
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.contains("kind: Component"), "{}", path.display());
            continue;
        };
        let Some(gap) = read.gaps.first() else {
            rendered += 1;
            // Without generators in these, each object comes from a file.
            assert!(
                read.objects.iter().all(|object| !object.origins.is_empty() || object.name.contains('-'))
            );
            continue;
        };
        let alone = Command::new(&kubectl).arg("kustomize").arg(path.parent().unwrap()).output().unwrap();
        assert!(!alone.status.success(), "{}", path.display());
        let (place, rest) = gap.detail.split_once(" names `").unwrap();
        let (file, _) = place.rsplit_once(':').unwrap();
        let named = rest.split_once("`, which is not there").unwrap().0;
        assert!(!root.join(file).parent().unwrap().join(named).exists(), "{}", gap.detail);
    }
    assert_eq!(rendered, 100);
}

#[test]
fn a_whole_folder_is_read_or_every_duplicate_is_named() {
    let Some(root) = folder() else { return };
    let outcome = |name: &str| {
        let folder = root.join(name);
        read(&folder, &folder, tools())
    };
    let has_kubectl = tools().kubectl.is_some();
    if has_kubectl {
        let prometheus = outcome("kube-prometheus").unwrap();
        assert_eq!((prometheus.objects.len(), prometheus.units.len(), prometheus.gaps.len()), (131, 1, 0));
        for name in ["aws-load-balancer-controller", "eks-workshop"] {
            let BadInput(problems) = outcome(name).unwrap_err();
            let known = ["is there twice", "is rendered differently", "stands twice", "no metadata.name"];
            assert!(problems.iter().all(|p| known.iter().any(|known| p.message.contains(known))));
        }
    }
    assert_eq!(outcome("bank-of-anthos").unwrap().units.len(), 20);

    // Here are no units: what is there twice is counted from the files one by one.
    let folder = root.join("kubernetes-examples");
    let mut places: BTreeMap<_, usize> = BTreeMap::new();
    for path in files(&folder) {
        for object in read(&folder, &path, Tools::default()).map(|read| read.objects).unwrap_or_default() {
            let key = (object.group().to_owned(), object.label());
            *places.entry(key).or_default() += 1;
        }
    }
    let twice: BTreeMap<_, _> = places.into_iter().filter(|(_, count)| *count > 1).collect();
    let BadInput(problems) = outcome("kubernetes-examples").unwrap_err();
    let named: Vec<_> = problems
        .iter()
        .filter_map(|p| Some((p.message.strip_suffix(" is there twice")?, p.also.len() + 1)))
        .collect();
    assert_eq!(named.len(), twice.len());
    for ((_, label), count) in twice {
        assert!(named.contains(&(label.as_str(), count)), "{label}: {count}");
    }
}
