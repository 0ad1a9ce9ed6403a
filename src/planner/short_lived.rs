//! Tokens of a cluster that end before the engine has made what it makes in it.
//!
//! <https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html>

use super::facts::Facts;
use super::findings::Findings;
use super::recovery_points::hours as duration;
use super::simulate::{Run, Scratch};
use crate::model::chance::{as_float, whole};
use crate::model::configuration::ProviderBlock;
use crate::plan::action::{Action, EngineChange};
use crate::plan::step::{Phase, Step};

/// How long a token is good for, from when the engine reads it.
const GOOD_SECONDS: u64 = 15 * 60;
const SOURCE: &str = "data.aws_eks_cluster_auth.";

/// Adds each provider whose token ends within a stage. A token is read once, when the stage begins.
pub(super) fn check(facts: &Facts<'_, '_>, steps: &[Step], findings: &mut Findings) {
    let Some(code) = &facts.input.configuration else { return };
    let providers: Vec<(&ProviderBlock, &str)> = code
        .modules
        .iter()
        .flat_map(|module| &module.providers)
        .filter_map(|provider| Some((provider, token_of(provider)?)))
        .collect();
    if providers.is_empty() {
        return;
    }
    let run = Run::new(facts, steps);
    let durations: Vec<f64> = steps.iter().map(|step| as_float(step.estimate.p90_seconds)).collect();
    let mut scratch = Scratch::default();
    let times = run.simulate(&durations, &mut scratch);
    for (provider, source) in providers {
        let longest = Phase::ALL.into_iter().filter_map(|phase| {
            let of_stage = steps
                .iter()
                .zip(times)
                .filter(|(step, _)| step.phase == phase && makes(step, &provider.name));
            let (from, to) = of_stage.fold((f64::INFINITY, 0.0_f64), |(from, to), (_, (start, end))| {
                (from.min(*start), to.max(*end))
            });
            (to > from).then_some(to - from)
        });
        let Some(longest) =
            longest.max_by(f64::total_cmp).filter(|longest| *longest > as_float(GOOD_SECONDS))
        else {
            continue;
        };
        let name = match &provider.alias {
            Some(alias) => format!("{}.{alias}", provider.name),
            None => provider.name.clone(),
        };
        findings.add(
            "token-short-lived",
            &name,
            format!(
                "provider {name} signs in to the cluster by the token of {source}, good for {} from when the engine reads it; \
                 what it makes takes up to {} (p90): the last of it is refused",
                duration(GOOD_SECONDS),
                duration(whole(longest)),
            ),
            "let it ask for a token each time: an exec block with `aws eks get-token`, in the place of token",
            provider.place.clone(),
        );
    }
}

/// The data source that a provider has its token from.
fn token_of(provider: &ProviderBlock) -> Option<&str> {
    let is_token = |path: &str| path.rsplit('.').next() == Some("token");
    let mut tokens = provider.arguments.iter().filter(|argument| is_token(&argument.path));
    let reference =
        tokens.find_map(|argument| argument.references.iter().find(|name| name.starts_with(SOURCE)))?;
    Some(reference.strip_suffix(".token").unwrap_or(reference))
}

/// Whether the engine makes something by a provider; types begin with its name.
fn makes(step: &Step, provider: &str) -> bool {
    let Action::Engine { address, change: EngineChange::Create | EngineChange::Import, .. } = &step.action
    else {
        return false;
    };
    let of_provider = |word: &str| word.strip_prefix(provider).is_some_and(|rest| rest.starts_with('_'));
    address.split('.').any(of_provider)
}
