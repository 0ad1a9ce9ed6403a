//! Many objects of a kind: one list tells which of them are as they are to be, and nothing is written of these.

use std::collections::BTreeSet;

use drplan::model::target::kube::ObjectRef;
use drplan::model::target::{Seen, TargetError};
use drplan::targets::Target as _;
use drplan::targets::kube::KubeTarget;
use serde_json::{Value, json};

use super::{apply, cluster, config_map, deployment, mark, namespace, reference, request, target};
use crate::control_plane::ControlPlane;
use crate::emulator::run;

fn many(shop: &str, value: &str) -> Vec<Value> {
    let maps = (0..9).map(|at| config_map(shop, &format!("map-{at}"), json!({ "value": value })));
    let more = (0..9).map(|at| deployment(shop, &format!("app-{at}"), 1, json!({})));
    maps.chain(more).collect()
}

async fn expecting(plane: &ControlPlane, objects: &[Value]) -> KubeTarget {
    let references: Vec<ObjectRef> = objects.iter().map(reference).collect();
    target(plane).await.expecting(&references)
}

/// Applies as the executor does; how many were written.
async fn applied(target: &KubeTarget, objects: &[Value]) -> Result<usize, TargetError> {
    let mut written = 0;
    for object in objects {
        if target.look(&request(object), &mark()).await? == Seen::Ready {
            apply(target, object).await?;
            written += 1;
        }
    }
    Ok(written)
}

#[test]
fn what_is_as_it_is_to_be_is_not_written() {
    let plane = cluster();
    run(async {
        let shop = namespace(plane, "many").await;
        let objects = many(&shop, "1");
        assert_eq!(applied(&expecting(plane, &objects).await, &objects).await, Ok(18), "all are new");
        // Controllers of the cluster sign in as the same user, and other tests write to other namespaces.
        let ours = |(verb, path): &(String, String)| {
            path.contains(&format!("/{shop}/")) && (verb == "list" || path.contains("fieldManager=drplan"))
        };
        let of_shop =
            |asked: Vec<(String, String)>| asked.into_iter().filter(|one| ours(one)).collect::<Vec<_>>();
        let before = of_shop(plane.audit("admin")).len();
        assert_eq!(applied(&expecting(plane, &objects).await, &objects).await, Ok(0));
        let asked = of_shop(plane.audit("admin")).split_off(before);
        // A list is had anew where this machine stood still for longer than one holds.
        let kinds: BTreeSet<&String> = asked.iter().map(|(_, path)| path).collect();
        let lists = asked.iter().all(|(verb, _)| verb == "list");
        assert!(lists && kinds.len() == 2 && asked.len() <= 4, "one list of each kind: {asked:?}");

        // A value of another is put right, or told where it is somebody's now; what is new is made.
        let changed = many(&shop, "2");
        assert_eq!(applied(&expecting(plane, &changed).await, &changed).await, Ok(9), "the maps");
        let path = format!("/api/v1/namespaces/{shop}/configmaps/map-3");
        plane.ask("DELETE", &path, &Value::Null).await;
        assert_eq!(applied(&expecting(plane, &changed).await, &changed).await, Ok(1), "what is gone");
        super::apply::by_another(plane, &path, &json!({ "data": { "value": "theirs" } })).await;
        let conflict = applied(&expecting(plane, &changed).await, &changed).await.unwrap_err();
        assert_eq!(conflict.code, TargetError::FIELD_CONFLICT, "{conflict:?}");
        // Whoever adds a field of their own is left alone.
        let path = format!("/api/v1/namespaces/{shop}/configmaps/map-4");
        super::apply::by_another(plane, &path, &json!({ "data": { "own": "theirs" } })).await;
        let rest: Vec<Value> = changed.into_iter().filter(|one| one["metadata"]["name"] != "map-3").collect();
        assert_eq!(applied(&expecting(plane, &rest).await, &rest).await, Ok(0));
        // A field that is no longer applied is taken away.
        let fewer: Vec<Value> = rest
            .into_iter()
            .map(|mut one| {
                if one["kind"] == "ConfigMap" {
                    one["data"] = json!({});
                }
                one
            })
            .collect();
        assert_eq!(applied(&expecting(plane, &fewer).await, &fewer).await, Ok(8));
    });
}
