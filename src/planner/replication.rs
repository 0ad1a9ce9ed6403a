//! What the state's rules copy of a bucket, and where to.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-add-config.html>

use serde_json::Value;

use super::facts::{Facts, Object};
use super::findings::Findings;

/// The buckets that the state's rules replicate a bucket to; none where it has no rule, which says nothing: rules are
/// made outside of Terraform, too.
pub(super) fn replicated_by_state(facts: &Facts<'_, '_>, name: &str) -> Vec<String> {
    let rules = enabled_rules(facts, name);
    let target = |rule: &Value| {
        let arn = rule.get("destination")?.get(0)?.get("bucket")?.as_str()?;
        arn.rsplit(':').next().map(str::to_owned)
    };
    let mut targets: Vec<String> = rules.iter().filter_map(target).collect();
    targets.sort();
    targets.dedup();
    targets
}

fn enabled_rules(facts: &Facts<'_, '_>, name: &str) -> Vec<Value> {
    let (mut enabled, mut read_back) = (Vec::new(), Vec::new());
    for object in facts.objects.iter().filter(|object| object.is_managed()) {
        let of_bucket = |key: &str| object.text(key) == Some(name);
        let own = match object.type_name() {
            "aws_s3_bucket_replication_configuration" => of_bucket("bucket"),
            "aws_s3_bucket" => of_bucket("bucket") || of_bucket("id"),
            _ => false,
        };
        if !own {
            continue;
        }
        let tree = object.tree();
        // On the bucket itself as providers before 4.0 write it, and later ones read it back.
        let rules = tree
            .get("rule")
            .filter(|_| object.type_name() != "aws_s3_bucket")
            .or_else(|| tree.get("replication_configuration")?.get(0)?.get("rules"));
        let rules = rules.and_then(Value::as_array).into_iter().flatten();
        let rules = rules.filter(|rule| is_on(rule.get("status"))).cloned();
        if object.type_name() == "aws_s3_bucket" { read_back.extend(rules) } else { enabled.extend(rules) }
    }
    // What the bucket has of them was read before its rules were changed.
    if enabled.is_empty() { read_back } else { enabled }
}

fn is_on(status: Option<&Value>) -> bool {
    status.and_then(Value::as_str) == Some("Enabled")
}

/// Finds what the rules of a bucket leave behind: what no filter lets through, and what they do not open.
pub(super) fn check(facts: &Facts<'_, '_>, object: &Object<'_, '_>, name: &str, findings: &mut Findings) {
    let rules = enabled_rules(facts, name);
    if rules.is_empty() {
        return;
    }
    let filters: Vec<String> = rules.iter().filter_map(filter_of).collect();
    let what = if filters.len() == rules.len() {
        format!("only {}", filters.join(" and "))
    } else if is_encrypted_by_kms(facts, name) && !rules.iter().any(opens_kms) {
        "nothing that is encrypted with a key of KMS, as the bucket has it".to_owned()
    } else {
        return;
    };
    findings.add(
        "bucket-partly-replicated",
        object.address(),
        format!("bucket {name} is replicated, but {what}: the rest lies in the lost region alone"),
        "widen the rule (no filter; source_selection_criteria with sse_kms_encrypted_objects), and copy what is there \
         already with S3 Batch Replication",
        facts.place_in_code(object),
    );
}

/// What a rule lets through, where that is not all.
fn filter_of(rule: &Value) -> Option<String> {
    let text = |value: Option<&Value>| {
        value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let filter = rule.get("filter").and_then(|filter| filter.get(0));
    let and = filter.and_then(|filter| filter.get("and")?.get(0));
    let prefix =
        text(rule.get("prefix")).or_else(|| text(filter?.get("prefix"))).or_else(|| text(and?.get("prefix")));
    let tagged = |tags: &Value| match tags {
        Value::Array(all) => !all.is_empty(),
        Value::Object(all) => !all.is_empty(),
        _ => false,
    };
    let tags = filter.and_then(|filter| filter.get("tag").or_else(|| filter.get("tags"))).is_some_and(tagged)
        || and.and_then(|and| and.get("tags")).is_some_and(tagged);
    match (prefix, tags) {
        (Some(prefix), _) => Some(format!("what begins with {prefix}")),
        (None, true) => Some("what has certain tags".to_owned()),
        (None, false) => None,
    }
}

fn opens_kms(rule: &Value) -> bool {
    let criteria = rule.get("source_selection_criteria").and_then(|criteria| criteria.get(0));
    let objects = criteria.and_then(|criteria| criteria.get("sse_kms_encrypted_objects")?.get(0));
    // Providers before 4.0 have a flag there.
    objects.is_some_and(|objects| {
        is_on(objects.get("status")) || objects.get("enabled").and_then(Value::as_bool) == Some(true)
    })
}

fn is_encrypted_by_kms(facts: &Facts<'_, '_>, name: &str) -> bool {
    let by_kms = |rules: Option<&Value>| {
        rules.and_then(Value::as_array).into_iter().flatten().any(|rule| {
            let default =
                rule.get("apply_server_side_encryption_by_default").and_then(|default| default.get(0));
            let algorithm = default.and_then(|default| default.get("sse_algorithm")?.as_str());
            algorithm.is_some_and(|algorithm| algorithm.starts_with("aws:kms"))
        })
    };
    facts.objects.iter().filter(|object| object.is_managed() && object.text("bucket") == Some(name)).any(
        |object| {
            let tree = object.tree();
            match object.type_name() {
                "aws_s3_bucket_server_side_encryption_configuration" => by_kms(tree.get("rule")),
                "aws_s3_bucket" => by_kms(tree.pointer("/server_side_encryption_configuration/0/rule")),
                _ => false,
            }
        },
    )
}
