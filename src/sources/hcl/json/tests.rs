use super::*;

fn problem(text: &str) -> String {
    let source = Source::new("f.tf.json", text.to_owned());
    let problem = match Json::parse(&source) {
        Err(problem) => problem,
        Ok(json) => deep(&json).unwrap_err(),
    };
    format!("{}: {}", problem.at.unwrap(), problem.message)
}

fn deep(json: &Json<'_>) -> Result<usize, Problem> {
    Ok(match json.kind()? {
        Kind::Object(entries) => entries.iter().map(|(_, value)| deep(value)).sum::<Result<usize, _>>()? + 1,
        Kind::Array(items) => items.iter().map(deep).sum::<Result<usize, _>>()? + 1,
        _ => 1,
    })
}

#[test]
fn values_know_their_line() {
    let source = Source::new("f", "{\n \"a\": [1,\n  \"x\\ny\"],\n\"b\": {} }".to_owned());
    let Kind::Object(entries) = Json::parse(&source).unwrap().kind().unwrap() else { panic!() };
    assert_eq!(entries[0].1.line(), 2);
    let Kind::Array(items) = entries[0].1.kind().unwrap() else { panic!() };
    assert_eq!((items[0].line(), items[1].line(), entries[1].1.line()), (2, 3, 4));
    assert!(matches!(items[1].kind().unwrap(), Kind::String(text) if text == "x\ny"));
}

#[test]
fn what_is_no_json_is_told_with_its_line() {
    assert_eq!(problem(""), "f.tf.json:1: this is not JSON: EOF while parsing a value");
    assert_eq!(problem("{\"a\":\n 1,}"), "f.tf.json:2: this is not JSON: key must be a string");
    assert_eq!(problem("{\"a\":1,\n\"a\":2}"), "f.tf.json:2: the same key twice in one object");
    assert_eq!(problem("[\"\\ud800\"]"), "f.tf.json:1: a string with half a surrogate pair");
    assert_eq!(problem(&"[".repeat(10_000)), "f.tf.json:1: this is not JSON: EOF while parsing a list");
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    assert_eq!(problem(&deep), "f.tf.json:1: nested deeper than 64 levels");
}
