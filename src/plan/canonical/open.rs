//! Objects and lists while they are written: an object is put in the order of its keys when it is closed.

use serde::Serialize;
use serde::ser::{self, Error as _};
use serde_json::Error;

use super::Writer;

/// An object or a list that is being written.
pub(super) struct Open<'s, 'w> {
    writer: &'s mut Writer<'w>,
    /// Where it begins in the output.
    start: usize,
    /// Where its entries begin among those of all that is open.
    base: usize,
    sorted: bool,
    /// The key of a map's entry whose value comes next.
    key: Option<String>,
    /// Closes what encloses it: a variant with content is an object of one field.
    after: &'static [u8],
}

/// A key, and where the text of its entry begins and ends.
pub(super) type Entry = (Key, usize, usize);

/// The key of an entry.
#[derive(PartialEq, Eq)]
pub(super) enum Key {
    Field(&'static str),
    Entry(String),
}

impl Key {
    fn as_str(&self) -> &str {
        match self {
            Self::Field(key) => key,
            Self::Entry(key) => key,
        }
    }
    /// RFC 8785 sorts by UTF-16 units, which is the order of the bytes for keys in ASCII.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        let fields = matches!((self, other), (Self::Field(_), Self::Field(_)));
        let (own, other) = (self.as_str(), other.as_str());
        // Names of Rust's fields are ASCII.
        if fields || (own.is_ascii() && other.is_ascii()) {
            own.cmp(other)
        } else {
            own.encode_utf16().cmp(other.encode_utf16())
        }
    }
}

impl<'s, 'w> Open<'s, 'w> {
    pub(super) fn new(writer: &'s mut Writer<'w>, bracket: u8, after: &'static [u8]) -> Self {
        let start = writer.out.len();
        let base = writer.entries.len();
        writer.out.push(bracket);
        Self { writer, start, base, sorted: true, key: None, after }
    }

    fn element(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if self.writer.out.len() > self.start + 1 {
            self.writer.out.push(b',');
        }
        value.serialize(&mut *self.writer)
    }

    fn entry(&mut self, key: Key, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        if let Some((last, ..)) = self.writer.entries.get(self.base..).and_then(<[Entry]>::last) {
            self.writer.out.push(b',');
            self.sorted &= last.order(&key).is_lt();
        }
        let from = self.writer.out.len();
        match &key {
            // They need no escape either.
            Key::Field(name) => {
                self.writer.out.push(b'"');
                self.writer.out.extend_from_slice(name.as_bytes());
                self.writer.out.extend_from_slice(b"\":");
            }
            Key::Entry(name) => {
                self.writer.text(name);
                self.writer.out.push(b':');
            }
        }
        value.serialize(&mut *self.writer)?;
        self.writer.entries.push((key, from, self.writer.out.len()));
        Ok(())
    }

    fn close_list(self) {
        self.writer.out.push(b']');
        self.writer.out.extend_from_slice(self.after);
    }

    fn close_object(self) -> Result<(), Error> {
        let Writer { out, scratch, entries } = &mut *self.writer;
        let own = entries.get_mut(self.base..).unwrap_or_default();
        if !self.sorted {
            own.sort_by(|a, b| a.0.order(&b.0));
            if own.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return Err(Error::custom("an object has a key twice"));
            }
            scratch.clear();
            for (at, (_, from, to)) in own.iter().enumerate() {
                if at > 0 {
                    scratch.push(b',');
                }
                scratch.extend_from_slice(out.get(*from..*to).unwrap_or_default());
            }
            out.truncate(self.start + 1);
            out.extend_from_slice(scratch);
        }
        out.push(b'}');
        out.extend_from_slice(self.after);
        entries.truncate(self.base);
        Ok(())
    }
}

macro_rules! lists {
    ($($trait:ident::$name:ident),*) => { $(
        impl ser::$trait for Open<'_, '_> {
            type Ok = ();
            type Error = Error;
            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }
            fn end(self) -> Result<(), Error> {
                self.close_list();
                Ok(())
            }
        }
    )* };
}

lists!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! objects {
    ($($trait:ident),*) => { $(
        impl ser::$trait for Open<'_, '_> {
            type Ok = ();
            type Error = Error;
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.entry(Key::Field(key), value)
            }
            fn end(self) -> Result<(), Error> {
                self.close_object()
            }
        }
    )* };
}

objects!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Open<'_, '_> {
    type Ok = ();
    type Error = Error;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key = Some(match serde_json::to_value(key)? {
            serde_json::Value::String(key) => key,
            other => other.to_string(),
        });
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().ok_or_else(|| Error::custom("an entry has no key"))?;
        self.entry(Key::Entry(key), value)
    }
    fn end(self) -> Result<(), Error> {
        self.close_object()
    }
}
