//! What is in a simulated region before the run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

/// Zone, name, type and set identifier.
pub type RecordKey = (String, String, String, Option<String>);

/// A region before the run. What is not named here is as the plan expects it.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Decides how long things are not seen.
    pub seed: u64,
    /// Which region it is: keys of another one are of no use in it.
    pub region: Option<String>,
    /// How long the effect of each step takes.
    pub durations: HashMap<String, Duration>,
    /// Recovery points that are there.
    pub points: BTreeSet<String>,
    /// Recovery points whose key may not be used.
    pub unusable: BTreeSet<String>,
    /// Databases that are there, by identifier, with the token of the run that made them.
    pub databases: BTreeMap<String, Option<String>>,
    /// Identifiers of databases that are replicas.
    pub replicas: BTreeSet<String>,
    /// Secrets that are replicas: they are not written before they stand alone.
    pub replica_secrets: BTreeSet<String>,
    /// Secrets that are scheduled for deletion.
    pub doomed_secrets: BTreeSet<String>,
    /// DB subnet groups that are there.
    pub groups: BTreeSet<String>,
    /// Records that are there.
    pub records: BTreeMap<RecordKey, String>,
    /// Database classes of which there are none.
    pub exhausted: BTreeSet<String>,
    /// Keys that may not be used.
    pub unusable_keys: BTreeSet<String>,
    /// Services that the role may not call.
    pub denied: BTreeSet<String>,
    /// Names that are taken though the plan expects them to be free.
    pub taken: BTreeSet<String>,
    /// What the plan expects to be there and is not: images, buckets, import ids.
    pub missing: BTreeSet<String>,
    /// How many quotas have no room, by code.
    pub full: BTreeSet<String>,
    /// Names of the DB subnet groups that the engine makes, by the address that it makes them under.
    pub named_groups: BTreeMap<String, String>,
    /// Ids that several steps of the plan have: a service knows a call again by its token, which is made of the id.
    pub doubled: BTreeSet<String>,
    /// What breaks in the middle of the run.
    pub mishaps: Vec<Mishap>,
}

/// Something that breaks in the middle of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mishap {
    /// The step that it is reckoned from: from when the region is first asked for it.
    pub step: String,
    /// How long after that.
    pub after: Duration,
    /// What breaks.
    pub breaks: Break,
}

/// What may break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Break {
    /// A retention rule deletes a recovery point.
    PointDeleted(String),
    /// The key of a recovery point is disabled, or its policy changed.
    PointLocked(String),
    /// A database class sells out.
    ClassSoldOut(String),
    /// Somebody makes an empty database of this name, if there is none.
    NameTaken(String),
    /// The role may no longer call a service.
    Denied(String),
}
