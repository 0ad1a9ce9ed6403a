//! What to do, as a reader copies it: what stands between back-ticks is never broken over lines.

use super::screen::{MARGIN, Screen, bold, plain};
use super::text::width;

/// Columns that a command may have to stay in its sentence; longer ones have a line of their own.
const INLINE: usize = 20;

/// A part of a fix.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Words(String),
    /// To be pasted as it is.
    Paste(String),
}

/// The fix in parts. `command` shows the plan that it is about: `drplan show my.json`.
pub(super) fn parts(fix: &str, command: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = fix;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, after)) = after.split_once('`') else { break };
        let inside = match inside.strip_prefix("drplan show PLAN") {
            Some(more) => format!("{command}{more}"),
            None => inside.to_owned(),
        };
        parts.extend((!before.is_empty()).then(|| Part::Words(before.to_owned())));
        parts.push(Part::Paste(inside));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then(|| Part::Words(rest.to_owned())));
    parts
}

/// Puts a fix under what it is for.
pub(super) fn put(screen: &mut Screen, fix: &str, command: &str) {
    put_at(screen, 7, "  fix: ", fix, command);
}

/// Puts what can be done into a row with a label in the left margin.
pub(super) fn row(screen: &mut Screen, label: &str, text: &str) {
    put_at(screen, MARGIN, &format!("  {label:<10}"), text, "drplan show PLAN");
}

fn put_at(screen: &mut Screen, hang: usize, label: &str, fix: &str, command: &str) {
    let mut words = String::new();
    let mut first = true;
    let mut line = |screen: &mut Screen, words: &mut String| {
        let text = std::mem::take(words);
        let text = text.trim_start_matches([';', ',', '.']).trim();
        if first {
            screen.text(hang, &[bold(label), plain(text)]);
        } else if !text.is_empty() {
            screen.text(hang, &[plain(" ".repeat(hang)), plain(text)]);
        }
        first = false;
    };
    for part in parts(fix, command) {
        match part {
            Part::Words(more) => words.push_str(&more),
            Part::Paste(inside) if width(&inside) <= INLINE => words.push_str(&format!("`{inside}`")),
            Part::Paste(inside) => {
                line(screen, &mut words);
                screen.unbroken(hang, &[plain(inside)]);
            }
        }
    }
    if !words.is_empty() {
        line(screen, &mut words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Options;

    fn shown(fix: &str) -> String {
        let mut screen = Screen::new(Options { width: 60, ..Options::default() });
        put(&mut screen, fix, "drplan show my.json");
        screen.finish()
    }

    #[test]
    fn a_command_is_never_broken() {
        let fix = "ask for more: `aws service-quotas request-service-quota-increase --service-code ec2 --desired-value 7`; \
                   or `drplan show PLAN --values`, and use less";
        assert_eq!(
            shown(fix),
            "  fix: ask for more:\n       aws service-quotas request-service-quota-increase --service-code ec2 --desired-value 7\n       \
             or\n       drplan show my.json --values\n       and use less\n"
        );
        assert_eq!(shown("pull it (`tofu state pull`)"), "  fix: pull it (`tofu state pull`)\n");
        assert_eq!(shown("one ` alone"), "  fix: one ` alone\n");
    }
}
