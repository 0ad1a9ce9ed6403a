//! The ssh-agent: which keys it has, and signatures by one of them (draft-ietf-sshm-ssh-agent).
//!
//! The agent is the operator's own, by its socket. It may ask them to touch a key or to confirm, so that a signature
//! may take as long as people do.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use ssh_key::{Algorithm, HashAlg, PublicKey, Signature, SshSig};

/// Numbers of messages.
const FAILURE: u8 = 5;
const REQUEST_IDENTITIES: u8 = 11;
const IDENTITIES: u8 = 12;
const REQUEST_SIGNATURE: u8 = 13;
const SIGNATURE: u8 = 14;
/// Has an RSA key sign with SHA-512 instead of SHA-1.
const RSA_SHA2_512: u32 = 4;
/// What OpenSSH's own client takes at most.
const LONGEST_ANSWER: usize = 256 << 10;
/// An agent that lists nothing within this time hangs.
const LIST_WITHIN: Duration = Duration::from_secs(20);
/// How long people have to confirm or to touch their key.
const SIGN_WITHIN: Duration = Duration::from_secs(180);

/// Why the agent was of no help.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// Nobody answers at its socket.
    #[error("the ssh-agent does not answer: {0}")]
    Unreachable(#[source] std::io::Error),
    /// It said something else than the protocol has.
    #[error("the ssh-agent answered with something else than was asked for")]
    Malformed,
    /// It does not want to.
    #[error("the ssh-agent refused to sign: the key is locked, or was not confirmed or touched")]
    Refused,
    /// The key cannot sign.
    #[error("no signature can be made with this key: {0}")]
    Key(#[source] ssh_key::Error),
}

/// A connection to an agent.
pub struct Agent<S>(S);

#[cfg(unix)]
impl Agent<std::os::unix::net::UnixStream> {
    /// Connects to the socket.
    ///
    /// # Errors
    /// [`AgentError::Unreachable`].
    pub fn connect(socket: &Path) -> Result<Self, AgentError> {
        let stream = std::os::unix::net::UnixStream::connect(socket).map_err(AgentError::Unreachable)?;
        Ok(Self(stream))
    }

    /// The keys that it has, with their comments; those of a kind that is not known are left out.
    ///
    /// # Errors
    /// [`AgentError`].
    pub fn keys(&mut self) -> Result<Vec<PublicKey>, AgentError> {
        self.0.set_read_timeout(Some(LIST_WITHIN)).map_err(AgentError::Unreachable)?;
        self.list()
    }

    /// Has it sign a message for a namespace, with a key that it has.
    ///
    /// # Errors
    /// [`AgentError`].
    pub fn sign(&mut self, key: &PublicKey, namespace: &str, message: &[u8]) -> Result<SshSig, AgentError> {
        self.0.set_read_timeout(Some(SIGN_WITHIN)).map_err(AgentError::Unreachable)?;
        self.signed(key, namespace, message)
    }
}

impl<S: Read + Write> Agent<S> {
    fn list(&mut self) -> Result<Vec<PublicKey>, AgentError> {
        let answer = self.ask(&[REQUEST_IDENTITIES])?;
        let Some((&IDENTITIES, body)) = answer.split_first() else { return Err(AgentError::Malformed) };
        let mut body = Body(body);
        let count = body.number()?;
        let mut keys = Vec::new();
        for _ in 0..count {
            let (key, comment) = (body.string()?, body.string()?);
            if let Ok(mut key) = PublicKey::from_bytes(key) {
                key.set_comment(String::from_utf8_lossy(comment));
                keys.push(key);
            }
        }
        Ok(keys)
    }

    fn signed(&mut self, key: &PublicKey, namespace: &str, message: &[u8]) -> Result<SshSig, AgentError> {
        let hash = HashAlg::Sha512;
        let data = SshSig::signed_data(namespace, hash, message).map_err(AgentError::Key)?;
        let flags = if matches!(key.algorithm(), Algorithm::Rsa { .. }) { RSA_SHA2_512 } else { 0 };
        let mut request = vec![REQUEST_SIGNATURE];
        put(&mut request, &key.to_bytes().map_err(AgentError::Key)?)?;
        put(&mut request, &data)?;
        request.extend(flags.to_be_bytes());
        let answer = self.ask(&request)?;
        let body = match answer.split_first() {
            Some((&SIGNATURE, body)) => body,
            Some((&FAILURE, _)) => return Err(AgentError::Refused),
            _ => return Err(AgentError::Malformed),
        };
        let signature = Signature::try_from(Body(body).string()?).map_err(|_| AgentError::Malformed)?;
        SshSig::new(key.key_data().clone(), namespace, hash, signature).map_err(AgentError::Key)
    }

    fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>, AgentError> {
        let mut framed = Vec::with_capacity(request.len() + 4);
        put(&mut framed, request)?;
        self.0.write_all(&framed).and_then(|()| self.0.flush()).map_err(AgentError::Unreachable)?;
        let mut length = [0; 4];
        self.0.read_exact(&mut length).map_err(AgentError::Unreachable)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LONGEST_ANSWER {
            return Err(AgentError::Malformed);
        }
        let mut answer = vec![0; length];
        self.0.read_exact(&mut answer).map_err(AgentError::Unreachable)?;
        Ok(answer)
    }
}

/// Bytes with their length before them.
fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), AgentError> {
    let length = u32::try_from(bytes.len()).map_err(|_| AgentError::Malformed)?;
    out.extend(length.to_be_bytes());
    out.extend(bytes);
    Ok(())
}

/// What is left of an answer.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn number(&mut self) -> Result<u32, AgentError> {
        let (number, rest) = self.0.split_first_chunk::<4>().ok_or(AgentError::Malformed)?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    fn string(&mut self) -> Result<&'a [u8], AgentError> {
        let length = usize::try_from(self.number()?).map_err(|_| AgentError::Malformed)?;
        let (string, rest) = self.0.split_at_checked(length).ok_or(AgentError::Malformed)?;
        self.0 = rest;
        Ok(string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An agent that answers with what it was given.
    struct Canned(std::io::Cursor<Vec<u8>>);

    impl Read for Canned {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.0.read(into)
        }
    }

    impl Write for Canned {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn list(answer: &[u8]) -> Result<Vec<PublicKey>, AgentError> {
        Agent(Canned(std::io::Cursor::new(answer.to_vec()))).list()
    }

    #[test]
    fn an_agent_that_talks_nonsense_is_refused() {
        assert!(list(&[0, 0, 0, 5, IDENTITIES, 0, 0, 0, 0]).unwrap().is_empty());
        for answer in [
            &[0, 0, 0, 1, FAILURE][..],
            &[0, 0, 0, 0],
            &[0, 0, 0, 5, IDENTITIES, 255, 255, 255, 255],
            &[0, 0, 0, 9, IDENTITIES, 0, 0, 0, 1, 255, 255, 255, 255],
            &[255, 255, 255, 255, IDENTITIES],
        ] {
            assert!(matches!(list(answer), Err(AgentError::Malformed)), "{answer:?}");
        }
        assert!(matches!(list(&[0, 0, 0, 9, IDENTITIES]), Err(AgentError::Unreachable(_))), "it is cut off");
    }
}
