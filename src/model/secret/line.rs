//! Lines of text that have a secret in them.

use super::looks_secret;

/// Whether a line gives a value to a secret-like name, or has a user in a URL.
#[must_use]
pub fn tells(line: &str) -> bool {
    let user = line.split_once("://").is_some_and(|(_, rest)| {
        rest.split(['/', '?', '#', ' ', '"', '\'']).next().is_some_and(|authority| authority.contains('@'))
    });
    user || line.match_indices(BY).any(|(end, by)| gives_at(line, end, by))
}

/// What stands between a name and its value.
pub(super) const BY: [char; 4] = ['=', ':', ' ', '>'];

/// Words of configuration files that a password follows after a blank.
const DIRECTIVES: [&str; 2] = ["requirepass", "masterauth"];

/// Whether what ends here is a secret-like name that is given a value.
pub(super) fn gives_at(line: &str, end: usize, by: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let before = line[..end].trim_end_matches(['"', '\'', ' ']);
    let name = before.rsplit(|c: char| !in_name(c)).next().unwrap_or_default();
    // A flag of a command, else only what is assigned.
    let is_flag = name.starts_with('-');
    // An element of XML, where something is in it.
    let opens = before.strip_suffix(name).is_some_and(|before| before.ends_with('<'));
    if by == ">" && (!opens || line[end + by.len()..].trim_start().starts_with('<')) {
        return false;
    }
    if by == " " && DIRECTIVES.contains(&before) {
        return true;
    }
    (by != " " || is_flag) && (looks_secret(name) || name.to_ascii_lowercase().ends_with("signature"))
}

/// A line without the values that it gives to secret-like names; nothing of it where a secret is told otherwise.
#[must_use]
pub fn masked(line: &str) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for (end, by) in line.match_indices(BY) {
        if end < from || !gives_at(line, end, by) {
            continue;
        }
        let after = &line[end + by.len()..];
        let start = line.len() - after.trim_start_matches([' ', '"', '\'', '=']).len();
        let value = &line[start..];
        let length = value.find([' ', '"', '\'', ',', ';', '&', '<']).unwrap_or(value.len());
        if length > 0 {
            out += &line[from..start];
            out += super::MASK;
            from = start + length;
        }
    }
    out += &line[from..];
    let by_user = out.contains("://") && out.contains('@') && tells(&out.replace(super::MASK, ""));
    if by_user || super::marker(&out).is_some() { super::MASK.to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::{masked, tells};

    #[test]
    fn only_the_values_are_masked() {
        for (line, shown) in [
            ("pull failed password: CANARY-1, again", "pull failed password: (secret), again"),
            ("token=CANARY password: CANARY-PW end", "token=(secret) password: (secret) end"),
            ("https://h.example.com/a?token=CANARY&b=c", "https://h.example.com/a?token=(secret)&b=c"),
            ("pull https://me:CANARY@h.example.com/a", "(secret)"),
            ("secret \"db\" not found in shop", "secret \"db\" not found in shop"),
            ("back-off 5m0s restarting", "back-off 5m0s restarting"),
        ] {
            assert_eq!(masked(line), shown);
        }
    }

    #[test]
    fn a_line_that_gives_a_secret_is_no_part_of_it() {
        for line in [
            "--password=hunter2",
            "run --password hunter2",
            "\"clientSecret\": \"hunter2\"",
            "spring.datasource.password=hunter2",
            "aws.secretKey = hunter2",
            "https://h.example.com/a?password=hunter2&b=c",
            "https://h.example.com/a?token=hunter2",
            "https://s3/a?X-Amz-Signature=hunter2",
            "https://hunter2@sentry.example.com/1",
            "db_password: hunter2",
            "  <password>hunter2</password>",
            "requirepass hunter2",
        ] {
            assert!(tells(line), "{line}");
        }
        for line in [
            "LOG_LEVEL=info",
            "<passwordPolicy><minimum>8</minimum></passwordPolicy>",
            "a > b",
            "--v=2",
            "http://host:80/path",
            "a password of the primary",
            "region: us-east-2",
        ] {
            assert!(!tells(line), "{line}");
        }
    }
}
