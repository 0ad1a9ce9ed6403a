//! One connection to a Kubernetes API server: sign-in, deadlines, lists in pages.
//!
//! Lists are read with types that hold only what is asked for, from bytes that are dropped at once: what a Secret or a
//! pod's environment has in it never becomes a value here, and no error quotes an answer.

use std::fmt;
use std::time::Duration;

use http::Request;
use http_body_util::{BodyExt as _, Limited};
use kube::client::Body;
use kube::{Client, Config};
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::aws::{Failure, Limits};
use crate::model::diagnostic::GapReason;

mod failure;
mod kubeconfig;
mod page;
pub mod refusal;
pub mod session;
pub mod token;
mod values;

pub use kubeconfig::{Kubeconfig, Source};
use page::Page;

/// Entries of a page where the caller wants no fewer; what kubectl asks for.
pub const PAGE: u32 = 500;

/// A page of 500 objects of 1.5 MiB, the most that etcd takes, would be more; an endpoint that never ends is cut here.
const MOST_BYTES: usize = 256 << 20;

/// More pages than any cluster has.
const MOST_PAGES: usize = 10_000;

/// How often a list is begun anew after the server has forgotten where it was.
const MOST_RESTARTS: usize = 2;

/// How often a server that has too much to do is asked again, and after how long for the first time; then twice as
/// long each. It hands out slots by the second
/// (<https://kubernetes.io/docs/concepts/cluster-administration/flow-control/>).
const MOST_RETRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// What is listed.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// As gaps name it: `kubernetes:ListDeployments`.
    pub action: &'static str,
    /// Path of the resource in all namespaces: `/apis/apps/v1/deployments`.
    pub path: &'static str,
    /// Kind of the answer: `DeploymentList`.
    pub kind: &'static str,
    /// Most entries of a page.
    pub page: u32,
}

/// Asks for the metadata of objects alone
/// (<https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches>).
pub const METADATA: &str = "PartialObjectMetadataList";

/// A way to ask one cluster.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    call: Duration,
    until: Instant,
    page: u32,
}

impl fmt::Debug for Cluster {
    /// Without the client, which holds the sign-in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("page", &self.page).finish_non_exhaustive()
    }
}

/// As gaps name what comes before the first list.
pub const SIGN_IN: &str = "kubernetes:SignIn";

impl Cluster {
    /// Signs in as a kubeconfig says. The time of `limits.total` begins now; nothing is asked of the cluster yet.
    ///
    /// # Errors
    /// A context that is not there, a certificate or key that cannot be read, a credential plugin that fails.
    pub async fn open(kubeconfig: Kubeconfig, limits: Limits) -> Result<Self, Failure> {
        let until = Instant::now() + limits.total;
        let mut config = kubeconfig.config().await?;
        config.connect_timeout = Some(limits.connect);
        // It asks on until the deadline, which would then be all that is known.
        config.default_retry = false;
        let client = tokio::time::timeout(limits.call, sign_in(config)).await;
        let late = |_| {
            Failure::new(
                SIGN_IN,
                GapReason::TimedOut,
                "the kubeconfig's credential plugin gave no answer in time",
            )
        };
        Ok(Self { client: client.map_err(late)??, call: limits.call, until, page: PAGE })
    }

    /// The same connection with smaller pages.
    #[must_use]
    pub fn paged(self, page: u32) -> Self {
        Self { page, ..self }
    }

    /// All entries of a list in all namespaces: the whole of it or nothing.
    ///
    /// # Errors
    /// The first page that did not come, as a reason.
    pub async fn list<T: DeserializeOwned>(&self, list: &List) -> Result<Vec<T>, Failure> {
        for _ in 0..MOST_RESTARTS {
            match self.list_once(list).await {
                // The server keeps old revisions for some minutes; a list that lasts longer begins anew.
                Err(failure) if failure.is(&["Expired"]) => {}
                answer => return answer,
            }
        }
        self.list_once(list).await
    }

    async fn list_once<T: DeserializeOwned>(&self, list: &List) -> Result<Vec<T>, Failure> {
        let mut found = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page: Page<T> = self.ask(list, next.as_deref()).await?;
            found.extend(page.items);
            match page.metadata.next {
                None => return Ok(found),
                again if again == next => break,
                more => next = more,
            }
        }
        Err(Failure::new(list.action, GapReason::Malformed, "the list does not end"))
    }

    async fn ask<T: DeserializeOwned>(&self, list: &List, next: Option<&str>) -> Result<Page<T>, Failure> {
        let until = self.until.min(Instant::now() + self.call);
        let late = || Failure::new(list.action, GapReason::TimedOut, "no answer in time");
        for attempt in 0..MOST_RETRIES {
            let answer = tokio::time::timeout_at(until, self.send(list, next)).await.map_err(|_| late())?;
            match answer {
                Err(failure) if failure::may_pass(&failure) => {}
                answer => return answer,
            }
            tokio::time::sleep(FIRST_PAUSE * 2_u32.pow(attempt)).await;
        }
        tokio::time::timeout_at(until, self.send(list, next)).await.map_err(|_| late())?
    }

    async fn send<T: DeserializeOwned>(&self, list: &List, next: Option<&str>) -> Result<Page<T>, Failure> {
        let answer = self.client.send(self.request(list, next)?).await;
        let answer = answer.map_err(|error| failure::of(list.action, &error))?;
        let status = answer.status().as_u16();
        let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| failure::broken(list.action, &*error))?.to_bytes();
        if status != 200 {
            return Err(failure::answered(list.action, status, &body));
        }
        page::read(list, &body)
    }

    fn request(&self, list: &List, next: Option<&str>) -> Result<Request<Body>, Failure> {
        let mut uri = format!("{}?limit={}", list.path, self.page.min(list.page));
        if let Some(next) = next {
            uri.push_str("&continue=");
            uri.push_str(&page::escaped(next));
        }
        let accept = match list.kind {
            METADATA => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
            _ => "application/json",
        };
        let request = Request::get(uri)
            .header("accept", accept)
            .header("user-agent", concat!("drplan/", env!("CARGO_PKG_VERSION")));
        request
            .body(Body::empty())
            .map_err(|_| Failure::new(list.action, GapReason::Malformed, "the next page cannot be asked for"))
    }
}

/// A credential plugin is a program that may hang, and a certificate may be no certificate: off the runtime's threads,
/// and a panic over either is a failure like any other.
async fn sign_in(config: Config) -> Result<Client, Failure> {
    let made = tokio::task::spawn_blocking(move || Client::try_from(config)).await;
    match made {
        Ok(Ok(client)) => Ok(client),
        Ok(Err(error)) => Err(failure::of(SIGN_IN, &error)),
        Err(_) => {
            Err(Failure::new(SIGN_IN, GapReason::Unreadable, "the kubeconfig's credentials cannot be used"))
        }
    }
}
