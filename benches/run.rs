//! A run of thousands of steps, rehearsed and gone on with: `make bench`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures")]

mod large;

use std::sync::OnceLock;
use std::time::Instant;

use drplan::clients::clock::Clock;
use drplan::event::Ending;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::journal::FileJournal;
use drplan::executor::matrix::rehearse_plan;
use drplan::executor::requests::Requests;
use drplan::executor::{Executor, Limits, Stop, Targets, people};
use drplan::model::target::{Acted, Mark, Seen, TargetError};
use drplan::plan::codec;
use drplan::plan::journal::{StepState, replay};
use drplan::targets::Target;
use drplan::targets::sim::Region;
use futures_util::future::BoxFuture;
use large::{Shape, large};
use rayon::prelude::*;

fn main() {
    let plan = large(2_000, Shape::Layers, 1);
    let began = Instant::now();
    let (rehearsal, run) = rehearse_plan(&plan, 1, &[]).unwrap();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(run.ended.how, Ending::Done);
    println!(
        "drill        {} steps in {} s of their time: {took:.2} s (under 1)",
        plan.steps.len(),
        rehearsal.makespan_seconds,
    );
    println!("memory       {:.0} MiB at most until here (under 60)", peak_mib());
    drop((plan, rehearsal, run));
    let small = large(150, Shape::Layers, 7);
    for shape in [Shape::Layers, Shape::Wide, Shape::Chains(5), Shape::Chains(40), Shape::Copies(&small)] {
        makespans(shape);
    }
    resume("half", 5_000);
    resume("all but one", 9_999);
}

/// How much longer than they must rehearsals of a shape take.
fn makespans(shape: Shape<'_>) {
    let mut ratios: Vec<(f64, u64)> = (1..=40_u64)
        .into_par_iter()
        .map(|seed| {
            let plan = large(2_000, shape, seed);
            let (rehearsal, run) = rehearse_plan(&plan, seed, &[]).unwrap();
            assert_eq!(run.ended.how, Ending::Done);
            (as_float(rehearsal.makespan_seconds) / as_float(rehearsal.lower_bound_seconds), seed)
        })
        .collect();
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (median, (most, seed)) = (ratios[ratios.len() / 2].0, ratios[ratios.len() - 1]);
    println!(
        "makespan     {}: {median:.3} of the least that there is, {most:.3} at most (seed {seed} of {}; at most 1.05)",
        shape.as_str(),
        ratios.len(),
    );
}

/// A run of 10,000 steps that died when so many were done, and the process that goes on with it: what `apply` does from the
/// plan's and the journal's bytes to its first new effect, with the journal on disk. It reads the journal twice: once to find
/// the run, once when it holds it.
fn resume(part: &str, done: usize) {
    let plan = large(10_000, Shape::Layers, 2);
    let mut bytes = Vec::new();
    codec::encode(&plan, &mut bytes).unwrap();
    let (_, run) = rehearse_plan(&plan, 1, &[]).unwrap();
    let text = String::from_utf8(run.journal).unwrap();
    let mut ends = text.match_indices("\"done\"").map(|(at, _)| at + text[at..].find('\n').unwrap() + 1);
    let sound = ends.nth(done - 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.jsonl");
    std::fs::write(&file, &text[..sound]).unwrap();
    drop((plan, text));

    let began = Instant::now();
    let plan = codec::decode(&bytes).unwrap();
    let decoded = began.elapsed().as_secs_f64();
    replay(&std::fs::read(&file).unwrap()).unwrap();
    let replayed = replay(&std::fs::read(&file).unwrap()).unwrap();
    let read = began.elapsed().as_secs_f64();
    let length = u64::try_from(replayed.sound).unwrap();
    let journal = FileJournal::open(&file, replayed.head.clone(), replayed.generation + 1, length).unwrap();
    let requests = Requests::new(&plan, &NoBodies);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let stop = Stop::new();
    let region = runtime.block_on(async { Region::new(as_planned(&plan, 1)) });
    let first = First { region: &region, stop: &stop, at: OnceLock::new() };
    let ended = runtime.block_on(async {
        let executor = Executor {
            plan: &plan,
            run: "bench",
            requests: &requests,
            targets: Targets { proofs: &first, engine: &first, data: &first, traffic: &first, kube: &first },
            journal: &journal,
            people: &people::Rehearsed,
            clock: Clock::starting(plan.created_at),
            told: &|_| {},
            stop: &stop,
            limits: Limits::default(),
        };
        executor.run(&replayed).await
    });
    let took = first.at.get().unwrap().duration_since(began).as_secs_f64();
    println!(
        "resume       {} of {} steps done ({part}), {} KiB: {took:.2} s to the first new effect (under 1), of which {decoded:.2} s to read the plan, {:.2} s the journal",
        replayed.steps.values().filter(|state| matches!(state, StepState::Done(_))).count(),
        plan.steps.len(),
        sound / 1_024,
        read - decoded,
    );
    assert_eq!(ended.failed, []);
}

/// Tells when the first effect is had, and has the run stop then.
struct First<'r> {
    region: &'r Region,
    stop: &'r Stop,
    at: OnceLock<Instant>,
}

impl<R: Sync> Target<R> for First<'_>
where
    Region: Target<R>,
{
    fn look<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        self.region.look(request, mark)
    }

    fn act<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        self.at.get_or_init(Instant::now);
        self.stop.now();
        self.region.act(request, mark)
    }
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
