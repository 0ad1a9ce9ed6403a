//! The cluster: objects are applied, and workloads take their time to come up.

use futures_util::future::BoxFuture;

use super::{Found, Region, fault, value};
use crate::model::target::kube::{KubeRequest, ObjectRef, Passing, Released};
use crate::model::target::{Acted, Mark, Outputs, Progress, Seen, TargetError};
use crate::targets::Target;

/// Where the address of a load balancer stands.
const BALANCER: &str = "/status/loadBalancer/ingress/0/hostname";

impl Target<KubeRequest> for Region {
    fn look<'a>(
        &'a self,
        request: &'a KubeRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            self.asked_for(mark);
            let (key, object) = match request {
                KubeRequest::Apply(object) => (applied(&object.reference), None),
                KubeRequest::Still(still) => (applied(&still.object.reference), None),
                KubeRequest::Release { .. } => (format!("release {}", mark.step), None),
                KubeRequest::AwaitReady(object) | KubeRequest::AwaitEnd(Passing { object, .. }) => {
                    (format!("ready {}", mark.step), Some(object))
                }
            };
            if let Some(object) = object {
                if matches!(self.find(&applied(object)), Found::Absent) {
                    let message = format!("{} {} is not there", object.kind, object.name);
                    return Err(fault("kubernetes", "GET", "NotFound", 404, message));
                }
                if self.setup.missing.contains(&object.name) {
                    let message = format!("{}: its image is not there", object.name);
                    return Err(fault("kubernetes", "GET", TargetError::CANNOT_START, 200, message));
                }
            }
            Ok(match self.find(&key) {
                Found::There { .. } => {
                    let host = object.map(|object| (BALANCER.to_owned(), value(&object.name, "/hostname")));
                    Seen::Done(host.into_iter().collect())
                }
                Found::Underway { progress, .. } => Seen::Underway(progress),
                Found::Absent if object.is_some() => {
                    // Pods start when their workload is applied; waiting has no effect.
                    let now = super::Instant::now();
                    let thing = super::Thing {
                        by: None,
                        done: now + self.duration(mark),
                        seen: now,
                        word: "0 pods are ready",
                        outputs: Outputs::new(),
                    };
                    self.world().things.insert(key, thing);
                    Seen::Underway(Progress::default())
                }
                Found::Absent => Seen::Ready,
            })
        })
    }

    fn act<'a>(
        &'a self,
        request: &'a KubeRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            self.check_allowed("kubernetes", "PATCH")?;
            self.check_token("kubernetes", "PATCH", mark)?;
            let (key, word) = match request {
                KubeRequest::Apply(object) => (applied(&object.reference), "applying"),
                KubeRequest::Release { object, to } => {
                    if matches!(self.find(&applied(object)), Found::Absent) {
                        let message = format!("{} {} is not there", object.kind, object.name);
                        return Err(fault("kubernetes", "PATCH", "NotFound", 404, message));
                    }
                    let word = match to {
                        Released::Suspend(_) => "resuming",
                        Released::Replicas(_) => "scaling",
                    };
                    (format!("release {}", mark.step), word)
                }
                KubeRequest::AwaitReady(_) | KubeRequest::AwaitEnd(_) | KubeRequest::Still(_) => {
                    return Ok(Acted::Accepted);
                }
            };
            Ok(self.have(key, mark, word, Outputs::new()).await)
        })
    }
}

impl Region {
    /// Deletes an object, as somebody does in the middle of a run; its pods go with it.
    pub fn delete_object(&self, object: &ObjectRef) {
        let mut world = self.world();
        world.things.remove(&applied(object));
        world.things.remove(&format!("ready manifests/ready/{}", object.label()));
    }
}

fn applied(object: &ObjectRef) -> String {
    let namespace = object.namespace.as_deref().unwrap_or_default();
    format!("object {}/{}/{namespace}/{}", object.api_version, object.kind, object.name)
}
