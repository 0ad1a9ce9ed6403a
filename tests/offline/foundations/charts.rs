//! Classes, definitions, drivers and Secrets that charts, add-ons and controllers bring.

use serde_json::json;

use super::{CODE, missing, pod, resource, with_resources, world};
use crate::defects::{subjects, without};

const CERTIFICATE: &str = "apiVersion: cert-manager.io/v1
kind: Certificate
metadata: { name: shop, namespace: ecommerce }
spec: { secretName: shop-tls }
";

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: x, namespace: ecommerce, annotations: { drplan.dev/ephemeral: \"true\" } }
spec: { accessModes: [ReadWriteOnce], storageClassName: gp3 }
";

#[test]
fn the_kind_of_a_custom_resource_needs_its_definition() {
    assert_eq!(missing(CERTIFICATE), ["CustomResourceDefinition/cert-manager.io"]);
    let definition = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
                      metadata: { name: certificates.cert-manager.io }\n\
                      spec: { group: cert-manager.io, names: { kind: Certificate } }\n";
    assert_eq!(missing(&format!("{CERTIFICATE}{definition}")), Vec::<String>::new());
    let argo = "---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: { name: a }\n\
                spec: { group: argoproj.io, names: { kind: Application } }\n\
                ---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: cm, namespace: ecommerce }\n\
                spec: { source: { chart: cert-manager }, destination: { namespace: ecommerce } }\n";
    assert_eq!(missing(&format!("{CERTIFICATE}{argo}")), Vec::<String>::new());
    for (address, attributes) in [
        (
            "helm_release.cm",
            json!({ "id": "cm", "name": "cm", "chart": "cert-manager", "namespace": "kube-system" }),
        ),
        ("aws_eks_addon.cm", json!({ "id": "ecommerce-prod:cert-manager", "addon_name": "cert-manager" })),
        (
            "kubectl_manifest.crd",
            json!({ "id": "c", "kind": "CustomResourceDefinition", "name": "certificates.cert-manager.io" }),
        ),
    ] {
        without(&with_resources(world(CERTIFICATE), &[resource(address, attributes)]).plan(), CODE);
    }
}

#[test]
fn a_release_that_is_left_out_is_named() {
    let attributes = json!({ "id": "cm", "name": "cm", "chart": "cert-manager", "namespace": "kube-system" });
    let mut world = with_resources(world(CERTIFICATE), &[resource("helm_release.cm", attributes)]);
    world.settings.skips.push(drplan::model::settings::AcceptedLoss {
        address: "helm_release.cm".to_owned(),
        reason: "later".to_owned(),
        place: None,
    });
    let plan = world.plan();
    assert_eq!(subjects(&plan, CODE), ["CustomResourceDefinition/cert-manager.io"]);
    let finding = plan.findings.iter().find(|finding| finding.code == CODE).unwrap();
    assert!(finding.message.contains("helm_release.cm, which is left out, would"), "{}", finding.message);
}

#[test]
fn a_class_of_volumes_needs_to_be_there_and_its_driver() {
    assert_eq!(missing(CLAIM), ["StorageClass/gp3"]);
    let class = "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: gp3 }\n\
                 provisioner: ebs.csi.aws.com\n";
    let both = format!("{CLAIM}{class}");
    assert_eq!(missing(&both), ["CSIDriver/ebs.csi.aws.com"]);
    let addon = json!({ "id": "ecommerce-prod:aws-ebs-csi-driver", "addon_name": "aws-ebs-csi-driver" });
    without(&with_resources(world(&both), &[resource("aws_eks_addon.ebs", addon)]).plan(), CODE);
    // Since 1.30 no class is the default one.
    let unnamed = CLAIM.replace(", storageClassName: gp3", "");
    assert_eq!(missing(&unnamed), ["StorageClass/(default)"]);
    let default = class.replace(
        "{ name: gp3 }",
        "{ name: gp3, annotations: { storageclass.kubernetes.io/is-default-class: \"true\" } }",
    );
    assert_eq!(missing(&format!("{unnamed}{default}")), ["CSIDriver/ebs.csi.aws.com"]);
    let made = json!({ "id": "gp3", "metadata": [{ "name": "gp3" }] });
    without(&with_resources(world(CLAIM), &[resource("kubernetes_storage_class_v1.gp3", made)]).plan(), CODE);
}

#[test]
fn what_a_controller_makes_of_an_object_is_there() {
    let pod = pod("  volumes: [{ name: v, secret: { secretName: shop-tls } }]");
    for (api, kind, spec) in [
        ("cert-manager.io/v1", "Certificate", "{ secretName: shop-tls }"),
        ("external-secrets.io/v1", "ExternalSecret", "{ target: { name: shop-tls } }"),
        (
            "secrets-store.csi.x-k8s.io/v1",
            "SecretProviderClass",
            "{ secretObjects: [{ secretName: shop-tls }] }",
        ),
        ("postgresql.cnpg.io/v1", "Cluster", "{}"),
    ] {
        let name = if kind == "Cluster" { "shop" } else { "other" };
        let object = format!(
            "---\napiVersion: {api}\nkind: {kind}\nmetadata: {{ name: {name}, namespace: ecommerce }}\nspec: {spec}\n"
        );
        let group = api.split('/').next().unwrap();
        assert_eq!(
            missing(&format!("{pod}{object}")),
            [format!("CustomResourceDefinition/{group}")],
            "{kind}"
        );
    }
    let adds = "---\napiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: shop-tls, namespace: ecommerce }\n\
                spec: { target: { creationPolicy: Merge } }\n";
    assert_eq!(
        missing(&format!("{pod}{adds}")),
        ["CustomResourceDefinition/external-secrets.io", "Secret/ecommerce/shop-tls"]
    );
}

/// Charts call their objects after the release, and write others out in their values.
#[test]
fn objects_of_a_chart_are_called_after_its_release() {
    let pod = pod("  serviceAccountName: shop-worker\n  priorityClassName: high");
    assert_eq!(missing(&pod), ["PriorityClass/high", "ServiceAccount/ecommerce/shop-worker"]);
    let values = json!({ "extraObjects": [
        { "apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass", "metadata": { "name": "high" } }
    ] });
    let release = json!({
        "id": "shop", "name": "shop", "chart": "./charts/own", "namespace": "ecommerce",
        "metadata": [{ "values": values.to_string() }],
    });
    without(&with_resources(world(&pod), &[resource("helm_release.shop", release)]).plan(), CODE);
}

/// The template of a StatefulSet takes the place of the volume of its name.
#[test]
fn the_claims_of_a_stateful_set_are_its_own() {
    let set = "apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: ecommerce }
spec:
  template:
    spec:
      containers: [{ name: db, image: db }]
      volumes:
        - { name: data, persistentVolumeClaim: { claimName: data } }
        - { name: other, persistentVolumeClaim: { claimName: other } }
  volumeClaimTemplates:
    - metadata: { name: data, annotations: { drplan.dev/ephemeral: \"true\" } }
      spec: { accessModes: [ReadWriteOnce], storageClassName: gp2 }
";
    assert_eq!(missing(set), ["CSIDriver/ebs.csi.aws.com", "PersistentVolumeClaim/ecommerce/other"]);
    assert_eq!(
        missing(&set.replace("claimName: other", "claimName: data-db-0")),
        ["CSIDriver/ebs.csi.aws.com"]
    );
}

const INGRESS: &str = "apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: x, namespace: ecommerce }
spec: { ingressClassName: CLASS }
";

/// The example with a release in the code alone.
fn with_release(class: &str, values: &str, file: &str) -> Vec<String> {
    let copy = crate::worlds::Copy::new();
    copy.write("kubernetes/more.yaml", &INGRESS.replace("CLASS", class));
    copy.write("terraform/nginx.yaml", file);
    copy.write(
        "terraform/nginx.tf",
        &format!("resource \"helm_release\" \"n\" {{\n  name = \"n\"\n  chart = \"ingress-nginx\"\n  {values}\n}}\n"),
    );
    subjects(&crate::worlds::World::read(copy.path()).plan(), CODE)
}

#[test]
fn the_class_that_a_release_brings_is_that_of_its_values() {
    let none: Vec<String> = Vec::new();
    let file = "controller:\n  ingressClassResource:\n    name: external-nginx\n";
    for values in [
        "values = [file(\"${path.module}/nginx.yaml\")]",
        "values = [<<Y\ncontroller: { ingressClassResource: { name: external-nginx } }\nY\n]",
        "set {\n    name  = \"controller.ingressClassResource.name\"\n    value = \"external-nginx\"\n  }",
    ] {
        assert_eq!(with_release("external-nginx", values, file), none, "{values}");
        assert_eq!(with_release("nginx", values, file), ["IngressClass/nginx"], "{values}");
    }
    // Without values it is the chart's own; of values that nobody can read nothing is said.
    assert_eq!(with_release("nginx", "", ""), none);
    assert_eq!(with_release("external-nginx", "", ""), ["IngressClass/external-nginx"]);
    for class in ["nginx", "external-nginx"] {
        assert_eq!(with_release(class, "values = [local.values]", ""), none);
    }
    let release = json!({
        "id": "n", "name": "n", "chart": "ingress-nginx", "namespace": "ecommerce",
        "metadata": [{ "values": "{\"controller\":{\"ingressClassResource\":{\"name\":\"external-nginx\"}}}" }],
    });
    let world =
        with_resources(world(&INGRESS.replace("CLASS", "nginx")), &[resource("helm_release.n", release)]);
    assert_eq!(subjects(&world.plan(), CODE), ["IngressClass/nginx"]);
}

#[test]
fn a_template_of_constraints_brings_their_kind() {
    let constraint =
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: NeedsOwner\nmetadata: { name: x }\n";
    assert_eq!(missing(constraint), ["CustomResourceDefinition/constraints.gatekeeper.sh"]);
    let template = "---\napiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: { name: needsowner }\n\
                    spec: { crd: { spec: { names: { kind: NeedsOwner } } } }\n";
    assert_eq!(
        missing(&format!("{constraint}{template}")),
        ["CustomResourceDefinition/templates.gatekeeper.sh"]
    );
}

#[test]
fn a_store_of_secrets_and_what_is_read_from_it_are_asked_for() {
    let external = "apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: db, namespace: ecommerce }
spec:
  secretStoreRef: { name: aws, kind: ClusterSecretStore }
  data: [{ secretKey: x, remoteRef: { key: staging/db } }]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: a.external-secrets.io }
spec: { group: external-secrets.io, names: { kind: ExternalSecret } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: b.external-secrets.io }
spec: { group: external-secrets.io, names: { kind: ClusterSecretStore } }
";
    // What it reads from nobody knows.
    assert_eq!(missing(external), ["ClusterSecretStore/aws"]);
    let store = "---\napiVersion: external-secrets.io/v1\nkind: ClusterSecretStore\nmetadata: { name: aws }\n\
                 spec: { provider: { aws: { service: SecretsManager, region: us-west-2 } } }\n";
    let both = format!("{external}{store}");
    assert_eq!(missing(&both), ["SecretsManagerSecret/staging/db"]);
    assert_eq!(missing(&both.replace("SecretsManager,", "ParameterStore,")), Vec::<String>::new());
    let mut replicated = world(&both);
    let secrets = replicated.inventory.as_mut().unwrap().secrets.as_mut().unwrap();
    let mut one = secrets[0].clone();
    one.name = "staging/db".to_owned();
    secrets.push(one);
    without(&replicated.plan(), CODE);
    let copy = crate::worlds::Copy::new();
    copy.write(super::FILE, &both);
    copy.write(
        "terraform/more.tf",
        "resource \"aws_secretsmanager_secret\" \"x\" {\n  name = \"staging/db\"\n}\n",
    );
    without(&crate::worlds::World::read(copy.path()).plan(), CODE);

    let class = "apiVersion: secrets-store.csi.x-k8s.io/v1
kind: SecretProviderClass
metadata: { name: s, namespace: ecommerce }
spec:
  provider: aws
  parameters:
    objects: |
      - objectName: staging/myapp
        objectType: secretsmanager
      - { objectName: /staging/param, objectType: ssmparameter }
";
    assert_eq!(
        missing(class),
        ["CustomResourceDefinition/secrets-store.csi.x-k8s.io", "SecretsManagerSecret/staging/myapp"]
    );
}
