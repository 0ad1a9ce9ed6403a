//! What leads users to the stack.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A certificate of ACM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// ARN.
    pub arn: String,
    /// Domain names it covers, wildcards as written.
    pub domains: Vec<String>,
    /// `ISSUED`, `PENDING_VALIDATION`, ...
    pub status: String,
    /// End of its validity.
    #[serde(default)]
    pub not_after: Option<Timestamp>,
}

impl Certificate {
    /// Whether it covers all of some domains.
    #[must_use]
    pub fn covers(&self, domains: &[String]) -> bool {
        domains.iter().all(|domain| self.domains.iter().any(|pattern| covers(pattern, domain)))
    }
}

/// Whether a certificate's name covers a domain; `*` stands for one label (RFC 6125).
#[must_use]
pub fn covers(pattern: &str, domain: &str) -> bool {
    pattern == domain
        || pattern.strip_prefix("*.").is_some_and(|parent| {
            domain.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent)
        })
}

/// A hosted zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DnsZone {
    /// `Z0123`.
    pub id: String,
    /// Name without the trailing dot.
    pub name: String,
    /// Whether it is private.
    #[serde(default)]
    pub private: bool,
    /// Record sets; `None` where they could not be read.
    #[serde(default)]
    pub records: Option<Vec<Record>>,
}

/// A record set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Name without the trailing dot.
    pub name: String,
    /// `A`, `CNAME`, ...
    #[serde(rename = "type")]
    pub record_type: String,
    /// Set identifier of weighted, failover and similar records.
    #[serde(default)]
    pub set_identifier: Option<String>,
    /// Time to live, seconds; `None` for an alias.
    #[serde(default)]
    pub ttl: Option<u64>,
    /// Target of an alias.
    #[serde(default)]
    pub alias: Option<String>,
    /// Values.
    #[serde(default)]
    pub values: Vec<String>,
    /// Health check it follows.
    #[serde(default)]
    pub health_check: Option<String>,
}

/// A Route 53 health check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HealthCheck {
    /// Identifier.
    pub id: String,
    /// What it asks: host name or address with path.
    pub target: String,
}

/// A CloudFront distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// `E2QWRUHAPOMQ`.
    pub id: String,
    /// `d111.cloudfront.net`.
    pub domain: String,
    /// Alternate names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Domain names of its origins.
    #[serde(default)]
    pub origins: Vec<String>,
    /// `Deployed`, `InProgress`.
    pub status: String,
}
