//! Volumes that manifests name by what they are outside of the cluster: a disk of EBS, a file system of EFS or FSx. Both
//! are of one region, and a pod that asks for the lost one does not start.
//! <https://docs.aws.amazon.com/eks/latest/userguide/storage.html>

use super::super::facts::{Facts, Object};
use crate::model::document::{Node, Tree};
use crate::model::region;

/// A disk or a file system, by its id.
pub(super) struct Fixed<'n> {
    pub(super) id: &'n str,
    handle: &'n str,
}

impl<'n> Fixed<'n> {
    /// What the spec of a PersistentVolume, or a volume of a pod, names; `None` for what lies in another region.
    pub(super) fn of(facts: &Facts<'_, '_>, spec: &'n Node) -> Option<Self> {
        let handle = handle(spec)?;
        let is_elsewhere = |part: &str| {
            let region = if region::known(part) { Some(part) } else { region::of_zone(part) };
            region.is_some_and(|region| facts.primary.is_some() && !facts.is_primary(region))
        };
        let id = parts(handle).find(|part| part.starts_with("vol-") || part.starts_with("fs-"))?;
        (!parts(handle).any(is_elsewhere)).then_some(Self { id, handle })
    }

    /// In a sentence.
    pub(super) fn told(&self) -> String {
        format!("{} {}", if self.id.starts_with("fs-") { "file system" } else { "disk" }, self.id)
    }

    /// What drplan.hcl has stand for it. A text that it keeps stands for nothing.
    pub(super) fn rewritten<'i>(&self, facts: &Facts<'i, '_>) -> Option<&'i str> {
        let whole = |text: &str| text.contains(self.id) && self.handle.contains(text);
        let rewrites = facts.input.settings.rewrites.iter();
        let to = rewrites.filter(|rewrite| whole(&rewrite.text)).find_map(|rewrite| rewrite.to.as_deref());
        to.or_else(|| facts.named_counterpart(&[self.id]))
    }

    /// The resource of the state that it is.
    pub(super) fn owner<'i>(&self, facts: &Facts<'i, '_>) -> Option<&'i str> {
        owner(facts, self.handle)
    }

    /// Whether neither drplan.hcl nor a resource says what becomes of it.
    pub(super) fn is_lost(&self, facts: &Facts<'_, '_>) -> bool {
        self.rewritten(facts).is_none() && self.owner(facts).is_none()
    }
}

/// The resource of the state that a handle names: `fs-1::fsap-2`, `fs-1.efs.us-east-2.amazonaws.com`,
/// `aws://us-east-2a/vol-3`.
pub(super) fn owner<'i>(facts: &Facts<'i, '_>, handle: &str) -> Option<&'i str> {
    let object = facts.objects.iter().find(|object| {
        let id = object.id.as_deref().filter(|id| object.is_managed() && id.len() > 3);
        id.is_some_and(|id| parts(handle).any(|part| part == id))
    });
    object.map(Object::address)
}

fn parts(handle: &str) -> impl Iterator<Item = &str> {
    handle.split(['/', ':', '.'])
}

/// What a volume is outside of the cluster.
pub(super) fn handle(spec: &Node) -> Option<&str> {
    let paths: [&[&str]; 3] =
        [&["csi", "volumeHandle"], &["nfs", "server"], &["awsElasticBlockStore", "volumeID"]];
    paths.iter().find_map(|path| spec.str_at(path))
}

/// The volumes of the pods that an object makes, wherever its kind has their spec.
pub(super) fn of_pods<'n>(node: &'n Node, found: &mut impl FnMut(&'n Node)) {
    for (key, value) in node.entries() {
        match (key.as_str(), &value.tree) {
            ("volumes", Tree::Sequence(volumes)) => volumes.iter().for_each(&mut *found),
            _ => of_pods(value, found),
        }
    }
    for item in node.items() {
        of_pods(item, found);
    }
}
