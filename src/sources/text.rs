//! Reading a file as text: every format that people write by hand comes through here.
//!
//! UTF-8 only, a byte order mark is dropped, CRLF stays as it is. What cannot be text is refused by name and line,
//! and nothing of the file's content is quoted.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::model::diagnostic::{Place, Problem};

#[cfg(test)]
mod tests;

/// Bytes that are looked at before room is made for the rest.
const FIRST_LOOK: usize = 64 << 10;
/// Bytes that are read at once afterwards.
const STEP: usize = 4 << 20;
/// Blanks at the start of a file that are read past; a parser would step over any number, one by one.
const MOST_BLANKS: usize = 1 << 20;
/// `ELOOP` of Linux, then of the BSDs and macOS; `io::ErrorKind` has no stable name for it.
const TOO_MANY_LINKS: [i32; 2] = [40, 62];

/// Which files this process has read: a run keeps a copy of them, so that another machine can go on with it.
static READ: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// All files that [`read_text`] was asked for so far and found, also those that it refused.
#[must_use]
pub fn files_read() -> BTreeSet<PathBuf> {
    READ.lock().map(|read| read.clone()).unwrap_or_default()
}

/// Reads a file as text. `shown` is how its path is printed; `limit` is in bytes.
///
/// # Errors
/// A missing or unreadable file, a folder, a pipe or device, links in a circle, more than `limit` bytes,
/// UTF-16 or UTF-32, invalid UTF-8, a NUL.
pub fn read_text(path: &Path, shown: &str, limit: u64) -> Result<String, Problem> {
    // A pipe would block and a device would never end, so the kind is asked before the file is opened.
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error, shown))?;
    if metadata.is_dir() {
        return Err(at_file(shown, "is a folder, not a file", "name a file in it"));
    }
    if !metadata.is_file() {
        return Err(at_file(shown, "is a pipe or a device, not a file", "save what it gives to a file"));
    }
    if let Ok(mut read) = READ.lock() {
        read.insert(path.to_owned());
    }
    if metadata.len() > limit {
        return Err(too_large(shown, limit));
    }
    let file = File::open(path).map_err(|error| unreadable(&error, shown))?;
    // It is at most `limit`; one byte more spares the last look for an end.
    let size = usize::try_from(metadata.len()).unwrap_or(0).saturating_add(1);
    read_stream(file, size, shown, limit)
}

/// Reads text to its end, as [`read_text`] does: standard input. `size` is how much is expected.
///
/// # Errors
/// As [`read_text`], without those about the kind of file.
pub fn read_stream(mut from: impl Read, size: usize, shown: &str, limit: u64) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    let mut step = FIRST_LOOK;
    let mut blank = true;
    loop {
        let before = bytes.len();
        // It may have grown since it was measured: one byte past the limit tells.
        let rest = limit.saturating_add(1).saturating_sub(before as u64);
        let read = from.by_ref().take(rest.min(step as u64)).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&error, shown))?;
        if bytes.len() as u64 > limit {
            return Err(too_large(shown, limit));
        }
        // Zeros are no text, however many follow: a gibibyte of them costs no memory.
        let new = bytes.get(before..).unwrap_or_default();
        if new.is_empty() || memchr::memchr(0, new).is_some() {
            return decode(bytes, shown);
        }
        blank = blank && new.iter().all(u8::is_ascii_whitespace);
        if blank && bytes.len() > MOST_BLANKS {
            return Err(at_file(
                shown,
                format!("begins with more than {} MiB of blanks: it holds nothing", MOST_BLANKS >> 20),
                "check that this is the file you mean, and that it was written to its end",
            ));
        }
        if before == 0 {
            bytes.reserve_exact(size.saturating_sub(bytes.len()));
        }
        step = STEP;
    }
}

/// Takes bytes as UTF-8 text and drops a byte order mark.
///
/// # Errors
/// UTF-16 or UTF-32, with or without a mark; invalid UTF-8; a NUL.
pub fn decode(mut bytes: Vec<u8>, shown: &str) -> Result<String, Problem> {
    if let Some(encoding) = other_encoding(&bytes) {
        return Err(at_file(shown, format!("is {encoding} text"), "save it as UTF-8"));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    if bytes.starts_with(GIT_CRYPT) {
        return Err(at_file(
            shown,
            "is encrypted by git-crypt",
            "decrypt the repository first: `git-crypt unlock`",
        ));
    }
    if let Some(offset) = memchr::memchr(0, &bytes) {
        let place = Place::new(shown, line_of(&bytes, offset));
        return Err(Problem::at(
            place,
            "a NUL byte, so this is no text",
            "name a text file, or remove the byte",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        Problem::at(Place::new(shown, line), "bytes that are not UTF-8", "save the file as UTF-8")
    })
}

/// Why a file or folder could not be opened, as a problem.
#[must_use]
pub fn unreadable(error: &std::io::Error, shown: &str) -> Problem {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => at_file(shown, "is not there", "check the path; a link may point to nothing"),
        ErrorKind::PermissionDenied => {
            at_file(shown, "may not be read", "allow the user of drplan to read it")
        }
        _ if error.raw_os_error().is_some_and(|code| TOO_MANY_LINKS.contains(&code)) => {
            at_file(shown, "is a link that leads back to itself", "remove the link or point it to a file")
        }
        _ => at_file(shown, format!("cannot be read: {error}"), "check the path and the disk"),
    }
}

/// Whether a file is encrypted by git-crypt; one that cannot be read is not known to be.
#[must_use]
pub fn is_git_crypt(path: &Path) -> bool {
    let mut head = [0; GIT_CRYPT.len()];
    File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == *GIT_CRYPT
}

/// What an encrypted file begins with. <https://github.com/AGWA/git-crypt/blob/master/commands.cpp>
const GIT_CRYPT: &[u8; 10] = b"\0GITCRYPT\0";

fn at_file(shown: &str, message: impl std::fmt::Display, fix: impl Into<String>) -> Problem {
    Problem::at(Place::file(shown), format!("{shown} {message}"), fix)
}

fn too_large(shown: &str, limit: u64) -> Problem {
    let (size, unit) = if limit >= 1 << 20 { (limit >> 20, "MiB") } else { (limit >> 10, "KiB") };
    at_file(
        shown,
        format!("is larger than {size} {unit}, the most that is read of such a file"),
        "check that this is the file you mean",
    )
}

/// UTF-16 and UTF-32, told by their mark or, without one, by the zero byte that every ASCII character brings along.
fn other_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Some("UTF-32"),
        [0xFF, 0xFE, ..] => Some("UTF-16 (little-endian)"),
        [0xFE, 0xFF, ..] => Some("UTF-16 (big-endian)"),
        [a, 0, b, 0, ..] if *a != 0 && *b != 0 => Some("UTF-16 (little-endian)"),
        [0, a, 0, b, ..] if *a != 0 && *b != 0 => Some("UTF-16 (big-endian)"),
        _ => None,
    }
}

/// Line of a byte offset, from 1.
#[must_use]
pub fn line_of(bytes: &[u8], offset: usize) -> u32 {
    let before = bytes.get(..offset).unwrap_or(bytes);
    u32::try_from(memchr::memchr_iter(b'\n', before).count()).unwrap_or(u32::MAX - 1) + 1
}

/// The lines of a text, found once so that many offsets can be mapped.
#[derive(Clone, Debug)]
pub struct Lines {
    /// Offset of the first byte of each line.
    starts: Vec<usize>,
}

impl Lines {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let newlines = memchr::memchr_iter(b'\n', text.as_bytes()).map(|offset| offset + 1);
        Self { starts: std::iter::once(0).chain(newlines).collect() }
    }
    /// Line of a byte offset, from 1.
    #[must_use]
    pub fn line(&self, offset: usize) -> u32 {
        let line = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(line).unwrap_or(u32::MAX)
    }
    /// Byte range of the line that holds an offset, without its end of line.
    #[must_use]
    pub fn range(&self, text: &str, offset: usize) -> std::ops::Range<usize> {
        let after = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(after.saturating_sub(1)).copied().unwrap_or(0);
        let end = self.starts.get(after).copied().unwrap_or(text.len());
        let line = text.get(start..end).unwrap_or("");
        start..start + line.trim_end_matches(['\n', '\r']).len()
    }
}

/// serde's message quotes text that it did not expect; a file's text may be a secret.
pub(super) fn without_values(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or(&message);
    match message.split_once("string \"") {
        Some((before, after)) => {
            let after = after.rsplit_once('"').map_or("", |(_, after)| after);
            format!("{before}string{after}")
        }
        None => message.to_owned(),
    }
}
