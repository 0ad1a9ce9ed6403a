//! One call of a target: within its service's budget, and for no longer than a call may take.

use super::requests::Request;
use super::{Executor, Shared, own_error};
use crate::model::target::{Acted, Mark, Outputs, Seen, TargetError};

impl Executor<'_> {
    pub(super) async fn look(
        &self,
        request: &Request,
        mark: &Mark,
        shared: &Shared<'_>,
    ) -> Result<Seen, TargetError> {
        let targets = &self.targets;
        let _place = shared.budgets.place(request).await;
        let looking = match request {
            Request::Proof(request) => targets.proofs.look(request, mark),
            Request::Address(request) => targets.engine.look(request, mark),
            Request::Data(request) => targets.data.look(request, mark),
            Request::Traffic(request) => targets.traffic.look(request, mark),
            Request::Kube(request) => targets.kube.look(request, mark),
            Request::Gate(_) | Request::Join => return Ok(Seen::Done(Outputs::new())),
        };
        let late = |_| own_error("look", TargetError::LOST, "no answer in time".to_owned());
        tokio::time::timeout(self.limits.call, looking).await.map_err(late)?
    }

    /// The place is had by whoever has recorded the intent.
    pub(super) async fn act(&self, request: &Request, mark: &Mark) -> Result<Acted, TargetError> {
        let targets = &self.targets;
        let acting = match request {
            Request::Proof(request) => targets.proofs.act(request, mark),
            Request::Address(request) => targets.engine.act(request, mark),
            Request::Data(request) => targets.data.act(request, mark),
            Request::Traffic(request) => targets.traffic.act(request, mark),
            Request::Kube(request) => targets.kube.act(request, mark),
            Request::Gate(_) | Request::Join => return Ok(Acted::Done(Outputs::new())),
        };
        let late = |_| own_error("act", TargetError::LOST, "no answer in time".to_owned());
        tokio::time::timeout(self.limits.call, acting).await.map_err(late)?
    }
}
