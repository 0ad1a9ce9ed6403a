//! What drplan.hcl says, every attribute with its default. Places are kept so that findings can point at them.

use jiff::Timestamp;

use super::diagnostic::Place;

/// Settings of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// drplan.hcl, relative to itself; `None` where there is none and everything is a default.
    pub file: Option<String>,
    /// `stack = "ecommerce"`; else the name of the folder.
    pub stack: String,
    /// `primary = "us-east-2"`.
    pub primary: Option<String>,
    /// `recovery = ["us-west-2"]`: regions that plans may be made for, also ones that the table does not know.
    pub recovery: Vec<String>,
    /// `state { ... }`.
    pub state: StateSettings,
    /// `terraform { ... }`.
    pub terraform: TerraformSettings,
    /// `manifests { paths = [...], exclude = [...] }`.
    pub manifests: ManifestSettings,
    /// `observation = "observation.json"`.
    pub observation: Option<String>,
    /// `inventory = { us-west-2 = "inventory.json" }` or one path for all regions.
    pub inventory: Vec<(Option<String>, String)>,
    /// `objective "COMPONENT" { rto, rpo }`; component `stack` is the whole.
    pub objectives: Vec<Objective>,
    /// `database "NAME" { ... }`.
    pub databases: Vec<Database>,
    /// `counterpart "SUBJECT" { to }`: keys, certificates, buckets, images by ARN, name or address.
    pub counterparts: Vec<Counterpart>,
    /// `rewrite "TEXT" { to | keep }`.
    pub rewrites: Vec<Rewrite>,
    /// `accept_loss "ADDRESS" { reason }`.
    pub accepted_losses: Vec<AcceptedLoss>,
    /// `skip "ADDRESS" { reason }`: resources not needed to recover.
    pub skips: Vec<AcceptedLoss>,
    /// `provides "KIND/NAMESPACE/NAME" { by }`: what the new cluster has, and no input shows.
    pub provides: Vec<Provides>,
    /// `dns { ... }`.
    pub dns: DnsSettings,
    /// `gate "PHASE" { decision, ask }`.
    pub gates: Vec<Gate>,
    /// `approval { ... }`.
    pub approval: Approval,
    /// `journal { s3, region }`: where a run's records are kept beside its folder.
    pub journal: Option<JournalSettings>,
    /// `window "NAME" { ... }`: times at which cut-overs are wanted.
    pub windows: Vec<Window>,
    /// `estimate "KIND" { p50, p90, measured }`.
    pub estimates: Vec<MeasuredEstimate>,
    /// `estimates = "durations.json"`: durations of live runs.
    pub durations: Option<String>,
    /// `backup "STORE" { interval, copy_time, of }`: the schedule that worst-case loss is reckoned from.
    pub backups: Vec<BackupSchedule>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            file: None,
            stack: "stack".to_owned(),
            primary: None,
            recovery: Vec::new(),
            state: StateSettings::default(),
            terraform: TerraformSettings::default(),
            manifests: ManifestSettings::default(),
            observation: None,
            inventory: Vec::new(),
            objectives: Vec::new(),
            databases: Vec::new(),
            counterparts: Vec::new(),
            rewrites: Vec::new(),
            accepted_losses: Vec::new(),
            skips: Vec::new(),
            provides: Vec::new(),
            dns: DnsSettings::default(),
            gates: Vec::new(),
            approval: Approval::default(),
            journal: None,
            windows: Vec::new(),
            estimates: Vec::new(),
            durations: None,
            backups: Vec::new(),
        }
    }
}

/// `journal { s3, region }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSettings {
    /// Bucket of `s3://BUCKET/PREFIX`.
    pub bucket: String,
    /// Prefix of it, without a slash at its end.
    pub prefix: String,
    /// Region of the bucket; the recovery region where it is not named.
    pub region: Option<String>,
    /// ARN of the KMS key that a run's inputs are encrypted with there; without one they are not kept there.
    pub kms_key: Option<String>,
}

impl JournalSettings {
    /// Bucket and prefix of `s3://BUCKET/PREFIX`.
    #[must_use]
    pub fn parts(uri: &str) -> Option<(&str, &str)> {
        let parts = uri.strip_prefix("s3://")?.split_once('/')?;
        let sound = |part: &str| !part.is_empty() && part.split('/').all(|name| !name.trim().is_empty());
        Some(parts).filter(|(bucket, prefix)| sound(bucket) && sound(prefix))
    }
}

/// `state { path | bucket, key, region, workspace, workspace_key_prefix, replica { bucket, region } }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateSettings {
    /// Local path, `-` or `s3://bucket/key`.
    pub source: Option<String>,
    /// Region of the bucket.
    pub region: Option<String>,
    /// Workspace of the primary; `default` unless named.
    pub workspace: Option<String>,
    /// `env:` unless named.
    pub workspace_key_prefix: Option<String>,
    /// `s3://bucket/key` of the copy outside the primary region.
    pub replica: Option<String>,
    /// Region of that bucket.
    pub replica_region: Option<String>,
}

/// `terraform { dir, engine, workspace, parallelism, variable "NAME" { ... } }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerraformSettings {
    /// Folder of the root module.
    pub dir: Option<String>,
    /// `auto`, `off` or a path.
    pub engine: Option<String>,
    /// Workspace of the recovery; `dr` unless named.
    pub workspace: Option<String>,
    /// Operations at once; 10 unless named, as the engines have it.
    pub parallelism: Option<u32>,
    /// Variables of the recovery.
    pub variables: Vec<VariableSource>,
}

/// Where the recovery takes the value of a variable from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableSource {
    /// The variable.
    pub name: String,
    /// Its source.
    pub source: ValueSource,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// A source of a value; a secret is only ever named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSource {
    /// `value = "..."`: not a secret.
    Plain(String),
    /// `env = "NAME"`.
    Environment(String),
    /// `file = "PATH"`.
    File(String),
    /// `secret = "NAME#JSON_KEY"` in Secrets Manager of the recovery region.
    Secret(String),
}

/// `manifests { paths, exclude }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManifestSettings {
    /// Files, folders, globs, each with its place.
    pub paths: Vec<String>,
    /// Globs of files that are left out.
    pub exclude: Vec<String>,
}

/// What recovery must hold to for a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// One of [`Objective::COMPONENTS`], or an address.
    pub component: String,
    /// Recovery time, seconds.
    pub rto_seconds: Option<u64>,
    /// Loss of data, seconds.
    pub rpo_seconds: Option<u64>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

impl Settings {
    /// The recorded inventory that is named for a region: its own, else the one of all.
    #[must_use]
    pub fn inventory_of(&self, region: &str) -> Option<&str> {
        let of = |wanted: Option<&str>| self.inventory.iter().find(|(known, _)| known.as_deref() == wanted);
        of(Some(region)).or_else(|| of(None)).map(|(_, path)| path.as_str())
    }
}

impl Objective {
    /// Components that a label may name instead of an address.
    pub const COMPONENTS: [&'static str; 8] =
        ["stack", "cluster", "database", "cache", "application", "traffic", "storage", "store"];
}

/// What is special about a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Database {
    /// Name people use, or the address.
    pub name: String,
    /// `address = "module.rds.aws_db_instance.primary"`.
    pub address: Option<String>,
    /// `kms_key_id`: key of the recovery region.
    pub kms_key_id: Option<String>,
    /// `identifier` of the restored instance, where it shall differ.
    pub identifier: Option<String>,
    /// `classes = [...]`: what to take, in order.
    pub classes: Vec<String>,
    /// `max_age`: oldest recovery point that is good enough, seconds.
    pub max_age_seconds: Option<u64>,
    /// `prefer = ["replica", "automated_backup", "snapshot"]`.
    pub prefer: Vec<PointKind>,
    /// `password = "env:..." | "file:..." | "secret:..."`: what the restored master user gets.
    pub password: Option<ValueSource>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// A kind of recovery point, in the word that drplan.hcl has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointKind {
    /// A read replica in the recovery region.
    Replica,
    /// An automated backup that is replicated there.
    AutomatedBackup,
    /// A snapshot that was copied there.
    Snapshot,
    /// A recovery point of AWS Backup that was copied there.
    BackupCopy,
    /// The primary's own, if it still answers.
    Primary,
}

impl PointKind {
    /// Every word, in the order of [`PointKind::ALL`].
    pub const WORDS: [&'static str; 5] =
        ["replica", "automated_backup", "snapshot", "backup_copy", "primary"];
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Replica, Self::AutomatedBackup, Self::Snapshot, Self::BackupCopy, Self::Primary];

    /// The kind of a word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).map(|at| Self::ALL[at])
    }
}

/// The counterpart of something of the primary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// ARN, name, id or address of the primary's.
    pub subject: String,
    /// ARN, name or id of what stands for it.
    pub to: String,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// What to do with a literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    /// The text.
    pub text: String,
    /// `to`; `None` with `keep = true`.
    pub to: Option<String>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// A loss that was accepted, or a resource that is not needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedLoss {
    /// Address; a resource without index covers its instances.
    pub address: String,
    /// Why.
    pub reason: String,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// Something that the manifests name, and who brings it into the new cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provides {
    /// `KIND/NAMESPACE/NAME`, or `KIND/NAME` of what lives in no namespace; `*` at the end for any.
    pub subject: String,
    /// Address, chart or procedure.
    pub by: String,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// `dns { names, decision, warm_up }`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DnsSettings {
    /// Names that users come by, verified at the end.
    pub names: Vec<String>,
    /// Names that stay where they are.
    pub keep: Vec<String>,
}

/// A gate and how long its decision takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Phase before which it stands; `dns` always has one.
    pub phase: String,
    /// How long people take to decide, seconds.
    pub decision_seconds: u64,
    /// What they are asked, in the team's words.
    pub ask: Option<String>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// Who approves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Path of an `allowed_signers` file (ssh-keygen(1)).
    pub allowed_signers: Option<String>,
    /// Whom that file names, each with the fingerprint of a key: `NAMES SHA256:...`, in order. Whoever reads drplan.hcl
    /// reads it, too.
    pub approvers: Vec<String>,
    /// Path of a revocation list.
    pub revoked: Option<String>,
    /// How many principals must sign; 0 where nobody is asked beforehand.
    pub quorum: u32,
    /// Age at which a plan must be made anew, seconds; 90 days unless named.
    pub expiry_seconds: u64,
    /// Whether the plan may be run without approval, with a reason.
    pub break_glass: bool,
}

impl Default for Approval {
    fn default() -> Self {
        Self {
            allowed_signers: None,
            approvers: Vec::new(),
            revoked: None,
            quorum: 0,
            expiry_seconds: 90 * 86_400,
            break_glass: false,
        }
    }
}

/// A time at which a cut-over is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Name.
    pub name: String,
    /// Days, `mon` to `sun`; all where empty.
    pub days: Vec<String>,
    /// `HH:MM` UTC.
    pub from: String,
    /// `HH:MM` UTC.
    pub to: String,
}

/// A duration that was measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredEstimate {
    /// Kind of the estimate table: `cluster`, `node_group`, `restore`, `rollout`, or a resource type.
    pub kind: String,
    /// Median, seconds.
    pub p50_seconds: u64,
    /// 90th percentile, seconds.
    pub p90_seconds: u64,
    /// When it was measured.
    pub measured: Option<Timestamp>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}

/// How often a store is backed up and how long a copy takes to arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupSchedule {
    /// Address or name of the store.
    pub store: String,
    /// Time between backups, seconds.
    pub interval_seconds: u64,
    /// Time until the copy is usable in the recovery region, seconds.
    pub copy_seconds: u64,
    /// `of = ["automated_backup"]`: the kinds of recovery points that are made by it.
    pub of: Vec<PointKind>,
    /// Where drplan.hcl says it.
    pub place: Option<Place>,
}
