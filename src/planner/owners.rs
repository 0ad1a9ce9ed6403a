//! Objects that name an owner: by a uid that no other cluster has.
//! <https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents>

use super::facts::Facts;
use super::findings::Findings;

/// Adds each object that the garbage collector would take away as soon as it is applied.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    for object in &facts.input.manifests.objects {
        let owners =
            object.root.at(&["metadata", "ownerReferences"]).map_or(&[][..], |owners| owners.items());
        let named: Vec<String> = owners
            .iter()
            .map(|owner| {
                let [kind, name] = ["kind", "name"].map(|key| owner.str_at(&[key]).unwrap_or("?"));
                format!("{kind} {name}")
            })
            .collect();
        if named.is_empty() {
            continue;
        }
        let label = facts.label(object);
        findings.add(
            "owner-by-uid",
            label.clone(),
            format!(
                "{label} is owned by {}, by uid: nothing in another cluster has that uid, and the garbage collector deletes \
                 {label} right after it is applied",
                named.join(" and ")
            ),
            "take `metadata.ownerReferences` out of the manifest; what its owner makes needs no manifest at all",
            Some(object.place()),
        );
    }
}
