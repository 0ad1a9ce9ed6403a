//! Secrets: a value that cannot be shown by accident, and how secrets are recognised by name and by form.
//!
//! Names and forms are both needed: a state marks few of its secrets (a bearer of
//! `data.aws_eks_cluster_auth` is not marked), and a form says nothing of a password.

mod covered;
mod line;

use std::fmt;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input, MatchKind};

pub use covered::around_secrets;
pub use line::{masked, tells};

/// What stands where a secret is not shown.
pub const MASK: &str = "(secret)";

/// A value that neither `Debug`, `Display` nor `Serialize` shows.
///
/// It has no `Deserialize`: a secret is never read from a plan, a journal or an event.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a value.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }
    /// The value, for the one call that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(value)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Words that make a name a secret's, wherever they stand in it.
const WORDS: &[&str] = &[
    "apikey",
    "auth",
    "authkey",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "creds",
    "htpasswd",
    "kubeconfig",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "pgpass",
    "privatekey",
    "pwd",
    "requirepass",
    "salt",
    "secret",
    "secrets",
    "token",
    "tokens",
];

/// Pairs of neighbouring words that do.
const PAIRS: &[(&str, &str)] = &[
    ("access", "key"),
    ("account", "key"),
    ("api", "key"),
    ("client", "key"),
    ("docker", "config"),
    ("encryption", "key"),
    ("hmac", "key"),
    ("jwt", "key"),
    ("license", "key"),
    ("master", "key"),
    ("private", "key"),
    ("private", "pem"),
    ("session", "key"),
    ("shared", "key"),
    ("signing", "key"),
    ("tls", "key"),
    ("user", "data"),
];

/// Last words after which the value tells of a secret but is none: its name, its place, its age, a switch.
const HARMLESS: &[&str] = &[
    "age",
    "algorithm",
    "allowed",
    "arn",
    "arns",
    "audience",
    "changed",
    "class",
    "count",
    "create",
    "date",
    "days",
    "description",
    "disabled",
    "duration",
    "enabled",
    "encoding",
    "endpoint",
    "expiration",
    "expires",
    "expiry",
    "extension",
    "field",
    "file",
    "format",
    "header",
    "hours",
    "id",
    "ids",
    "interval",
    "issuer",
    "kind",
    "label",
    "labels",
    "length",
    "lifetime",
    "limit",
    "location",
    "manager",
    "max",
    "method",
    "min",
    "minutes",
    "mode",
    "mount",
    "name",
    "names",
    "namespace",
    "path",
    "paths",
    "policy",
    "prefix",
    "provider",
    "ref",
    "reference",
    "refs",
    "region",
    "required",
    "rotation",
    "scope",
    "scopes",
    "seconds",
    "selector",
    "size",
    "source",
    "stages",
    "status",
    "store",
    "strategy",
    "suffix",
    "tags",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "usage",
    "validity",
    "version",
    "versions",
    "volume",
    "window",
];

/// Names of files and keys that hold key material.
const FILES: &[&str] = &[".key", ".p12", ".pfx", ".jks", ".keystore", "_rsa", "_ed25519", "_ecdsa"];

/// Whether the value under a name of this kind (an attribute, a key, a variable) is to be taken for a secret.
///
/// Names are split at case changes and at anything that is no letter or digit, so `dbPassword`, `DB_PASSWORD`
/// and `db-password` are one. When in doubt it is a secret: a name is only cleared by its last word.
#[must_use]
pub fn looks_secret(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    if lower == ".dockerconfigjson" || lower == ".dockercfg" || FILES.iter().any(|end| lower.ends_with(end)) {
        return true;
    }
    let words = words(name);
    let is = |index: usize, word: &str| words.get(index).is_some_and(|found| found == word);
    let pair = PAIRS.iter().find_map(|(first, second)| {
        (0..words.len()).find(|at| is(*at, first) && is(at + 1, second)).map(|_| (*first, *second))
    });
    if pair == Some(("access", "key")) && words.last().is_some_and(|last| last == "id") {
        // The id of an access key is half of a credential, and AWS's own scanners treat it as one.
        return true;
    }
    let named = pair.is_some() || words.iter().any(|word| is_secret_word(word));
    named && words.last().is_none_or(|last| HARMLESS.binary_search(&last.as_str()).is_err())
}

/// The word itself, with digits at its end (`password2`), or one that ends in it (`dbpassword`, `PGPASSWORD`).
fn is_secret_word(word: &str) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    WORDS.binary_search(&word).is_ok()
        || ["password", "passwd", "passphrase", "secret", "apikey"].iter().any(|end| word.ends_with(end))
}

/// `masterUserPassword` and `MASTER_USER_PASSWORD` both give `master`, `user`, `password`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        let boundary = !c.is_alphanumeric() || (c.is_uppercase() && lower_before);
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether a value under a secret's name is no secret itself: nothing, a switch, an ARN or a placeholder that
/// something else fills.
#[must_use]
pub fn is_reference(value: &str) -> bool {
    let value = value.trim();
    value.is_empty()
        || matches!(value, "true" | "false" | "null")
        || value.starts_with("arn:aws")
        || (value.starts_with("${") && value.ends_with('}'))
        || (value.starts_with("$(") && value.ends_with(')'))
}

/// Whether a value is to be treated as a secret, by the name it stands under or by its own form.
#[must_use]
pub fn is_secret(name: &str, value: &str) -> bool {
    marker(value).is_some() || (looks_secret(name) && !is_reference(value))
}

/// A form that secrets have: the text that begins it, and how to tell it from chance.
type Form = (&'static str, &'static str, fn(before: &str, from: &str) -> bool);

/// Base64 texts are `-----BEGIN PRIVATE`, `... RSA PRIVATE`, `... EC PRIVATE`, `... OPENSSH PRIVATE`,
/// `... ENCRYPTED PRIVATE` as a kubeconfig or a Secret has them; certificates begin otherwise and are public.
const FORMS: &[Form] = &[
    ("k8s-aws-v1.", "EKS bearer token", |_, from| token_length(from, "k8s-aws-v1.") >= 8),
    ("AKIA", "AWS access key id", is_access_key),
    ("ASIA", "AWS access key id", is_access_key),
    ("-----BEGIN ", "private key", |_, from| {
        from.get(..80)
            .unwrap_or(from)
            .split("-----")
            .nth(1)
            .is_some_and(|label| label.contains("PRIVATE KEY"))
    }),
    ("LS0tLS1CRUdJTiBQUklWQVRF", "private key", |_, _| true),
    ("LS0tLS1CRUdJTiBSU0EgUFJJVkFUR", "private key", |_, _| true),
    ("LS0tLS1CRUdJTiBFQyBQUklWQVRF", "private key", |_, _| true),
    ("LS0tLS1CRUdJTiBPUEVOU1NIIFBSSVZBVEUg", "private key", |_, _| true),
    ("LS0tLS1CRUdJTiBFTkNSWVBURUQgUFJJVkFURS", "private key", |_, _| true),
    ("AGE-SECRET-KEY-1", "age key", |_, _| true),
    ("ghp_", "GitHub token", |before, from| starts_word(before) && token_length(from, "ghp_") >= 30),
    ("gho_", "GitHub token", |before, from| starts_word(before) && token_length(from, "gho_") >= 30),
    ("ghu_", "GitHub token", |before, from| starts_word(before) && token_length(from, "ghu_") >= 30),
    ("ghs_", "GitHub token", |before, from| starts_word(before) && token_length(from, "ghs_") >= 30),
    ("ghr_", "GitHub token", |before, from| starts_word(before) && token_length(from, "ghr_") >= 30),
    ("github_pat_", "GitHub token", |_, from| token_length(from, "github_pat_") >= 30),
    ("glpat-", "GitLab token", |before, from| starts_word(before) && token_length(from, "glpat-") >= 20),
    ("xox", "Slack token", |before, from| {
        starts_word(before)
            && matches!(
                from.as_bytes().get(3..5),
                Some([b'a' | b'b' | b'e' | b'o' | b'p' | b'r' | b's', b'-'])
            )
            && token_length(from, "xox") >= 12
    }),
    ("sk_live_", "Stripe key", |before, from| starts_word(before) && token_length(from, "sk_live_") >= 16),
    ("rk_live_", "Stripe key", |before, from| starts_word(before) && token_length(from, "rk_live_") >= 16),
    ("eyJ", "JWT", is_jwt),
    ("Bearer ", "bearer token", |_, from| {
        let length = token_length(from, "Bearer ");
        length >= 24 && from.bytes().skip(7).take(length).any(|b| b.is_ascii_digit())
    }),
    ("://", "password in a URL", is_url_with_password),
    ("@tcp(", "password in a DSN", |before, _| is_user_with_password(before)),
    ("@unix(", "password in a DSN", |before, _| is_user_with_password(before)),
    ("hooks.slack.com/services/", "Slack webhook", |_, from| {
        token_length(from, "hooks.slack.com/services/") >= 20
    }),
];

fn starts_word(before: &str) -> bool {
    !before.as_bytes().last().is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Length of the run of token characters that follows a prefix.
fn token_length(from: &str, prefix: &str) -> usize {
    from.bytes()
        .skip(prefix.len())
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'+' | b'/' | b'='))
        .count()
}

/// Four letters and sixteen more of the base32 alphabet, standing alone (IAM reference, unique identifiers).
fn is_access_key(before: &str, from: &str) -> bool {
    let run = from.bytes().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit()).count();
    let ends = !from.as_bytes().get(run).is_some_and(u8::is_ascii_alphanumeric);
    run == 20 && ends && starts_word(before)
}

/// Two base64url parts that both begin an object, then a signature (RFC 7515).
fn is_jwt(before: &str, from: &str) -> bool {
    let is_part = |part: &str| {
        part.len() >= 8 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    let mut parts = from.splitn(3, '.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(payload), Some(_)) => {
            starts_word(before) && is_part(header) && payload.starts_with("eyJ") && is_part(payload)
        }
        _ => false,
    }
}

/// `scheme://user:password@host`, unless a placeholder stands for the password.
fn is_url_with_password(before: &str, from: &str) -> bool {
    if !before.as_bytes().last().is_some_and(u8::is_ascii_alphanumeric) {
        return false;
    }
    let rest = from.get(3..).unwrap_or("");
    let end =
        rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | ',' | '<' | '>'));
    let authority = rest.get(..end.unwrap_or(rest.len())).unwrap_or("");
    let password =
        authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    password.is_some_and(|password| {
        !password.is_empty() && !password.starts_with(['$', '%', '{', '*', '(']) && password != MASK
    })
}

/// `user:password` before the host of a DSN (<https://github.com/go-sql-driver/mysql#dsn-data-source-name>).
fn is_user_with_password(before: &str) -> bool {
    let user = before.rsplit([' ', '"', '\'', '=', '/']).next().unwrap_or_default();
    user.split_once(':').is_some_and(|(_, password)| {
        !password.is_empty() && !password.starts_with(['$', '%', '{', '*', '(']) && password != MASK
    })
}

/// The kind of secret that a value holds by its form, `None` where it has the form of none.
///
/// Recognised are forms that nothing else has: a plan whose strings have one is not saved.
#[must_use]
pub fn marker(value: &str) -> Option<&'static str> {
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(FORMS.iter().map(|(prefix, _, _)| prefix))
            .ok()
    });
    let found = |form: &Form, at: usize| {
        let (_, kind, holds) = form;
        let (before, from) = (value.get(..at)?, value.get(at..)?);
        holds(before, from).then_some(*kind)
    };
    let Some(finder) = FINDER.as_ref() else {
        return FORMS.iter().find_map(|form| value.match_indices(form.0).find_map(|(at, _)| found(form, at)));
    };
    // No form begins another, so one hit at each place is enough; the next may begin within it.
    let mut at = 0;
    while let Some(hit) = finder.find(Input::new(value).range(at..)) {
        if let Some(kind) = FORMS.get(hit.pattern().as_usize()).and_then(|form| found(form, hit.start())) {
            return Some(kind);
        }
        at = hit.start() + 1;
    }
    None
}

#[cfg(test)]
mod tests;
