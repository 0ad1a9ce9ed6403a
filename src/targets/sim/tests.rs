use std::time::Duration;

use super::*;
use crate::model::target::data::{DataRequest, Restore};
use crate::model::target::traffic::TrafficRequest;
use crate::model::target::{Acted, Outputs, Seen};
use crate::targets::Target;

fn mark(step: &str) -> Mark {
    Mark { run: "run".to_owned(), step: step.to_owned(), token: format!("run/{step}") }
}

fn setup() -> Setup {
    let names = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect();
    Setup {
        durations: [("restore".to_owned(), Duration::from_secs(1_800))].into(),
        points: names(&["snap", "locked"]),
        unusable: names(&["locked"]),
        groups: names(&["group"]),
        exhausted: names(&["db.m6g.xlarge"]),
        databases: [("taken".to_owned(), None)].into(),
        records: [(key(), "old".to_owned())].into(),
        ..Setup::default()
    }
}

fn key() -> RecordKey {
    ("Z1".to_owned(), "shop.example.com".to_owned(), "A".to_owned(), None)
}

fn restore(identifier: &str, point: &str, class: &str, group: &str) -> DataRequest {
    DataRequest::Restore(Restore {
        address: "aws_db_instance.a".to_owned(),
        identifier: identifier.to_owned(),
        is_cluster: false,
        point: Some(point.to_owned()),
        class: Some(class.to_owned()),
        settings: vec![("DBSubnetGroupName".to_owned(), group.to_owned())],
        instances: Vec::new(),
        wants: vec!["/id".to_owned(), "/endpoint".to_owned()],
    })
}

fn in_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(work)
}

/// What AWS rejects, with the codes of
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html>.
#[test]
fn a_restore_is_refused_where_aws_refuses_it() {
    in_time(async {
        let region = Region::new(setup());
        let cases = [
            (restore("a", "gone", "db.m6g.large", "group"), "DBSnapshotNotFound"),
            (restore("a", "locked", "db.m6g.large", "group"), "KMSKeyNotAccessibleFault"),
            (restore("a", "snap", "db.m6g.xlarge", "group"), "InsufficientDBInstanceCapacity"),
            (restore("a", "snap", "db.m6g.large", "none"), "DBSubnetGroupNotFoundFault"),
            (restore("taken", "snap", "db.m6g.large", "group"), "DBInstanceAlreadyExists"),
            (DataRequest::Modify { identifier: "a".to_owned(), settings: Vec::new() }, "DBInstanceNotFound"),
            (
                DataRequest::Promote {
                    identifier: "taken".to_owned(),
                    settings: Vec::new(),
                    wants: Vec::new(),
                },
                "InvalidDBInstanceState",
            ),
        ];
        for (request, code) in cases {
            let error = region.act(&request, &mark("restore")).await.unwrap_err();
            assert_eq!(error.code, code, "{error}");
        }
        assert!(region.effects().is_empty(), "what is refused has no effect");
        let empty = restore("taken", "snap", "db.m6g.large", "group");
        let seen = region.look(&empty, &mark("restore")).await.unwrap();
        assert!(matches!(seen, Seen::Mismatch(_)), "an empty database under the name: {seen:?}");
    });
}

#[test]
fn what_is_made_takes_its_time_and_is_made_once() {
    in_time(async {
        let region = Region::new(setup());
        let request = restore("a", "snap", "db.m6g.large", "group");
        let mark = mark("restore");
        assert_eq!(region.look(&request, &mark).await.unwrap(), Seen::Ready);
        assert_eq!(region.act(&request, &mark).await.unwrap(), Acted::Accepted);
        // Whether it is seen already or not, a second call makes no second one.
        let again = region.act(&request, &mark).await;
        assert!(again.is_err_and(|error| error.code == "DBInstanceAlreadyExists"));
        tokio::time::sleep(Duration::from_secs(10)).await;
        let seen = region.look(&request, &mark).await.unwrap();
        assert!(matches!(&seen, Seen::Underway(progress) if progress.status == "creating"), "{seen:?}");
        let early = DataRequest::Modify { identifier: "a".to_owned(), settings: Vec::new() };
        let error = region.act(&early, &super::tests::mark("modify")).await.unwrap_err();
        assert_eq!(error.code, "InvalidDBInstanceState");
        tokio::time::sleep(Duration::from_secs(1_800)).await;
        let Seen::Done(outputs) = region.look(&request, &mark).await.unwrap() else { panic!("not done") };
        assert_eq!(outputs["/id"], "a");
        assert_eq!(region.effects().len(), 1);
    });
}

#[test]
fn a_record_that_is_not_what_the_batch_says_is_refused() {
    in_time(async {
        let region = Region::new(setup());
        let record = |from: &str| TrafficRequest::Record {
            zone: "Z1".to_owned(),
            name: "shop.example.com".to_owned(),
            record_type: "A".to_owned(),
            set_identifier: None,
            from: from.to_owned(),
            to: "new".to_owned(),
        };
        let seen = region.look(&record("other"), &mark("dns")).await.unwrap();
        assert!(matches!(seen, Seen::Mismatch(_)), "{seen:?}");
        let error = region.act(&record("other"), &mark("dns")).await.unwrap_err();
        assert_eq!(error.code, "InvalidChangeBatch");
        assert_eq!(region.act(&record("old"), &mark("dns")).await.unwrap(), Acted::Done(Outputs::new()));
        let seen = region.look(&record("old"), &mark("dns")).await.unwrap();
        assert_eq!(seen, Seen::Done(Outputs::new()));
    });
}

#[test]
fn the_same_seed_is_the_same_region() {
    let run = |seed| {
        in_time(async move {
            let region = Region::new(Setup { seed, ..setup() });
            let request = restore("a", "snap", "db.m6g.large", "group");
            region.act(&request, &mark("restore")).await.unwrap();
            let begun = Instant::now();
            while region.look(&request, &mark("restore")).await.unwrap() == Seen::Ready {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            begun.elapsed()
        })
    };
    assert_eq!(run(3), run(3));
    assert_ne!(run(3), run(4));
}
