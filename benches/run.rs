//! A run of thousands of steps, rehearsed and gone on with: `make bench`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures")]

mod large;

use std::time::Instant;

use drplan::clients::clock::Clock;
use drplan::event::Ending;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::journal::MemoryJournal;
use drplan::executor::matrix::rehearse_plan;
use drplan::executor::requests::Requests;
use drplan::executor::{Executor, Limits, Stop, Targets, people};
use drplan::plan::codec;
use drplan::plan::journal::replay;
use drplan::targets::sim::Region;

fn main() {
    let plan = large::large(2_000, 1);
    let began = Instant::now();
    let (rehearsal, run) = rehearse_plan(&plan, 1, &[]).unwrap();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(run.ended.how, Ending::Done);
    let ratio = as_float(rehearsal.makespan_seconds) / as_float(rehearsal.lower_bound_seconds);
    println!(
        "drill        {} steps: makespan {} s, {ratio:.3} of the least that there is (at most 1.05); {took:.2} s of wall time (under 1)",
        plan.steps.len(),
        rehearsal.makespan_seconds,
    );
    println!("memory       {:.0} MiB at most until here (under 60)", peak_mib());
    drop((plan, rehearsal, run));
    resume();
}

/// What a process does that goes on with a run of 10,000 steps, of which one is left: plan and journal are read, the chain is
/// proven, and the step is done.
fn resume() {
    let plan = large::large(10_000, 2);
    let mut bytes = Vec::new();
    codec::encode(&plan, &mut bytes).unwrap();
    let (_, run) = rehearse_plan(&plan, 1, &[]).unwrap();
    let text = String::from_utf8(run.journal).unwrap();
    // The last step's records, and the word of how the run ended.
    let last = plan.steps.last().map(|step| format!("\"{}\"", step.id)).unwrap();
    let kept: Vec<&str> = text.lines().take_while(|line| !line.contains(&last)).collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.jsonl");
    std::fs::write(&file, kept.join("\n") + "\n").unwrap();
    drop(plan);

    let began = Instant::now();
    let plan = codec::decode(&bytes).unwrap();
    let written = std::fs::read(&file).unwrap();
    let replayed = replay(&written).unwrap();
    let read = began.elapsed().as_secs_f64();
    let journal = MemoryJournal::after(replayed.head.clone(), replayed.generation + 1, written);
    let requests = Requests::new(&plan, &NoBodies);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let ended = runtime.block_on(async {
        let clock = Clock::starting(plan.created_at);
        let region = Region::new(as_planned(&plan, 1));
        let executor = Executor {
            plan: &plan,
            run: "bench",
            requests: &requests,
            targets: Targets {
                proofs: &region,
                engine: &region,
                data: &region,
                traffic: &region,
                kube: &region,
            },
            journal: &journal,
            people: &people::Rehearsed,
            clock,
            told: &|_| {},
            stop: &Stop::new(),
            limits: Limits::default(),
        };
        executor.run(&replayed).await
    });
    let took = began.elapsed().as_secs_f64();
    println!(
        "resume       {} records of {} steps: {took:.2} s (under 1), of which {read:.2} s to read plan and journal; {} done",
        kept.len(),
        plan.steps.len(),
        ended.done
    );
    assert_eq!(ended.how, Ending::Done, "{ended:?}");
}

fn as_float(seconds: u64) -> f64 {
    f64::from(u32::try_from(seconds).unwrap())
}

fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<f64>().ok())
        .map_or(0.0, |kib| kib / 1024.0)
}
