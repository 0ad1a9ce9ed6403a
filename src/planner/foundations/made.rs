//! What controllers make of their objects: the Secret of an ExternalSecret, the certificate that was asked for, the
//! accounts and services of a database that an operator runs.

use serde_json::Value;

use super::provided::Bring;
use super::thing::{ANY, DEFINITION, Thing};

/// A rule: group and kind of the object, the kind of what is made, the fields that name it (the first that has text),
/// and its name where none does; `*` in that is the object's own.
type Rule = (&'static str, &'static str, &'static str, &'static [&'static str], &'static str);

/// external-secrets.io/latest/api/externalsecret, cert-manager.io/docs/usage/certificate,
/// github.com/bitnami-labs/sealed-secrets, cloudnative-pg.io/documentation/current/applications,
/// developer.hashicorp.com/vault/docs/deploy/kubernetes/vso/api-reference, strimzi.io/docs, rabbitmq.com/kubernetes/operator,
/// elastic.co/docs/deploy-manage/deploy/cloud-on-k8s, access.crunchydata.com/documentation/postgres-operator,
/// postgres-operator.readthedocs.io/en/latest/user, docs.doppler.com/docs/kubernetes-operator,
/// developer.1password.com/docs/k8s/operator, prometheus-operator.dev, argo-rollouts.readthedocs.io.
const RULES: &[Rule] = &[
    ("acid.zalan.do", "postgresql", "Service", &[], "*"),
    ("bitnami.com", "SealedSecret", "Secret", &["/spec/template/metadata/name"], "*"),
    ("cert-manager.io", "Certificate", "Secret", &["/spec/secretName"], ""),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch", "Secret", &[], "*-es-"),
    ("elasticsearch.k8s.elastic.co", "Elasticsearch", "Service", &[], "*-es-"),
    ("external-secrets.io", "ExternalSecret", "Secret", &["/spec/target/name"], "*"),
    ("kafka.strimzi.io", "Kafka", "Secret", &[], "*-"),
    ("kafka.strimzi.io", "Kafka", "Service", &[], "*-"),
    ("kafka.strimzi.io", "KafkaUser", "Secret", &[], "*"),
    ("kibana.k8s.elastic.co", "Kibana", "Service", &[], "*-kb-"),
    ("kubernetes-client.io", "ExternalSecret", "Secret", &[], "*"),
    ("monitoring.coreos.com", "Alertmanager", "Service", &[], "alertmanager-operated"),
    ("monitoring.coreos.com", "Prometheus", "Service", &[], "prometheus-operated"),
    ("monitoring.coreos.com", "Prometheus", "StatefulSet", &[], "prometheus-*"),
    ("onepassword.com", "OnePasswordItem", "Secret", &[], "*"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", "Secret", &[], "*-"),
    ("postgres-operator.crunchydata.com", "PostgresCluster", "Service", &[], "*-"),
    ("postgresql.cnpg.io", "Cluster", "Secret", &[], "*-"),
    ("postgresql.cnpg.io", "Cluster", "Service", &[], "*-"),
    ("rabbitmq.com", "RabbitmqCluster", "Secret", &[], "*-"),
    ("rabbitmq.com", "RabbitmqCluster", "Service", &[], "*"),
    ("secrets.doppler.com", "DopplerSecret", "Secret", &["/spec/managedSecret/name"], ""),
    ("secrets.hashicorp.com", "VaultDynamicSecret", "Secret", &["/spec/destination/name"], ""),
    ("secrets.hashicorp.com", "VaultPKISecret", "Secret", &["/spec/destination/name"], ""),
    ("secrets.hashicorp.com", "VaultStaticSecret", "Secret", &["/spec/destination/name"], ""),
    ("secrets.infisical.com", "InfisicalSecret", "Secret", &["/spec/managedSecretReference/secretName"], ""),
    ("traefik.io", "TraefikService", "Service", &[], "*"),
];

/// Adds what is made of an object.
pub(super) fn bring<'i>(
    group: &str,
    kind: &str,
    namespace: &str,
    name: &str,
    object: &Value,
    bring: Bring<'_, 'i>,
) {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let all = |path: &str| object.pointer(path).and_then(Value::as_array).into_iter().flatten();
    // It puts its values into a Secret that another makes.
    // https://external-secrets.io/latest/guides/ownership-deletion-policy/
    let adds = matches!(text("/spec/target/creationPolicy"), Some("Merge" | "None"));
    for (_, _, made, fields, otherwise) in
        RULES.iter().filter(|rule| (rule.0, rule.1) == (group, kind) && !adds)
    {
        let given = fields.iter().find_map(|field| text(field)).map(str::to_owned);
        let Some(made_name) = given.or_else(|| (!otherwise.is_empty()).then(|| named_after(otherwise, name)))
        else {
            continue;
        };
        bring(Thing::new(*made, namespace.to_owned(), made_name));
    }
    match (group, kind) {
        // Synchronised while a pod mounts it: https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass") => {
            for secret in all("/spec/secretObjects").filter_map(|secret| secret.get("secretName")?.as_str()) {
                bring(Thing::new("Secret", namespace.to_owned(), secret.to_owned()));
            }
        }
        // https://external-secrets.io/latest/api/clusterexternalsecret/
        ("external-secrets.io", "ClusterExternalSecret") => {
            let target =
                text("/spec/externalSecretSpec/target/name").or_else(|| text("/spec/externalSecretName"));
            bring(Thing::new("Secret", ANY, target.unwrap_or(name).to_owned()));
        }
        // https://postgres-operator.readthedocs.io/en/latest/user/#connect-to-postgresql
        ("acid.zalan.do", "postgresql") => {
            let users = object
                .pointer("/spec/users")
                .and_then(Value::as_object)
                .into_iter()
                .flat_map(|all| all.keys());
            for user in users.map(String::as_str).chain(["postgres", "standby"]) {
                let user = user.replace('_', "-");
                let made = format!("{user}.{name}.credentials.postgresql.acid.zalan.do");
                bring(Thing::new("Secret", namespace.to_owned(), made));
            }
        }
        // https://cert-manager.io/docs/trust/trust-manager/
        ("trust.cert-manager.io", "Bundle") => {
            bring(Thing::new("ConfigMap", ANY, name.to_owned()));
            bring(Thing::new("Secret", ANY, name.to_owned()));
        }
        // https://open-policy-agent.github.io/gatekeeper/website/docs/constrainttemplates
        ("templates.gatekeeper.sh", "ConstraintTemplate") => {
            if let Some(made) = text("/spec/crd/spec/names/kind") {
                bring(Thing::wide(DEFINITION, format!("{made}.constraints.gatekeeper.sh")));
            }
        }
        // https://docs.crossplane.io/latest/composition/composite-resource-definitions/
        ("apiextensions.crossplane.io", "CompositeResourceDefinition") => {
            let group = text("/spec/group").unwrap_or_default();
            for made in ["/spec/names/kind", "/spec/claimNames/kind"].iter().filter_map(|path| text(path)) {
                bring(Thing::wide(DEFINITION, format!("{made}.{group}")));
            }
        }
        // https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/#create-namespace
        ("argoproj.io", "Application") => {
            let makes = all("/spec/syncPolicy/syncOptions").any(|option| option == "CreateNamespace=true");
            if let Some(namespace) = text("/spec/destination/namespace").filter(|_| makes) {
                bring(Thing::wide("Namespace", namespace.to_owned()));
            }
        }
        _ => {}
    }
}

/// A name of a rule, with `*` for the object's own; one that ends with `-` goes on.
fn named_after(rule: &str, name: &str) -> String {
    let named = rule.replace('*', name);
    if named.ends_with('-') { format!("{named}{ANY}") } else { named }
}
