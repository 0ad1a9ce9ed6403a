//! One connection to AWS: the standard credential chain, one HTTP client, deadlines and rate budgets.
//!
//! `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_<SERVICE>` and the profile's `endpoint_url` are honoured, as are
//! `AWS_MAX_ATTEMPTS`, `AWS_PROFILE` and the rest of
//! <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::time::Instant;

use crate::model::diagnostic::{GapReason, Problem};

pub mod budget;
pub mod failure;
pub mod query;
pub mod whole;

use budget::Budgets;
pub use failure::Failure;

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// For one attempt of a call.
    pub attempt: Duration,
    /// For a call with its retries.
    pub call: Duration,
    /// For everything that is asked over the connection: what is open then is a gap.
    pub total: Duration,
}

impl Default for Limits {
    /// A region that drops every packet costs three connects and their back-off, well within `call`.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(15),
            call: Duration::from_secs(40),
            total: Duration::from_secs(240),
        }
    }
}

impl Limits {
    /// The limits of single calls, as the SDK has them.
    #[must_use]
    pub fn timeouts(&self) -> TimeoutConfig {
        TimeoutConfig::builder()
            .connect_timeout(self.connect)
            .operation_attempt_timeout(self.attempt)
            .operation_timeout(self.call)
            .build()
    }
}

/// A way to ask AWS in one region.
#[derive(Clone, Debug)]
pub struct Connection {
    sdk: SdkConfig,
    region: String,
    budgets: Arc<Budgets>,
    until: Instant,
}

impl Connection {
    /// Loads the configuration and proves that there are credentials. The time of `limits.total` begins now.
    ///
    /// # Errors
    /// No credentials, or a provider of credentials that fails.
    pub async fn open(region: &str, limits: Limits) -> Result<Self, Box<Problem>> {
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .build_https();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(http)
            .timeout_config(limits.timeouts());
        if let Ok(name) = AppName::new(concat!("drplan-", env!("CARGO_PKG_VERSION"))) {
            loader = loader.app_name(name);
        }
        let sdk = loader.load().await;
        check_credentials(&sdk, limits.call).await?;
        Ok(Self::of(sdk, region, limits))
    }

    /// A connection with a configuration that is loaded already; its own time-outs hold for single calls.
    #[must_use]
    pub fn of(sdk: SdkConfig, region: &str, limits: Limits) -> Self {
        let budgets = Arc::new(Budgets::new());
        Self { sdk, region: region.to_owned(), budgets, until: Instant::now() + limits.total }
    }

    /// The same connection, asking another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let sdk = self.sdk.to_builder().region(Region::new(region.to_owned())).build();
        Self { sdk, region: region.to_owned(), budgets: Arc::clone(&self.budgets), until: self.until }
    }

    /// The region that answers for services of the whole account: Route 53, IAM, CloudFront.
    #[must_use]
    pub fn global_region(&self) -> &str {
        let own = ["cn-", "us-gov-", "eusc-"].iter().any(|partition| self.region.starts_with(partition));
        if own { &self.region } else { "us-east-1" }
    }

    /// What the clients of single services are made from.
    #[must_use]
    pub fn sdk(&self) -> &SdkConfig {
        &self.sdk
    }

    /// A client for S3. Behind an address of one's own, bucket names cannot be part of the host.
    #[must_use]
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk);
        aws_sdk_s3::Client::from_conf(
            config.force_path_style(self.redirected("S3")).interceptor(whole::Whole).build(),
        )
    }

    /// The region that is asked.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether a service, by the id of its API model, is asked at an address that environment or profile name.
    #[must_use]
    pub fn redirected(&self, service_id: &str) -> bool {
        query::endpoint::named(&self.sdk, service_id).is_some()
    }

    /// One call within the budget of its service and before the end of the connection's time.
    /// `action` is named as IAM does: `rds:DescribeDBSnapshots`.
    ///
    /// # Errors
    /// Whatever kept the answer away, as a reason.
    pub async fn call<T, E>(
        &self,
        action: &'static str,
        request: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, Failure>
    where
        E: ProvideErrorMetadata,
    {
        let service = action.split(':').next().unwrap_or(action);
        let budgeted = async {
            let _permit = self.budgets.take(service).await;
            request.await
        };
        match tokio::time::timeout_at(self.until, budgeted).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Failure::of(action, &error)),
            Err(_) => Err(Failure::new(action, GapReason::TimedOut, "the time for all calls was over")),
        }
    }

    /// The rest of an answer whose body is read as it comes.
    ///
    /// # Errors
    /// The end of the connection's time.
    pub async fn within<T>(&self, action: &'static str, rest: impl Future<Output = T>) -> Result<T, Failure> {
        let late = |_| Failure::new(action, GapReason::TimedOut, "the time for all calls was over");
        tokio::time::timeout_at(self.until, rest).await.map_err(late)
    }

    /// All pages of a list: the whole of it or nothing, for half a list would pass for a whole one.
    ///
    /// # Errors
    /// The first page that did not come.
    pub async fn pages<T, E>(
        &self,
        action: &'static str,
        mut stream: aws_smithy_async::future::pagination_stream::PaginationStream<
            Result<T, SdkError<E, HttpResponse>>,
        >,
    ) -> Result<Vec<T>, Failure>
    where
        E: ProvideErrorMetadata,
    {
        let mut pages = Vec::new();
        // `Ok(None)` is the end of the list.
        while let Some(page) = self.call(action, async { stream.try_next().await }).await? {
            pages.push(page);
        }
        Ok(pages)
    }
}

async fn check_credentials(sdk: &SdkConfig, patience: Duration) -> Result<(), Box<Problem>> {
    let fix = "sign in (`aws sso login`), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    let Some(provider) = sdk.credentials_provider() else {
        return Err(Box::new(Problem::new("there are no AWS credentials", fix)));
    };
    let cause = match tokio::time::timeout(patience, provider.provide_credentials()).await {
        Ok(Ok(_)) => return Ok(()),
        // What a provider says may quote its input; its kind is enough.
        Ok(Err(CredentialsError::CredentialsNotLoaded(_))) => "there are no AWS credentials",
        Ok(Err(CredentialsError::ProviderTimedOut(_))) | Err(_) => "nothing gave AWS credentials in time",
        Ok(Err(CredentialsError::InvalidConfiguration(_))) => {
            "the configuration of AWS credentials cannot be used"
        }
        Ok(Err(_)) => "the provider of AWS credentials failed; a session may have expired",
    };
    Err(Box::new(Problem::new(cause, fix)))
}
