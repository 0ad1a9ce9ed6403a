//! What an apply would change, shown before the first effect: each object, and of a changed one the lines that differ.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::Options;
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::count;
use crate::model::target::kube::ObjectRef;
use crate::model::target::kube::preview::{Outcome, Preview, Restart};

/// Objects that are told later for the same reason, each of which is named.
const ALIKE: usize = 3;

/// Lines around a change that are shown.
const AROUND: usize = 2;

/// Every object that changes, and what restarts for it; those that stay are counted.
#[must_use]
pub fn render_previews(previews: &[Preview], restarts: &[Restart], options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let mut later: HashMap<&str, usize> = HashMap::new();
    for preview in previews {
        if let Outcome::Later(why) = &preview.outcome {
            *later.entry(why).or_default() += 1;
        }
    }
    let mut told: HashSet<&str> = HashSet::new();
    for Preview { object, outcome } in previews {
        let label = object.label();
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Create => screen.text(2, &[(Style::Good, "+ ".to_owned()), plain(label)]),
            Outcome::Later(why) => {
                let same = later.get(why.as_str()).copied().unwrap_or(1);
                if same <= ALIKE {
                    screen.text(4, &[dim("? "), plain(label), dim(format!("  {why}"))]);
                } else if told.insert(why) {
                    let more = format!(" and {} more", same - 1);
                    screen.text(4, &[dim("? "), plain(label), plain(more), dim(format!("  {why}"))]);
                }
            }
            Outcome::Refused(why) => {
                screen.text(4, &[(Style::Bad, "! ".to_owned()), bold(label), plain(format!("  {why}"))])
            }
            Outcome::Change { before, after, .. } => {
                screen.text(2, &[(Style::Warn, "~ ".to_owned()), plain(label)]);
                difference(&mut screen, before, after);
            }
        }
    }
    for Restart { workload, reads } in restarts {
        let why = format!(" (reads {})", reads.join(", "));
        screen.text(2, &[(Style::Warn, "restarts: ".to_owned()), plain(workload.label()), dim(why)]);
    }
    screen.gap();
    screen.text(2, &[bold(summary(previews))]);
    screen.finish()
}

/// What others have made since of an object that the run has applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Since {
    /// It is not there any more, or not as the run needs it: how it is.
    Lost(String),
    /// Fields have other values: which, and whose they are.
    Differs(String),
    /// Nobody could say: why.
    Unseen(String),
}

/// What is not as the run has left it, and how many of `all` objects are.
#[must_use]
pub fn render_since(all: usize, since: &[(ObjectRef, Since)], options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    for (object, since) in since {
        let label = plain(object.label());
        match since {
            Since::Lost(how) => screen.text(
                4,
                &[(Style::Warn, "- ".to_owned()), label, dim(format!("  {how}: it is applied again"))],
            ),
            Since::Differs(what) => screen.text(
                4,
                &[
                    (Style::Warn, "= ".to_owned()),
                    label,
                    dim(format!("  {what} since: it is told, and left so")),
                ],
            ),
            Since::Unseen(why) => {
                screen.text(4, &[(Style::Warn, "? ".to_owned()), label, dim(format!("  {why}"))])
            }
        }
    }
    let are = if since.is_empty() { "as it left them" } else { "as it left them but for these" };
    screen.text(2, &[plain(format!("{} the run has applied already, {are}", count(all, "object")))]);
    screen.finish()
}

fn difference(screen: &mut Screen, before: &Value, after: &Value) {
    let [old, new] = [before, after].map(|value| serde_json::to_string_pretty(value).unwrap_or_default());
    let diff = TextDiff::from_lines(&old, &new);
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            screen.unbroken(4, &[dim("...")]);
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let line = change.value().trim_end_matches('\n');
            match change.tag() {
                ChangeTag::Equal => screen.unbroken(4, &[dim(format!("  {line}"))]),
                ChangeTag::Delete => screen.unbroken(4, &[(Style::Bad, format!("- {line}"))]),
                ChangeTag::Insert => screen.unbroken(4, &[(Style::Good, format!("+ {line}"))]),
            }
        }
    }
}

fn summary(previews: &[Preview]) -> String {
    let number =
        |wanted: fn(&Outcome) -> bool| previews.iter().filter(|preview| wanted(&preview.outcome)).count();
    let parts = [
        (number(|outcome| matches!(outcome, Outcome::Create)), "made"),
        (number(|outcome| matches!(outcome, Outcome::Change { .. })), "changed"),
        (number(|outcome| matches!(outcome, Outcome::Unchanged)), "as they are"),
        (number(|outcome| matches!(outcome, Outcome::Later(_))), "told later"),
        (number(|outcome| matches!(outcome, Outcome::Refused(_))), "refused"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    format!("{}: {}", count(previews.len(), "object"), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::target::kube::ObjectRef;
    use crate::model::target::kube::preview::compare;

    fn preview(kind: &str, name: &str, outcome: Outcome) -> Preview {
        let object = ObjectRef {
            api_version: "v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: name.to_owned(),
        };
        Preview { object, outcome }
    }

    #[test]
    fn only_the_lines_that_differ_are_shown_and_no_secret() {
        let map = |host: &str| json!({ "kind": "ConfigMap", "data": { "a": "1", "b": "2", "c": "3", "host": host } });
        let secret = |value: &str| json!({ "kind": "Secret", "data": { "password": value } });
        let shown = render_previews(
            &[
                preview("ConfigMap", "new", Outcome::Create),
                preview("ConfigMap", "same", Outcome::Unchanged),
                preview("ConfigMap", "settings", compare(map("old"), map("new"))),
                preview("Secret", "db", compare(secret("canary1"), secret("canary2"))),
            ],
            &[Restart {
                workload: preview("Deployment", "cart", Outcome::Unchanged).object,
                reads: vec!["ConfigMap/shop/settings".to_owned(), "Secret/shop/db".to_owned()],
            }],
            Options::default(),
        );
        let expected = "\
+ ConfigMap/shop/new
~ ConfigMap/shop/settings
          \"b\": \"2\",
          \"c\": \"3\",
    -     \"host\": \"old\"
    +     \"host\": \"new\"
        },
        \"kind\": \"ConfigMap\"
~ Secret/shop/db
      {
        \"data\": {
    -     \"password\": \"(secret)\"
    +     \"password\": \"(secret, another one)\"
        },
        \"kind\": \"Secret\"
restarts: Deployment/shop/cart (reads ConfigMap/shop/settings, Secret/shop/db)

4 objects: 1 made, 2 changed, 1 as they are
";
        assert_eq!(shown, expected);
    }
}
