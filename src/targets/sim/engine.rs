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
        _: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
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
            if request.address.contains("aws_db_subnet_group.") {
                self.world().groups.extend(outputs.get("/id").cloned());
            }
            Ok(self.have(request.address.clone(), mark, "creating", outputs).await)
        })
    }
}
