//! A plan as Markdown, for a pull request: the same facts as on a terminal.
//!
//! Every value that the template puts is escaped unless it was made here as Markdown (`code`), so that a name
//! cannot break a table, open a tag, ping a person or link an issue.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, context};

use super::findings::Group;
use super::fix::{self, Part};
use super::summary::{Measure, PhaseRow, Summary, summarize, takes};
use super::text::{clean, count, shorten};
use crate::plan::Plan;
use crate::plan::finding::Severity;

const TEMPLATE: &str = include_str!("../../templates/plan.md");

/// Longest text in a cell: a comment on a pull request holds 65,536 characters.
const CELL: usize = 600;

/// The plan as Markdown.
///
/// # Errors
/// Where the template cannot be filled: a defect of drplan, not of the plan.
pub fn render_markdown(plan: &Plan) -> Result<String, Error> {
    let summary = summarize(plan, false);
    let mut env = Environment::empty();
    env.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    env.set_formatter(|out, _, value| {
        let text = value.to_string();
        let escaped = if value.is_safe() { text } else { escape(&text) };
        out.write_str(&escaped).map_err(Error::from)
    });
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let text = env.render_str(TEMPLATE, facts(plan, &summary))?;
    Ok(text.trim_end().to_owned() + "\n")
}

/// One thing of a plan as a section: what a terminal would show of it.
#[must_use]
pub fn section(title: &str, screen: &str) -> String {
    let mut fence = "```".to_owned();
    while screen.contains(&fence) {
        fence.push('`');
    }
    format!("### {}\n\n{fence}text\n{}\n{fence}\n", escape(title), screen.trim_end())
}

fn facts(plan: &Plan, summary: &Summary<'_>) -> Value {
    let Summary {
        stack,
        primary,
        recovery,
        digest,
        when,
        standing,
        resumes,
        saw,
        recovers,
        loses,
        changes,
        blocked,
        leaves,
        advice,
        phases,
        groups,
    } = summary;
    let changes: Vec<String> =
        changes.iter().map(|change| format!("{} {}", change.count, change.words)).collect();
    let of = |severity: Severity| -> Vec<Value> {
        groups.iter().filter(|group| group.severity == severity).map(group_of).collect()
    };
    context! {
        stack => code(stack),
        primary => code(primary),
        recovery => code(recovery),
        digest => code(digest),
        when => when,
        sentence => standing.sentence(),
        counts => standing.counts(),
        resumes => resumes.clone(),
        saw => saw.iter().map(|line| fix_cell(line)).collect::<Vec<Value>>(),
        recovers => measures(recovers),
        loses => measures(loses),
        changes => changes.join(", "),
        blocked => blocked.clone(),
        leaves => leaves.join("; "),
        advice => advice.clone(),
        steps => count(plan.steps.len(), "step"),
        takes => takes(&plan.forecast.rto),
        phases => phases.iter().map(phase).collect::<Vec<Value>>(),
        errors => context! { counts => count(standing.errors, "error"), groups => of(Severity::Error) },
        warnings => context! { counts => count(standing.warnings, "warning"), groups => of(Severity::Warning) },
        notes => context! { counts => count(standing.notes, "note"), groups => of(Severity::Note) },
    }
}

fn measures(measures: &[Measure]) -> Vec<Value> {
    measures
        .iter()
        .map(|Measure { figure, objective, verdict, comment }| {
            context! {
                figure => figure,
                objective => objective.strip_prefix("objective ").unwrap_or(objective),
                verdict => verdict.as_str(),
                comment => comment,
            }
        })
        .collect()
}

fn phase(row: &PhaseRow) -> Value {
    let PhaseRow { phase, steps, from, critical, what } = row;
    context! { phase => *phase, steps, from, critical, what }
}

fn group_of(group: &Group<'_>) -> Value {
    let (shown, more) = group.shown(false);
    let findings: Vec<Value> = shown
        .iter()
        .map(|finding| {
            let place = finding.at.as_ref().map_or_else(|| finding.subject.clone(), ToString::to_string);
            // Said once, as on a terminal.
            let is_told = finding.at.is_none() || finding.message.contains(&finding.subject);
            let subject = Some(finding.subject.as_str()).filter(|subject| !is_told && !subject.is_empty());
            context! {
                place => code(&shorten(&place, CELL)),
                subject => subject.map(|subject| code(&shorten(subject, CELL))),
                message => shorten(&finding.message, CELL),
                fix => fix_cell(&finding.fix),
            }
        })
        .collect();
    context! { code => code(group.code), findings, more }
}

/// A fix with what can be pasted as code.
fn fix_cell(fix: &str) -> Value {
    // Nothing that is pasted is cut short.
    let parts = fix::parts(fix, "drplan show PLAN");
    let text = parts.iter().map(|part| match part {
        Part::Words(words) => escape(&shorten(words, CELL)),
        Part::Paste(inside) => code(inside).to_string(),
    });
    Value::from_safe_string(text.collect())
}

/// A code span that ends where it is meant to. Where the text has a back-tick or a bar, a tag and entities.
fn code(text: &str) -> Value {
    let text = clean(text);
    let span = if text.trim().is_empty() {
        String::new()
    } else if text.contains(['`', '|']) {
        format!("<code>{}</code>", escape(&text))
    } else {
        format!("`{text}`")
    };
    Value::from_safe_string(span)
}

/// Text that is text in every renderer of Markdown: in a cell, in a paragraph, in a summary.
pub(super) fn escape(text: &str) -> String {
    let text = clean(text);
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '`' | '*' | '[' | ']' | '\\' | '$' | '~' | '^' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            // Inside a word it is only an underscore, and addresses are full of them.
            '_' if !(before.is_alphanumeric() && after.is_alphanumeric()) => out.push_str("&#95;"),
            // GitHub pings and links after the Markdown is read: an entity would not stop it.
            '@' | '#' => {
                out.push(c);
                out.push_str("<!-- -->");
            }
            ':' if after == '/' => out.push_str("&#58;"),
            // A paragraph that begins with one of these would be a list, a heading or a quotation.
            '-' | '+' | '=' if out.is_empty() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_only_text() {
        let cases = [
            ("a|b", "a&#124;b"),
            ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
            ("line\nbreak", "line&#92;nbreak"),
            ("aws_db_instance.main _x_", "aws_db_instance.main &#95;x&#95;"),
            ("@team fixes #12", "@<!-- -->team fixes #<!-- -->12"),
            ("![x](https://a.b)", "!&#91;x&#93;(https&#58;//a.b)"),
            ("- item", "&#45; item"),
            ("${VAR} & `x`", "&#36;{VAR} &amp; &#96;x&#96;"),
        ];
        for (raw, shown) in cases {
            assert_eq!(escape(raw), shown);
        }
    }

    #[test]
    fn a_code_span_ends_where_it_is_meant_to() {
        assert_eq!(code("a.b[\"c\"]").to_string(), "`a.b[\"c\"]`");
        assert_eq!(code("a`|<b>").to_string(), "<code>a&#96;&#124;&lt;b&gt;</code>");
        assert_eq!(code("a\nb").to_string(), "`a\\nb`");
        assert_eq!(code(" ").to_string(), "");
    }
}
