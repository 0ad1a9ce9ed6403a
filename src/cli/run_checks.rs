//! Whether a run's folder can be trusted: what is gone, another's or out of reach is told, and nothing is begun anew in
//! silence.

use std::fs;
use std::path::Path;

use super::run_folder::{ANEW, BEGUN, JOURNAL, RUNS, check_name, has_holder, names, read_if_there};
use super::{Failure, resume};
use crate::plan::journal::{Begun, Replayed};

/// The unfinished run of some decisions, and where it stands.
///
/// # Errors
/// The folder of a run cannot be looked at, its journal is damaged, gone or another's; a newer plan is gone on with.
pub(super) fn find(base: &Path, decision: &str) -> Result<Option<(String, Replayed)>, Failure> {
    let runs = base.join(RUNS);
    for run in names(&runs)?.into_iter().rev() {
        let folder = runs.join(&run);
        if !is_folder(&folder, &run)? {
            continue;
        }
        let file = folder.join(JOURNAL);
        let before = read_if_there(&file)?.unwrap_or_default();
        let Some(begun) = &before.begun else {
            check_never_began(&folder)?;
            continue;
        };
        check_marked(&folder, &before)?;
        if before.ended.as_deref() == Some("done") {
            continue;
        }
        if before.decision() == Some(decision) {
            check_own(&folder, &run, begun)?;
            return Ok(Some((run, before)));
        }
        resume::check_current(decision, &run, &before)?;
    }
    Ok(None)
}

/// Whether a file is there; where that cannot be told, it is not gone.
pub(super) fn is_there(file: &Path) -> Result<bool, Failure> {
    match fs::metadata(file) {
        Ok(meta) => Ok(meta.is_file()),
        Err(error)
            if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) =>
        {
            Ok(false)
        }
        Err(error) => Err(unseen(file, &error.to_string())),
    }
}

fn unseen(path: &Path, why: &str) -> Failure {
    Failure::refused(
        format!("{} cannot be looked at: {why}", path.display()),
        format!(
            "nothing was changed: run this as whoever began the run, on the disk that it has. Is it of no use any more: move it \
             out of .drplan/runs, and {ANEW}"
        ),
    )
}

/// Whether it is a folder. A run's can be looked at, and has what each has that began: its lock at least.
fn is_folder(folder: &Path, run: &str) -> Result<bool, Failure> {
    let is_named = run.len() >= 16 && run.as_bytes().get(8) == Some(&b'T') && check_name(run).is_ok();
    let meta = match fs::metadata(folder) {
        Ok(meta) => meta,
        Err(_) if !is_named => return Ok(false),
        Err(error) => return Err(unseen(folder, &error.to_string())),
    };
    if !meta.is_dir() || !is_named {
        return Ok(meta.is_dir());
    }
    let mut entries = fs::read_dir(folder).map_err(|error| unseen(folder, &error.to_string()))?;
    match entries.next() {
        Some(_) => Ok(true),
        None => Err(unseen(folder, "it is empty, and a run's folder has its records")),
    }
}

/// The folder of a run says of which decisions it was begun, or gone on with.
fn check_marked(folder: &Path, replayed: &Replayed) -> Result<(), Failure> {
    let Ok(marked) = fs::read_to_string(folder.join(BEGUN)) else { return Ok(()) };
    if marked.trim().is_empty() || replayed.decisions.iter().any(|had| had == marked.trim()) {
        return Ok(());
    }
    Err(Failure::refused(
        format!(
            "the run of {} had other decisions than its {JOURNAL} has: it is another run's",
            folder.display()
        ),
        format!(
            "nothing was changed: bring its own journal back. Is it lost for good: move the folder away, and {ANEW}"
        ),
    ))
}

/// Of a run that had its first record its records must be there: an emptied journal looks like one that never began.
pub(super) fn check_never_began(folder: &Path) -> Result<(), Failure> {
    // Of whatever decisions it was: whoever has mended a manifest since must know, too.
    if !folder.join(BEGUN).is_file() || has_holder(folder) {
        return Ok(());
    }
    Err(Failure::refused(
        format!("the run of {} had begun, and its {JOURNAL} has no records any more", folder.display()),
        format!(
            "nothing was changed: bring the journal back. Is it lost for good, nobody knows what was done: move {} away, and {ANEW}",
            folder.display()
        ),
    ))
}

/// A run's records are in the folder of its name: a copy is none that can be gone on with.
pub(super) fn check_own(folder: &Path, run: &str, begun: &Begun) -> Result<(), Failure> {
    if begun.run == run {
        return Ok(());
    }
    Err(Failure::refused(
        format!("{} has the records of run {}, and not of its own", folder.display(), begun.run),
        format!(
            "nothing was changed: a copy is no run, move it out of .drplan/runs; one that was renamed gets its name back: {}",
            begun.run
        ),
    ))
}
