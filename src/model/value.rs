//! Kinds of values that a resource of the primary owns and that other places use.

pub mod whole;

use serde::{Deserialize, Serialize};

/// What a value is, which decides where it may be recognised.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A region name, `us-east-2`.
    Region,
    /// An availability zone name, `us-east-2a`; maps differently in every account.
    Zone,
    /// An availability zone id, `use2-az1`; the same in every account.
    ZoneId,
    /// An account number, 12 digits.
    Account,
    /// An ARN, `arn:aws:...`.
    Arn,
    /// An identifier made by AWS with a prefix, `vpc-0abc`, `sg-0abc`, `E2QWRUHAPOMQ`.
    Id,
    /// A name chosen by people; plain, so found only where a field's meaning says so.
    Name,
    /// A host name that AWS gave, `db.abc.us-east-2.rds.amazonaws.com`.
    Endpoint,
    /// A URL that AWS gave, `https://sqs.us-east-2.amazonaws.com/1234/q`.
    Url,
    /// A TCP port; plain.
    Port,
    /// An IP address that the resource holds.
    Address,
    /// The host of an ECR registry, `1234.dkr.ecr.us-east-2.amazonaws.com`.
    Registry,
    /// An image in an ECR registry: host, repository, tag or digest.
    Image,
    /// The ARN of an ACM certificate.
    Certificate,
    /// A KMS key: key id, key ARN or alias ARN.
    Key,
    /// An OIDC issuer of an EKS cluster, without `https://`.
    Issuer,
    /// The domain name of a bucket, `b.s3.us-east-2.amazonaws.com`.
    BucketDomain,
    /// A name in DNS that the primary's records answer for.
    Domain,
    /// Text that drplan.hcl names in a `rewrite`.
    Literal,
}

impl ValueKind {
    /// Structured values are recognised anywhere as whole tokens; plain ones
    /// only as the whole of a field whose meaning is known.
    #[must_use]
    pub const fn is_structured(self) -> bool {
        !matches!(self, Self::Name | Self::Port)
    }

    /// The name that the plan and the screens use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Zone => "zone",
            Self::ZoneId => "zone_id",
            Self::Account => "account",
            Self::Arn => "arn",
            Self::Id => "id",
            Self::Name => "name",
            Self::Endpoint => "endpoint",
            Self::Url => "url",
            Self::Port => "port",
            Self::Address => "address",
            Self::Registry => "registry",
            Self::Image => "image",
            Self::Certificate => "certificate",
            Self::Key => "key",
            Self::Issuer => "issuer",
            Self::BucketDomain => "bucket_domain",
            Self::Domain => "domain",
            Self::Literal => "literal",
        }
    }
}
