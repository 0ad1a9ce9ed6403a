//! One question to a host over HTTP: does it answer?

use std::time::Duration;

use http::{HeaderValue, Request, header};
use http_body_util::Empty;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

/// What a host said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Status of its answer; no redirect is followed.
    Status(u16),
    /// It speaks TLS, with a certificate that is not trusted for the name.
    Certificate,
    /// Nothing: why.
    Nothing(String),
}

/// Asks for a URL, within a time. Certificates are checked against those that this machine trusts.
pub async fn ask(url: &str, patience: Duration) -> Said {
    let nothing = |why: &str| Said::Nothing(why.to_owned());
    let request = Request::get(url).body(Empty::<&[u8]>::new());
    let Ok(mut request) = request else { return nothing("this is no host") };
    let agent = HeaderValue::from_static(concat!("drplan/", env!("CARGO_PKG_VERSION")));
    request.headers_mut().insert(header::USER_AGENT, agent);
    let connector = match HttpsConnectorBuilder::new().with_native_roots() {
        Ok(connector) => connector.https_or_http().enable_http1().build(),
        Err(error) => return nothing(&format!("this machine has no trusted certificates: {error}")),
    };
    let client = Client::builder(TokioExecutor::new()).build(connector);
    match tokio::time::timeout(patience, client.request(request)).await {
        Err(_) => nothing("no answer in time"),
        Ok(Ok(answer)) => Said::Status(answer.status().as_u16()),
        Ok(Err(error)) => {
            let mut cause: &dyn std::error::Error = &error;
            while let Some(next) = cause.source() {
                cause = next;
            }
            let why = cause.to_string();
            if why.contains("invalid peer certificate") { Said::Certificate } else { Said::Nothing(why) }
        }
    }
}
