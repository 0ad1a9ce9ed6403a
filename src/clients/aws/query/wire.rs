//! One signed request through the SDK's orchestrator.

use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};

use super::super::Connection;
use super::{Service, endpoint, xml};

/// What is sent.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    /// The form of a Query API, posted to `/`.
    Form(Vec<(String, String)>),
    /// A path with its parameters.
    Get(&'static str, Vec<(String, String)>),
}

/// What a service said instead of an answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the service answered with an error")]
pub(super) struct QueryError {
    meta: ErrorMetadata,
}

impl ProvideErrorMetadata for QueryError {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

pub(super) fn operation(
    connection: &Connection,
    service: &Service,
    name: &str,
) -> Operation<Ask, String, QueryError> {
    let sdk = connection.sdk();
    let (address, region) = endpoint::of(sdk, service, connection.region());
    let mut layer = Layer::new("query");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigV4OperationSigningConfig {
        region: Some(SigningRegion::from(Region::new(region))),
        region_set: None,
        name: Some(SigningName::from(service.signing_name)),
        signing_options: SigningOptions::default(),
    });
    let mut components = RuntimeComponentsBuilder::new("query");
    components.push_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()));
    components.set_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(
        StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]),
    )));
    if let Some(credentials) = sdk.credentials_provider() {
        components.set_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
    }
    components.set_identity_cache(sdk.identity_cache());

    let mut builder = Operation::builder()
        .service_name(service.id)
        .operation_name(name.to_owned())
        .endpoint_url(&address)
        .retry_classifier(TransientErrorClassifier::<QueryError>::new())
        .retry_classifier(AwsErrorCodeClassifier::<QueryError>::new())
        .retry_classifier(HttpStatusCodeClassifier::default())
        .runtime_plugin(
            StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components),
        );
    if let Some(version) = sdk.behavior_version() {
        builder = builder.behavior_version(version);
    }
    if let Some(http) = sdk.http_client() {
        builder = builder.http_client(http);
    }
    if let Some(timeouts) = sdk.timeout_config() {
        builder = builder.timeout_config(timeouts.clone());
    }
    if let Some(retries) = sdk.retry_config() {
        builder = builder.standard_retry(retries);
    }
    if let Some(sleep) = sdk.sleep_impl() {
        builder = builder.sleep_impl(sleep);
    }
    builder.serializer(request).deserializer(response).build()
}

fn request(ask: Ask) -> Result<HttpRequest, BoxError> {
    let mut request = match ask {
        Ask::Form(form) => {
            let mut request = HttpRequest::new(SdkBody::from(encode(&form)));
            request.set_method("POST")?;
            request.set_uri("/")?;
            request.headers_mut().insert("content-type", "application/x-www-form-urlencoded");
            request
        }
        Ask::Get(path, parameters) if parameters.is_empty() => {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(path)?;
            request
        }
        Ask::Get(path, parameters) => {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_uri(format!("{path}?{}", encode(&parameters)))?;
            request
        }
    };
    request.headers_mut().insert("user-agent", concat!("drplan/", env!("CARGO_PKG_VERSION")));
    Ok(request)
}

fn response(response: &HttpResponse) -> Result<String, OrchestratorError<QueryError>> {
    let text = response.body().bytes().and_then(|body| std::str::from_utf8(body).ok());
    if let Some(text) = text.filter(|_| response.status().is_success()) {
        return Ok(text.to_owned());
    }
    let mut meta = ErrorMetadata::builder();
    // An HTML page has no `Code`, or none that is meant.
    if let Some(document) = text.and_then(|text| roxmltree::Document::parse(text).ok()) {
        let root = document.root_element();
        if !root.tag_name().name().eq_ignore_ascii_case("html") {
            meta = match xml::text(root, "Code") {
                Some(code) => meta.code(code),
                None => meta,
            };
            meta = match xml::text(root, "Message") {
                Some(message) => meta.message(message),
                None => meta,
            };
        }
    }
    Err(OrchestratorError::operation(QueryError { meta: meta.build() }))
}

fn encode(parameters: &[(String, String)]) -> String {
    let pairs = parameters.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// Percent-encodes all but the unreserved characters of RFC 3986, as the signature demands.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(byte.into()),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
