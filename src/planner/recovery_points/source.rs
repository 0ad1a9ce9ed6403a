//! Which replicas and snapshots of the recovery region are of the lost database: names alone do not tell.

use super::super::facts::Facts;
use super::super::point_fit::Expected;
use crate::model::arn::Arn;
use crate::model::inventory::{DbCluster, DbSnapshot, Inventory};

/// The lost database.
pub(super) struct Source<'s> {
    pub(super) identifier: &'s str,
    /// Empty where the state has none.
    pub(super) arn: &'s str,
    pub(super) cluster: bool,
    pub(super) gib: u64,
    /// Empty for the default one.
    pub(super) subnet_group: &'s str,
    pub(super) expected: Expected<'s>,
}

impl Source<'_> {
    pub(super) fn is(&self, other: &str) -> bool {
        !other.is_empty() && (other == self.arn || other == self.identifier)
    }

    /// Of a replica in another region RDS says the source's ARN: a bare identifier is that of a namesake beside it.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html>
    pub(super) fn is_replicated_to(&self, replica_of: Option<&str>) -> bool {
        replica_of.is_some_and(|of| self.is(of) && (self.arn.is_empty() || of == self.arn))
    }

    /// Why a snapshot of the same name is not of this database. What was copied from another region or account says
    /// from where, and nothing else does.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html>
    pub(super) fn is_namesake(&self, facts: &Facts<'_, '_>, snapshot: &DbSnapshot) -> Option<String> {
        let Some(from) = snapshot.copied_from.as_deref() else {
            return Some(format!(
                "it was made in {}, of a database of that name there, and is no copy of the lost one's",
                facts.recovery
            ));
        };
        let (from, own) = (Arn::parse(from)?, Arn::parse(self.arn)?);
        let other = from.region != own.region || from.account != own.account;
        other.then(|| {
            format!("it was copied from account {} in {}, not from the lost one", from.account, from.region)
        })
    }

    /// Why a replica cluster cannot take its place. A cluster cannot leave its subnet group, and the engine would
    /// replace one that is in another than the code says.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html>
    pub(super) fn is_stuck(&self, inventory: &Inventory, cluster: &DbCluster) -> Option<String> {
        if let Some(global) = &cluster.global_cluster {
            return Some(format!(
                "it is the secondary of global cluster {global}, which FailoverGlobalCluster promotes and no step of \
                 drplan does"
            ));
        }
        let known = inventory.db_subnet_groups.as_ref()?;
        let absent = !self.subnet_group.is_empty() && !known.iter().any(|group| group == self.subnet_group);
        absent.then(|| {
            format!(
                "it is not in DB subnet group {}, which {} does not have and the code says: the engine would replace \
                 it by an empty one",
                self.subnet_group, inventory.region
            )
        })
    }
}
