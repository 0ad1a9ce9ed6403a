//! Addresses as `terraform state list` prints them.

/// The index of an instance as it stands in its address: `[0]`, `["key"]`, or nothing.
/// `None` where the key is neither.
pub(super) fn index(key: &serde_json::Value) -> Option<String> {
    match key {
        serde_json::Value::Null => Some(String::new()),
        // Numbers arrive as floats from some writers: `0.0` is `[0]`.
        serde_json::Value::Number(number) => {
            let whole = number.as_i64().or_else(|| {
                let float = number.as_f64()?;
                #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
                (float.fract() == 0.0 && float.abs() < 1e15).then_some(float as i64)
            })?;
            Some(format!("[{whole}]"))
        }
        serde_json::Value::String(text) => Some(format!("[{}]", quoted(text))),
        _ => None,
    }
}

/// A string of HCL, of which nothing is evaluated: backslash, quote, newlines and template openers are escaped.
/// Terraform quotes keys so. <https://opentofu.org/docs/language/expressions/strings/>
pub(in crate::sources) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `module.a["k"].module.b[0]` as `module.a.module.b`: the form that `dependencies` use.
pub(in crate::sources) fn without_indexes(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let (mut depth, mut quoted, mut escaped) = (0_u32, false, false);
    for c in path.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

/// Source address and alias of `provider["registry.terraform.io/hashicorp/aws"].alias`,
/// `module.x.provider[...]` and the legacy `provider.aws.alias`.
pub(super) fn provider(text: &str) -> (String, Option<String>) {
    if let Some((_, rest)) = text.split_once("provider[\"") {
        let (source, rest) = rest.split_once("\"]").unwrap_or((rest, ""));
        let alias = rest.strip_prefix('.').map(|alias| alias.split('[').next().unwrap_or(alias).to_owned());
        return (source.to_owned(), alias);
    }
    let legacy = text.rsplit_once("provider.").map_or(text, |(_, rest)| rest);
    match legacy.split_once('.') {
        Some((name, alias)) => (name.to_owned(), Some(alias.to_owned())),
        None => (legacy.to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_string_is_evaluated() {
        assert_eq!(quoted("a\"b\\c\n${d} %{e} $f"), "\"a\\\"b\\\\c\\n$${d} %%{e} $f\"");
    }
}
