//! The files of an approval: allowed signers, revoked keys, and the signatures beside a plan. They are read and not
//! judged; one that cannot be read says so in its place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::text;
use crate::model::approval::{ApprovalFiles, Text};
use crate::model::diagnostic::{Place, Problem};

/// What a folder of signatures ends in: `plan.json.approvals`.
const FOLDER: &str = ".approvals";
/// What a signature ends in.
const SIGNATURE: &str = "sig";
/// Files of people and keys stay far below this.
const LIST_LIMIT: u64 = 1 << 20;
/// A signature of the longest RSA key has three kilobytes.
const SIGNATURE_LIMIT: u64 = 64 << 10;
/// Signatures that are looked at; more than people can approve.
const MOST_SIGNATURES: usize = 1000;
/// How a binary key revocation list begins (PROTOCOL.krl of OpenSSH).
const KRL: &[u8] = b"SSHKRL\n\0";

/// The folder of a plan's signatures.
#[must_use]
pub fn folder_of(plan: &Path) -> PathBuf {
    let mut folder = OsString::from(plan);
    folder.push(FOLDER);
    PathBuf::from(folder)
}

/// Reads the files that `signers` and `revoked` name, relative to `base`, and the signatures of a plan.
#[must_use]
pub fn read_approvals(plan: &Path, base: &Path, signers: &[String], revoked: &[String]) -> ApprovalFiles {
    ApprovalFiles {
        signers: signers.iter().map(|path| read_list(base, path)).collect(),
        revoked: revoked.iter().map(|path| read_revoked(&base.join(path), path)).collect(),
        signatures: read_signatures(plan),
    }
}

/// Reads a list of people or keys that drplan.hcl names.
#[must_use]
pub fn read_list(base: &Path, path: &str) -> Text {
    read(&base.join(path), path, LIST_LIMIT)
}

fn read(path: &Path, shown: &str, limit: u64) -> Text {
    Text { shown: shown.to_owned(), text: text::read_text(path, shown, limit) }
}

/// A binary list is told by name: whoever has one knows how to make the other.
fn read_revoked(path: &Path, shown: &str) -> Text {
    let mut read = read(path, shown, LIST_LIMIT);
    if read.text.is_err() && begins_with(path, KRL) {
        read.text = Err(Problem::at(
            Place::file(shown),
            format!("{shown} is a binary key revocation list, which drplan does not read"),
            "give the list that it was made from: a public key on each line, or `hash: SHA256:...` (ssh-keygen -lf \
             KEY.pub tells it)",
        ));
    }
    read
}

fn begins_with(path: &Path, mark: &[u8]) -> bool {
    use std::io::Read as _;
    let mut head = Vec::new();
    let file = path.metadata().is_ok_and(|metadata| metadata.is_file()).then(|| std::fs::File::open(path));
    let read = file.and_then(Result::ok).map(|file| file.take(mark.len() as u64).read_to_end(&mut head));
    matches!(read, Some(Ok(_))) && head == mark
}

/// Every `*.sig` in the folder of a plan, by name; none where there is no folder.
fn read_signatures(plan: &Path) -> Vec<Text> {
    let folder = folder_of(plan);
    let shown = folder.display().to_string();
    let problem = |problem| vec![Text { shown: shown.clone(), text: Err(problem) }];
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
        Err(error) if folder.is_dir() => return problem(text::unreadable(&error, &shown)),
        Err(_) => {
            let message = format!("{shown} is a file, where a folder of signatures is looked for");
            return problem(Problem::at(Place::file(&shown), message, "move it away"));
        }
    };
    let mut paths = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => paths.push(entry.path()),
            Err(error) => return problem(text::unreadable(&error, &shown)),
        }
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == SIGNATURE));
    paths.sort();
    if paths.len() > MOST_SIGNATURES {
        let message = format!("{shown} has {} signatures; up to {MOST_SIGNATURES} are read", paths.len());
        return problem(Problem::at(Place::file(&shown), message, "remove those that do not count"));
    }
    paths.iter().map(|path| read(path, &path.display().to_string(), SIGNATURE_LIMIT)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &Text) -> String {
        text.text.as_ref().map_or_else(|problem| problem.message.clone(), |text| format!("read: {text}"))
    }

    #[test]
    fn every_file_is_read_or_says_why_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("plan.json.approvals")).unwrap();
        std::fs::create_dir(at("plan.json.approvals/folder.sig")).unwrap();
        for (name, bytes) in [
            ("plan.json.approvals/alice.sig", b"a signature".to_vec()),
            ("plan.json.approvals/notes.txt", b"none".to_vec()),
            ("plan.json.approvals/huge.sig", vec![b'x'; 1 << 17]),
            ("plan.json.approvals/nul.sig", b"a\0b".to_vec()),
            ("signers", b"alice".to_vec()),
            ("utf16", b"\xff\xfea\0l\0i\0c\0e\0".to_vec()),
            ("huge", vec![b'x'; 2 << 20]),
            ("revoked.krl", [KRL, &[0, 0, 0, 1]].concat()),
        ] {
            std::fs::write(at(name), bytes).unwrap();
        }
        let names = ["signers", "missing", "huge", "utf16", "plan.json.approvals"].map(str::to_owned);
        let read = read_approvals(&at("plan.json"), folder.path(), &names, &["revoked.krl".to_owned()]);
        assert_eq!(
            read.signers.iter().map(said).collect::<Vec<_>>(),
            [
                "read: alice",
                "missing is not there",
                "huge is larger than 1 MiB, the most that is read of such a file",
                "utf16 is UTF-16 (little-endian) text",
                "plan.json.approvals is a folder, not a file",
            ]
        );
        assert!(said(&read.revoked[0]).contains("binary key revocation list"));
        let signatures: Vec<(String, String)> = read
            .signatures
            .iter()
            .map(|text| (text.shown.rsplit('/').next().unwrap().to_owned(), said(text)))
            .collect();
        assert_eq!(signatures[0], ("alice.sig".to_owned(), "read: a signature".to_owned()));
        assert!(signatures[1].1.contains("is a folder"), "{signatures:?}");
        assert!(signatures[2].1.contains("is larger than 64 KiB"), "{signatures:?}");
        assert!(signatures[3].1.contains("NUL"), "{signatures:?}");
        assert_eq!(signatures.len(), 4);
    }

    #[test]
    fn a_folder_that_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let plan = folder.path().join("plan.json");
        assert!(read_approvals(&plan, folder.path(), &[], &[]).signatures.is_empty());
        std::fs::write(folder_of(&plan), "").unwrap();
        let read = read_approvals(&plan, folder.path(), &[], &[]).signatures;
        assert!(said(&read[0]).contains("where a folder of signatures is looked for"));
    }
}
