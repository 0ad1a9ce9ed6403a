//! Collects uses by value and puts them in one order.

use std::collections::BTreeMap;

use super::tokens::{Index, Owner};
use crate::model::value::ValueKind;
use crate::plan::values::{OwnedValue, Use};

/// Uses by token, and those of values that no token stands for (foreign images).
pub(super) struct Uses<'x, 'f> {
    index: &'x Index<'f>,
    by_token: Vec<Vec<Use>>,
    others: BTreeMap<(ValueKind, String, Option<String>), Vec<Use>>,
    addresses: Vec<String>,
}

impl<'x, 'f> Uses<'x, 'f> {
    pub(super) fn new(index: &'x Index<'f>) -> Self {
        Self {
            index,
            by_token: vec![Vec::new(); index.tokens.len()],
            others: BTreeMap::new(),
            addresses: Vec::new(),
        }
    }

    /// Names the owners, by index of the object.
    pub(super) fn name_owners(&mut self, addresses: Vec<String>) {
        self.addresses = addresses;
    }

    pub(super) fn add(&mut self, token: usize, found: Use) {
        if let Some(uses) = self.by_token.get_mut(token) {
            uses.push(found);
        }
    }

    pub(super) fn add_other(&mut self, kind: ValueKind, value: &str, owner: Option<String>, found: Use) {
        self.others.entry((kind, value.to_owned(), owner)).or_default().push(found);
    }

    /// Every value that is used, sorted by kind, value and owner; the uses by place.
    pub(super) fn into_values(self) -> Vec<OwnedValue> {
        let mut values: Vec<OwnedValue> = Vec::new();
        for (token, uses) in self.index.tokens.iter().zip(self.by_token) {
            if uses.is_empty() {
                continue;
            }
            let owner = match &token.owner {
                Owner::Object(at) => self.addresses.get(*at).cloned(),
                Owner::Primary => Some("primary".to_owned()),
                Owner::Observed(what) => Some(what.clone()),
                Owner::Settings => Some("drplan.hcl".to_owned()),
                Owner::Nobody { .. } => None,
            };
            values.push(OwnedValue { kind: token.kind, value: token.text.clone().into_owned(), owner, uses });
        }
        values.extend(self.others.into_iter().map(|((kind, value, owner), uses)| OwnedValue {
            kind,
            value,
            owner,
            uses,
        }));
        for value in &mut values {
            value.uses.sort_by(|a, b| a.site.cmp(&b.site));
        }
        values.sort_by(|a, b| (a.kind, &a.value, &a.owner).cmp(&(b.kind, &b.value, &b.owner)));
        values
    }
}
