//! Kustomizations: which of them are units, what belongs to them, what is refused, and where objects came from.

use std::path::{Path, PathBuf};

use super::{Request, Tools, config_map, labels, read, request, told, write};
use crate::model::diagnostic::GapReason;
use crate::model::document::{Manifests, UnitKind};
use crate::sources::manifests::read_manifests;

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 1
  template:
    spec:
      containers:
      - name: app
        image: app:1
        env:
        - name: REGION
          value: us-east-2
";

const PATCH: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  replicas: 3
";

/// A base, a component, and an overlay of both with a patch and a generator.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "base/kustomization.yaml", "resources:\n- deployment.yaml\n");
    write(at, "base/deployment.yaml", DEPLOYMENT);
    write(
        at,
        "part/kustomization.yaml",
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [cm.yaml]\n",
    );
    write(at, "part/cm.yaml", config_map("part"));
    write(
        at,
        "prod/kustomization.yml",
        "namespace: prod\nnamePrefix: x-\nresources:\n- ../base\ncomponents: [../part]\npatches:\n- path: patch.yaml\nconfigMapGenerator:\n- name: gen\n  files: [k=file.txt]\n",
    );
    write(at, "prod/patch.yaml", PATCH);
    write(at, "prod/file.txt", "text\n");
    write(at, "alone.yaml", config_map("alone"));
    folder
}

fn kubectl() -> Option<Tools> {
    let tools = Tools::find(&std::env::var_os("PATH")?);
    if tools.kubectl.is_none() {
        println!("skipped: kubectl is not installed; no kustomization is rendered");
    }
    tools.kubectl.is_some().then_some(tools)
}

fn with(folder: &Path, tools: Tools, paths: &[&str]) -> Request {
    Request { tools, ..request(folder, paths) }
}

fn detail(read: &Manifests) -> (GapReason, &str) {
    assert_eq!(read.gaps.len(), 1, "{:?}", read.gaps);
    (read.gaps[0].reason, &read.gaps[0].detail)
}

#[test]
fn only_what_no_other_includes_is_a_unit() {
    let folder = project();
    let read = read(folder.path(), &["."]).unwrap();
    let units: Vec<_> = read.units.iter().map(|unit| (unit.folder.as_str(), unit.rendered)).collect();
    assert_eq!(units, [("prod", false)]);
    assert_eq!(
        read.units[0].files,
        [
            "base/deployment.yaml",
            "base/kustomization.yaml",
            "part/cm.yaml",
            "part/kustomization.yaml",
            "prod/file.txt",
            "prod/kustomization.yml",
            "prod/patch.yaml"
        ]
    );
    assert_eq!(detail(&read), (GapReason::ToolMissing, "neither kubectl nor kustomize is installed"));
    // Its files are not read singly, and still searched as text.
    assert_eq!(labels(&read), ["ConfigMap/alone"]);
    assert!(read.skipped.iter().any(|skipped| skipped.file == "base/deployment.yaml"
        && skipped.why == "part of the kustomization prod, which is not rendered"));
    assert!(read.texts.iter().any(|text| text.path == "base/deployment.yaml"));
}

#[test]
fn a_unit_is_rendered_and_traced_to_its_files() {
    let Some(tools) = kubectl() else { return };
    let folder = project();
    let read = read_manifests(&with(folder.path(), tools, &["."])).unwrap();
    assert_eq!(read.gaps, []);
    assert_eq!(read.skipped, []);
    let app = read.objects.iter().find(|object| object.kind == "Deployment").unwrap();
    assert_eq!((app.label().as_str(), app.unit.as_deref()), ("Deployment/prod/x-app", Some("prod")));
    assert_eq!((app.file.as_str(), app.line, app.document), ("base/deployment.yaml", 1, 0));
    assert_eq!(app.text, "prod/kustomization.yml (rendered)");

    let region = ["spec", "template", "spec", "containers", "0", "env", "0", "value"];
    let (file, span) = app.written_at(&region).unwrap();
    assert_eq!((file, span.line), ("base/deployment.yaml", 14));
    let (file, span) = app.written_at(&["spec", "replicas"]).unwrap();
    assert_eq!((file, span.line), ("prod/patch.yaml", 6));
    // What the kustomization made stands in what was rendered.
    let (file, span) = app.written_at(&["metadata", "name"]).unwrap();
    let text = &read.texts.iter().find(|text| text.path == file).unwrap().text;
    assert_eq!(&text[span.start as usize..span.end as usize], "x-app");

    let generated = read.objects.iter().find(|object| object.name.starts_with("x-gen-")).unwrap();
    assert_eq!((generated.file.as_str(), generated.line), ("prod/kustomization.yml", 1));
    assert_eq!(read.units[0].files.len(), 7);
}

#[test]
fn renderings_that_differ_are_named_and_equal_ones_are_one() {
    let Some(tools) = kubectl() else { return };
    let folder = project();
    let at = folder.path();
    for name in ["a", "b"] {
        write(at, &format!("{name}/kustomization.yaml"), "resources: [../base]\n");
    }
    let read = read_manifests(&with(at, tools.clone(), &["a", "b", "base"])).unwrap();
    assert_eq!((labels(&read), read.units.len()), (vec!["Deployment/app".to_owned()], 2));

    write(at, "b/kustomization.yaml", "resources: [../base]\npatches: [{path: ../prod/patch.yaml}]\n");
    let read = read_manifests(&with(at, tools.clone(), &["b"])).unwrap();
    assert_eq!(detail(&read).0, GapReason::Failed, "kustomize does not read patches outside");
    write(at, "b/kustomization.yaml", "resources: [../base]\nimages: [{name: app, newTag: '2'}]\n");
    let bad = read_manifests(&with(at, tools.clone(), &["a", "b"]));
    assert_eq!(
        told(bad),
        ["base/deployment.yaml:1: Deployment/app is rendered differently by two units, rendered by b"]
    );
    write(at, "single.yaml", DEPLOYMENT);
    let bad = read_manifests(&with(at, tools, &["a", "single.yaml"]));
    assert_eq!(told(bad), ["single.yaml:1: Deployment/app is there twice"]);
}

#[test]
fn nothing_remote_and_no_plugin_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // A tool that would tell on us.
    let tools = Tools { kubectl: Some(super::script(at, "touch ran; exit 1")), ..Tools::default() };
    write(
        at,
        "k/chart.yaml",
        "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: a}\n",
    );
    write(
        at,
        "k/fetch.yaml",
        "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: a}\npath: https://e.com/x\n",
    );
    write(
        at,
        "k/exec.yaml",
        "apiVersion: v1\nkind: X\nmetadata: {name: a, annotations: {config.kubernetes.io/function: 'exec: {}'}}\n",
    );
    for (text, what) in [
        ("resources: [https://example.com/x.yaml]", "remote"),
        ("resources: ['github.com/org/repo//base?ref=v1']", "remote"),
        ("Resources: [https://example.com/x.yaml]", "remote"),
        ("bases: ['git@example.com:org/repo.git']", "remote"),
        ("components: ['git::https://example.com/repo']", "remote"),
        ("resources: [ssh://git@example.com/repo]", "remote"),
        ("patches: [{path: 'http://example.com/x'}]", "remote"),
        ("configMapGenerator: [{name: a, files: ['k=https://example.com/x']}]", "remote"),
        ("openapi: {path: https://example.com/x}", "remote"),
        ("generators: [chart.yaml]", "plugin"),
        ("transformers: [fetch.yaml]", "remote"),
        ("transformers: [exec.yaml]", "plugin"),
        ("validators: [\"apiVersion: v1\\nkind: X\\nmetadata: {name: a}\\n\"]", "plugin"),
        ("helmCharts: [{name: a, repo: 'https://example.com'}]", "plugin"),
    ] {
        write(at, "k/kustomization.yaml", format!("namePrefix: a\n{text}\n"));
        let read = read_manifests(&with(at, tools.clone(), &["k"])).unwrap();
        let (reason, detail) = detail(&read);
        assert_eq!(reason, GapReason::Outside, "{text}: {detail}");
        assert!(
            detail.starts_with("k/kustomization.yaml:2 names a ") && detail.contains(what),
            "{text}: {detail}"
        );
        assert!(!detail.contains("example.com"), "{detail}");
    }
    assert!(!at.join("k/ran").exists());
}

#[test]
fn a_unit_that_does_not_render_is_a_gap() {
    let folder = project();
    let at = folder.path();
    let run = |body: &str| {
        let tools = Tools { kubectl: Some(super::script(at, body)), ..Tools::default() };
        let read = read_manifests(&with(at, tools, &["prod"])).unwrap();
        let (reason, detail) = detail(&read);
        (reason, detail.to_owned())
    };
    let hint = "`kubectl kustomize prod` tells more";
    let cases = [
        ("echo 'hunter2 no matches for Id' >&2; exit 1", format!("one of its patches has no target; {hint}")),
        ("echo hunter2 >&2; exit 1", format!("the tool refuses it; {hint}")),
        ("yes hunter2", format!("it prints more than 32 MiB; {hint}")),
        ("kill -9 $$", format!("the tool refuses it; {hint}")),
    ];
    for (body, detail) in cases {
        assert_eq!(run(body), (GapReason::Failed, detail));
    }
    for (body, detail) in [
        ("echo 'a: [hunter2'", "line 1 of its output: not valid YAML: unclosed bracket '['"),
        (
            "echo 'kind: hunter2'",
            "line 1 of its output: half a Kubernetes object: it has a kind and no apiVersion",
        ),
        ("printf 'a\\377'", "its output is not UTF-8; `kubectl kustomize prod` tells more"),
    ] {
        assert_eq!(run(body), (GapReason::Malformed, detail.to_owned()));
    }
    write(at, "prod/kustomization.yml", "resources: [../gone, ../base]\n");
    assert_eq!(run("true").1, "prod/kustomization.yml:1 names `../gone`, which is not there");
    let tools = Tools { kubectl: Some(at.join("no-such-tool")), ..Tools::default() };
    write(at, "prod/kustomization.yml", "resources: [../base]\n");
    let read = read_manifests(&with(at, tools, &["prod"])).unwrap();
    assert_eq!(detail(&read).0, GapReason::ToolMissing);
}

#[test]
fn a_child_has_a_deadline_and_no_environment() {
    use super::super::render::{Failure, Limits, run};
    let folder = tempfile::tempdir().unwrap();
    let tool = super::script(folder.path(), "env; echo \"$HOME\" > home; pwd");
    let printed = run(&tool, &[], folder.path(), Limits::default()).unwrap();
    assert!(
        printed.contains("HTTPS_PROXY=http://127.0.0.1:1") && printed.contains("GIT_ALLOW_PROTOCOL=none")
    );
    assert!(!printed.contains("CARGO") && !printed.contains("KUBECONFIG"), "{printed}");
    let home = std::fs::read_to_string(folder.path().join("home")).unwrap();
    assert!(!PathBuf::from(home.trim()).exists(), "its home is removed");

    let limits = Limits { deadline: std::time::Duration::from_millis(300), output: 1 << 20 };
    let start = std::time::Instant::now();
    for body in ["exec sleep 60", "sleep 60", "sleep 60 & wait", "echo x; exec sleep 60"] {
        let tool = super::script(folder.path(), body);
        let Failure { reason, why } = run(&tool, &[], folder.path(), limits).unwrap_err();
        assert_eq!((reason, why.as_str()), (GapReason::TimedOut, "it did not end within 0 s"));
    }
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn circles_components_and_broken_ones() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "x/kustomization.yaml", "resources: [../y]\n");
    write(at, "y/kustomization.yaml", "resources: [../x]\n");
    let circle = read(at, &["."]).unwrap();
    assert_eq!(circle.units.len(), 1, "{:?}", circle.units);
    assert_eq!(circle.units[0].kind, UnitKind::Kustomization);

    write(
        at,
        "c/kustomization.yaml",
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [cm.yaml]\n",
    );
    write(at, "c/cm.yaml", config_map("c"));
    let component = read(at, &["."]).unwrap();
    assert_eq!(component.units.len(), 1);
    let skipped: Vec<_> = component.skipped.iter().filter(|skipped| skipped.file.starts_with("c/")).collect();
    assert!(skipped.len() == 2 && skipped[0].why.contains("no kustomization here includes"), "{skipped:?}");

    write(at, "z/kustomization.yaml", "resources: [a\n");
    write(at, "w/kustomization.yaml", "namePrefix: a\nnamePrefix: b\n");
    assert_eq!(
        told(read(at, &["."])),
        [
            "w/kustomization.yaml:2: the key `namePrefix` stands twice in one mapping",
            "z/kustomization.yaml:1: not valid YAML: unclosed bracket '['"
        ]
    );
}

#[test]
fn what_a_kustomization_does_not_name_is_not_applied() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "k/app/kustomization.yaml", "resources: [a.yaml]\n");
    write(at, "k/app/a.yaml", config_map("used"));
    write(at, "k/app/unused.yaml", config_map("unused"));
    write(at, "k/app/disabled/x.yaml", config_map("disabled"));
    write(at, "k/app/own/kustomization.yaml", "resources: [b.yaml]\n");
    write(at, "k/app/own/b.yaml", config_map("own"));
    write(at, "k/alone.yaml", config_map("alone"));
    let why = "beside the kustomization k/app, which does not name it: kustomize applies none of it";
    let skipped = |read: &Manifests| -> Vec<String> {
        let beside = read.skipped.iter().filter(|skipped| skipped.why == why);
        beside.map(|skipped| skipped.file.clone()).collect()
    };

    // Whether the kustomization is rendered or not.
    let unrendered = read(at, &["k"]).unwrap();
    assert_eq!(labels(&unrendered), ["ConfigMap/alone"]);
    assert_eq!(skipped(&unrendered), ["k/app/disabled/x.yaml", "k/app/unused.yaml"]);
    assert!(unrendered.has_text("k/app/unused.yaml"), "still searched");
    if let Some(tools) = kubectl() {
        let rendered = read_manifests(&with(at, tools, &["k"])).unwrap();
        assert_eq!(labels(&rendered), ["ConfigMap/alone", "ConfigMap/used", "ConfigMap/own"]);
        assert_eq!(skipped(&rendered), ["k/app/disabled/x.yaml", "k/app/unused.yaml"]);
    }

    // What is given itself is meant.
    assert_eq!(
        labels(&read(at, &["k", "k/app/unused.yaml"]).unwrap()),
        ["ConfigMap/alone", "ConfigMap/unused"]
    );
    assert_eq!(
        labels(&read(at, &["k", "k/app/disabled"]).unwrap()),
        ["ConfigMap/alone", "ConfigMap/disabled"]
    );
    assert_eq!(labels(&read(at, &["k/app/disabled"]).unwrap()), ["ConfigMap/disabled"]);
}

#[test]
fn what_a_controller_takes_as_a_plain_folder_is_applied() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "k/app/kustomization.yaml", "resources: [a.yaml]\n");
    write(at, "k/app/a.yaml", config_map("used"));
    write(at, "k/app/unused.yaml", config_map("unused"));
    write(at, "k/app/more/x.yaml", config_map("more"));
    let application = |source: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a}}\nspec: {{{source}}}\n"
        )
    };
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./k/app/more}\n";
    for (controller, expected) in [
        (application("source: {path: k/app}"), vec![]),
        (application("source: {path: k/other}"), vec![]),
        (application("source: {path: k/app/more}"), vec!["more"]),
        (application("sources: [{path: k/app, directory: {recurse: true}}]"), vec!["more", "unused"]),
        (flux.to_owned(), vec!["more"]),
        (flux.replace("/more", ""), vec![]),
        (flux.replace("./k/app/more", "'${CLUSTER_PATH}/../app/more'"), vec!["more"]),
    ] {
        write(at, "k/controller.yaml", &controller);
        let read = read(at, &["k"]).unwrap();
        let names: Vec<&str> = read.objects.iter().map(|object| object.name.as_str()).collect();
        let applied: Vec<&str> = names.into_iter().filter(|name| *name != "a").collect();
        assert_eq!(applied, expected, "{controller}");
    }
}
