//! Values have provenance: every value that the primary owns, found wherever it is used.
//!
//! Structured values are found anywhere as whole tokens, the longest owner winning. Plain names and ports are found
//! only as the whole of a field whose meaning is known. Each use is classified once, by what becomes of its owner.

mod bucket_hosts;
mod code;
mod counterparts;
mod documents;
mod encoded;
mod images;
mod planned;
mod resources;
mod rewrites;
mod tokens;
mod told;
mod uses;
mod verdict;

use std::collections::HashMap;

pub(super) use self::planned::lost_in;
use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
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
    pub(super) at: Option<crate::model::diagnostic::Place>,
}

/// Finds and classifies every use.
pub(super) fn plan_values(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) -> Values {
    let index = tokens::index(facts, decided);
    let contradicted = rewrites::tell_contradicted(facts, &index, findings);
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
    values.images.extend(images::made_of(facts, decided));
    values.images.sort();
    values.images.dedup();
    values.values = uses.into_values();
    rewrites::tell_uses(facts, &contradicted, &values.values, findings);
    values
}
