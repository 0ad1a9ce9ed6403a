//! The engine, address by address.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use super::proofs::mismatch;
use super::{Found, Region, fault, value};
use crate::model::target::engine::{AddressChange, AddressRequest};
use crate::model::target::{Acted, Mark, Seen, TargetError};
use crate::targets::Target;

impl Target<AddressRequest> for Region {
    fn look<'a>(
        &'a self,
        request: &'a AddressRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            self.asked_for(mark);
            Ok(match self.find(&request.address) {
                Found::There { outputs, .. } => Seen::Done(outputs),
                Found::Underway { progress, .. } => Seen::Underway(progress),
                Found::Absent => match &request.must_be_free {
                    Some(name) if self.setup.taken.contains(name) => {
                        mismatch(format!("{name} is there already, and this run did not make it"))
                    }
                    _ => Seen::Ready,
                },
            })
        })
    }

    fn act<'a>(
        &'a self,
        request: &'a AddressRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            self.check_allowed("engine", "apply")?;
            self.check_token("engine", "apply", mark)?;
            self.check_made_with_data(request)?;
            if let AddressChange::Import { id: Some(id) } = &request.change
                && self.setup.missing.contains(id)
            {
                let message = format!("there is nothing to import under {id}");
                return Err(fault("engine", "import", "NotFound", 404, message));
            }
            let outputs: BTreeMap<String, String> = request
                .wants
                .iter()
                .map(|pointer| {
                    let given = match (&request.change, pointer.as_str()) {
                        (AddressChange::Import { id: Some(id) }, "/id") => id.clone(),
                        _ => value(&request.address, pointer),
                    };
                    (pointer.clone(), given)
                })
                .collect();
            if is_group(&request.address) {
                let named = self.setup.named_groups.get(&request.address);
                self.world().groups.extend(outputs.get("/id").into_iter().chain(named).cloned());
            }
            Ok(self.have(request.address.clone(), mark, "creating", outputs).await)
        })
    }
}

/// Whether an address is that of a DB subnet group.
fn is_group(address: &str) -> bool {
    ["aws_db_subnet_group.", "aws_docdb_subnet_group.", "aws_neptune_subnet_group."]
        .iter()
        .any(|kind| address.contains(kind))
}

impl Region {
    /// Refuses to make a store that is to come back from a recovery point, without one that is there.
    fn check_made_with_data(&self, request: &AddressRequest) -> Result<(), TargetError> {
        if request.change != AddressChange::Restore {
            return Ok(());
        }
        let world = self.world();
        if request.overrides.iter().any(|(_, value)| world.points.contains(value)) {
            return Ok(());
        }
        let message = format!("no recovery point that is there is named for {}", request.address);
        Err(fault("engine", "apply", "InvalidParameterValue", 400, message))
    }
}
