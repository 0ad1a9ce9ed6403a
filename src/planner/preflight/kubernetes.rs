//! EKS versions and add-ons: what the state has, against what the recovery region has on offer.

use std::cmp::Ordering;

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::variables::given;
use super::Checks;
use crate::plan::resource::Engine;

impl Checks<'_, '_, '_> {
    pub(super) fn cluster_versions(&mut self, decided: &Decided) {
        let facts = self.facts;
        let Some(inventory) = self.inventory() else { return };
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            if object.type_name() != "aws_eks_cluster" || !made {
                continue;
            }
            let (Some(offered), Some(version)) = (&inventory.eks_versions, object.text("version")) else {
                continue;
            };
            // A version that the code leaves out is AWS's choice: its newest default.
            let Some(version) = given(facts, object, "version").text(version) else { continue };
            if version.is_empty() {
                continue;
            }
            if !offered.contains(&version) {
                let next = next(offered, &version);
                self.findings.add(
                    "eks-version-gone",
                    object.address(),
                    format!(
                        "EKS of {} makes no cluster of Kubernetes {version}: on offer are {}",
                        facts.recovery,
                        listed(offered)
                    ),
                    format!(
                        "raise the primary to {} first, or give the recovery that version by a variable of the code, \
                         and prove the manifests against it",
                        next.unwrap_or("one that is on offer")
                    ),
                    facts.place_in_code(object),
                );
            } else if inventory.eks_extended.iter().flatten().any(|known| *known == version) {
                self.findings.add(
                    "eks-version-extended",
                    object.address(),
                    format!("Kubernetes {version} is in extended support in {}", facts.recovery),
                    "nothing to do today: it costs more by the hour, and when it ends no cluster of it can be made",
                    facts.place_in_code(object),
                );
            }
        }
    }

    pub(super) fn addon_versions(&mut self, decided: &Decided) {
        let facts = self.facts;
        let Some(offered) = self.inventory().and_then(|inventory| inventory.eks_addons.as_ref()) else {
            return;
        };
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            let name = object.text("addon_name").filter(|_| made && object.type_name() == "aws_eks_addon");
            let Some(name) = name else { continue };
            let Some(addon) = offered.iter().find(|known| known.name == name) else {
                self.findings.add(
                    "eks-addon-gone",
                    object.address(),
                    format!("add-on {name} is not on offer in {}", facts.recovery),
                    "subscribe to it there if it is of the marketplace, install it by its chart, or leave it out: skip",
                    facts.place_in_code(object),
                );
                continue;
            };
            let version = object.text("addon_version").unwrap_or_default();
            let Some(version) = given(facts, object, "addon_version").text(version) else { continue };
            let cluster = cluster_version(facts, object);
            let taken = cluster.as_ref().and_then(|cluster| Some((cluster, addon.by_cluster.as_ref()?)));
            let taken = taken.map(|(cluster, known)| known.get(cluster).map_or(&[][..], Vec::as_slice));
            let offered = taken.unwrap_or(&addon.versions);
            if version.is_empty() || offered.contains(&version) {
                continue;
            }
            let of_cluster = cluster.filter(|_| taken.is_some());
            let of_cluster =
                of_cluster.map(|cluster| format!(" for Kubernetes {cluster}")).unwrap_or_default();
            self.findings.add(
                "eks-addon-gone",
                object.address(),
                format!(
                    "version {version} of add-on {name} is not on offer in {}{of_cluster}: {} are",
                    facts.recovery,
                    listed(offered)
                ),
                "raise it in the primary first, or leave addon_version out of the code: the cluster's default is taken",
                facts.place_in_code(object),
            );
        }
    }
}

/// The Kubernetes version that the cluster of an add-on is made with; `None` where AWS chooses it.
fn cluster_version(facts: &Facts<'_, '_>, addon: &Object<'_, '_>) -> Option<String> {
    let name = addon.text("cluster_name")?;
    let cluster = facts.objects.iter().find(|object| {
        object.is_managed() && object.type_name() == "aws_eks_cluster" && object.text("name") == Some(name)
    })?;
    given(facts, cluster, "version").text(cluster.text("version")?)
}

/// The nearest version above, else the newest.
fn next<'v>(offered: &'v [String], version: &str) -> Option<&'v str> {
    let mut sorted: Vec<&String> = offered.iter().collect();
    sorted.sort_by(|a, b| compare(a, b));
    let above = sorted.iter().find(|known| compare(known, version) == Ordering::Greater);
    above.or_else(|| sorted.last()).map(|known| known.as_str())
}

/// The newest few, in order.
fn listed(versions: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut sorted: Vec<&String> = versions.iter().collect();
    sorted.sort_by(|a, b| compare(a, b));
    let cut = sorted.len().saturating_sub(SHOWN);
    let shown: Vec<&str> = sorted.iter().skip(cut).map(|version| version.as_str()).collect();
    match (cut, shown.is_empty()) {
        (_, true) => "none".to_owned(),
        (0, _) => shown.join(", "),
        _ => format!("{} and {cut} older", shown.join(", ")),
    }
}

/// By the numbers in them: 1.9 is before 1.10, v1.20.3-eksbuild.2 before v1.20.3-eksbuild.10.
fn compare(a: &str, b: &str) -> Ordering {
    let numbers = |text: &str| -> Vec<u64> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    numbers(a).cmp(&numbers(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(all: &[&str]) -> Vec<String> {
        all.iter().map(|version| (*version).to_owned()).collect()
    }

    #[test]
    fn versions_are_compared_by_number() {
        let offered = versions(&["1.33", "1.9", "1.10"]);
        assert_eq!(next(&offered, "1.9"), Some("1.10"));
        assert_eq!(next(&offered, "1.12"), Some("1.33"));
        assert_eq!(next(&offered, "1.40"), Some("1.33"));
        assert_eq!(next(&[], "1.40"), None);
        assert_eq!(listed(&offered), "1.9, 1.10, 1.33");
        assert_eq!(listed(&[]), "none");
    }

    #[test]
    fn a_long_list_is_cut_to_its_newest() {
        let offered: Vec<String> = (1..=9).map(|build| format!("v1.2.3-eksbuild.{build}")).collect();
        assert!(listed(&offered).starts_with("v1.2.3-eksbuild.4, "), "{}", listed(&offered));
        assert!(listed(&offered).ends_with("v1.2.3-eksbuild.9 and 3 older"));
    }
}
