//! The folder of a run: `.drplan/runs/RUN` beside drplan.hcl, with its plan, its journal and its events.

use std::fs::{self, File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Failure;
use super::home;
use super::output::Screen;
use super::run_checks::{check_never_began, check_own, find, is_there};
use super::show::read_plan;
use crate::executor::journal::FileJournal;
use crate::model::diagnostic::{Place, Problem};
use crate::model::paste::shell;
use crate::plan::Plan;
use crate::plan::journal::{Begun, Replayed, replay};

pub(super) const RUNS: &str = ".drplan/runs";
/// The journal of a run, in its folder.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// In the folder of a run that has a record: of which decisions it was then.
pub(super) const BEGUN: &str = "begun";
/// What it means to begin anew where the records of a run are gone.
pub(super) const ANEW: &str = "apply again: what was done is found done, gates ask again, and a Job that takes itself away when \
                               it has ended (ttlSecondsAfterFinished) runs again: take it out of the manifests first where it must not";
/// Flags of kubectl that led the last process of this machine to the run's cluster.
const KUBECTL: &str = "kubectl";
/// Which holder of the lease in S3 this folder had last.
const HOLDER: &str = "holder";
/// Longer than anybody has the lock who only looks.
const GLANCE: Duration = Duration::from_millis(50);
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
    /// The unfinished run of these decisions, else a new one of this name.
    ///
    /// # Errors
    /// Another process has it, its journal is damaged, the folder cannot be made.
    pub(super) fn open(base: &Path, decision: &str, name: &str) -> Result<Self, Failure> {
        match find(base, decision)? {
            Some((run, _)) => Self::existing(base, &run),
            None => Self::create(base, &base.join(RUNS), name),
        }
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

    fn create(base: &Path, runs: &Path, name: &str) -> Result<Self, Failure> {
        home::make(base)?;
        let failed = |source| Failure::Io { what: format!("{} cannot be made", runs.display()), source };
        fs::create_dir_all(runs).map_err(failed)?;
        // Two that begin within one second are told apart.
        for number in 0..1_000 {
            let run = if number == 0 { name.to_owned() } else { format!("{name}-{number}") };
            let path = runs.join(&run);
            match fs::create_dir(&path) {
                Ok(()) => {
                    private(&path).map_err(failed)?;
                    // An empty folder would look like that of a run whose records are gone.
                    let lock = hold(&path, &run).inspect_err(|_| drop(fs::remove_dir_all(&path)))?;
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
        self.replayed.begun.is_some() && has_holder(&self.path)
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

    /// Says that the run has a record, to whoever finds none. That it cannot be said stops nothing.
    pub(super) fn mark_begun(&self, decision: &str) {
        let _ = fs::write(self.path.join(BEGUN), decision);
    }

    /// Keeps what leads kubectl to the cluster, for whoever is shown the run. That it cannot be kept stops nothing.
    pub(super) fn leads_by(&self, flags: Option<&str>) {
        let file = self.path.join(KUBECTL);
        let _ = match flags {
            Some(flags) => fs::write(file, flags),
            None => fs::remove_file(file),
        };
    }

    /// Takes the folder away where nothing was recorded in it: on a full disk it would take the room of the next try.
    pub(super) fn discard_unused(&self) {
        let file = self.path.join(JOURNAL);
        if !file.exists() || read(&file).is_ok_and(|journal| journal.begun.is_none()) {
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

/// Whether a process of this machine has a run at this moment.
pub(super) fn is_held(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join("lock")) else { return false };
    matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Whether a folder is that of a run, with its records or without.
pub(super) fn is_one(folder: &Path) -> bool {
    // What cannot be looked at is told as such by whoever reads it.
    folder.is_dir() && (!matches!(is_there(&folder.join(JOURNAL)), Ok(false)) || folder.join(BEGUN).is_file())
}

/// Flags of kubectl that lead to the cluster of a run, where they are known here.
pub(super) fn kubectl(folder: &Path) -> Option<String> {
    let flags = fs::read_to_string(folder.join(KUBECTL)).ok()?;
    Some(flags).filter(|flags| flags.starts_with("--"))
}

/// Whether the records of a run are in S3, of which its folder has a copy.
pub(super) fn has_holder(folder: &Path) -> bool {
    folder.join(HOLDER).is_file()
}

/// The plan and the journal of a run's folder, which may be running.
pub(super) fn read_run(path: &Path) -> Result<(Plan, Replayed), Failure> {
    let file = path.join(JOURNAL);
    let replayed = read_if_there(&file)?.unwrap_or_default();
    if replayed.begun.is_none() {
        check_never_began(path)?;
        let fix = "apply its plan: drplan apply PLAN";
        return Err(Problem::new(format!("the run of {} has never begun", path.display()), fix).into());
    }
    let file = path.join(plan_file(replayed.plan_number()));
    let (_, plan) = read_plan(&file)?;
    let has = replayed.decision().unwrap_or_default();
    if has != plan.decision_digest {
        return Err(Failure::refused(
            format!(
                "{} is not the plan that the run of {} has: its decisions are others",
                file.display(),
                path.display()
            ),
            format!(
                "bring back the one with the decision_digest {has}: `cp PLAN {}`",
                shell(&file.display().to_string())
            ),
        ));
    }
    Ok((plan, replayed))
}

/// The journal of a run of this folder; `None` where there is none.
///
/// # Errors
/// It is no name of a run; its journal is damaged, another's, or gone though it had begun.
pub(super) fn journal_of(base: &Path, run: &str) -> Result<Option<Replayed>, Failure> {
    check_name(run)?;
    let folder = base.join(RUNS).join(run);
    let replayed = read_if_there(&folder.join(JOURNAL))?;
    match replayed.as_ref().and_then(|replayed| replayed.begun.as_ref()) {
        Some(begun) => check_own(&folder, run, begun)?,
        None => check_never_began(&folder)?,
    }
    Ok(replayed)
}

/// What a run that begins is called: by its second and, where other stacks have their runs beside it, by its stack and
/// region, so that all that begin at once have names of their own.
pub(super) fn name(plan: &Plan, shared: bool, at: Timestamp) -> String {
    let second = at.strftime("%Y%m%dT%H%M%SZ");
    if !shared {
        return second.to_string();
    }
    let of = Sha256::digest(format!("{}\n{}", plan.stack, plan.saw.recovery_region));
    let own: String = of.iter().take(3).map(|byte| format!("{byte:02x}")).collect();
    format!("{second}-{own}")
}

/// The folder of a run, as it is shown.
pub(super) fn folder_of(base: &Path, run: &str) -> PathBuf {
    base.join(RUNS).join(run)
}

/// The plans that a run had, each in a file of its own: what it goes on with never replaces what it was begun with.
pub(super) fn plan_file(number: usize) -> String {
    if number == 0 { "plan.json".to_owned() } else { format!("plan-{number}.json") }
}

/// The folder's runs that have begun, oldest first; one whose journal cannot be read is none.
pub(super) fn begun(base: &Path) -> Vec<(String, Replayed)> {
    let runs = names(&base.join(RUNS)).unwrap_or_default().into_iter();
    let read = runs.filter_map(|run| Some((journal_of(base, &run).ok()??, run)));
    read.filter(|(journal, _)| journal.begun.is_some()).map(|(journal, run)| (run, journal)).collect()
}

/// Those of them that are not done.
pub(super) fn unfinished(base: &Path) -> Vec<(String, Replayed)> {
    let mut runs = begun(base);
    runs.retain(|(_, journal)| journal.ended.as_deref() != Some("done"));
    runs
}

pub(super) fn check_name(run: &str) -> Result<(), Failure> {
    let sound = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if run.is_empty() || !run.chars().all(sound) {
        let fix = "give its name: that of its folder in .drplan/runs, or of its part of the prefix in S3";
        return Err(Problem::new("this is no name of a run", fix).into());
    }
    Ok(())
}

/// Runs, oldest first.
pub(super) fn names(runs: &Path) -> Result<Vec<String>, Failure> {
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

/// A journal, where there is one.
pub(super) fn read_if_there(file: &Path) -> Result<Option<Replayed>, Failure> {
    if is_there(file)? { read(file).map(Some) } else { Ok(None) }
}

fn read(file: &Path) -> Result<Replayed, Failure> {
    let shown = file.display().to_string();
    let failed = |source| Failure::Io { what: shown.clone(), source };
    let mut bytes = Vec::new();
    // As they are: a text that is read may lose what stands before it, or be refused for what stands behind it.
    let read = File::open(file).map_err(failed)?.take(JOURNAL_LIMIT + 1).read_to_end(&mut bytes);
    if read.map_err(failed)? as u64 > JOURNAL_LIMIT {
        let message = format!("{shown} is larger than {} MiB: it is no journal", JOURNAL_LIMIT >> 20);
        return Err(Failure::refused(message, format!("move the folder out of .drplan/runs, and {ANEW}")));
    }
    replay(&bytes).map_err(|damage| {
        let line = u32::try_from(damage.line).unwrap_or(u32::MAX);
        let fix = format!(
            "nothing is run on a journal that cannot be trusted: keep the folder for whoever looks into it, move it out of \
             .drplan/runs, and {ANEW}"
        );
        Failure::Refused(Problem::at(Place { file: shown, line }, damage.to_string(), fix).into())
    })
}

/// One process at a time.
fn hold(path: &Path, run: &str) -> Result<File, Failure> {
    let file = path.join("lock");
    let failed = |source| Failure::Io { what: file.display().to_string(), source };
    let lock = File::options().create(true).truncate(false).write(true).open(&file).map_err(failed)?;
    let mut tried = lock.try_lock();
    if matches!(tried, Err(TryLockError::WouldBlock)) {
        // Whoever only looks whether it is held has it for an instant.
        std::thread::sleep(GLANCE);
        tried = lock.try_lock();
    }
    match tried {
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
