//! What a run tells, as it can be pasted where the run is: kubectl commands lead to its cluster, and its plan has a name.

use super::connect::at_cluster;
use crate::event::{Event, EventKind};
use crate::model::paste::shell;

/// How advice names a step of a plan that it does not know.
const STEP: &str = "drplan show PLAN --step ID";

/// Where a run is.
pub(super) struct Advice {
    /// Flags of kubectl that lead to its cluster, where they are known.
    pub(super) kubectl: Option<String>,
    /// The file of its plan.
    pub(super) plan: String,
}

impl Advice {
    /// A text whose kubectl commands go to the run's cluster.
    pub(super) fn text(&self, text: String) -> String {
        match &self.kubectl {
            Some(flags) => at_cluster(&text, flags),
            None => text,
        }
    }

    /// Advice about a step: the command that shows it is whole.
    fn of_step(&self, step: &str, advice: &str) -> String {
        let shown = format!("drplan show {} --step {}", shell(&self.plan), shell(step));
        let advice = advice.replace(&format!(" ({STEP})"), &format!(": `{shown}`"));
        self.text(advice.replace(STEP, &shown))
    }

    /// An event as it is told here. What a person is asked stays as somebody has written it: it may be of the lost cluster.
    pub(super) fn event(&self, event: Event) -> Event {
        let all = |step: &str, choices: Vec<String>| {
            choices.iter().map(|choice| self.of_step(step, choice)).collect::<Vec<String>>()
        };
        let kind = match event.kind {
            EventKind::StepFailed { step, cause, choices } => {
                let choices = all(&step, choices);
                EventKind::StepFailed { step, cause: self.text(cause), choices }
            }
            EventKind::StepDiffers { step, found, choices } => {
                let choices = all(&step, choices);
                EventKind::StepDiffers { step, found: self.text(found), choices }
            }
            EventKind::StepProgress { step, status } => {
                EventKind::StepProgress { step, status: self.text(status) }
            }
            EventKind::StepRetried { step, cause, after_ms } => {
                EventKind::StepRetried { step, cause: self.text(cause), after_ms }
            }
            EventKind::StepUnproven { step, why } => EventKind::StepUnproven { step, why: self.text(why) },
            EventKind::StepUndone { step, found } => EventKind::StepUndone { step, found: self.text(found) },
            kind @ (EventKind::Begun { .. }
            | EventKind::StepBegun { .. }
            | EventKind::StepDone { .. }
            | EventKind::GateAsked { .. }
            | EventKind::GateAnswered { .. }
            | EventKind::Ended { .. }) => kind,
        };
        Event { kind, ..event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: EventKind) -> EventKind {
        let advice = Advice { kubectl: Some("--context dr".to_owned()), plan: "a b/plan.json".to_owned() };
        advice.event(Event { at: jiff::Timestamp::UNIX_EPOCH, kind }).kind
    }

    #[test]
    fn whatever_is_told_leads_to_the_cluster_but_for_what_a_person_has_written() {
        let said = "`kubectl scale Deployment a -n b --replicas=N`".to_owned();
        let here = said.replace("kubectl", "kubectl --context dr");
        let step = || "s".to_owned();
        for (kind, expected) in [
            (
                EventKind::StepUnproven { step: step(), why: said.clone() },
                EventKind::StepUnproven { step: step(), why: here.clone() },
            ),
            (
                EventKind::StepUndone { step: step(), found: said.clone() },
                EventKind::StepUndone { step: step(), found: here.clone() },
            ),
            (
                EventKind::StepProgress { step: step(), status: said.clone() },
                EventKind::StepProgress { step: step(), status: here },
            ),
            (
                EventKind::GateAsked { step: step(), ask: said.clone() },
                EventKind::GateAsked { step: step(), ask: said },
            ),
        ] {
            assert_eq!(told(kind), expected);
        }
    }

    #[test]
    fn the_command_that_shows_a_step_is_whole() {
        let choice =
            "or by hand: `kubectl edit ConfigMap a -n b`, as the plan has it (drplan show PLAN --step ID)";
        let failed = EventKind::StepFailed {
            step: "manifests/ConfigMap/b/a".to_owned(),
            cause: String::new(),
            choices: vec![choice.to_owned()],
        };
        let EventKind::StepFailed { choices, .. } = told(failed) else { unreachable!() };
        assert_eq!(
            choices,
            [
                "or by hand: `kubectl --context dr edit ConfigMap a -n b`, as the plan has it: `drplan show 'a b/plan.json' --step \
              manifests/ConfigMap/b/a`"
            ]
        );
    }
}
