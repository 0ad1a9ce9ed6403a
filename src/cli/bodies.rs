//! The objects that a run applies: those of the manifests as they were read when the plan was made again.

use std::collections::HashMap;

use crate::executor::requests::{Bodies, Unknown};
use crate::model::document::{Manifests, Object};
use crate::model::secret::Secret;
use crate::model::target::kube::{ObjectRef, Scaled};
use crate::plan::Plan;
use crate::plan::action::{Action, Rewrite};
use crate::plan::body::{Change, Places, body};
use crate::plan::step::Step;

/// What a workload without a number has.
const ONE: u32 = 1;

/// The manifests' objects by the step that applies them.
pub(super) struct Read<'m> {
    objects: HashMap<(String, u32, String, String, Option<String>), &'m Object>,
    places: Places<'m>,
    /// Least and most replicas of each workload that has an autoscaler.
    scaled: HashMap<String, (u32, u32)>,
}

impl<'m> Read<'m> {
    pub(super) fn new(plan: &'m Plan, manifests: &'m Manifests) -> Self {
        let objects = manifests.objects.iter().map(|object| {
            let (file, document) = (object.file.clone(), object.document);
            ((file, document, object.kind.clone(), object.name.clone(), object.namespace.clone()), object)
        });
        let scaled = manifests.objects.iter().filter(|object| object.kind == "HorizontalPodAutoscaler");
        let scaled = scaled.filter_map(|object| {
            let target = object.root.at(&["spec", "scaleTargetRef"])?;
            let (kind, name) = (target.str_at(&["kind"])?, target.str_at(&["name"])?);
            let label = match &object.namespace {
                Some(namespace) => format!("{kind}/{namespace}/{name}"),
                None => format!("{kind}/{name}"),
            };
            let number = |field: &str| u32::try_from(object.root.at(&["spec", field])?.as_i64()?).ok();
            let bounds = (number("minReplicas").unwrap_or(ONE), number("maxReplicas").unwrap_or(u32::MAX));
            Some((label, bounds))
        });
        Self { objects: objects.collect(), places: Places::new(&plan.values), scaled: scaled.collect() }
    }

    /// What autoscalers of the plan have of the workloads that it applies. What is held comes up when it is released.
    pub(super) fn sizes(&self, plan: &Plan) -> Vec<(ObjectRef, Scaled)> {
        let free =
            plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { hold: None, .. }));
        let sizes = free.filter_map(|step| {
            let reference = step.action.object()?;
            let (least, most) = *self.scaled.get(&reference.label())?;
            let replicas = self.replicas(step);
            // None at all stops its autoscaler.
            let first = if replicas == 0 { 0 } else { replicas.max(least).min(most) };
            Some((reference, Scaled { first, least }))
        });
        sizes.collect()
    }

    /// The workloads of the plan that are to have pods; what is held is not, before it is let go.
    pub(super) fn running(&self, plan: &Plan) -> Vec<ObjectRef> {
        let free =
            plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { hold: None, .. }));
        free.filter(|step| self.replicas(step) > 0).filter_map(|step| step.action.object()).collect()
    }

    fn object(&self, step: &Step) -> Option<&'m Object> {
        let Action::ApplyObject { file, document, object_kind, name, namespace, .. } = &step.action else {
            return None;
        };
        let key = (file.clone(), *document, object_kind.clone(), name.clone(), namespace.clone());
        self.objects.get(&key).copied()
    }
}

impl Bodies for Read<'_> {
    fn body(
        &self,
        step: &Step,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
    ) -> Result<Secret, String> {
        let Action::ApplyObject { rewrites, hold, .. } = &step.action else {
            return Err(format!("{} applies no object", step.id));
        };
        let gone = || format!("the object of {} is not in the manifests any more: plan again", step.id);
        let object = self.object(step).ok_or_else(gone)?;
        let label = object.label();
        let change =
            Change { label: &label, rewrites, hold: *hold, scaled: self.scaled.contains_key(&label) };
        let resolve = |rewrite: &Rewrite| value(rewrite).ok();
        let made = body(object.root.to_json(), &change, &self.places, &resolve);
        made.map(|made| Secret::new(made.to_string())).map_err(|error| error.to_string())
    }

    fn replicas(&self, step: &Step) -> u32 {
        let replicas = self.object(step).and_then(|object| object.root.at(&["spec", "replicas"])?.as_i64());
        replicas.and_then(|replicas| u32::try_from(replicas).ok()).unwrap_or(ONE)
    }
}
