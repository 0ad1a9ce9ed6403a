//! What the manifests stand on: each name with and without what provides it.

mod charts;
mod owners;
mod sealed;

use drplan::model::observation::Config;
use drplan::model::settings::Provides;
use drplan::plan::Plan;
use serde_json::{Value, json};

use crate::defects::{found, subjects, with, without};
use crate::sandbox::Sandbox;
use crate::worlds::{Copy, World, example, state_of};

const CODE: &str = "nothing-provides";
const FILE: &str = "kubernetes/more.yaml";

/// The example with a file of manifests more.
fn world(manifests: &str) -> World {
    let copy = Copy::new();
    copy.write(FILE, manifests);
    World::read(copy.path())
}

/// What is missing in the example with these manifests.
#[track_caller]
fn missing(manifests: &str) -> Vec<String> {
    subjects(&world(manifests).plan(), CODE)
}

/// Puts resources into the state of a world, whose code is then not compared.
fn with_resources(mut world: World, resources: &[Value]) -> World {
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    state["resources"].as_array_mut().unwrap().extend(resources.iter().cloned());
    world.state = state.to_string();
    world.configuration = None;
    world
}

/// A resource of the state, of any provider.
fn resource(address: &str, attributes: Value) -> Value {
    crate::worlds::managed(address, attributes, &[])
}

fn object(kind: &str, name: &str) -> String {
    format!("---\napiVersion: v1\nkind: {kind}\nmetadata: {{ name: {name}, namespace: ecommerce }}\n")
}

/// A pod with a part of its spec, on line 6.
fn pod(spec: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{ name: one, namespace: ecommerce }}\nspec:\n  containers: [{{ name: one, image: one }}]\n{spec}\n"
    )
}

#[test]
fn the_example_stands_on_what_it_brings() {
    let plan = World::read(&example()).plan();
    for code in [CODE, "owned-twice", "secret-sealed"] {
        without(&plan, code);
    }
}

#[test]
fn what_a_pod_names_is_asked_for_once_with_its_line() {
    let kinds = [
        ("  serviceAccountName: x", "ServiceAccount/ecommerce/x", object("ServiceAccount", "x")),
        ("  imagePullSecrets: [{ name: x }]", "Secret/ecommerce/x", object("Secret", "x")),
        ("  volumes: [{ name: v, secret: { secretName: x } }]", "Secret/ecommerce/x", object("Secret", "x")),
        (
            "  volumes: [{ name: v, configMap: { name: x } }]",
            "ConfigMap/ecommerce/x",
            object("ConfigMap", "x"),
        ),
        (
            "  volumes: [{ name: v, projected: { sources: [{ configMap: { name: x } }] } }]",
            "ConfigMap/ecommerce/x",
            object("ConfigMap", "x"),
        ),
        (
            "  volumes: [{ name: v, projected: { sources: [{ secret: { name: x } }] } }]",
            "Secret/ecommerce/x",
            object("Secret", "x"),
        ),
        (
            "  volumes: [{ name: v, persistentVolumeClaim: { claimName: x } }]",
            "PersistentVolumeClaim/ecommerce/x",
            "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: x, namespace: ecommerce }\n\
             spec: { volumeName: v }\n"
                .to_owned(),
        ),
        (
            "  priorityClassName: x",
            "PriorityClass/x",
            "---\napiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: x }\nvalue: 1\n"
                .to_owned(),
        ),
        (
            "  runtimeClassName: x",
            "RuntimeClass/x",
            "---\napiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: { name: x }\nhandler: x\n"
                .to_owned(),
        ),
        (
            "  initContainers: [{ name: i, image: i, envFrom: [{ secretRef: { name: x } }] }]",
            "Secret/ecommerce/x",
            object("Secret", "x"),
        ),
    ];
    for (spec, subject, provider) in kinds {
        let plan = world(&pod(spec)).plan();
        with(&plan, CODE, subject, &format!("{FILE}:6"));
        let plan = world(&format!("{}{provider}", pod(spec))).plan();
        assert_eq!(subjects(&plan, CODE), Vec::<String>::new(), "{spec}");
        // And it comes behind what it reads.
        let step = plan.steps.iter().find(|step| step.id == "manifests/Pod/ecommerce/one").unwrap();
        assert!(step.needs.contains(&format!("manifests/{subject}")), "{spec}: {:?}", step.needs);
    }
}

#[test]
fn what_is_optional_or_of_every_cluster_is_not_asked_for() {
    let optional = "  initContainers:
    - name: i
      image: i
      env: [{ name: A, valueFrom: { secretKeyRef: { name: x, key: y, optional: true } } }]
      envFrom: [{ configMapRef: { name: x, optional: true } }]
  volumes: [{ name: v, secret: { secretName: x, optional: true } }]";
    let of_cluster = "  serviceAccountName: default
  priorityClassName: system-cluster-critical
  nodeSelector: { kubernetes.io/os: linux, topology.kubernetes.io/zone: us-west-2a }
  volumes: [{ name: v, configMap: { name: kube-root-ca.crt } }]";
    for spec in [optional, of_cluster] {
        assert_eq!(missing(&pod(spec)), Vec::<String>::new(), "{spec}");
    }
}

#[test]
fn one_thing_is_one_finding_with_who_names_it() {
    let two = [
        pod("  serviceAccountName: x"),
        pod("  serviceAccountName: x").replace("name: one, name", "name: two, name"),
    ];
    let plan = world(&two.join("---\n")).plan();
    assert_eq!(found(&plan, CODE).len(), 1);
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(
        finding.message.starts_with("Pod/ecommerce/one and 1 object more need ServiceAccount x"),
        "{}",
        finding.message
    );
    assert!(
        finding.fix.contains("`provides \"ServiceAccount/ecommerce/x\" { by = \"...\" }`"),
        "{}",
        finding.fix
    );
}

#[test]
fn an_observation_tells_what_was_made_by_hand() {
    let message = |seen: bool| {
        let mut world = world(&pod("  imagePullSecrets: [{ name: x }]"));
        if seen {
            let configs = world.observation.as_mut().unwrap().configs.as_mut().unwrap();
            configs.push(Config {
                object_kind: "Secret".to_owned(),
                namespace: "ecommerce".to_owned(),
                name: "x".to_owned(),
                secret_type: None,
                keys: Vec::new(),
            });
        }
        let plan = world.plan();
        plan.findings.iter().find(|finding| finding.code == CODE).unwrap().message.clone()
    };
    assert!(message(true).contains("made by hand in the lost cluster"), "{}", message(true));
    assert!(message(false).contains("nor was it seen in the lost one"), "{}", message(false));
}

#[test]
fn drplan_hcl_says_what_provides() {
    let spec = pod("  serviceAccountName: x\n  nodeSelector: { acme.io/pool: batch }");
    let provides =
        |subject: &str, by: &str| Provides { subject: subject.to_owned(), by: by.to_owned(), place: None };
    let planned = |all: &[Provides]| {
        let mut world = world(&spec);
        world.settings.provides = all.to_vec();
        world.plan()
    };
    assert_eq!(subjects(&planned(&[]), CODE), ["NodeLabel/acme.io/pool=batch", "ServiceAccount/ecommerce/x"]);
    let both = [
        provides("ServiceAccount/ecommerce/*", "chart"),
        provides("NodeLabel/acme.io/pool=batch", "by hand"),
    ];
    let plan = planned(&both);
    without(&plan, CODE);
    without(&plan, "subject-unknown");
    // What is left out brings nothing.
    let by_skipped = [both[1].clone(), provides("ServiceAccount/ecommerce/x", "module.standby")];
    assert_eq!(subjects(&planned(&by_skipped), CODE), ["ServiceAccount/ecommerce/x"]);
    let wrong = [both[0].clone(), both[1].clone(), provides("ServiceAccount/ecommerce/y", "chart")];
    // A line too many stands in no recovery's way.
    assert_eq!(subjects(&planned(&wrong), "provides-unneeded"), ["ServiceAccount/ecommerce/y"]);
    without(&planned(&wrong), "subject-unknown");
}

#[test]
fn a_namespace_is_made_by_a_manifest_the_code_or_a_release() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: shop }\n";
    with(&world(object).plan(), CODE, "Namespace/shop", &format!("{FILE}:1"));
    assert_eq!(missing(&object.replace("shop", "kube-system")), Vec::<String>::new());
    let made = format!("{object}---\napiVersion: v1\nkind: Namespace\nmetadata: {{ name: shop }}\n");
    assert_eq!(missing(&made), Vec::<String>::new());
    for (address, attributes) in [
        ("kubernetes_namespace_v1.shop", json!({ "id": "shop", "metadata": [{ "name": "shop" }] })),
        (
            "helm_release.shop",
            json!({ "id": "s", "name": "s", "chart": "s", "namespace": "shop", "create_namespace": true }),
        ),
    ] {
        let plan = with_resources(world(object), &[resource(address, attributes)]).plan();
        without(&plan, CODE);
    }
    let without_it =
        json!({ "id": "s", "name": "s", "chart": "s", "namespace": "shop", "create_namespace": false });
    let plan = with_resources(world(object), &[resource("helm_release.shop", without_it)]).plan();
    assert_eq!(subjects(&plan, CODE), ["Namespace/shop"]);
}

#[test]
fn an_ingress_needs_its_class_its_services_and_its_secret() {
    let ingress = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: x, namespace: ecommerce, annotations: {} }
spec:
  ingressClassName: nginx
  tls: [{ secretName: certificate }]
  defaultBackend: { service: { name: nobody, port: { number: 80 } } }
  rules:
    - http:
        paths:
          - backend: { service: { name: cart-service, port: { number: 80 } } }
          - backend: { service: { name: redirect, port: { name: use-annotation } } }
";
    assert_eq!(
        missing(ingress),
        ["IngressClass/nginx", "Secret/ecommerce/certificate", "Service/ecommerce/nobody"]
    );
    // An ALB takes no Secret, and cert-manager makes it.
    assert_eq!(missing(&ingress.replace(": nginx", ": alb")), ["Service/ecommerce/nobody"]);
    let issued = ingress.replace("annotations: {}", "annotations: { cert-manager.io/cluster-issuer: acme }");
    assert_eq!(missing(&issued), ["IngressClass/nginx", "Service/ecommerce/nobody"]);
}

#[test]
fn an_autoscaler_needs_its_target_and_an_api() {
    let scaler = |target: &str, kind: &str| {
        format!(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{ name: x, namespace: ecommerce }}\n\
             spec:\n  scaleTargetRef: {{ apiVersion: apps/v1, kind: Deployment, name: {target} }}\n  metrics: [{{ type: {kind} }}]\n"
        )
    };
    assert_eq!(missing(&scaler("cart-service", "Resource")), Vec::<String>::new());
    assert_eq!(missing(&scaler("nobody", "Resource")), ["Deployment/ecommerce/nobody"]);
    assert_eq!(missing(&scaler("cart-service", "External")), ["APIService/external.metrics.k8s.io"]);
    let mut world = World::read(&example());
    world.state = world.state.replace("\"addon_name\": \"metrics-server\"", "\"addon_name\": \"other\"");
    let plan = world.plan();
    assert_eq!(subjects(&plan, CODE), ["APIService/metrics.k8s.io"]);
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(finding.fix.contains("add-on metrics-server"), "{}", finding.fix);
}

#[test]
fn a_label_of_nodes_is_that_of_a_group() {
    let selector = pod("  nodeSelector: { pool: batch }");
    assert_eq!(missing(&selector), ["NodeLabel/pool=batch"]);
    let one_of = "  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms: [{ matchExpressions: [{ key: pool, operator: In, values: [batch, night] }] }]";
    assert_eq!(missing(&pod(one_of)), ["NodeLabel/pool=batch"]);
    for label in ["batch", "night"] {
        let mut world = world(&pod(one_of));
        world.state =
            world.state.replace("\"labels\": {}", &format!("\"labels\": {{ \"pool\": \"{label}\" }}"));
        without(&world.plan(), CODE);
    }
    // Where no node has it, a DaemonSet has no pod.
    let daemon = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: { name: x, namespace: ecommerce }\nspec:\n  \
                  template: { spec: { nodeSelector: { pool: gpu }, containers: [] } }\n";
    assert_eq!(missing(daemon), Vec::<String>::new());
}

/// Nobody knows what another state's cluster has.
#[test]
fn without_a_cluster_there_is_one_finding_for_each_kind() {
    let sandbox = Sandbox::empty();
    sandbox.write("state.tfstate", state_of(&[]));
    let pods = [
        pod("  serviceAccountName: x\n  imagePullSecrets: [{ name: a }, { name: b }]"),
        pod("  serviceAccountName: y").replace("name: one, name", "name: two, name"),
    ];
    sandbox.write("kubernetes/pods.yaml", pods.join("---\n"));
    let run = sandbox.run(&["region", "us-west-2", "--offline", "--out", "plan.json"]);
    let plan: Plan = drplan::plan::codec::decode(sandbox.read("plan.json").as_bytes()).unwrap();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert_eq!(subjects(&plan, CODE), ["Namespace", "Secret", "ServiceAccount"]);
    let secret = plan.findings.iter().find(|finding| finding.subject == "Secret").unwrap();
    // Each is named, and no pattern is offered that would hide what is missing later.
    assert!(
        secret.message.contains("nor does one bring 1 more of kind Secret: ecommerce/b"),
        "{}",
        secret.message
    );
    let providers = "`provides \"Secret/ecommerce/a\" { by = \"...\" }`, `provides \"Secret/ecommerce/b\" { by = \"...\" }`";
    assert!(secret.fix.ends_with(providers) && !secret.fix.contains('*'), "{}", secret.fix);
}
