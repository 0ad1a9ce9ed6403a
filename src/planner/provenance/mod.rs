//! Values have provenance: every value that the primary owns, found wherever it is used.
//!
//! Structured values are found anywhere as whole tokens, the longest owner winning. Plain names and ports are found
//! only as the whole of a field whose meaning is known. Each use is classified once, by what becomes of its owner.

mod code;
mod counterparts;
mod documents;
mod encoded;
mod resources;
mod tokens;
mod uses;
mod verdict;

use std::collections::HashMap;

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::paste;
use crate::plan::action::Rewrite;
use crate::plan::values::OwnedValue;

/// The values and, for the manifests, what each object's rewrites are.
pub(super) struct Values {
    pub(super) values: Vec<OwnedValue>,
    /// Rewrites by index of the object in the manifests.
    pub(super) rewrites: HashMap<usize, Vec<Rewrite>>,
    /// Splices by address of the secret version: the places of owned tokens in a secret's value.
    pub(super) secret_splices: HashMap<String, Vec<Rewrite>>,
    /// Steps that bring back what an address of the cluster's names: it is made after them.
    pub(super) made_after: HashMap<String, Vec<String>>,
    /// Images that the manifests name, `(repository, reference)`, of the primary's registry.
    pub(super) images: Vec<NamedImage>,
}

/// An image of the primary's registry that a manifest names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct NamedImage {
    pub(super) repository: String,
    /// `:tag` or `@sha256:...`; empty for `latest`.
    pub(super) reference: String,
    pub(super) at: crate::model::diagnostic::Place,
    pub(super) object: String,
}

/// Finds and classifies every use.
pub(super) fn plan_values(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) -> Values {
    let index = tokens::index(facts, decided);
    tell_contradicted(facts, &index, findings);
    let mut uses = uses::Uses::new(&index);
    let mut values = Values {
        values: Vec::new(),
        rewrites: HashMap::new(),
        secret_splices: HashMap::new(),
        made_after: HashMap::new(),
        images: Vec::new(),
    };
    resources::search(facts, decided, &index, &mut uses, &mut values, findings);
    code::search(facts, decided, &index, &mut uses, findings);
    documents::search(facts, &index, &mut uses, &mut values, findings);
    values.images.sort();
    values.images.dedup();
    values.values = uses.into_values();
    values
}

/// Tells the rewrites of what the plan places itself: other forms of the same thing (its host with a port, its ARN)
/// still go where the plan says, so one stack would use two.
fn tell_contradicted(facts: &Facts<'_, '_>, index: &tokens::Index<'_>, findings: &mut Findings) {
    for token in &index.contradicted {
        let rewrite = facts.input.settings.rewrites.iter().find(|rewrite| rewrite.text == token.text);
        let Some((rewrite, to)) = rewrite.and_then(|rewrite| Some((rewrite, rewrite.to.as_deref()?))) else {
            continue;
        };
        let owner = match &token.owner {
            tokens::Owner::Object(at) => facts.objects[*at].address(),
            tokens::Owner::Observed(what) => what,
            _ => continue,
        };
        let placed = match &token.counterpart {
            tokens::Counterpart::Known(text) => format!("puts {text} in its place"),
            tokens::Counterpart::After(step) => format!("knows what takes its place after step {step}"),
            _ => continue,
        };
        let instead = match &token.owner {
            tokens::Owner::Object(_) => format!(
                "; where {to} is meant, leave {owner} out: {}",
                paste::block("skip", owner, "reason = \"...\"")
            ),
            _ => String::new(),
        };
        findings.add(
            "rewrite-contradicts",
            &rewrite.text,
            format!(
                "drplan.hcl rewrites {} to {to}, it is {owner}'s, and the plan {placed}: one stack would use both",
                rewrite.text
            ),
            format!("remove the rewrite{instead}"),
            rewrite.place.clone(),
        );
    }
}
