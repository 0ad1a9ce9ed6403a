//! Values that steps leave to each other: which step is waited for, and at which attribute its value stands.

use super::Requests;
use crate::plan::action::{Action, Rewrite, Setting};
use crate::plan::left::{BALANCER, ID, ISSUER};

/// What a step is waited for: the step, and where in it the value stands.
pub(super) struct Waited<'p> {
    pub(super) step: &'p str,
    pub(super) pointer: String,
}

impl<'p> Requests<'p> {
    /// Every value that an action waits for.
    pub(super) fn waited(&self, action: &'p Action) -> Vec<Waited<'p>> {
        let rewrite = |rewrite: &'p Rewrite| {
            let step = rewrite.known_after.as_deref()?;
            Some(Waited {
                step,
                pointer: self.places.pointer(step, &rewrite.token, rewrite.owner.as_deref()),
            })
        };
        let setting = |setting: &'p Setting| {
            Some(Waited { step: setting.known_after.as_deref()?, pointer: ID.to_owned() })
        };
        let one = |step: &'p Option<String>, pointer: &str| {
            step.as_deref().map(|step| Waited { step, pointer: pointer.to_owned() })
        };
        match action {
            Action::ApplyObject { rewrites, .. } | Action::ChangeDistribution { rewrites, .. } => {
                rewrites.iter().filter_map(rewrite).collect()
            }
            Action::RestoreDatabase { settings, .. }
            | Action::RestoreCluster { settings, .. }
            | Action::PromoteReplica { settings, .. }
            | Action::ModifyDatabase { settings, .. } => settings.iter().filter_map(setting).collect(),
            Action::SpliceSecret { splices, .. } => splices
                .iter()
                .filter_map(|splice| {
                    let step = splice.known_after.as_deref()?;
                    Some(Waited { step, pointer: self.places.pointer(step, &splice.token, None) })
                })
                .collect(),
            Action::TrustIssuer { issuer_known_after, .. } => {
                vec![Waited { step: issuer_known_after, pointer: ISSUER.to_owned() }]
            }
            Action::Engine { import_known_after, .. } => one(import_known_after, ID).into_iter().collect(),
            Action::ChangeRecord { to_known_after: Some(step), from, .. } => {
                vec![Waited { step, pointer: self.places.pointer(step, from, None) }]
            }
            Action::ProbeEndpoint { host_known_after, .. } => {
                one(host_known_after, BALANCER).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
