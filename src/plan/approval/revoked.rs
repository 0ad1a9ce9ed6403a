//! The revocation list, as text: what `ssh-keygen -Y verify -r` takes (a public key on each line), and the directives
//! of ssh-keygen(1), KEY REVOCATION LISTS, that name a key.

use std::collections::BTreeSet;

use super::keys::{BadKey, Key, PUBLIC_KEY_EXAMPLE};
use crate::model::diagnostic::{BadInput, Place, Problem};

/// Problems that are told at once.
const MOST_PROBLEMS: usize = 20;
/// Characters of the base64 of a SHA-256.
const FINGERPRINT: usize = 43;

/// Keys that count no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revoked(BTreeSet<String>);

impl Revoked {
    /// Whether a key is among them.
    #[must_use]
    pub fn has(&self, key: &Key) -> bool {
        self.0.contains(key.fingerprint())
    }
}

/// Reads a list of revoked keys.
///
/// # Errors
/// Every line that is none, up to twenty: a line that is passed over would leave a stolen key its right.
pub fn read_revoked(text: &str, shown: &str) -> Result<Revoked, BadInput> {
    let mut revoked = Revoked::default();
    let mut problems = Vec::new();
    for (line, at) in text.lines().zip(1..) {
        let line = line.trim_matches([' ', '\t', '\r', '\n']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match read_line(line) {
            Ok(fingerprint) => revoked.0.extend(fingerprint),
            Err(message) => problems.push(Problem::at(Place::new(shown, at), message, fix())),
        }
        if problems.len() == MOST_PROBLEMS {
            break;
        }
    }
    if problems.is_empty() { Ok(revoked) } else { Err(BadInput(problems)) }
}

fn fix() -> String {
    format!(
        "write the key ({PUBLIC_KEY_EXAMPLE}), or its fingerprint (SHA256:..., from ssh-keygen -lf KEY.pub)"
    )
}

/// The fingerprint of the key that a line revokes; `None` of a key that never counts anyway.
fn read_line(line: &str) -> Result<Option<String>, String> {
    let word = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let directive = line.split_once(':').filter(|(name, _)| word(name));
    // A list of sha1 names the key itself, as do the others.
    match directive.map(|(name, value)| (name, value.trim())) {
        Some(("key" | "sha1" | "sha256", key)) => key_of(key),
        Some(("hash", fingerprint)) => fingerprint_of(fingerprint),
        Some((name @ ("serial" | "id"), _)) => {
            Err(format!("{name}: revokes certificates, and drplan takes plain keys only"))
        }
        _ if line.starts_with("SHA256:") => fingerprint_of(line),
        _ => key_of(line),
    }
}

fn key_of(text: &str) -> Result<Option<String>, String> {
    let kind = text.split_ascii_whitespace().next().unwrap_or_default();
    if !Key::is_kind(kind) {
        return Err("this is neither a key nor a fingerprint".to_owned());
    }
    match Key::read(text) {
        Ok(key) => Ok(Some(key.fingerprint().to_owned())),
        Err(BadKey::Unfit(_)) => Ok(None),
        Err(BadKey::Damaged(why)) => Err(format!("this is no key that can be revoked: {why}")),
    }
}

fn fingerprint_of(text: &str) -> Result<Option<String>, String> {
    let fingerprint = text.split_ascii_whitespace().next().unwrap_or_default();
    let hash = fingerprint.strip_prefix("SHA256:").map(|hash| hash.trim_end_matches('='));
    match hash {
        Some(hash) if is_hash(hash) => Ok(Some(format!("SHA256:{hash}"))),
        _ => Err("this is no SHA256 fingerprint".to_owned()),
    }
}

fn is_hash(hash: &str) -> bool {
    hash.len() == FINGERPRINT
        && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte))
}
