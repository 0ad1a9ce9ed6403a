//! Whether what runs in a cluster is healthy: its nodes by zone, its workloads and their spread, the endpoints of its
//! services, and the events that explain what is not.

mod assess;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::diagnostic::Gap;
pub use assess::assess;

/// Version of the JSON form.
pub const FORMAT_VERSION: u32 = 1;

/// What was seen of a cluster: lists of objects, `None` where a list did not come.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// By the server's clock, else by that of whoever asked.
    pub at: Timestamp,
    /// Nodes.
    pub nodes: Option<Vec<Value>>,
    /// Deployments, StatefulSets and DaemonSets, with `apiVersion` and `kind`.
    pub workloads: Option<Vec<Value>>,
    /// Pods.
    pub pods: Option<Vec<Value>>,
    /// ReplicaSets, by their metadata.
    pub sets: Option<Vec<Value>>,
    /// Services.
    pub services: Option<Vec<Value>>,
    /// EndpointSlices.
    pub slices: Option<Vec<Value>>,
    /// Events.
    pub events: Option<Vec<Value>>,
    /// Namespaces, where nothing was seen in one that is asked about.
    pub namespaces: Option<Vec<Value>>,
    /// APIs that other servers answer for.
    pub apis: Option<Vec<Value>>,
    /// Autoscalers.
    pub scalers: Option<Vec<Value>>,
    /// Lists that did not come.
    pub gaps: Vec<Gap>,
}

/// How healthy something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it is to be.
    Ok,
    /// Something is not.
    Missed,
    /// It could not be seen.
    Unknown,
}

/// How healthy a cluster is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Health {
    /// Version of this form.
    pub format_version: u32,
    /// The cluster, as it was named.
    pub cluster: String,
    /// When.
    pub at: Timestamp,
    /// The whole.
    pub verdict: Verdict,
    /// Whether nothing at all runs in it.
    pub empty: bool,
    /// Namespaces that were asked about and are not there.
    pub absent: Vec<Absent>,
    /// Its nodes.
    pub zones: Vec<Zone>,
    /// What runs in it, by name.
    pub workloads: Vec<Workload>,
    /// What leads to it, by name.
    pub services: Vec<Service>,
    /// APIs of other servers that do not answer, by name.
    pub apis: Vec<Api>,
    /// Lists that did not come.
    pub gaps: Vec<Gap>,
}

/// An API that another server is to answer for, and does not: what asks for its kinds fails, and no namespace is ever gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Api {
    /// `APIService/v1beta1.metrics.k8s.io`.
    pub object: String,
    /// Why.
    pub problem: String,
}

/// A namespace that is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// As it was asked about.
    pub namespace: String,
    /// The one that may have been meant.
    pub near: Option<String>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Zone {
    /// Its name; empty for nodes that say none.
    pub name: String,
    /// Nodes that take pods.
    pub ready: usize,
    /// All.
    pub nodes: usize,
    /// Nodes that do not, and why.
    pub problems: Vec<String>,
}

/// A workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Workload {
    /// `Kind/namespace/name`.
    pub object: String,
    /// How it is.
    pub verdict: Verdict,
    /// Whether it is to have no pods.
    pub rests: bool,
    /// Pods that are ready, by zone.
    pub zones: BTreeMap<String, usize>,
    /// What is wrong.
    pub problem: Option<String>,
    /// What is not wrong yet: all its pods are in one zone.
    pub warning: Option<String>,
    /// Warning events about it and its pods, newest first.
    pub events: Vec<Event>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Service {
    /// `Service/namespace/name`.
    pub object: String,
    /// How it is.
    pub verdict: Verdict,
    /// Endpoints that take connections, by zone.
    pub zones: BTreeMap<String, usize>,
    /// What is wrong.
    pub problem: Option<String>,
}

/// A warning of the cluster's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The object: `Pod/shop/cart-5d4f-x`.
    pub object: String,
    /// `FailedMount`.
    pub reason: String,
    /// In the cluster's words, without secrets.
    pub message: String,
    /// When it was last so.
    pub at: Option<Timestamp>,
}
