//! Values of a chart: as the inputs give them, and what in them asks for a volume.

use serde_json::{Map, Value};

use crate::model::configuration::{Argument, NamedFile, ResourceBlock};
use crate::model::diagnostic::Place;

/// The values of a release of Terraform: texts, then single settings, the later over the earlier.
/// <https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release#values-1>
pub(super) fn of_release(tree: &Value) -> Value {
    let list = |name: &str| tree.get(name).and_then(Value::as_array).into_iter().flatten();
    let mut all = Value::Object(Map::new());
    for text in list("values").filter_map(Value::as_str) {
        merge(&mut all, read(text));
    }
    for name in ["set_list", "set", "set_sensitive", "set_wo"] {
        list(name).for_each(|setting| set(&mut all, setting));
    }
    all
}

/// What an argument of the code has as YAML: written out in it, over several lines too, or in the files that it names.
/// What is put into it is left blank.
pub(in crate::planner) fn read_written(argument: &Argument) -> Vec<(Place, Value)> {
    let own = argument.place.as_ref().map(|place| place.file.as_str());
    let mut texts: Vec<(Place, String)> = Vec::new();
    let mut line = None;
    for literal in &argument.literals {
        let here = (Some(literal.place.file.as_str()) == own && !literal.whole).then_some(literal.place.line);
        match (texts.last_mut(), here, line) {
            // The next line of the same text, or the same line behind what is put into it.
            (Some((_, text)), Some(here), Some(before)) => {
                text.push_str(if here == before { "x" } else { "\n" });
                text.push_str(&literal.text);
            }
            _ => texts.push((literal.place.clone(), literal.text.clone())),
        }
        line = here;
    }
    let read = texts.into_iter().map(|(place, text)| (place, read(&text)));
    read.filter(|(_, value)| value.is_object()).collect()
}

/// The values of a release that is only in the code, by what is written out in it and in the files that it names; and
/// whether that is all of them.
pub(in crate::planner) fn of_block(block: &ResourceBlock) -> (Value, bool) {
    let mut all = Value::Object(Map::new());
    let mut whole = true;
    let mut name: Option<&str> = None;
    for argument in &block.arguments {
        let written =
            argument.literals.iter().find(|literal| literal.whole).map(|literal| literal.text.as_str());
        // An object that is encoded in place.
        let encoded = argument.path.strip_prefix("values.");
        match (argument.path.as_str(), encoded) {
            (_, Some(path)) => match written {
                Some(text) => merge(&mut all, nested(path, Value::from(text))),
                None => whole = false,
            },
            ("values", None) => {
                let texts = read_written(argument);
                whole &= !texts.is_empty()
                    && argument.references.iter().all(|reference| reference.starts_with("path."))
                    && argument.files.iter().all(|file| matches!(file, NamedFile::Written(_)));
                texts.into_iter().for_each(|(_, value)| merge(&mut all, value));
            }
            ("set.name", _) => name = written,
            ("set.value", _) => match (name.take(), written) {
                (Some(name), Some(value)) => merge(&mut all, nested(name, Value::from(value))),
                _ => whole = false,
            },
            _ => {}
        }
    }
    (all, whole)
}

/// The values of an object of Flux or of the controller of k3s.
/// <https://fluxcd.io/flux/components/helm/helmreleases/#values>
/// <https://docs.k3s.io/helm#helmchart-field-definitions>
pub(super) fn of_object(spec: &Value) -> Value {
    let mut all = spec.get("values").cloned().unwrap_or_default();
    if let Some(text) = spec.get("valuesContent").and_then(Value::as_str) {
        merge(&mut all, read(text));
    }
    all
}

/// The values of a source of Argo CD.
/// <https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#values>
pub(super) fn of_source(source: &Value) -> Value {
    let helm = |name: &str| source.get("helm").and_then(|helm| helm.get(name));
    let mut all = helm("values").and_then(Value::as_str).map(read).unwrap_or_default();
    if let Some(object) = helm("valuesObject") {
        merge(&mut all, object.clone());
    }
    helm("parameters").and_then(Value::as_array).into_iter().flatten().for_each(|one| set(&mut all, one));
    all
}

/// A text that is no YAML says nothing: a chart that keeps data then does.
pub(in crate::planner) fn read(text: &str) -> Value {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
    };
    serde_saphyr::from_str_with_options(text, options).unwrap_or_default()
}

/// Mappings are merged, all else is replaced.
/// <https://helm.sh/docs/chart_template_guide/values_files/>
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (into, from) => *into = from,
    }
}

/// One setting by its path, as `helm install --set` takes it.
/// <https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set>
fn set(all: &mut Value, setting: &Value) {
    let Some(name) = setting.get("name").and_then(Value::as_str) else { return };
    let value = setting.get("value").or_else(|| setting.get("value_wo")).cloned().unwrap_or_default();
    merge(all, nested(name, value));
}

/// A value under its path: `a.b\.c` is `b.c` in `a`.
fn nested(path: &str, value: Value) -> Value {
    let path = path.replace("\\.", "\0");
    path.rsplit('.')
        .fold(value, |value, key| Value::Object(Map::from_iter([(key.replace('\0', "."), value)])))
}

/// The value at a path of keys.
pub(super) fn at<'v>(values: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(values, |value, key| value.get(key))
}

/// A setting arrives as text, and Helm reads YAML 1.1.
pub(super) fn is_on(value: Option<&Value>) -> bool {
    is_one_of(value, true, &["true", "yes", "on"])
}

/// Whether a switch is off, or a part of the chart that it is in.
pub(super) fn is_off_at(values: &Value, path: &str) -> bool {
    let parts = path.match_indices('.').filter_map(|(end, _)| at(values, &path[..end]));
    is_off(at(values, path)) || parts.into_iter().any(|part| is_off(part.get("enabled")))
}

fn is_off(value: Option<&Value>) -> bool {
    is_one_of(value, false, &["false", "no", "off"])
}

fn is_one_of(value: Option<&Value>, truth: bool, words: &[&str]) -> bool {
    match value {
        Some(Value::Bool(known)) => *known == truth,
        Some(Value::String(text)) => words.iter().any(|word| text.trim().eq_ignore_ascii_case(word)),
        _ => false,
    }
}

/// The path of the first setting that asks for a volume.
pub(in crate::planner) fn volume(values: &Value) -> Option<String> {
    search(values, "", &mut Vec::new())
}

/// `owner` is the key of the mapping at hand.
fn search<'v>(value: &'v Value, owner: &str, path: &mut Vec<&'v str>) -> Option<String> {
    let entries = match value {
        // What is switched off makes no volume.
        Value::Object(entries) if !is_off(entries.get("enabled")) => entries,
        Value::Array(items) => return items.iter().find_map(|item| search(item, owner, path)),
        _ => return None,
    };
    entries.iter().find_map(|(key, value)| {
        // Passed to all parts of a chart, and to those that have no volume; or gone with the pod.
        if path.is_empty() && key == "global" || matches!(key.as_str(), "emptyDir" | "ephemeral") {
            return None;
        }
        path.push(key);
        let found = if asks(owner, key, value) { Some(path.join(".")) } else { search(value, key, path) };
        path.pop();
        found
    })
}

/// Whether a setting asks for a volume.
fn asks(owner: &str, key: &str, value: &Value) -> bool {
    let text = value.as_str().filter(|text| !text.is_empty());
    match key {
        "enabled" => is_switch(owner) && is_on(Some(value)),
        "storageClass" | "storageClassName" | "existingClaim" => text.is_some(),
        "size" | "storage" => (key == "storage" || is_volume(owner)) && text.is_some_and(is_quantity),
        "volumeClaimTemplate" => value.as_object().is_some_and(|template| !template.is_empty()),
        "volumeClaimTemplates" => match value {
            Value::Array(items) => !items.is_empty(),
            Value::Object(items) => !items.is_empty(),
            _ => false,
        },
        _ => false,
    }
}

/// Whether `enabled` of a mapping of this name switches a volume on.
fn is_switch(owner: &str) -> bool {
    let owner = owner.to_ascii_lowercase();
    let named = ["pvc", "datastorage", "auditstorage"].contains(&owner.as_str()) || owner.contains("persist");
    named && !owner.contains("retention")
}

/// Whether a mapping of this name is about volumes.
fn is_volume(owner: &str) -> bool {
    let owner = owner.to_ascii_lowercase();
    ["persist", "pvc", "volume", "storage", "disk"].iter().any(|word| owner.contains(word))
}

/// `8Gi`, `1T`: digits and a unit of bytes.
/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn is_quantity(text: &str) -> bool {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < text.len() && matches!(unit, "Mi" | "Gi" | "Ti" | "Pi" | "M" | "G" | "T" | "P")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of_release, volume};

    fn asked(text: &str) -> Option<String> {
        volume(&of_release(&json!({ "values": [text] })))
    }

    #[test]
    fn what_asks_for_a_volume_is_found_by_its_path() {
        for (text, path) in [
            ("persistence: { enabled: true }", "persistence.enabled"),
            ("server: { persistentVolume: { enabled: yes } }", "server.persistentVolume.enabled"),
            ("persistence: { size: 8Gi }", "persistence.size"),
            ("server: { storage: 10Gi }", "server.storage"),
            ("data: { storageClass: gp3 }", "data.storageClass"),
            (
                "prometheus: { prometheusSpec: { storageSpec: { volumeClaimTemplate: { spec: {} } } } }",
                "prometheus.prometheusSpec.storageSpec.volumeClaimTemplate",
            ),
            (
                "parts: [{ volumeClaimTemplates: [{ metadata: { name: data } }] }]",
                "parts.volumeClaimTemplates",
            ),
        ] {
            assert_eq!(asked(text).as_deref(), Some(path), "{text}");
        }
    }

    #[test]
    fn what_is_off_or_about_something_else_asks_for_none() {
        for text in [
            "persistence: { enabled: false, size: 8Gi, storageClass: gp3 }",
            "alertmanager: { enabled: false, persistence: { enabled: true } }",
            "global: { storageClass: gp3 }",
            "storageSpec: { emptyDir: { size: 8Gi } }",
            "storageClasses: [{ name: gp3, parameters: { type: gp3 } }]",
            "autoscaling: { enabled: true }",
            "volumePermissions: { enabled: true }\npersistentVolumeClaimRetentionPolicy: { enabled: true }",
            "resources: { limits: { memory: 8Gi, ephemeral-storage: 8Gi } }",
            "volumeClaimTemplates: []",
            "",
            "- not: [a, mapping",
        ] {
            assert_eq!(asked(text), None, "{text}");
        }
    }

    #[test]
    fn single_settings_go_over_the_texts() {
        let all = of_release(&json!({
            "values": ["persistence: { enabled: true }\nnodeSelector: { a: b }", "persistence: { size: 8Gi }"],
            "set": [{ "name": "persistence.enabled", "value": "false" }, { "name": "podLabels.example\\.com/app", "value": "x" }],
        }));
        assert_eq!(all["persistence"], json!({ "enabled": "false", "size": "8Gi" }));
        assert_eq!(all["podLabels"]["example.com/app"], "x");
        assert_eq!(volume(&all), None);
    }
}
