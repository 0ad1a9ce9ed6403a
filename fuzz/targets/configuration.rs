//! Terraform configuration, in both syntaxes: any bytes are read or refused.
#![no_main]

mod check;

use std::sync::LazyLock;

use drplan::sources::hcl;

/// The reader takes a folder: one per process, its file written anew.
static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().expect("a folder"));

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    // JSON syntax where the text begins as JSON does.
    let (name, other) =
        if bytes.first() == Some(&b'{') { ("main.tf.json", "main.tf") } else { ("main.tf", "main.tf.json") };
    let _ = std::fs::remove_file(FOLDER.path().join(other));
    std::fs::write(FOLDER.path().join(name), bytes).expect("the file is written");
    if let Err(refused) = hcl::read_configuration(FOLDER.path(), FOLDER.path()) {
        check::refusal(&refused);
    }
});
