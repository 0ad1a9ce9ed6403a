//! The folder of a run: `.drplan/runs/RUN` beside drplan.hcl, with its plan, its journal and its events.

use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::home;
use super::output::Screen;
use super::show::read_plan;
use super::{Failure, resume};
use crate::executor::journal::FileJournal;
use crate::model::diagnostic::{Place, Problem};
use crate::plan::Plan;
use crate::plan::journal::{Begun, Replayed, replay};

const RUNS: &str = ".drplan/runs";
/// The journal of a run, in its folder.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// Which holder of the lease in S3 this folder had last.
const HOLDER: &str = "holder";
/// A run of ten thousand steps writes some ten megabytes.
const JOURNAL_LIMIT: u64 = 1 << 30;

/// A run's folder, held by this process.
pub(super) struct RunFolder {
    pub(super) path: PathBuf,
    pub(super) run: String,
    pub(super) replayed: Replayed,
    /// Held as long as this lives, and let go however the process ends.
    lock: File,
}

impl RunFolder {
    /// The unfinished run of these decisions, else a new one.
    ///
    /// # Errors
    /// Another process has it, its journal is damaged, the folder cannot be made.
    pub(super) fn open(base: &Path, decision: &str, at: Timestamp) -> Result<Self, Failure> {
        let runs = base.join(RUNS);
        for run in names(&runs)?.into_iter().rev() {
            let file = runs.join(&run).join(JOURNAL);
            if !file.is_file() {
                continue;
            }
            let before = read(&file)?;
            if before.ended.as_deref() == Some("done") {
                continue;
            }
            if before.decision() == Some(decision) {
                return Self::existing(base, &run);
            }
            resume::check_current(decision, &run, &before)?;
        }
        Self::create(base, &runs, at)
    }

    /// The folder of a run that has begun here.
    ///
    /// # Errors
    /// Another process has it, or its journal is damaged.
    pub(super) fn existing(base: &Path, run: &str) -> Result<Self, Failure> {
        let path = base.join(RUNS).join(run);
        let lock = hold(&path, run)?;
        // Another may have written between a look and the lock.
        let replayed = read(&path.join(JOURNAL))?;
        Ok(Self { path, run: run.to_owned(), replayed, lock })
    }

    fn create(base: &Path, runs: &Path, at: Timestamp) -> Result<Self, Failure> {
        home::make(base)?;
        let failed = |source| Failure::Io { what: format!("{} cannot be made", runs.display()), source };
        fs::create_dir_all(runs).map_err(failed)?;
        let base = at.strftime("%Y%m%dT%H%M%SZ").to_string();
        // Two that begin within one second are told apart.
        for number in 0..1_000 {
            let run = if number == 0 { base.clone() } else { format!("{base}-{number}") };
            let path = runs.join(&run);
            match fs::create_dir(&path) {
                Ok(()) => {
                    private(&path).map_err(failed)?;
                    let lock = hold(&path, &run)?;
                    return Ok(Self { path, run, replayed: Replayed::default(), lock });
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(error)),
            }
        }
        Err(Failure::Defect("a thousand runs began within one second".to_owned()))
    }

    /// A run goes on where it began: what is done in one cluster is not done in another.
    pub(super) fn check_cluster(&self, id: &str) -> Result<(), Failure> {
        let Some(Begun { cluster: Some(of), .. }) = &self.replayed.begun else { return Ok(()) };
        if of == id {
            return Ok(());
        }
        let problem = Problem::new(
            format!(
                "run {} began in another cluster: its kube-system is {of}, and this one's is {id}",
                self.run
            ),
            format!(
                "name the context of the cluster that it began in; or, to begin anew in this one, move {} away",
                self.path.display()
            ),
        );
        Err(Failure::Refused(problem.into()))
    }

    /// The folder of a run that was begun elsewhere, or here. What its journal says there is not looked at.
    ///
    /// # Errors
    /// No name of a run; another process has it; the folder cannot be made.
    pub(super) fn named(base: &Path, run: &str) -> Result<Self, Failure> {
        check_name(run)?;
        home::make(base)?;
        let path = base.join(RUNS).join(run);
        let failed = |source| Failure::Io { what: format!("{} cannot be made", path.display()), source };
        fs::create_dir_all(&path).map_err(failed)?;
        private(&path).map_err(failed)?;
        let lock = hold(&path, run)?;
        Ok(Self { path, run: run.to_owned(), replayed: Replayed::default(), lock })
    }

    /// This folder on this machine since it was started; nothing where that cannot be told, or is not asked again.
    pub(super) fn machine(&self) -> String {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let boot = boot.trim();
        if boot.is_empty() { "elsewhere.".to_owned() } else { format!("{boot}.{}.", inode(&self.lock)) }
    }

    /// Which holder of the lease had this folder last.
    pub(super) fn holder(&self) -> Option<String> {
        let id = fs::read_to_string(self.path.join(HOLDER)).ok()?;
        Some(id.trim().to_owned()).filter(|id| !id.starts_with("elsewhere."))
    }

    /// Whether its records are in S3: what is here is a copy, which others may have gone on from.
    pub(super) fn is_copy(&self) -> bool {
        self.replayed.begun.is_some() && self.path.join(HOLDER).is_file()
    }

    /// This process has it now.
    pub(super) fn hold_as(&self, id: &str) -> Result<(), Failure> {
        let file = self.path.join(HOLDER);
        fs::write(&file, id).map_err(|source| Failure::Io { what: file.display().to_string(), source })
    }

    /// Takes what the records elsewhere say, and a copy of them.
    pub(super) fn copy(&mut self, bytes: &[u8], replayed: Replayed) -> Result<(), Failure> {
        let file = self.path.join(JOURNAL);
        self.replayed = replayed;
        fs::write(&file, bytes).map_err(|source| Failure::Io { what: file.display().to_string(), source })
    }

    /// The copy, to be written on; it is for people, and its loss loses nothing.
    pub(super) fn behind_copy(&self) -> Option<File> {
        File::options().append(true).open(self.path.join(JOURNAL)).ok()
    }

    /// Takes the folder away where nothing was recorded in it.
    pub(super) fn discard_unused(self) {
        if !self.path.join(JOURNAL).exists() && !self.path.join("plan.json").exists() {
            let _ = fs::remove_dir_all(&self.path);
        }
    }

    /// Opens the journal behind its sound part.
    pub(super) fn journal(&self, screen: &Screen) -> Result<FileJournal, Failure> {
        let path = self.path.join(JOURNAL);
        if self.replayed.torn {
            screen.note(&format!(
                "note: the last record of {} was cut off when its process or its machine died: it is dropped, and what it was \
                 about is looked at before anything is done",
                path.display()
            ));
        }
        let generation = self.replayed.generation + 1;
        let sound = u64::try_from(self.replayed.sound).unwrap_or(u64::MAX);
        FileJournal::open(&path, self.replayed.head.clone(), generation, sound)
            .map_err(|source| Failure::Io { what: path.display().to_string(), source })
    }

    /// Where a file of the run stands.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

/// The plan and the journal of a run's folder, which may be running.
pub(super) fn read_run(path: &Path) -> Result<(Plan, Replayed), Failure> {
    let replayed = read(&path.join(JOURNAL))?;
    let (_, plan) = read_plan(&path.join(plan_file(replayed.plan_number())))?;
    Ok((plan, replayed))
}

/// The journal of a run of this folder; `None` where there is none.
///
/// # Errors
/// It is no name of a run, or its journal is damaged.
pub(super) fn journal_of(base: &Path, run: &str) -> Result<Option<Replayed>, Failure> {
    check_name(run)?;
    let file = base.join(RUNS).join(run).join(JOURNAL);
    if file.is_file() { read(&file).map(Some) } else { Ok(None) }
}

/// The folder of a run, as it is shown.
pub(super) fn folder_of(base: &Path, run: &str) -> PathBuf {
    base.join(RUNS).join(run)
}

/// The plans that a run had, each in a file of its own: what it goes on with never replaces what it was begun with.
pub(super) fn plan_file(number: usize) -> String {
    if number == 0 { "plan.json".to_owned() } else { format!("plan-{number}.json") }
}

/// The folder's runs that are not done, oldest first; one whose journal cannot be read is none.
pub(super) fn unfinished(base: &Path) -> Vec<(String, Replayed)> {
    let runs = names(&base.join(RUNS)).unwrap_or_default().into_iter();
    let read = runs.filter_map(|run| Some((journal_of(base, &run).ok()??, run)));
    read.filter(|(journal, _)| journal.begun.is_some() && journal.ended.as_deref() != Some("done"))
        .map(|(journal, run)| (run, journal))
        .collect()
}

fn check_name(run: &str) -> Result<(), Failure> {
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if run.is_empty() || !run.chars().all(sound) {
        let fix = "give its name: that of its folder in .drplan/runs, or of its part of the prefix in S3";
        return Err(Problem::new("this is no name of a run", fix).into());
    }
    Ok(())
}

/// Runs, oldest first.
fn names(runs: &Path) -> Result<Vec<String>, Failure> {
    let entries = match fs::read_dir(runs) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Failure::Io { what: runs.display().to_string(), source }),
    };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> Result<Replayed, Failure> {
    let shown = file.display().to_string();
    let failed = |source| Failure::Io { what: shown.clone(), source };
    let mut bytes = Vec::new();
    // As they are: a text that is read may lose what stands before it, or be refused for what stands behind it.
    let read = File::open(file).map_err(failed)?.take(JOURNAL_LIMIT + 1).read_to_end(&mut bytes);
    if read.map_err(failed)? as u64 > JOURNAL_LIMIT {
        let message = format!("{shown} is larger than {} MiB: it is no journal", JOURNAL_LIMIT >> 20);
        return Err(Failure::refused(message, "move the folder out of .drplan/runs, and apply again"));
    }
    replay(&bytes).map_err(|damage| {
        let line = u32::try_from(damage.line).unwrap_or(u32::MAX);
        let fix = "nothing is run on a journal that cannot be trusted: keep the folder for whoever looks into it, \
                   move it out of .drplan/runs, and apply again; what was done is found done";
        Failure::Refused(Problem::at(Place { file: shown, line }, damage.to_string(), fix).into())
    })
}

/// One process at a time.
fn hold(path: &Path, run: &str) -> Result<File, Failure> {
    let file = path.join("lock");
    let failed = |source| Failure::Io { what: file.display().to_string(), source };
    let lock = File::options().create(true).truncate(false).write(true).open(&file).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(Failure::Refused(
            Problem::new(
                format!("another drplan on this machine runs {run} at this moment"),
                "look at its screen; this one may go on when it has ended",
            )
            .into(),
        )),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

#[cfg(unix)]
fn inode(file: &File) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    file.metadata().map(|meta| meta.ino()).unwrap_or_default()
}

#[cfg(not(unix))]
fn inode(_: &File) -> u64 {
    0
}

#[cfg(unix)]
pub(super) fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
pub(super) fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}
