//! Scalars typed as kubectl types them.
//!
//! kubectl reads YAML by sigs.k8s.io/yaml, which resolves scalars by the YAML 1.1 rules of go-yaml v2, writes them as
//! JSON and reads that back: `0755` is 493, `yes` is true, `1_000` is 1000, and `1.0` is the integer 1.

use base64::Engine as _;
use serde_json::Number;

use crate::model::document::Tree;

/// The tag before a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScalarTag<'a> {
    /// None: a plain scalar is resolved, a quoted one is text.
    Absent,
    /// A tag of `tag:yaml.org,2002:`, by the rest of its name.
    Core(&'a str),
    /// Any other, also `!`: go-yaml takes the scalar as text.
    Other,
}

/// A scalar, resolved.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Int(i64),
    /// Beyond `i64`.
    Uint(u64),
    Float(f64),
    Text(String),
}

/// Why kubectl would refuse a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The value is not what its tag says.
    TagMismatch,
    /// `.inf` or `.nan`, which JSON cannot hold.
    NotFinite,
    /// A `!!binary` that is no base64.
    NotBase64,
    /// A key that is null or an integer beyond 64 bits with sign.
    Key,
}

impl Refused {
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::TagMismatch => "a value that is not what its tag says",
            Self::NotFinite => "infinity or not-a-number, which Kubernetes cannot hold",
            Self::NotBase64 => "a !!binary value that is not base64",
            Self::Key => "a key that is neither text nor a number that can stand for it",
        }
    }
}

/// Resolves a scalar; `plain` is false for quoted and block scalars.
pub(super) fn resolve(value: &str, plain: bool, tag: ScalarTag<'_>) -> Result<Scalar, Refused> {
    let name = match tag {
        ScalarTag::Absent if plain => return Ok(untagged(value)),
        ScalarTag::Absent | ScalarTag::Other => return Ok(Scalar::Text(value.to_owned())),
        ScalarTag::Core(name) => name,
    };
    match (name, untagged(value)) {
        ("bool", bool @ Scalar::Bool(_)) => Ok(bool),
        ("int", int @ (Scalar::Int(_) | Scalar::Uint(_))) => Ok(int),
        ("float", float @ (Scalar::Float(_) | Scalar::Int(_) | Scalar::Uint(_))) => Ok(float),
        ("null", Scalar::Null) => Ok(Scalar::Null),
        ("timestamp", _) if is_date(value) => Ok(Scalar::Text(value.to_owned())),
        ("bool" | "int" | "float" | "null" | "timestamp", _) => Err(Refused::TagMismatch),
        ("binary", _) => binary(value),
        _ => Ok(Scalar::Text(value.to_owned())),
    }
}

impl Scalar {
    /// As a value: through JSON and back, where `1e3` becomes an integer and what does not fit 64 bits a float.
    pub(super) fn into_tree(self) -> Result<Tree, Refused> {
        Ok(match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(value),
            Self::Int(value) => Tree::Number(value.into()),
            #[expect(clippy::cast_precision_loss, reason = "kubectl loses the same digits")]
            Self::Uint(value) => Tree::Number(float(value as f64)?),
            Self::Float(value) => Tree::Number(float(value)?),
            Self::Text(value) => Tree::String(value),
        })
    }
    /// As the key of a mapping.
    pub(super) fn into_key(self) -> Result<String, Refused> {
        Ok(match self {
            Self::Bool(value) => value.to_string(),
            Self::Int(value) => value.to_string(),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "sigs.k8s.io/yaml writes such keys with 32 bits"
            )]
            Self::Float(value) => float_key(value as f32),
            Self::Text(value) => value,
            Self::Null | Self::Uint(_) => return Err(Refused::Key),
        })
    }
}

/// `resolve` of go-yaml v2 for a scalar without a tag.
fn untagged(value: &str) -> Scalar {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        ".nan" | ".NaN" | ".NAN" => return Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Float(f64::NEG_INFINITY),
        _ => {}
    }
    let number = match value.as_bytes().first() {
        Some(b'.') if underscores_between_digits(value) => decimal(&value.replace('_', "")),
        Some(b'+' | b'-' | b'0'..=b'9') => {
            let digits = value.replace('_', "");
            integer(&digits).or_else(|| decimal(&digits)).or_else(|| binary_with_sign(&digits))
        }
        _ => None,
    };
    number.unwrap_or_else(|| Scalar::Text(value.to_owned()))
}

/// `strconv.ParseInt` and then `ParseUint` with base 0.
fn integer(digits: &str) -> Option<Scalar> {
    let (negative, unsigned) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, digits),
    };
    let magnitude = match unsigned.as_bytes() {
        [] => return None,
        [b'0', b'x' | b'X', _, ..] => radix(&unsigned[2..], 16)?,
        [b'0', b'o' | b'O', _, ..] => radix(&unsigned[2..], 8)?,
        [b'0', b'b' | b'B', _, ..] => radix(&unsigned[2..], 2)?,
        [b'0'] => 0,
        [b'0', ..] => radix(&unsigned[1..], 8)?,
        _ => radix(unsigned, 10)?,
    };
    if negative {
        return 0_i64.checked_sub_unsigned(magnitude).map(Scalar::Int);
    }
    match i64::try_from(magnitude) {
        Ok(value) => Some(Scalar::Int(value)),
        // ParseUint takes no sign.
        Err(_) if unsigned.len() == digits.len() => Some(Scalar::Uint(magnitude)),
        Err(_) => None,
    }
}

fn radix(digits: &str, base: u32) -> Option<u64> {
    // Rust takes a plus sign here, Go does not.
    (!digits.starts_with('+')).then(|| u64::from_str_radix(digits, base).ok()).flatten()
}

/// go-yaml reads `0b-101` as -5, too.
fn binary_with_sign(digits: &str) -> Option<Scalar> {
    let signed = digits.strip_prefix("0b")?;
    let (negative, magnitude) = match signed.strip_prefix('-') {
        Some(rest) => (true, radix(rest, 2)?),
        None => (false, radix(signed.strip_prefix('+')?, 2)?),
    };
    let value = i64::try_from(magnitude).ok()?;
    Some(Scalar::Int(if negative { -value } else { value }))
}

/// A float as YAML 1.2 writes it; one that overflows stays text.
fn decimal(digits: &str) -> Option<Scalar> {
    let mut rest = digits.trim_start_matches(['+', '-']).as_bytes();
    if digits.len() - rest.len() > 1 {
        return None;
    }
    let whole = skip_digits(&mut rest);
    if let [b'.', after @ ..] = rest {
        rest = after;
        if skip_digits(&mut rest) + whole == 0 {
            return None;
        }
    } else if whole == 0 {
        return None;
    }
    if let [b'e' | b'E', after @ ..] = rest {
        rest = after;
        if let [b'+' | b'-', after @ ..] = rest {
            rest = after;
        }
        if skip_digits(&mut rest) == 0 {
            return None;
        }
    }
    if !rest.is_empty() {
        return None;
    }
    digits.parse::<f64>().ok().filter(|value| value.is_finite()).map(Scalar::Float)
}

fn skip_digits(rest: &mut &[u8]) -> usize {
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    *rest = &rest[count..];
    count
}

/// `strconv.ParseFloat` takes an underscore between two digits only.
fn underscores_between_digits(value: &str) -> bool {
    let bytes = value.as_bytes();
    let digit = |index: Option<usize>| index.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
    memchr::memchr_iter(b'_', bytes).all(|at| digit(at.checked_sub(1)) && digit(Some(at + 1)))
}

fn is_date(value: &str) -> bool {
    let mut parts = value.splitn(3, '-');
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        parts.next().is_some_and(|part| {
            let count = part.bytes().take_while(u8::is_ascii_digit).count();
            digits.contains(&count)
        })
    };
    number(4..=4) && number(1..=2) && number(1..=2)
}

fn binary(value: &str) -> Result<Scalar, Refused> {
    // Go's decoder passes over line breaks and nothing else.
    let joined: String = value.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(joined).map_err(|_| Refused::NotBase64)?;
    Ok(Scalar::Text(String::from_utf8_lossy(&bytes).into_owned()))
}

/// As Go writes a float to JSON and apimachinery reads it back.
fn float(value: f64) -> Result<Number, Refused> {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        // Written without an exponent, with the shortest digits, in both languages.
        if let Ok(whole) = value.to_string().parse::<i64>() {
            return Ok(whole.into());
        }
    }
    Number::from_f64(value).ok_or(Refused::NotFinite)
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`.
fn float_key(value: f32) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return value.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}
