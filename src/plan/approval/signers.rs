//! The file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS).

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::NAMESPACE;
use super::keys::{BadKey, Key, PUBLIC_KEY_EXAMPLE};
use super::options::{SignerOptions, read_options, split_options};
use super::patterns::{is_wild, list_matches};
use super::why::Why;
use crate::model::diagnostic::{BadInput, Place, Problem};

/// Patterns with `*` or `?` that a file may have: each is held against every other name.
const MOST_PATTERNS: usize = 50;
/// Characters of a principal.
const LONGEST_NAME: usize = 256;
/// Bytes of a file; two thousand keys stay below it.
const LARGEST: usize = 512 << 10;
/// Problems that are told at once; a file of another kind has one on every line.
const MOST_PROBLEMS: usize = 20;

/// A file of allowed signers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signers {
    /// Its path as people know it.
    pub shown: String,
    /// One for each line.
    pub entries: Vec<Signer>,
    /// What is worth knowing and refuses nothing.
    pub notes: Vec<Problem>,
}

/// A line: who may sign with which key, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signer {
    /// Names, or patterns of names.
    pub names: Vec<String>,
    /// Names that are excepted from the patterns.
    pub(super) denied: Vec<String>,
    /// The key.
    pub key: Key,
    pub(super) options: SignerOptions,
    /// The line.
    pub place: Place,
}

impl Signer {
    /// The name that people call them by: the first.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// Whether the key may be used for approvals at all.
    pub(super) fn is_for_approvals(&self) -> bool {
        self.options.namespaces.as_ref().is_none_or(|list| list_matches(list, NAMESPACE))
    }

    /// Whether a signature by the key counts at a time; both ends of its validity are in it.
    pub(super) fn check(&self, now: Timestamp) -> Result<(), Why> {
        if !self.is_for_approvals() {
            return Err(Why::OtherUse { place: self.place.clone() });
        }
        if let Some(from) = self.options.valid_after.filter(|from| now < *from) {
            return Err(Why::NotYetValid { from, place: self.place.clone() });
        }
        if let Some(until) = self.options.valid_before.filter(|until| now > *until) {
            return Err(Why::NoLongerValid { until, place: self.place.clone() });
        }
        Ok(())
    }
}

impl Signers {
    /// Whom the file names, each with the fingerprint of a key that may be used for approvals: `NAMES SHA256:...`, in
    /// order. When each is valid is left out.
    #[must_use]
    pub fn approvers(&self) -> Vec<String> {
        let used = self.entries.iter().filter(|signer| signer.is_for_approvals());
        let lines = used.map(|signer| {
            let denied = signer.denied.iter().map(|name| format!("!{name}"));
            let names: Vec<String> = signer.names.iter().cloned().chain(denied).collect();
            format!("{} {}", names.join(","), signer.key.fingerprint())
        });
        lines.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Reads a file of allowed signers. `shown` is its path as people know it.
///
/// # Errors
/// Every line that is none, up to twenty: one that is passed over could be the one that takes a right away.
pub fn read_signers(text: &str, shown: &str) -> Result<Signers, BadInput> {
    let mut signers = Signers { shown: shown.to_owned(), ..Signers::default() };
    let mut problems = Vec::new();
    if text.len() > LARGEST {
        let message = format!("{shown} is larger than {} KiB: it is no list of people", LARGEST >> 10);
        return Err(Problem::at(Place::file(shown), message, "name a file of allowed signers").into());
    }
    let mut patterns = 0;
    for (line, at) in text.lines().zip(1..) {
        let line = line.trim_matches([' ', '\t', '\r', '\n']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let place = Place::new(shown, at);
        match read_line(line, place.clone()) {
            Ok(Line::Unfit(note)) => signers.notes.push(Problem::at(place, note, fix_of_unfit())),
            Ok(Line::Signer(signer)) => {
                patterns += signer.names.iter().chain(&signer.denied).filter(|name| is_wild(name)).count();
                signers.notes.extend(signer.options.zoneless.then(|| zoneless(place)));
                signers.entries.push(*signer);
            }
            Err((message, fix)) => problems.push(Problem::at(place, message, fix)),
        }
        if problems.len() == MOST_PROBLEMS {
            break;
        }
    }
    if patterns > MOST_PATTERNS {
        problems.push(Problem::at(
            Place::file(shown),
            format!("{shown} has {patterns} patterns of names; up to {MOST_PATTERNS} are read"),
            "name people instead of patterns: one line for each, with their own key",
        ));
    }
    if problems.is_empty() { Ok(signers) } else { Err(BadInput(problems)) }
}

fn zoneless(place: Place) -> Problem {
    Problem::at(
        place,
        "a time without a zone is taken as UTC here, and by ssh-keygen in the zone of its machine",
        "write a Z behind it",
    )
}

/// What is wrong, and what to do.
type Wrong = (String, String);

/// What a line says.
enum Line {
    Signer(Box<Signer>),
    /// A key that never counts; told, since whoever wrote it thinks otherwise.
    Unfit(String),
}

fn read_line(line: &str, place: Place) -> Result<Line, Wrong> {
    let wrong = |message: String| (message, fix_of_line());
    let (principals, rest) = split_principals(line).map_err(wrong)?;
    let (names, denied) = read_names(principals)?;
    let first = rest.split([' ', '\t']).next().unwrap_or_default();
    if rest.is_empty() {
        return Err(wrong("a line without a key".to_owned()));
    }
    let (options, key) = if Key::is_kind(first) {
        (SignerOptions::default(), rest)
    } else {
        let (options, key) = split_options(rest).map_err(wrong)?;
        if key.is_empty() && !options.contains('=') && !options.eq_ignore_ascii_case("cert-authority") {
            return Err(wrong("a line without a kind of key".to_owned()));
        }
        (read_options(options).map_err(|message| (message, fix_of_options()))?, key)
    };
    if key.is_empty() {
        return Err(wrong("a line without a key".to_owned()));
    }
    let key = match Key::read(key) {
        Ok(key) => key,
        Err(BadKey::Unfit(why)) => return Ok(Line::Unfit(of_key(&names, &why))),
        Err(BadKey::Damaged(why)) => return Err((of_key(&names, &why), fix_of_line())),
    };
    Ok(Line::Signer(Box::new(Signer { names, denied, key, options, place })))
}

fn of_key(names: &[String], why: &str) -> String {
    format!("the key of {} does not count: {why}", names.join(","))
}

fn fix_of_unfit() -> String {
    "make them one that does: ssh-keygen -t ed25519".to_owned()
}

fn fix_of_line() -> String {
    format!("write NAME {PUBLIC_KEY_EXAMPLE}, the key as in their .pub file; # begins a comment")
}

fn fix_of_options() -> String {
    format!("write NAME namespaces=\"{NAMESPACE}\",valid-before=\"20271231Z\" {PUBLIC_KEY_EXAMPLE}")
}

/// The first word, which may stand in quotation marks.
fn split_principals(line: &str) -> Result<(&str, &str), String> {
    let (principals, rest) = match line.strip_prefix('"') {
        Some(inside) => inside.split_once('"').ok_or("a quotation mark is not closed")?,
        None => line.split_once([' ', '\t']).ok_or("a line without a key")?,
    };
    Ok((principals, rest.trim_start_matches([' ', '\t'])))
}

/// Names and exceptions of a list of principals.
fn read_names(list: &str) -> Result<(Vec<String>, Vec<String>), Wrong> {
    let (mut names, mut denied) = (Vec::new(), Vec::new());
    for name in list.split(',') {
        let (into, name) = match name.strip_prefix('!') {
            Some(name) => (&mut denied, name),
            None => (&mut names, name),
        };
        let fix = "write their name first: alice, or alice@example.com,alice";
        if name.is_empty() {
            return Err(("an empty name among the principals".to_owned(), fix.to_owned()));
        }
        if name.len() > LONGEST_NAME {
            let message = format!("a principal of more than {LONGEST_NAME} characters");
            return Err((message, fix.to_owned()));
        }
        into.push(name.to_owned());
    }
    if names.is_empty() {
        let message = "the principals name nobody: they only except names";
        return Err((message.to_owned(), "name whoever may sign before the exceptions".to_owned()));
    }
    Ok((names, denied))
}
