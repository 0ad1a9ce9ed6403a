//! What an exceeded quota comes to after it was told: pure functions of the words and of the quota as it is now.
//!
//! A controller that was refused tries again later each time, up to some 16 minutes, and its word stays until then.

use serde_json::Value;

/// Name of the quota that is exceeded:
/// `exceeded quota: pods, requested: pods=1, used: pods=14, limited: pods=14`.
#[must_use]
pub fn exceeded(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("exceeded quota: ")?;
    let name = rest.split(',').next()?.trim();
    (!name.is_empty()).then_some(name)
}

/// Whether it is used and limited now as it was when that was said.
#[must_use]
pub fn is_as_told(message: &str, quota: &Value) -> bool {
    let part = |from: &str, to: &str| {
        let (_, rest) = message.split_once(from)?;
        Some(if to.is_empty() { rest } else { rest.split_once(to)?.0 })
    };
    let same = |told: Option<&str>, field: &str| {
        let now = quota.pointer(&format!("/status/{field}"));
        let mut pairs = told.into_iter().flat_map(|told| told.split(','));
        pairs.all(|pair| match pair.trim().split_once('=') {
            Some((name, value)) => now.and_then(|now| now.get(name)).and_then(Value::as_str) == Some(value),
            None => true,
        })
    };
    same(part(", used: ", ", limited: "), "used") && same(part(", limited: ", ""), "hard")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quota_that_was_raised_or_has_room_is_not_as_it_was_told() {
        const TOLD: &str = "pods \"d3-x\" is forbidden: exceeded quota: q, requested: limits.cpu=1,pods=1, used: limits.cpu=2,pods=14, \
                            limited: limits.cpu=20,pods=14";
        let quota = |used: &str, hard: &str| json!({ "status": { "used": { "limits.cpu": "2", "pods": used }, "hard": { "limits.cpu": "20", "pods": hard } } });
        assert_eq!(exceeded(TOLD), Some("q"));
        assert_eq!(exceeded("pods is forbidden"), None);
        assert!(is_as_told(TOLD, &quota("14", "14")));
        assert!(!is_as_told(TOLD, &quota("14", "40")) && !is_as_told(TOLD, &quota("12", "14")));
        assert!(!is_as_told(TOLD, &json!({})));
        assert!(is_as_told("exceeded quota: q", &json!({})), "nothing was told that could differ");
    }
}
