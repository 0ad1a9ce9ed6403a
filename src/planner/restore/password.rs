//! The master password of what comes back: that of the day of the backup, unless it is set anew.

use super::super::build::step;
use super::super::findings::Findings;
use super::Restore;
use crate::model::paste;
use crate::model::settings::ValueSource;
use crate::plan::action::Action;
use crate::plan::step::{DoneWhen, Phase, Plane, Step};

impl Restore<'_, '_, '_> {
    /// RDS makes a password of its own as soon as it is told to manage it, and takes no other then.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html>
    fn is_managed_by_rds(&self) -> bool {
        let tree = self.object.tree();
        tree.get("manage_master_user_password").and_then(serde_json::Value::as_bool) == Some(true)
    }

    /// Restored data keeps its old master password: it is set anew, by reference.
    pub(super) fn password(&self, identifier: &str, before: &[Step]) -> Option<Step> {
        if self.is_managed_by_rds() {
            return None;
        }
        let source = match self.facts.database_settings(self.object)?.password.as_ref()? {
            ValueSource::Environment(name) => format!("env:{name}"),
            ValueSource::File(path) => format!("file:{path}"),
            ValueSource::Secret(name) => format!("secret:{name}"),
            ValueSource::Plain(_) => return None,
        };
        let action = Action::SetPassword { identifier: identifier.to_owned(), source };
        Some(
            step(
                Phase::Restore,
                &format!("password/{}", self.address()),
                action,
                self.facts.estimate("secret"),
            )
            .needs(before.last().map(|step| step.id.clone()))
            .done_when(DoneWhen::Status { subject: identifier.to_owned(), status: "available".to_owned() })
            .plane(Plane::RegionalControl)
            .irreversible(),
        )
    }

    /// A recovery point has the password of its day: whatever reads one that was changed since cannot sign in.
    pub(super) fn told_password(&self, findings: &mut Findings) {
        let settings = self.facts.database_settings(self.object);
        let is_set = settings.is_some_and(|database| database.password.is_some());
        let has_master = ["username", "master_username"]
            .iter()
            .any(|name| self.object.text(name).is_some_and(|user| !user.is_empty()));
        if is_set || !has_master || self.is_managed_by_rds() {
            return;
        }
        let attribute = "password = \"...\"";
        let fix = match settings {
            Some(database) => {
                let place = database.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
                format!(
                    "say where the one in use is, in database {}{place}: `{attribute}`",
                    paste::quoted(&database.name)
                )
            }
            None => {
                format!(
                    "say where the one in use is: {}",
                    paste::block("database", self.address(), attribute)
                )
            }
        };
        findings.add(
            "password-of-backup",
            self.address(),
            format!(
                "{} comes back with the master password that it had when the recovery point was made: what has a newer \
                 one cannot sign in",
                self.identifier()
            ),
            fix,
            self.facts.place_in_code(self.object),
        );
    }
}
