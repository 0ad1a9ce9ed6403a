//! What is asked of a Kubernetes API server.

pub mod preview;

use crate::model::secret::Secret;

/// One effect on a cluster, or one wait.
#[derive(Clone, Debug, PartialEq)]
pub enum KubeRequest {
    /// Applies an object by server-side apply, as drplan's field manager.
    Apply(Box<KubeObject>),
    /// Waits until an object is ready, by kstatus rules; a pod that cannot start is an error at once.
    AwaitReady(ObjectRef),
    /// Looks whether an object that was applied is still there and as it was applied; it has no effect. Ready to be applied
    /// is what is gone, a mismatch what others have written since.
    Still(Still),
    /// Sets what a hold kept back: `spec.suspend` or `spec.replicas`.
    Release {
        /// The object.
        object: ObjectRef,
        /// What it is given.
        to: Released,
    },
}

/// An object that was applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Still {
    /// As it was applied.
    pub object: KubeObject,
    /// Whether it was held: its release changes what the hold kept back.
    pub held: bool,
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

    /// `group` of its `apiVersion`, empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
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
}

impl KubeObject {
    /// An object that nobody reads, applied for the first time, and whose pods read nothing that has changed.
    #[must_use]
    pub fn new(reference: ObjectRef, body: Secret) -> Self {
        Self { reference, body, read: false, reread: Vec::new(), tried: false }
    }
}

impl std::fmt::Debug for KubeObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubeObject").field("reference", &self.reference).finish_non_exhaustive()
    }
}
