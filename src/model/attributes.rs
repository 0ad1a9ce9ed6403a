//! Walks the raw JSON of a resource's attributes without building a tree.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// One step of a path into attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// A key of an object.
    Key(Cow<'a, str>),
    /// An index of a list.
    Index(usize),
}

/// Writes a path as a JSON Pointer.
#[must_use]
pub fn pointer(path: &[Segment<'_>]) -> String {
    let mut out = String::with_capacity(path.len() * 12);
    for segment in path {
        match segment {
            Segment::Key(key) => super::document::push_pointer(&mut out, key),
            Segment::Index(index) => super::document::push_index(&mut out, *index),
        }
    }
    out
}

/// Whether a path is the one that a pattern of the type table names: names and indexes joined by `.`, `*` for any.
#[must_use]
pub fn matches(path: &[Segment<'_>], pattern: &str) -> bool {
    let mut parts = pattern.split('.');
    let all = path.iter().all(|segment| match (segment, parts.next()) {
        (_, Some("*")) => true,
        (Segment::Key(key), Some(part)) => key == part,
        (Segment::Index(index), Some(part)) => part.parse() == Ok(*index),
        (_, None) => false,
    });
    all && parts.next().is_none()
}

/// A scalar met on the walk.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// Text, unescaped.
    String(Cow<'a, str>),
    /// An integer, as states have ports and sizes.
    Integer(i64),
    /// A truth value.
    Bool(bool),
}

impl Scalar<'_> {
    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Calls `visit` with the path and value of every string, integer and truth value in `json`, in the order of the text.
///
/// # Errors
/// The parser's error where `json` is not sound; readers check that when the state is read.
pub fn walk<'a>(
    json: &'a str,
    visit: &mut impl FnMut(&[Segment<'a>], Scalar<'a>),
) -> Result<(), serde_json::Error> {
    let mut path = Vec::with_capacity(8);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    Walk { path: &mut path, visit }.deserialize(&mut deserializer)
}

/// As [`walk`], of the first level and of what stands below those of its keys that `enter` names.
///
/// # Errors
/// As [`walk`].
pub fn walk_some<'a>(
    json: &'a str,
    enter: impl Fn(&str) -> bool,
    visit: &mut impl FnMut(&[Segment<'a>], Scalar<'a>),
) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    deserializer.deserialize_any(Top { enter, visit })
}

/// The first level.
struct Top<'p, E, F> {
    enter: E,
    visit: &'p mut F,
}

impl<'a, E: Fn(&str) -> bool, F: FnMut(&[Segment<'a>], Scalar<'a>)> Visitor<'a> for Top<'_, E, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }
    fn visit_unit<E2>(self) -> Result<(), E2> {
        Ok(())
    }
    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut path = Vec::with_capacity(8);
        while let Some(Key(key)) = entries.next_key()? {
            let whole = (self.enter)(&key);
            path.push(Segment::Key(key));
            if whole {
                entries.next_value_seed(Walk { path: &mut path, visit: &mut *self.visit })?;
            } else {
                entries.next_value_seed(Flat(Walk { path: &mut path, visit: &mut *self.visit }))?;
            }
            path.pop();
        }
        Ok(())
    }
}

/// Scalars alone: what is nested is passed over.
struct Flat<'p, 'a, F>(Walk<'p, 'a, F>);

impl<'a, F: FnMut(&[Segment<'a>], Scalar<'a>)> DeserializeSeed<'a> for Flat<'_, 'a, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, F: FnMut(&[Segment<'a>], Scalar<'a>)> Visitor<'a> for Flat<'_, 'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'a str) -> Result<(), E> {
        self.0.visit_borrowed_str(text)
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.visit_str(text)
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<(), E> {
        self.0.visit_i64(number)
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<(), E> {
        self.0.visit_u64(number)
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.0.visit_bool(value)
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

struct Walk<'p, 'a, F> {
    path: &'p mut Vec<Segment<'a>>,
    visit: &'p mut F,
}

impl<'a, F: FnMut(&[Segment<'a>], Scalar<'a>)> DeserializeSeed<'a> for Walk<'_, 'a, F> {
    type Value = ();
    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a, F: FnMut(&[Segment<'a>], Scalar<'a>)> Visitor<'a> for Walk<'_, 'a, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<(), E> {
        (self.visit)(self.path, Scalar::String(Cow::Borrowed(text)));
        Ok(())
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        (self.visit)(self.path, Scalar::String(Cow::Owned(text.to_owned())));
        Ok(())
    }
    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        (self.visit)(self.path, Scalar::Integer(number));
        Ok(())
    }
    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if let Ok(number) = i64::try_from(number) {
            (self.visit)(self.path, Scalar::Integer(number));
        }
        Ok(())
    }
    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        (self.visit)(self.path, Scalar::Bool(value));
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'a>>(self, mut items: A) -> Result<(), A::Error> {
        let Walk { path, visit } = self;
        path.push(Segment::Index(0));
        let depth = path.len();
        while items.next_element_seed(Walk { path: &mut *path, visit: &mut *visit })?.is_some() {
            if let Some(Segment::Index(index)) = path.get_mut(depth - 1) {
                *index += 1;
            }
        }
        path.pop();
        Ok(())
    }
    fn visit_map<A: MapAccess<'a>>(self, mut entries: A) -> Result<(), A::Error> {
        let Walk { path, visit } = self;
        while let Some(Key(key)) = entries.next_key()? {
            path.push(Segment::Key(key));
            entries.next_value_seed(Walk { path: &mut *path, visit: &mut *visit })?;
            path.pop();
        }
        Ok(())
    }
}

/// A key that is borrowed where its text has no escapes.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The attributes as a tree: for the few resources whose settings a step must carry.
#[must_use]
pub fn tree(json: &str) -> serde_json::Value {
    serde_json::from_str(json).unwrap_or(serde_json::Value::Null)
}
