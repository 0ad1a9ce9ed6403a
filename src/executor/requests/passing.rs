//! Jobs that are taken away when they have ended.

use std::collections::BTreeMap;

use super::{Request, Requests, Unknown, reference};
use crate::model::target::Outputs;
use crate::model::target::kube::{KubeObject, KubeRequest, Passing, UID};
use crate::plan::action::{Action, Rewrite};
use crate::plan::step::Step;

impl<'p> Requests<'p> {
    /// The wait for an object of the plan.
    pub(super) fn awaited(
        &self,
        label: &str,
        left: &BTreeMap<String, Outputs>,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
    ) -> Result<Request, String> {
        let applied = self.applied(label)?;
        let object = reference(applied)?;
        if object.kind != "Job" {
            return Ok(Request::Kube(KubeRequest::AwaitReady(object)));
        }
        let uid = left.get(&applied.id).and_then(|left| left.get(UID)).cloned();
        let passes = || {
            let body = self.bodies.body(applied, value);
            body.is_ok_and(|body| KubeObject::new(object.clone(), body).passes())
        };
        Ok(Request::Kube(if uid.is_some() || passes() {
            KubeRequest::AwaitEnd(Passing { object, uid, ended: false })
        } else {
            KubeRequest::AwaitReady(object)
        }))
    }

    /// Whether a step that is done applied a Job which is taken away when it has ended, or waited for its end.
    pub(in crate::executor) fn passes(&self, step: &'p Step, left: &BTreeMap<String, Outputs>) -> bool {
        let request = match &step.action {
            Action::ApplyObject { object_kind, .. } if object_kind == "Job" => self.request(step, left, 0),
            action if action.awaited_job().is_some() => self.request(step, left, 0),
            _ => return false,
        };
        match request {
            Ok(Request::Kube(KubeRequest::AwaitEnd(_))) => true,
            Ok(Request::Kube(KubeRequest::Apply(object))) => {
                object.passes() || left.get(&step.id).is_some_and(|left| left.contains_key(UID))
            }
            _ => false,
        }
    }
}
