//! A Job that takes itself away is not made again by another attempt.

use std::time::Duration;

use drplan::model::target::kube::{KubeRequest, Tried};
use drplan::model::target::{Seen, TargetError};
use drplan::targets::Target as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{apply_any, cluster, mark, namespace, request, target};
use crate::emulator::run;

#[test]
fn another_attempt_at_a_job_that_takes_itself_away_asks_its_events_first() {
    let plane = cluster();
    run(async {
        let (target, shop) = (target(plane).await, namespace(plane, "job-tried").await);
        let job = json!({ "apiVersion": "batch/v1", "kind": "Job", "metadata": { "namespace": shop, "name": "migrate" },
            "spec": { "ttlSecondsAfterFinished": 0, "template": { "spec": { "restartPolicy": "Never",
                "containers": [{ "name": "job", "image": "r.example/job:1" }] } } } });
        let tried = |ago: i64, open: bool| {
            let now = Timestamp::now();
            let mut request = request(&job);
            let KubeRequest::Apply(object) = &mut request else { unreachable!() };
            object.tried = true;
            object.begun = Some(Tried { since: now - SignedDuration::from_secs(ago), now, open });
            request
        };
        // Nothing of that name was ever there.
        for (ago, open) in [(10, true), (10, false), (7200, false)] {
            assert_eq!(target.look(&tried(ago, open), &mark()).await.unwrap(), Seen::Ready);
        }
        // Nobody can say it any more.
        let error = target.look(&tried(7200, true), &mark()).await.unwrap_err();
        assert_eq!(error.code, TargetError::PASSED, "{error}");

        apply_any(&target, &job).await.unwrap();
        let path = format!("/apis/batch/v1/namespaces/{shop}/jobs");
        while !plane.ask("GET", &path, &Value::Null).await["items"].as_array().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for open in [true, false] {
            let error = target.look(&tried(10, open), &mark()).await.unwrap_err();
            assert_eq!(error.code, TargetError::PASSED, "{error}");
            assert!(error.message.contains("as its events say"), "{error}");
        }
    });
}
