//! JSON with places: a value is a slice of the file's text, so its line is known.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::source::Source;
use crate::model::diagnostic::{Place, Problem};

#[cfg(test)]
mod tests;

/// Levels of nesting that are read, as many as in HCL.
const DEPTH: usize = 64;

/// A value of a file that was found to be sound JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'s> {
    source: &'s Source,
    raw: &'s str,
    depth: usize,
}

/// What a value is.
pub(super) enum Kind<'s> {
    Object(Vec<(Cow<'s, str>, Json<'s>)>),
    Array(Vec<Json<'s>>),
    String(String),
    /// As written.
    Number(&'s str),
    Bool(bool),
    Null,
}

impl<'s> Json<'s> {
    /// Checks the whole text and takes its one value.
    pub(super) fn parse(source: &'s Source) -> Result<Self, Problem> {
        match serde_json::from_str::<&RawValue>(&source.text) {
            Ok(raw) => Ok(Self { source, raw: raw.get(), depth: 0 }),
            Err(error) => {
                // The parser's words hold no text of the file: only its data errors do, and a raw value has none.
                let words = error.to_string();
                let words = words.split(" at line ").next().unwrap_or("syntax error").to_owned();
                let line = u32::try_from(error.line()).unwrap_or(u32::MAX).max(1);
                let fix = if error.is_eof() {
                    "close what is open; the file may be cut off"
                } else {
                    "mend the syntax"
                };
                Err(Problem::at(
                    Place::new(source.shown.clone(), line),
                    format!("this is not JSON: {words}"),
                    fix,
                ))
            }
        }
    }

    /// Line it begins on.
    pub(super) fn line(&self) -> u32 {
        let start = self.source.text.as_ptr() as usize;
        self.source.line((self.raw.as_ptr() as usize).saturating_sub(start))
    }

    pub(super) fn place(&self) -> Place {
        Place::new(self.source.shown.clone(), self.line())
    }

    /// Takes one level apart.
    pub(super) fn kind(&self) -> Result<Kind<'s>, Problem> {
        let raw = self.raw;
        if raw.starts_with(['{', '[']) && self.depth >= DEPTH {
            return Err(self.problem("nested deeper than 64 levels", "flatten it"));
        }
        let kind = match raw.as_bytes().first() {
            Some(b'{') => self.object().map(Kind::Object)?,
            Some(b'[') => Kind::Array(
                serde_json::from_str::<Items<'s>>(raw)
                    .map_err(|_| self.unsound())?
                    .0
                    .into_iter()
                    .map(|item| self.inner(item))
                    .collect(),
            ),
            Some(b'"') => Kind::String(serde_json::from_str(raw).map_err(|_| {
                self.problem("a string with half a surrogate pair", "write the character itself")
            })?),
            Some(b't') => Kind::Bool(true),
            Some(b'f') => Kind::Bool(false),
            Some(b'n') => Kind::Null,
            _ => Kind::Number(raw),
        };
        Ok(kind)
    }

    fn object(&self) -> Result<Vec<(Cow<'s, str>, Self)>, Problem> {
        let entries = serde_json::from_str::<Entries<'s>>(self.raw).map_err(|_| self.unsound())?.0;
        let mut seen = std::collections::BTreeMap::new();
        for (key, value) in &entries {
            let place = self.inner(value).place();
            if let Some(first) = seen.insert(key.clone(), place.clone()) {
                return Err(Problem::at(place, "the same key twice in one object", "keep one of the two")
                    .also(first, "first given here"));
            }
        }
        Ok(entries.into_iter().map(|(key, value)| (key, self.inner(value))).collect())
    }

    fn inner(&self, raw: &'s RawValue) -> Self {
        Self { source: self.source, raw: raw.get(), depth: self.depth + 1 }
    }

    pub(super) fn problem(&self, message: impl Into<String>, fix: impl Into<String>) -> Problem {
        Problem::at(self.place(), message, fix)
    }

    fn unsound(&self) -> Problem {
        self.problem("JSON that cannot be read", "mend the syntax")
    }
}

struct Items<'s>(Vec<&'s RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Items<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Items(items))
            }
        }
        deserializer.deserialize_seq(All)
    }
}

struct Entries<'s>(Vec<(Cow<'s, str>, &'s RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    entries.push((Cow::Owned(key), map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(All)
    }
}
