//! How old the recordings are, and what of them still holds at the plan's clock.

use jiff::Timestamp;

use super::facts::Facts;
use super::findings::Findings;
use super::recovery_points::hours;
use crate::model::diagnostic::Gap;
use crate::model::inventory::Inventory;
use crate::model::paste;
use crate::plan::store::{Candidate, CandidateKind};

/// A recording that is no older than this tells what is so now: a plan is made in the hour after its recording.
const CURRENT_SECONDS: u64 = 3_600;
/// Where the stack has no objective for loss: recordings are renewed every night.
const DEFAULT_BOUND_SECONDS: u64 = 86_400;
/// From here on an inventory is history: automated backups are kept for a week by default, and everything that it saw
/// of them has been replaced.
const STALE_SECONDS: u64 = 7 * 86_400;
/// What two clocks that are kept may differ by, and then some.
const SKEW_SECONDS: u64 = 300;

impl Facts<'_, '_> {
    /// Where the inventory is looked for, to be pasted into a shell.
    pub(super) fn inventory_file(&self) -> String {
        let named = self.input.settings.inventory_of(self.recovery);
        named.map_or_else(|| "inventory.json".to_owned(), paste::shell)
    }

    /// Where the observation is looked for, to be pasted into a shell.
    pub(super) fn observation_file(&self) -> String {
        let named = self.input.settings.observation.as_deref();
        named.map_or_else(|| "observation.json".to_owned(), paste::shell)
    }

    /// Seconds from an instant to the plan's clock; 0 for one that is yet to come.
    pub(super) fn age(&self, instant: Timestamp) -> u64 {
        seconds_between(instant, self.input.at)
    }

    fn inventory_age(&self) -> u64 {
        self.inventory().map_or(0, |inventory| self.age(inventory.taken_at))
    }

    /// Whether the inventory tells what is so now.
    fn inventory_is_current(&self) -> bool {
        self.inventory_age() <= CURRENT_SECONDS
    }

    /// Whether the inventory is older than the loss that the stack may have.
    pub(super) fn inventory_is_old(&self) -> bool {
        self.inventory_age() > self.recording_bound()
    }

    fn recording_bound(&self) -> u64 {
        let objectives = &self.input.settings.objectives;
        let stack = objectives.iter().find(|objective| objective.component == "stack");
        stack.and_then(|objective| objective.rpo_seconds).unwrap_or(DEFAULT_BOUND_SECONDS)
    }

    /// From when what the inventory says is, where that is not now.
    pub(super) fn as_of(&self) -> Option<String> {
        let inventory = self.inventory().filter(|_| !self.inventory_is_current())?;
        let age = hours(self.inventory_age());
        Some(format!("as of the recording of {}, {age} before", inventory.taken_at))
    }

    /// How old a recovery point's data was when it was seen.
    pub(super) fn age_when_seen(&self, data_at: Timestamp) -> u64 {
        let seen = self.inventory().filter(|_| !self.inventory_is_current());
        seen.map_or_else(|| self.age(data_at), |inventory| seconds_between(data_at, inventory.taken_at))
    }

    /// What rules a recovery point out by its time alone.
    pub(super) fn is_to_come(&self, data_at: Timestamp) -> Option<String> {
        (data_at > self.input.at).then(|| format!("its time, {data_at}, is after the plan's clock"))
    }

    /// Holds a candidate to its bound as it was when it was seen, and leaves its loss unknown where only the age of the
    /// recording makes it: a backup that goes on has been renewed since, and a newer copy may have arrived.
    pub(super) fn hold_to(&self, candidate: &mut Candidate, bound: Option<u64>) {
        let seen = candidate.data_at.map_or(candidate.loss_seconds, |at| Some(self.age_when_seen(at)));
        let bound = bound.unwrap_or(u64::MAX);
        if candidate.ruled_out.is_none()
            && let Some(seen) = seen.filter(|seen| *seen > bound)
        {
            let as_of = self.as_of().map(|as_of| format!(" {as_of}")).unwrap_or_default();
            candidate.ruled_out =
                Some(format!("its data is {} old{as_of}, the bound is {}", hours(seen), hours(bound)));
        }
        let goes_on = matches!(candidate.kind, CandidateKind::AutomatedBackup | CandidateKind::ReadReplica);
        let beyond = candidate.ruled_out.is_none() && candidate.loss_seconds.is_some_and(|loss| loss > bound);
        if !self.inventory_is_current() && (goes_on || beyond) {
            candidate.loss_seconds = None;
        }
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

/// Recordings that were taken long before the plan's clock, or after it.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let bound = facts.recording_bound();
    if let Some(inventory) = facts.inventory() {
        let recording = Recording {
            what: "inventory",
            region: &inventory.region,
            taken_at: inventory.taken_at,
            bound,
            stale: Some(bound.max(STALE_SECONDS)),
            meaning: "what would be lost now is unknown, and what it found may be gone",
            again: format!("`drplan inventory {} -o {}`", facts.recovery, facts.inventory_file()),
            renewed: "record it again, and find out why nothing renews it",
        };
        recording.check(facts, findings);
        check_sections(facts, inventory, findings);
    }
    if let Some(observation) = &facts.input.observation {
        let recording = Recording {
            what: "observation",
            region: &observation.region,
            taken_at: observation.taken_at,
            bound: bound.max(DEFAULT_BOUND_SECONDS),
            // Of a region that is lost there is no newer one: its age must not stop the recovery.
            stale: None,
            meaning: "load balancers, images and replicas may have changed since",
            again: format!(
                "`drplan inventory {} --primary -o {}`",
                observation.region,
                facts.observation_file()
            ),
            renewed: "while the primary answers, record it again",
        };
        recording.check(facts, findings);
    }
}

/// A recording that was cut or is older than a section says nothing of it, and none of its gaps says why.
fn check_sections(facts: &Facts<'_, '_>, inventory: &Inventory, findings: &mut Findings) {
    // With the service that is asked, as the sources of gaps begin.
    let sections = [
        ("zones", "ec2", inventory.zones.is_none()),
        ("vpcs", "ec2", inventory.vpcs.is_none()),
        ("instance_types", "ec2", inventory.instance_types.is_none()),
        ("automated_backups", "rds", inventory.automated_backups.is_none()),
        ("db_snapshots", "rds", inventory.db_snapshots.is_none()),
        ("db_instances", "rds", inventory.db_instances.is_none()),
        ("db_clusters", "rds", inventory.db_clusters.is_none()),
        ("db_subnet_groups", "rds", inventory.db_subnet_groups.is_none()),
        ("db_parameter_groups", "rds", inventory.db_parameter_groups.is_none()),
        ("db_cluster_parameter_groups", "rds", inventory.db_cluster_parameter_groups.is_none()),
        ("orderable_classes", "rds", inventory.orderable_classes.is_none()),
        ("keys", "kms", inventory.keys.is_none()),
        ("secrets", "secretsmanager", inventory.secrets.is_none()),
        ("images", "ecr", inventory.images.is_none()),
        ("certificates", "acm", inventory.certificates.is_none()),
        ("buckets", "s3", inventory.buckets.is_none()),
        ("eks_clusters", "eks", inventory.eks_clusters.is_none()),
        ("eks_versions", "eks", inventory.eks_versions.is_none()),
        ("eks_addons", "eks", inventory.eks_addons.is_none()),
        ("replication_groups", "elasticache", inventory.replication_groups.is_none()),
        ("cache_snapshots", "elasticache", inventory.cache_snapshots.is_none()),
        ("backup_points", "backup", inventory.backup_points.is_none()),
        ("quotas", "servicequotas", inventory.quotas.is_none()),
        ("dns_zones", "route53", inventory.dns_zones.is_none()),
        ("health_checks", "route53", inventory.health_checks.is_none()),
        ("distributions", "cloudfront", inventory.distributions.is_none()),
        ("iam", "iam", inventory.iam.is_none()),
    ];
    let is_told = |service: &str| {
        let source = |gap: &Gap| gap.source.split(':').next() == Some(service);
        inventory.gaps.iter().any(source)
    };
    let missing: Vec<&str> = sections
        .iter()
        .filter(|(_, service, none)| *none && !is_told(service))
        .map(|(name, ..)| *name)
        .collect();
    if missing.is_empty() {
        return;
    }
    let region = &inventory.region;
    findings.add(
        "inventory-gap",
        "inventory",
        format!(
            "the inventory of {region} was recorded without {}: what they would tell is unknown, and not checked",
            missing.join(", ")
        ),
        format!("record it again: `drplan inventory {region} -o {}`", facts.inventory_file()),
        None,
    );
}

/// A recording, and what its age means.
struct Recording<'r> {
    what: &'static str,
    region: &'r str,
    taken_at: Timestamp,
    /// Seconds from which it is old.
    bound: u64,
    /// Seconds from which nothing it says is relied on.
    stale: Option<u64>,
    meaning: &'static str,
    /// The command that makes a newer one.
    again: String,
    renewed: &'static str,
}

impl Recording<'_> {
    fn check(&self, facts: &Facts<'_, '_>, findings: &mut Findings) {
        let Self { what, region, taken_at, bound, stale, meaning, again, renewed } = self;
        let (age, ahead) = (facts.age(*taken_at), seconds_between(facts.input.at, *taken_at));
        let (code, message, fix) = if ahead > SKEW_SECONDS {
            (
                "recording-to-come",
                format!(
                    "the {what} of {region} was taken at {taken_at}, {} after the plan's time: one of the two clocks is \
                     wrong, and no age and no loss can be told",
                    hours(ahead)
                ),
                format!("set the clock and record it again: {again}; or plan as of it: `--at {taken_at}`"),
            )
        } else if let Some(stale) = stale.filter(|stale| age > *stale) {
            (
                "recording-stale",
                format!(
                    "the {what} of {region} was taken at {taken_at}, {} before the plan's time (more than {}): nothing \
                     that it says can be relied on",
                    hours(age),
                    hours(stale)
                ),
                format!("{renewed}: {again}; to plan as of it: `--at {taken_at}`"),
            )
        } else if age > *bound {
            (
                "recording-old",
                format!(
                    "the {what} of {region} was taken at {taken_at}, {} before the plan's time (more than {}): {meaning}",
                    hours(age),
                    hours(*bound)
                ),
                format!("{renewed}: {again}"),
            )
        } else {
            return;
        };
        findings.add(code, *what, message, fix, None);
    }
}
