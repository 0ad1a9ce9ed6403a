//! Secrets that are kept encrypted beside the manifests, and that only the lost cluster or a key of the lost region opens.

use super::thing::Thing;
use crate::model::arn::Arn;
use crate::model::diagnostic::Place;
use crate::model::document::{Node, Object};
use crate::model::{paste, words};
use crate::planner::facts::Facts;
use crate::planner::findings::Findings;

const CODE: &str = "secret-sealed";

/// Label of the Secret that holds a sealing key.
/// <https://github.com/bitnami-labs/sealed-secrets#how-can-i-do-a-backup-of-my-sealedsecrets>
const KEY_LABEL: &str = "sealedsecrets.bitnami.com/sealed-secrets-key";

/// How the controller calls such a Secret.
const KEY_NAME: &str = "sealed-secrets-key";

/// Whether drplan.hcl says that the sealing key comes back.
pub(super) fn is_key(thing: &Thing<'_>) -> bool {
    thing.kind == "Secret" && thing.name.starts_with(KEY_NAME)
}

/// SealedSecrets: each cluster makes a key of its own, and opens nothing that was sealed for another.
pub(super) fn check_objects(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let objects = &facts.input.manifests.objects;
    let is_sealed = |object: &&Object| object.kind == "SealedSecret" && object.group() == "bitnami.com";
    let sealed: Vec<&Object> = objects.iter().filter(is_sealed).collect();
    let Some((first, more)) = sealed.split_first() else { return };
    let named = facts.input.settings.provides.iter().filter_map(|provides| Thing::parse(&provides.subject));
    let in_engine = facts.objects.iter().any(|object| {
        object.is_managed()
            && object.type_name().starts_with("kubernetes_")
            && object.instance.attributes.contains(KEY_LABEL)
    });
    if in_engine || named.into_iter().any(|thing| is_key(&thing)) || objects.iter().any(brings_key) {
        return;
    }
    let others = match more.len() {
        0 => String::new(),
        count => format!(" and {}", words::count(count, "more SealedSecret")),
    };
    findings.add(
        CODE,
        facts.label(first),
        format!(
            "{}{others} can be opened by the key of the lost cluster only: a new one makes a key of its own, and none of \
             these Secrets comes into being",
            facts.label(first)
        ),
        format!(
            "keep the sealing key outside of the cluster (`kubectl get secret -n kube-system -l {KEY_LABEL} -o yaml`, a \
             secret of Secrets Manager) and say what brings it back before the controller starts: {}",
            paste::block("provides", &format!("Secret/kube-system/{KEY_NAME}"), "by = \"...\"")
        ),
        Some(Place::new(&first.file, first.line)),
    );
}

/// A Secret with the label, or what makes one with it.
fn brings_key(object: &Object) -> bool {
    fn has(node: &Node) -> bool {
        node.entries().iter().any(|(key, value)| key == KEY_LABEL || has(value))
            || node.items().iter().any(has)
    }
    matches!(object.kind.as_str(), "Secret" | "ExternalSecret") && has(&object.root)
}

/// Files of SOPS that a key of the primary alone opens. <https://getsops.io/docs/#encrypting-using-kms>
pub(super) fn check_files(facts: &Facts<'_, '_>, findings: &mut Findings) {
    for source in facts.input.manifests.texts.iter().filter(|source| source.text.contains("sops")) {
        for (line, keys) in sops(&source.text) {
            let Some((first, _)) = keys.split_first() else { continue };
            let region = |key: &str| Arn::parse(key).map(|arn| arn.region.to_owned());
            if !keys.iter().all(|key| region(key).is_some_and(|region| facts.is_primary(&region))) {
                continue;
            }
            findings.add(
                CODE,
                source.path.as_str(),
                format!(
                    "it is encrypted by SOPS, and {} of the lost region opens it: {first}",
                    if keys.len() == 1 { "only a key" } else { "only keys" }
                ),
                format!(
                    "let a key of {} open it, too: `sops rotate --in-place --add-kms ARN {}`",
                    facts.recovery,
                    paste::shell(&source.path)
                ),
                Some(Place::new(&source.path, line)),
            );
        }
    }
}

/// An object that SOPS has encrypted is applied as it is, whoever can open it: only a controller that decrypts opens it on
/// its way into the cluster. <https://fluxcd.io/flux/guides/mozilla-sops/>
pub(super) fn check_encrypted(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let objects = &facts.input.manifests.objects;
    let decrypts = objects.iter().any(|object| {
        object.root.at(&["spec", "decryption", "provider"]).is_some()
            || ["SopsSecret", "ksops"].contains(&object.kind.as_str())
    });
    if decrypts {
        return;
    }
    // What nobody can open has been told by its file.
    let told: Vec<String> = findings.subjects(CODE).into_iter().map(str::to_owned).collect();
    let open = objects.iter().filter(|object| !told.contains(&object.file));
    for object in open.filter(|object| object.root.get("sops").is_some_and(|sops| !sops.entries().is_empty()))
    {
        findings.add(
            CODE,
            facts.label(object),
            format!("{} is encrypted by SOPS, and the plan applies it as it is: pods would be given ciphertext", facts.label(object)),
            format!(
                "leave the file out (`--exclude {}`) and say what brings it: {}; or apply it by the controller that decrypts",
                paste::shell(&object.file),
                paste::block(
                    "provides",
                    &format!("{}/{}/{}", object.kind, super::thing::namespace_of(object), object.name),
                    "by = \"...\""
                )
            ),
            Some(Place::new(&object.file, object.line)),
        );
    }
}

/// The blocks that SOPS writes, in YAML or JSON, each with its line and whoever can open the file: keys of KMS by their
/// ARN, and others (age, PGP, other clouds, Vault) by whatever names them.
fn sops(text: &str) -> Vec<(u32, Vec<&str>)> {
    let mut blocks: Vec<(u32, Vec<&str>)> = Vec::new();
    let mut inside = None;
    for (line, number) in text.lines().zip(1..) {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let Some((key, value)) = bare.trim_start_matches("- ").split_once(':') else {
            // The end of a document.
            inside = inside.filter(|_| !bare.starts_with("---"));
            continue;
        };
        let key = key.trim().trim_matches('"');
        let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
        if inside.is_some_and(|outer| indent <= outer && !bare.starts_with("- ")) {
            inside = None;
        }
        if key == "sops" && matches!(value, "" | "{") {
            inside = Some(indent);
            blocks.push((number, Vec::new()));
        } else if inside.is_some()
            && !value.is_empty()
            && matches!(key, "arn" | "recipient" | "fp" | "resource_id" | "vault_url" | "vault_address")
            && let Some((_, keys)) = blocks.last_mut()
        {
            keys.push(value);
        }
    }
    blocks
}
