//! The command that was typed, for advice that can be pasted.

use crate::model::paste::shell;

/// Without these, and the value of those that have one: they ask for another thing.
const ASKS: [(&str, bool); 2] = [("--take-over", true), ("--again", false)];

/// The same command.
pub(super) fn same() -> String {
    let words: Vec<String> = words().iter().map(|word| shell(word)).collect();
    format!("drplan {}", words.join(" "))
}

/// The same command, with the same flags, asking to take a run over.
pub(super) fn taking_over(run: &str) -> String {
    format!("{} --take-over {}", without(&words(), &ASKS), shell(run))
}

/// The same command, asking to take no run over.
pub(super) fn not_taking_over() -> String {
    without(&words(), &ASKS)
}

/// The same command for another plan: where a digest was given, with that one's.
pub(super) fn of_plan(had: &str, plan: &str, digest: &str) -> String {
    replaced(&words(), had, plan, digest)
}

fn replaced(words: &[String], had: &str, plan: &str, digest: &str) -> String {
    const DIGEST: &str = "--digest";
    let named: Vec<String> =
        words.iter().map(|word| if word == had { plan.to_owned() } else { word.clone() }).collect();
    let command = without(&named, &[(DIGEST, true)]);
    let is_given = words.iter().any(|word| word == DIGEST || word.starts_with("--digest="));
    if is_given { format!("{command} {DIGEST} {digest}") } else { command }
}

fn words() -> Vec<String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

fn without(words: &[String], asks: &[(&str, bool)]) -> String {
    let mut kept = "drplan".to_owned();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (flag, value) =
            word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        match asks.iter().find(|(asks, _)| *asks == flag) {
            Some((_, true)) if value.is_none() => drop(words.next()),
            Some(_) => {}
            None => {
                kept.push(' ');
                kept.push_str(&shell(word));
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_is_left_out_and_all_else_is_kept() {
        let words = |text: &[&str]| text.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let typed = words(&["apply", "my plan.json", "--take-over", "A", "--context", "it", "--again"]);
        assert_eq!(without(&typed, &ASKS), "drplan apply 'my plan.json' --context it");
        let typed = words(&["apply", "p.json", "--take-over=A", "--config=a b/drplan.hcl"]);
        assert_eq!(without(&typed, &ASKS), "drplan apply p.json '--config=a b/drplan.hcl'");
        let typed = words(&["apply", "p.json", "--digest", "sha256:1", "--context", "it"]);
        assert_eq!(
            replaced(&typed, "p.json", "new plan.json", "sha256:2"),
            "drplan apply 'new plan.json' --context it --digest sha256:2"
        );
    }
}
