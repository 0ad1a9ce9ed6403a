//! Hosts of a bucket: its name under each endpoint of S3. The state has two or three of them, manifests and records any.
//!
//! <https://docs.aws.amazon.com/general/latest/gr/s3.html>

/// Regions whose websites are under `s3-website-REGION`; all others under `s3-website.REGION`.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html>
const DASHED: [&str; 9] = [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The host of all websites of a region.
pub(super) fn website(region: &str) -> String {
    let between = if DASHED.contains(&region) { '-' } else { '.' };
    format!("s3-website{between}{region}.amazonaws.com")
}

/// Every host that a bucket of a region answers at, with what the bucket that stands for it answers at.
pub(super) fn pairs(
    (bucket, region): (&str, &str),
    (other, recovery): (&str, &str),
) -> impl Iterator<Item = (String, String)> {
    // What is said without a region, or with an older endpoint, is said with the regional one.
    let regional = format!("{other}.s3.{recovery}.amazonaws.com");
    let of = |host: String| format!("{bucket}.{host}");
    let alike = ["s3.dualstack.", "s3-fips.", "s3-fips.dualstack."].map(|endpoint| {
        let host = |bucket: &str, region: &str| format!("{bucket}.{endpoint}{region}.amazonaws.com");
        (host(bucket, region), host(other, recovery))
    });
    let website = format!("{other}.{}", website(recovery));
    let websites =
        ['.', '-'].map(|between| (of(format!("s3-website{between}{region}.amazonaws.com")), website.clone()));
    let plain = [
        format!("s3.{region}.amazonaws.com"),
        format!("s3-{region}.amazonaws.com"),
        "s3.amazonaws.com".to_owned(),
    ]
    .map(|host| (of(host), regional.clone()));
    alike.into_iter().chain(websites).chain(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_website_is_where_its_region_has_it() {
        let all: Vec<(String, String)> = pairs(("a", "us-east-2"), ("b", "us-west-2")).collect();
        let to = |host: &str| all.iter().find(|(from, _)| from == host).map(|(_, to)| to.as_str());
        assert_eq!(to("a.s3-website.us-east-2.amazonaws.com"), Some("b.s3-website-us-west-2.amazonaws.com"));
        assert_eq!(
            to("a.s3.dualstack.us-east-2.amazonaws.com"),
            Some("b.s3.dualstack.us-west-2.amazonaws.com")
        );
        assert_eq!(to("a.s3.amazonaws.com"), Some("b.s3.us-west-2.amazonaws.com"));
        assert_eq!(website("eu-central-1"), "s3-website.eu-central-1.amazonaws.com");
    }
}
