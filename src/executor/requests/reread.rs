//! What pods read that earlier steps of the run have changed.

use std::collections::{BTreeMap, HashSet};

use super::{Requests, reference};
use crate::model::rollout::readers::{Changed, can_restart, is_read, reads};
use crate::model::secret::Secret;
use crate::model::target::Outputs;
use crate::model::target::kube::ObjectRef;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::step::Step;

/// Steps that apply a Secret or ConfigMap which a workload of the plan needs.
pub(super) fn read(plan: &Plan) -> HashSet<&str> {
    let of_kind = |step: &Step, fits: &dyn Fn(&str, &str) -> bool| match &step.action {
        Action::ApplyObject { api_version, object_kind, .. } => fits(api_version, object_kind),
        _ => false,
    };
    let readers = plan.steps.iter().filter(|step| of_kind(step, &|_, kind| can_restart(kind)));
    let needed: HashSet<&str> = readers.flat_map(|step| &step.needs).map(String::as_str).collect();
    let applied = plan.steps.iter().filter(|step| of_kind(step, &is_read));
    applied.map(|step| step.id.as_str()).filter(|id| needed.contains(id)).collect()
}

impl Requests<'_> {
    /// What the pods of a workload read that has changed; the steps that applied it are among what the workload needs.
    pub(super) fn reread(
        &self,
        step: &Step,
        workload: &ObjectRef,
        body: &Secret,
        left: &BTreeMap<String, Outputs>,
    ) -> Result<Vec<String>, String> {
        if !can_restart(&workload.kind) {
            return Ok(Vec::new());
        }
        let changed: Vec<(Changed, String)> = step
            .needs
            .iter()
            .filter_map(|need| {
                let applied = self.objects.get(need.strip_prefix("manifests/")?)?;
                Changed::left(reference(applied).ok()?, left.get(need)?)
            })
            .collect();
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let mut object: serde_json::Value = serde_json::from_str(body.expose())
            .map_err(|_| format!("the object of {} is no JSON", step.id))?;
        if let (Some(namespace), Some(metadata)) = (&workload.namespace, object.get_mut("metadata")) {
            metadata["namespace"] = namespace.as_str().into();
        }
        let read = changed.into_iter().filter(|(changed, _)| reads(&object, changed));
        Ok(read.map(|(_, because)| because).collect())
    }
}
