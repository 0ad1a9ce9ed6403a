//! Charts, rendered by a stand-in for helm.

use super::{Tools, config_map, labels, read, request, write};
use crate::model::diagnostic::GapReason;
use crate::model::document::UnitKind;
use crate::sources::manifests::{Request, read_manifests};

fn chart() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "shop/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
    write(at, "shop/values.yaml", "region: us-east-2\n");
    write(
        at,
        "shop/templates/cm.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n",
    );
    write(at, "shop/crds/kustomization.yaml", "resources: [crd.yaml]\n");
    write(at, "shop/crds/crd.yaml", config_map("crd"));
    write(at, "shop/charts/sub/Chart.yaml", "apiVersion: v2\nname: sub\nversion: 1.0.0\n");
    write(at, "shop/charts/sub/templates/x.yaml", config_map("x"));
    write(at, "lib/Chart.yaml", "apiVersion: v2\nname: lib\ntype: library\nversion: 1.0.0\n");
    write(at, "lib/templates/x.yaml", config_map("lib"));
    write(at, "alone.yaml", config_map("alone"));
    folder
}

#[test]
fn without_helm_a_chart_is_a_gap() {
    let folder = chart();
    let read = read(folder.path(), &["."]).unwrap();
    assert_eq!(labels(&read), ["ConfigMap/alone"]);
    assert_eq!(read.units.len(), 1);
    let unit = &read.units[0];
    assert_eq!((unit.folder.as_str(), unit.kind, unit.rendered), ("shop", UnitKind::Chart, false));
    assert_eq!(unit.files.len(), 7);
    assert_eq!(read.gaps.len(), 1);
    assert_eq!(
        (read.gaps[0].reason, read.gaps[0].detail.as_str()),
        (GapReason::ToolMissing, "helm is not installed")
    );
    assert_eq!(read.skipped.len(), 9);
    assert!(read.skipped.iter().any(|s| s.file == "lib/templates/x.yaml" && s.why.contains("library chart")));
    assert!(read.texts.iter().any(|text| text.path == "shop/values.yaml"));
}

#[cfg(unix)]
#[test]
fn what_helm_prints_is_traced_to_its_templates() {
    let folder = chart();
    let body = "test \"$*\" = 'template shop . --include-crds --skip-tests' || exit 1\nprintf -- '---\\n# Source: shop/templates/cm.yaml\\napiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: shop\\n'";
    let tools = Tools { helm: Some(super::script(folder.path(), body)), ..Tools::default() };
    let request = Request { tools, ..request(folder.path(), &["shop"]) };
    let read = read_manifests(&request).unwrap();
    assert_eq!((read.gaps.len(), labels(&read)), (0, vec!["ConfigMap/shop".to_owned()]));
    let object = &read.objects[0];
    assert_eq!(object.file, "shop/templates/cm.yaml");
    assert_eq!(object.text, "shop/Chart.yaml (rendered)");
    assert_eq!(object.unit.as_deref(), Some("shop"));
    assert_eq!(
        object.written_at(&["metadata", "name"]).map(|(file, span)| (file, span.line)),
        Some((object.text.as_str(), 6))
    );
}
