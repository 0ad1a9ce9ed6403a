//! What is asked and changes nothing.

use futures_util::future::BoxFuture;

use super::restore::is_class;
use super::{Found, Region, fault};
use crate::model::target::proof::ProofRequest;
use crate::model::target::{Acted, Mark, Mismatch, Outputs, Seen, TargetError};
use crate::targets::Target;

impl Target<ProofRequest> for Region {
    fn look<'a>(
        &'a self,
        request: &'a ProofRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            self.asked_for(mark);
            self.check_token("preflight", "look", mark)?;
            let takes = self.duration(mark);
            // Nobody waits for one call that long: resolvers are asked until the old answer has drained.
            if takes > super::AT_ONCE {
                let key = format!("asked {}", mark.step);
                match self.find(&key) {
                    Found::Absent => {
                        self.ask(key, takes);
                        return Ok(Seen::Underway(super::Progress::default()));
                    }
                    Found::Underway { progress, .. } => return Ok(Seen::Underway(progress)),
                    Found::There { .. } => {}
                }
            } else {
                tokio::time::sleep(takes).await;
            }
            self.prove(request)
        })
    }

    fn act<'a>(&'a self, _: &'a ProofRequest, _: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async { Ok(Acted::Done(Outputs::new())) })
    }
}

impl Region {
    /// Begins to ask something that takes a while; no effect.
    fn ask(&self, key: String, takes: std::time::Duration) {
        let now = super::Instant::now();
        let thing =
            super::Thing { by: None, done: now + takes, seen: now, word: "asked", outputs: Outputs::new() };
        self.world().things.insert(key, thing);
    }

    fn prove(&self, request: &ProofRequest) -> Result<Seen, TargetError> {
        let setup = &self.setup;
        let missing = |what: &str, name: &str| {
            if setup.missing.contains(name) {
                mismatch(format!("{what} {name} is not there"))
            } else {
                Seen::Done(Outputs::new())
            }
        };
        Ok(match request {
            ProofRequest::Identity { .. } => {
                self.check_allowed("sts", "GetCallerIdentity")?;
                Seen::Done(Outputs::new())
            }
            ProofRequest::Quota { service, code, needs } => {
                if setup.full.contains(code) {
                    mismatch(format!("quota {code} of {service} has no room for {needs} more"))
                } else {
                    Seen::Done(Outputs::new())
                }
            }
            ProofRequest::Offered { names, what, .. } => {
                let world = self.world();
                let is_none = |name: &String| {
                    world.exhausted.contains(name) || (*what == "db class" && !is_class(name))
                };
                if names.iter().all(is_none) && !names.is_empty() {
                    mismatch(format!("no {what} of {} is on offer", names.join(", ")))
                } else {
                    Seen::Done(Outputs::new())
                }
            }
            ProofRequest::Key { key } => {
                self.check_allowed("kms", "DescribeKey")?;
                if setup.unusable_keys.contains(key) {
                    let message = format!("{key} may not be used");
                    return Err(fault("kms", "DescribeKey", "AccessDeniedException", 400, message));
                }
                Seen::Done(Outputs::new())
            }
            ProofRequest::Image { repository, reference } => {
                missing("image", &format!("{repository}{reference}"))
            }
            ProofRequest::Certificate { arn, .. } => missing("certificate", arn),
            ProofRequest::Bucket { name } => missing("bucket", name),
            ProofRequest::RecoveryPoint { id: Some(id) } => {
                let known = self.world().points.contains(id);
                if known { Seen::Done(Outputs::new()) } else { mismatch(format!("{id} is gone")) }
            }
            ProofRequest::RecoveryPoint { id: None } => {
                mismatch("the rule chose no recovery point".to_owned())
            }
            ProofRequest::Endpoint { host } => missing("an answer of", host),
            ProofRequest::StateBackend { .. }
            | ProofRequest::ControlPlane { .. }
            | ProofRequest::Primary { .. }
            | ProofRequest::Name { .. }
            | ProofRequest::Converged { .. } => Seen::Done(Outputs::new()),
        })
    }
}

pub(super) fn mismatch(found: String) -> Seen {
    let choices = vec!["plan again: another way may be open".to_owned()];
    Seen::Mismatch(Mismatch { found, choices })
}
