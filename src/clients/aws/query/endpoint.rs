//! Where a service is. Regional hosts, the hosts of global services, what the environment names instead.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

use super::{Scope, Service};

/// The address that environment or profile name for a service: `AWS_ENDPOINT_URL_EC2`, `AWS_ENDPOINT_URL`.
pub(in crate::clients::aws) fn named(sdk: &SdkConfig, service_id: &str) -> Option<String> {
    let key = ServiceConfigKey::builder()
        .service_id(service_id)
        .env("AWS_ENDPOINT_URL")
        .profile("endpoint_url")
        .build()
        .ok()?;
    let specific = sdk.service_config().and_then(|config| config.load_config(key));
    specific.or_else(|| sdk.endpoint_url().map(str::to_owned))
}

/// Address and signing region of a service.
pub(super) fn of(sdk: &SdkConfig, service: &Service, region: &str) -> (String, String) {
    let fips = sdk.use_fips().unwrap_or(false);
    let (address, signing) = default(service, region, fips);
    (named(sdk, service.id).unwrap_or(address), signing)
}

/// <https://docs.aws.amazon.com/general/latest/gr/rande.html>; for IAM and CloudFront
/// <https://docs.aws.amazon.com/general/latest/gr/iam-service.html> and the partition data of the SDKs.
fn default(service: &Service, region: &str, fips: bool) -> (String, String) {
    let host = service.host;
    let suffix = match region {
        region if region.starts_with("cn-") => "amazonaws.com.cn",
        region if region.starts_with("eusc-") => "amazonaws.eu",
        _ => "amazonaws.com",
    };
    if service.scope == Scope::Regional {
        // GovCloud's plain hosts are FIPS hosts already.
        let fips = if fips && !region.starts_with("us-gov-") { "-fips" } else { "" };
        return (format!("https://{host}{fips}.{region}.{suffix}"), region.to_owned());
    }
    let fips = if fips { "-fips" } else { "" };
    match region {
        region if region.starts_with("cn-") => {
            let home = if host == "cloudfront" { "cn-northwest-1" } else { "cn-north-1" };
            (format!("https://{host}.{home}.{suffix}"), home.to_owned())
        }
        region if region.starts_with("us-gov-") => {
            (format!("https://{host}.us-gov.{suffix}"), "us-gov-west-1".to_owned())
        }
        region if region.starts_with("eusc-") => {
            (format!("https://{host}.eusc-de-east-1.{suffix}"), "eusc-de-east-1".to_owned())
        }
        _ => (format!("https://{host}{fips}.{suffix}"), "us-east-1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{CLOUDFRONT, EC2, IAM};
    use super::default;

    #[test]
    fn hosts_follow_region_and_partition() {
        let host = |service, region| default(service, region, false).0;
        assert_eq!(host(&EC2, "us-west-2"), "https://ec2.us-west-2.amazonaws.com");
        assert_eq!(host(&EC2, "cn-north-1"), "https://ec2.cn-north-1.amazonaws.com.cn");
        assert_eq!(host(&IAM, "us-west-2"), "https://iam.amazonaws.com");
        assert_eq!(host(&IAM, "us-gov-east-1"), "https://iam.us-gov.amazonaws.com");
        assert_eq!(host(&CLOUDFRONT, "eu-west-1"), "https://cloudfront.amazonaws.com");
        assert_eq!(default(&IAM, "us-west-2", false).1, "us-east-1");
        assert_eq!(default(&EC2, "us-west-2", true).0, "https://ec2-fips.us-west-2.amazonaws.com");
    }
}
