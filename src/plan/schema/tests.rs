use super::*;
use crate::plan::{codec, sample};

/// Every schema in the document, with its place.
fn walk<'s>(value: &'s Value, place: &str, visit: &mut impl FnMut(&str, &'s serde_json::Map<String, Value>)) {
    match value {
        Value::Object(entries) => {
            visit(place, entries);
            for (key, inner) in entries {
                walk(inner, &format!("{place}/{key}"), visit);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                walk(inner, &format!("{place}/{at}"), visit);
            }
        }
        _ => {}
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "compares with the file, and writes it when asked to")]
fn the_published_file_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/plan.schema.json");
    let generated = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    if std::env::var_os("DRPLAN_BLESS").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == generated, "docs/plan.schema.json is old: run with DRPLAN_BLESS=1");
}

#[test]
fn it_is_a_schema_of_draft_2020_12() {
    let schema = schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$id"], ID);
    assert!(jsonschema::meta::is_valid(&schema));
}

#[test]
fn numbers_are_integers_and_objects_are_closed() {
    let schema = schema();
    let mut open = Vec::new();
    walk(&schema, "", &mut |place, entries| {
        let is = |word: &str| {
            entries.get("type").is_some_and(|types| {
                types == word || types.as_array().is_some_and(|types| types.iter().any(|of| of == word))
            })
        };
        assert!(!is("number"), "{place} may be a fraction");
        assert!(
            !is("integer")
                || entries.contains_key("maximum")
                || entries.get("format").is_some_and(|of| of == "uint32"),
            "{place} has no end"
        );
        if is("object") && entries.get("additionalProperties") != Some(&Value::Bool(false)) {
            open.push(place.to_owned());
        }
    });
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn every_field_says_what_it_is() {
    let schema = schema();
    let mut silent = Vec::new();
    walk(&schema, "", &mut |place, entries| {
        let properties = entries.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            // The tag of an enum is told by its variant.
            let is_tag = property.get("const").is_some();
            if !is_tag && property.get("description").is_none() && property.get("$ref").is_none() {
                silent.push(format!("{place}/{name}"));
            }
        }
    });
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn plans_are_valid_by_it() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut plans = vec![sample::plan()];
    let mut bare = sample::unsealed();
    bare.saw.configuration = None;
    bare.saw.inventory = None;
    bare.saw.account = None;
    bare.forecast.best_prepared = None;
    bare.resources.clear();
    bare.values.clear();
    bare.steps.clear();
    plans.push(sample::sealed(bare));
    for plan in plans {
        let mut bytes = Vec::new();
        codec::encode(&plan, &mut bytes).unwrap();
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn what_is_no_plan_is_not_valid() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let plan = serde_json::to_value(sample::plan()).unwrap();
    let broken: [fn(&mut Value); 8] = [
        |plan| plan["format_version"] = json!(2),
        |plan| plan["digest"] = json!("sha256:short"),
        |plan| plan["steps"][0]["estimate"]["p50_seconds"] = json!(1.5),
        |plan| plan["saw"]["state"]["serial"] = json!(1_u64 << 53),
        |plan| plan["steps"][0]["action"]["kind"] = json!("delete"),
        |plan| plan["unknown"] = json!(1),
        |plan| plan["resources"][0]["disposition"] = json!("destroy"),
        |plan| {
            plan.as_object_mut().unwrap().remove("findings");
        },
    ];
    for (at, mutate) in broken.iter().enumerate() {
        let mut plan = plan.clone();
        mutate(&mut plan);
        assert!(!validator.is_valid(&plan), "broken plan {at} is valid");
    }
}
