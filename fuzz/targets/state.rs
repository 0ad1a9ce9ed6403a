//! Terraform state: any bytes are read or refused.
#![no_main]

mod check;

use drplan::sources::{text, tfstate};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec(), "state.tfstate") else { return };
    if let Err(refused) = tfstate::read_state(&text, "state.tfstate") {
        check::refusal(&refused);
    }
});
