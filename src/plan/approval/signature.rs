//! Signature files: what `ssh-keygen -Y sign` writes.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use ssh_key::{LineEnding, SshSig};

/// How a signature begins.
pub const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Columns of base64 that the decoder takes.
const COLUMNS: usize = 70;

/// A file that holds no signature of SSH.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASignature {
    /// Something else.
    #[error("it is no SSH signature")]
    Foreign,
    /// It has the frame of one, and what is in it cannot be read.
    #[error("it is damaged or cut off")]
    Damaged,
}

/// Reads a signature. Blanks and line ends in it do not matter: mail and editors change them.
///
/// # Errors
/// [`NotASignature`].
pub fn read_signature(text: &str) -> Result<SshSig, NotASignature> {
    let inside = text.trim_start().strip_prefix(BEGIN).ok_or(NotASignature::Foreign)?;
    let (base64, after) = inside.split_once(END).ok_or(NotASignature::Damaged)?;
    if !after.trim().is_empty() {
        return Err(NotASignature::Damaged);
    }
    let base64: String = base64.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&base64::alphabet::STANDARD, lenient)
        .decode(base64)
        .map_err(|_| NotASignature::Damaged)?;
    // The decoder is strict about its lines, so that they are laid anew.
    let signature = SshSig::from_pem(framed(&bytes)).map_err(|_| NotASignature::Damaged)?;
    // Nothing signs the version: the only one that there is must stand there.
    if signature.version() == SshSig::VERSION { Ok(signature) } else { Err(NotASignature::Damaged) }
}

/// A signature as `ssh-keygen` writes it.
///
/// # Errors
/// Where a signature has more bytes than the format can count.
pub fn armored(signature: &SshSig) -> Result<String, ssh_key::Error> {
    signature.to_pem(LineEnding::LF)
}

fn framed(bytes: &[u8]) -> String {
    let base64 = base64::engine::general_purpose::STANDARD.encode(bytes);
    let mut out = format!("{BEGIN}\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(COLUMNS));
        out.push_str(line);
        out.push('\n');
        rest = more;
    }
    out + END + "\n"
}
