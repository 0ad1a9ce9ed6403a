//! A text without the secrets in it, and with all that stands around them: what people approve is more than its secrets.

use super::line::gives_at;
use super::{MASK, marker};

/// A text of any lines without the values of secrets: of each that is given to a secret-like name, up to where it ends; of
/// passwords in URLs; of words that have a secret's form; of keys, from BEGIN to END. What a shell would run or look up
/// (`$(...)`, backticks, `$NAME`) is no secret, and stays.
#[must_use]
pub fn around_secrets(text: &str) -> String {
    let mut within_key = false;
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| {
            let begins = line.contains("-----BEGIN ");
            let is_key = within_key || begins;
            within_key = (within_key || begins) && !line.contains("-----END ");
            if is_key { MASK.to_owned() } else { of_line(line) }
        })
        .collect();
    lines.join("\n")
}

fn of_line(line: &str) -> String {
    let (mut out, mut from) = (String::new(), 0);
    for (end, by) in line.match_indices(super::line::BY) {
        if end < from || !gives_at(line, end, by) {
            continue;
        }
        let after = &line[end + by.len()..];
        let start = line.len() - after.trim_start_matches([' ', '=']).len();
        let (start, length) = value(line, start, by);
        if length > 0 && !is_run(&line[start..start + length]) {
            out += &line[from..start];
            out += MASK;
            from = start + length;
        }
    }
    out += &line[from..];
    // Blanks stay as they are: some count.
    let words: Vec<String> = out.split(' ').map(of_word).collect();
    words.join(" ")
}

/// Where a value begins and how long it is.
fn value(line: &str, start: usize, by: &str) -> (usize, usize) {
    let rest = &line[start..];
    if let Some(quote) = rest.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let inside = &rest[1..];
        return (start + 1, inside.find(quote).unwrap_or(inside.len()));
    }
    let length = match by {
        // As YAML and headers have it, to the end of the line; but not over another command.
        ":" => rest.find([';', '|', '&']).unwrap_or(rest.len()),
        ">" => rest.find('<').unwrap_or(rest.len()),
        _ => rest.find([' ', '\t', '"', '\'', ';', '&', '|', '<', '>', ',', ')']).unwrap_or(rest.len()),
    };
    (start, length)
}

/// What a shell would run or look up.
fn is_run(value: &str) -> bool {
    value.starts_with('$') || value.contains("$(") || value.contains('`')
}

fn of_word(word: &str) -> String {
    let authority = |rest: &str| rest.find(['/', '?', '#', '"', '\'']).unwrap_or(rest.len());
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some(at) = rest[..authority(rest)].rfind('@')
        && !is_run(&rest[..at])
    {
        return format!("{scheme}://{MASK}{}", of_form(&rest[at..]));
    }
    of_form(word)
}

fn of_form(word: &str) -> String {
    if marker(word).is_some() { MASK.to_owned() } else { word.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::around_secrets;

    #[test]
    fn what_stands_around_a_secret_stays_and_no_secret_does() {
        for (text, stays) in [
            (
                "curl x|sh; migrate --password=CANARY && exec app",
                "curl x|sh; migrate --password=(secret) && exec app",
            ),
            ("migrate --password=$DB_PW && exec app", "migrate --password=$DB_PW && exec app"),
            ("export PASSWORD=$(curl x|sh)", "export PASSWORD=$(curl x|sh)"),
            ("postgres://u:CANARY@db.example.com/x?y=z", "postgres://(secret)@db.example.com/x?y=z"),
            ("a: 1\ndb_password: CANARY two words\nb: 2", "a: 1\ndb_password: (secret)\nb: 2"),
            ("{\"clientSecret\": \"CANARY x\", \"a\": 1}", "{\"clientSecret\": \"(secret)\", \"a\": 1}"),
            ("<password>CANARY</password> <a/>", "<password>(secret)</password> <a/>"),
            (
                "x\n-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\ny",
                "x\n(secret)\n(secret)\n(secret)\ny",
            ),
            ("export PASSWORD=CANARY; ./run", "export PASSWORD=(secret); ./run"),
            ("requirepass CANARY", "requirepass (secret)"),
            ("run --password CANARY -v", "run --password (secret) -v"),
            ("echo token: CANARY; curl x | sh", "echo token: (secret); curl x | sh"),
            ("plain: text", "plain: text"),
        ] {
            assert_eq!(around_secrets(text), stays);
        }
    }
}
