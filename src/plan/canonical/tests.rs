use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn form(value: &impl Serialize) -> Result<String, Error> {
    let (mut out, mut scratch, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    value.serialize(&mut Writer { out: &mut out, scratch: &mut scratch, entries: &mut entries })?;
    String::from_utf8(out).map_err(Error::custom)
}

fn reference(value: &impl Serialize) -> String {
    String::from_utf8(serde_json_canonicalizer::to_vec(value).unwrap()).unwrap()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..(1_i64 << 53)).prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        "\\PC*".prop_map(Value::from),
        "[\\x00-\\x7f]{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..8)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn it_is_the_form_that_others_write(value in any_json()) {
        prop_assert_eq!(form(&value).unwrap(), reference(&value));
    }
}

#[derive(Serialize)]
enum Shapes {
    Unit,
    Newtype(u8),
    Tuple(u8, i64),
    Struct { b: Option<u8>, a: char },
}

#[derive(Serialize)]
struct Unsorted {
    z: Vec<Shapes>,
    #[serde(rename = "type")]
    kind: (),
    a: (u32, &'static str),
}

#[test]
fn every_shape_of_serde() {
    let value = Unsorted {
        z: vec![
            Shapes::Unit,
            Shapes::Newtype(1),
            Shapes::Tuple(2, -3),
            Shapes::Struct { b: None, a: '"' },
            Shapes::Struct { b: Some(0), a: '\u{1f}' },
        ],
        kind: (),
        a: (0, "\u{8}\t\n\u{c}\r\u{7f}/"),
    };
    assert_eq!(form(&value).unwrap(), reference(&value));
    assert_eq!(
        form(&json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5})).unwrap(),
        "{\"\\r\":2,\"1\":4,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
    );
}

#[test]
fn integers_that_a_double_does_not_have_are_refused() {
    assert_eq!(form(&MAX_INTEGER).unwrap(), "9007199254740991");
    assert!(form(&(MAX_INTEGER + 1)).is_err());
    assert!(form(&i64::MIN).is_err());
    assert_eq!(form(&-9_007_199_254_740_991_i64).unwrap(), "-9007199254740991");
}

#[test]
fn long_lists_have_the_digest_of_their_form() {
    for length in [0, 1, PART, PART + 1, BATCH, 2 * BATCH + 3] {
        let list: Vec<String> = (0..length).map(|at| format!("item {at}")).collect();
        let mut digester = Digester::new();
        digester.list("list", &list).unwrap();
        let hash = Sha256::digest(reference(&json!({ "list": list })));
        let expected = format!("sha256:{}", crate::plan::codec::hex(&hash));
        assert_eq!(digester.end_object(), expected, "{length} items");
    }
}

#[derive(Serialize)]
struct Used {
    uses: Vec<String>,
}

#[test]
fn lists_of_objects_of_any_size_have_the_digest_of_their_form() {
    let value = |uses: usize| Used { uses: (0..uses).map(|at| format!("use {at}")).collect() };
    for sizes in [
        vec![],
        vec![0],
        vec![PART, PART + 1, 0, 3],
        vec![PART + 1, PART + 2],
        vec![1; PART + 1],
        [vec![2; BATCH / 2 + 1], vec![PART + 1], vec![0; 3]].concat(),
        vec![PART; BATCH / PART + 2],
    ] {
        let values: Vec<Used> = sizes.iter().map(|size| value(*size)).collect();
        let hash = Sha256::digest(reference(&std::collections::BTreeMap::from([("values", &values)])));
        let expected = format!("sha256:{}", crate::plan::codec::hex(&hash));
        let mut parts = Digester::new();
        let item = |digester: &mut Digester, value: &Used| digester.list("uses", &value.uses);
        parts.objects("values", &values, |value| value.uses.len(), item).unwrap();
        assert_eq!(parts.end_object(), expected, "{} values", sizes.len());
    }
}
