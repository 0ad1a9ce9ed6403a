//! What becomes of each resource, written by hand from the pages of AWS and of the provider: the planner must agree.
//!
//! Shared states: planned for us-west-2 with nothing but the state. The example: on the good day, with all its inputs.
//! A row without a file stands for every managed instance of its type in the shared states; a row with a file and an
//! address goes before it. Data sources have no disposition.
//!
//! Without an inventory it is unknown what the recovery region has. So databases are `restore` (with the error
//! `inventory-missing`), other stores `block`, and what holds no data is made.

mod table;

use self::Disposition::{Adopt, Block, Carry, Create, Promote, Restore, Share, Skip, Update};
use self::Engine::{Carry as Carried, Create as Made, Exclude, Import, Withhold};
use table::EXPECTED;

/// What becomes of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    Create,
    Share,
    Adopt,
    Restore,
    Promote,
    Update,
    Carry,
    Skip,
    Block,
}

impl Disposition {
    /// The word of the plan.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Share => "share",
            Self::Adopt => "adopt",
            Self::Restore => "restore",
            Self::Promote => "promote",
            Self::Update => "update",
            Self::Carry => "carry",
            Self::Skip => "skip",
            Self::Block => "block",
        }
    }
}

/// What the engine is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Create,
    Import,
    Withhold,
    Exclude,
    Carry,
}

impl Engine {
    /// The word of the plan.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Import => "import",
            Self::Withhold => "withhold",
            Self::Exclude => "exclude",
            Self::Carry => "carry",
        }
    }
}

/// When the counterparts of all that it owns (id, ARN, addresses) can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Now: names, and ARNs made of region, account and name.
    Now,
    /// After the step that makes it: AWS puts a part of its own into at least one of them.
    After,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// File of the shared states, [`EXAMPLE`], or empty for all shared states.
    pub(crate) state: &'static str,
    /// Address as `terraform state list` prints it, or the type where `state` is empty.
    pub(crate) address: &'static str,
    /// What becomes of it.
    pub(crate) disposition: Disposition,
    /// What the engine is told.
    pub(crate) engine: Engine,
    /// `same name`, `same value`, `known after`, `itself` (the very same object), the counterpart's name or id, or
    /// empty where there is none.
    pub(crate) counterpart: &'static str,
    /// When its values are known.
    pub(crate) known: Known,
    /// Where the facts come from.
    pub(crate) page: &'static str,
}

/// The state of `examples/ecommerce`.
pub(crate) const EXAMPLE: &str = "examples/ecommerce/state.tfstate";

/// All rows.
pub(crate) fn expected() -> &'static [Expected] {
    EXPECTED
}

/// The row of one instance: of its address, or else of its type.
pub(crate) fn expected_of(state: &str, address: &str, resource_type: &str) -> Option<&'static Expected> {
    let by_address = EXPECTED.iter().find(|row| row.state == state && row.address == address);
    by_address.or_else(|| {
        EXPECTED.iter().find(|row| row.state.is_empty() && state != EXAMPLE && row.address == resource_type)
    })
}

// A row a line, so that it reads as the table that it is.
#[test]
fn no_row_is_written_twice() {
    let mut seen = std::collections::HashSet::new();
    for row in expected() {
        assert!(seen.insert((row.state, row.address)), "twice: {} {}", row.state, row.address);
        assert!(row.page.starts_with("https://"), "{}: {}", row.address, row.page);
    }
}

#[test]
fn dispositions_and_engine_words_go_together() {
    for row in expected() {
        let fits = match row.disposition {
            // What acts by itself is made behind the gate.
            Create => matches!(row.engine, Made | Withhold),
            Share | Adopt => matches!(row.engine, Import | Carried),
            Restore | Promote | Skip | Block => row.engine == Exclude,
            Update => row.engine == Withhold,
            Carry => row.engine == Carried,
        };
        assert!(fits, "{}: {} and {}", row.address, row.disposition.as_str(), row.engine.as_str());
        assert!(row.counterpart != "known after" || row.known == Known::After, "{}", row.address);
        assert_eq!(row.counterpart.is_empty(), matches!(row.disposition, Skip | Block), "{}", row.address);
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "says why it is skipped")]
fn every_managed_instance_has_a_row() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("DRPLAN_CORPUS")
        .map_or_else(|| here.join("../shared/fixtures"), std::path::PathBuf::from);
    let mut files = vec![(EXAMPLE.to_owned(), here.join(EXAMPLE))];
    match std::fs::read_dir(corpus.join("states")) {
        Ok(states) => files.extend(
            states.flatten().map(|state| (state.file_name().to_string_lossy().into_owned(), state.path())),
        ),
        Err(_) => eprintln!("skipped: no shared states in {}; set DRPLAN_CORPUS", corpus.display()),
    }
    for (name, path) in files {
        let Ok(bytes) = std::fs::read(&path) else {
            eprintln!("skipped: {} cannot be read", path.display());
            continue;
        };
        for (address, resource_type) in managed(&bytes) {
            assert!(expected_of(&name, &address, &resource_type).is_some(), "{name}: no row for {address}");
        }
    }
}

/// Addresses and types of the managed instances of a state.
fn managed(state: &[u8]) -> Vec<(String, String)> {
    let Ok(state) = serde_json::from_slice::<serde_json::Value>(state) else { return Vec::new() };
    let mut found = Vec::new();
    let resources = state["resources"].as_array().into_iter().flatten();
    for resource in resources.filter(|resource| resource["mode"] == "managed") {
        let text = |key: &str| resource[key].as_str().unwrap_or_default().to_owned();
        let module = if text("module").is_empty() { String::new() } else { format!("{}.", text("module")) };
        for instance in resource["instances"].as_array().into_iter().flatten() {
            let key = instance.get("index_key").map_or_else(String::new, |key| format!("[{key}]"));
            found.push((format!("{module}{}.{}{key}", text("type"), text("name")), text("type")));
        }
    }
    found
}
