//! What a phase does, in one line.

use std::collections::{BTreeMap, BTreeSet};

use super::text::{count, duration, instant_near, list, shorten};
use crate::plan::Plan;
use crate::plan::action::{Action, Check, EngineChange, Rewrite};
use crate::plan::resource::Disposition;
use crate::plan::step::{Phase, Step};
use crate::plan::store::PlannedStore;

/// Names that are written out before the rest is counted.
const NAMED: usize = 3;

/// The phase in one line, its largest part first.
pub(super) fn summary(plan: &Plan, phase: Phase) -> String {
    let steps: Vec<&Step> = plan.steps.iter().filter(|step| step.phase == phase).collect();
    let mut parts = Vec::new();
    if steps.iter().any(|step| matches!(step.action, Action::Gate { .. })) {
        parts.push("you decide".to_owned());
    }
    parts.extend(checks(&steps));
    parts.extend(fencing(&steps));
    parts.extend(engine(plan, &steps));
    parts.extend(data(plan, &steps));
    parts.extend(objects(&steps));
    parts.extend(traffic(&steps));
    parts.extend(proofs(&steps));
    parts.join("; ")
}

fn tally<'a>(steps: &[&'a Step], mut of: impl FnMut(&'a Action) -> bool) -> usize {
    steps.iter().filter(|step| of(&step.action)).count()
}

fn counted(n: usize, noun: &str) -> Option<String> {
    (n > 0).then(|| count(n, noun))
}

fn checks(steps: &[&Step]) -> Option<String> {
    // Ordered as the reader worries: who am I, where is the state, what is there, is there room.
    const WORDS: [(&str, &str); 11] = [
        ("identity", "account"),
        ("backend", "state backend"),
        ("point", "recovery point"),
        ("class", "database class"),
        ("type", "instance type"),
        ("key", "key"),
        ("image", "image"),
        ("certificate", "certificate"),
        ("bucket", "bucket"),
        ("quota", "quota"),
        ("plane", "control plane"),
    ];
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    for step in steps {
        let Action::Check { check } = &step.action else { continue };
        let word = match check {
            Check::Identity { .. } => "identity",
            Check::StateBackend { .. } => "backend",
            Check::Quota { .. } => "quota",
            Check::DbClass { .. } => "class",
            Check::InstanceType { .. } => "type",
            Check::Key { .. } => "key",
            Check::Image { .. } => "image",
            Check::Certificate { .. } => "certificate",
            Check::Bucket { .. } => "bucket",
            Check::RecoveryPoint { .. } => "point",
            Check::ControlPlane { .. } => "plane",
        };
        *tally.entry(word).or_default() += 1;
    }
    let words: Vec<String> = WORDS
        .iter()
        .filter_map(|(word, noun)| match (tally.get(word).copied().unwrap_or(0), *word) {
            (0, _) => None,
            (1, "identity" | "backend") => Some((*noun).to_owned()),
            (n, _) => Some(count(n, noun)),
        })
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn fencing(steps: &[&Step]) -> Vec<String> {
    let mut parts = Vec::new();
    for step in steps {
        match &step.action {
            Action::ProbePrimary { region, hosts: _ } => {
                parts.push(format!("asks whether {} answers", region.as_deref().unwrap_or("the primary")));
            }
            Action::Fence { workloads, databases } => {
                let what: Vec<String> =
                    [counted(workloads.len(), "workload"), counted(databases.len(), "database")]
                        .into_iter()
                        .flatten()
                        .collect();
                parts.push(if what.is_empty() {
                    "its writers: you decide".to_owned()
                } else {
                    format!("if it does, {} must stop", what.join(" and "))
                });
            }
            _ => {}
        }
    }
    parts
}

fn engine(plan: &Plan, steps: &[&Step]) -> Vec<String> {
    let adopted: BTreeSet<&str> = plan
        .resources
        .iter()
        .filter(|resource| resource.disposition == Disposition::Adopt)
        .map(|resource| resource.address.as_str())
        .collect();
    let changes = |wanted: EngineChange, which: Option<bool>| {
        tally(steps, |action| {
            matches!(action, Action::Engine { change, address, .. } if *change == wanted
                && which.is_none_or(|which| adopted.contains(address.as_str()) == which))
        })
    };
    // The symbols and their counts are those of the line of changes: what is imported beside, stays as it is.
    let words: Vec<String> = [
        (changes(EngineChange::Create, None), "+ ", " created"),
        (changes(EngineChange::Import, Some(true)), "< ", " adopted"),
        (changes(EngineChange::Carry, None), "= ", " carried over"),
        (changes(EngineChange::Import, Some(false)), "", " imported"),
    ]
    .into_iter()
    .filter(|(n, _, _)| *n > 0)
    .map(|(n, symbol, word)| format!("{symbol}{n}{word}"))
    .collect();
    let mut parts = Vec::new();
    if !words.is_empty() {
        parts.push(format!("engine in workspace {}: {}", shorten(&plan.saw.workspace, 24), words.join(", ")));
    }
    let roles = tally(steps, |action| matches!(action, Action::TrustIssuer { .. }));
    if roles > 0 {
        let verb = if roles == 1 { "trusts" } else { "trust" };
        parts.push(format!("{} {verb} the new cluster", count(roles, "role")));
    }
    parts
}

fn data(plan: &Plan, steps: &[&Step]) -> Vec<String> {
    let mut parts = Vec::new();
    for step in steps {
        let takes = duration(step.estimate.p50_seconds);
        match &step.action {
            Action::RestoreDatabase { identifier, store, .. } => parts.push(format!(
                "database {}{}, {takes}",
                shorten(identifier, 40),
                recovery_point(plan, store)
            )),
            Action::RestoreCluster { identifier, store, .. } => parts.push(format!(
                "cluster {}{}, {takes}",
                shorten(identifier, 40),
                recovery_point(plan, store)
            )),
            Action::PromoteReplica { identifier, .. } => {
                parts.push(format!("replica {} promoted, {takes}", shorten(identifier, 40)));
            }
            Action::Engine { address, change: EngineChange::Restore, .. } => {
                let store = plan.stores.iter().find(|store| store.address == *address);
                let name = store.map_or(address.as_str(), |store| store.name.as_str());
                parts.push(format!("{}{}, {takes}", shorten(name, 40), recovery_point(plan, address)));
            }
            _ => {}
        }
    }
    // Beyond a few the names say less than their number.
    if parts.len() > NAMED {
        let more = parts.len() - NAMED;
        parts.truncate(NAMED);
        parts.push(format!("{} more", count(more, "store")));
    }
    let n = |of: fn(&Action) -> bool| tally(steps, of);
    parts.extend(
        counted(n(|a| matches!(a, Action::PromoteSecret { .. })), "secret").map(|s| format!("{s} promoted")),
    );
    parts.extend(
        counted(n(|a| matches!(a, Action::SpliceSecret { .. })), "secret").map(|s| format!("{s} rewritten")),
    );
    parts.extend(
        counted(n(|a| matches!(a, Action::SetPassword { .. })), "password").map(|s| format!("{s} set")),
    );
    parts.extend(
        counted(n(|a| matches!(a, Action::WarmUp { .. })), "store").map(|s| format!("{s} warmed up")),
    );
    parts
}

/// ` from its copied snapshot of 14:02:11 UTC`.
fn recovery_point(plan: &Plan, address: &str) -> String {
    let store = plan.stores.iter().find(|store| store.address == address);
    match store.and_then(PlannedStore::chosen) {
        None => " from no recovery point yet".to_owned(),
        Some(candidate) => {
            let at = candidate
                .data_at
                .map(|at| format!(" of {}", instant_near(at, plan.created_at)))
                .unwrap_or_default();
            let words = candidate.kind.as_str();
            let its = if words.starts_with("the ") { "" } else { "its " };
            format!(" from {its}{words}{at}")
        }
    }
}

fn objects(steps: &[&Step]) -> Vec<String> {
    let mut parts = Vec::new();
    let applied = tally(steps, |action| matches!(action, Action::ApplyObject { .. }));
    parts.extend(counted(applied, "object").map(|words| format!("~ {words}")));
    parts.extend(counted(tally(steps, |a| matches!(a, Action::AwaitReady { .. })), "rollout"));
    let held = tally(steps, |action| matches!(action, Action::ApplyObject { hold: Some(_), .. }));
    if held > 0 {
        parts.push(format!("{held} held until traffic moves"));
    }
    parts.extend(rewritten(steps.iter().flat_map(|step| match &step.action {
        Action::ApplyObject { rewrites, .. } => rewrites.as_slice(),
        _ => &[],
    })));
    parts
}

/// `DB_HOST, REDIS_HOST and 11 other values rewritten`: keys that look like settings are named.
fn rewritten<'a>(rewrites: impl Iterator<Item = &'a Rewrite>) -> Option<String> {
    let mut total = 0;
    let mut names = BTreeSet::new();
    for rewrite in rewrites {
        total += 1;
        let key = rewrite.path.rsplit('/').next().unwrap_or_default();
        let setting =
            key.len() > 2 && key.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit());
        if setting && key.starts_with(|c: char| c.is_ascii_uppercase()) {
            names.insert(shorten(key, 30));
        }
    }
    let names: Vec<String> = names.into_iter().take(NAMED).collect();
    let rest = total - names.len().min(total);
    match (total, names.is_empty(), rest) {
        (0, _, _) => None,
        (_, true, _) => Some(format!("{} rewritten", count(total, "value"))),
        (_, false, 0) => Some(format!("{} rewritten", list(&names, NAMED))),
        (_, false, rest) => {
            Some(format!("{} and {} rewritten", names.join(", "), count(rest, "other value")))
        }
    }
}

fn traffic(steps: &[&Step]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for step in steps {
        let name = match &step.action {
            Action::ChangeRecord { name, .. } => shorten(name, 50),
            Action::ChangeDistribution { id, .. } => format!("CloudFront {}", shorten(id, 40)),
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut parts = Vec::new();
    if !names.is_empty() {
        parts.push(format!("> {}", list(&names, NAMED)));
    }
    let released = tally(steps, |action| matches!(action, Action::Release { .. }));
    if released > 0 {
        parts.push(format!("{} released", count(released, "held object")));
    }
    parts
}

fn proofs(steps: &[&Step]) -> Vec<String> {
    let mut parts = Vec::new();
    parts.extend(counted(tally(steps, |a| matches!(a, Action::ProbeEndpoint { .. })), "endpoint"));
    parts.extend(counted(tally(steps, |a| matches!(a, Action::ResolveName { .. })), "name"));
    if tally(steps, |action| matches!(action, Action::EngineConverged { .. })) > 0 {
        parts.push("the engine has nothing left to do".to_owned());
    }
    parts
}
