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
}
