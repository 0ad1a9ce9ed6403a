//! Single values: durations, dates, times of day, references to secrets.

use hcl_edit::expr::{Expression, ObjectKey};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::settings::ValueSource;

#[cfg(test)]
mod tests;

/// Longest duration that is taken for one: ten years.
const LONGEST: u64 = 3_653 * 86_400;

/// `24h`, `15m`, `90d`, `1h30m`, `1h 30m`, `2w`, or seconds without a unit.
pub(super) fn duration(text: &str) -> Option<u64> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return within(text.parse().ok()?);
    }
    let mut rest = text;
    let (mut total, mut unit_before) = (0_u64, u64::MAX);
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        let mut after = rest.get(digits..)?.chars();
        let unit = match after.next()? {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        // From large to small, each once: `30m1h` is a slip.
        if unit >= unit_before {
            return None;
        }
        unit_before = unit;
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = after.as_str().trim_start();
    }
    if unit_before == u64::MAX { None } else { within(total) }
}

fn within(seconds: u64) -> Option<u64> {
    (seconds <= LONGEST).then_some(seconds)
}

/// A duration as an expression: text, or a whole number of seconds.
pub(super) fn duration_of(expression: &Expression) -> Option<u64> {
    match expression {
        Expression::String(text) => duration(text.as_str()),
        Expression::Number(number) => within(number.as_u64()?),
        _ => None,
    }
}

/// RFC 3339, or a day, whose midnight in UTC is meant.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp);
    }
    if text.len() != 10 {
        return None;
    }
    let day: Date = text.parse().ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// `HH:MM`; `24:00` is the end of a day.
pub(super) fn is_clock(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let two = |part: &str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse::<u8>().ok())
            .flatten()
    };
    match (two(hours), two(minutes)) {
        (Some(24), Some(minutes)) => minutes == 0,
        (Some(hours), Some(minutes)) => hours < 24 && minutes < 60,
        _ => false,
    }
}

/// Whether a word has the shape of a region's name, also of one that no table has yet.
pub(super) fn is_region(text: &str) -> bool {
    let mut parts = text.split('-').rev();
    let number = parts.next().is_some_and(|part| {
        !part.is_empty() && part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())
    });
    let words: Vec<&str> = parts.collect();
    let word = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    number && words.len() >= 2 && words.iter().all(word)
}

/// `env:NAME`, `file:PATH`, `secret:NAME#KEY`.
pub(super) fn reference(text: &str) -> Option<ValueSource> {
    let (kind, name) = text.split_once(':')?;
    // A password that somebody wrote behind the word by mistake is no name, and is not to get into a plan.
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    match kind {
        "env" => is_variable_name(name).then(|| ValueSource::Environment(name.to_owned())),
        "file" => Some(ValueSource::File(name.to_owned())),
        "secret" => Some(ValueSource::Secret(name.to_owned())),
        _ => None,
    }
}

/// Whether a word may be the name of an environment variable.
pub(super) fn is_variable_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A plain value as the engine takes it on its command line: text as it is, everything else as JSON.
/// `None` where it is an expression.
pub(super) fn plain(expression: &Expression) -> Option<String> {
    match expression {
        Expression::String(text) => Some(text.as_str().to_owned()),
        other => json(other).map(|value| value.to_string()),
    }
}

fn json(expression: &Expression) -> Option<serde_json::Value> {
    use serde_json::Value;
    Some(match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(*value.value()),
        Expression::Number(number) => {
            let number = number.value();
            match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(integer), ..) => Value::from(integer),
                (_, Some(integer), _) => Value::from(integer),
                (.., Some(float)) => Value::Number(serde_json::Number::from_f64(float)?),
                _ => return None,
            }
        }
        Expression::String(text) => Value::String(text.as_str().to_owned()),
        Expression::Array(items) => Value::Array(items.iter().map(json).collect::<Option<_>>()?),
        Expression::Object(object) => {
            let entry = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(Expression::String(text)) => text.as_str().to_owned(),
                    ObjectKey::Expression(_) => return None,
                };
                Some((key, json(value.expr())?))
            };
            Value::Object(object.iter().map(entry).collect::<Option<_>>()?)
        }
        Expression::Parenthesis(inner) => return json(inner.inner()),
        _ => return None,
    })
}
