//! The nouns: what drplan talks about, without I/O, clock or async.
//!
//! Every other layer imports this one; it imports none of them.
#![deny(clippy::disallowed_methods)]

pub mod api_groups;
pub mod approval;
pub mod arn;
pub mod attributes;
pub mod chance;
pub mod configuration;
pub mod diagnostic;
pub mod document;
pub mod durations;
pub mod encoding;
pub mod engine_plan;
pub mod engine_request;
pub mod estimate;
pub mod flux;
pub mod health;
pub mod input;
pub mod inventory;
pub mod key_part;
pub mod observation;
pub mod paste;
pub mod region;
pub mod rollout;
pub mod secret;
pub mod settings;
pub mod source_path;
pub mod state;
pub mod target;
pub mod types;
pub mod value;
pub mod words;

/// The candidate nearest to a mistyped word, if one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    candidates
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(score, _)| *score > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, candidate)| candidate.to_owned())
}
