//! Saved plans: any bytes are refused; what has a plan's shape can be sealed, audited, compared and read again.
#![no_main]

use drplan::plan::artifact::Plan;
use drplan::plan::{audit, codec, diff};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = codec::decode(bytes);
    // Digests that hold are not found by chance: the shape alone leads on.
    let Ok(plan) = serde_json::from_slice::<Plan>(bytes) else { return };
    let plan = codec::seal(plan).expect("a plan is sealed");
    let _ = audit::audit(&plan);
    let mut saved = Vec::new();
    codec::encode(&plan, &mut saved).expect("a plan is written");
    let again = codec::decode(&saved).expect("a saved plan is read");
    assert_eq!(again, plan);
    assert!(diff::diff(&plan, &again).is_empty(), "a plan differs from itself");
});
