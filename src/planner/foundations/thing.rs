//! What objects name and something must provide, under the name that manifests and drplan.hcl have for it.

use std::borrow::Cow;

/// Kinds that are named from another object and live in the cluster as a whole.
const CLUSTER_WIDE: [&str; 11] = [
    DEFINITION,
    API,
    "CSIDriver",
    "ClusterSecretStore",
    "IngressClass",
    "Namespace",
    LABEL,
    "PriorityClass",
    "RuntimeClass",
    STORAGE_CLASS,
    SECRETS_MANAGER,
];

/// The schema of custom resources; its name is `KIND.GROUP`, or `GROUP` for all kinds of a group.
pub(super) const DEFINITION: &str = "CustomResourceDefinition";
/// An API that another server answers, by its group.
pub(super) const API: &str = "APIService";
/// A label of nodes; its name is `KEY=VALUE`.
pub(super) const LABEL: &str = "NodeLabel";
/// A secret of Secrets Manager in the recovery region, by its name, which may have slashes.
pub(super) const SECRETS_MANAGER: &str = "SecretsManagerSecret";
/// A class of volumes.
pub(super) const STORAGE_CLASS: &str = "StorageClass";
/// The class that a claim gets which names none.
pub(super) const DEFAULT_CLASS: &str = "(default)";
/// Stands for every namespace, and at the end of a name for whatever follows.
pub(super) const ANY: &str = "*";

/// Something by kind, namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Thing<'i> {
    pub(super) kind: Cow<'i, str>,
    /// Empty for what lives in the cluster as a whole.
    pub(super) namespace: Cow<'i, str>,
    pub(super) name: Cow<'i, str>,
}

impl<'i> Thing<'i> {
    /// What lives in a namespace.
    pub(super) fn new(
        kind: impl Into<Cow<'i, str>>,
        namespace: impl Into<Cow<'i, str>>,
        name: impl Into<Cow<'i, str>>,
    ) -> Self {
        Self { kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }
    /// What lives in the cluster as a whole.
    pub(super) fn wide(kind: impl Into<Cow<'i, str>>, name: impl Into<Cow<'i, str>>) -> Self {
        Self::new(kind, "", name)
    }
    /// Of `KIND/NAME` or `KIND/NAMESPACE/NAME`; what lives in a namespace and names none lies in `default`. A label of
    /// nodes has slashes of its own.
    pub(super) fn parse(label: &'i str) -> Option<Self> {
        let (kind, rest) = label.split_once('/')?;
        let thing = match rest.split_once('/') {
            Some((namespace, name)) if !CLUSTER_WIDE.contains(&kind) => Self::new(kind, namespace, name),
            _ if CLUSTER_WIDE.contains(&kind) => Self::wide(kind, rest),
            _ => Self::new(kind, "default", rest),
        };
        (!thing.kind.is_empty() && !thing.name.is_empty()).then_some(thing)
    }
    /// Whether it stands for more than one.
    pub(super) fn is_pattern(&self) -> bool {
        self.namespace == ANY || self.name.ends_with(ANY)
    }
    /// Whether another is this one, or one of those that it stands for.
    pub(super) fn covers(&self, other: &Thing<'_>) -> bool {
        self.kind == other.kind
            && (self.namespace == ANY || self.namespace == other.namespace)
            && match self.name.strip_suffix(ANY) {
                Some(beginning) => other.name.starts_with(beginning),
                None => self.name == other.name,
            }
    }
    /// The group of a definition.
    pub(super) fn group(&self) -> Option<&str> {
        let (_, group) = self.name.split_once('.').filter(|_| self.kind == DEFINITION)?;
        Some(group)
    }
    /// Whether another is covered by it, be it as a kind of the group that it defines.
    pub(super) fn provides(&self, other: &Thing<'_>) -> bool {
        self.covers(other) || self.kind == DEFINITION && other.group() == Some(&*self.name)
    }
    /// As a label of the plan: `Secret/shop/tls`.
    pub(super) fn label(&self) -> String {
        if self.namespace.is_empty() {
            format!("{}/{}", self.kind, self.name)
        } else {
            format!("{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

/// The namespace of an object as the cluster takes it.
pub(super) fn namespace_of(object: &crate::model::document::Object) -> &str {
    object.namespace.as_deref().unwrap_or("default")
}
