//! The nouns: what drplan talks about, without I/O, clock or async.
//!
//! Every other layer imports this one; it imports none of them.

pub mod types;
pub mod value;
