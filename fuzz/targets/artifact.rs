//! Saved plans: any bytes are refused; what has a plan's shape can be sealed, audited, compared and read again.
#![no_main]

use drplan::plan::artifact::{FORMAT_VERSION, Plan};
use drplan::plan::{audit, codec, diff};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = codec::decode(bytes);
    // Digests that hold are not found by chance: the shape alone leads on.
    let Ok(mut plan) = serde_json::from_slice::<Plan>(bytes) else { return };
    plan.format_version = FORMAT_VERSION;
    // An integer that a double does not have cannot be sealed.
    let Ok(plan) = codec::seal(plan) else { return };
    let _ = audit::audit(&plan);
    let mut saved = Vec::new();
    codec::encode(&plan, &mut saved).expect("a plan is written");
    let again = codec::decode(&saved).expect("a saved plan is read");
    assert_eq!(again, plan);
    assert!(diff::diff(&plan, &again).is_empty(), "a plan differs from itself");
});
