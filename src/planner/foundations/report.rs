//! What is said of a name that leads nowhere: once for each thing; where no input has the cluster, once for each kind.

use std::collections::BTreeMap;

use super::charts;
use super::provided::{Answer, Provided};
use super::references::{Named, Uses};
use super::thing::{API, DEFAULT_CLASS, DEFINITION, LABEL, SECRETS_MANAGER, STORAGE_CLASS, Thing};
use crate::model::{paste, words};
use crate::planner::facts::Facts;
use crate::planner::findings::Findings;

const CODE: &str = "nothing-provides";

/// Something that is missing, with who names it.
struct Missing<'n, 'i> {
    thing: Thing<'i>,
    /// The kinds of a group that are named.
    kinds: Vec<&'n str>,
    uses: &'n Uses,
    objects: usize,
    left_out: Option<&'n str>,
    /// What was not read and may bring it.
    may_be_in: Option<&'n str>,
}

impl Missing<'_, '_> {
    /// What was not read and may bring it: as the end of a message, and as the beginning of a fix.
    fn unread(&self) -> (String, String) {
        let Some(folder) = self.may_be_in else { return Default::default() };
        let message = format!("; it may be in {folder}, which was not read");
        (
            message,
            format!("see whether {folder} brings it (with a copy of its bases here, it is read); else "),
        )
    }
}

/// Adds what is named and not provided.
pub(super) fn report(
    facts: &Facts<'_, '_>,
    provided: &Provided<'_>,
    named: &Named<'_>,
    findings: &mut Findings,
) {
    let missing = missing(provided, named);
    let is_cluster = |object: &super::super::facts::Object<'_, '_>| {
        object.is_managed() && object.type_name() == "aws_eks_cluster"
    };
    if !facts.objects.iter().any(is_cluster) {
        report_kinds(facts, &missing, findings);
        return;
    }
    // That its controller is left out is told of an Ingress already.
    let told: Vec<String> = findings.subjects("skipped-in-use").into_iter().map(str::to_owned).collect();
    for one in &missing {
        let is_told =
            |address: &str| one.thing.kind == "IngressClass" && told.iter().any(|told| told == address);
        if !one.left_out.is_some_and(is_told) {
            report_one(facts, one, findings);
        }
    }
}

fn missing<'n, 'i>(provided: &'n Provided<'_>, named: &'n Named<'i>) -> Vec<Missing<'n, 'i>> {
    let mut missing: BTreeMap<Thing<'i>, Missing<'n, 'i>> = BTreeMap::new();
    for (thing, uses) in &named.things {
        if uses.or.iter().any(|other| matches!(provided.answer(other), Answer::Provided)) {
            continue;
        }
        let left_out = match provided.answer(thing) {
            Answer::Provided => continue,
            Answer::LeftOut(address) => Some(address),
            Answer::Nothing => None,
        };
        // One definition is rarely missing alone: what brings one kind of a group brings them all.
        let key = match thing.group() {
            Some(group) => Thing::wide(DEFINITION, group.to_owned()),
            None => thing.clone(),
        };
        let one = missing.entry(key.clone()).or_insert_with(|| Missing {
            thing: key,
            kinds: Vec::new(),
            uses,
            objects: 0,
            left_out,
            may_be_in: provided.may_be_in(thing),
        });
        one.objects += uses.objects;
        if thing.kind == DEFINITION {
            one.kinds.extend(thing.name.split('.').next());
        }
    }
    missing.into_values().collect()
}

fn report_one(facts: &Facts<'_, '_>, one: &Missing<'_, '_>, findings: &mut Findings) {
    let label = one.thing.label();
    let others = match one.objects - 1 {
        0 => "needs".to_owned(),
        more => format!("and {} more need", words::count(more, "object")),
    };
    let why = match one.left_out {
        Some(address) => format!(": {address}, which is left out, would"),
        None => observed(facts, &one.thing).unwrap_or_default(),
    };
    let provider = paste::block("provides", &label, "by = \"...\"");
    let (unread, look) = one.unread();
    let fix = match one.left_out {
        Some(address) => format!("bring {address} back, or say what does it instead: {provider}"),
        None => format!("{}; or say what does: {provider}", remedy(facts, &one.thing)),
    };
    findings.add(
        CODE,
        label,
        format!(
            "{} {others} {}, and nothing provides it in {}{why}{unread}",
            one.uses.first,
            phrase(&one.thing, &one.kinds),
            if one.thing.kind == SECRETS_MANAGER { facts.recovery } else { "the new cluster" }
        ),
        format!("{look}{fix}"),
        Some(one.uses.at.clone()),
    );
}

/// Without the state of the cluster nobody knows what it brings: one finding for each kind, which names them all.
fn report_kinds(facts: &Facts<'_, '_>, missing: &[Missing<'_, '_>], findings: &mut Findings) {
    let mut by_kind: BTreeMap<&str, Vec<&Missing<'_, '_>>> = BTreeMap::new();
    for one in missing {
        by_kind.entry(&one.thing.kind).or_default().push(one);
    }
    for (kind, all) in by_kind {
        let Some((first, more)) = all.split_first() else { continue };
        let others = match more.len() {
            0 => String::new(),
            count => {
                let names: Vec<String> = more.iter().map(|one| short(&one.thing)).collect();
                format!("; nor does one bring {count} more of kind {kind}: {}", names.join(", "))
            }
        };
        let (unread, look) = first.unread();
        let (by, unknown, fix) = match kind {
            SECRETS_MANAGER => (
                "resource of the code",
                format!("no inventory has it in {}", facts.recovery),
                "have the code make it, or replicate it from the lost region while that is healthy"
                    .to_owned(),
            ),
            _ => (
                "manifest",
                "no state tells what the cluster has".to_owned(),
                "plan with the state that holds the cluster, its add-ons and charts: `--state FILE`"
                    .to_owned(),
            ),
        };
        findings.add(
            CODE,
            kind,
            format!(
                "{} needs {}, which no {by} brings{others}; {unknown}{unread}",
                first.uses.first,
                phrase(&first.thing, &first.kinds)
            ),
            format!(
                "{look}{fix}; or say what brings {}: {}",
                if more.is_empty() { "it" } else { "each" },
                providers(&all)
            ),
            Some(first.uses.at.clone()),
        );
    }
}

/// How many lines of drplan.hcl a fix writes out.
const WRITTEN_OUT: usize = 6;

/// What says for each of them who brings it. None stands for all: it would hide whatever is missing later, too.
fn providers(all: &[&Missing<'_, '_>]) -> String {
    let blocks = all.iter().map(|one| paste::block("provides", &one.thing.label(), "by = \"...\""));
    let written: Vec<String> = blocks.take(WRITTEN_OUT).collect();
    let rest = if all.len() > WRITTEN_OUT { ", and so on" } else { "" };
    format!("{}{rest}", written.join(", "))
}

/// A thing beside others of its kind.
fn short(thing: &Thing<'_>) -> String {
    match (&*thing.namespace, &*thing.name) {
        ("", DEFAULT_CLASS) => "the default one".to_owned(),
        ("", name) => name.to_owned(),
        (namespace, name) => format!("{namespace}/{name}"),
    }
}

fn phrase(thing: &Thing<'_>, kinds: &[&str]) -> String {
    match (&*thing.kind, &*thing.name) {
        (DEFINITION, group) => format!("the definition of {} of group {group}", listed(kinds)),
        (API, group) => format!("API {group}"),
        (LABEL, label) => format!("a node labelled {label}"),
        (SECRETS_MANAGER, name) => format!("secret {name} of Secrets Manager"),
        (STORAGE_CLASS, DEFAULT_CLASS) => "a default StorageClass for a claim that names none".to_owned(),
        ("Namespace", name) => format!("namespace {name}"),
        (kind, name) if thing.namespace.is_empty() => format!("{kind} {name}"),
        (kind, name) => format!("{kind} {name} of namespace {}", thing.namespace),
    }
}

fn listed(kinds: &[&str]) -> String {
    match kinds {
        [] => "a kind".to_owned(),
        [one] => format!("kind {one}"),
        [first, more @ ..] => format!("kind {first} and {}", words::count(more.len(), "more kind")),
    }
}

/// What the recording of the primary tells of a Secret or ConfigMap that no input makes.
fn observed(facts: &Facts<'_, '_>, thing: &Thing<'_>) -> Option<String> {
    let configs = facts.input.observation.as_ref()?.configs.as_ref()?;
    let of_kind = matches!(&*thing.kind, "Secret" | "ConfigMap");
    let there = configs.iter().any(|config| {
        config.object_kind == thing.kind && config.namespace == thing.namespace && config.name == thing.name
    });
    of_kind.then(|| match there {
        true => ": it was made by hand in the lost cluster".to_owned(),
        false => ", nor was it seen in the lost one".to_owned(),
    })
}

/// What brings it.
fn remedy(facts: &Facts<'_, '_>, thing: &Thing<'_>) -> String {
    if let Some(by) = charts::bringing(thing) {
        return format!("install what brings it by the code: {by}");
    }
    match (&*thing.kind, &*thing.name) {
        ("Secret", _) => {
            "keep its value where it outlives the region (Secrets Manager) and have an ExternalSecret or the code make it"
                .to_owned()
        }
        (SECRETS_MANAGER, name) => format!(
            "have the code make it, or replicate it: `aws secretsmanager replicate-secret-to-regions --secret-id {} \
             --add-replica-regions Region={}`",
            paste::shell(name),
            facts.recovery
        ),
        ("ClusterSecretStore" | "SecretStore", _) => {
            "put its manifest beside the others, its region that of the recovery".to_owned()
        }
        ("Namespace", name) => format!(
            "put its manifest beside the others: `kubectl create namespace {} --dry-run=client -o yaml`",
            paste::shell(name)
        ),
        (STORAGE_CLASS, DEFAULT_CLASS) => format!(
            "name a class in the claim, or make one the default by its annotation `{}: \"true\"`",
            super::objects::IS_DEFAULT
        ),
        (LABEL, label) => {
            let (key, value) = label.split_once('=').unwrap_or((label, ""));
            format!("give it to a node group: `labels = {{ {} = {} }}`", paste::quoted(key), paste::quoted(value))
        }
        (DEFINITION | API | "CSIDriver" | "IngressClass", _) => {
            "install the chart that brings it by the code, or put its manifests beside the others".to_owned()
        }
        _ => "put its manifest beside the others, or let the code make it".to_owned(),
    }
}
