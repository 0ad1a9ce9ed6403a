//! The lease's arithmetic, and who wins.

use super::*;
use crate::executor::shared::tests::{Clocks, Shelf};

const TERM: Term = Term { length: Duration::from_secs(30), skew: Duration::from_secs(5) };

fn moment(run: u64, wall: &str) -> Moment {
    Moment { run: Duration::from_secs(run), wall: wall.parse().unwrap() }
}

fn holder(name: &str) -> Holder {
    Holder { name: name.to_owned(), id: format!("id of {name}") }
}

fn lease(released: bool) -> Lease {
    Lease {
        format_version: 1,
        generation: 3,
        holder: "a".to_owned(),
        id: "a".to_owned(),
        lasts_ms: 30_000,
        until: "2026-11-22T12:00:30Z".parse().unwrap(),
        released,
    }
}

#[test]
fn effects_begin_only_within_what_is_left_without_the_skew() {
    let then = moment(100, "2026-11-22T12:00:00Z");
    let left = |run, wall| TERM.left(then, moment(run, wall)).as_secs();
    assert_eq!(left(100, "2026-11-22T12:00:00Z"), 25);
    assert_eq!(left(110, "2026-11-22T12:00:10Z"), 15);
    assert_eq!(left(125, "2026-11-22T12:00:25Z"), 0);
    assert_eq!(left(999, "2026-11-22T12:20:00Z"), 0);
    // A machine that slept: its own clock stood still.
    assert_eq!(left(101, "2026-11-22T12:00:40Z"), 0);
    // A clock that was set back.
    assert_eq!(left(120, "2026-11-22T11:00:00Z"), 5);
}

#[test]
fn it_is_renewed_when_half_of_it_has_gone() {
    let then = moment(0, "2026-11-22T12:00:00Z");
    assert!(!TERM.is_due(then, moment(14, "2026-11-22T12:00:14Z")));
    assert!(TERM.is_due(then, moment(15, "2026-11-22T12:00:15Z")));
    assert!(TERM.is_due(then, moment(1, "2026-11-22T12:00:15Z")));
}

#[test]
fn a_lease_is_watched_for_longer_than_its_holder_may_go_on() {
    let now = moment(0, "2026-11-22T12:00:00Z");
    let watch =
        |lease: &Lease, modified: &str| TERM.to_watch(lease, Some(modified.parse().unwrap()), now).as_secs();
    assert_eq!(watch(&lease(false), "2026-11-22T11:59:50Z"), 35);
    // It may be over by this clock and not by its holder's.
    assert_eq!(watch(&lease(false), "2026-11-22T11:50:00Z"), 35);
    assert_eq!(watch(&lease(false), "2026-11-22T12:50:00Z"), 35);
    // By no clock that the store takes requests from.
    assert_eq!(watch(&lease(false), "2026-11-22T11:44:25Z"), 0);
    assert_eq!(watch(&lease(true), "2026-11-22T11:59:59Z"), 0);
    let longer = Lease { lasts_ms: 60_000, ..lease(false) };
    assert_eq!(watch(&longer, "2026-11-22T11:59:50Z"), 65);
    assert_eq!(TERM.to_watch(&lease(false), None, now).as_secs(), 35);
}

async fn taken(
    shelf: &Arc<Shelf>,
    clocks: &Clocks,
    name: &str,
    found: Option<&Found>,
) -> Result<Keeper, LeaseError> {
    let store: Arc<dyn Objects> = Arc::<Shelf>::clone(shelf);
    Keeper::take(store, "lease", holder(name), found.map(|found| (found, 0)), TERM, clocks.moments()).await
}

#[tokio::test(start_paused = true)]
async fn of_two_that_take_it_at_once_one_wins() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let (a, b) = tokio::join!(taken(&shelf, &clocks, "a", None), taken(&shelf, &clocks, "b", None));
    let (winner, loser) = if a.is_ok() { ("a", b) } else { ("b", a) };
    assert!(matches!(loser.err().unwrap(), LeaseError::Other(lease) if lease.holder == winner));
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_lives_keeps_it_and_cannot_be_taken_over() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let keeper = taken(&shelf, &clocks, "a", None).await.unwrap();
    let told = std::sync::Mutex::new(Vec::new());
    let tell = |_: &Lease, until: Timestamp| told.lock().unwrap().push(until);
    let moments = clocks.moments();
    let waited = tokio::select! {
        waited = wait_out(&*shelf, "lease", TERM, &moments, &tell) => waited,
        lost = keeper.keep() => panic!("{lost}"),
    };
    assert!(matches!(waited, Err(LeaseError::Other(lease)) if lease.holder == "a"));
    assert_eq!(told.into_inner().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_paused_holder_that_comes_back_after_the_take_over_has_no_effect_more() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let paused = taken(&shelf, &clocks, "a", None).await.unwrap();
    assert!(paused.hold().await.is_ok());
    let began = tokio::time::Instant::now();
    let found = wait_out(&*shelf, "lease", TERM, &clocks.moments(), &|_, _| {}).await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(35));
    let next = taken(&shelf, &clocks, "b", Some(&found)).await.unwrap();
    assert_eq!(next.generation().await, 2);
    let lost = paused.hold().await.unwrap_err();
    assert!(lost.0.contains("taken over") && lost.0.contains("b has the run (holder 2)"), "{lost}");
    assert!(paused.hold().await.is_err(), "for good");
    assert!(next.hold().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_slept_goes_on_where_nobody_took_the_run() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let keeper = taken(&shelf, &clocks, "a", None).await.unwrap();
    clocks.sleep(3_600);
    assert!(keeper.hold().await.is_ok());
    assert_eq!(shelf.writes("lease"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_whose_answer_was_lost_is_read_again() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let keeper = taken(&shelf, &clocks, "a", None).await.unwrap();
    tokio::time::sleep(Duration::from_secs(16)).await;
    shelf.lose_answers(1);
    assert!(keeper.hold().await.is_ok());
    // The tag that was read is the one that the next renewal needs.
    tokio::time::sleep(Duration::from_secs(16)).await;
    assert!(keeper.hold().await.is_ok());
    assert_eq!(shelf.writes("lease"), 3);
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_it_holds_to_its_end_and_not_longer() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    let keeper = taken(&shelf, &clocks, "a", None).await.unwrap();
    shelf.silence(true);
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert!(keeper.hold().await.is_ok());
    tokio::time::sleep(Duration::from_secs(5)).await;
    let error = keeper.hold().await.unwrap_err();
    assert!(error.0.contains("could not be renewed in time"), "{error}");
    shelf.silence(false);
    assert!(keeper.hold().await.is_ok(), "nobody took it meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_let_go_is_taken_at_once() {
    let (shelf, clocks) = (Arc::new(Shelf::default()), Clocks::new());
    taken(&shelf, &clocks, "a", None).await.unwrap().release().await;
    let began = tokio::time::Instant::now();
    let found = wait_out(&*shelf, "lease", TERM, &clocks.moments(), &|_, _| panic!("waits")).await.unwrap();
    assert!(taken(&shelf, &clocks, "b", Some(&found)).await.is_ok());
    assert!(began.elapsed().is_zero());
}
