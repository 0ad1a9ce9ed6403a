//! What an error of a target means: one table for all services.

use crate::model::target::TargetError;

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// It may pass: the call is made again, after looking, with growing pauses.
    Retry,
    /// What it needs is on its way: as [`Class::Retry`], with longer pauses.
    Wait,
    /// There is none of it now: the next alternative of the plan, if there is one.
    Alternative,
    /// It does not heal by itself: the step stops, the rest goes on.
    Stop,
    /// It does not heal by itself, and a person must decide what to do.
    Decide,
}

/// Codes of AWS for credentials that it does not accept, or that may not do this.
pub(super) const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "AuthorizationError",
];

/// Codes of a service and what they mean. `*` is any service; the first row that fits counts.
///
/// Sources: the errors of each call in the API references
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/CommonErrors.html> and its like), the throttling codes that
/// AWS's SDKs retry (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>), and
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/>.
const TABLE: &[(&str, &[&str], Class)] = &[
    ("*", &[TargetError::LOST, TargetError::UNREACHABLE, TargetError::MALFORMED], Class::Retry),
    ("*", &[TargetError::CANNOT_START, TargetError::NOT_SERVED, TargetError::NOT_BUILT], Class::Stop),
    (
        "*",
        &[
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "RequestThrottled",
            "SlowDown",
            "PriorRequestNotComplete",
            "TransactionInProgressException",
            "LimitExceededException:Rate",
            "BandwidthLimitExceeded",
        ],
        Class::Retry,
    ),
    ("*", &["RequestExpired", "ExpiredToken", "ExpiredTokenException", "RequestTimeout"], Class::Retry),
    ("*", &["InternalFailure", "InternalError", "InternalServiceError", "ServiceUnavailable"], Class::Retry),
    ("*", DENIED, Class::Decide),
    ("rds", &["InsufficientDBInstanceCapacity", "InsufficientDBClusterCapacityFault"], Class::Alternative),
    ("rds", &["OrderableDBInstanceOptionNotFound"], Class::Alternative),
    ("rds", &["InvalidDBInstanceState", "InvalidDBClusterStateFault", "InvalidDBSnapshotState"], Class::Wait),
    ("rds", &["InstanceQuotaExceeded", "StorageQuotaExceeded"], Class::Decide),
    // Made by an attempt whose answer was lost, or by others: looking again tells which.
    ("rds", &["DBInstanceAlreadyExists", "DBClusterAlreadyExistsFault"], Class::Wait),
    ("kubernetes", &["AlreadyExists"], Class::Wait),
    ("elasticache", &["InsufficientCacheClusterCapacity"], Class::Alternative),
    ("engine", &["InsufficientInstanceCapacity"], Class::Alternative),
    ("secretsmanager", &["PreconditionNotMetException"], Class::Wait),
    ("iam", &["ConcurrentModification", "NoSuchEntity"], Class::Wait),
    ("route53", &["InvalidChangeBatch"], Class::Decide),
    ("cloudfront", &["PreconditionFailed", "InvalidIfMatchVersion"], Class::Decide),
    (
        "kubernetes",
        &[TargetError::WEBHOOK, TargetError::NO_KIND, TargetError::TERMINATING, TargetError::GOING],
        Class::Wait,
    ),
    // A namespace that was made a moment ago is not there for every server at once; one that was deleted does not come back
    // by waiting.
    ("kubernetes", &[TargetError::NO_NAMESPACE], Class::Retry),
    (
        "kubernetes",
        &[
            TargetError::FIELD_CONFLICT,
            TargetError::IMMUTABLE,
            TargetError::PASSED,
            TargetError::WEBHOOK_UNSERVED,
            TargetError::DENIED,
            TargetError::QUOTA,
        ],
        Class::Decide,
    ),
    ("kubernetes", &["Invalid", "Forbidden"], Class::Decide),
    // Somebody else wrote the object in the same moment; an owner of fields has a code of its own.
    ("kubernetes", &["Conflict"], Class::Retry),
    ("kubernetes", &["Unauthorized", "Expired", "Timeout", "ServerTimeout", "TooManyRequests"], Class::Retry),
    // A definition that was made a moment ago is not there for every server at once.
    ("kubernetes", &["NotFound"], Class::Wait),
];

/// The class of an error: by its code, else by its HTTP status; what nobody knows stops.
#[must_use]
pub fn classify(error: &TargetError) -> Class {
    let row = TABLE.iter().find(|(service, codes, _)| {
        (*service == "*" || *service == error.service) && codes.contains(&error.code.as_str())
    });
    match (row, error.status) {
        (Some((.., class)), _) => *class,
        (None, Some(408 | 429 | 500..=599)) => Class::Retry,
        (None, Some(401 | 403)) => Class::Decide,
        _ => Class::Stop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(service: &'static str, code: &str, status: Option<u16>) -> TargetError {
        TargetError {
            service,
            call: "Call".to_owned(),
            code: code.to_owned(),
            status,
            message: String::new(),
            retry_after: None,
        }
    }

    #[test]
    fn codes_go_before_statuses_and_what_nobody_knows_stops() {
        let cases = [
            ("rds", "InsufficientDBInstanceCapacity", Some(400), Class::Alternative),
            ("rds", "InvalidDBInstanceState", Some(400), Class::Wait),
            ("rds", "ThrottlingException", Some(400), Class::Retry),
            ("rds", "DBSnapshotNotFound", Some(404), Class::Stop),
            ("rds", "KMSKeyNotAccessibleFault", Some(400), Class::Stop),
            ("kubernetes", "Conflict", Some(409), Class::Retry),
            ("kubernetes", TargetError::FIELD_CONFLICT, Some(409), Class::Decide),
            ("kubernetes", "NotFound", Some(404), Class::Wait),
            ("kubernetes", "CannotStart", None, Class::Stop),
            ("kubernetes", TargetError::TERMINATING, Some(403), Class::Wait),
            ("kubernetes", TargetError::GOING, None, Class::Wait),
            ("kubernetes", TargetError::NO_NAMESPACE, Some(404), Class::Retry),
            ("iam", "AccessDenied", Some(403), Class::Decide),
            ("anything", "Odd", Some(503), Class::Retry),
            ("anything", "Odd", Some(418), Class::Stop),
            ("anything", TargetError::LOST, None, Class::Retry),
        ];
        for (service, code, status, expected) in cases {
            assert_eq!(classify(&error(service, code, status)), expected, "{service} {code}");
        }
    }

    #[test]
    fn no_row_is_hidden_by_one_above() {
        let mut seen: Vec<(&str, &str)> = Vec::new();
        for (service, codes, _) in TABLE {
            for code in *codes {
                let hidden = seen.iter().any(|(by, known)| known == code && (*by == "*" || by == service));
                assert!(!hidden, "{service} {code} never counts");
                seen.push((service, code));
            }
        }
    }
}
