//! What drplan.hcl skips, and the plan cannot do without.

use super::cluster;
use super::dispositions::{Decided, may_hold_data};
use super::facts::Facts;
use super::findings::Findings;
use super::provenance::Values;
use crate::model::diagnostic::Place;
use crate::plan::resource::Disposition;
use crate::plan::values::{Site, UseDisposition};

/// Adds what is wrong with what is left out by wish.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, values: &Values, findings: &mut Findings) {
    if facts.input.manifests.objects.is_empty() {
        return;
    }
    check_cluster(facts, decided, findings);
    check_stores(facts, decided, values, findings);
}

/// Objects need a cluster: where the state has one, it is made or it is there.
fn check_cluster(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let clusters = || {
        facts.objects.iter().enumerate().filter_map(|(at, object)| {
            let resource = decided.resource(at).filter(|_| object.type_name() == "aws_eks_cluster")?;
            resource.deposed.is_none().then_some((object, resource))
        })
    };
    let is_there = clusters().any(|(_, resource)| {
        cluster::is_made(resource) || matches!(resource.disposition, Disposition::Adopt | Disposition::Share)
    });
    let Some((object, resource)) = clusters().next().filter(|_| !is_there) else { return };
    if resource.disposition != Disposition::Skip {
        return;
    }
    let count = facts.input.manifests.objects.len();
    findings.add(
        "cluster-left-out",
        object.address(),
        format!(
            "{} is left out, and {count} objects of the manifests have no cluster to be applied to",
            object.address()
        ),
        "take it out of what drplan.hcl skips; where only the data is to come back, leave the manifests out: \
         manifests { exclude = [\"**\"] }",
        facts.place_in_code(object),
    );
}

/// A workload that names a store which is skipped would start without it, or reach for the lost region's.
fn check_stores(facts: &Facts<'_, '_>, decided: &Decided, values: &Values, findings: &mut Findings) {
    for (at, object) in facts.objects.iter().enumerate() {
        let skipped = decided
            .resource(at)
            .is_some_and(|resource| resource.disposition == Disposition::Skip && resource.deposed.is_none());
        let wished = || facts.input.settings.skips.iter().any(|skip| facts.meant_by(&skip.address, object));
        if !skipped || !may_hold_data(object) || !wished() {
            continue;
        }
        let uses = values.values.iter().filter(|value| value.owner.as_deref() == Some(object.address()));
        let mut places: Vec<(Place, &str)> = uses
            .flat_map(|value| &value.uses)
            .filter(|used| used.disposition == UseDisposition::Unplaced)
            .filter_map(|used| match &used.site {
                Site::File { file, line, object: Some(name), .. } => {
                    Some((Place::new(file, *line), name.as_str()))
                }
                Site::File { .. } | Site::Resource { .. } => None,
            })
            .collect();
        places.sort_by(|a, b| (&a.0.file, a.0.line).cmp(&(&b.0.file, b.0.line)));
        let Some((place, first)) = places.first() else { continue };
        let others = match places.len() - 1 {
            0 => String::new(),
            1 => " and one more place".to_owned(),
            more => format!(" and {more} more places"),
        };
        findings.add(
            "skipped-in-use",
            object.address(),
            format!("drplan.hcl skips {}, and {first}{others} of the manifests name it", object.address()),
            format!(
                "take it out of what drplan.hcl skips, or say what stands for it in {}: counterpart or rewrite",
                facts.recovery
            ),
            Some(place.clone()),
        );
    }
}
