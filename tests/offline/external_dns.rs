//! external-dns however it is started, what it moves, and what else acts by itself.

use drplan::plan::Plan;
use drplan::plan::action::Action;
use drplan::plan::step::Phase;
use serde_json::{Value, json};

use crate::defects::{changed, found, replace, subjects, without};
use crate::worlds::{Copy, managed};

const SYNCS: &str = "external-dns-syncs";
const UNMOVED: &str = "dns-name-unmoved";

fn with_flag(flag: &'static str) -> Plan {
    changed(move |copy| {
        copy.edit("kubernetes/external-dns.yaml", |text| replace(&text, "--domain-filter=example.com", flag));
    })
}

#[test]
fn a_filter_is_compared_as_dns_compares() {
    for flag in
        ["--domain-filter=example.com.", "--domain-filter=Example.COM", "--domain-filter=.example.com."]
    {
        without(&with_flag(flag), UNMOVED);
    }
    assert_eq!(subjects(&with_flag("--domain-filter=example.net."), UNMOVED), ["hooks.example.com"]);
}

/// By expression it takes the place of the others.
#[test]
fn a_filter_by_expression_is_read() {
    let given =
        |flags: &'static str| with_flag(Box::leak(flags.replace(' ', "\n            - ").into_boxed_str()));
    without(&given("--regex-domain-filter=^(hooks|api)\\.example\\.com$"), UNMOVED);
    without(&given("--regex-domain-filter=example --domain-filter=example.net"), UNMOVED);
    for flags in
        ["--regex-domain-filter=\\.net$", "--regex-domain-filter=example --regex-domain-exclusion=^hooks"]
    {
        let plan = given(flags);
        assert_eq!(subjects(&plan, UNMOVED), ["hooks.example.com"], "{flags}");
    }
}

/// One whose owner has no record there has nothing to delete, and moves nothing either.
#[test]
fn what_has_no_record_of_its_own_deletes_none() {
    let plan = |owner: &'static str| {
        changed(move |copy| {
            copy.edit("kubernetes/external-dns.yaml", |text| {
                replace(&text, "--policy=upsert-only", "--policy=sync")
            });
            copy.edit("kubernetes/external-dns.yaml", |text| {
                replace(&text, "--txt-owner-id=ecommerce-prod", &format!("--txt-owner-id={owner}"))
            });
        })
    };
    assert_eq!(subjects(&plan("ecommerce-prod"), SYNCS).len(), 1);
    without(&plan("somebody"), SYNCS);
}

/// The example with an object more, and a name more that is to move.
fn with_object(text: &str) -> Plan {
    changed(|copy| {
        copy.write("kubernetes/more.yaml", text);
        copy.edit("drplan.hcl", |settings| {
            replace(
                &settings,
                "names = [\"api.example.com\"",
                "names = [\"app.example.com\", \"api.example.com\"",
            )
        });
    })
}

#[test]
fn hosts_of_routes_and_of_certificates_are_moved_by_it() {
    let ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: { name: app, namespace: ecommerce }\n\
                   spec:\n  ingressClassName: alb\n  tls: [{ hosts: [App.example.com] }]\n  defaultBackend: { service: { name: payment-service, port: { number: 80 } } }\n";
    without(&with_object(ingress), UNMOVED);
    let elsewhere = ingress.replace("App.example.com", "other.example.com");
    assert_eq!(subjects(&with_object(&elsewhere), UNMOVED), ["app.example.com"]);
    let route = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: app, namespace: ecommerce }\n\
                 spec: { hostnames: [app.example.com] }\n";
    // The example's looks at Ingresses alone.
    let plan = with_object(route);
    let told = plan.findings.iter().find(|finding| finding.code == UNMOVED).unwrap();
    assert!(told.message.contains("--source"), "{}", told.message);
}

fn with_resource(resource: &Value) -> Plan {
    changed(|copy| add(copy, resource))
}

fn add(copy: &Copy, resource: &Value) {
    copy.edit("state.tfstate", |text| {
        let mut state: Value = serde_json::from_str(&text).unwrap();
        state["resources"].as_array_mut().unwrap().push(resource.clone());
        state.to_string()
    });
}

fn phase_of(plan: &Plan, address: &str) -> Option<Phase> {
    let is_it = |action: &Action| matches!(action, Action::Engine { address: of, .. } if of == address);
    plan.steps.iter().find(|step| is_it(&step.action)).map(|step| step.phase)
}

#[test]
fn a_chart_is_read_for_what_it_would_delete() {
    let release = |values: &str| {
        with_resource(&managed(
            "helm_release.dns",
            json!({ "id": "dns", "name": "dns", "namespace": "kube-system", "chart": "external-dns",
                "values": [values], "set": [{ "name": "txtOwnerId", "value": "ecommerce-prod" }] }),
            &[],
        ))
    };
    without(&release("policy: upsert-only\n"), SYNCS);
    // The chart's own default.
    without(&release("provider: aws\n"), SYNCS);
    let plan = release("policy: sync\n");
    assert_eq!(subjects(&plan, SYNCS), ["helm_release.dns"]);
    let message = &plan.findings.iter().find(|finding| finding.code == SYNCS).unwrap().message;
    assert!(message.contains("owner \"ecommerce-prod\""), "{message}");
    let plan = release("extraArgs: { policy: sync }\n");
    assert_eq!(found(&plan, SYNCS).len(), 1);
}

#[test]
fn what_acts_by_itself_waits_for_the_gate_however_it_is_written() {
    let deployment = |image: &str| {
        let resource = managed(
            "kubernetes_deployment_v1.dns",
            json!({ "id": "kube-system/dns", "metadata": [{ "name": "dns", "namespace": "kube-system" }],
                "spec": [{ "template": [{ "spec": [{ "container": [{ "name": "dns", "image": image }] }] }] }] }),
            &[],
        );
        let world = {
            let copy = Copy::new();
            add(&copy, &resource);
            let mut world = crate::worlds::World::read(copy.path());
            world.configuration = None;
            world
        };
        phase_of(&world.plan(), "kubernetes_deployment_v1.dns")
    };
    assert_eq!(deployment("registry.k8s.io/external-dns/external-dns:v0.19.0"), Some(Phase::Dns));
    assert_eq!(deployment("registry.k8s.io/coredns/coredns:v1.12.0"), Some(Phase::Infra));
    let job = with_object(
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: { name: mails, namespace: ecommerce }\n\
         spec: { jobTargetRef: { template: { spec: { containers: [{ name: mails, image: public.ecr.aws/acme/mails:1 }] } } } }\n",
    );
    let released = "dns/release/ScaledJob/ecommerce/mails";
    assert!(job.steps.iter().any(|step| step.id == released));
}
