//! Options of a line of allowed signers, and their times.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Names of the options that are known.
const KNOWN: &str = "namespaces=\"...\", valid-after=\"...\" and valid-before=\"...\"";

/// What a line says of its key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SignerOptions {
    /// Pattern list of namespaces; all where `None`.
    pub namespaces: Option<String>,
    pub valid_after: Option<Timestamp>,
    pub valid_before: Option<Timestamp>,
    /// Whether a time is written without a zone.
    pub zoneless: bool,
}

/// Splits `OPTIONS REST` at the first blank outside of quotation marks.
///
/// # Errors
/// A quotation mark that is not closed.
pub(super) fn split_options(text: &str) -> Result<(&str, &str), String> {
    let mut quoted = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
            }
            '"' => quoted = !quoted,
            ' ' | '\t' if !quoted => {
                let (options, rest) = text.split_at(at);
                return Ok((options, rest.trim_start()));
            }
            _ => {}
        }
    }
    if quoted { Err("a quotation mark is not closed".to_owned()) } else { Ok((text, "")) }
}

/// Reads a list of options.
///
/// # Errors
/// What is wrong with the first that is wrong, in one sentence.
pub(super) fn read_options(text: &str) -> Result<SignerOptions, String> {
    let mut options = SignerOptions::default();
    let mut rest = text;
    loop {
        let end = rest.find(['=', ',']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let after = match after.strip_prefix('=') {
            Some(after) => {
                let (value, after) = read_quoted(name, after)?;
                options.take(name, value)?;
                after
            }
            None if name.eq_ignore_ascii_case("cert-authority") => {
                return Err("cert-authority is not supported: drplan takes plain keys, one line for each \
                     person, and no certificates"
                    .to_owned());
            }
            None if is_known(name) => {
                return Err(format!("the option {name} has no value: write {name}=\"...\""));
            }
            None => return Err(unknown(name)),
        };
        rest = match after.strip_prefix(',') {
            Some("") => return Err("the options end in a comma".to_owned()),
            Some(more) => more,
            None if after.is_empty() => break,
            None => return Err("an option goes on after its closing quotation mark".to_owned()),
        };
    }
    if let (Some(after), Some(before)) = (options.valid_after, options.valid_before)
        && before <= after
    {
        return Err("valid-before is not after valid-after: the key would never be valid".to_owned());
    }
    Ok(options)
}

fn is_known(name: &str) -> bool {
    ["namespaces", "valid-after", "valid-before"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn unknown(name: &str) -> String {
    // What looks like an option may be half of a key that lost its kind.
    let shown: String = name.chars().take(40).collect();
    format!("the option {shown:?} is not known; there are {KNOWN}")
}

/// `"VALUE"` and what follows it.
fn read_quoted<'t>(name: &str, text: &'t str) -> Result<(String, &'t str), String> {
    let Some(inside) = text.strip_prefix('"') else {
        return if is_known(name) {
            Err(format!("the value of {name} does not stand in quotation marks: write {name}=\"...\""))
        } else {
            Err(unknown(name))
        };
    };
    let mut value = String::new();
    let mut chars = inside.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|(_, next)| *next == '"') => {
                value.push('"');
                chars.next();
            }
            '"' => return Ok((value, inside.get(at + 1..).unwrap_or_default())),
            c => value.push(c),
        }
    }
    Err(format!("the value of {name} is not closed by a quotation mark"))
}

impl SignerOptions {
    fn take(&mut self, name: &str, value: String) -> Result<(), String> {
        let twice = |given: bool| if given { Err(format!("{name} is given twice")) } else { Ok(()) };
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => {
                twice(self.namespaces.is_some())?;
                self.namespaces = Some(value);
            }
            "valid-after" => {
                twice(self.valid_after.is_some())?;
                self.valid_after = Some(self.time(name, &value)?);
            }
            "valid-before" => {
                twice(self.valid_before.is_some())?;
                self.valid_before = Some(self.time(name, &value)?);
            }
            "cert-authority" => return Err("cert-authority takes no value, and is not supported".to_owned()),
            _ => return Err(unknown(name)),
        }
        Ok(())
    }

    fn time(&mut self, name: &str, text: &str) -> Result<Timestamp, String> {
        let (time, zoned) = read_time(text)
            .ok_or_else(|| format!("{name} is no time: write it as 20261231Z or 20261231235959Z"))?;
        self.zoneless = self.zoneless || !zoned;
        Ok(time)
    }
}

/// `YYYYMMDD[HHMM[SS]]` with `Z` or `UTC` behind it, or without; then it is taken as UTC, too: who may sign must not
/// depend on the zone of the machine that looks. Also says whether the zone was there.
fn read_time(text: &str) -> Option<(Timestamp, bool)> {
    let upper = text.to_ascii_uppercase();
    let digits = upper.strip_suffix("UTC").or_else(|| upper.strip_suffix('Z'));
    let zoned = digits.is_some();
    let digits = digits.unwrap_or(&upper);
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| match digits.get(from..to) {
        Some(part) => part.parse::<i16>().ok(),
        None => Some(0),
    };
    let small = |from: usize| number(from, from + 2).and_then(|value| i8::try_from(value).ok());
    let (year, month, day) = (number(0, 4)?, small(4)?, small(6)?);
    let time = DateTime::new(year, month, day, small(8)?, small(10)?, small(12)?, 0).ok()?;
    let time = time.to_zoned(TimeZone::UTC).ok()?.timestamp();
    // What OpenSSH takes as "not given" or refuses.
    (time > Timestamp::UNIX_EPOCH).then_some((time, zoned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Option<String> {
        read_time(text).map(|(time, zoned)| format!("{time} {zoned}"))
    }

    #[test]
    fn times_in_every_form() {
        for (text, wanted) in [
            ("20261122", Some("2026-11-22T00:00:00Z false")),
            ("20261122Z", Some("2026-11-22T00:00:00Z true")),
            ("202611221230", Some("2026-11-22T12:30:00Z false")),
            ("202611221230z", Some("2026-11-22T12:30:00Z true")),
            ("20261122123045UTC", Some("2026-11-22T12:30:45Z true")),
            ("20261122123045Z", Some("2026-11-22T12:30:45Z true")),
            ("20260231", None),
            ("2026112", None),
            ("2026112212", None),
            ("20261122246000Z", None),
            ("2026-11-22", None),
            ("+0261122", None),
            ("", None),
            ("Z", None),
            ("19700101Z", None),
            ("２０２６１１２２", None),
        ] {
            assert_eq!(time(text).as_deref(), wanted, "{text}");
        }
    }

    #[test]
    fn options_are_split_off_outside_of_quotation_marks() {
        assert_eq!(
            split_options("namespaces=\"a b\",valid-after=\"20260101Z\" ssh-ed25519 AAAA").unwrap(),
            ("namespaces=\"a b\",valid-after=\"20260101Z\"", "ssh-ed25519 AAAA")
        );
        assert!(split_options("namespaces=\"a ssh-ed25519 AAAA").is_err());
        assert_eq!(read_options("NameSpaces=\"a\\\"b\"").unwrap().namespaces.as_deref(), Some("a\"b"));
    }

    #[test]
    fn each_wrong_option_is_told() {
        for (text, wanted) in [
            ("cert-authority", "cert-authority is not supported"),
            ("Cert-Authority,namespaces=\"x\"", "cert-authority is not supported"),
            ("namespaces=drplan", "the value of namespaces does not stand in quotation marks"),
            ("namespaces", "the option namespaces has no value"),
            ("namespaces=\"a\",namespaces=\"b\"", "namespaces is given twice"),
            ("namespaces=\"a\",", "the options end in a comma"),
            ("namespaces=\"a\"b", "an option goes on after"),
            ("namespaces=\"a", "is not closed"),
            ("valid-after=\"tomorrow\"", "valid-after is no time"),
            ("valid-after=\"20270101Z\",valid-before=\"20260101Z\"", "the key would never be valid"),
            ("no-pty", "the option \"no-pty\" is not known"),
            ("command=\"x\"", "the option \"command\" is not known"),
            ("", "the option \"\" is not known"),
        ] {
            let said = read_options(text).unwrap_err();
            assert!(said.contains(wanted), "{text}: {said}");
        }
    }
}
