//! Charts of Helm that keep data on volumes of the cluster: their claims stand in no manifest, and a new release gives
//! empty ones under the same names. A release of one is a store like a claim.

mod known;
mod values;

use serde_json::Value;

use super::facts::Object;
use crate::model::document;
pub(super) use values::{of_block, read, read_written, volume};

/// What a release of Terraform keeps data with, as a sentence says it.
/// <https://registry.terraform.io/providers/hashicorp/helm/latest/docs/resources/release>
pub(super) fn kept_by(object: &Object<'_, '_>) -> Option<String> {
    if object.type_name() != "helm_release" {
        return None;
    }
    let tree = object.tree();
    // A chart of the checkout is named by its folder; what it calls itself stands in its metadata, which is a block in
    // older versions of the provider.
    let itself =
        ["/metadata/chart", "/metadata/0/chart"].iter().find_map(|path| tree.pointer(path)?.as_str());
    keeps(&[object.text("chart").unwrap_or_default(), itself.unwrap_or_default()], &values::of_release(&tree))
}

/// The values of a release of Terraform, or of an add-on of EKS.
pub(super) fn given_to(object: &Object<'_, '_>) -> Value {
    match object.text("configuration_values") {
        Some(text) => values::read(text),
        None => values::of_release(&object.tree()),
    }
}

/// The values of an object by which a controller of the cluster makes a release.
pub(super) fn given_by(object: &document::Object) -> Value {
    let spec = object.root.get("spec").map(document::Node::to_json).unwrap_or_default();
    match object.kind.as_str() {
        "Application" => spec.get("source").map(values::of_source).unwrap_or_default(),
        "ApplicationSet" => spec.pointer("/template/spec/source").map(values::of_source).unwrap_or_default(),
        _ => values::of_object(&spec),
    }
}

/// What an object keeps data with, by which a controller of the cluster makes a release.
pub(super) fn kept_by_object(object: &document::Object) -> Option<String> {
    match (object.group(), object.kind.as_str()) {
        ("helm.toolkit.fluxcd.io", "HelmRelease") | ("helm.cattle.io", "HelmChart") => {
            let spec = object.root.get("spec")?.to_json();
            let chart = spec.pointer("/chart/spec/chart").or_else(|| spec.get("chart"))?.as_str()?;
            keeps(&[chart], &values::of_object(&spec))
        }
        ("argoproj.io", "Application") => {
            let spec = object.root.get("spec")?.to_json();
            let many = spec.get("sources").and_then(Value::as_array);
            let sources = many.into_iter().flatten().chain(spec.get("source"));
            sources.into_iter().find_map(|source| {
                let chart = source.get("chart")?.as_str()?;
                keeps(&[chart], &values::of_source(source))
            })
        }
        _ => None,
    }
}

/// What a chart of these names keeps data with.
fn keeps(charts: &[&str], values: &Value) -> Option<String> {
    let known = charts.iter().find_map(|chart| known::lookup(chart));
    if let Some(chart) = known.filter(|chart| chart.keeps(values)) {
        return Some(format!("chart {} keeps its data on volumes", chart.name));
    }
    if let Some(inside) = known::inside(values) {
        return Some(format!("its chart brings {}, which keeps its data on volumes", inside.name));
    }
    volume(values).map(|setting| format!("its values ask for volumes: {setting}"))
}
