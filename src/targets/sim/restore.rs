//! What a restore is refused for, in the codes of its call.

use super::{Region, fault};
use crate::model::target::TargetError;
use crate::model::target::data::Restore;

/// A call that makes a database, and its codes: those of instances and of clusters differ
/// (<https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBInstanceFromDBSnapshot.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html>, and those to a
/// point in time).
struct Codes {
    call: &'static str,
    taken: &'static str,
    no_point: &'static str,
    no_capacity: &'static str,
}

impl Codes {
    fn of(restore: &Restore) -> Self {
        let point = restore.point.as_deref().unwrap_or_default();
        let in_time = point.contains(":auto-backup:") || point.contains(":cluster-auto-backup:");
        match (restore.is_cluster, in_time) {
            (false, false) => Self {
                call: "RestoreDBInstanceFromDBSnapshot",
                taken: "DBInstanceAlreadyExists",
                no_point: "DBSnapshotNotFound",
                no_capacity: "InsufficientDBInstanceCapacity",
            },
            (false, true) => Self {
                call: "RestoreDBInstanceToPointInTime",
                taken: "DBInstanceAlreadyExists",
                no_point: "DBInstanceAutomatedBackupNotFound",
                no_capacity: "InsufficientDBInstanceCapacity",
            },
            (true, false) => Self {
                call: "RestoreDBClusterFromSnapshot",
                taken: "DBClusterAlreadyExistsFault",
                no_point: "DBClusterSnapshotNotFoundFault",
                no_capacity: "InsufficientDBClusterCapacityFault",
            },
            (true, true) => Self {
                call: "RestoreDBClusterToPointInTime",
                taken: "DBClusterAlreadyExistsFault",
                no_point: "DBClusterAutomatedBackupNotFoundFault",
                no_capacity: "InsufficientDBClusterCapacityFault",
            },
        }
    }
}

impl Region {
    pub(super) fn check_restore(&self, restore: &Restore, key: &str) -> Result<(), TargetError> {
        let codes = Codes::of(restore);
        let refused = |code, status, message| Err(fault("rds", codes.call, code, status, message));
        self.check_allowed("rds", codes.call)?;
        if self.world().things.contains_key(key) {
            return refused(codes.taken, 400, format!("{} is there already", restore.identifier));
        }
        self.check_point("rds", codes.call, codes.no_point, restore.point.as_deref(), &restore.identifier)?;
        let set = |name: &str| restore.settings.iter().find(|(known, _)| known == name).map(|(_, to)| to);
        if let Some(key) = set("KmsKeyId").filter(|key| !self.can_use(key)) {
            return refused("KMSKeyNotAccessibleFault", 400, format!("{key} may not be used here"));
        }
        if let Some(class) = restore.class.as_ref().filter(|class| !is_class(class)) {
            return refused("InvalidParameterValue", 400, format!("{class} is no class of databases"));
        }
        if let Some(class) = restore.class.as_ref().filter(|class| self.world().exhausted.contains(*class)) {
            return refused(
                codes.no_capacity,
                400,
                format!("{class} is not available in the region right now"),
            );
        }
        let group = set("DBSubnetGroupName").filter(|group| !self.world().groups.contains(*group));
        if let Some(group) = group {
            return refused(
                "DBSubnetGroupNotFoundFault",
                404,
                format!("there is no DB subnet group {group}"),
            );
        }
        Ok(())
    }

    /// Whether a key may be used, and is of this region: a key never leaves its own.
    fn can_use(&self, key: &str) -> bool {
        let far = match (&self.setup.region, key.split(':').nth(3)) {
            (Some(here), Some(of)) => of != here,
            _ => false,
        };
        !far && !self.setup.unusable_keys.contains(key)
    }

    pub(super) fn check_point(
        &self,
        service: &'static str,
        call: &str,
        missing: &str,
        point: Option<&str>,
        of: &str,
    ) -> Result<(), TargetError> {
        let Some(point) = point else {
            let message = format!("the rule chose no recovery point for {of}");
            return Err(fault(service, call, "InvalidParameterValue", 400, message));
        };
        if !self.world().points.contains(point) {
            let status = if service == "rds" { 404 } else { 400 };
            return Err(fault(service, call, missing, status, format!("{point} is not there")));
        }
        if self.world().unusable.contains(point) {
            let code = if service == "rds" { "KMSKeyNotAccessibleFault" } else { "AccessDeniedException" };
            let message = format!("the key of {point} may not be used");
            return Err(fault(service, call, code, 400, message));
        }
        Ok(())
    }
}

/// Whether a class of databases may be called so: `db.`, a family, and a size, as
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html> has them.
pub(super) fn is_class(name: &str) -> bool {
    let mut words = name.split('.');
    let is_family = |word: &str| word.starts_with(|first: char| first.is_ascii_lowercase());
    let is_size = |word: &str| {
        let times =
            word.strip_suffix("xlarge").is_some_and(|of| of.bytes().all(|byte| byte.is_ascii_digit()));
        times || ["micro", "small", "medium", "large", "metal"].contains(&word)
    };
    match (words.next(), words.next(), words.next()) {
        (Some("db"), Some("serverless"), None) => true,
        (Some("db"), Some(family), Some(size)) => is_family(family) && is_size(size),
        _ => false,
    }
}
