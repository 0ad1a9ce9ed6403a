//! What a region said last, kept beside drplan.hcl: what is out of reach is taken from its newest copy.

use std::path::{Path, PathBuf};

use super::home;
use super::save::save;
use crate::model::inventory::Inventory;
use crate::sources::recorded;

const FOLDER: &str = ".drplan";
const MARK: &str = "\"taken_at\"";

fn file(base: &Path, region: &str) -> PathBuf {
    base.join(FOLDER).join(format!("inventory-{region}.json"))
}

/// Keeps what a region has just said; where that cannot be kept nothing is worse than before.
pub(super) fn keep(base: &Path, inventory: &Inventory) {
    // An answer in parts does not take the place of a whole one.
    if inventory.account.is_none() {
        return;
    }
    let Ok(text) = recorded::write_inventory(inventory.clone()) else { return };
    if home::make(base).is_ok() {
        let _ = save(&file(base, &inventory.region), text.as_bytes(), MARK);
    }
}

/// What the region said last; what is damaged is none.
pub(super) fn kept(base: &Path, region: &str) -> Option<Inventory> {
    let file = file(base, region);
    let shown = format!("{FOLDER}/inventory-{region}.json");
    let known = file.is_file().then(|| recorded::read_inventory(&file, &shown).ok()).flatten();
    known.filter(|known| known.region == region)
}
