//! The EKS token: a presigned call that tells STS who asks, as `aws eks get-token` makes it. It is made here and never
//! sent to STS; the cluster sends it there.
//!
//! Form: <https://github.com/kubernetes-sigs/aws-iam-authenticator#api-authorization-from-outside-a-cluster>.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use aws_smithy_runtime_api::client::identity::Identity;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::Request;

use super::session::Tokens;
use super::{Failure, SIGN_IN};
use crate::model::diagnostic::GapReason;
use crate::model::secret::Secret;

/// What the token begins with.
const PREFIX: &str = "k8s-aws-v1.";

/// What the signature says; the cluster takes the token for 15 minutes all the same, longer than one is held here.
const EXPIRES: Duration = Duration::from_secs(60);

/// A token for a cluster of a region, by the credentials of the connection.
///
/// # Errors
/// No credentials, or a cluster's name that no cluster has.
pub async fn eks_token(sdk: &SdkConfig, region: &str, cluster: &str) -> Result<Secret, Failure> {
    let denied =
        || Failure::new(SIGN_IN, GapReason::AccessDenied, "there are no AWS credentials to sign in with");
    let provider = sdk.credentials_provider().ok_or_else(denied)?;
    // What a provider says may quote its input.
    let credentials = provider.provide_credentials().await.map_err(|_| denied())?;
    let url = presign(credentials, region, cluster, SystemTime::now());
    let unusable =
        || Failure::new(SIGN_IN, GapReason::Failed, format!("{cluster:?} is no name of an EKS cluster"));
    let url = url.ok_or_else(unusable)?;
    Ok(Secret::new(format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(url.expose()))))
}

/// Tokens for a cluster of a region, for as long as the credentials of the connection last.
#[must_use]
pub fn eks_tokens(sdk: &SdkConfig, region: &str, cluster: &str) -> Tokens {
    let (sdk, region, cluster) = (sdk.clone(), region.to_owned(), cluster.to_owned());
    Arc::new(move || {
        let (sdk, region, cluster) = (sdk.clone(), region.clone(), cluster.clone());
        Box::pin(async move { eks_token(&sdk, &region, &cluster).await })
    })
}

/// The region's own host: clusters take no other of AWS's but the global one, which may be gone, and none that an
/// endpoint override names.
fn host(region: &str) -> String {
    let suffix = match region {
        region if region.starts_with("cn-") => "amazonaws.com.cn",
        region if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    format!("sts.{region}.{suffix}")
}

fn presign(credentials: Credentials, region: &str, cluster: &str, at: SystemTime) -> Option<Secret> {
    let url = format!("https://{}/?Action=GetCallerIdentity&Version=2011-06-15", host(region));
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    let identity = Identity::from(credentials);
    let builder = SigningParams::builder().identity(&identity).region(region).name("sts").time(at);
    let parameters = builder.settings(settings).build().ok()?.into();
    let headers = [("x-k8s-aws-id", cluster)].into_iter();
    let signable = SignableRequest::new("GET", &url, headers, SignableBody::Bytes(&[])).ok()?;
    let (signature, _) = sign(signable, &parameters).ok()?.into_parts();
    let mut request = Request::get(url).header("x-k8s-aws-id", cluster).body(()).ok()?;
    signature.apply_to_request_http1x(&mut request);
    Some(Secret::new(request.uri().to_string()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use super::*;

    fn presigned(session: Option<&str>, cluster: &str) -> Option<Secret> {
        let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let credentials = Credentials::new("AKIDEXAMPLE", key, session.map(str::to_owned), None, "test");
        // 2026-11-22T12:00:00Z
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800);
        presign(credentials, "us-east-2", cluster, at)
    }

    fn parameters(url: &str) -> BTreeMap<String, String> {
        let (_, query) = url.split_once('?').unwrap();
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        query.split('&').filter_map(pair).collect()
    }

    /// The signatures are those that botocore 1.40's `SigV4QueryAuth` makes of the same.
    #[test]
    fn the_url_is_the_one_that_the_aws_command_line_signs() {
        let url = presigned(None, "shop").unwrap();
        assert!(url.expose().starts_with("https://sts.us-east-2.amazonaws.com/?"), "the region's own host");
        let plain = parameters(url.expose());
        let value = |name: &str| plain.get(name).map(String::as_str);
        assert_eq!(value("Action"), Some("GetCallerIdentity"));
        assert_eq!(value("Version"), Some("2011-06-15"));
        assert_eq!(value("X-Amz-Expires"), Some("60"));
        assert_eq!(value("X-Amz-Date"), Some("20261122T120000Z"));
        assert_eq!(value("X-Amz-SignedHeaders"), Some("host%3Bx-k8s-aws-id"));
        assert_eq!(
            value("X-Amz-Credential"),
            Some("AKIDEXAMPLE%2F20261122%2Fus-east-2%2Fsts%2Faws4_request")
        );
        assert_eq!(
            value("X-Amz-Signature"),
            Some("c0e5844b2dc1f03a10ce997511a53cf311d670ee11ab05c55ab160b9da1dd18d")
        );
        let session = parameters(presigned(Some("session/token+with=signs"), "shop").unwrap().expose());
        assert_eq!(session.get("X-Amz-Security-Token").unwrap(), "session%2Ftoken%2Bwith%3Dsigns");
        assert_eq!(
            session.get("X-Amz-Signature").unwrap(),
            "896bedf403fe95aa5ea2c0b5ff6923e5875f8c96af3ce84515aa75d6cd83912e"
        );
    }

    #[test]
    fn a_name_that_no_header_takes_is_refused() {
        assert!(presigned(None, "shop\r\nx: y").is_none());
    }

    #[test]
    fn the_token_is_unpadded_and_shows_nothing() {
        let sdk = SdkConfig::builder()
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(
                Credentials::for_tests(),
            ))
            .build();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let token = runtime.block_on(eks_token(&sdk, "cn-north-1", "shop")).unwrap();
        let text = token.expose().strip_prefix(PREFIX).unwrap();
        assert!(!text.contains(['=', '+', '/']));
        let url = String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
        assert!(url.starts_with("https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity"));
        assert!(!format!("{token:?} {token}").contains(text));
    }
}
