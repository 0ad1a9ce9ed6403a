//! Recorded inventories and observations: any text is read or refused, and what is read is written back the same.
#![no_main]

mod check;

use drplan::sources::recorded;

libfuzzer_sys::fuzz_target!(|text: &str| {
    match recorded::parse_inventory(text, "inventory.json") {
        Err(refused) => check::refusal(&refused),
        Ok(inventory) => {
            let written = recorded::write_inventory(inventory).expect("written");
            let again = recorded::parse_inventory(&written, "inventory.json").expect("read again");
            assert_eq!(recorded::write_inventory(again).expect("written"), written);
        }
    }
    match recorded::parse_observation(text, "observation.json") {
        Err(refused) => check::refusal(&refused),
        Ok(observation) => {
            let written = recorded::write_observation(observation).expect("written");
            let again = recorded::parse_observation(&written, "observation.json").expect("read again");
            assert_eq!(recorded::write_observation(again).expect("written"), written);
        }
    }
});
