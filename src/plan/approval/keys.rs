//! Public keys: which kinds can be verified, and how a key is called.

use ssh_key::{Algorithm, HashAlg, PublicKey};

/// What a line with a key looks like.
pub const PUBLIC_KEY_EXAMPLE: &str = "ssh-ed25519 AAAAC3Nza...";

/// Bits that an RSA key has at least: fewer are within reach of whoever can pay for it (NIST SP 800-131A).
const FEWEST_RSA_BITS: usize = 2048;
/// Bits above which signatures of an RSA key are not verified.
const MOST_RSA_BITS: usize = 4096;

/// Why a text is no key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It cannot be read; a sentence about "it".
    #[error("{0}")]
    Damaged(String),
    /// It is a key, and its signatures never count; a sentence about "it".
    #[error("{0}")]
    Unfit(String),
}

/// A public key whose signatures can be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    key: PublicKey,
    fingerprint: String,
}

impl Key {
    /// Takes a key.
    ///
    /// # Errors
    /// [`BadKey::Unfit`].
    pub fn new(key: PublicKey) -> Result<Self, BadKey> {
        match key.algorithm() {
            Algorithm::Rsa { .. } => {
                let bytes = key.key_data().rsa().and_then(|rsa| rsa.n.as_positive_bytes());
                let bits = bytes.map_or(0, <[u8]>::len) * 8;
                if !(FEWEST_RSA_BITS..=MOST_RSA_BITS).contains(&bits) {
                    return Err(BadKey::Unfit(format!(
                        "it is an RSA key of {bits} bits; those of {FEWEST_RSA_BITS} to {MOST_RSA_BITS} count"
                    )));
                }
            }
            Algorithm::Ed25519
            | Algorithm::SkEd25519
            | Algorithm::Ecdsa { .. }
            | Algorithm::SkEcdsaSha2NistP256 => {}
            other => {
                return Err(BadKey::Unfit(format!("drplan does not verify signatures of {other} keys")));
            }
        }
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        Ok(Self { key, fingerprint })
    }

    /// Reads `TYPE BASE64`; anything after it is a comment.
    ///
    /// # Errors
    /// [`BadKey`].
    pub fn read(text: &str) -> Result<Self, BadKey> {
        let mut words = text.split_ascii_whitespace();
        let (Some(kind), Some(base64)) = (words.next(), words.next()) else {
            return Err(BadKey::Damaged(format!("it is not complete; a key reads {PUBLIC_KEY_EXAMPLE}")));
        };
        if kind.contains("-cert-v01@") {
            return Err(BadKey::Damaged("it is a certificate, and drplan takes plain keys only".to_owned()));
        }
        let key = PublicKey::from_openssh(&format!("{kind} {base64}")).map_err(|_| {
            BadKey::Damaged(format!("it is damaged: what follows {kind} is no key of that kind"))
        })?;
        Self::new(key)
    }

    /// Whether a word is the name of a kind of key, as it stands before a key.
    pub(super) fn is_kind(word: &str) -> bool {
        ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| word.starts_with(start))
    }

    /// `SHA256:...`, as `ssh-keygen -l` has it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The key itself.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.key
    }
}
