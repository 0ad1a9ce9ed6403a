//! Secrets that the lost cluster or a key of the lost region opens.

use drplan::model::settings::Provides;

use super::{FILE, world};
use crate::defects::{with, without};

const CODE: &str = "secret-sealed";
const SEALED: &str = "apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: { name: stripe, namespace: ecommerce }
spec: { encryptedData: { key: AgBy } }
";

#[test]
fn a_sealed_secret_needs_the_key_that_sealed_it() {
    with(&world(SEALED).plan(), CODE, "SealedSecret/ecommerce/stripe", &format!("{FILE}:1"));
    let key = "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: key, namespace: kube-system }\n\
               spec: { target: { template: { metadata: { labels: { sealedsecrets.bitnami.com/sealed-secrets-key: active } } } } }\n";
    without(&world(&format!("{SEALED}{key}")).plan(), CODE);
    let mut world = world(SEALED);
    world.settings.provides.push(Provides {
        subject: "Secret/kube-system/sealed-secrets-key".to_owned(),
        by: "runbook".to_owned(),
        place: None,
    });
    let plan = world.plan();
    without(&plan, CODE);
    without(&plan, "subject-unknown");
}

#[test]
fn a_file_of_sops_needs_a_key_outside_the_lost_region() {
    let file = |keys: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{ name: s, namespace: ecommerce }}\nstringData:\n  \
             key: ENC[AES256_GCM,data:p673w==,type:str]\nsops:\n  kms:\n{keys}  age: []\n  lastmodified: \"2026-01-01T00:00:00Z\"\n"
        )
    };
    let key = |region: &str| {
        format!(
            "    - arn: arn:aws:kms:{region}:123456789012:key/11111111-2222-3333-4444-555555555555\n      enc: AQ\n"
        )
    };
    with(&world(&file(&key("us-east-2"))).plan(), CODE, FILE, &format!("{FILE}:6"));
    // Whoever opens it, the plan applies it as it is.
    let object = ("Secret/ecommerce/s", format!("{FILE}:1"));
    let both = world(&file(&format!("{}{}", key("us-east-2"), key("us-west-2")))).plan();
    with(&both, CODE, object.0, &object.1);
    let age = file(&key("us-east-2")).replace("  age: []\n", "  age:\n    - recipient: age1qq\n");
    with(&world(&age).plan(), CODE, object.0, &object.1);
    // Flux opens it on its way into the cluster.
    let flux = "---\napiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: { name: k, namespace: ecommerce }\n\
                spec:\n  decryption: { provider: sops }\n";
    without(&world(&format!("{age}{flux}")).plan(), CODE);
}
