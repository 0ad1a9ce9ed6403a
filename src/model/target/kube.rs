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
    /// Sets what a hold kept back: `spec.suspend` or `spec.replicas`.
    Release {
        /// The object.
        object: ObjectRef,
        /// What it is given.
        to: Released,
    },
    /// Restarts the pods of a Deployment, StatefulSet or DaemonSet, because something that they read has changed.
    Restart {
        /// The workload.
        object: ObjectRef,
        /// What they read anew, never what it says: `Secret/shop/db@4711`. Asked again with the same, they stay.
        because: String,
    },
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
}

impl std::fmt::Debug for KubeObject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KubeObject").field("reference", &self.reference).finish_non_exhaustive()
    }
}
