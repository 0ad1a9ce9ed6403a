//! What each action touches. Every field of every action is named here, so that a new one must be classified.

use crate::plan::action::{Action, Check, EngineChange, Override, Rewrite, Setting, Splice};

/// A part of an action that a rule looks at.
pub(super) enum Part<'p> {
    /// A step after which a parameter is known.
    KnownAfter(&'p str),
    /// What is written, made or changed: a name, an identifier, an ARN.
    Writes(&'p str),
    /// What is asked.
    Asks(&'p str),
    /// A store of the plan.
    Store(&'p str),
    /// A setting of a call.
    Setting(&'p Setting),
}

/// Calls `visit` with every part of an action.
pub(super) fn parts<'p>(action: &'p Action, visit: &mut impl FnMut(Part<'p>)) {
    match action {
        Action::Check { check } => asked(check, visit),
        Action::ProbePrimary { region: _, hosts: _ } => {}
        // Fencing is the one thing that may write in the primary.
        Action::Fence { workloads: _, databases: _ } => {}
        Action::Engine { address: _, change: _, import_id, import_known_after, overrides } => {
            import_id.as_deref().into_iter().for_each(|id| visit(Part::Writes(id)));
            known_after(import_known_after, visit);
            for Override { argument: _, value, why: _ } in overrides {
                visit(Part::Store(value.store()));
            }
        }
        Action::Join { address: _, instances: _ } => {}
        Action::TrustIssuer { role, service_accounts: _, issuer_known_after } => {
            visit(Part::Writes(role));
            visit(Part::KnownAfter(issuer_known_after));
        }
        Action::RestoreDatabase { address: _, identifier, store, settings: all }
        | Action::RestoreCluster { address: _, identifier, store, settings: all, instances: _ } => {
            visit(Part::Writes(identifier));
            visit(Part::Store(store));
            settings(all, visit);
        }
        Action::PromoteReplica { address: _, identifier, settings: all }
        | Action::ModifyDatabase { address: _, identifier, settings: all } => {
            visit(Part::Writes(identifier));
            settings(all, visit);
        }
        Action::SetPassword { identifier, source: _ } => visit(Part::Writes(identifier)),
        Action::RestoreBackup { address: _, name, store } => {
            visit(Part::Writes(name));
            visit(Part::Store(store));
        }
        Action::PromoteSecret { address: _, name, arn } => {
            visit(Part::Writes(name));
            visit(Part::Writes(arn));
        }
        Action::SpliceSecret { name, splices } => {
            visit(Part::Writes(name));
            for Splice { path: _, token: _, counterpart: _, known_after: after } in splices {
                known_after(after, visit);
            }
        }
        Action::WarmUp { identifier } => visit(Part::Asks(identifier)),
        Action::ApplyObject {
            file: _,
            document: _,
            rendered_by: _,
            api_version: _,
            object_kind: _,
            namespace: _,
            name: _,
            rewrites: all,
            hold: _,
            document_digest: _,
        } => rewrites(all, visit),
        Action::AwaitReady { object: _ } => {}
        Action::Gate { ask: _, before: _ } => {}
        Action::ChangeRecord {
            address: _,
            zone,
            name: _,
            record_type: _,
            set_identifier: _,
            from: _,
            to: _,
            to_known_after,
            ttl_seconds: _,
        } => {
            visit(Part::Writes(zone));
            known_after(to_known_after, visit);
        }
        Action::ChangeDistribution { address: _, id, rewrites: all } => {
            visit(Part::Writes(id));
            rewrites(all, visit);
        }
        Action::Release { object: _, hold: _ } => {}
        Action::ProbeEndpoint { host: _, host_known_after } => known_after(host_known_after, visit),
        Action::ResolveName { name: _, ttl_seconds: _ } => {}
        Action::EngineConverged { left_out: _ } => {}
    }
}

fn known_after<'p>(step: &'p Option<String>, visit: &mut impl FnMut(Part<'p>)) {
    if let Some(step) = step {
        visit(Part::KnownAfter(step));
    }
}

fn settings<'p>(all: &'p [Setting], visit: &mut impl FnMut(Part<'p>)) {
    for setting in all {
        visit(Part::Setting(setting));
        let Setting { name: _, value: _, known_after: after, from: _ } = setting;
        known_after(after, visit);
    }
}

fn rewrites<'p>(all: &'p [Rewrite], visit: &mut impl FnMut(Part<'p>)) {
    for Rewrite { path: _, within: _, token: _, owner: _, counterpart: _, known_after: after } in all {
        known_after(after, visit);
    }
}

fn asked<'p>(check: &'p Check, visit: &mut impl FnMut(Part<'p>)) {
    match check {
        Check::Identity { account: _ }
        | Check::StateBackend { backend: _ }
        | Check::Quota { service: _, code: _, needs: _ }
        | Check::InstanceType { address: _, types: _ }
        | Check::Image { repository: _, reference: _ }
        | Check::ControlPlane { service: _ } => {}
        Check::DbClass { store, classes: _, engine: _, engine_version: _ }
        | Check::RecoveryPoint { store } => {
            visit(Part::Store(store));
        }
        Check::Key { key } => visit(Part::Asks(key)),
        Check::Certificate { arn, domains: _ } => visit(Part::Asks(arn)),
        Check::Bucket { name } => visit(Part::Asks(name)),
    }
}

/// What an action is to the safety rules.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature<'p> {
    /// Reads, waits or asks; changes nothing.
    Looks,
    /// A person decides.
    Decides,
    /// Stops the primary's writers.
    Fences,
    /// Makes or changes something in the recovery region that is not in traffic.
    Builds,
    /// Brings the store at an address back from a recovery point.
    Restores(&'p str),
    /// Brings the store at an address back from a replica.
    Promotes(&'p str),
    /// Makes the secret at an address stand alone.
    PromotesSecret(&'p str),
    /// Sends users, or what acts for them, to the recovery region.
    MovesTraffic,
    /// Lets go of what was held back.
    Releases,
    /// Deletes something, or overwrites what cannot be made again.
    #[expect(dead_code, reason = "no action deletes; one that does must be named here and then needs a gate")]
    Deletes,
}

/// The nature of an action. A new action must be named here.
pub(super) fn nature(action: &Action) -> Nature<'_> {
    match action {
        Action::Check { .. }
        | Action::ProbePrimary { .. }
        | Action::Join { .. }
        | Action::WarmUp { .. }
        | Action::AwaitReady { .. }
        | Action::ProbeEndpoint { .. }
        | Action::ResolveName { .. }
        | Action::EngineConverged { .. } => Nature::Looks,
        Action::Gate { .. } => Nature::Decides,
        Action::Fence { .. } => Nature::Fences,
        Action::Engine { address, change: EngineChange::Restore, .. } => Nature::Restores(address),
        Action::Engine { .. }
        | Action::TrustIssuer { .. }
        | Action::ModifyDatabase { .. }
        | Action::SetPassword { .. }
        | Action::SpliceSecret { .. }
        | Action::ApplyObject { .. } => Nature::Builds,
        Action::RestoreDatabase { address, .. }
        | Action::RestoreCluster { address, .. }
        | Action::RestoreBackup { address, .. } => Nature::Restores(address),
        Action::PromoteReplica { address, .. } => Nature::Promotes(address),
        Action::PromoteSecret { address, .. } => Nature::PromotesSecret(address),
        Action::ChangeRecord { .. } | Action::ChangeDistribution { .. } => Nature::MovesTraffic,
        Action::Release { object, .. } if is_external_dns(object) => Nature::MovesTraffic,
        Action::Release { .. } => Nature::Releases,
    }
}

/// Kinds of objects that run something.
const RUNS: &[&str] = &[
    "CronJob",
    "DaemonSet",
    "Deployment",
    "Job",
    "Pod",
    "ReplicaSet",
    "ReplicationController",
    "StatefulSet",
];

/// Kinds that stay up and can be waited for.
const SERVES: &[&str] = &["DaemonSet", "Deployment", "ReplicaSet", "ReplicationController", "StatefulSet"];

/// Whether objects of a kind run something as soon as they are applied.
pub(super) fn runs(kind: &str) -> bool {
    RUNS.contains(&kind)
}

/// Whether objects of a kind stay up, so that a gate can ask whether they do.
pub(super) fn serves(kind: &str) -> bool {
    SERVES.contains(&kind)
}

/// Whether an object writes DNS records by itself.
pub(super) fn is_external_dns(label: &str) -> bool {
    label.rsplit('/').next().is_some_and(|name| name.contains("external-dns"))
}

/// `Kind/namespace/name`, as steps name objects.
/// The names that other steps may have for an object: with the API group where a second has the same label.
pub(super) fn labels(action: &Action) -> Option<[String; 2]> {
    let Action::ApplyObject { api_version, object_kind, namespace, name, .. } = action else { return None };
    let plain = label(object_kind, namespace.as_deref(), name);
    let group = api_version.split_once('/').map(|(group, _)| format!("{object_kind}.{group}"));
    let full = group.map_or_else(|| plain.clone(), |kind| label(&kind, namespace.as_deref(), name));
    Some([plain, full])
}

pub(super) fn label(kind: &str, namespace: Option<&str>, name: &str) -> String {
    match namespace {
        Some(namespace) => format!("{kind}/{namespace}/{name}"),
        None => format!("{kind}/{name}"),
    }
}
