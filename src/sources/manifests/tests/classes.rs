//! Objects, lists, other documents and halves of objects.

use super::{config_map, labels, problem_of, read, read_text, told, write};

#[test]
fn many_documents() {
    let text =
        format!("# lead\n---\n# nothing\n--- # a\n{}---\n---\n{}...\n", config_map("a"), config_map("b"));
    let read = read_text(text).unwrap();
    assert_eq!(labels(&read), ["ConfigMap/a", "ConfigMap/b"]);
    let [a, b] = read.objects.as_slice() else { panic!("two objects") };
    assert_eq!((a.document, a.line, b.document, b.line), (0, 5, 1, 13));
    assert_eq!(read.skipped, []);
}

#[test]
fn lists_and_their_items() {
    let text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n\
        - apiVersion: v1\n  kind: ConfigMapList\n  items:\n  - metadata: {name: b, namespace: ns}\n";
    let read = read_text(text).unwrap();
    assert_eq!(labels(&read), ["Pod/a", "ConfigMap/ns/b"]);
    assert_eq!(read.objects[0].pointer, "/items/0");
    assert_eq!(read.objects[1].pointer, "/items/1/items/0");
    assert_eq!(read.objects[1].line, 10);
    let empty = read_text("apiVersion: v1\nkind: List\nitems: []\n").unwrap_err();
    assert!(empty.0[0].message.ends_with("an empty List"), "{empty:?}");
}

#[test]
fn json_of_one_or_several_values() {
    let one = |name: &str| {
        format!("{{\"apiVersion\": \"v1\",\n\t\"kind\": \"Pod\", \"metadata\": {{\"name\": \"{name}\"}}}}\n")
    };
    let read = read_text(one("a") + &one("b")).unwrap();
    assert_eq!(labels(&read), ["Pod/a", "Pod/b"]);
    assert_eq!((read.objects[1].document, read.objects[1].line), (1, 3));
}

#[test]
fn what_is_passed_over_and_still_kept_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let others = [
        ("cloudbuild.yaml", "steps: []\n", "neither apiVersion nor kind, so no Kubernetes object"),
        ("dashboard.json", "[1, 2]", "no mapping, so no Kubernetes object"),
        (
            "datasources.yaml",
            "apiVersion: 1\n",
            "an apiVersion that is no text and no kind, so no Kubernetes object",
        ),
        ("empty.yaml", "# nothing\n---\n", "no document in it"),
        (
            "mixed.yaml",
            "a: 1\n---\nb: 2\n",
            "the document at line 1: neither apiVersion nor kind, so no Kubernetes object",
        ),
        (
            "prod.yaml",
            "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n",
            "a kustomization under a name that kustomize does not read",
        ),
    ];
    for (name, text, _) in others {
        write(folder.path(), name, text);
    }
    write(folder.path(), "object.yaml", config_map("a"));
    write(folder.path(), "notes.txt", "not looked at");
    let read = read(folder.path(), &["."]).unwrap();
    for (name, _, why) in others {
        assert!(read.skipped.iter().any(|s| s.file == name && s.why == why), "{name}: {:?}", read.skipped);
    }
    assert_eq!(read.skipped.len(), others.len() + 1);
    assert_eq!(read.texts.len(), others.len() + 1);
    assert!(read.texts.is_sorted_by(|a, b| a.path < b.path));
}

#[test]
fn templates_are_told_from_what_is_broken() {
    let templates = [
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: '{{ .Values.name }}'\n",
        "{{- if .Values.on }}\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{{- end }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    {{- include \"x\" . | nindent 4 }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{% if x %}\nspec: {}\n{% endif %}\n",
        "x: {{ a\n  }}\ny: {{\nz}}\n",
    ];
    for text in templates {
        let problem = problem_of(text);
        assert!(
            problem.message.ends_with("a template ({{ }}), no manifest until it is filled in"),
            "{problem:?}"
        );
    }
    // An alert's text has braces of its own; that does not excuse what is broken elsewhere.
    let alert = "apiVersion: v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  text: '{{ $labels.x }} is down'\n";
    assert_eq!(labels(&read_text(alert).unwrap()), ["PrometheusRule/a"]);
    assert!(problem_of(format!("{alert}  a: 1\n  b: [\n")).message.starts_with("not valid YAML"));
}

#[test]
fn half_an_object() {
    let told_of = |text: &str| problem_of(text).message;
    for (text, what) in [
        ("kind: Pod\nmetadata: {name: a}", "it has a kind and no apiVersion"),
        ("apiVersion: v1\nmetadata: {name: a}", "it has an apiVersion and no kind"),
        ("apiVersion: v1\nkind: null", "it has an apiVersion and no kind"),
        ("apiVersion: v1\nkind: Pod", "it has apiVersion and kind but no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: []", "it has apiVersion and kind but no metadata.name"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: 12}", "its metadata.name is not text"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {name: ''}", "its metadata.name is not text"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: 12}",
            "its metadata.namespace is not text",
        ),
        ("apiVersion: 1\nkind: Pod\nmetadata: {name: a}", "its apiVersion is not text"),
        ("apiVersion: v1\nkind: yes\nmetadata: {name: a}", "its kind is not text"),
    ] {
        assert_eq!(told_of(text), format!("half a Kubernetes object: {what}"));
    }
    assert!(told_of("apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}").contains("generateName"));
}

#[test]
fn what_stands_twice_is_told_with_both_places() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", format!("{}---\n{}", config_map("one"), config_map("two")));
    write(folder.path(), "b.yaml", config_map("two"));
    write(folder.path(), "c.yaml", config_map("two").replace("name: two", "name: two\n  namespace: ns"));
    write(
        folder.path(),
        "d.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: d}\n",
    );
    let bad = read(folder.path(), &["."]).unwrap_err();
    let lines: Vec<_> =
        bad.0.iter().map(|p| (p.at.as_ref().unwrap().to_string(), p.also[0].0.to_string())).collect();
    assert_eq!(lines, [("b.yaml:1".into(), "a.yaml:8".into()), ("d.yaml:5".into(), "d.yaml:1".into())]);
    assert_eq!(told(Err(bad))[0], "b.yaml:1: ConfigMap/two is there twice");
}

#[test]
fn spans_hold_each_scalar() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"a\"}\ndata:\n  plain: us-east-2 # not this\n  quoted: 'us-east-2'\n  block: |\n    one us-east-2\n    two us-east-2\n  folded: >-\n    x\n    us-east-2\n\n  list: [us-east-2, {k: us-east-2}]\n";
    let read = read_text(text).unwrap();
    let root = &read.objects[0].root;
    let slice = |path: &[&str]| {
        let span = root.at(path).unwrap().span;
        (&text[span.start as usize..span.end as usize], span.line)
    };
    assert_eq!(slice(&["data", "plain"]), ("us-east-2", 5));
    assert_eq!(slice(&["data", "quoted"]), ("'us-east-2'", 6));
    assert!(
        slice(&["data", "block"]).0.contains("one us-east-2\n    two us-east-2"),
        "{:?}",
        slice(&["data", "block"])
    );
    assert!(slice(&["data", "folded"]).0.contains("x\n    us-east-2"));
    assert_eq!(slice(&["data", "list", "1", "k"]), ("us-east-2", 14));
    assert_eq!(slice(&["data", "list"]).0, "[us-east-2, {k: us-east-2}]");
    assert!(slice(&["data"]).0.ends_with("us-east-2}]"));
}
