//! Lines of text that have a secret in them.

use super::looks_secret;

/// Whether a line gives a value to a secret-like name, or has a user in a URL.
#[must_use]
pub fn tells(line: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let user = line.split_once("://").is_some_and(|(_, rest)| {
        rest.split(['/', '?', '#', ' ', '"', '\'']).next().is_some_and(|authority| authority.contains('@'))
    });
    user || line.match_indices(['=', ':', ' ']).any(|(end, by)| {
        let before = line[..end].trim_end_matches(['"', '\'', ' ']);
        let name = before.rsplit(|c: char| !in_name(c)).next().unwrap_or_default();
        // A flag of a command, else only what is assigned.
        let is_flag = name.starts_with('-');
        (by != " " || is_flag) && (looks_secret(name) || name.to_ascii_lowercase().ends_with("signature"))
    })
}

#[cfg(test)]
mod tests {
    use super::tells;

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
        ] {
            assert!(tells(line), "{line}");
        }
        for line in [
            "LOG_LEVEL=info",
            "--v=2",
            "http://host:80/path",
            "a password of the primary",
            "region: us-east-2",
        ] {
            assert!(!tells(line), "{line}");
        }
    }
}
