//! The dependency lock: which provider versions were chosen, and for which platforms they are known.
//!
//! <https://opentofu.org/docs/language/files/dependency-lock/>

use std::path::Path;

use hcl_edit::expr::Expression;

use super::source::Source;
use crate::model::configuration::LockedProvider;

/// A lock of hundreds of providers is smaller.
const LIMIT: u64 = 4 << 20;

/// Providers of the lock beside the root module; `None` without one, or where it cannot be read: the engine says why.
pub(super) fn read_lock(root: &Path) -> Option<Vec<LockedProvider>> {
    let path = root.join(".terraform.lock.hcl");
    if !path.is_file() {
        return None;
    }
    let source = Source::read(&path, ".terraform.lock.hcl", LIMIT).ok()?;
    let body = source.body().ok()?;
    let providers = body.blocks().filter(|block| block.has_ident("provider")).map(|block| {
        let hashes = block.body.get_attribute("hashes").map(|attribute| &attribute.value);
        let hashes = hashes.and_then(Expression::as_array).into_iter().flatten();
        let texts: Vec<&str> = hashes.filter_map(Expression::as_str).collect();
        LockedProvider {
            name: block.labels.first().map(|label| label.as_str().to_owned()).unwrap_or_default(),
            // `zh:` is what the registry signs, of every platform; `h1:` is of the one that was installed.
            all_platforms: texts.iter().any(|text| text.starts_with("zh:")),
            hashes: texts.iter().filter(|text| text.starts_with("h1:")).count(),
        }
    });
    Some(providers.collect())
}
