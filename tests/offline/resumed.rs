//! The example's run, stopped by a step that is planned wrong, and gone on with by another plan: the same executor and
//! journal against one simulated region, killed after every record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use drplan::clients::clock::Clock;
use drplan::event::Ending;
use drplan::executor::drill::{NoBodies, as_planned};
use drplan::executor::journal::{Journal, JournalError, MemoryJournal};
use drplan::executor::requests::Requests;
use drplan::executor::{Ended, Executor, Limits, Stop, Targets, people};
use drplan::plan::action::Action;
use drplan::plan::audit::audit;
use drplan::plan::journal::{Begun, Entry, Replayed, StepState, replay};
use drplan::plan::report::report;
use drplan::plan::resume::{Prior, Resumes, resume};
use drplan::plan::step::Step;
use drplan::plan::{Plan, codec};
use drplan::targets::sim::Region;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::drill::example;

const RESTORE: &str = "restore/module.rds.aws_db_instance.primary";

/// The example with the subnet group of a restored database that nobody has.
fn wrong() -> Plan {
    let mut plan = example().clone();
    let step = plan.steps.iter_mut().find(|step| step.id == RESTORE).unwrap();
    let Action::RestoreDatabase { settings, .. } = &mut step.action else { panic!("{step:?}") };
    let group = settings.iter_mut().find(|setting| setting.name == "DBSubnetGroupName").unwrap();
    (group.value, group.known_after) = (Some("nowhere".to_owned()), None);
    codec::seal(plan).unwrap()
}

/// The plan that goes on with where a run of `before` stands.
fn next(before: &Plan, steps: Vec<Step>, replayed: &Replayed) -> Plan {
    let prior = Prior::new("r", &before.decision_digest, before.steps.clone(), replayed);
    let resumes = resume(&prior, &steps, &|_| false);
    let plan = codec::seal(Plan { steps, resumes: Some(resumes), ..example().clone() }).unwrap();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn resumes(plan: &Plan) -> &Resumes {
    plan.resumes.as_ref().unwrap()
}

/// A journal whose process dies instead of writing another record.
struct Dying<'j> {
    inner: &'j MemoryJournal,
    left: AtomicUsize,
    died: tokio::sync::Notify,
}

impl Journal for Dying<'_> {
    fn append(&self, at: Timestamp, entry: Entry) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async move {
            let left = self.left.load(Ordering::Relaxed);
            if left == 0 {
                self.died.notify_one();
                return std::future::pending().await;
            }
            self.left.store(left - 1, Ordering::Relaxed);
            self.inner.append(at, entry).await
        })
    }

    fn hold(&self) -> BoxFuture<'_, Result<(), JournalError>> {
        Box::pin(async { Ok(()) })
    }
}

/// One process of a plan on what the ones before it have written; `None` where it died after `records` of its own.
async fn process(plan: &Plan, region: &Region, lines: &mut Vec<u8>, records: usize) -> Option<Ended> {
    let mut replayed = replay(lines).unwrap();
    let journal = MemoryJournal::after(replayed.head.clone(), replayed.generation + 1, std::mem::take(lines));
    let dying = Dying { inner: &journal, left: AtomicUsize::new(records), died: tokio::sync::Notify::new() };
    let mut first = vec![match replayed.begun {
        None => begun(plan),
        Some(_) => Entry::Held { by: "test".to_owned(), took_over: false, break_glass: None },
    }];
    if replayed.begun.is_some() && replayed.decision() != Some(&plan.decision_digest) {
        let entry = Entry::Replanned {
            plan: plan.digest.clone(),
            decision: plan.decision_digest.clone(),
            approved_by: Vec::new(),
            break_glass: None,
            stays: resumes(plan).done.clone(),
            changed: resumes(plan).changed.clone(),
        };
        replayed = replayed.replanned(&entry).unwrap();
        first.push(entry);
    }
    let requests = Requests::new(plan, &NoBodies);
    let (stop, clock) = (Stop::new(), Clock::starting(plan.created_at));
    let executor = Executor {
        plan,
        run: "r",
        requests: &requests,
        targets: Targets { proofs: region, engine: region, data: region, traffic: region, kube: region },
        journal: &dying,
        people: &people::Rehearsed,
        clock,
        told: &|_| {},
        stop: &stop,
        limits: Limits::default(),
    };
    let ran = async {
        for entry in first {
            dying.append(clock.now(), entry).await.unwrap();
        }
        executor.run(&replayed).await
    };
    let ended = tokio::select! {
        biased;
        ended = ran => Some(ended),
        () = dying.died.notified() => None,
    };
    *lines = journal.lines();
    ended
}

fn begun(plan: &Plan) -> Entry {
    Entry::Begun(Begun::of("r", plan))
}

fn in_virtual_time<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(run)
}

/// The run of the wrong plan to where it cannot go on, in a region of its own.
async fn stopped(wrong: &Plan) -> (Region, Vec<u8>) {
    let region = Region::new(as_planned(example(), 7));
    let mut lines = Vec::new();
    let ended = process(wrong, &region, &mut lines, usize::MAX).await.unwrap();
    assert_eq!(ended.how, Ending::Failed);
    assert_eq!(ended.failed.iter().map(|failed| failed.0.as_str()).collect::<Vec<_>>(), [RESTORE]);
    (region, lines)
}

fn counted(region: &Region) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for effect in region.effects() {
        *counts.entry(effect.step).or_default() += 1;
    }
    counts
}

#[test]
fn what_is_done_stays_and_the_mended_step_is_run_with_all_behind_it() {
    let wrong = wrong();
    in_virtual_time(async {
        let (region, mut lines) = stopped(&wrong).await;
        let before = replay(&lines).unwrap();
        let plan = next(&wrong, example().steps.clone(), &before);
        let done = before.steps.values().filter(|state| matches!(state, StepState::Done(_))).count();
        assert_eq!(resumes(&plan).done.len(), done);
        assert!(done > 10 && done < plan.steps.len());
        assert_eq!(resumes(&plan).changed, [RESTORE]);
        // Right after it has the new plan, what that decides otherwise has not been begun.
        let mut given = lines.clone();
        assert!(process(&plan, &region, &mut given, 2).await.is_none());
        let told = report(&plan, &replay(&given).unwrap(), None).unwrap();
        assert!(told.left.contains(&RESTORE.to_owned()) && told.steps.len() == done, "{:?}", told.left);
        let effects = region.effects().len();
        let ended = process(&plan, &region, &mut lines, usize::MAX).await.unwrap();
        assert_eq!((ended.how, ended.done), (Ending::Done, plan.steps.len()), "{ended:?}");
        let again: BTreeSet<String> =
            region.effects().into_iter().skip(effects).map(|effect| effect.step).collect();
        assert!(resumes(&plan).done.iter().all(|step| !again.contains(step)));
        assert!(again.contains(RESTORE));
        // The same end as of a run that was right from the beginning, in which nothing was had twice.
        let (straight, mut lines) = (Region::new(as_planned(example(), 7)), Vec::new());
        process(example(), &straight, &mut lines, usize::MAX).await.unwrap();
        assert_eq!(
            counted(&region).keys().collect::<Vec<_>>(),
            counted(&straight).keys().collect::<Vec<_>>()
        );
        assert!(counted(&region).values().all(|count| *count == 1), "{:?}", counted(&region));
    });
}

#[test]
fn killed_after_any_record_the_new_plan_goes_on_from_there() {
    let wrong = wrong();
    let mut kills = 0;
    for records in 0.. {
        let whole = in_virtual_time(async {
            let (region, mut lines) = stopped(&wrong).await;
            let plan = next(&wrong, example().steps.clone(), &replay(&lines).unwrap());
            let first = process(&plan, &region, &mut lines, records).await;
            let ended = match &first {
                Some(ended) => ended.clone(),
                None => process(&plan, &region, &mut lines, usize::MAX).await.unwrap(),
            };
            assert_eq!(ended.how, Ending::Done, "after {records}: {ended:?}");
            assert!(counted(&region).values().all(|count| *count == 1), "after {records}");
            let replayed = replay(&lines).unwrap();
            let told = report(&plan, &replayed, None).unwrap();
            assert_eq!((told.plan, told.replanned.len()), (wrong.digest.clone(), 1));
            assert_eq!(told.replanned[0].stayed, resumes(&plan).done.len() as u64);
            assert!(told.left.is_empty() && told.steps.iter().all(|step| step.cause.is_none()));
            let mended = told.steps.iter().find(|step| step.step == RESTORE).unwrap();
            assert!(mended.outcome == "done" && mended.attempts > 1, "{mended:?}");
            assert_eq!(replayed.decisions, [wrong.decision_digest.clone(), plan.decision_digest.clone()]);
            first.is_some()
        });
        if whole {
            break;
        }
        kills += 1;
    }
    assert!(kills > 20, "only {kills}");
}

/// A step that is done and now decided otherwise is looked at again: what it made is not taken for what is wanted.
#[test]
fn what_is_done_and_decided_otherwise_is_run_again_by_a_token_of_its_own() {
    let wrong = wrong();
    in_virtual_time(async {
        let (region, mut lines) = stopped(&wrong).await;
        let mut steps = example().steps.clone();
        let before = replay(&lines).unwrap();
        let finished = |step: &Step| matches!(before.steps.get(&step.id), Some(StepState::Done(_)));
        let object = steps
            .iter_mut()
            .find(|step| finished(step) && matches!(step.action, Action::ApplyObject { .. }))
            .unwrap();
        let id = object.id.clone();
        let Action::ApplyObject { document_digest, .. } = &mut object.action else { unreachable!() };
        *document_digest = format!("sha256:{}", "1".repeat(64));
        let plan = next(&wrong, steps, &before);
        assert_eq!(resumes(&plan).again.iter().filter(|step| **step == id).count(), 1);
        assert!(resumes(&plan).changed.contains(&id) && !resumes(&plan).done.contains(&id));
        process(&plan, &region, &mut lines, usize::MAX).await.unwrap();
        let replayed = replay(&lines).unwrap();
        assert!(matches!(replayed.steps[&id], StepState::Done(_)));
        assert_eq!(replayed.anew[&id], 1);
        let ends = replayed
            .records
            .iter()
            .filter(|record| matches!(&record.entry, Entry::Done { step, .. } if *step == id));
        assert_eq!(ends.count(), 2, "it was ended by each of the two plans");
    });
}

/// Somebody deletes a workload while nobody runs: it is applied again, and what was seen or decided on it is seen and decided
/// again; nothing else is had twice. A process that dies meanwhile leaves it to the next.
#[test]
fn what_is_gone_when_a_process_goes_on_is_applied_again_with_what_stands_on_it() {
    const GONE: &str = "manifests/Deployment/ecommerce/cart-service";
    let plan = example();
    let object = plan.steps.iter().find(|step| step.id == GONE).unwrap().action.object().unwrap();
    let all = in_virtual_time(async {
        let mut lines = Vec::new();
        process(plan, &Region::new(as_planned(plan, 7)), &mut lines, usize::MAX).await.unwrap();
        replay(&lines).unwrap().records.len()
    });
    let mut kills = 0;
    for records in 0.. {
        let whole = in_virtual_time(async {
            let region = Region::new(as_planned(plan, 7));
            let mut lines = Vec::new();
            // Traffic has moved, and the end is near.
            assert!(process(plan, &region, &mut lines, all - 3).await.is_none());
            region.delete_object(&object);
            let first = process(plan, &region, &mut lines, records).await;
            let ended = match &first {
                Some(ended) => ended.clone(),
                None => process(plan, &region, &mut lines, usize::MAX).await.unwrap(),
            };
            assert_eq!((ended.how, ended.done), (Ending::Done, plan.steps.len()), "{records}: {ended:?}");
            let twice = counted(&region).into_iter().filter(|(_, count)| *count != 1);
            assert_eq!(twice.collect::<Vec<_>>(), [(GONE.to_owned(), 2)], "{records}");
            let replayed = replay(&lines).unwrap();
            let undone: BTreeSet<&str> = replayed
                .records
                .iter()
                .filter_map(|record| match &record.entry {
                    Entry::Undone { step, .. } => Some(step.as_str()),
                    _ => None,
                })
                .collect();
            for step in [GONE, "manifests/ready/Deployment/ecommerce/cart-service", "dns/gate"] {
                assert!(undone.contains(step), "{records}: {step} of {undone:?}");
            }
            assert!(undone.iter().all(|step| !step.starts_with("restore/") && !step.starts_with("infra/")));
            let told = report(plan, &replayed, None).unwrap();
            assert!(told.left.is_empty() && told.undone.iter().any(|one| one.step == GONE));
            assert_eq!(told.steps.iter().find(|step| step.step == GONE).unwrap().attempts, 2);
            first.is_some()
        });
        if whole {
            break;
        }
        kills += 1;
    }
    assert!(kills > 10, "only {kills}");
}
