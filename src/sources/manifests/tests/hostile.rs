//! What must neither panic nor exhaust memory, and is refused with a place and a fix.

use std::time::{Duration, Instant};

use super::super::documents::read_documents;
use super::super::objects::sort_documents;
use super::super::template::is_template;
use super::super::tree::Budget;
use super::{config_map, problem_of, read, read_text, told, write};

#[test]
fn truncated_at_every_byte() {
    let whole = "# c\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"ä\", x: &a [1, 'b']}\ndata:\n  k: |\n    t\n  <<: *a\n---\n- *a\n";
    for end in 0..whole.len() {
        // Read or refused, both are fine; what counts is that it ends.
        parse(&whole.as_bytes()[..end]);
        parse(&whole.as_bytes()[end..]);
    }
}

/// Reads a text in memory, as far as it is one.
fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut budget = Budget { nodes: 1_000 };
    let documents = read_documents(&text, &mut budget);
    let _ = is_template(&text, &documents.broken);
    let _ = sort_documents("x", documents.roots);
}

#[test]
fn every_byte_replaced() {
    let whole = config_map("a") + "x: [&a 1, *a, !!int '2', {b: \"\\u00e4\"}]\n";
    for at in 0..whole.len() {
        for byte in *b"\0\t\n:-[]{}\"'#&*!|>%@`,?\xff" {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = byte;
            parse(&bytes);
        }
    }
}

#[test]
fn nested_deeper_than_is_read() {
    let block: String = (0..3_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    for text in ["[".repeat(10_000), "{a: ".repeat(10_000), "- ".repeat(10_000), block, "? ".repeat(10_000)] {
        let start = Instant::now();
        let problem = problem_of(&text);
        assert!(problem.message.contains("nested") || problem.message.contains("key"), "{}", problem.message);
        assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    }
    let json = format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(problem_of(json).message.contains("nested deeper than 512"));
}

#[test]
fn bombs_of_aliases() {
    let mut laughs = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        let before = format!("*a{},", level - 1).repeat(9);
        laughs += &format!("a{level}: &a{level} [{before}]\n");
    }
    let long = format!("a: &a \"{}\"\nb: [{}]\n", "x".repeat(1 << 20), "*a,".repeat(100));
    let merged = format!("a: &a {{x: [{}]}}\nb: [{}]\n", "1,".repeat(10_000), "{<<: *a},".repeat(1_000));
    for text in [laughs, long, merged] {
        let start = Instant::now();
        let problem = problem_of(text);
        assert!(problem.message.contains("aliases that expand"), "{}", problem.message);
        assert!(problem.at.unwrap().line > 1);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    assert!(problem_of("a: &a [*a]").message.contains("contains itself"));
    assert!(problem_of("a: *b").message.contains("unknown anchor"));
}

#[test]
fn more_values_than_are_read() {
    let mut budget = Budget { nodes: 1_000 };
    let text = format!("a: 1\n---\n[{}]\n---\nb: 1\n", "1,".repeat(1_000));
    let documents = read_documents(&text, &mut budget);
    // The next document is not tried any more.
    assert_eq!((documents.roots.len(), documents.broken.len(), budget.nodes), (1, 1, 0));
    assert_eq!(documents.broken[0].message, "more values than are read of all manifests together");
}

#[test]
fn a_gibibyte_of_zeros() {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("zeros.yaml")).unwrap();
    file.set_len(1 << 30).unwrap();
    let problems = told(read(folder.path(), &["."]));
    assert_eq!(
        problems,
        ["zeros.yaml: zeros.yaml is larger than 16 MiB, the most that is read of such a file"]
    );
}

#[test]
fn keys_that_stand_twice() {
    let problem =
        problem_of("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {}\n  name: b\n");
    assert_eq!(problem.message, "the key `name` stands twice in one mapping");
    assert_eq!(problem.at.unwrap().line, 6);
    assert_eq!(problem.also[0].0.line, 4);
    // As kubectl sees them, these two are one key.
    assert!(problem_of("{1: a, '1': b}").message.contains("`1` stands twice"));
    let many: String = (0..1_000).map(|n| format!("k{n}: 1\n")).collect();
    assert_eq!(problem_of(format!("{many}k7: 2\n")).also[0].0.line, 8);
    // A merged key may be written again.
    read_text(config_map("a") + "base: &b {x: 1}\nmore: {<<: *b, x: 2}\n").unwrap();
}

#[test]
fn nothing_of_a_secret_is_told() {
    let secret =
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  hunter2: x\n  hunter2: y\n";
    let problem = problem_of(secret);
    assert_eq!(problem.message, "the key stands twice in one mapping");
    for text in
        ["hunter2: \"hunter2", "hunter2: [hunter2", "@hunter2", "a: 'hunter2' hunter2", "? [hunter2]\n: 1"]
    {
        let problem = problem_of(format!("{secret}{text}"));
        assert!(!format!("{problem:?}").contains("hunter2"), "{problem:?}");
    }
    let problem = problem_of("kind: Secret\ndata: {password: !!int hunter2}");
    assert_eq!(problem.message, "a value that is not what its tag says");
}

#[test]
fn encodings() {
    let utf16: Vec<u8> = config_map("a").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(problem_of([&b"\xFF\xFE"[..], &utf16].concat()).message.contains("UTF-16"));
    assert!(problem_of(utf16).message.contains("UTF-16"));
    assert_eq!(problem_of(b"a: 1\nb: \xFF\n").at.unwrap().line, 2);
    assert_eq!(problem_of("a: 1\n\nb: \0\n").at.unwrap().line, 3);

    let marked = format!("\u{feff}{}", config_map("a").replace('\n', "\r\n"));
    let read = read_text(marked).unwrap();
    let object = &read.objects[0];
    assert_eq!(object.root.str_at(&["data", "key"]), Some("value"));
    let span = object.root.at(&["data", "key"]).unwrap().span;
    assert_eq!(&read.texts[0].text[span.start as usize..span.end as usize], "value");
    assert_eq!(span.line, 6);
}

#[test]
fn huge_numbers_stay_what_they_are() {
    let read = read_text(
        config_map("a") + &format!("a: {}\nm: 1e999\nk: -{}\n", "9".repeat(100_000), "9".repeat(30)),
    );
    let read = read.unwrap();
    let root = &read.objects[0].root;
    assert!(root.get("a").unwrap().as_str().is_some_and(|text| text.len() == 100_000));
    assert_eq!(root.str_at(&["m"]), Some("1e999"));
    assert!(problem_of("a: .inf").message.contains("infinity"));
    assert!(problem_of("~: 1").message.contains("a key"));
}

#[test]
fn all_that_is_broken_is_told_together() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a.yaml", "a: [1\n---\nb: 'x\n---\n".to_owned() + &config_map("fine"));
    write(folder.path(), "b.yaml", config_map("fine"));
    write(folder.path(), "c.yaml", "kind: Pod\n");
    let problems = told(read(folder.path(), &["."]));
    assert_eq!(
        problems,
        [
            "a.yaml:1: not valid YAML: unclosed bracket '['",
            "a.yaml:3: not valid YAML: unclosed quote",
            "c.yaml:1: half a Kubernetes object: it has a kind and no apiVersion",
        ]
    );
}
