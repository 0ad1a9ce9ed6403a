//! external-dns by a chart: the flags that the chart starts it with.
//!
//! <https://github.com/kubernetes-sigs/external-dns/blob/master/charts/external-dns/values.yaml>

use serde_json::Value;

use crate::model::document::{Node, Span, Tree};

/// Values of the chart, and the flags that they become.
const FLAGS: &[(&str, &str)] = &[
    ("annotationFilter", "annotation-filter"),
    ("domainFilters", "domain-filter"),
    ("dryRun", "dry-run"),
    ("excludeDomains", "exclude-domains"),
    ("labelFilter", "label-filter"),
    ("policy", "policy"),
    ("registry", "registry"),
    ("sources", "source"),
    ("txtOwnerId", "txt-owner-id"),
    ("txtPrefix", "txt-prefix"),
    ("txtSuffix", "txt-suffix"),
    ("zoneIdFilters", "zone-id-filter"),
];

/// The container that a chart makes of its values, as far as its flags say what it writes.
pub(super) fn container(values: &Value) -> Node {
    let mut flags: Vec<String> = Vec::new();
    for (value, flag) in FLAGS {
        let given = values.get(value);
        let many = given.and_then(Value::as_array);
        let texts = many.map_or_else(|| given.into_iter().collect(), |many| many.iter().collect::<Vec<_>>());
        flags.extend(texts.into_iter().filter_map(text).map(|text| format!("--{flag}={text}")));
    }
    match values.get("extraArgs") {
        Some(Value::Array(more)) => flags.extend(more.iter().filter_map(text)),
        Some(Value::Object(more)) => flags.extend(more.iter().map(|(flag, value)| match text(value) {
            Some(text) => format!("--{flag}={text}"),
            None => format!("--{flag}"),
        })),
        _ => {}
    }
    // The charts have defaults of their own, which are not those of the program.
    for (flag, defaults) in [("--policy", &["upsert-only"][..]), ("--source", &["service", "ingress"])] {
        if !flags.iter().any(|given| given.starts_with(flag)) {
            flags.extend(defaults.iter().map(|default| format!("{flag}={default}")));
        }
    }
    let flags = flags.into_iter().map(|flag| node(Tree::String(flag))).collect();
    node(Tree::Mapping(vec![("args".to_owned(), node(Tree::Sequence(flags)))]))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn node(tree: Tree) -> Node {
    Node { span: Span::default(), tree }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::controller::{flag, flags};
    use super::container;

    #[test]
    fn values_become_flags() {
        let container = container(&json!({
            "policy": "sync", "txtOwnerId": "shop", "domainFilters": ["a.example.com", "b.example.com"],
            "extraArgs": { "aws-zone-type": "public", "dry-run": null }, "registry": "",
        }));
        assert_eq!(flag(&container, "policy"), Some("sync"));
        assert_eq!(flag(&container, "txt-owner-id"), Some("shop"));
        assert_eq!(flags(&container, "domain-filter"), ["a.example.com", "b.example.com"]);
        assert_eq!(flag(&container, "aws-zone-type"), Some("public"));
        assert_eq!(flag(&container, "registry"), None);
        assert_eq!(flag(&super::container(&json!({})), "policy"), Some("upsert-only"));
    }
}
