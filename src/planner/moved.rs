//! What the code has moved, and the state not yet: `moved` blocks.
//!
//! <https://opentofu.org/docs/language/modules/develop/refactoring/>

use std::collections::HashMap;

use crate::model::configuration::{Argument, Configuration};

/// New addresses by old ones, without indexes: of a resource or of a whole module.
pub(super) struct Moved(HashMap<String, String>);

impl Moved {
    pub(super) fn of(configuration: &Configuration) -> Self {
        let mut moved = HashMap::new();
        for module in &configuration.modules {
            let ends: Vec<&Argument> = module
                .others
                .iter()
                .filter(|one| matches!(one.path.as_str(), "moved.from" | "moved.to"))
                .collect();
            let mut open: Option<&Argument> = None;
            for end in ends {
                let Some(other) = open.take_if(|other| other.path != end.path) else {
                    open = Some(end);
                    continue;
                };
                let (from, to) = if end.path == "moved.to" { (other, end) } else { (end, other) };
                let (Some(from), Some(to)) = (from.references.first(), to.references.first()) else {
                    continue;
                };
                for path in &module.paths {
                    let dot = if path.is_empty() { "" } else { "." };
                    moved.insert(format!("{path}{dot}{from}"), format!("{path}{dot}{to}"));
                }
            }
        }
        Self(moved)
    }

    /// Where the code has what the state has at this address; moves are followed.
    pub(super) fn to(&self, address: &str) -> Option<String> {
        let mut at = address.to_owned();
        // As many as there are: moves in a circle end, too.
        for _ in 0..self.0.len() {
            let Some(next) = self.next(&at) else { break };
            at = next;
        }
        (at != address).then_some(at)
    }

    fn next(&self, address: &str) -> Option<String> {
        let ends = address.match_indices('.').map(|(end, _)| end).chain([address.len()]);
        ends.into_iter()
            .rev()
            .find_map(|end| Some(format!("{}{}", self.0.get(&address[..end])?, &address[end..])))
    }
}
