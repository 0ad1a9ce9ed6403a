//! Data comes back: recovery points and replicas, with every setting that a restore drops, then into the engine.

mod named;
mod password;
mod promotion;
mod secrets;
mod settings;

use super::build::{FENCED, step};
use super::dispositions::{Decided, step_id};
use super::facts::{Facts, Object};
use super::findings::Findings;
use super::identifiers::restored_as;
use super::infra::{self, Graph};
use super::preflight::absent;
use super::provenance::Values;
use super::references;
use crate::model::types::Recovery;
use crate::plan::action::{Action, EngineChange, Override, OverrideValue};
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::{DoneWhen, Estimate, Phase, Plane, Step};
use crate::plan::store::PlannedStore;
use settings::{
    CLUSTER_MODIFY, CLUSTER_PROMOTED_MODIFY, CLUSTER_RESTORE, INSTANCE_MODIFY, INSTANCE_PROMOTE,
    INSTANCE_RESTORE, PROMOTED_MODIFY, PROMOTED_ZONES, Parameters,
};

/// Plans the restore of every store that has a recovery point.
pub(super) fn plan_restore(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    values: &Values,
    graph: &Graph<'_>,
    steps: &mut Vec<Step>,
    findings: &mut Findings,
) {
    for (at, object) in facts.objects.iter().enumerate() {
        let Some(resource) = decided.resource(at) else { continue };
        if !matches!(resource.disposition, Disposition::Restore | Disposition::Promote) {
            continue;
        }
        let restore = Restore { facts, decided, object, resource, needs: graph.needs(object) };
        steps.extend(restore.steps(values, findings));
    }
}

struct Restore<'r, 'i, 'a> {
    facts: &'r Facts<'i, 'a>,
    decided: &'r Decided,
    object: &'r Object<'i, 'a>,
    resource: &'r PlannedResource,
    needs: Vec<String>,
}

impl Restore<'_, '_, '_> {
    fn steps(&self, values: &Values, findings: &mut Findings) -> Vec<Step> {
        let recovery = self.object.entry.map(|entry| entry.recovery);
        let mut steps = match (self.object.type_name(), self.resource.disposition) {
            // Its cluster brings it back.
            _ if recovery == Some(Recovery::RdsClusterInstance) => Vec::new(),
            ("aws_db_instance", Disposition::Promote) => {
                self.check_named(findings);
                self.promote(INSTANCE_PROMOTE, &[PROMOTED_MODIFY, PROMOTED_ZONES])
            }
            ("aws_db_instance", _) => self.restore_database(findings),
            // PromoteReadReplicaDBCluster takes no settings.
            _ if recovery == Some(Recovery::RdsCluster)
                && self.resource.disposition == Disposition::Promote =>
            {
                self.promote(&[], &[CLUSTER_PROMOTED_MODIFY])
            }
            // The engine makes the instances of the last two: they hold nothing themselves.
            ("aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster", _) => {
                self.restore_cluster(findings)
            }
            ("aws_secretsmanager_secret", _) => self.promote_secret(),
            ("aws_secretsmanager_secret_version", _) => {
                self.splice_secret(values, findings).into_iter().collect()
            }
            _ if self.resource.engine == Engine::Create => return vec![self.restore_by_engine()],
            _ => self.restore_other(),
        };
        // The engine cannot take over what depends on something that it leaves out.
        if self.resource.goes_with.is_none() {
            let adopt = self.adopt(&steps);
            steps.push(adopt);
        }
        steps
    }

    fn address(&self) -> &str {
        self.object.address()
    }
    fn id(&self) -> String {
        step_id("restore", self.address())
    }
    /// The step that brings it back: its own, or that of what it comes back with, a cluster or a secret.
    fn brought_back_by(&self, own: &[Step]) -> String {
        if !own.is_empty() {
            return self.id();
        }
        let with_secret = self.object.entry.is_some_and(|entry| entry.recovery == Recovery::SecretVersion);
        let leader = if with_secret { self.secret_there() } else { self.restored_with() };
        leader.unwrap_or_else(|| self.id())
    }
    fn restored_with(&self) -> Option<String> {
        let at = references::leader(self.facts, self.object)?;
        Some(step_id("restore", self.facts.objects[at].address()))
    }
    fn store(&self) -> Option<&PlannedStore> {
        self.decided.store(self.address())
    }
    /// Of what comes back: a replica that is promoted gets it, too.
    fn identifier(&self) -> String {
        restored_as(self.facts, self.object)
    }
    fn step(&self, action: Action, estimate: Estimate) -> Step {
        // A state that was put together by imports lists no dependencies.
        let made: Vec<String> = match &action {
            Action::RestoreDatabase { settings, .. }
            | Action::RestoreCluster { settings, .. }
            | Action::PromoteReplica { settings, .. } => {
                settings.iter().filter_map(|setting| setting.known_after.clone()).collect()
            }
            _ => Vec::new(),
        };
        step(Phase::Restore, self.address(), action, estimate)
            .needs(self.needs.iter().cloned().chain([FENCED.to_owned()]).chain(made))
            .plane(Plane::RegionalControl)
            .irreversible()
    }
    fn chosen_estimate(&self) -> Estimate {
        let source = self.facts.estimate("restore").source;
        let chosen = self.store().and_then(PlannedStore::chosen);
        match chosen
            .and_then(|candidate| Some((candidate.restore_p50_seconds?, candidate.restore_p90_seconds?)))
        {
            Some((p50_seconds, p90_seconds)) => Estimate { p50_seconds, p90_seconds, source },
            None => {
                let gib = self
                    .object
                    .tree()
                    .get("allocated_storage")
                    .and_then(serde_json::Value::as_u64)
                    .unwrap_or(0);
                self.facts.restore_estimate(gib)
            }
        }
    }

    fn restore_database(&self, findings: &mut Findings) -> Vec<Step> {
        let identifier = self.identifier();
        let settings = self.settings(INSTANCE_RESTORE);
        let later = self.modify(&identifier, &[INSTANCE_MODIFY]);
        self.note_settings(settings.len(), &later, findings);
        self.check_named(findings);
        let action = Action::RestoreDatabase {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            store: self.address().to_owned(),
            settings,
        };
        let restore = self
            .step(action, self.chosen_estimate())
            .expects(absent(&identifier))
            .done_when(DoneWhen::Status { subject: identifier.clone(), status: "available".to_owned() });
        let mut steps = vec![restore];
        steps.extend(later);
        steps.extend(self.password(&identifier, &steps));
        self.told_password(findings);
        // Whoever reads the blocks signs in, and a change of a setting may restart the database under them.
        let last = steps.last().map_or_else(|| self.id(), |step| step.id.clone());
        steps.push(
            step(
                Phase::Restore,
                &format!("warm-up/{}", self.address()),
                Action::WarmUp { identifier },
                self.facts.estimate("warm_up"),
            )
            .needs([last]),
        );
        steps
    }

    fn restore_cluster(&self, findings: &mut Findings) -> Vec<Step> {
        let identifier = self.identifier();
        let settings = self.settings(CLUSTER_RESTORE);
        let later = self.modify(&identifier, &[CLUSTER_MODIFY]);
        self.note_settings(settings.len(), &later, findings);
        self.check_named(findings);
        let action = Action::RestoreCluster {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            store: self.address().to_owned(),
            settings,
            instances: self.instances(),
        };
        let restore = self
            .step(action, self.chosen_estimate())
            .expects(absent(&identifier))
            .done_when(DoneWhen::Status { subject: identifier.clone(), status: "available".to_owned() });
        let mut steps = vec![restore];
        steps.extend(later);
        steps.extend(self.password(&identifier, &steps));
        self.told_password(findings);
        steps
    }

    /// What the call that brings it back does not take, one step a table, each after the one before it: a database
    /// that is being changed takes no other change.
    fn modify(&self, identifier: &str, tables: &[Parameters]) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (table, word) in tables.iter().zip(["settings", "zones"]) {
            let settings = self.later_settings(table);
            if settings.is_empty() {
                continue;
            }
            let after = steps.last().map_or_else(|| self.id(), |step| step.id.clone());
            let made = settings.iter().filter_map(|setting| setting.known_after.clone()).collect::<Vec<_>>();
            let action = Action::ModifyDatabase {
                address: self.address().to_owned(),
                identifier: identifier.to_owned(),
                settings,
            };
            let subject = format!("{word}/{}", self.address());
            steps.push(
                step(Phase::Restore, &subject, action, self.facts.estimate("modify"))
                    .needs(made.into_iter().chain([after]))
                    .done_when(DoneWhen::Status {
                        subject: identifier.to_owned(),
                        status: "available".to_owned(),
                    })
                    .plane(Plane::RegionalControl),
            );
        }
        steps
    }

    /// RestoreDBClusterFromSnapshot makes a cluster without instances: they are part of the same step.
    fn instances(&self) -> Vec<String> {
        let mut instances: Vec<String> = self
            .facts
            .objects
            .iter()
            .enumerate()
            .filter(|(at, object)| {
                let restored = self.decided.resource(*at).is_some_and(|resource| {
                    resource.disposition == Disposition::Restore && resource.deposed.is_none()
                });
                restored
                    && object.entry.is_some_and(|entry| entry.recovery == Recovery::RdsClusterInstance)
                    && self.leads(object)
            })
            .map(|(_, object)| {
                let tree = object.tree();
                let class = tree.get("instance_class").and_then(|class| class.as_str()).unwrap_or_default();
                format!("{} {class}", object.name())
            })
            .collect();
        instances.sort();
        instances
    }

    fn leads(&self, other: &Object<'_, '_>) -> bool {
        references::leader(self.facts, other)
            .is_some_and(|leader| self.facts.objects[leader].address() == self.address())
    }

    /// The engine makes it as the code says, network, parameters, encryption and token included, and from the snapshot
    /// that an override names.
    fn restore_by_engine(&self) -> Step {
        let overrides = vec![Override {
            argument: "snapshot_name".to_owned(),
            value: OverrideValue::RecoveryPoint { store: self.address().to_owned() },
            why: "it would come back empty".to_owned(),
        }];
        let action = Action::Engine {
            address: self.address().to_owned(),
            change: EngineChange::Restore,
            import_id: None,
            import_known_after: None,
            overrides,
        };
        self.step(action, self.facts.estimate("cache"))
            .expects(absent(&self.object.name()))
            .done_when(DoneWhen::EngineComplete { address: self.address().to_owned() })
    }

    fn restore_other(&self) -> Vec<Step> {
        let name = self.object.name();
        let action = Action::RestoreBackup {
            address: self.address().to_owned(),
            name: name.clone(),
            store: self.address().to_owned(),
        };
        vec![
            self.step(action, self.chosen_estimate())
                .expects(absent(&name))
                .done_when(DoneWhen::Status { subject: name, status: "COMPLETED".to_owned() }),
        ]
    }

    /// A database may come back under another class than the code's: the engine's next plan would change it to the
    /// code's, which perhaps cannot be had.
    fn class_override(&self) -> Option<Override> {
        let classes = &self.store()?.rule.classes;
        let code = self.object.text("instance_class").unwrap_or_default();
        (self.object.type_name() == "aws_db_instance" && classes.iter().any(|class| class != code)).then(
            || Override {
                argument: "instance_class".to_owned(),
                value: OverrideValue::Class { store: self.address().to_owned() },
                why: "the engine would change it to the class of the code".to_owned(),
            },
        )
    }

    /// Into the engine's state, so that its next plan neither makes it again nor destroys it.
    /// `before` are the steps that bring it back: what the engine makes from it waits for the last that changes it.
    fn adopt(&self, before: &[Step]) -> Step {
        let import_id = match self.object.type_name() {
            "aws_db_instance" | "aws_rds_cluster" => Some(self.identifier()),
            "aws_secretsmanager_secret" => self.resource.counterpart.clone(),
            _ => None,
        };
        // An id that names the lost region is the original's; the copy's is known once it is there.
        let import_id = import_id
            .or_else(|| infra::import_id(self.facts, self.object, self.resource))
            .filter(|id| !self.facts.primary.as_deref().is_some_and(|primary| id.contains(primary)));
        let by = self.brought_back_by(before);
        let known_after = import_id.is_none().then(|| by.clone());
        // An instance is imported after its cluster is, a version after its secret.
        let with_another = before.is_empty();
        let adopted = self.needs.iter().filter(|need| with_another && need.starts_with("restore/")).cloned();
        let changes =
            |step: &&Step| matches!(step.action, Action::ModifyDatabase { .. } | Action::SetPassword { .. });
        let changed = before.iter().rev().find(changes).map(|step| step.id.clone());
        let action = Action::Engine {
            address: self.address().to_owned(),
            change: EngineChange::Import,
            import_id,
            import_known_after: known_after,
            overrides: self.class_override().into_iter().collect(),
        };
        step(Phase::Restore, &format!("adopt/{}", self.address()), action, self.facts.estimate("import"))
            .needs(adopted.chain([by]).chain(changed))
            .done_when(DoneWhen::EngineComplete { address: self.address().to_owned() })
            .plane(Plane::RegionalControl)
    }
}

fn set_by(steps: &[Step]) -> usize {
    let set = steps.iter().map(|step| match &step.action {
        Action::ModifyDatabase { settings, .. } => settings.len(),
        _ => 0,
    });
    set.sum()
}
