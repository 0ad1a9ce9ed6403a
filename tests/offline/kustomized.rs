//! Manifests by way of kustomize and Flux: where a finding points, what an unread unit excuses, what Flux fills in.

use std::path::PathBuf;

use drplan::plan::Plan;
use drplan::sources::manifests::{self, Tools};

use crate::defects::{found, subjects};
use crate::worlds::{Copy, World};

/// The example with files more below `kubernetes/`, rendered where `kubectl` is given.
fn world(files: &[(&str, &str)], tools: Tools) -> World {
    let copy = Copy::new();
    for (file, text) in files {
        let path = copy.path().join("kubernetes").join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut world = World::read(copy.path());
    world.manifests = manifests::read_manifests(&manifests::Request {
        paths: vec![PathBuf::from("kubernetes")],
        base: copy.path().to_owned(),
        tools,
        ..manifests::Request::default()
    })
    .unwrap();
    world
}

fn planned(files: &[(&str, &str)]) -> Plan {
    world(files, Tools::default()).plan()
}

#[expect(clippy::print_stdout, reason = "says why it is skipped")]
fn kubectl() -> Option<Tools> {
    let tools = Tools::find(&std::env::var_os("PATH")?);
    if tools.kubectl.is_none() {
        println!("skipped: kubectl is not installed; nothing is rendered");
    }
    tools.kubectl.is_some().then_some(tools)
}

const INGRESS: &str = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: two}
spec:
  rules:
    - host: \"x.${FQDN}\"
";

const APPLICATION: &str = "# the first line
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: app}
spec: {syncPolicy: {automated: {}}}
";

#[test]
fn a_finding_of_a_rendered_object_points_into_its_file() {
    let Some(tools) = kubectl() else { return };
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {a: b, c: d, e: f, g: h, i: j, k: l}\n";
    let files = [
        ("app/kustomization.yaml", "namespace: a\nresources: [one.yaml, two.yaml, three.yaml]\n"),
        ("app/one.yaml", config),
        ("app/two.yaml", INGRESS),
        ("app/three.yaml", APPLICATION),
    ];
    let plan = world(&files, tools).plan();
    assert_eq!(
        found(&plan, "placeholder-unfilled"),
        [("Ingress/a/two".to_owned(), "kubernetes/app/two.yaml:6".to_owned())]
    );
    assert_eq!(
        found(&plan, "other-writer"),
        [("Application/a/app".to_owned(), "kubernetes/app/three.yaml:2".to_owned())]
    );
}

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: one, namespace: ecommerce}
spec:
  containers: [{name: one, image: one, envFrom: [{secretRef: {name: x}}]}]
";

#[test]
fn what_was_not_read_excuses_only_what_it_may_bring() {
    let message = |kustomization: &str, more: &str| {
        let files = [("mon/kustomization.yaml", kustomization), ("mon/more.yaml", more), ("pod.yaml", POD)];
        let plan = planned(&files);
        let finding = plan.findings.iter().find(|finding| finding.code == "nothing-provides");
        finding.map(|finding| (finding.subject.clone(), finding.message.clone(), finding.fix.clone()))
    };
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n";
    let unread = "it may be in kubernetes/mon, which was not read";
    // However a list is spelt.
    for base in [
        "resources:\n- https://github.com/x/y//z?ref=v1\n",
        "resources: ['https://github.com/x/y//z?ref=v1']\n",
    ] {
        let (subject, told, fix) = message(base, "").unwrap();
        assert_eq!(subject, "Secret/ecommerce/x");
        assert!(
            told.ends_with(unread) && fix.starts_with("see whether kubernetes/mon brings it"),
            "{told}: {fix}"
        );
        // Its objects lie in another namespace.
        let (_, told, _) = message(&format!("namespace: monitoring\n{base}"), "").unwrap();
        assert!(!told.contains("not read"), "{told}");
    }
    // What stands in files that are here is believed, under its name and in its namespace.
    assert_eq!(message("resources: [more.yaml]\n", secret), None);
    let other = secret.replace("name: x", "name: other");
    for (kustomization, more) in [
        ("resources: [more.yaml]\n", other.as_str()),
        ("namespace: monitoring\nresources: [more.yaml]\n", secret),
    ] {
        let (_, told, _) = message(kustomization, more).unwrap();
        assert!(!told.contains("not read"), "{told}");
    }
    assert_eq!(message("namePrefix: a-\nresources: [more.yaml]\n", &other), None);
}

fn flux(post_build: &str) -> String {
    format!(
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: app, namespace: flux-system}}\n\
         spec:\n  suspend: true\n  path: ./kubernetes/app\n  postBuild: {post_build}\n"
    )
}

#[test]
fn what_flux_fills_in_is_filled_or_said_to_be_fluxs() {
    let of = |post_build: &str| {
        let kustomization = flux(post_build);
        let files = [("app/two.yaml", INGRESS), ("flux.yaml", kustomization.as_str())];
        world(&files, Tools::default())
    };
    let filled = of("{substitute: {FQDN: example.com}}");
    assert!(subjects(&filled.plan(), "placeholder-unfilled").is_empty());
    let ingress = filled.manifests.objects.iter().find(|object| object.name == "two").unwrap();
    assert_eq!(ingress.root.str_at(&["spec", "rules", "0", "host"]), Some("x.example.com"));

    let told = |world: &World| {
        let plan = world.plan();
        assert_eq!(subjects(&plan, "placeholder-unfilled"), ["Ingress/two"]);
        plan.findings.iter().find(|finding| finding.code == "placeholder-unfilled").unwrap().message.clone()
    };
    let from = of("{substituteFrom: [{kind: Secret, name: vars}]}");
    assert_eq!(
        told(&from),
        "${FQDN} is left in host: only Kustomization/flux-system/app, once Flux runs, fills it from \
         Secret/flux-system/vars, and the plan applies it as it is"
    );
    // The Secret itself must be there.
    assert!(subjects(&from.plan(), "nothing-provides").contains(&"Secret/flux-system/vars".to_owned()));
    assert!(told(&of("{substitute: {OTHER: x}}")).ends_with("nothing fills it"));
    // The nearest above an object is the one.
    let above =
        flux("{substitute: {FQDN: above.com}}").replace("/app", "").replace("name: app", "name: above");
    let near = flux("{substitute: {FQDN: example.com}}");
    let both = format!("{near}---\n{above}");
    let files = [("app/two.yaml", INGRESS), ("flux.yaml", both.as_str())];
    let filled = world(&files, Tools::default());
    let ingress = filled.manifests.objects.iter().find(|object| object.name == "two").unwrap();
    assert_eq!(ingress.root.str_at(&["spec", "rules", "0", "host"]), Some("x.example.com"));
    // Another folder's.
    let mut elsewhere = flux("{substitute: {FQDN: example.com}}");
    elsewhere = elsewhere.replace("kubernetes/app", "kubernetes/other");
    let files = [("app/two.yaml", INGRESS), ("flux.yaml", elsewhere.as_str())];
    assert!(told(&world(&files, Tools::default())).ends_with("nothing fills it"));
}

#[test]
fn a_template_of_the_code_is_said_to_be_the_codes() {
    let copy = Copy::new();
    copy.write("kubernetes/two.yaml", INGRESS);
    copy.write(
        "terraform/two.tf",
        "resource \"kubectl_manifest\" \"two\" {\n  yaml_body = templatefile(\"${path.module}/../kubernetes/two.yaml\", {})\n}\n",
    );
    let plan = World::read(copy.path()).plan();
    let finding = plan.findings.iter().find(|finding| finding.code == "placeholder-unfilled").unwrap();
    assert!(
        finding.message.contains("only kubectl_manifest.two of the code fills it"),
        "{}",
        finding.message
    );
}

#[test]
fn a_placeholder_that_is_all_values_of_a_chart_is_told() {
    for field in ["values", "valuesObject"] {
        let application = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: v}}\nspec:\n  source:\n    chart: x\n    \
             helm:\n      {field}: |\n        a: b\n        ${{user_values}}\n        host: \"${{NODE_NAME}}\"\n"
        );
        let plan = planned(&[("v.yaml", application.as_str())]);
        assert_eq!(
            found(&plan, "placeholder-unfilled"),
            [("Application/v".to_owned(), "kubernetes/v.yaml:9".to_owned())]
        );
    }
}
