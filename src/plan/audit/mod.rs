//! A second pair of eyes: checks a plan against the safety rules, from the plan alone.
//!
//! The auditor shares no code with the planner and believes nothing that the plan does not show. A plan that it
//! refuses is a bug of drplan and is not saved. It takes time that is linear in steps, needs and uses; questions
//! of the kind "does this come after that" are answered for all steps by passes in topological order.
//!
//! What it cannot see: whether a workload reads a ConfigMap (the plan holds no objects), and whether an input
//! was left out before the plan was made.

mod actions;
mod bindings;
mod dependants;
mod findings;
mod forecast;
mod graph;
mod order;
mod primary;
mod resources;
mod resumes;
mod secrets;
mod sequence;
mod stores;
mod strings;
#[cfg(test)]
mod tests;
mod traffic;
mod values;
mod workloads;

use std::fmt;

use super::Plan;
use crate::model::types::{self, TypeEntry};
use graph::Graph;

/// What a plan must hold to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Traffic moves only after a gate that has seen every store restored and every workload ready (safety 1).
    Traffic,
    /// No workload starts before what it is rewritten with is known (safety 2).
    Workload,
    /// Nothing is written in the primary region, nothing needs an answer from it (safety 3).
    Primary,
    /// Nothing is deleted without a gate (safety 4).
    Deletion,
    /// Nothing is cut over before the primary is fenced, or probed and decided on (safety 5).
    Fence,
    /// The plan is bound to its account, regions, workspace, time and digests (safety 7).
    Binding,
    /// No secret is in the plan (safety 8).
    Secret,
    /// A store never comes back empty, unless its loss was accepted by name.
    Data,
    /// Every resource has exactly the step that its disposition asks for.
    Disposition,
    /// Ids are unique and name their phase.
    Identity,
    /// Needs name other steps, sorted, each once.
    Needs,
    /// Steps stand after what they need, phases too.
    Order,
    /// No step waits for itself.
    Cycle,
    /// What is known after a step names that step, and comes after it.
    KnownAfter,
    /// Findings have known codes, and everything that must have a finding has one.
    Finding,
    /// A use has what its disposition promises.
    Use,
    /// Stores choose what their rule allows.
    Store,
    /// The forecast adds up.
    Forecast,
    /// What stays of the run that it goes on with are steps of it, and a decision stays only with all that it was made on.
    Resumed,
    /// Numbers are integers that every JSON reader has exactly.
    Number,
}

impl Rule {
    /// A stable word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Traffic => "traffic",
            Self::Workload => "workload",
            Self::Primary => "primary",
            Self::Deletion => "deletion",
            Self::Fence => "fence",
            Self::Binding => "binding",
            Self::Secret => "secret",
            Self::Data => "data",
            Self::Disposition => "disposition",
            Self::Identity => "identity",
            Self::Needs => "needs",
            Self::Order => "order",
            Self::Cycle => "cycle",
            Self::KnownAfter => "known-after",
            Self::Finding => "finding",
            Self::Use => "use",
            Self::Store => "store",
            Self::Forecast => "forecast",
            Self::Resumed => "resumed",
            Self::Number => "number",
        }
    }

    /// Number of the safety rule in `docs/safety.md`, where it is one.
    #[must_use]
    pub const fn safety(self) -> Option<u8> {
        match self {
            Self::Traffic => Some(1),
            Self::Workload => Some(2),
            Self::Primary => Some(3),
            Self::Deletion | Self::Data => Some(4),
            Self::Fence => Some(5),
            Self::Binding => Some(7),
            Self::Secret => Some(8),
            Self::Disposition
            | Self::Identity
            | Self::Needs
            | Self::Order
            | Self::Cycle
            | Self::KnownAfter
            | Self::Finding
            | Self::Use
            | Self::Store
            | Self::Forecast
            | Self::Resumed
            | Self::Number => None,
        }
    }
}

/// Where a plan breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// What breaks it: a step's id, an address, a place in the plan.
    pub subject: String,
    /// How, in one sentence. Never holds a secret.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule.word(), self.subject, self.message)
    }
}

/// How many violations of one rule are told; more say no more.
const TOLD_PER_RULE: usize = 50;

/// Collects violations.
#[derive(Default)]
struct Report {
    violations: Vec<Violation>,
    told: [usize; 32],
}

impl Report {
    fn add(&mut self, rule: Rule, subject: impl Into<String>, message: impl Into<String>) {
        if let Some(told) = self.told.get_mut(rule as usize) {
            *told += 1;
            if *told > TOLD_PER_RULE {
                return;
            }
        }
        self.violations.push(Violation { rule, subject: subject.into(), message: message.into() });
    }
}

/// How a type's entry is found.
type Table = fn(&str) -> Option<&'static TypeEntry>;

/// Checks a sealed plan against every rule.
///
/// # Errors
/// What it breaks, sorted by rule, at most 50 of each.
pub fn audit(plan: &Plan) -> Result<(), Vec<Violation>> {
    audit_with(plan, types::lookup)
}

fn audit_with(plan: &Plan, table: Table) -> Result<(), Vec<Violation>> {
    // Digests are as much work as all the rest.
    let (bound, mut violations) = rayon::join(|| check_bindings(plan), || check_rules(plan, table));
    violations.extend(bound);
    violations.sort();
    violations.dedup();
    if violations.is_empty() { Ok(()) } else { Err(violations) }
}

fn check_bindings(plan: &Plan) -> Vec<Violation> {
    let mut report = Report::default();
    bindings::check(plan, &mut report);
    report.violations
}

fn check_rules(plan: &Plan, table: Table) -> Vec<Violation> {
    let mut report = Report::default();
    let graph = Graph::read(&plan.steps);
    secrets::check(plan, &mut report);
    order::check(&graph, &mut report);
    primary::check(plan, &mut report);
    resources::check(plan, &graph, table, &mut report);
    dependants::check(plan, &graph, &mut report);
    values::check(plan, &graph, &mut report);
    findings::check(plan, &mut report);
    findings::check_told(plan, &mut report);
    forecast::check(plan, &graph, &mut report);
    resumes::check(plan, &mut report);
    sequence::check(&graph, &mut report);
    traffic::check(plan, &graph, table, &mut report);
    workloads::check(plan, &graph, table, &mut report);
    report.violations
}
