//! What is told of values in manifests, and in text, that nobody can place.

use super::super::super::findings::Findings;
use super::super::tokens::Token;
use crate::model::diagnostic::Place;
use crate::model::paste;

/// A value that no counterpart is known for.
pub(super) fn report(
    findings: &mut Findings,
    token: &Token<'_>,
    (file, line): (&str, u32),
    pointer: &str,
    literal: Option<&str>,
    lost: Option<&str>,
) {
    let key = pointer.rsplit('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~");
    findings.add(
        "literal-unplaced",
        token.text.to_string(),
        format!(
            "{} \"{}\" of the primary stands in {key}, and the plan cannot place it",
            token.kind.as_str(),
            token.text
        ),
        match (lost, literal) {
            // Written down now, a rewrite would hold when its owner is back, too.
            (Some(owner), _) => format!(
                "bring {owner} back, and the plan places it; why it does not come back: `drplan show PLAN --resource {}`",
                paste::shell(owner)
            ),
            (None, Some(literal)) => format!(
                "name what it becomes, or write `keep = true` there if it stays: {}",
                paste::block("rewrite", literal, "to = \"...\"")
            ),
            (None, None) => "name what the whole word that holds it becomes, by a rewrite in drplan.hcl; the word may be a \
                     secret and is not shown here"
                .to_owned(),
        },
        Some(Place::new(file, line)),
    );
}

/// The plan changes objects and secrets, and no other text: it can only be told to leave it.
pub(super) fn report_in_text(
    findings: &mut Findings,
    token: &Token<'_>,
    (file, line): (&str, u32),
    literal: Option<&str>,
) {
    findings.add(
        "literal-unplaced",
        token.text.to_string(),
        format!(
            "{} \"{}\" of the primary stands in text that is no object: the plan does not apply it and does not change it",
            token.kind.as_str(),
            token.text
        ),
        match literal {
            Some(literal) => format!(
                "where the recovery reads it, change the file; where it does not: {}",
                paste::block("rewrite", literal, "keep = true")
            ),
            None => "where the recovery reads it, change the file; where it does not, leave it out with --exclude".to_owned(),
        },
        Some(Place::new(file, line)),
    );
}

/// A load balancer cannot use a certificate of another region.
pub(super) fn report_certificate(findings: &mut Findings, text: &str, recovery: &str, file: &str, line: u32) {
    let arn = text.split([',', ' ', '"']).find(|part| part.contains(":acm:")).unwrap_or(text);
    findings.add(
        "certificate-no-counterpart",
        arn,
        format!("certificate {arn} is not of {recovery}, and no resource of the state tells its names"),
        format!(
            "name the one that {recovery} has for the same names: {}",
            paste::block("counterpart", arn, "to = \"...\"")
        ),
        Some(Place::new(file, line)),
    );
}
