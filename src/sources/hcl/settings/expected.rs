//! Whether a value is what its attribute takes, and in which words that is said.

use hcl_edit::expr::{Expression, ObjectKey};

use super::schema::{Attribute, Kind};
use super::value;
use crate::model::{nearest, region};
use crate::sources::hcl::mask::quoted;

/// What the fixes of drplan leave to be filled in.
const PLACEHOLDER: &str = "...";

/// Message and fix where a value is not what its attribute takes. `hidden`: the value is not quoted.
pub(super) fn wrong(known: &Attribute, value: &Expression, hidden: bool) -> Option<(String, String)> {
    let name = known.name;
    let said = |text: &str| if hidden { "what is written".to_owned() } else { quoted(text) };
    let expected = |what: &str| {
        Some((
            format!("{name} is {}, expected {what}", kind_of(value)),
            format!("write {name} = {}", example(known.kind)),
        ))
    };
    match known.kind {
        Kind::Text => match value.as_str() {
            None => expected("text in quotation marks"),
            Some(text) if text.trim().is_empty() && name != "workspace_key_prefix" => Some((
                format!("{name} is empty"),
                if known.needed {
                    format!("write what {name} is")
                } else {
                    format!("give it a value, or leave {name} out for its default")
                },
            )),
            Some(text) if text.trim() == PLACEHOLDER => Some((
                format!("{name} is still {PLACEHOLDER:?}, which is to be filled in"),
                format!("write what {name} is"),
            )),
            Some(text) if name == "env" && !value::is_variable_name(text) => Some((
                "env is not the name of an environment variable".to_owned(),
                "write the name of the variable that holds the value, without $".to_owned(),
            )),
            Some(_) => None,
        },
        Kind::Texts => match texts(value) {
            None => expected("a list of texts"),
            Some(texts) if texts.contains(&PLACEHOLDER) => Some((
                format!("{name} still has {PLACEHOLDER:?}, which is to be filled in"),
                format!("write what {name} are"),
            )),
            Some(_) => None,
        },
        Kind::SomeOf(words) => match texts(value) {
            None => expected("a list of texts"),
            Some(texts) => texts
                .iter()
                .find(|text| !words.contains(text))
                .map(|text| (format!("{} is not known for {name}", said(text)), one_of(text, words))),
        },
        Kind::Region => value.as_str().map_or_else(|| expected("the name of a region"), not_a_region),
        Kind::Regions => match texts(value) {
            None => expected("a list of regions"),
            Some(texts) => texts.iter().find_map(|text| not_a_region(text)),
        },
        Kind::PathByRegion => match value {
            Expression::String(_) => None,
            Expression::Object(object) => object.iter().find_map(|(key, value)| match (key, value.expr()) {
                (_, other) if other.as_str().is_none() => expected("a path for each region"),
                (ObjectKey::Ident(region), _) => not_a_region(region.as_str()),
                (ObjectKey::Expression(Expression::String(region)), _) => not_a_region(region.as_str()),
                (ObjectKey::Expression(_), _) => expected("a path for each region"),
            }),
            _ => expected("a path, or an object of regions and paths"),
        },
        Kind::Duration => match (value::duration_of(value), value) {
            (Some(_), _) => None,
            (None, Expression::String(text)) => Some((
                format!("{name} is {}, which is no duration of at most ten years", said(text.as_str())),
                "write whole numbers with w, d, h, m or s, the largest first: \"90d\", \"1h30m\"".to_owned(),
            )),
            (None, Expression::Number(_)) => Some((
                format!("{name} is no whole number of seconds of at most ten years"),
                format!("write {name} = {}", example(known.kind)),
            )),
            _ => expected("a duration"),
        },
        Kind::Date => match value.as_str() {
            None => expected("a date"),
            Some(text) if value::date(text).is_none() => Some((
                format!("{name} is {}, which is no date", said(text)),
                "write \"2026-11-01\" or \"2026-11-01T09:30:00Z\"".to_owned(),
            )),
            Some(_) => None,
        },
        Kind::Clock => match value.as_str() {
            None => expected("a time of day"),
            Some(text) if !value::is_clock(text) => Some((
                format!("{name} is {}, which is no time of day", said(text)),
                "write hours and minutes in UTC: \"22:30\"".to_owned(),
            )),
            Some(_) => None,
        },
        Kind::Number(least) => {
            let number = value.as_number().and_then(|number| u32::try_from(number.as_u64()?).ok());
            match number {
                None => expected(&format!("a whole number, {least} or more")),
                Some(number) if number < least => expected(&format!("a whole number, {least} or more")),
                Some(_) => None,
            }
        }
        Kind::Flag => value.as_bool().map_or_else(|| expected("true or false"), |_| None),
        Kind::Value => value::plain(value).map_or_else(|| expected("a plain value"), |_| None),
        Kind::Reference => match value.as_str().and_then(value::reference) {
            Some(_) => None,
            None => Some((
                format!("{name} does not say where the secret is; it is never written out here"),
                format!(
                    "write {name} = \"env:NAME\", \"file:PATH\" or \"secret:NAME#KEY\", and change the secret if \
                     it stood here and this file was shared"
                ),
            )),
        },
    }
}

fn not_a_region(text: &str) -> Option<(String, String)> {
    if value::is_region(text) && !region::is_mistyped(text) {
        return None;
    }
    let fix = region::nearest(text, std::iter::empty()).map_or_else(
        || "write a name such as \"us-west-2\"".to_owned(),
        |near| format!("did you mean \"{near}\"?"),
    );
    Some((format!("{} is not the name of a region", quoted(text)), fix))
}

/// The items of a list of texts.
pub(super) fn texts(value: &Expression) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Expression::as_str).collect()
}

fn kind_of(value: &Expression) -> &'static str {
    match value {
        Expression::Null(_) => "null",
        Expression::Bool(_) => "true or false",
        Expression::Number(_) => "a number",
        Expression::String(_) => "text",
        Expression::Array(_) => "a list",
        Expression::Object(_) => "an object",
        _ => "an expression",
    }
}

pub(super) fn one_of(text: &str, words: &[&str]) -> String {
    nearest(text, words.iter().copied()).map_or_else(
        || format!("use {}", listed(words)),
        |near| format!("did you mean \"{near}\"? Known are {}", listed(words)),
    )
}

pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

/// How a value of a kind is written.
pub(super) fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Text | Kind::Value => "\"...\"",
        Kind::Texts | Kind::SomeOf(_) => "[\"...\"]",
        Kind::Region => "\"us-west-2\"",
        Kind::Regions => "[\"us-west-2\"]",
        Kind::PathByRegion => "\"inventory.json\"",
        Kind::Duration => "\"1h30m\"",
        Kind::Date => "\"2026-11-01\"",
        Kind::Clock => "\"22:30\"",
        Kind::Number(_) => "2",
        Kind::Flag => "true",
        Kind::Reference => "\"env:NAME\"",
    }
}
