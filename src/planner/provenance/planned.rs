//! What is of the lost region in attributes that the engine has planned.

use super::super::dispositions::Decided;
use super::super::facts::Facts;
use super::encoded;
use super::tokens::{self, Counterpart};
use crate::model::attributes::{self, Scalar};
use crate::model::engine_plan::ResourceChange;

/// A token of the primary in a planned attribute.
pub(in super::super) struct Lost {
    pub(in super::super) token: String,
    /// JSON pointer of the attribute.
    pub(in super::super) pointer: String,
}

/// Each change that has any, in order.
pub(in super::super) fn lost_in<'c, 'a: 'c>(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    changes: impl Iterator<Item = &'c ResourceChange<'a>>,
) -> Vec<(&'c ResourceChange<'a>, Vec<Lost>)> {
    let index = tokens::index(facts, decided);
    changes
        .filter_map(|change| {
            let mut found = Vec::new();
            let mut visit = |path: &[attributes::Segment<'_>], scalar: Scalar<'_>| {
                let Scalar::String(text) = scalar else { return };
                encoded::scan(&index, &text, &mut |hit| {
                    let token = &index.tokens[hit.at.token];
                    if token.counterpart != Counterpart::Same {
                        let pointer = attributes::pointer(path);
                        found.push(Lost { token: token.text.to_string(), pointer });
                    }
                });
            };
            // The reader has walked it already.
            let _ = attributes::walk(change.after, &mut visit);
            (!found.is_empty()).then_some((change, found))
        })
        .collect()
}
