//! What holds between the lease and the claim, wherever a process stops between them.

use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;

use super::*;
use crate::cli::args::{Apply, Cli, Command};
use crate::executor::lease::Keeper;
use crate::executor::shared::tests::Shelf;
use crate::plan::{Plan, sample};

const SHORT: Term = Term { length: Duration::from_millis(300), skew: Duration::from_millis(50) };
const KEY: &str = "p/stacks/shop/us-west-2.json";

struct World {
    shelf: Arc<Shelf>,
    shared: Shared,
    args: Apply,
    plan: Plan,
}

impl World {
    fn new() -> Self {
        let shelf = Arc::new(Shelf::default());
        let shared = Shared {
            store: shelf.clone(),
            region: "us-west-2".to_owned(),
            bucket: "runs".to_owned(),
            prefix: "p".to_owned(),
        };
        let Command::Apply(args) = Cli::try_parse_from(["drplan", "apply", "plan.json"]).unwrap().command
        else {
            panic!("another command");
        };
        Self { shelf, shared, args: *args, plan: sample::plan() }
    }

    fn claims<'w>(&'w self, run: &'w str) -> Claims<'w> {
        let repeated = Repeated::new(&self.args, &self.plan, "cluster");
        Claims { shared: &self.shared, repeated, run, term: SHORT }
    }

    /// Takes the lease of a run, which is over or new.
    async fn take(&self, run: &str, process: &str) -> (Keeper, Holder) {
        let holder = Holder { name: process.to_owned(), id: process.to_owned() };
        let key = format!("p/{run}/lease.json");
        let before = lease::read(&*self.shelf, &key).await.unwrap();
        let before = before.as_ref().map(|found| (found, 0));
        let store = Arc::clone(&self.shared.store);
        (Keeper::take(store, &key, holder.clone(), before, SHORT, moments()).await.unwrap(), holder)
    }

    async fn watch(&self, run: &str) -> Watched {
        let key = format!("p/{run}/lease.json");
        Watched(lease::wait_out(&*self.shelf, &key, SHORT, &moments(), &|_, _| {}).await.ok())
    }
}

const NEVER: Watched = Watched(None);

#[tokio::test]
async fn of_two_that_have_leases_and_claim_at_once_one_is_refused() {
    let world = World::new();
    assert_eq!((world.plan.stack.as_str(), world.plan.saw.recovery_region.as_str()), ("shop", "us-west-2"));
    let ((_left, a), (_right, b)) = tokio::join!(world.take("A", "a"), world.take("B", "b"));
    let (left, right) = (world.claims("A"), world.claims("B"));
    let (left, right) = tokio::join!(left.claim_stack(&a, &NEVER), right.claim_stack(&b, &NEVER));
    assert!(left.is_ok() != right.is_ok(), "{left:?} {right:?}");
    let refused = format!("{:?}", left.err().or(right.err()).unwrap());
    assert!(refused.contains("in us-west-2 is held by"), "{refused}");
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_had_and_a_crash_before_it_claims_nothing() {
    let world = World::new();
    let (_left, a) = world.take("A", "a").await;
    // A died here. It has no stack, and nobody waits for its lease.
    let (right, b) = world.take("B", "b").await;
    world.shelf.lose_answers(1);
    world.claims("B").claim_stack(&b, &NEVER).await.unwrap();
    assert_eq!(world.shelf.writes(KEY), 1);
    assert!(world.claims("A").claim_stack(&a, &NEVER).await.is_err());
    right.release().await;
    world.claims("A").claim_stack(&a, &NEVER).await.unwrap();
}

#[tokio::test]
async fn a_later_process_of_a_run_claims_anew_so_that_an_older_look_counts_for_nothing() {
    let world = World::new();
    let (first, a) = world.take("A", "a").await;
    world.claims("A").claim_stack(&a, &NEVER).await.unwrap();
    first.release().await;
    let (_second, again) = world.take("A", "a2").await;
    world.claims("A").claim_stack(&again, &NEVER).await.unwrap();
    assert_eq!(world.shelf.writes(KEY), 2);
    let (_other, b) = world.take("B", "b").await;
    assert!(world.claims("B").claim_stack(&b, &NEVER).await.is_err());
}

#[tokio::test]
async fn a_holder_that_was_watched_is_ended_unless_it_was_heard_of_since() {
    let world = World::new();
    let (paused, a) = world.take("A", "a").await;
    world.claims("A").claim_stack(&a, &NEVER).await.unwrap();
    let (_other, b) = world.take("B", "b").await;
    assert!(world.claims("B").claim_stack(&b, &NEVER).await.is_err(), "not watched");
    let watched = world.watch("A").await;
    assert!(watched.0.is_some());
    paused.hold().await.unwrap();
    assert!(world.claims("B").claim_stack(&b, &watched).await.is_err(), "it has renewed");
    let watched = world.watch("A").await;
    world.claims("B").claim_stack(&b, &watched).await.unwrap();
    let lost = paused.hold().await.unwrap_err().to_string();
    assert!(lost.contains("taken over") && lost.contains('b'), "{lost}");
}
