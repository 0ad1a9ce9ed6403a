//! Names for what is known only after a step.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::text::clean;

/// A placeholder for each value of the primary whose counterpart a step makes.
#[derive(Default)]
pub(super) struct Placeholders {
    /// Names by step and token.
    names: BTreeMap<(String, String), String>,
}

impl Placeholders {
    /// What stands for a token until the step has told its counterpart: as Flux and `envsubst` fill it.
    pub(super) fn of(&mut self, step: &str, token: &str) -> String {
        let key = (step.to_owned(), token.to_owned());
        if let Some(name) = self.names.get(&key) {
            return format!("${{{name}}}");
        }
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let base: String = "DRPLAN_".chars().chain(step.chars().map(word)).collect();
        let base = base.trim_end_matches('_');
        let mut name = base.to_owned();
        let mut number = 2;
        while self.names.values().any(|known| *known == name) {
            name = format!("{base}_{number}");
            number += 1;
        }
        let shown = format!("${{{name}}}");
        self.names.insert(key, name);
        shown
    }

    pub(super) fn list(&self, out: &mut String) {
        if self.names.is_empty() {
            return;
        }
        out.push_str(
            "# Known only after a step of the plan: put each value in everywhere below, by an editor, by envsubst, or by\n\
             # Flux (postBuild.substitute):\n",
        );
        for ((step, token), name) in &self.names {
            let _ =
                writeln!(out, "#   ${{{name}}}\n#     after {}, in place of {}", clean(step), clean(token));
        }
        out.push_str("#\n");
    }
}
