//! What pods run, by the uid of the workload that keeps them.
//!
//! A pod of a Deployment is kept by a ReplicaSet, one of a CronJob by a Job: both are listed by their metadata alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::objects::{Container, Nothing, Object, PodSpec, or_default};
use super::{Section, list};
use crate::clients::kube::{Cluster, List, METADATA, PAGE};
use crate::model::observation::RunningImage;

const PODS: List = List { action: "kubernetes:ListPods", path: "/api/v1/pods", kind: "PodList", page: PAGE };
const REPLICA_SETS: List = List {
    action: "kubernetes:ListReplicaSets",
    path: "/apis/apps/v1/replicasets",
    kind: METADATA,
    page: PAGE,
};
const JOBS: List =
    List { action: "kubernetes:ListJobs", path: "/apis/batch/v1/jobs", kind: METADATA, page: PAGE };

type Pod = Object<PodSpec, PodStatus>;
type Keeper = Object<Nothing>;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct PodStatus {
    phase: String,
    #[serde(deserialize_with = "or_default")]
    container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "or_default")]
    init_container_statuses: Vec<ContainerStatus>,
}

impl PodStatus {
    fn digest(&self, container: &str) -> Option<String> {
        let mut all = self.init_container_statuses.iter().chain(&self.container_statuses);
        digest(&all.find(|status| status.name == container)?.image_id)
    }
}

#[derive(Debug, Deserialize)]
struct ContainerStatus {
    name: String,
    #[serde(default, rename = "imageID")]
    image_id: String,
}

/// `sha256:...` of `REPOSITORY@sha256:...`. Without a repository it is the digest of the image's configuration, which
/// no registry knows it by
/// (<https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#PodStatus>).
fn digest(image_id: &str) -> Option<String> {
    image_id
        .rsplit_once('@')
        .map(|(_, digest)| digest.to_owned())
        .filter(|digest| digest.starts_with("sha256:"))
}

/// An image that no pod has pulled.
pub(super) fn unpulled(container: &Container) -> RunningImage {
    RunningImage { container: container.name.clone(), image: container.image.clone(), digest: None }
}

pub(super) async fn read(cluster: &Cluster) -> Section<BTreeMap<String, Vec<RunningImage>>> {
    let (pods, sets, jobs) = tokio::join!(
        list::<Pod>(cluster, &PODS),
        list::<Keeper>(cluster, &REPLICA_SETS),
        list::<Keeper>(cluster, &JOBS),
    );
    let mut gaps = Vec::new();
    let pods = pods.keep(&mut gaps);
    let sets = sets.keep(&mut gaps).unwrap_or_default();
    let jobs = jobs.keep(&mut gaps).unwrap_or_default();
    Section { found: pods.map(|pods| by_workload(&pods, &sets, &jobs)), gaps }
}

/// Every image that a pod of a workload runs, each once: during a rollout there are two of a container.
fn by_workload(pods: &[Pod], sets: &[Keeper], jobs: &[Keeper]) -> BTreeMap<String, Vec<RunningImage>> {
    let of_sets: BTreeMap<_, _> = sets.iter().filter_map(kept_by).collect();
    let of_jobs: BTreeMap<_, _> = newest(jobs, pods).into_iter().filter_map(kept_by).collect();
    let all_jobs: BTreeSet<&str> = jobs.iter().map(|job| job.metadata.uid.as_str()).collect();
    let mut found: BTreeMap<String, BTreeSet<(String, String, Option<String>)>> = BTreeMap::new();
    for pod in pods {
        let Some(keeper) = pod.metadata.controller() else { continue };
        let ended =
            pod.status.as_ref().is_some_and(|status| matches!(&*status.phase, "Succeeded" | "Failed"));
        let workload = match of_jobs.get(keeper) {
            Some(workload) => workload,
            // What has ended of anything but a Job was evicted and is not what runs; nor is an older run of a CronJob.
            None if ended || all_jobs.contains(keeper) => continue,
            None => of_sets.get(keeper).copied().unwrap_or(keeper),
        };
        let images = found.entry(workload.to_owned()).or_default();
        images.extend(pod.spec.iter().flat_map(PodSpec::containers).map(|container| {
            let digest = pod.status.as_ref().and_then(|status| status.digest(&container.name));
            (container.name.clone(), container.image.clone(), digest)
        }));
    }
    found.into_iter().map(|(workload, images)| (workload, pulled(images))).collect()
}

/// Uid of a keeper and of the workload that keeps it.
fn kept_by(keeper: &Keeper) -> Option<(&str, &str)> {
    Some((&keeper.metadata.uid, keeper.metadata.controller()?))
}

/// The newest job of each workload that has a pod left: an older one may have run another image.
fn newest<'a>(jobs: &'a [Keeper], pods: &[Pod]) -> Vec<&'a Keeper> {
    let with_pods: BTreeSet<&str> = pods.iter().filter_map(|pod| pod.metadata.controller()).collect();
    let mut newest: BTreeMap<&str, &Keeper> = BTreeMap::new();
    for job in jobs.iter().filter(|job| with_pods.contains(&*job.metadata.uid)) {
        let Some(workload) = job.metadata.controller() else { continue };
        let known = newest.entry(workload).or_insert(job);
        // RFC 3339 in UTC without fractions: the order of text is that of time.
        if job.metadata.creation_timestamp > known.metadata.creation_timestamp {
            *known = job;
        }
    }
    newest.into_values().collect()
}

/// A pod that has not started yet says less about an image than one that has.
fn pulled(images: BTreeSet<(String, String, Option<String>)>) -> Vec<RunningImage> {
    let known: BTreeSet<(String, String)> = images
        .iter()
        .filter(|(_, _, digest)| digest.is_some())
        .map(|(container, image, _)| (container.clone(), image.clone()))
        .collect();
    let images = images.into_iter().filter(|(container, image, digest)| {
        digest.is_some() || !known.contains(&(container.clone(), image.clone()))
    });
    images.map(|(container, image, digest)| RunningImage { container, image, digest }).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::{Value, json};

    use super::*;

    fn kept(uid: &str, by: &str, created: &str) -> Value {
        json!({ "uid": uid, "creationTimestamp": created, "ownerReferences": [{ "uid": by, "controller": true }] })
    }

    fn pod(by: &str, phase: &str, image: &str, image_id: &str) -> Pod {
        let status = json!({ "phase": phase, "containerStatuses": [{ "name": "app", "imageID": image_id }] });
        let spec =
            json!({ "containers": [{ "name": "app", "image": image, "env": [{ "value": "canary" }] }] });
        let object = json!({ "metadata": kept("p", by, ""), "spec": spec, "status": status });
        let read: Pod = serde_json::from_value(object).unwrap();
        assert!(!format!("{read:?}").contains("canary"));
        read
    }

    fn keeper(uid: &str, by: &str, created: &str) -> Keeper {
        serde_json::from_value(json!({ "metadata": kept(uid, by, created) })).unwrap()
    }

    fn digests(found: &BTreeMap<String, Vec<RunningImage>>, workload: &str) -> Vec<Option<String>> {
        found.get(workload).into_iter().flatten().map(|image| image.digest.clone()).collect()
    }

    #[test]
    fn a_digest_is_one_that_a_registry_knows() {
        assert_eq!(digest("docker-pullable://r/x@sha256:ab").as_deref(), Some("sha256:ab"));
        assert_eq!(digest("sha256:ab"), None);
        assert_eq!(digest(""), None);
    }

    #[test]
    fn pods_are_counted_with_what_keeps_them() {
        let sets = [keeper("set-old", "deployment", ""), keeper("set-new", "deployment", "")];
        let jobs = [
            keeper("job-1", "cron", "2026-11-22T10:00:00Z"),
            keeper("job-2", "cron", "2026-11-22T11:00:00Z"),
            keeper("job-3", "cron", "2026-11-22T12:00:00Z"),
        ];
        let pods = [
            pod("set-old", "Running", "r/x:1", "r/x@sha256:1"),
            pod("set-new", "Running", "r/x:2", "r/x@sha256:2"),
            pod("set-new", "Pending", "r/x:2", ""),
            pod("set-old", "Failed", "r/x:0", "r/x@sha256:0"),
            pod("daemon", "Running", "r/y:1", "sha256:9"),
            pod("job-1", "Succeeded", "r/z:1", "r/z@sha256:5"),
            pod("job-2", "Succeeded", "r/z:1", "r/z@sha256:6"),
        ];
        let found = by_workload(&pods, &sets, &jobs);
        assert_eq!(digests(&found, "deployment"), [Some("sha256:1".to_owned()), Some("sha256:2".to_owned())]);
        assert_eq!(digests(&found, "daemon"), [None]);
        assert_eq!(digests(&found, "cron"), [Some("sha256:6".to_owned())], "job-3 has no pod left");
        assert_eq!(found.len(), 3);
    }
}
