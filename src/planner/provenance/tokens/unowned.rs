//! Ids of the lost region that no resource of the state owns: what another stack made, or a person. A call that names
//! one fails in the recovery region, so each is a value whose counterpart nobody knows.
//!
//! Ids are found by their form; ARNs and ids of the state only in attributes that the code gives, because what AWS adds
//! to a resource (the group of a cluster, the table of a network) it adds again.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use super::super::super::dispositions::Decided;
use super::super::super::facts::{Facts, Object};
use super::{Builder, Counterpart, Owner, kind_of_text};
use crate::model::arn::Arn;
use crate::model::attributes::{self, Scalar, Segment};
use crate::plan::resource::Disposition;

/// Beginnings of ids that people pass from one stack to another: 8 or 17 hexadecimal digits follow.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>
const PREFIXES: [&str; 22] = [
    "acl-",
    "ami-",
    "cgw-",
    "eipalloc-",
    "eni-",
    "fs-",
    "fsap-",
    "fsmt-",
    "igw-",
    "lt-",
    "nat-",
    "pcx-",
    "pl-",
    "rtb-",
    "sg-",
    "snap-",
    "subnet-",
    "tgw-",
    "vgw-",
    "vol-",
    "vpc-",
    "vpce-",
];

/// Bytes; IAM takes no longer ones.
const LONGEST_ARN: usize = 2_048;

/// Attributes that name something of another resource, by their last name: never what AWS made of this one.
const GIVEN: &[&str] = &[
    "accelerator_arn",
    "alarm_actions",
    "allocation_id",
    "ami",
    "certificate_arn",
    "cloudwatch_log_group_arn",
    "customer_gateway_id",
    "delivery_stream_arn",
    "destination_arn",
    "event_source_arn",
    "file_system_id",
    "firehose_arn",
    "function_arn",
    "gateway_id",
    "image_id",
    "insufficient_data_actions",
    "key_arn",
    "kms_key",
    "kms_key_arn",
    "kms_key_id",
    "kms_master_key_id",
    "layers",
    "listener_arn",
    "load_balancer_arn",
    "log_destination",
    "log_destination_arn",
    "log_group_arn",
    "nat_gateway_id",
    "notification_arns",
    "ok_actions",
    "prefix_list_id",
    "prefix_list_ids",
    "queue_arn",
    "referenced_security_group_id",
    "replication_instance_arn",
    "resource_arn",
    "route_table_id",
    "route_table_ids",
    "secret_arns",
    "security_group_id",
    "security_group_ids",
    "security_groups",
    "snapshot_id",
    "snapshot_identifier",
    "sns_topic_arn",
    "source_arn",
    "source_security_group_id",
    "subnet_id",
    "subnet_ids",
    "subnets",
    "target_arn",
    "target_group_arn",
    "topic_arn",
    "topic_arns",
    "transit_gateway_id",
    "vpc_endpoint_id",
    "vpc_id",
    "vpc_peering_connection_id",
    "vpc_security_group_ids",
    "vpn_gateway_id",
    "wafv2_arn",
    "web_acl_arn",
];

/// Whether the code, not AWS, says what stands here.
pub(in super::super) fn is_given(path: &[Segment<'_>]) -> bool {
    let last = path.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(&**key),
        Segment::Index(_) => None,
    });
    last.is_some_and(|key| GIVEN.contains(&key))
}

/// Adds what the state's resources are given, and what the manifests name.
pub(super) fn add_unowned<'f>(facts: &'f Facts<'_, '_>, decided: &Decided, builder: &mut Builder<'f>) {
    let Some(primary) = &facts.primary else { return };
    let arns = format!(":{primary}:");
    let Ok(finder) = AhoCorasick::new(PREFIXES.iter().copied().chain([arns.as_str()])) else { return };
    let finder = Finder { finder, primary };
    let known = &builder.by_text;
    let of_state: Vec<Seen> = facts
        .objects
        .par_iter()
        .enumerate()
        .filter(|(_, object)| {
            !object.only_planned && object.region.as_deref().is_none_or(|region| region == primary)
        })
        .filter_map(|(at, object)| {
            // What is left as it is calls nothing in the recovery region.
            let used = decided.resource(at).is_none_or(|resource| {
                use Disposition::{Adopt, Create, Promote, Restore, Update};
                matches!(resource.disposition, Adopt | Create | Restore | Promote | Update)
            });
            let text = object.instance.attributes;
            let found = finder.whole_strings(text).any(|text| !known.contains_key(text));
            found.then(|| read(&finder, object, used, |text| known.contains_key(text)))
        })
        .collect();
    let mut all = Seen::default();
    for seen in of_state {
        all.given.extend(seen.given);
        all.made.extend(seen.made);
        all.looked_up.extend(seen.looked_up);
    }
    let mut unowned: BTreeMap<String, bool> = BTreeMap::new();
    for text in all.given.into_iter().filter(|text| !all.made.contains(text)) {
        let looked_up = all.looked_up.contains(&text);
        unowned.insert(text, looked_up);
    }
    let texts = &facts.input.manifests.texts;
    let in_texts = texts.iter().flat_map(|source| finder.ids(&source.text));
    for id in in_texts.chain(ids_of_code(facts, &finder)).filter(|id| !known.contains_key(*id)) {
        unowned.entry(id.to_owned()).or_insert_with(|| all.looked_up.contains(id) || all.made.contains(id));
    }
    for (text, looked_up) in unowned {
        let kind = kind_of_text(&text);
        builder.add(Cow::Owned(text), kind, Owner::Nobody { looked_up }, Counterpart::Nobody, 8);
    }
}

/// Ids and ARNs that are written out in the code: as an argument of a resource or of a module, as a local value, or as
/// what a variable is given.
fn ids_of_code<'f>(facts: &'f Facts<'_, '_>, finder: &Finder<'_>) -> impl Iterator<Item = &'f str> {
    let modules = facts.input.configuration.iter().flat_map(|configuration| &configuration.modules);
    let arguments = modules.flat_map(|module| {
        let resources = module.resources.iter().filter(|block| !block.data);
        let defaults = module.variables.iter().filter_map(|variable| variable.default.as_ref());
        let calls = module.calls.iter().flat_map(|call| &call.arguments);
        let locals = module.others.iter().filter(|argument| argument.is_of("locals"));
        resources.flat_map(|block| &block.arguments).chain(defaults).chain(calls).chain(locals)
    });
    let given = facts.input.configuration.iter().flat_map(|configuration| &configuration.given);
    let arguments = arguments.chain(given.map(|given| &given.value));
    let literals = arguments.flat_map(|argument| &argument.literals);
    literals
        .filter(|literal| literal.whole && finder.is_one(&literal.text))
        .map(|literal| literal.text.as_str())
}

/// Unowned ids and ARNs of one object, or of all.
#[derive(Default)]
struct Seen {
    /// Given to a resource that the plan makes, restores or changes.
    given: BTreeSet<String>,
    /// Made by AWS with a resource.
    made: HashSet<String>,
    /// What a data source finds, and finds anew in another region.
    looked_up: HashSet<String>,
}

fn read(finder: &Finder<'_>, object: &Object<'_, '_>, used: bool, known: impl Fn(&str) -> bool) -> Seen {
    let mut seen = Seen::default();
    let (managed, finds) = (object.is_managed(), object.type_name().starts_with("aws_"));
    let mut visit = |path: &[Segment<'_>], scalar: Scalar<'_>| {
        let Scalar::String(text) = scalar else { return };
        if !finder.is_one(&text) || known(&text) {
            return;
        }
        match (managed, is_given(path)) {
            (true, true) if used => {
                seen.given.insert(text.into_owned());
            }
            (true, false) => {
                seen.made.insert(text.into_owned());
            }
            // Outputs of another stack's state stay what they are.
            (false, _) if finds => {
                seen.looked_up.insert(text.into_owned());
            }
            _ => {}
        }
    };
    // A state whose attributes are not sound JSON never gets here: the reader refuses it.
    let _ = attributes::walk(object.instance.attributes, &mut visit);
    seen
}

/// Finds ids and ARNs of the lost region.
struct Finder<'f> {
    finder: AhoCorasick,
    primary: &'f str,
}

impl Finder<'_> {
    /// Whether a text is nothing but one of them.
    fn is_one(&self, text: &str) -> bool {
        is_id(text)
            || Arn::parse(text).is_some_and(|arn| arn.region == self.primary && !text.contains(['*', ' ']))
    }

    /// Those that are whole strings of JSON.
    fn whole_strings<'t>(&self, json: &'t str) -> impl Iterator<Item = &'t str> {
        let bytes = json.as_bytes();
        self.finder.find_iter(json).filter_map(move |hit| {
            let from = hit.start().saturating_sub(LONGEST_ARN);
            let until = bytes.len().min(hit.end() + LONGEST_ARN);
            let start = from + bytes[from..hit.start()].iter().rposition(|byte| *byte == b'"')? + 1;
            let end = hit.end() + bytes[hit.end()..until].iter().position(|byte| *byte == b'"')?;
            json.get(start..end).filter(|text| self.is_one(text))
        })
    }

    /// Ids that stand as words of their own.
    fn ids<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        self.finder.find_iter(text).filter_map(move |hit| {
            let rest = &text[hit.end()..];
            let end = hit.end() + rest.find(|c: char| !in_word(c)).unwrap_or(rest.len());
            let alone = !text[..hit.start()].ends_with(in_word);
            text.get(hit.start()..end).filter(|id| alone && is_id(id))
        })
    }
}

fn is_id(text: &str) -> bool {
    PREFIXES.iter().any(|prefix| {
        text.strip_prefix(prefix).is_some_and(|digits| {
            matches!(digits.len(), 8 | 17)
                && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
        })
    })
}
