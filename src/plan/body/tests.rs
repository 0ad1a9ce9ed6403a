use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::plan::values::{Use, UseDisposition};

const LABEL: &str = "ConfigMap/shop/settings";
const HOST: &str = "db.abc.us-east-2.rds.amazonaws.com";
const NEW_HOST: &str = "db.xyz.us-west-2.rds.amazonaws.com";

fn rewrite(path: &str, within: Option<&str>, token: &str, to: Option<&str>) -> Rewrite {
    Rewrite {
        path: path.to_owned(),
        within: within.map(str::to_owned),
        token: token.to_owned(),
        owner: None,
        counterpart: to.map(str::to_owned),
        known_after: to.is_none().then(|| "restore/primary".to_owned()),
    }
}

fn value(kind: ValueKind, text: &str, path: &str, within: Option<&str>) -> OwnedValue {
    let site = Site::File {
        file: "a.yaml".to_owned(),
        line: 1,
        object: Some(LABEL.to_owned()),
        path: path.to_owned(),
        within: within.map(str::to_owned),
    };
    let used = Use { site, disposition: UseDisposition::Kept, counterpart: None, known_after: None };
    OwnedValue { kind, value: text.to_owned(), owner: None, uses: vec![used] }
}

fn change(rewrites: &[Rewrite]) -> Change<'_> {
    Change { label: LABEL, rewrites, hold: None, scaled: false }
}

fn rewritten(object: Value, rewrites: &[Rewrite], values: &[OwnedValue]) -> Result<Value, BodyError> {
    body(object, &change(rewrites), &Places::new(values), &|_| None)
}

#[test]
fn only_the_planned_occurrences_change() {
    let object = json!({ "data": { "a": format!("host={HOST} region=us-east-2 role=arn:aws:iam::1:role/us-east-2-app logs-us-east-2"), "b": HOST } });
    let rewrites = [
        rewrite("/data/a", None, HOST, Some(NEW_HOST)),
        rewrite("/data/a", None, "us-east-2", Some("us-west-2")),
    ];
    let values = [
        value(ValueKind::Endpoint, HOST, "/data/a", None),
        value(ValueKind::Region, "us-east-2", "/data/a", None),
        value(ValueKind::Arn, "arn:aws:iam::1:role/us-east-2-app", "/data/a", None),
    ];
    let found = rewritten(object, &rewrites, &values).unwrap();
    let a = format!("host={NEW_HOST} region=us-west-2 role=arn:aws:iam::1:role/us-east-2-app logs-us-east-2");
    assert_eq!(found, json!({ "data": { "a": a, "b": HOST } }));
}

#[test]
fn a_rewrite_that_finds_nothing_is_an_error() {
    let values = [value(ValueKind::Endpoint, HOST, "/data/a", None)];
    let one = [rewrite("/data/a", None, HOST, Some(NEW_HOST))];
    let error = rewritten(json!({ "data": { "a": "other" } }), &one, &values).unwrap_err();
    assert!(matches!(error, BodyError::NotFound { found: 0, planned: 1, .. }), "{error}");
    let error = rewritten(json!({ "data": {} }), &one, &values).unwrap_err();
    assert!(matches!(error, BodyError::NotFound { found: 0, .. }), "{error}");
    let twice = format!("{HOST} {HOST}");
    let error = rewritten(json!({ "data": { "a": twice } }), &one, &values).unwrap_err();
    assert!(matches!(error, BodyError::NotFound { found: 2, planned: 1, .. }), "{error}");
    // A part of another word is not it.
    let error = rewritten(json!({ "data": { "a": format!("x-{HOST}") } }), &one, &values).unwrap_err();
    assert!(matches!(error, BodyError::NotFound { found: 0, .. }), "{error}");
    let encoded = [rewrite("/data/a", Some("base64"), HOST, Some(NEW_HOST))];
    let error = rewritten(json!({ "data": { "a": HOST } }), &encoded, &values).unwrap_err();
    assert!(matches!(error, BodyError::Otherwise { .. }), "{error}");
}

#[test]
fn what_a_step_tells_is_filled_in() {
    let rewrites = [rewrite("/data/a", None, HOST, None)];
    let values = [value(ValueKind::Endpoint, HOST, "/data/a", None)];
    let object = json!({ "data": { "a": HOST } });
    let error = rewritten(object.clone(), &rewrites, &values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/data/a of ConfigMap/shop/settings takes a value that is known after step restore/primary, which has not told it"
    );
    let found = body(object, &change(&rewrites), &Places::new(&values), &|_| Some(NEW_HOST.to_owned()));
    assert_eq!(found.unwrap(), json!({ "data": { "a": NEW_HOST } }));
}

#[test]
fn keys_hold_values_too() {
    let object = json!({ "data": { "us-east-2": "us-east-2", "x": "y" } });
    let rewrites = [
        rewrite("/data/us-east-2", Some("key"), "us-east-2", Some("us-west-2")),
        rewrite("/data/us-east-2", None, "us-east-2", Some("us-west-2")),
    ];
    let values = [value(ValueKind::Region, "us-east-2", "/data/us-east-2", None)];
    let found = rewritten(object, &rewrites, &values).unwrap();
    assert_eq!(found, json!({ "data": { "us-west-2": "us-west-2", "x": "y" } }));
    let policy = "{ \"Condition\": { \"oidc.us-east-2:aud\" : \"sts\" } }";
    let key = [rewrite(
        "/data/p",
        Some("json:/Condition/oidc.us-east-2:aud (key)"),
        "us-east-2",
        Some("us-west-2"),
    )];
    let found = rewritten(json!({ "data": { "p": policy } }), &key, &[]).unwrap();
    assert_eq!(found["data"]["p"], policy.replace("us-east-2", "us-west-2"));
}

#[test]
fn holds_and_autoscalers() {
    let object =
        || json!({ "metadata": { "uid": "u", "name": "n" }, "spec": { "replicas": 3 }, "status": {} });
    let with = |hold: Option<Hold>, scaled: bool| {
        body(object(), &Change { hold, scaled, ..change(&[]) }, &Places::default(), &|_| None).unwrap()
    };
    assert_eq!(with(None, false), json!({ "metadata": { "name": "n" }, "spec": { "replicas": 3 } }));
    assert_eq!(with(None, true)["spec"], json!({}));
    assert_eq!(with(Some(Hold::Replicas), true)["spec"], json!({ "replicas": 0 }));
    assert_eq!(with(Some(Hold::Suspend), false)["spec"], json!({ "replicas": 3, "suspend": true }));
    assert_eq!(with(Some(Hold::Ask), false)["spec"], json!({ "replicas": 3 }));
}

#[test]
fn lines_of_base64_stay_as_long_as_they_were() {
    let text = format!("user=shop;host={HOST};pool=10;{}", "x".repeat(80));
    let encoded = BASE64_STANDARD.encode(&text);
    let wrapped =
        encoded.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).unwrap()).collect::<Vec<_>>();
    let object = json!({ "data": { "a": wrapped.join("\n") + "\n" } });
    let one = [rewrite("/data/a", Some("base64"), HOST, Some(NEW_HOST))];
    let found =
        rewritten(object, &one, &[value(ValueKind::Endpoint, HOST, "/data/a", Some("base64"))]).unwrap();
    let found = found["data"]["a"].as_str().unwrap();
    assert!(found.ends_with('\n') && found.lines().all(|line| line.len() <= 60));
    let plain = BASE64_STANDARD.decode(found.replace('\n', "")).unwrap();
    assert_eq!(String::from_utf8(plain).unwrap(), text.replace(HOST, NEW_HOST));
}

/// A value, what takes its place, and whether it is rewritten at all.
const OWNED: [(ValueKind, &str, Option<&str>); 6] = [
    (ValueKind::Endpoint, HOST, Some(NEW_HOST)),
    (ValueKind::Region, "us-east-2", Some("us-west-2")),
    (ValueKind::Id, "vpc-0a1b2c3d4e", Some("vpc-9f8e7d6c5b4a")),
    (
        ValueKind::Arn,
        "arn:aws:sqs:us-east-2:123456789012:orders",
        Some("arn:aws:sqs:us-west-2:123456789012:ordres \"é%"),
    ),
    (ValueKind::Arn, "arn:aws:iam::123456789012:role/us-east-2", None),
    (
        ValueKind::Url,
        "https://sqs.us-east-2.amazonaws.com/123456789012/q",
        Some("https://sqs.us-west-2.amazonaws.com/123456789012/q"),
    ),
];

/// Words around them, parts of names among them.
const WORDS: [&str; 6] = ["", "host", "vpc-0a1b2c3d4e5", "é \\ \"quoted\" {x}", "logs-us-east-2-x", "100%"];

#[derive(Clone, Copy, Debug)]
enum Wrap {
    Base64,
    Json,
    Percent,
}

fn wrapped(text: &str, wrap: Wrap) -> String {
    match wrap {
        Wrap::Base64 => BASE64_STANDARD.encode(padded(text)),
        Wrap::Json => {
            let document = json!({ "other": "us-east-2", "a/b": [1, { "value": text }, null], "n": 1.50 });
            serde_json::to_string_pretty(&document).unwrap()
        }
        Wrap::Percent => {
            // Something of it is encoded, or nobody would take it for that.
            let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let first = encoded.bytes().next().unwrap();
            let first = if first == b'%' { "%".to_owned() } else { format!("%{first:02X}") };
            format!("u={first}{}&v=%20", &encoded[1..])
        }
    }
}

/// As long as what is taken for base64.
fn padded(text: &str) -> String {
    format!("{text}\n        ")
}

fn unwrapped(text: &str, wrap: Wrap) -> String {
    match wrap {
        Wrap::Base64 => {
            let plain = String::from_utf8(BASE64_STANDARD.decode(text).unwrap()).unwrap();
            plain.strip_suffix("\n        ").unwrap().to_owned()
        }
        Wrap::Json => {
            let document: Value = serde_json::from_str(text).unwrap();
            assert_eq!((&document["other"], &document["n"]), (&json!("us-east-2"), &json!(1.5)));
            document["a/b"][1]["value"].as_str().unwrap().to_owned()
        }
        Wrap::Percent => {
            let word = text.strip_prefix("u=").unwrap().strip_suffix("&v=%20").unwrap();
            percent_encoding::percent_decode_str(word).decode_utf8().unwrap().into_owned()
        }
    }
}

fn within(wraps: &[Wrap]) -> Option<String> {
    let steps = wraps.iter().map(|wrap| match wrap {
        Wrap::Base64 => "base64",
        Wrap::Json => "json:/a~1b/1/value",
        Wrap::Percent => "percent",
    });
    (!wraps.is_empty()).then(|| steps.collect::<Vec<_>>().join(" > "))
}

proptest! {
    /// Whatever a text is wrapped in, the named occurrences change and nothing else does.
    #[test]
    fn rewrites_change_what_they_name(
        pieces in prop::collection::vec((0..OWNED.len(), 0..WORDS.len()), 1..6),
        wraps in prop::collection::vec(prop_oneof![Just(Wrap::Base64), Just(Wrap::Json), Just(Wrap::Percent)], 0..4),
    ) {
        let text = |new: bool| -> String {
            let piece = |(owned, word): &(usize, usize)| {
                let (_, old, to) = OWNED[*owned];
                format!("{} {} ", WORDS[*word], if new { to.unwrap_or(old) } else { old })
            };
            pieces.iter().map(piece).collect()
        };
        let (old, new) = (text(false), text(true));
        let place = within(&wraps);
        let rewrites: Vec<Rewrite> = pieces
            .iter()
            .filter_map(|(owned, _)| OWNED[*owned].2.map(|to| rewrite("/data/a", place.as_deref(), OWNED[*owned].1, Some(to))))
            .collect();
        let mut values: Vec<OwnedValue> =
            pieces.iter().map(|(owned, _)| value(OWNED[*owned].0, OWNED[*owned].1, "/data/a", place.as_deref())).collect();
        // It is found in the words around, too, where it is a part of a name and stays.
        values.push(value(ValueKind::Region, "us-east-2", "/data/a", place.as_deref()));
        let string = wraps.iter().rev().fold(old, |text, wrap| wrapped(&text, *wrap));
        let object = json!({ "kind": "ConfigMap", "data": { "a": string, "b": "us-east-2" } });
        if rewrites.is_empty() {
            return Ok(());
        }
        let found = rewritten(object, &rewrites, &values).unwrap();
        prop_assert_eq!(&found["data"]["b"], "us-east-2");
        let plain = wraps.iter().fold(found["data"]["a"].as_str().unwrap().to_owned(), |text, wrap| unwrapped(&text, *wrap));
        prop_assert_eq!(plain, new);
        // One more than there is, and nothing is applied.
        let more = [rewrites.clone(), vec![rewrites[0].clone()]].concat();
        let object = json!({ "data": { "a": found["data"]["a"], "b": "" } });
        prop_assert!(rewritten(object, &more, &values).is_err());
    }
}

#[test]
fn texts_of_a_secret_are_data_and_their_values_count() {
    let change = Change { label: "Secret/shop/db", rewrites: &[], hold: None, scaled: false };
    let made = |object: Value| body(object, &change, &Places::default(), &|_| None).unwrap();
    let secret = json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "db" },
        "data": { "a": "b2xk", "b": "Yg==" }, "stringData": { "a": "new", "c": "" } });
    let data = json!({ "a": BASE64_STANDARD.encode("new"), "b": "Yg==", "c": "" });
    assert_eq!(made(secret.clone())["data"], data);
    assert!(made(secret.clone()).get("stringData").is_none());
    let mut alone = secret.clone();
    alone.as_object_mut().unwrap().remove("data");
    assert_eq!(made(alone)["data"], json!({ "a": BASE64_STANDARD.encode("new"), "c": "" }));
    // Another kind of that name has fields of its own, and what is no text is refused by the server.
    for (path, other) in [("/apiVersion", json!("example.com/v1")), ("/stringData/a", json!(1))] {
        let mut kept = secret.clone();
        *kept.pointer_mut(path).unwrap() = other;
        assert_eq!(made(kept.clone()), kept);
    }
}
