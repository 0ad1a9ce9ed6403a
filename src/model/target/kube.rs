//! What is asked of a Kubernetes API server.

pub mod preview;

use jiff::Timestamp;

use crate::model::paste::shell;
use crate::model::rollout::jobs;
use crate::model::secret::Secret;

/// One effect on a cluster, or one wait.
#[derive(Clone, Debug, PartialEq)]
pub enum KubeRequest {
    /// Applies an object by server-side apply, as drplan's field manager.
    Apply(Box<KubeObject>),
    /// Waits until an object is ready, by kstatus rules; a pod that cannot start is an error at once.
    AwaitReady(ObjectRef),
    /// Waits until a Job has ended that is taken away when it has. One that is gone is not made again: its events tell how it
    /// ended, or a person decides.
    AwaitEnd(Passing),
    /// Looks whether an object that was applied is still there and as it was applied; it has no effect. Ready to be applied
    /// is what is gone, under way what is not held any more, a mismatch what others have written since.
    Still(Still),
    /// Sets what a hold kept back: `spec.suspend` or `spec.replicas`.
    Release {
        /// The object.
        object: ObjectRef,
        /// What it is given.
        to: Released,
    },
}

/// Where a Job that passes leaves its uid.
pub const UID: &str = "/metadata/uid";

/// A Job that this run has applied, and that its own `ttlSecondsAfterFinished` takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// Which.
    pub object: ObjectRef,
    /// The uid that it was made with, where that is known.
    pub uid: Option<String>,
    /// Whether the run has seen it end already.
    pub ended: bool,
}

/// Attempts before this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// When the first of them was begun that may have had its effect.
    pub since: Timestamp,
    /// When it is now, by the same clock.
    pub now: Timestamp,
    /// Whether a process was ended in the middle of the last.
    pub open: bool,
}

/// An object that was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    /// As it was applied.
    pub object: KubeObject,
    /// Whether it was held and let go: its release has changed what the hold kept back.
    pub held: bool,
    /// Whether it is held: a hold that somebody has taken away is no change that is left so.
    pub holds: bool,
}

/// What an autoscaler of the plan has of a workload's replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// With how many the workload comes up where it is made: the autoscaler may not be there yet, or know no load.
    pub first: u32,
    /// Fewer than this the autoscaler does not leave it.
    pub least: u32,
}

/// What a hold's release sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// `spec.suspend`.
    Suspend(bool),
    /// `spec.replicas`.
    Replicas(u32),
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// Namespace; `None` for what has none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// `Kind/namespace/name`, or `Kind/name` without a namespace.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{}/{namespace}/{}", self.kind, self.name),
            None => format!("{}/{}", self.kind, self.name),
        }
    }

    /// As kubectl takes it: `Deployment cart -n shop`.
    #[must_use]
    pub fn kubectl(&self) -> String {
        argument(&self.label())
    }

    /// `group` of its `apiVersion`, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }
}

/// The object of a label, as kubectl takes it.
#[must_use]
pub fn argument(label: &str) -> String {
    match label.split('/').map(shell).collect::<Vec<_>>().as_slice() {
        [kind, namespace, name] => format!("{kind} {name} -n {namespace}"),
        [kind, name] => format!("{kind} {name}"),
        _ => "KIND NAME".to_owned(),
    }
}

/// An object as it is to be applied: rewritten, and with its holds.
#[derive(Clone, PartialEq)]
pub struct KubeObject {
    /// Which.
    pub reference: ObjectRef,
    /// The whole object as JSON. A Secret's values are in it: it is never shown, and `Debug` does not.
    pub body: Secret,
    /// Whether workloads of the plan read it: then it is told which values an apply has changed.
    pub read: bool,
    /// What the pods of a workload read that this run has changed, by its version: `Secret/shop/db@4711`. Those that
    /// run restart for it, once; what is made now reads it by itself.
    pub reread: Vec<String>,
    /// Whether an earlier attempt may have had its effect: what that one changed is not told any more.
    pub tried: bool,
    /// Attempts before this one, as far as they may have made it.
    pub begun: Option<Tried>,
}

impl KubeObject {
    /// An object that nobody reads, applied for the first time, and whose pods read nothing that has changed.
    #[must_use]
    pub fn new(reference: ObjectRef, body: Secret) -> Self {
        Self { reference, body, read: false, reread: Vec::new(), tried: false, begun: None }
    }

    /// Whether it is a Job that is taken away when it has ended.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.reference.kind == "Job"
            && serde_json::from_str(self.body.expose())
                .is_ok_and(|body| jobs::passes(&self.reference.kind, self.reference.group(), &body))
    }
}

impl std::fmt::Debug for KubeObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubeObject").field("reference", &self.reference).finish_non_exhaustive()
    }
}
