//! TODO family.

use super::TypeEntry;

pub(super) const TYPES: &[TypeEntry] = &[];
