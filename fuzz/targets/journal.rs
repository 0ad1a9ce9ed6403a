//! Journals: any bytes are refused or replayed; records with a chain of their own, in whatever order, are reported on; a
//! journal that was cut off is replayed as far as it is whole.
#![no_main]

use drplan::plan::journal::{Entry, Head, Record, replay};
use drplan::plan::{Plan, report};
use drplan::render::Options;
use drplan::render::report::{render_report, render_report_markdown};
use serde::Deserialize;

/// A record before it is chained.
#[derive(Deserialize)]
struct Loose {
    at: jiff::Timestamp,
    generation: u64,
    entry: Entry,
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Err(damage) = replay(bytes) {
        assert!(damage.line > 0 && !damage.what.is_empty(), "{damage:?}");
    }
    // Digests that hold are not found by chance.
    let (mut head, mut chained) = (Head::default(), String::new());
    for line in bytes.split(|byte| *byte == b'\n') {
        let Ok(Loose { at, generation, entry }) = serde_json::from_slice(line) else { continue };
        let Ok(record) = Record::chained(&head, at, generation, entry) else { continue };
        let Ok(line) = record.line() else { continue };
        // As whoever writes a run's journal does, which never writes what its reader refuses.
        let longer = chained.clone() + &line;
        if replay(longer.as_bytes()).is_ok() {
            (head, chained) = (record.head(), longer);
        }
    }
    let whole = replay(chained.as_bytes()).expect("what was replayed is replayed again");
    assert_eq!(whole.sound, chained.len());
    let cut = chained.len() / 2;
    let part = replay(&chained.as_bytes()[..cut]).expect("a torn record is dropped");
    assert!(part.sound <= cut && whole.records.starts_with(&part.records));

    let plan: Plan =
        serde_json::from_str(include_str!("../seeds/artifact/database.json")).expect("the seed is a plan");
    let Some(report) = report::report(&plan, &whole, None) else { return };
    let _ = render_report(&report, Options::default());
    let _ = render_report_markdown(&report);
    let _ = report::durations(&plan, &report);
});
