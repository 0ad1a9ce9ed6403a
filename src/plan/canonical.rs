//! RFC 8785 form, written in one pass: digests of plans of many megabytes are made twice for every plan.
//!
//! The same bytes as `serde_json_canonicalizer` writes, which keeps a sorted tree of every object and took most of
//! the time of planning. Integers above 2^53 - 1 are refused: RFC 8785 writes numbers as doubles, so two of them
//! could have one form, and a digest would not see the difference.

mod open;

use rayon::prelude::*;
use serde::Serialize;
use serde::ser::{self, Error as _};
use serde_json::Error;
use sha2::{Digest, Sha256};

use open::{Entry, Open};

/// Largest integer that a double has exactly, with all below it.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Items of a list that one thread writes at a time, and those that are held as text at once.
const PART: usize = 256;
const BATCH: usize = 32 * PART;

/// A digest that is fed with canonical JSON, part by part.
pub(super) struct Digester {
    hash: Sha256,
    /// The part that is being written; kept for its capacity.
    out: Vec<u8>,
    scratch: Vec<u8>,
    entries: Vec<Entry>,
    /// Whether a field was written before.
    begun: bool,
}

impl Digester {
    pub(super) fn new() -> Self {
        Self { hash: Sha256::new(), out: Vec::new(), scratch: Vec::new(), entries: Vec::new(), begun: false }
    }

    /// A value.
    pub(super) fn value(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.out.clear();
        self.entries.clear();
        let Self { out, scratch, entries, .. } = self;
        value.serialize(&mut Writer { out, scratch, entries })?;
        self.hash.update(&self.out);
        Ok(())
    }

    /// A field of the outermost object. The caller names fields in the order of their keys.
    pub(super) fn field(&mut self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.key(key)?;
        self.value(value)
    }

    /// A field that is a list, without holding the list's text. Long lists are written by several threads, a batch
    /// at a time.
    pub(super) fn list<T: Serialize + Sync>(&mut self, key: &str, items: &[T]) -> Result<(), Error> {
        self.key(key)?;
        self.hash.update(b"[");
        if items.len() <= PART {
            self.part(items)?;
        } else {
            let mut batches = items.chunks(BATCH);
            let mut written = batches.next().map(batch_of).transpose()?;
            while let Some(parts) = written {
                // One batch is hashed while the next is written.
                let ((), next) =
                    rayon::join(|| self.parts(&parts), || batches.next().map(batch_of).transpose());
                written = next?;
                if written.is_some() {
                    self.hash.update(b",");
                }
            }
        }
        self.hash.update(b"]");
        Ok(())
    }

    fn part<T: Serialize>(&mut self, items: &[T]) -> Result<(), Error> {
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.hash.update(b",");
            }
            self.value(item)?;
        }
        Ok(())
    }

    /// A field that is a list of objects of very different size: `size` tells how many entries one has. Those of at
    /// most a part are written by several threads, a batch of entries at a time; each of the others by `item`, field by
    /// field.
    pub(super) fn objects<T: Serialize + Sync>(
        &mut self,
        key: &str,
        items: &[T],
        size: impl Fn(&T) -> usize,
        item: impl Fn(&mut Self, &T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.key(key)?;
        self.hash.update(b"[");
        let mut rest = items;
        while let Some(first) = rest.first() {
            if rest.len() < items.len() {
                self.hash.update(b",");
            }
            let mut entries = 0;
            let small = rest.iter().take_while(|one| {
                entries += size(one).max(1);
                size(one) <= PART && entries <= BATCH
            });
            let (batch, after) = rest.split_at(small.count());
            rest = after;
            if batch.is_empty() {
                rest = rest.get(1..).unwrap_or_default();
                self.begun = false;
                item(self, first)?;
                self.hash.update(b"}");
            } else {
                self.batch(batch)?;
            }
        }
        self.begun = true;
        self.hash.update(b"]");
        Ok(())
    }

    /// Items with commas between them, each part of them written by one thread.
    fn batch<T: Serialize + Sync>(&mut self, items: &[T]) -> Result<(), Error> {
        self.parts(&batch_of(items)?);
        Ok(())
    }

    fn parts(&mut self, parts: &[Vec<u8>]) {
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.hash.update(b",");
            }
            self.hash.update(part);
        }
    }

    fn key(&mut self, key: &str) -> Result<(), Error> {
        self.hash.update(if std::mem::replace(&mut self.begun, true) { b"," } else { b"{" });
        self.value(key)?;
        self.hash.update(b":");
        Ok(())
    }

    /// The digest of an object whose fields were given.
    pub(super) fn end_object(mut self) -> String {
        self.hash.update(b"}");
        self.end()
    }

    /// `sha256:` and hex.
    pub(super) fn end(self) -> String {
        format!("sha256:{}", super::codec::hex(&self.hash.finalize()))
    }
}

/// Items with commas between them, in parts that several threads write.
fn batch_of<T: Serialize + Sync>(items: &[T]) -> Result<Vec<Vec<u8>>, Error> {
    let part = items.len().div_ceil(BATCH / PART).clamp(1, PART);
    items.par_chunks(part).map(written).collect()
}

/// Items of a list with commas between them.
fn written<T: Serialize>(items: &[T]) -> Result<Vec<u8>, Error> {
    let (mut out, mut scratch, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for item in items {
        if !out.is_empty() {
            out.push(b',');
        }
        item.serialize(&mut Writer { out: &mut out, scratch: &mut scratch, entries: &mut entries })?;
    }
    Ok(out)
}

struct Writer<'w> {
    out: &'w mut Vec<u8>,
    scratch: &'w mut Vec<u8>,
    /// Entries of the objects that are open, the innermost last.
    entries: &'w mut Vec<Entry>,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.out.push(b'"');
        let bytes = text.as_bytes();
        // Without an early exit this takes many bytes at once, and almost no text needs an escape.
        let escapes = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
        if !bytes.iter().fold(false, |any, byte| any | escapes(byte)) {
            self.out.extend_from_slice(bytes);
            self.out.push(b'"');
            return;
        }
        let mut plain = 0;
        for (at, byte) in bytes.iter().enumerate() {
            let escape = match byte {
                b'"' => b'"',
                b'\\' => b'\\',
                0x08 => b'b',
                b'\t' => b't',
                b'\n' => b'n',
                0x0c => b'f',
                b'\r' => b'r',
                0..=0x1f => b'u',
                _ => continue,
            };
            self.out.extend_from_slice(bytes.get(plain..at).unwrap_or_default());
            plain = at + 1;
            self.out.extend_from_slice(&[b'\\', escape]);
            if escape == b'u' {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                self.out.extend_from_slice(&[b'0', b'0', digit(byte >> 4), digit(byte & 15)]);
            }
        }
        self.out.extend_from_slice(bytes.get(plain..).unwrap_or_default());
        self.out.push(b'"');
    }

    fn integer(&mut self, magnitude: u64, negative: bool) -> Result<(), Error> {
        if magnitude > MAX_INTEGER {
            return Err(Error::custom("an integer is above 2^53 - 1"));
        }
        if negative {
            self.out.push(b'-');
        }
        let mut digits = [0_u8; 20];
        let mut from = digits.len();
        let mut rest = magnitude;
        loop {
            from -= 1;
            if let (Some(digit), Ok(value)) = (digits.get_mut(from), u8::try_from(rest % 10)) {
                *digit = b'0' + value;
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.out.extend_from_slice(digits.get(from..).unwrap_or_default());
        Ok(())
    }
}

impl<'s, 'w> ser::Serializer for &'s mut Writer<'w> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Open<'s, 'w>;
    type SerializeTuple = Open<'s, 'w>;
    type SerializeTupleStruct = Open<'s, 'w>;
    type SerializeTupleVariant = Open<'s, 'w>;
    type SerializeMap = Open<'s, 'w>;
    type SerializeStruct = Open<'s, 'w>;
    type SerializeStructVariant = Open<'s, 'w>;

    fn serialize_bool(self, truth: bool) -> Result<(), Error> {
        self.out.extend_from_slice(if truth { b"true" } else { b"false" });
        Ok(())
    }
    fn serialize_i8(self, number: i8) -> Result<(), Error> {
        self.serialize_i64(i64::from(number))
    }
    fn serialize_i16(self, number: i16) -> Result<(), Error> {
        self.serialize_i64(i64::from(number))
    }
    fn serialize_i32(self, number: i32) -> Result<(), Error> {
        self.serialize_i64(i64::from(number))
    }
    fn serialize_i64(self, number: i64) -> Result<(), Error> {
        self.integer(number.unsigned_abs(), number < 0)
    }
    fn serialize_u8(self, number: u8) -> Result<(), Error> {
        self.integer(u64::from(number), false)
    }
    fn serialize_u16(self, number: u16) -> Result<(), Error> {
        self.integer(u64::from(number), false)
    }
    fn serialize_u32(self, number: u32) -> Result<(), Error> {
        self.integer(u64::from(number), false)
    }
    fn serialize_u64(self, number: u64) -> Result<(), Error> {
        self.integer(number, false)
    }
    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        self.serialize_f64(f64::from(number))
    }
    /// A plan has no fractions; other documents that are digested may.
    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        self.out.extend_from_slice(&serde_json_canonicalizer::to_vec(&number)?);
        Ok(())
    }
    fn serialize_char(self, c: char) -> Result<(), Error> {
        self.text(c.encode_utf8(&mut [0; 4]));
        Ok(())
    }
    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.text(text);
        Ok(())
    }
    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Error> {
        bytes.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Error> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.begin_variant(variant);
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'s, 'w>, Error> {
        Ok(Open::new(self, b'[', b""))
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'s, 'w>, Error> {
        Ok(Open::new(self, b'[', b""))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'s, 'w>, Error> {
        Ok(Open::new(self, b'[', b""))
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'s, 'w>, Error> {
        self.begin_variant(variant);
        Ok(Open::new(self, b'[', b"}"))
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Open<'s, 'w>, Error> {
        Ok(Open::new(self, b'{', b""))
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'s, 'w>, Error> {
        Ok(Open::new(self, b'{', b""))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Open<'s, 'w>, Error> {
        self.begin_variant(variant);
        Ok(Open::new(self, b'{', b"}"))
    }
}

impl Writer<'_> {
    fn begin_variant(&mut self, variant: &str) {
        self.out.push(b'{');
        self.text(variant);
        self.out.push(b':');
    }
}

#[cfg(test)]
mod tests;
