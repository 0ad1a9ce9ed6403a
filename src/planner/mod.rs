//! The decision: one synchronous function from the input to a plan.
//!
//! Pure: time, inputs and gaps are fields of [`PlanningInput`]; nothing here reads a clock, a file or the network.
//! One file per concern; each part returns its own result and later parts branch on it.
#![deny(clippy::disallowed_methods)]

mod actors;
mod buckets;
mod build;
mod certificates;
mod charts;
mod cluster;
mod code;
mod code_traps;
mod commands;
mod computed;
mod control_plane;
mod databases;
mod dispositions;
mod dns;
mod engine_check;
mod engine_word;
mod estimates;
mod facts;
mod fence;
mod findings;
mod forecast;
mod foreign;
mod foreseen;
mod foundations;
mod gates;
mod identifiers;
mod infra;
mod inputs;
mod keys;
mod left_behind;
mod left_out;
mod manifests;
mod measured;
mod moved;
mod named;
mod nodes;
mod objectives;
mod other_stacks;
mod outside;
mod owners;
mod placeholders;
mod point_fit;
mod points;
mod policies;
mod preflight;
mod provenance;
mod recordings;
mod recovery_points;
mod recovery_variables;
mod redacted;
mod references;
mod removed_apis;
mod replaced;
mod replication;
mod requests;
mod restore;
mod resumed;
mod schedule;
mod secrets;
mod short_lived;
mod simulate;
mod skipped;
mod stores;
mod subjects;
mod transferable;
mod twice;
mod unknown_types;
mod unlisted;
mod variables;
mod verify;
mod volumes;
mod ways_in;
mod workspace;
mod writers;

pub use redacted::{digest, without_secrets};

use crate::model::diagnostic::BadInput;
use crate::model::input::PlanningInput;
use crate::plan::artifact::{FORMAT_VERSION, Plan, Scenario};
use crate::plan::codec;
use crate::plan::resume::Before;

/// Plans the recovery of the stack in another region.
///
/// # Errors
/// Inputs that contradict each other: no plan can be made of them.
pub fn plan_region(input: &PlanningInput<'_>) -> Result<Plan, BadInput> {
    plan_on(input, None)
}

/// Likewise, going on with a run.
///
/// # Errors
/// As [`plan_region`].
pub fn plan_on(input: &PlanningInput<'_>, before: Option<&Before>) -> Result<Plan, BadInput> {
    let word = engine_word::read(input);
    let facts = facts::gather(input, &word)?;
    let mut findings = findings::Findings::default();
    let mut decided = dispositions::plan_dispositions(&facts, &mut findings);
    left_behind::plan_left_behind(&facts, &mut decided);
    volumes::plan_volumes(&facts, &mut decided, &mut findings);
    let values = provenance::plan_values(&facts, &decided, &mut findings);
    let graph = infra::Graph::new(&facts, &decided);
    let mut steps = Vec::new();
    preflight::plan_preflight(&facts, &decided, &values, &mut steps, &mut findings);
    fence::plan_fence(&facts, &decided, &mut steps);
    infra::plan_infra(&facts, &decided, &values, &graph, &mut steps, &mut findings);
    restore::plan_restore(&facts, &decided, &values, &graph, &mut steps, &mut findings);
    manifests::plan_manifests(&facts, &decided, &values, &mut steps, &mut findings);
    dns::plan_dns(&facts, &decided, &values, &graph, &mut steps, &mut findings);
    fence::drop_needless(&facts, &mut steps);
    verify::plan_verify(&facts, &decided, &mut steps, &mut findings);
    control_plane::plan_checks(&facts, &mut steps);
    gates::plan_gates(&facts, &mut steps, &mut findings);
    measured::apply(&facts, &mut steps);
    let steps = schedule::in_order(steps, &mut findings);
    let resumes = before.map(|before| resumed::plan_resumes(before, input, &steps));
    let left = resumed::left(&steps, resumes.as_ref());
    let forecast = forecast::plan_forecast(&facts, &decided, &left, &findings);
    objectives::check(&facts, &decided, &forecast, &mut findings);
    recovery_variables::check(&facts, &mut findings);
    skipped::check(&facts, &decided, &values, &mut findings);
    foundations::check(&facts, &decided, &mut findings);
    certificates::check(&facts, &decided, &mut findings);
    keys::check_replicas(&facts, &decided, &mut findings);
    keys::check_named(&facts, &decided, &values, &mut findings);
    policies::check(&facts, &decided, &mut findings);
    computed::check(&facts, &decided, &mut findings);
    twice::check(&facts, &decided, &mut findings);
    unlisted::check(&facts, &decided, &mut findings);
    recordings::check(&facts, &mut findings);
    removed_apis::check(&facts, &decided, &mut findings);
    owners::check(&facts, &mut findings);
    transferable::check(&facts, &mut findings);
    named::check(&facts, &mut findings);
    inputs::check(&facts, &decided, &mut findings);
    replaced::check(&facts, &decided, &mut findings);
    replaced::check_overridden(&facts, &steps, &mut findings);
    code_traps::check(&facts, &mut findings);
    short_lived::check(&facts, &steps, &mut findings);
    writers::check(&facts, &decided, &mut findings);
    ways_in::check(&facts, &decided, &mut findings);
    outside::check(&facts, &decided, &mut findings);
    control_plane::check(&facts, &forecast.without_us_east_1, &mut findings);
    engine_word::check(&facts, &decided, &mut findings);
    let engine_check = engine_check::check(&facts, &decided, &mut findings);
    seal(Plan {
        format_version: FORMAT_VERSION,
        digest: String::new(),
        decision_digest: String::new(),
        scenario: Scenario::Region,
        stack: input.settings.stack.clone(),
        created_at: input.at,
        expires_at: facts.expires_at(),
        policy: facts.policy(),
        saw: facts.saw(),
        resources: decided.resources,
        resumes,
        values: values.values,
        stores: decided.stores,
        steps,
        engine_check,
        forecast,
        findings: findings.into_sorted(),
    })
}

/// The region that a plan of these inputs would take for the lost one; none where they name none, or several alike.
#[must_use]
pub fn primary_region(input: &PlanningInput<'_>) -> Option<String> {
    facts::gather(input, &engine_word::Word::default()).ok().and_then(|facts| facts.primary)
}

fn seal(plan: Plan) -> Result<Plan, BadInput> {
    codec::seal(plan).map_err(|error| {
        BadInput(vec![crate::model::diagnostic::Problem::new(
            format!("the plan cannot be written as JSON: {error}"),
            "this is a defect of drplan: report it",
        )])
    })
}
