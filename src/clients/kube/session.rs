//! A connection that writes: single requests with their answers, a sign-in that lasts, errors as targets tell them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Limited};
use jiff::Timestamp;
use kube::Client;
use kube::client::Body;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::refusal::{self, About};
use super::{Failure, Kubeconfig, MOST_BYTES, sign_in};
use crate::clients::aws::Limits;
use crate::model::secret::Secret;
use crate::model::target::TargetError;

/// Clusters take an EKS token for 15 minutes from its signature.
const TOKEN_AGE: Duration = Duration::from_secs(10 * 60);

/// Makes a bearer token whenever one is wanted.
pub type Tokens = Arc<dyn Fn() -> BoxFuture<'static, Result<Secret, Failure>> + Send + Sync>;

/// A way to read and change one cluster, for as long as a run lasts.
#[derive(Clone)]
pub struct Session {
    client: Client,
    bearer: Option<Arc<Bearer>>,
    call: Duration,
}

impl fmt::Debug for Session {
    /// Without the client, which holds the sign-in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("call", &self.call).finish_non_exhaustive()
    }
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// `GET`, `PATCH`, `DELETE`, `POST`.
    pub verb: &'static str,
    /// What it is about, as errors name it.
    pub about: About<'c>,
    /// Path and query.
    pub path: &'c str,
    /// `Accept`.
    pub accept: &'static str,
    /// `Content-Type` and body.
    pub body: Option<(&'static str, &'c [u8])>,
}

/// What `Accept` asks for.
pub const JSON: &str = "application/json";

/// Metadata alone, as the answer to a write.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches>
pub const METADATA_OF_ONE: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// Likewise, of a list.
pub const METADATA_OF_LIST: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// An answer that is none of refusal.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// When, by the server's clock.
    pub at: Option<Timestamp>,
    /// Its content.
    pub body: Vec<u8>,
}

impl Session {
    /// Signs in as a kubeconfig says; only `connect` and `call` of the limits hold, since a write may wait for
    /// webhooks that have 30 seconds each. Nothing is asked yet.
    ///
    /// # Errors
    /// A context that is not there, a certificate or key that cannot be read, a credential plugin that fails.
    pub async fn open(kubeconfig: Kubeconfig, limits: Limits) -> Result<Self, Failure> {
        let mut config = kubeconfig.config().await?;
        config.connect_timeout = Some(limits.connect);
        // Whoever asks decides on asking again.
        config.default_retry = false;
        Ok(Self { client: sign_in(config).await?, bearer: None, call: limits.call })
    }

    /// Signs in with tokens that are made anew before they expire.
    ///
    /// # Errors
    /// A certificate authority that cannot be read, a token that cannot be made.
    pub async fn with_tokens(address: Kubeconfig, tokens: Tokens, limits: Limits) -> Result<Self, Failure> {
        let bearer = Arc::new(Bearer { tokens, held: Mutex::new(None) });
        bearer.header().await?;
        Ok(Self { bearer: Some(bearer), ..Self::open(address, limits).await? })
    }

    /// Asks once; where the sign-in has expired, once more with a new one: what was not let in had no effect.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn ask(&self, call: &Call<'_>) -> Result<Answer, TargetError> {
        match self.ask_once(call).await {
            Err(error) if error.status == Some(401) => {
                let Some(bearer) = &self.bearer else { return Err(error) };
                bearer.drop_held().await;
                self.ask_once(call).await
            }
            answer => answer,
        }
    }

    async fn ask_once(&self, call: &Call<'_>) -> Result<Answer, TargetError> {
        let lost = || refusal::lost(call.verb, &call.about, "no answer in time");
        tokio::time::timeout(self.call, self.send(call)).await.map_err(|_| lost())?
    }

    async fn send(&self, call: &Call<'_>) -> Result<Answer, TargetError> {
        let mut request = Request::builder()
            .method(call.verb)
            .uri(call.path)
            .header(header::ACCEPT, call.accept)
            .header(header::USER_AGENT, concat!("drplan/", env!("CARGO_PKG_VERSION")));
        if let Some(bearer) = &self.bearer {
            let failed = |failure: Failure| refusal::unsigned(call.verb, &call.about, &failure);
            request = request.header(header::AUTHORIZATION, bearer.header().await.map_err(failed)?);
        }
        let body = match call.body {
            Some((kind, bytes)) => {
                request = request.header(header::CONTENT_TYPE, kind);
                Body::from(bytes.to_vec())
            }
            None => Body::empty(),
        };
        let request = request.body(body).map_err(|_| refusal::malformed(call.verb, &call.about))?;
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|error| refusal::unanswered(call.verb, &call.about, &error))?;
        let (head, body) = answer.into_parts();
        let broken = |_| refusal::lost(call.verb, &call.about, "the connection broke within the answer");
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(broken)?.to_bytes();
        let status = head.status.as_u16();
        if !(200..300).contains(&status) {
            let asked = call.body.map(|(_, bytes)| bytes);
            let retry = retry_after(&head.headers);
            return Err(refusal::refused(call.verb, &call.about, status, retry, asked, &body));
        }
        Ok(Answer { status, at: at(&head.headers), body: body.to_vec() })
    }
}

/// The server's clock (RFC 9110, 6.6.1), so that ages do not depend on that of whoever asks.
fn at(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get(header::DATE)?.to_str().ok()?;
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// A token while it holds.
struct Bearer {
    tokens: Tokens,
    held: Mutex<Option<(HeaderValue, Instant)>>,
}

impl Bearer {
    async fn header(&self) -> Result<HeaderValue, Failure> {
        let mut held = self.held.lock().await;
        if let Some((value, since)) = held.as_ref()
            && since.elapsed() < TOKEN_AGE
        {
            return Ok(value.clone());
        }
        let token = (self.tokens)().await?;
        let unusable = |_| {
            let detail = "the token has a line break or another sign that no token has";
            Failure::new(super::SIGN_IN, crate::model::diagnostic::GapReason::Unreadable, detail)
        };
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(unusable)?;
        value.set_sensitive(true);
        *held = Some((value.clone(), Instant::now()));
        Ok(value)
    }

    async fn drop_held(&self) {
        *self.held.lock().await = None;
    }
}
