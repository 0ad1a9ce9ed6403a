//! The JSON Schema of the artifact, published as `docs/plan.schema.json`.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

use super::Plan;
use super::artifact::FORMAT_VERSION;

/// What names the schema; it is not fetched from there.
pub const ID: &str = "https://drplan.dev/schemas/plan-v1.json";

/// Largest integer that every JSON reader has exactly.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// The schema, draft 2020-12, of the plan as it is written.
#[must_use]
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize().with_transform(RecursiveTransform(bound));
    let mut schema = settings.into_generator().into_root_schema_for::<Plan>();
    schema.insert("$id".to_owned(), ID.into());
    schema.insert("title".to_owned(), format!("drplan plan, format {FORMAT_VERSION}").into());
    let mut schema = schema.to_value();
    for digest in ["digest", "decision_digest"] {
        if let Some(Value::Object(field)) = schema.pointer_mut(&format!("/properties/{digest}")) {
            field.insert("pattern".to_owned(), "^sha256:[0-9a-f]{64}$".into());
        }
    }
    if let Some(Value::Object(field)) = schema.pointer_mut("/properties/format_version") {
        field.insert("const".to_owned(), json!(FORMAT_VERSION));
    }
    schema
}

/// Integers end where doubles no longer tell them apart.
fn bound(schema: &mut Schema) {
    let is_long = schema.get("format").is_some_and(|format| format == "uint64" || format == "int64");
    if is_long && schema.get("maximum").is_none() {
        schema.insert("maximum".to_owned(), MAX_INTEGER.into());
    }
}

#[cfg(test)]
mod tests;
