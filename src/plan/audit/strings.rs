//! Visits every text of a value that can be serialised, so that no field can be forgotten.

use std::fmt;

use serde::ser::{self, Serialize};

/// What was met.
pub(super) enum Found<'a> {
    /// A text: a value, or the key of a map.
    Text(&'a str),
    /// An integer that RFC 8785 cannot tell from its neighbours: numbers there are doubles.
    BigInteger,
    /// A number that is no integer.
    Fraction,
}

/// Largest integer that a double has exactly, with all below it.
pub(super) const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Calls `visit` with everything in `value`. Names of fields and variants are drplan's own and are left out.
pub(super) fn visit(value: &impl Serialize, visit: &mut impl FnMut(Found<'_>)) {
    // The plan's types cannot fail to serialise; a type that does has shown all that it could.
    let _ = value.serialize(Visitor { visit });
}

struct Visitor<'v, F> {
    visit: &'v mut F,
}

/// Never made by the visitor; a type may make one.
#[derive(Debug)]
struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be serialised")
    }
}

impl std::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! nothing {
    ($($name:ident: $type:ty),*) => { $(fn $name(self, _: $type) -> Result<(), Failed> { Ok(()) })* };
}

impl<'v, F: FnMut(Found<'_>)> ser::Serializer for Visitor<'v, F> {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    nothing!(
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_bytes: &[u8],
        serialize_unit_struct: &'static str
    );

    fn serialize_i64(self, number: i64) -> Result<(), Failed> {
        if number.unsigned_abs() > MAX_INTEGER {
            (self.visit)(Found::BigInteger);
        }
        Ok(())
    }
    fn serialize_u64(self, number: u64) -> Result<(), Failed> {
        if number > MAX_INTEGER {
            (self.visit)(Found::BigInteger);
        }
        Ok(())
    }
    fn serialize_f32(self, _: f32) -> Result<(), Failed> {
        (self.visit)(Found::Fraction);
        Ok(())
    }
    fn serialize_f64(self, _: f64) -> Result<(), Failed> {
        (self.visit)(Found::Fraction);
        Ok(())
    }
    fn serialize_char(self, c: char) -> Result<(), Failed> {
        (self.visit)(Found::Text(c.encode_utf8(&mut [0; 4])));
        Ok(())
    }
    fn serialize_str(self, text: &str) -> Result<(), Failed> {
        (self.visit)(Found::Text(text));
        Ok(())
    }
    fn serialize_none(self) -> Result<(), Failed> {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Failed> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Failed> {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Failed> {
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(self)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_tuple(self, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        Ok(self)
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        Ok(self)
    }
}

impl<F: FnMut(Found<'_>)> Visitor<'_, F> {
    fn inner<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        value.serialize(Visitor { visit: &mut *self.visit })
    }
}

macro_rules! elements {
    ($($trait:ident::$name:ident),*) => { $(
        impl<F: FnMut(Found<'_>)> ser::$trait for Visitor<'_, F> {
            type Ok = ();
            type Error = Failed;
            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
                self.inner(value)
            }
            fn end(self) -> Result<(), Failed> {
                Ok(())
            }
        }
    )* };
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! fields {
    ($($trait:ident),*) => { $(
        impl<F: FnMut(Found<'_>)> ser::$trait for Visitor<'_, F> {
            type Ok = ();
            type Error = Failed;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), Failed> {
                self.inner(value)
            }
            fn end(self) -> Result<(), Failed> {
                Ok(())
            }
        }
    )* };
}

fields!(SerializeStruct, SerializeStructVariant);

impl<F: FnMut(Found<'_>)> ser::SerializeMap for Visitor<'_, F> {
    type Ok = ();
    type Error = Failed;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Failed> {
        self.inner(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Failed> {
        self.inner(value)
    }
    fn end(self) -> Result<(), Failed> {
        Ok(())
    }
}
