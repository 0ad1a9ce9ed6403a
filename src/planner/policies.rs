//! What policies of IAM allow by region, and whom roles trust. They are shared, so that what they name stays: the
//! workload that takes them in the recovery region is denied there.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::dispositions::Decided;
use super::facts::{Facts, Object};
use super::findings::Findings;
use crate::model::arn::Arn;
use crate::model::words;
use crate::plan::resource::Disposition;

/// Types with the attribute that says what may be done, or by whom.
const POLICIES: [(&str, &str); 5] = [
    ("aws_iam_group_policy", "policy"),
    ("aws_iam_policy", "policy"),
    ("aws_iam_role", "assume_role_policy"),
    ("aws_iam_role_policy", "policy"),
    ("aws_iam_user_policy", "policy"),
];

/// Key of a condition by which calls are bound to regions.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion>
const REQUESTED_REGION: &str = "aws:RequestedRegion";

/// Tells the policies that allow something in the lost region, and not the same in the recovery's.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let Some(primary) = facts.primary.as_deref() else { return };
    let look = Look { primary, recovery: facts.recovery, buckets: buckets(facts, decided) };
    // Instances of one block say the same: the first is told, with the number of the others.
    let mut bound: BTreeMap<&str, (&Object<'_, '_>, String, usize)> = BTreeMap::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let policy = POLICIES.iter().find(|(name, _)| *name == object.type_name());
        let Some((_, attribute)) = policy else { continue };
        let stays = decided.resource(at).is_some_and(|resource| {
            resource.deposed.is_none()
                && matches!(resource.disposition, Disposition::Share | Disposition::Adopt)
        });
        let Some(text) = object.text(attribute).filter(|_| stays) else { continue };
        if let Some(what) = look.bound(text) {
            let known = bound.entry(&object.instance.config_address).or_insert((object, what, 0));
            known.2 += 1;
        }
    }
    for (object, what, count) in bound.into_values() {
        let others = match count - 1 {
            0 => String::new(),
            more => format!("; the same holds for {} of that block", words::count(more, "other")),
        };
        findings.add(
            "policy-bound-to-region",
            object.address(),
            format!(
                "{} is used in {} as it is, and it {what}: the call is denied there{others}",
                object.address(),
                facts.recovery
            ),
            format!(
                "let it name both regions, or `*` for the region of an ARN, and apply that in the primary while it \
                 answers: the recovery does not change what both share, and {primary} needs it too"
            ),
            facts.place_in_code(object),
        );
    }
}

/// Buckets of the primary by name, with those that stand for them.
fn buckets<'f>(facts: &'f Facts<'_, '_>, decided: &'f Decided) -> HashMap<&'f str, &'f str> {
    let objects =
        facts.objects.iter().enumerate().filter(|(_, object)| object.type_name() == "aws_s3_bucket");
    objects
        .filter_map(|(at, object)| {
            let to = decided.resource(at)?.counterpart.as_deref()?;
            let name = object.id.as_deref()?;
            (name != to).then_some((name, to))
        })
        .collect()
}

struct Look<'f> {
    primary: &'f str,
    recovery: &'f str,
    buckets: HashMap<&'f str, &'f str>,
}

impl Look<'_> {
    /// What binds a policy to the lost region.
    fn bound(&self, text: &str) -> Option<String> {
        // Few policies name a region or a bucket: the others are not parsed.
        if !text.contains(self.primary) && !text.contains(":s3:::") {
            return None;
        }
        let policy: Value = serde_json::from_str(text).ok()?;
        let statements = items(policy.get("Statement")?);
        statements.iter().find_map(|statement| {
            let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
            self.by_condition(statement, allows, text).or_else(|| self.by_principal(statement, text)).or_else(
                || {
                    let resources = texts(statement.get("Resource").filter(|_| allows)?);
                    // All of it, or the same in the recovery region.
                    let all = resources.contains(&"*");
                    let only = resources.iter().find(|resource| !all && self.is_only_lost(resource, text))?;
                    let actions = texts(statement.get("Action")?);
                    Some(format!(
                        "allows {} on {only} only",
                        actions.first().copied().unwrap_or("what it allows")
                    ))
                },
            )
        })
    }

    fn is_only_lost(&self, resource: &str, policy: &str) -> bool {
        let Some(arn) = Arn::parse(resource) else { return false };
        if arn.region == self.primary {
            return !policy.contains(&arn.in_region(self.recovery));
        }
        let bucket = arn.resource.split('/').next().unwrap_or_default();
        let counterpart = self.buckets.get(bucket).filter(|_| arn.service == "s3");
        counterpart.is_some_and(|to| !policy.contains(&format!("arn:{}:s3:::{to}", arn.partition)))
    }

    /// A condition that lets calls through to the lost region, and not to the recovery's: by its name, by the host of
    /// a service there (`kms:ViaService`), by the ARN of what calls (`aws:SourceArn`).
    fn by_condition(&self, statement: &Value, allows: bool, policy: &str) -> Option<String> {
        let conditions = statement.get("Condition")?.as_object()?;
        conditions.iter().filter(|(operator, _)| allows != operator.contains("Not")).find_map(|(_, keys)| {
            keys.as_object()?.iter().find_map(|(key, values)| {
                let values = texts(values);
                if key.eq_ignore_ascii_case(REQUESTED_REGION) {
                    let only = values.contains(&self.primary)
                        && !values.iter().any(|region| *region == self.recovery || region.contains('*'));
                    return only.then(|| format!("lets calls through to {} only", values.join(" and ")));
                }
                let only = !values.is_empty() && values.iter().all(|value| self.is_of_primary(value, policy));
                only.then(|| format!("lets calls through where {key} is {} only", values.join(" or ")))
            })
        })
    }

    /// A service of the lost region that a role trusts: `logs.us-east-2.amazonaws.com`.
    fn by_principal(&self, statement: &Value, policy: &str) -> Option<String> {
        let services = texts(statement.get("Principal")?.get("Service")?);
        let only = !services.is_empty() && services.iter().all(|service| self.is_of_primary(service, policy));
        only.then(|| format!("trusts {} only", services.join(" and ")))
    }

    /// Whether a text names the lost region as a word of a host or an ARN, and the policy not the same in the
    /// recovery's.
    fn is_of_primary(&self, text: &str, policy: &str) -> bool {
        text.split(['.', ':']).any(|word| word == self.primary)
            && !policy.contains(&text.replace(self.primary, self.recovery))
    }
}

/// One or many: IAM takes both. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn texts(value: &Value) -> Vec<&str> {
    items(value).iter().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bound(statement: Value) -> Option<String> {
        let look = Look {
            primary: "us-east-2",
            recovery: "us-west-2",
            buckets: HashMap::from([("media-us-east-2", "media-us-west-2")]),
        };
        look.bound(&json!({ "Version": "2012-10-17", "Statement": statement }).to_string())
    }

    fn allow(resource: Value) -> Option<String> {
        bound(json!({ "Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": resource }))
    }

    const QUEUE: &str = "arn:aws:sqs:us-east-2:123456789012:orders";

    #[test]
    fn what_is_allowed_in_the_lost_region_only() {
        assert_eq!(allow(json!(QUEUE)).as_deref(), Some(&*format!("allows sqs:SendMessage on {QUEUE} only")));
        assert!(allow(json!(["arn:aws:s3:::media-us-east-2/*"])).is_some());
        assert!(
            bound(json!([{ "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": { "StringEquals": { "aws:RequestedRegion": "us-east-2" } } }]))
            .is_some()
        );
        // As keys are bound to the services that use them, and roles to what calls.
        let under = |key: &str, value: Value| {
            bound(
                json!([{ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": { "StringLike": { key: value } } }]),
            )
        };
        let via = "s3.us-east-2.amazonaws.com";
        let told = under("kms:ViaService", json!(via));
        assert_eq!(
            told.as_deref(),
            Some("lets calls through where kms:ViaService is s3.us-east-2.amazonaws.com only")
        );
        assert!(under("aws:SourceArn", json!("arn:aws:eks:us-east-2:123456789012:cluster/shop")).is_some());
        assert_eq!(under("kms:ViaService", json!([via, "s3.us-west-2.amazonaws.com"])), None);
        assert_eq!(under("kms:ViaService", json!("s3.*.amazonaws.com")), None);
        assert_eq!(under("aws:SourceAccount", json!("123456789012")), None);
        let trusting = |services: Value| {
            bound(
                json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": services } }),
            )
        };
        assert_eq!(
            trusting(json!("logs.us-east-2.amazonaws.com")).as_deref(),
            Some("trusts logs.us-east-2.amazonaws.com only")
        );
        assert_eq!(trusting(json!(["logs.us-east-2.amazonaws.com", "logs.us-west-2.amazonaws.com"])), None);
        assert_eq!(trusting(json!("ec2.amazonaws.com")), None);
        // As organizations lock regions.
        assert!(
            bound(json!([{ "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": { "StringNotEquals": { "aws:RequestedRegion": ["us-east-2", "us-east-1"] } } }]))
            .is_some()
        );
    }

    #[test]
    fn what_is_allowed_in_both_or_denied_in_the_lost_region() {
        for both in [
            json!("*"),
            json!([QUEUE, "*"]),
            json!("arn:aws:sqs:*:123456789012:orders"),
            json!([QUEUE, QUEUE.replace("us-east-2", "us-west-2")]),
            json!(["arn:aws:s3:::media-us-east-2/*", "arn:aws:s3:::media-us-west-2/*"]),
            json!("arn:aws:s3:::media-*"),
            json!("arn:aws:s3:::another-us-east-2"),
        ] {
            assert_eq!(allow(both.clone()), None, "{both}");
        }
        assert_eq!(bound(json!({ "Effect": "Deny", "Action": "sqs:*", "Resource": QUEUE })), None);
        assert_eq!(
            bound(json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
                "Condition": { "StringEquals": { "aws:RequestedRegion": "us-east-2" } } })),
            None
        );
        assert_eq!(
            bound(json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": { "StringLike": { "aws:RequestedRegion": ["us-east-2", "us-west-*"] } } })),
            None
        );
    }
}
