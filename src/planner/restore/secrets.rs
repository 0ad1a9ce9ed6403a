//! Secrets: a replica is promoted, and only what names the primary in its value is replaced.

use super::super::dispositions::step_id;
use super::super::findings::Findings;
use super::super::provenance::Values;
use super::super::references;
use super::Restore;
use crate::model::words;
use crate::plan::action::{Action, Splice};
use crate::plan::resource::Disposition;
use crate::plan::step::{DoneWhen, Expects, Step};

impl Restore<'_, '_, '_> {
    pub(super) fn promote_secret(&self) -> Vec<Step> {
        let name = self.object.name();
        let arn = self.resource.counterpart.clone().unwrap_or_else(|| name.clone());
        let action = Action::PromoteSecret {
            address: self.address().to_owned(),
            name: name.clone(),
            arn: arn.clone(),
        };
        vec![
            self.step(action, self.facts.estimate("secret"))
                .expects(Expects::Present { subject: arn, value: None })
                .done_when(DoneWhen::Holds { what: format!("{name} is a secret of its own") }),
        ]
    }

    /// The value came with the replica; only what names the primary in it is replaced, where anything does.
    pub(super) fn splice_secret(&self, values: &Values, findings: &mut Findings) -> Option<Step> {
        let rewrites = values.secret_splices.get(self.address()).filter(|rewrites| !rewrites.is_empty())?;
        let secret = references::leader(self.facts, self.object).map(|at| &self.facts.objects[at]);
        let name = secret.map_or_else(|| self.object.name(), |secret| secret.name());
        let after: Vec<String> = rewrites.iter().filter_map(|rewrite| rewrite.known_after.clone()).collect();
        let splices: Vec<Splice> = rewrites
            .iter()
            .map(|rewrite| Splice {
                path: rewrite
                    .within
                    .as_deref()
                    .and_then(|within| within.strip_prefix("json:"))
                    .unwrap_or_default()
                    .to_owned(),
                token: rewrite.token.clone(),
                counterpart: rewrite.counterpart.clone(),
                known_after: rewrite.known_after.clone(),
            })
            .collect();
        findings.add(
            "secret-rewritten-whole",
            self.address(),
            format!(
                "secret {name} holds {} of the primary: only {} replaced, the rest stays as it is",
                words::count(splices.len(), "value"),
                if splices.len() == 1 { "it is" } else { "they are" }
            ),
            "nothing to do; update-secret with a --secret-string would have replaced the whole JSON",
            self.facts.place_in_code(self.object),
        );
        let action = Action::SpliceSecret { name, splices };
        let splice = self
            .step(action, self.facts.estimate("secret"))
            .needs(self.secret_there().into_iter().chain(after))
            .done_when(DoneWhen::Holds { what: "its current value names nothing of the primary".to_owned() });
        Some(splice)
    }

    /// The step after which the secret of this version stands alone: its promotion, or its import where it does so
    /// already.
    pub(super) fn secret_there(&self) -> Option<String> {
        let at = references::leader(self.facts, self.object)?;
        let address = self.facts.objects[at].address();
        let promoted = self.decided.resource(at)?.disposition == Disposition::Promote;
        Some(step_id(if promoted { "restore" } else { "infra" }, address))
    }
}
