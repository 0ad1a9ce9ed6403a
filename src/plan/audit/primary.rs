//! Safety rule 3: nothing is written in the primary region, fencing aside, and nothing needs an answer from it.

use std::collections::HashSet;

use super::actions::{Part, parts};
use super::{Report, Rule};
use crate::model::arn::Arn;
use crate::plan::Plan;
use crate::plan::action::{Action, Check, EngineChange, Setting};
use crate::plan::resource::Disposition;
use crate::plan::step::{DoneWhen, Expects, Step};

pub(super) fn check(plan: &Plan, report: &mut Report) {
    let Some(primary) = plan.saw.primary_region.as_deref() else { return };
    let is_lost = |text: &str| Arn::parse(text).is_some_and(|arn| arn.region == primary);
    for resource in &plan.resources {
        let made = matches!(
            resource.disposition,
            Disposition::Create | Disposition::Adopt | Disposition::Restore | Disposition::Promote
        );
        if let Some(counterpart) = resource.counterpart.as_deref().filter(|to| made && is_lost(to)) {
            report.add(
                Rule::Primary,
                &resource.address,
                format!("its counterpart {counterpart} lies in the primary region"),
            );
        }
    }
    let shared: HashSet<&str> = plan
        .resources
        .iter()
        .filter(|resource| resource.disposition == Disposition::Share)
        .map(|resource| resource.address.as_str())
        .collect();
    for step in &plan.steps {
        if is_exempt(&step.action, primary, &shared) {
            continue;
        }
        parts(&step.action, &mut |part| match part {
            Part::Writes(target) if is_lost(target) => {
                report.add(Rule::Primary, &step.id, format!("it writes {target}, in the primary region"));
            }
            Part::Asks(target) if is_lost(target) => {
                report.add(Rule::Primary, &step.id, format!("it asks for {target}, in the primary region"));
            }
            Part::Setting(Setting { name, value: Some(value), known_after: _, from: _ })
                if value.split(',').any(is_lost) =>
            {
                report.add(
                    Rule::Primary,
                    &step.id,
                    format!("its {name} names {value}, in the primary region"),
                );
            }
            Part::Writes(_) | Part::Asks(_) | Part::Setting(_) | Part::KnownAfter(_) | Part::Store(_) => {}
        });
        if let Some(subject) = waits_for(step).into_iter().flatten().find(|subject| is_lost(subject)) {
            report.add(Rule::Primary, &step.id, format!("it looks at {subject}, in the primary region"));
        }
        if let Action::ProbePrimary { region: Some(region), hosts: _ } = &step.action
            && region != primary
        {
            report.add(Rule::Binding, &step.id, format!("it probes {region}; the primary is {primary}"));
        }
    }
}

/// What may name the primary region: the fence and the probe; a shared object, imported as a no-op; and, where
/// us-east-1 is lost, certificates of CloudFront, which live there and nowhere else.
fn is_exempt(action: &Action, primary: &str, shared: &HashSet<&str>) -> bool {
    match action {
        Action::Fence { .. } => true,
        Action::Engine { address, change: EngineChange::Import, .. } => shared.contains(address.as_str()),
        Action::Check { check: Check::Certificate { .. } } => primary == "us-east-1",
        _ => false,
    }
}

/// What a step looks at before and after it acts.
fn waits_for(step: &Step) -> [Option<&str>; 2] {
    let before = match &step.expects {
        Expects::Any => None,
        Expects::Absent { subject } | Expects::Present { subject, value: _ } => Some(subject.as_str()),
    };
    let after = match &step.done_when {
        DoneWhen::Status { subject, status: _ } => Some(subject.as_str()),
        DoneWhen::Answered
        | DoneWhen::EngineComplete { address: _ }
        | DoneWhen::Ready { object: _ }
        | DoneWhen::Decided
        | DoneWhen::Holds { what: _ } => None,
    };
    [before, after]
}
