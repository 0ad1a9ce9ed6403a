//! Replicas that are promoted: they get the name, the class, the network and the groups of what they replicated.

use super::super::build::{FENCED, step};
use super::super::databases::chosen_replica;
use super::super::references::replica_source;
use super::Restore;
use super::settings::Parameters;
use crate::model::types::Recovery;
use crate::plan::action::{Action, Setting};
use crate::plan::step::{DoneWhen, Expects, Phase, Plane, Step};

impl Restore<'_, '_, '_> {
    /// What the replica that is promoted is called until then.
    fn replica(&self) -> String {
        let chosen = self.store().and_then(chosen_replica);
        chosen.map_or_else(|| self.identifier(), str::to_owned)
    }

    /// The engine knows it by the identifier of the code: it renames an instance by that, and replaces a cluster. The
    /// new name comes first, since the endpoint changes with it.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RenameInstance.html>
    fn rename(&self) -> Option<Step> {
        let (replica, identifier) = (self.replica(), self.identifier());
        if replica == identifier {
            return None;
        }
        let cluster = self.object.entry.is_some_and(|entry| entry.recovery == Recovery::RdsCluster);
        let action = Action::ModifyDatabase {
            address: self.address().to_owned(),
            identifier: replica.clone(),
            settings: vec![Setting {
                name: if cluster { "NewDBClusterIdentifier" } else { "NewDBInstanceIdentifier" }.to_owned(),
                value: Some(identifier.clone()),
                known_after: None,
                from: format!("{} identifier", self.address()),
            }],
        };
        Some(
            step(
                Phase::Restore,
                &format!("rename/{}", self.address()),
                action,
                self.facts.estimate("modify"),
            )
            .needs(self.needs.iter().cloned().chain([FENCED.to_owned()]))
            .expects(Expects::Present { subject: replica, value: self.replicates() })
            .done_when(DoneWhen::Status { subject: identifier, status: "available".to_owned() })
            .plane(Plane::RegionalControl),
        )
    }

    fn replicates(&self) -> Option<String> {
        let source = replica_source(self.object).or_else(|| self.object.arn.as_deref().map(str::to_owned));
        source.map(|source| format!("replica of {source}"))
    }

    pub(super) fn promote(&self, settings: Parameters, later: &[Parameters]) -> Vec<Step> {
        let identifier = self.identifier();
        let settings = self.settings(settings);
        let rename = self.rename();
        let action = Action::PromoteReplica {
            address: self.address().to_owned(),
            identifier: identifier.clone(),
            settings,
        };
        let promote = self
            .step(action, self.facts.estimate("promote"))
            .needs(rename.iter().map(|step| step.id.clone()))
            .expects(Expects::Present { subject: identifier.clone(), value: self.replicates() })
            .done_when(DoneWhen::Holds { what: format!("{identifier} is available and replicates nothing") });
        let mut steps: Vec<Step> = rename.into_iter().chain([promote]).collect();
        steps.extend(self.modify(&identifier, later));
        steps.extend(self.password(&identifier, &steps));
        steps
    }
}
