//! How many calls of a service are under way at once: more would gain nothing, and no plan should be what a cluster or an
//! account is throttled for.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::requests::Request;
use crate::targets::kube;

/// Calls to services that hold data: their buckets refill by the second.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const DATA: usize = 8;
/// Calls that lead traffic: Route 53 takes five requests a second of an account.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
const TRAFFIC: usize = 4;
/// What is asked and changes nothing, of many services.
const PROOFS: usize = 16;

/// The places of each service.
pub(super) struct Budgets {
    kube: Semaphore,
    data: Semaphore,
    traffic: Semaphore,
    proofs: Semaphore,
}

impl Budgets {
    pub(super) fn new() -> Self {
        Self {
            kube: Semaphore::new(kube::AT_ONCE),
            data: Semaphore::new(DATA),
            traffic: Semaphore::new(TRAFFIC),
            proofs: Semaphore::new(PROOFS),
        }
    }

    /// A place for a call, in the order in which they are asked for. The engine has its own (`-parallelism`), and what is no
    /// call needs none.
    pub(super) async fn place(&self, request: &Request) -> Option<SemaphorePermit<'_>> {
        let places = match request {
            Request::Kube(_) => &self.kube,
            Request::Data(_) => &self.data,
            Request::Traffic(_) => &self.traffic,
            Request::Proof(_) => &self.proofs,
            Request::Address(_) | Request::Gate(_) | Request::Join => return None,
        };
        // Nobody closes them.
        places.acquire().await.ok()
    }
}
