//! Kubernetes manifests: any bytes are read, skipped or refused.
#![no_main]

mod check;

use drplan::sources::{manifests, text};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec(), "manifest.yaml") else { return };
    if let Err(refused) = manifests::read_manifest_text("manifest.yaml", &text) {
        check::refusal(&refused);
    }
});
