//! The key that an approval is signed with: a file, or one that the ssh-agent has.

use std::path::Path;

use rsa::pkcs1v15::SigningKey;
use rsa::sha2::Sha512;
use rsa::signature::{RandomizedSigner as _, SignatureEncoding as _};
use rsa::{BigUint, RsaPrivateKey};
use ssh_key::private::RsaKeypair;
use ssh_key::rand_core::OsRng;
use ssh_key::{Algorithm, HashAlg, Mpint, PrivateKey, PublicKey, Signature, SshSig};

use super::Failure;
use crate::clients::ssh_agent::{Agent, AgentError};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::paste::shell;
use crate::plan::approval::{Key, Standing};
use crate::sources::text;

/// Keys are small; a larger file is none.
const KEY_LIMIT: u64 = 64 << 10;
/// How often a passphrase is asked for, as ssh does.
const TRIES: u32 = 3;

/// Something to sign with.
pub(super) struct Signing {
    key: Key,
    with: With,
}

enum With {
    Private(Box<PrivateKey>),
    Agent(Box<SshAgent>),
}

#[cfg(unix)]
type SshAgent = Agent<std::os::unix::net::UnixStream>;

impl Signing {
    /// The public key.
    pub(super) const fn key(&self) -> &Key {
        &self.key
    }

    /// Signs a message.
    pub(super) fn sign(self, namespace: &str, message: &[u8]) -> Result<SshSig, Failure> {
        match self.with {
            With::Private(private) => signed(&private, namespace, message).map_err(|error| {
                Problem::new(format!("no signature can be made with this key: {error}"), FIX).into()
            }),
            With::Agent(mut agent) => agent.sign(self.key.public(), namespace, message).map_err(refused),
        }
    }
}

const FIX: &str = "sign with another key of an approver: --key FILE";

fn signed(private: &PrivateKey, namespace: &str, message: &[u8]) -> Result<SshSig, ssh_key::Error> {
    const HASH: HashAlg = HashAlg::Sha512;
    let Some(keypair) = private.key_data().rsa() else { return private.sign(namespace, HASH, message) };
    let data = SshSig::signed_data(namespace, HASH, message)?;
    let signature = Signature::new(Algorithm::Rsa { hash: Some(HASH) }, signed_by_rsa(keypair, &data)?)?;
    SshSig::new(private.public_key().key_data().clone(), namespace, HASH, signature)
}

/// PKCS #1 v1.5 with SHA-512, blinded. Not by `ssh-key` itself: 0.6.7 takes one prime for both, and is refused.
fn signed_by_rsa(keypair: &RsaKeypair, data: &[u8]) -> Result<Vec<u8>, ssh_key::Error> {
    let number =
        |of: &Mpint| of.as_positive_bytes().map(BigUint::from_bytes_be).ok_or(ssh_key::Error::Crypto);
    let RsaKeypair { public, private } = keypair;
    let primes = vec![number(&private.p)?, number(&private.q)?];
    let key =
        RsaPrivateKey::from_components(number(&public.n)?, number(&public.e)?, number(&private.d)?, primes)
            .map_err(|_| ssh_key::Error::Crypto)?;
    let signature = SigningKey::<Sha512>::new(key).try_sign_with_rng(&mut OsRng, data);
    signature.map(|signature| signature.to_vec()).map_err(|_| ssh_key::Error::Crypto)
}

/// The key of a file, else the only one of the agent that is an approver's.
pub(super) fn choose(file: Option<&Path>, standing: &Standing) -> Result<Signing, Failure> {
    let Some(file) = file else { return from_agent(standing) };
    let shown = file.display().to_string();
    let text = text::read_text(file, &shown, KEY_LIMIT).map_err(BadInput::from)?;
    if let Ok(public) = PublicKey::from_openssh(text.trim()) {
        return by_public(public, &shown);
    }
    let private = PrivateKey::from_openssh(&text).map_err(|error| no_key(&text, &shown, &error))?;
    if matches!(private.algorithm(), Algorithm::SkEd25519 | Algorithm::SkEcdsaSha2NistP256) {
        let message = format!("{shown} is the handle of a hardware key, which the ssh-agent signs with");
        let quoted = shell(&shown);
        return Err(Problem::new(
            message,
            format!("give it to the agent: `ssh-add {quoted}`; then --key {quoted}.pub"),
        )
        .into());
    }
    let key = fit(private.public_key().clone(), &shown)?;
    let private = if private.is_encrypted() { unlocked(&private, &shown)? } else { private };
    Ok(Signing { key, with: With::Private(Box::new(private)) })
}

fn fit(key: PublicKey, shown: &str) -> Result<Key, Failure> {
    Key::new(key).map_err(|why| Problem::new(format!("{shown} cannot approve anything: {why}"), FIX).into())
}

/// Asks for the passphrase: on the terminal, and nowhere else; what is in an argument or in the environment, others
/// can read.
fn unlocked(private: &PrivateKey, shown: &str) -> Result<PrivateKey, Failure> {
    let terminal = console::Term::stderr();
    let nowhere = || {
        let message = format!("{shown} has a passphrase, and there is no terminal to ask for it");
        Problem::new(
            message,
            format!("give the key to the ssh-agent: `ssh-add {}`; then leave out --key", shell(shown)),
        )
    };
    if !terminal.is_term() {
        return Err(nowhere().into());
    }
    for _ in 0..TRIES {
        // A name is told without what a terminal would take as an order.
        let asked = terminal.write_str(&format!("passphrase of {shown:?}: "));
        let passphrase = asked.and_then(|()| terminal.read_secure_line()).map_err(|_| nowhere())?;
        let passphrase = secrecy::SecretString::from(passphrase);
        match private.decrypt(secrecy::ExposeSecret::expose_secret(&passphrase)) {
            Ok(private) => return Ok(private),
            Err(_) => {
                let _ = terminal.write_line("that is not its passphrase");
            }
        }
    }
    Err(Problem::new(format!("{shown} was not unlocked: {TRIES} passphrases were wrong"), FIX).into())
}

/// Why a file is no key that can be read.
fn no_key(text: &str, shown: &str, error: &ssh_key::Error) -> Failure {
    let other_form = [
        "RSA PRIVATE KEY",
        "EC PRIVATE KEY",
        "DSA PRIVATE KEY",
        "BEGIN PRIVATE KEY",
        "ENCRYPTED PRIVATE KEY",
    ];
    let (message, fix) = if other_form.iter().any(|form| text.contains(form)) {
        (
            format!("{shown} is a key in another form than OpenSSH's"),
            format!("have ssh-keygen write it anew, on a copy: `ssh-keygen -p -f {}`", shell(shown)),
        )
    } else if text.contains("OPENSSH PRIVATE KEY") {
        // `ssh-key` 0.6.7 takes no ECDSA scalar that begins with a zero: every other key of P-521.
        let add = format!(
            "where `ssh-keygen -y -f {0}` reads it, have the ssh-agent sign: `ssh-add {0}`; then leave out --key",
            shell(shown)
        );
        (format!("{shown} cannot be read, or is damaged: {error}"), add)
    } else {
        (format!("{shown} is no SSH key"), FIX.to_owned())
    };
    Problem::new(message, fix).into()
}

/// A public key stands for the private one that the agent has.
fn by_public(public: PublicKey, shown: &str) -> Result<Signing, Failure> {
    let key = fit(public, shown)?;
    let mut agent = connect()?;
    let has = agent.keys().map_err(refused)?.iter().any(|known| known.key_data() == key.public().key_data());
    if !has {
        let message = format!("the ssh-agent does not have the key of {shown}");
        let private = shown.strip_suffix(".pub").unwrap_or("KEY");
        return Err(
            Problem::new(message, format!("give it to the agent: `ssh-add {}`", shell(private))).into()
        );
    }
    Ok(Signing { key, with: With::Agent(Box::new(agent)) })
}

fn from_agent(standing: &Standing) -> Result<Signing, Failure> {
    let mut agent = connect()?;
    let keys: Vec<Key> =
        agent.keys().map_err(refused)?.into_iter().filter_map(|key| Key::new(key).ok()).collect();
    let mut able: Vec<&Key> = keys.iter().filter(|key| standing.owner(key).is_ok()).collect();
    if standing.quorum() == 0 && able.is_empty() {
        able = keys.iter().collect();
    }
    let listed = |keys: &[&Key]| {
        let listed = keys.iter().map(|key| format!("{} {}", key.fingerprint(), key.public().comment()));
        listed.collect::<Vec<_>>().join("; ")
    };
    match able.as_slice() {
        [only] => Ok(Signing { key: (*only).clone(), with: With::Agent(Box::new(agent)) }),
        [] if keys.is_empty() => Err(Problem::new(
            "the ssh-agent has no key",
            "give it one: `ssh-add KEY`; or sign with a file: --key FILE",
        )
        .into()),
        [] => {
            let message = format!(
                "none of the ssh-agent's keys is an approver's: {}",
                listed(&keys.iter().collect::<Vec<_>>())
            );
            let fix = "give it an approver's: `ssh-add KEY`; or sign with a file: --key FILE";
            Err(Problem::new(message, fix).into())
        }
        several => {
            let message =
                format!("the ssh-agent has {} keys of approvers: {}", several.len(), listed(several));
            Err(Problem::new(message, "say which: --key FILE.pub").into())
        }
    }
}

fn connect() -> Result<SshAgent, Failure> {
    let fix = "start it (`eval \"$(ssh-agent)\"`, `ssh-add KEY`), or sign with a file: --key FILE";
    let socket = std::env::var_os("SSH_AUTH_SOCK").filter(|socket| !socket.is_empty());
    let socket = socket
        .ok_or_else(|| Problem::new("no key is named, and there is no ssh-agent (SSH_AUTH_SOCK)", fix))?;
    Agent::connect(Path::new(&socket)).map_err(|error| Problem::new(error.to_string(), fix).into())
}

/// The agent has the last word on its keys.
fn refused(error: AgentError) -> Failure {
    let fix = "unlock or confirm the key (ssh-add -l lists what it has), or sign with a file: --key FILE";
    Failure::refused(error.to_string(), fix)
}
