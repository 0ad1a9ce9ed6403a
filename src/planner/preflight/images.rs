//! Images in the registry of the recovery region.

use std::collections::{BTreeMap, BTreeSet};

use super::super::provenance::Values;
use super::Checks;
use crate::model::diagnostic::Place;
use crate::model::{paste, words};
use crate::plan::action::Check;
use crate::plan::step::Plane;

impl<'i> Checks<'i, '_, '_> {
    /// Each image is there, and is the one that ran.
    pub(super) fn images(&mut self, values: &Values) {
        let mut named: BTreeMap<(&str, &str), &Option<Place>> = BTreeMap::new();
        for image in &values.images {
            named.entry((&image.repository, &image.reference)).or_insert(&image.at);
        }
        if let Some(first) = values.images.first() {
            self.findings.add(
                "images-in-primary",
                self.facts.primary.clone().unwrap_or_default(),
                format!(
                    "{} {} pulled from the primary's registry; the plan names its replica instead",
                    words::count(named.len(), "image"),
                    words::is(named.len())
                ),
                "nothing to do: each rewrite is listed by `drplan show PLAN --values`",
                first.at.clone(),
            );
        }
        for ((repository, reference), place) in named {
            let check = Check::Image { repository: repository.to_owned(), reference: reference.to_owned() };
            self.add(&format!("image/{repository}{reference}"), check, Plane::RegionalControl);
            let Some(images) = self.inventory().and_then(|inventory| inventory.images_for(repository)) else {
                if self.inventory().is_some_and(|inventory| inventory.images.is_some()) {
                    self.unasked("ecr:DescribeImages", &format!("the images of {repository}"));
                }
                continue;
            };
            let there = images.iter().find(|image| image.repository == repository && image.is(reference));
            let ran = self.ran(repository, reference);
            if let Some(there) = there
                && !ran.is_empty()
                && !ran.contains(&there.digest.as_str())
            {
                self.findings.add(
                    "image-differs",
                    format!("{repository}{reference}"),
                    format!(
                        "{repository}{reference} of {} is {}, and the primary ran {}",
                        self.facts.recovery,
                        short(&there.digest),
                        ran.iter().map(|digest| short(digest)).collect::<Vec<_>>().join(" and ")
                    ),
                    "push what ran to it again, or name images by digest in the manifests",
                    place.clone(),
                );
            }
            if there.is_none() {
                self.findings.add(
                    "image-missing",
                    format!("{repository}{reference}"),
                    format!(
                        "image {repository}{reference} is not in the registry of {}",
                        self.facts.recovery
                    ),
                    self.copied(repository, reference),
                    place.clone(),
                );
            }
        }
    }

    /// What brings an image there. Registry replication covers only what is pushed afterwards, and what is pushed needs
    /// a tag: that of an image named by digest is the beginning of the digest.
    /// <https://docs.docker.com/reference/cli/docker/buildx/imagetools/create/>
    fn copied(&self, repository: &str, reference: &str) -> String {
        let backfill = "backfill the registry's replication (StartReplicationBackfill), which else covers only what is \
                        pushed after it was set up";
        let (Some(account), Some(primary)) = (&self.facts.account, &self.facts.primary) else {
            return format!("push it there; or {backfill}");
        };
        let tag = reference.strip_prefix("@sha256:").and_then(|digest| digest.get(..12));
        let tag = tag.map_or_else(|| reference.to_owned(), |tag| format!(":{tag}"));
        let name = |region: &str, reference: &str| {
            paste::shell(&format!("{account}.dkr.ecr.{region}.amazonaws.com/{repository}{reference}"))
        };
        format!(
            "copy it while {primary} answers: `docker buildx imagetools create --prefer-index=false --tag {} {}`; or \
             {backfill}",
            name(self.facts.recovery, &tag),
            name(primary, reference)
        )
    }

    /// Digests of an image as the nodes of the primary pulled it.
    fn ran(&self, repository: &str, reference: &str) -> Vec<&'i str> {
        let observed = self.facts.input.observation.as_ref().and_then(|seen| seen.workloads.as_ref());
        let running = observed.into_iter().flatten().flat_map(|workload| &workload.images);
        let named = running.filter(|image| {
            image
                .image
                .split_once('/')
                .is_some_and(|(_, name)| name.strip_prefix(repository).is_some_and(|rest| rest == reference))
        });
        let digests: BTreeSet<&str> = named.filter_map(|image| image.digest.as_deref()).collect();
        digests.into_iter().collect()
    }
}

/// Enough of a digest to tell it from another.
fn short(digest: &str) -> &str {
    digest.get(..19).unwrap_or(digest)
}
