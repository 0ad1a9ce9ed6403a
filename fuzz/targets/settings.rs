//! drplan.hcl: any bytes are read or refused.
#![no_main]

mod check;

use std::sync::LazyLock;

use drplan::sources::hcl;

/// The reader takes a path: one file per process, written anew.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("drplan.hcl");
    std::fs::write(&path, bytes).expect("the file is written");
    if let Err(refused) = hcl::read_settings(&path) {
        check::refusal(&refused);
    }
});
