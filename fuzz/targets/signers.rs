//! Allowed signers, revoked keys and signatures: any bytes are read or refused.
#![no_main]

mod check;

use drplan::model::approval::Text;
use drplan::plan::approval;
use drplan::sources::text;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text::decode(bytes.to_vec(), "allowed_signers") else { return };
    if let Err(refused) = approval::read_revoked(&text, "revoked") {
        check::refusal(&refused);
    }
    let signature = Text::new("a.sig", text.as_str());
    match approval::read_signers(&text, "allowed_signers") {
        Ok(signers) => {
            // Nothing that was made up by chance is a signature over this.
            let count = approval::count(b"sha256:", &[signature], &[signers], &[], Default::default());
            assert!(count.approved.is_empty(), "approved: {count:?}");
        }
        Err(refused) => check::refusal(&refused),
    }
});
