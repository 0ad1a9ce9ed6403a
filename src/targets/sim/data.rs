//! Services that hold data.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use super::proofs::mismatch;
use super::{Found, Region, database, fault, value};
use crate::model::target::data::DataRequest;
use crate::model::target::{Acted, Mark, Seen, TargetError};
use crate::targets::Target;

impl Target<DataRequest> for Region {
    fn look<'a>(
        &'a self,
        request: &'a DataRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move {
            self.asked_for(mark);
            let key = self.key(request, mark);
            let is_made = matches!(request, DataRequest::Restore(_) | DataRequest::Backup { .. });
            Ok(match self.find(&key) {
                Found::Absent => Seen::Ready,
                Found::There { by, .. } | Found::Underway { by, .. }
                    if is_made && by.as_ref() != Some(&mark.token) =>
                {
                    mismatch(format!("{key} is there already, and this run did not make it: it may be empty"))
                }
                Found::There { outputs, .. } => Seen::Done(outputs),
                Found::Underway { progress, .. } => Seen::Underway(progress),
            })
        })
    }

    fn act<'a>(
        &'a self,
        request: &'a DataRequest,
        mark: &'a Mark,
    ) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move {
            self.check_token("rds", "change", mark)?;
            let key = self.key(request, mark);
            let (word, wants) = self.check(request, &key)?;
            if let DataRequest::SpliceSecret { name, splices, .. } = request {
                let mut world = self.world();
                let places = world.secrets.entry(name.clone()).or_default();
                places.extend(splices.iter().map(|(path, _, to)| (path.clone(), to.clone())));
            }
            if let DataRequest::PromoteSecret { name, .. } = request {
                self.world().standalone.insert(name.clone());
            }
            if let DataRequest::Promote { identifier, .. }
            | DataRequest::Modify { identifier, .. }
            | DataRequest::Password { identifier, .. } = request
            {
                self.occupy(identifier, mark, word);
            }
            if let DataRequest::Promote { identifier, .. } = request {
                self.world().replicas.remove(identifier);
            }
            let subject = key.strip_prefix("database ").unwrap_or(&key);
            let outputs: BTreeMap<String, String> = wants
                .iter()
                .map(|pointer| match pointer.as_str() {
                    "/id" | "/identifier" => (pointer.clone(), subject.to_owned()),
                    _ => (pointer.clone(), value(subject, pointer)),
                })
                .collect();
            Ok(self.have(key, mark, word, outputs).await)
        })
    }
}

impl Region {
    /// What a request makes or changes.
    fn key(&self, request: &DataRequest, mark: &Mark) -> String {
        match request {
            DataRequest::Restore(restore) => database(&restore.identifier),
            DataRequest::Backup { name, .. } => format!("store {name}"),
            // Each is a change of its own to what is there.
            DataRequest::Promote { .. }
            | DataRequest::Modify { .. }
            | DataRequest::Password { .. }
            | DataRequest::PromoteSecret { .. }
            | DataRequest::SpliceSecret { .. }
            | DataRequest::WarmUp { .. } => format!("change {}", mark.step),
        }
    }

    /// Refuses what the services refuse; the word while it lasts, and what is wanted of it.
    fn check<'r>(
        &self,
        request: &'r DataRequest,
        key: &str,
    ) -> Result<(&'static str, &'r [String]), TargetError> {
        match request {
            DataRequest::Restore(restore) => {
                self.check_restore(restore, key)?;
                Ok(("creating", &restore.wants))
            }
            DataRequest::Backup { point, name, wants, .. } => {
                self.check_allowed("backup", "StartRestoreJob")?;
                const MISSING: &str = "ResourceNotFoundException";
                self.check_point("backup", "StartRestoreJob", MISSING, point.as_deref(), name)?;
                Ok(("restoring", wants))
            }
            DataRequest::Promote { identifier, wants, .. } => {
                self.check_allowed("rds", "PromoteReadReplica")?;
                self.check_database("PromoteReadReplica", identifier)?;
                if !self.world().replicas.contains(identifier) {
                    let message = format!("{identifier} is no replica");
                    return Err(fault("rds", "PromoteReadReplica", "InvalidDBInstanceState", 400, message));
                }
                Ok(("modifying", wants))
            }
            DataRequest::Modify { identifier, .. } => {
                self.check_allowed("rds", "ModifyDBInstance")?;
                self.check_database("ModifyDBInstance", identifier)?;
                Ok(("modifying", &[]))
            }
            DataRequest::Password { identifier, .. } => {
                self.check_allowed("rds", "ModifyDBInstance")?;
                self.check_database("ModifyDBInstance", identifier)?;
                Ok(("resetting-master-credentials", &[]))
            }
            DataRequest::WarmUp { identifier } => {
                self.check_database("warm up", identifier)?;
                Ok(("reading", &[]))
            }
            DataRequest::PromoteSecret { arn, wants, .. } => {
                self.check_allowed("secretsmanager", "StopReplicationToReplica")?;
                self.check_secret("StopReplicationToReplica", arn)?;
                Ok(("promoting", wants))
            }
            DataRequest::SpliceSecret { name, wants, .. } => {
                self.check_allowed("secretsmanager", "PutSecretValue")?;
                self.check_secret("PutSecretValue", name)?;
                self.check_writable(name)?;
                Ok(("writing", wants))
            }
        }
    }

    fn check_database(&self, call: &str, identifier: &str) -> Result<(), TargetError> {
        match self.find(&database(identifier)) {
            Found::There { .. } => Ok(()),
            Found::Underway { progress, .. } => {
                let message = format!("{identifier} is {}", progress.status);
                Err(fault("rds", call, "InvalidDBInstanceState", 400, message))
            }
            Found::Absent => {
                Err(fault("rds", call, "DBInstanceNotFound", 404, format!("{identifier} is not there")))
            }
        }
    }

    /// A database that is being changed takes no other change until it is done.
    fn occupy(&self, identifier: &str, mark: &Mark, word: &'static str) {
        let takes = self.duration(mark);
        if let Some(thing) = self.world().things.get_mut(&database(identifier)) {
            thing.done = thing.done.max(super::Instant::now() + takes);
            thing.word = word;
        }
    }

    fn check_secret(&self, call: &str, name: &str) -> Result<(), TargetError> {
        let refused = |code, message| Err(fault("secretsmanager", call, code, 400, message));
        if self.setup.missing.contains(name) {
            return refused("ResourceNotFoundException", format!("{name} is not there"));
        }
        if self.setup.doomed_secrets.contains(name) {
            return refused("InvalidRequestException", format!("{name} is scheduled for deletion"));
        }
        Ok(())
    }

    /// A replica's value is its primary's.
    fn check_writable(&self, name: &str) -> Result<(), TargetError> {
        if self.setup.replica_secrets.contains(name) && !self.world().standalone.contains(name) {
            let message = format!("{name} is a replica: only the secret in its primary region is written");
            return Err(fault("secretsmanager", "PutSecretValue", "InvalidParameterException", 400, message));
        }
        Ok(())
    }
}
