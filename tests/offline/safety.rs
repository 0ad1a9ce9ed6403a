//! The rules of docs/safety.md that are about a run, by their numbers. Those about a plan are asserted beside the auditor.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use drplan::clients::clock::Clock;
use drplan::event::Ending;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::journal::{Journal, JournalError, MemoryJournal};
use drplan::executor::requests::Requests;
use drplan::executor::{Ended, Executor, Limits, Stop, Targets, people};
use drplan::model::approval::ApprovalFiles;
use drplan::model::target::{Acted, Mark, Seen, TargetError};
use drplan::plan::approval::{Request, Verdict, judge};
use drplan::plan::journal::{Entry, replay};
use drplan::plan::{Plan, codec};
use drplan::targets::Target;
use drplan::targets::sim::Region;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::runtime::Runtime;

use crate::drill::example;
use crate::sandbox::{AT, Sandbox};

/// What happened, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Happened {
    Recorded(Box<Entry>),
    Acting(String),
    Acted(String),
}

/// A simulated region and a journal on disk, watched. It is written by this thread: virtual time would go on beside another.
struct Watched {
    region: Region,
    journal: MemoryJournal,
    file: PathBuf,
    happened: Mutex<Vec<Happened>>,
    /// The write of a record that fails, counted from 0; every one after it, too.
    fails_from: usize,
    written: AtomicUsize,
    /// After so many effects the run is asked to stop.
    stops_after: usize,
    acts: AtomicUsize,
    stop: Stop,
}

impl Watched {
    fn note(&self, happened: Happened) {
        self.happened.lock().unwrap().push(happened);
    }

    fn all(&self) -> Vec<Happened> {
        self.happened.lock().unwrap().clone()
    }
}

impl<R: Sync> Target<R> for Watched
where
    Region: Target<R>,
{
    fn look<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        self.region.look(request, mark)
    }

    fn act<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            // What a process that dies now would leave on disk.
            let text = std::fs::read(&self.file).unwrap();
            let last = replay(&text).unwrap().records.into_iter().rev();
            let own = last.filter_map(|record| match record.entry {
                Entry::Intent { step, .. } => Some((step, true)),
                Entry::Done { step, .. } | Entry::Failed { step, .. } => Some((step, false)),
                _ => None,
            });
            let newest = own.into_iter().find(|(step, _)| *step == mark.step);
            assert_eq!(newest, Some((mark.step.clone(), true)), "an effect without its intent on disk");
            self.note(Happened::Acting(mark.step.clone()));
            let acted = self.region.act(request, mark).await;
            self.note(Happened::Acted(mark.step.clone()));
            if self.acts.fetch_add(1, Ordering::Relaxed) + 1 == self.stops_after {
                self.stop.now();
            }
            acted
        })
    }
}

impl Journal for Watched {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            if self.written.fetch_add(1, Ordering::Relaxed) >= self.fails_from {
                return Err(JournalError("no space left on device".to_owned()));
            }
            self.journal.append(at, entry.clone()).await?;
            std::fs::write(&self.file, self.journal.lines()).unwrap();
            self.note(Happened::Recorded(Box::new(entry)));
            Ok(())
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        self.journal.hold()
    }
}

/// The clock of a region, which its processes share: what one has begun is done while another looks.
fn virtual_time() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

/// One process, on what another has left in the folder and in the region.
fn process(
    runtime: &Runtime,
    folder: &std::path::Path,
    region: Region,
    (fails_from, stops_after): (usize, usize),
) -> (Ended, Watched) {
    let plan = example();
    let file = folder.join("journal.jsonl");
    let text = std::fs::read(&file).unwrap_or_default();
    let replayed = replay(&text).unwrap();
    let journal = MemoryJournal::after(replayed.head.clone(), replayed.generation + 1, text);
    let watched = Watched {
        region,
        journal,
        file,
        happened: Mutex::default(),
        fails_from,
        written: AtomicUsize::new(0),
        stops_after,
        acts: AtomicUsize::new(0),
        stop: Stop::new(),
    };
    let requests = Requests::new(plan, &NoBodies);
    let ended = runtime.block_on(async {
        let first = if replayed.begun.is_some() {
            Entry::Held { by: "test".to_owned(), took_over: false, break_glass: None }
        } else {
            begun(plan)
        };
        let clock = Clock::starting(plan.created_at);
        watched.append(clock.now(), first).await.ok()?;
        let executor = Executor {
            plan,
            run: "test",
            requests: &requests,
            targets: Targets {
                proofs: &watched,
                engine: &watched,
                data: &watched,
                traffic: &watched,
                kube: &watched,
            },
            journal: &watched,
            people: &people::Rehearsed,
            clock,
            told: &|_| {},
            stop: &watched.stop,
            limits: Limits::default(),
        };
        Some(executor.run(&replayed).await)
    });
    (ended.unwrap_or_else(Ended::lost), watched)
}

fn begun(plan: &Plan) -> Entry {
    Entry::Begun {
        format_version: drplan::plan::journal::JOURNAL_VERSION,
        run: "test".to_owned(),
        plan: plan.digest.clone(),
        decision: plan.decision_digest.clone(),
        stack: plan.stack.clone(),
        region: plan.saw.recovery_region.clone(),
        account: plan.saw.account.clone(),
        cluster: None,
        simulated: Some("it is a test".to_owned()),
        approved_by: Vec::new(),
        break_glass: None,
        not_transferable: Vec::new(),
    }
}

fn region() -> Region {
    Region::new(as_planned(example(), 7))
}

const NEVER: usize = usize::MAX;

#[test]
fn rule_6_every_effect_has_a_record_before_it_and_one_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ended, watched) = process(&virtual_time(), folder.path(), region(), (NEVER, NEVER));
    assert_eq!(ended.how, Ending::Done, "{ended:?}");
    let happened = watched.all();
    let mut acts = 0;
    for (at, one) in happened.iter().enumerate() {
        let Happened::Acting(step) = one else { continue };
        acts += 1;
        // That the intent is on disk before it, the watched target has seen.
        let before = happened[..at].iter().filter(|other| is_intent(other, step)).count();
        let acted = happened[..at].iter().filter(|other| **other == Happened::Acting(step.clone())).count();
        assert_eq!(before, acted + 1, "{step}: an intent for each effect");
        let after = happened[at..].iter().position(|other| *other == Happened::Acted(step.clone()));
        let rest = &happened[at + after.unwrap()..];
        let outcome = rest.iter().position(|other| is_outcome(other, step));
        let again = rest.iter().position(|other| is_intent(other, step));
        assert!(outcome.is_some() || again.is_some(), "{step}: nothing tells how its effect ended");
    }
    assert!(acts > 200, "{acts}");
    // What is on disk is what was told.
    let text = std::fs::read(folder.path().join("journal.jsonl")).unwrap();
    let recorded = happened.iter().filter(|one| matches!(one, Happened::Recorded(_))).count();
    assert_eq!(replay(&text).unwrap().records.len(), recorded);
}

fn is_intent(one: &Happened, of: &str) -> bool {
    let Happened::Recorded(entry) = one else { return false };
    matches!(&**entry, Entry::Intent { step, .. } if step == of)
}

fn is_outcome(one: &Happened, of: &str) -> bool {
    let Happened::Recorded(entry) = one else { return false };
    matches!(&**entry, Entry::Done { step, .. } | Entry::Failed { step, .. } if step == of)
}

#[test]
fn rule_6_where_no_record_can_be_written_no_effect_begins() {
    for fails_from in (1..400).step_by(37) {
        let folder = tempfile::tempdir().unwrap();
        let (ended, watched) = process(&virtual_time(), folder.path(), region(), (fails_from, NEVER));
        assert!(ended.lost.is_some(), "{fails_from}: {ended:?}");
        let happened = watched.all();
        let recorded = happened.iter().filter(|one| matches!(one, Happened::Recorded(_))).count();
        assert_eq!(recorded, fails_from);
        let is_intent = |one: &&Happened| match one {
            Happened::Recorded(entry) => matches!(**entry, Entry::Intent { .. }),
            _ => false,
        };
        let intents = happened.iter().filter(is_intent);
        let acts = happened.iter().filter(|one| matches!(one, Happened::Acting(_)));
        assert!(acts.count() <= intents.count(), "{fails_from}: an effect that no record announced");
    }
}

#[test]
fn rule_7_a_plan_that_was_changed_is_not_approved_has_expired_or_is_of_another_place_does_not_run() {
    let sandbox = Sandbox::example();
    let args = ["region", "us-west-2", "--offline", "--at", AT, "--inventory", "inventory-good.json"];
    assert_eq!(sandbox.run(&args).code, Some(0));
    let plan: Plan = codec::decode(sandbox.read("plan.json").as_bytes()).unwrap();
    assert_eq!(plan.policy.quorum, 2, "the example is approved by two");

    let now: Timestamp = "2026-11-22T13:00:00Z".parse().unwrap();
    let nobody = ApprovalFiles::default();
    let refused = |plan: &Plan, now: Timestamp| match judge(
        &Request { plan, shown: "plan.json", settings: None, files: &nobody, now },
        None,
    ) {
        Verdict::Refused(problems) => {
            problems.0.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join("\n")
        }
        other => panic!("it would run: {other:?}"),
    };
    // Not approved.
    refused(&plan, now);
    // Without approvers it would run, and so what follows is refused for its own reason.
    let mut open = plan.clone();
    open.policy.quorum = 0;
    open.policy.allowed_signers = None;
    let open = codec::seal(open).unwrap();
    let runs = |plan: &Plan, now| {
        let request = Request { plan, shown: "plan.json", settings: None, files: &nobody, now };
        matches!(judge(&request, None), Verdict::Confirm { .. })
    };
    assert!(runs(&open, now));
    // Expired.
    assert!(refused(&open, open.expires_at).contains("was good until"));
    // Changed: any part of it, also one that was not approved.
    let mut changed = open.clone();
    changed.steps.pop();
    assert!(refused(&changed, now).contains("was changed after it was written"));
    let mut changed = open.clone();
    changed.forecast.rto.p50_seconds += 1;
    assert!(refused(&changed, now).contains("was changed after it was written"));
    // Of another account, region or workspace: other decisions than were approved.
    let other = |change: &dyn Fn(&mut Plan)| {
        let mut other = open.clone();
        change(&mut other);
        codec::decision_digest(&other).unwrap() != open.decision_digest
    };
    assert!(other(&|plan| plan.saw.account = Some("999999999999".to_owned())));
    assert!(other(&|plan| plan.saw.recovery_region = "eu-west-1".to_owned()));
    assert!(other(&|plan| plan.saw.workspace = "default".to_owned()));
    assert!(!other(&|plan| plan.saw.state.serial += 1), "what merely moved is no other decision");

    // The command line: a changed file is refused before anything is begun.
    let text = sandbox.read("plan.json").replacen("\"workspace\": \"dr\"", "\"workspace\": \"dd\"", 1);
    sandbox.write("plan.json", text);
    let applied = sandbox.run(&["apply", "plan.json", "--offline"]);
    assert!(matches!(applied.code, Some(2 | 5)), "{}", applied.stderr);
    assert!(!sandbox.path(".drplan").exists(), "a run was begun");
}

#[test]
fn rule_7_beyond_its_bounds_no_store_is_restored() {
    let plan = example();
    let mut setup = as_planned(plan, 7);
    setup.points.clear();
    let folder = tempfile::tempdir().unwrap();
    let (ended, watched) = process(&virtual_time(), folder.path(), Region::new(setup), (NEVER, NEVER));
    assert_ne!(ended.how, Ending::Done);
    let begun = watched.all().into_iter().filter_map(|one| match one {
        Happened::Acting(step) => Some(step),
        _ => None,
    });
    let written: Vec<String> = begun.filter(|step| !step.starts_with("preflight/")).collect();
    assert_eq!(written, Vec::<String>::new());
}

#[test]
fn rule_9_a_run_goes_on_and_takes_nothing_back() {
    let undisturbed = {
        let folder = tempfile::tempdir().unwrap();
        process(&virtual_time(), folder.path(), region(), (NEVER, NEVER)).1.region.state()
    };
    for stops_after in (1..220).step_by(23) {
        let folder = tempfile::tempdir().unwrap();
        let runtime = virtual_time();
        let (ended, first) = process(&runtime, folder.path(), region(), (NEVER, stops_after));
        assert_eq!(ended.how, Ending::Interrupted, "{stops_after}");
        let had = first.region.effects();
        assert!(had.len() >= stops_after);
        let text = std::fs::read(folder.path().join("journal.jsonl")).unwrap();
        let done: BTreeSet<String> = replay(&text)
            .unwrap()
            .records
            .into_iter()
            .filter_map(|record| match record.entry {
                Entry::Done { step, .. } => Some(step),
                _ => None,
            })
            .collect();

        // Stopped, nothing is torn down; and another process touches nothing of what is done.
        let (ended, second) = process(&runtime, folder.path(), first.region, (NEVER, NEVER));
        assert_eq!(ended.how, Ending::Done, "{stops_after}: {ended:?}");
        let all = second.region.effects();
        let same = all.iter().zip(&had).all(|(now, then)| now.step == then.step);
        assert!(same, "{stops_after}: what was had is had no more");
        for one in second.all() {
            if let Happened::Acting(step) = one {
                assert!(!done.contains(&step), "{stops_after}: {step} was done");
            }
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        all.iter().for_each(|effect| *counts.entry(&effect.step).or_default() += 1);
        assert!(counts.values().all(|count| *count == 1), "{stops_after}: {counts:?}");
        assert_eq!(second.region.state(), undisturbed, "{stops_after}");
    }
}
