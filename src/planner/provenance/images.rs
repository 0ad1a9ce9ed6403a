//! Images of ECR registries: how they are written, and those that the engine has run.

use super::super::dispositions::Decided;
use super::super::facts::{Facts, is_account};
use super::NamedImage;
use crate::model::attributes::{self, Scalar};
use crate::plan::resource::Disposition;

/// Types of the engine's that start containers of the images that they name: attributes of the provider's pages.
const RUNS: [&str; 5] = [
    "aws_apprunner_service",
    "aws_batch_job_definition",
    "aws_ecs_task_definition",
    "aws_lambda_function",
    "aws_sagemaker_model",
];

/// Images of the primary's registry in what the engine makes, container definitions in JSON among them.
pub(super) fn made_of(facts: &Facts<'_, '_>, decided: &Decided) -> Vec<NamedImage> {
    let mut found = Vec::new();
    for (at, object) in facts.objects.iter().enumerate() {
        let runs = RUNS.contains(&object.type_name())
            || object.type_name().starts_with("kubernetes_") && !object.type_name().contains("secret");
        let made = decided.resource(at).is_some_and(|resource| resource.disposition == Disposition::Create);
        if !runs || !made {
            continue;
        }
        let mut visit = |_: &[attributes::Segment<'_>], scalar: Scalar<'_>| {
            let Scalar::String(text) = scalar else { return };
            for image in text.split(['"', '\'', ' ', ',', '\\', '\n']).filter_map(image_in) {
                let (host, rest) = image.split_once('/').unwrap_or((image, ""));
                let (repository, reference) = split_image(rest);
                let ours = is_ecr_host(host).is_some_and(|(account, region)| {
                    facts.is_primary(region) && facts.account.as_deref().is_none_or(|known| known == account)
                });
                // Without a tag it is the address of a repository, and not what runs.
                if ours && !reference.is_empty() {
                    found.push(NamedImage {
                        repository: repository.to_owned(),
                        reference: reference.to_owned(),
                        at: facts.place_in_code(object),
                    });
                }
            }
        };
        let _ = attributes::walk(object.instance.attributes, &mut visit);
    }
    found
}

/// A whole string that is an image of an ECR registry.
pub(super) fn image_in(text: &str) -> Option<&str> {
    let (host, rest) = text.split_once('/')?;
    is_ecr_host(host)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | ':' | '@' | '-');
    (!rest.is_empty() && rest.chars().all(allowed)).then_some(text)
}

/// Repository and `:tag` or `@digest`.
pub(super) fn split_image(rest: &str) -> (&str, &str) {
    let at = rest.find('@').or_else(|| rest.rfind(':')).unwrap_or(rest.len());
    let (repository, reference) = rest.split_at(at);
    // `repo:tag@digest`: the digest decides, the tag is only a name for it.
    (repository.split(':').next().unwrap_or(repository), reference)
}

/// Whether a host is an ECR registry: account, region.
pub(super) fn is_ecr_host(host: &str) -> Option<(&str, &str)> {
    let (account, rest) = host.split_once(".dkr.ecr.")?;
    let region = rest.strip_suffix(".amazonaws.com").or_else(|| rest.strip_suffix(".amazonaws.com.cn"))?;
    (is_account(account) && !region.is_empty()).then_some((account, region))
}
