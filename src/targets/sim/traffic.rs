//! Services that lead users, and those that let others in.

use futures_util::future::BoxFuture;

use super::proofs::mismatch;
use super::{Found, RecordKey, Region, fault};
use crate::model::target::traffic::TrafficRequest;
use crate::model::target::{Acted, Mark, Outputs, Seen, TargetError};
use crate::targets::Target;

impl Target<TrafficRequest> for Region {
    fn look<'a>(
        &'a self,
        request: &'a TrafficRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            self.asked_for(mark);
            match self.find(&changed(mark)) {
                Found::There { outputs, .. } => return Ok(Seen::Done(outputs)),
                Found::Underway { progress, .. } => return Ok(Seen::Underway(progress)),
                Found::Absent => {}
            }
            Ok(match request {
                TrafficRequest::Record { from, to, name, .. } => {
                    match self.world().records.get(&record(request)) {
                        Some(now) if now == to => Seen::Done(Outputs::new()),
                        Some(now) if now != from => {
                            mismatch(format!("{name} leads to {now}, and not to {from}"))
                        }
                        None if !from.is_empty() => {
                            mismatch(format!("{name} leads nowhere, and not to {from}"))
                        }
                        _ => Seen::Ready,
                    }
                }
                TrafficRequest::Trust { role, issuer, .. } => {
                    let world = self.world();
                    let known = world.trusted.get(role).is_some_and(|all| all.contains(issuer));
                    if known { Seen::Done(Outputs::new()) } else { Seen::Ready }
                }
                TrafficRequest::Distribution { .. } | TrafficRequest::Fence { .. } => Seen::Ready,
            })
        })
    }

    fn act<'a>(
        &'a self,
        request: &'a TrafficRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            self.check_token("traffic", "change", mark)?;
            let word = match request {
                TrafficRequest::Record { from, to, .. } => {
                    self.check_allowed("route53", CHANGE)?;
                    self.change(record(request), from, to)?;
                    "PENDING"
                }
                TrafficRequest::Distribution { id, .. } => {
                    self.check_allowed("cloudfront", "UpdateDistribution")?;
                    if self.setup.missing.contains(id) {
                        let message = format!("there is no distribution {id}");
                        return Err(fault(
                            "cloudfront",
                            "UpdateDistribution",
                            "NoSuchDistribution",
                            404,
                            message,
                        ));
                    }
                    "InProgress"
                }
                TrafficRequest::Trust { role, issuer, .. } => {
                    self.check_allowed("iam", "UpdateAssumeRolePolicy")?;
                    self.world().trusted.entry(role.clone()).or_default().insert(issuer.clone());
                    "updating"
                }
                TrafficRequest::Fence { .. } => "fencing",
            };
            Ok(self.have(changed(mark), mark, word, Outputs::new()).await)
        })
    }
}

const CHANGE: &str = "ChangeResourceRecordSets";

impl Region {
    /// One batch: the old record out, the new one in, both or neither
    /// (<https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>).
    fn change(&self, key: RecordKey, from: &str, to: &str) -> Result<(), TargetError> {
        let refused = |message| Err(fault("route53", CHANGE, "InvalidChangeBatch", 400, message));
        let mut world = self.world();
        let (zone, name, kind, set) = &key;
        match world.records.get(&key) {
            Some(now) if now == to => return Ok(()),
            Some(now) if now != from => {
                return refused(format!("{name} is {now}, and not {from}, as the batch says"));
            }
            None if !from.is_empty() => return refused(format!("there is no {kind} {name} to be taken out")),
            _ => {}
        }
        // A CNAME stands alone, and so does a record without a set identifier among those of its type.
        let rival = world.records.keys().find(|(of, same, other, theirs)| {
            let alone = (other == "CNAME") != (kind == "CNAME");
            let mixed = other == kind && theirs.is_some() != set.is_some();
            of == zone && same == name && (alone || mixed)
        });
        if let Some((_, _, other, _)) = rival {
            return refused(format!("{kind} {name} conflicts with the {other} record of that name"));
        }
        world.records.insert(key, to.to_owned());
        Ok(())
    }
}

fn changed(mark: &Mark) -> String {
    format!("change {}", mark.step)
}

fn record(request: &TrafficRequest) -> RecordKey {
    match request {
        TrafficRequest::Record { zone, name, record_type, set_identifier, .. } => {
            (zone.clone(), name.clone(), record_type.clone(), set_identifier.clone())
        }
        _ => RecordKey::default(),
    }
}
