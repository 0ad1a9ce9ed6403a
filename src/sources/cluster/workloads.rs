//! Deployments, StatefulSets, DaemonSets and CronJobs.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::objects::{Metadata, Object, PodSpec, Template};
use super::{Section, list, pods};
use crate::clients::kube::{Cluster, List, PAGE};
use crate::model::observation::{RunningImage, Workload};

const fn apps(action: &'static str, path: &'static str, kind: &'static str) -> List {
    List { action, path, kind, page: PAGE }
}

const DEPLOYMENTS: List = apps("kubernetes:ListDeployments", "/apis/apps/v1/deployments", "DeploymentList");
const STATEFUL_SETS: List =
    apps("kubernetes:ListStatefulSets", "/apis/apps/v1/statefulsets", "StatefulSetList");
const DAEMON_SETS: List = apps("kubernetes:ListDaemonSets", "/apis/apps/v1/daemonsets", "DaemonSetList");
const CRON_JOBS: List = apps("kubernetes:ListCronJobs", "/apis/batch/v1/cronjobs", "CronJobList");

#[derive(Debug, Deserialize)]
struct Replicated {
    replicas: Option<u32>,
    #[serde(default)]
    template: Template,
}

#[derive(Debug, Deserialize)]
struct OnNodes {
    #[serde(default)]
    template: Template,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnNodesStatus {
    desired_number_scheduled: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scheduled {
    #[serde(default)]
    job_template: Job,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Job {
    spec: JobSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JobSpec {
    template: Template,
}

/// A workload before its pods are known.
struct Found {
    object_kind: &'static str,
    metadata: Metadata,
    replicas: Option<u32>,
    pod: PodSpec,
}

impl Found {
    fn record(self, running: &mut BTreeMap<String, Vec<RunningImage>>) -> Workload {
        let Metadata { name, namespace, uid, .. } = self.metadata;
        // Without a pod, what would run is known by name alone.
        let named = |pod: &PodSpec| pod.containers().map(pods::unpulled).collect();
        let images = running.remove(&uid).unwrap_or_else(|| named(&self.pod));
        Workload {
            object_kind: self.object_kind.to_owned(),
            namespace,
            name,
            replicas: self.replicas,
            images,
        }
    }
}

fn replicated(object_kind: &'static str) -> impl Fn(Object<Replicated>) -> Found {
    move |object| {
        let (replicas, template) = object.spec.map(|spec| (spec.replicas, spec.template)).unwrap_or_default();
        Found { object_kind, metadata: object.metadata, replicas, pod: template.spec }
    }
}

fn on_nodes(object: Object<OnNodes, OnNodesStatus>) -> Found {
    let replicas = object.status.and_then(|status| status.desired_number_scheduled);
    let pod = object.spec.map(|spec| spec.template.spec).unwrap_or_default();
    Found { object_kind: "DaemonSet", metadata: object.metadata, replicas, pod }
}

fn scheduled(object: Object<Scheduled>) -> Found {
    let pod = object.spec.map(|spec| spec.job_template.spec.template.spec).unwrap_or_default();
    Found { object_kind: "CronJob", metadata: object.metadata, replicas: None, pod }
}

/// All four kinds or nothing; without their pods they are known, and what they pulled is not.
pub(super) async fn read(cluster: &Cluster) -> Section<Vec<Workload>> {
    let (deployments, stateful, daemons, crons, running) = tokio::join!(
        list::<Object<Replicated>>(cluster, &DEPLOYMENTS),
        list::<Object<Replicated>>(cluster, &STATEFUL_SETS),
        list::<Object<OnNodes, OnNodesStatus>>(cluster, &DAEMON_SETS),
        list::<Object<Scheduled>>(cluster, &CRON_JOBS),
        Box::pin(pods::read(cluster)),
    );
    let mut gaps = Vec::new();
    let deployments = deployments.keep(&mut gaps);
    let (stateful, daemons) = (stateful.keep(&mut gaps), daemons.keep(&mut gaps));
    let crons = crons.keep(&mut gaps);
    let mut running = running.keep(&mut gaps).unwrap_or_default();
    let found = match (deployments, stateful, daemons, crons) {
        (Some(deployments), Some(stateful), Some(daemons), Some(crons)) => {
            let deployments = deployments.into_iter().map(replicated("Deployment"));
            let stateful = stateful.into_iter().map(replicated("StatefulSet"));
            let all = deployments.chain(stateful).chain(daemons.into_iter().map(on_nodes));
            let all = all.chain(crons.into_iter().map(scheduled));
            Some(all.map(|found| found.record(&mut running)).collect())
        }
        _ => None,
    };
    Section { found, gaps }
}
