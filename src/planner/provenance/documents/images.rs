//! Images of ECR registries that the manifests name.

use super::super::NamedImage;
use super::super::code::newlines;
use super::super::images::{is_ecr_host, split_image};
use super::super::verdict::Verdict;
use super::{Walk, Written};
use crate::model::diagnostic::Place;
use crate::model::document::Span;
use crate::model::paste;
use crate::model::value::ValueKind;
use crate::plan::action::Rewrite;

impl Walk<'_, '_, '_, '_, '_> {
    /// An image of an ECR registry: one use of its own kind, whoever owns it.
    pub(super) fn image(&mut self, image: &str, span: Span, pointer: &str) {
        let (host, rest) = image.split_once('/').unwrap_or((image, ""));
        let Some((account, region)) = is_ecr_host(host) else { return };
        let (repository, reference) = split_image(rest);
        let Written { file, source, first_line } = self.written(pointer, span);
        let line = first_line + source.find(image).map_or(0, |at| newlines(&source[..at]));
        let ours = self.facts.account.as_deref().is_none_or(|known| known == account)
            && self.facts.is_primary(region);
        let site = self.site(file, line, pointer, None);
        if let Some(to) = self.named(image) {
            self.values.rewrites.entry(self.at).or_default().push(Rewrite {
                path: pointer.to_owned(),
                within: None,
                token: image.to_owned(),
                owner: None,
                counterpart: Some(to.clone()),
                known_after: None,
            });
            self.uses.add_other(ValueKind::Image, image, None, Verdict::rewritten(to).at(site));
            return;
        }
        if !ours {
            let place = Some(Place::new(file, line));
            if self.facts.is_primary(region) {
                self.findings.add(
                    "image-in-lost-region",
                    image,
                    format!(
                        "image {image} is of registry {account} in {region}, which is lost: what is started in {} cannot pull \
                         it",
                        self.facts.recovery
                    ),
                    format!(
                        "have its owner replicate it to {}, and name the copy: {}",
                        self.facts.recovery,
                        paste::block("rewrite", image, "to = \"...\"")
                    ),
                    place,
                );
            } else {
                self.findings.add(
                    "image-foreign",
                    image,
                    format!("image {image} is of registry {account} in {region}: it stays as it is"),
                    "make sure that it can be pulled while the primary is gone",
                    place,
                );
            }
            self.uses.add_other(ValueKind::Image, image, None, Verdict::kept().at(site));
            return;
        }
        let owner = self.repositories.get(repository).copied().unwrap_or("primary").to_owned();
        let to = image.replacen(region, self.facts.recovery, 1);
        self.values.images.push(NamedImage {
            repository: repository.to_owned(),
            reference: reference.to_owned(),
            at: Some(Place::new(file, line)),
        });
        self.values.rewrites.entry(self.at).or_default().push(Rewrite {
            path: pointer.to_owned(),
            within: None,
            token: image.to_owned(),
            owner: Some(owner.clone()),
            counterpart: Some(to.clone()),
            known_after: None,
        });
        self.uses.add_other(ValueKind::Image, image, Some(owner), Verdict::rewritten(to).at(site));
    }

    /// What drplan.hcl says that takes the place of an image.
    fn named(&self, image: &str) -> Option<String> {
        let rewrites = &self.facts.input.settings.rewrites;
        let rewrite = || rewrites.iter().find(|rewrite| rewrite.text == image)?.to.clone();
        self.facts.named_counterpart(&[image]).map(str::to_owned).or_else(rewrite)
    }
}
