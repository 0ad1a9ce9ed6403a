//! What is asked for real and changes nothing.
//!
//! Whose account the credentials are of is proven, or the step fails. Of all else that preflight asks, only what is
//! shown to be otherwise stops: what nobody answers was as it should be when it was planned, and is said to be unproven.

mod answers;
mod judge;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::Target;
use crate::clients::aws::{Connection, Limits};
use crate::model::diagnostic::GapReason;
use crate::model::inventory::Inventory;
use crate::model::target::proof::ProofRequest;
use crate::model::target::{Acted, Mark, Mismatch, Outputs, Seen, TargetError, UNPROVEN};
use judge::{Verdict, judge};

/// How long a host of the primary may take to answer: a region that drops every packet never does.
const PATIENCE: Duration = Duration::from_secs(3);

/// The recovery region as it is now.
pub trait World: Send + Sync {
    /// What is in it: asked once for all checks of a run.
    ///
    /// # Errors
    /// In one sentence, why nobody could be asked.
    fn inventory(&self) -> BoxFuture<'_, Result<Arc<Inventory>, String>>;
}

/// Asks AWS in the recovery region, and hosts by name.
pub struct Proofs<'w> {
    region: String,
    bound: bool,
    world: &'w dyn World,
}

impl<'w> Proofs<'w> {
    /// Nothing is asked yet. `bound`: whether the plan names an account.
    #[must_use]
    pub fn new(region: &str, bound: bool, world: &'w dyn World) -> Self {
        Self { region: region.to_owned(), bound, world }
    }

    /// What preflight asks about the region, by what is in it now.
    async fn of_region(&self, request: &ProofRequest) -> Seen {
        let verdict = match self.world.inventory().await {
            Ok(inventory) => judge(request, &inventory),
            Err(why) => Verdict::Unproven(why),
        };
        match verdict {
            Verdict::Holds => Seen::Done(Outputs::new()),
            Verdict::Unproven(why) => unproven(&why),
            Verdict::Otherwise(mismatch) => Seen::Mismatch(mismatch),
        }
    }

    /// The account of the credentials, by STS of the recovery region.
    /// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>
    async fn account(&self) -> Result<String, TargetError> {
        const CALL: &str = "sts:GetCallerIdentity";
        let error = |code: &str, message: String| TargetError {
            service: "sts",
            call: CALL.to_owned(),
            code: code.to_owned(),
            status: None,
            message,
            retry_after: None,
        };
        let connection = Connection::open(&self.region, Limits::default()).await;
        let connection = connection.map_err(|problem| error("AccessDenied", problem.message.clone()))?;
        let client = aws_sdk_sts::Client::new(connection.sdk());
        let answer = connection.call(CALL, client.get_caller_identity().send()).await;
        let answer = answer.map_err(|failure| {
            let code = match (&failure.code, failure.reason) {
                (Some(code), _) => code,
                // No credentials that a request could be signed with.
                (None, GapReason::Failed) => "AccessDenied",
                (None, GapReason::Malformed) => TargetError::MALFORMED,
                (None, _) => TargetError::UNREACHABLE,
            };
            error(code, failure.gap().detail)
        })?;
        answer.account.ok_or_else(|| error(TargetError::MALFORMED, "the answer names no account".to_owned()))
    }
}

/// What holds nothing up, and is not known either.
fn unproven(why: &str) -> Seen {
    Seen::Done(Outputs::from([(UNPROVEN.to_owned(), why.to_owned())]))
}

impl Target<ProofRequest> for Proofs<'_> {
    fn look<'a>(
        &'a self,
        request: &'a ProofRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            match request {
                // The cluster's own sign-in is all there is to prove.
                ProofRequest::Identity { account: None } => {
                    Ok(unproven("the plan is bound to no account: whose the credentials are was not asked"))
                }
                ProofRequest::Quota { .. } if !self.bound => {
                    Ok(unproven("the plan is bound to no account: no quota was asked"))
                }
                ProofRequest::Endpoint { host } => Ok(answers::endpoint(host).await),
                ProofRequest::Name { name, primary, .. } => Ok(answers::name(name, primary).await),
                ProofRequest::Identity { account: Some(account) } => {
                    let own = self.account().await?;
                    Ok(if own == *account {
                        Seen::Done(Outputs::new())
                    } else {
                        Seen::Mismatch(Mismatch {
                            found: format!(
                                "the credentials are of account {own}, and the plan is of account {account}"
                            ),
                            choices: vec![format!("take credentials of account {account}, then apply again")],
                        })
                    })
                }
                ProofRequest::Primary { hosts, .. } if hosts.is_empty() => {
                    Ok(unproven("no host of the primary is known: it was not asked"))
                }
                // Both answers are good; what is done about them is asked at the fence.
                ProofRequest::Primary { hosts, .. } => {
                    let answers = answering(hosts).await;
                    Ok(Seen::Done(Outputs::from([("/answers".to_owned(), answers.to_string())])))
                }
                ProofRequest::Converged { .. } => Err(super::unbuilt::unbuilt(&mark.step)),
                _ => Ok(self.of_region(request).await),
            }
        })
    }

    fn act<'a>(&'a self, _: &'a ProofRequest, _: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async { Ok(Acted::Done(Outputs::new())) })
    }
}

/// How many of some hosts take a connection.
async fn answering(hosts: &[String]) -> usize {
    let asked = hosts.iter().map(|host| async move {
        let place = if host.contains(':') { host.clone() } else { format!("{host}:443") };
        let connected = tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect(place)).await;
        usize::from(matches!(connected, Ok(Ok(_))))
    });
    futures_util::future::join_all(asked).await.into_iter().sum()
}
