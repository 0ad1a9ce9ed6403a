//! What a reader can paste as it is. In a fix it stands between back-ticks, and no renderer breaks it over lines.

/// A text in quotation marks, as HCL takes it (github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md, Template
/// Expressions); without a back-tick, which would end what can be pasted.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '`' => out.push_str("\\u0060"),
            '$' | '%' if chars.peek() == Some(&'{') => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A block of drplan.hcl on one line, with its one attribute: `` `rewrite "TEXT" { keep = true }` ``.
#[must_use]
pub fn block(name: &str, label: &str, attribute: &str) -> String {
    format!("`{name} {} {{ {attribute} }}`", quoted(label))
}

/// A word as a shell takes it.
#[must_use]
pub fn shell(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_one_that_hcl_takes() {
        let label = "module.ecr.aws_ecr_repository.service[\"cart\"] ${x} `y`";
        assert_eq!(
            block("accept_loss", label, "reason = \"...\""),
            "`accept_loss \"module.ecr.aws_ecr_repository.service[\\\"cart\\\"] $${x} \\u0060y\\u0060\" \
             { reason = \"...\" }`"
        );
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(shell("plan.json"), "plan.json");
        assert_eq!(shell("my plan's.json"), "'my plan'\\''s.json'");
    }
}
