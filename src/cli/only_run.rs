//! Of a stack and a region one process of this folder runs at a time, whichever plan it has.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;

use super::{Failure, ask, home};
use crate::model::key_part::key_part;
use crate::plan::Plan;

/// In `.drplan`.
const LOCKS: &str = "locks";
/// Names of a run and a process are short.
const LONGEST: u64 = 4096;

/// Held as long as this lives, and let go however the process ends.
pub(super) struct OnlyRun(File);

impl OnlyRun {
    /// Has the stack and region of a plan in a folder.
    ///
    /// # Errors
    /// Another process of this machine runs a plan of them; the disk's.
    pub(super) fn hold(base: &Path, plan: &Plan) -> Result<Self, Failure> {
        let (stack, region) = (&plan.stack, &plan.saw.recovery_region);
        let folder = home::make(base)?.join(LOCKS);
        let path = folder.join(format!("{}.{}", key_part(stack), key_part(region)));
        let failed = |source| Failure::Io { what: path.display().to_string(), source };
        fs::create_dir_all(&folder).map_err(failed)?;
        let open = File::options().create(true).truncate(false).read(true).write(true).open(&path);
        let mut file = open.map_err(|error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => Failure::refused(
                format!("{} is another user's: {error}", path.display()),
                "nothing was changed: a run is gone on with by the user who began it (was it sudo?), whose the folder .drplan is",
            ),
            _ => failed(error),
        })?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let _ = (&mut file).take(LONGEST).read_to_string(&mut text);
                let (run, by) = text.trim_end().split_once('\n').unwrap_or(("a plan", "another drplan"));
                Err(Failure::refused(
                    format!(
                        "{by} on this machine runs {run} of stack {stack:?} in {region} at this moment: of a stack one run at \
                         a time goes on in a region"
                    ),
                    format!(
                        "nothing was changed. Look at its screen, or at what it has done: `drplan show {run}`. Once that \
                         process has ended, or is dead, this one goes on at once: the same command again"
                    ),
                ))
            }
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// Says which run it is, to whoever is refused. That it cannot be said stops nothing.
    pub(super) fn names(&mut self, run: &str) {
        let file = &mut self.0;
        let _ = file.set_len(0).and_then(|()| file.rewind());
        let _ = file.write_all(format!("{run}\n{}\n", ask::whereabouts()).as_bytes());
    }
}
