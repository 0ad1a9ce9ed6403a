//! Whether what a recovery point brings back is what the code says: of another engine the groups of the code are not
//! for it, under another key the engine would replace it by an empty one.

use super::facts::{Facts, Object};
use super::references;
use crate::model::inventory::Inventory;
use crate::model::paste;

/// What the code says of a database, as far as it is known.
pub(super) struct Expected<'f> {
    engine: &'f str,
    version: &'f str,
    encrypted: Option<bool>,
    /// What stands for the key that the code names, and the address of that one.
    key: Option<(String, &'f str)>,
}

/// What the inventory says of a recovery point; empty or `None` where it does not say.
#[derive(Clone, Copy, Default)]
pub(super) struct Seen<'i> {
    pub(super) engine: &'i str,
    pub(super) version: &'i str,
    pub(super) key: Option<&'i str>,
    /// Whether a missing key means that it is not encrypted.
    pub(super) tells_key: bool,
    /// Whether the call takes engine version and key: a restore of a cluster does, that of an instance does not.
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_RestoreDBClusterFromSnapshot.html>
    pub(super) chosen_by_call: bool,
}

impl<'f> Expected<'f> {
    pub(super) fn of(facts: &'f Facts<'_, '_>, object: &'f Object<'_, '_>) -> Self {
        let text = |name: &str| object.text(name).filter(|text| !text.is_empty());
        let key = text("kms_key_id").and_then(|arn| {
            let owner = references::object_of(facts, arn).map(|at| &facts.objects[at]);
            match owner.filter(|owner| owner.type_name() == "aws_kms_key") {
                Some(owner) => Some((references::key_counterpart(facts, owner)?, owner.address())),
                // Another stack's: only drplan.hcl can say what stands for it.
                None => Some((facts.named_counterpart(&[arn])?.to_owned(), arn)),
            }
        });
        Self {
            engine: text("engine").unwrap_or_default(),
            version: text("engine_version_actual").or(text("engine_version")).unwrap_or_default(),
            encrypted: object.tree().get("storage_encrypted").and_then(serde_json::Value::as_bool),
            key,
        }
    }

    /// The key that its copies must be under.
    pub(super) fn key_there(&self) -> Option<&str> {
        self.key.as_ref().map(|(key, _)| key.as_str())
    }

    /// What the engine would replace, or AWS refuse; `None` where it fits or where nobody can tell.
    pub(super) fn misfit(&self, inventory: &Inventory, seen: Seen<'_>) -> Option<Misfit> {
        if !self.engine.is_empty() && !seen.engine.is_empty() && self.engine != seen.engine {
            return Some(Misfit::Engine { point: seen.engine.to_owned(), code: self.engine.to_owned() });
        }
        if seen.chosen_by_call {
            // What is encrypted stays so, whatever the call says.
            return (seen.key.is_some() && self.encrypted == Some(false)).then_some(Misfit::Encrypted);
        }
        if is_another_major(self.engine, self.version, seen.version) {
            return Some(Misfit::Version { point: seen.version.to_owned(), code: self.version.to_owned() });
        }
        match (seen.key, self.encrypted) {
            (None, Some(true)) if seen.tells_key => Some(Misfit::Open),
            (Some(_), Some(false)) => Some(Misfit::Encrypted),
            (Some(key), _) => {
                let (code, address) = self.key.as_ref()?;
                let same = inventory
                    .key(key)
                    .zip(inventory.key(code))
                    .map_or_else(|| key == code, |(one, other)| one.arn == other.arn);
                let (point, code) = (key.to_owned(), code.clone());
                (!same).then(|| Misfit::Key { point, code, address: (*address).to_owned() })
            }
            (None, _) => None,
        }
    }
}

/// How what a recovery point brings back differs from what the code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    Engine {
        point: String,
        code: String,
    },
    Version {
        point: String,
        code: String,
    },
    /// It is not encrypted, and the code's is.
    Open,
    /// It is encrypted, and the code's is not.
    Encrypted,
    /// `code` is what stands for the key at `address`.
    Key {
        point: String,
        code: String,
        address: String,
    },
}

impl Misfit {
    /// Why it is ruled out.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Engine { point, code } => format!("it is of {point}, and the code says {code}"),
            Self::Version { point, code } => {
                format!("it is of version {point}, and the code and its parameter groups are for {code}")
            }
            Self::Open => {
                "it is not encrypted, and the code says that it is: the engine would replace it by an empty one"
                    .to_owned()
            }
            Self::Encrypted => {
                "it is encrypted, and the code says that it is not: the engine would replace it by an empty one"
                    .to_owned()
            }
            Self::Key { point, code, address } => format!(
                "it is under key {point}, and {code} stands for {address}: the engine would replace it by an empty one"
            ),
        }
    }

    /// What makes it fit.
    pub(super) fn fix(&self, recovery: &str) -> String {
        let under = |key: &str| {
            format!(
                "copy it under {key} (CopyDBSnapshot with KmsKeyId, or the replication of its automated backups begun \
                 again with KmsKeyId)"
            )
        };
        match self {
            Self::Engine { .. } => {
                format!("it is of another database of that name: have a backup of this one copied to {recovery}")
            }
            Self::Version { point, .. } => format!(
                "have a backup of the version in use copied to {recovery}; or plan with code whose engine_version and \
                 groups are for {point}"
            ),
            Self::Open => under(&format!("a key of {recovery}")),
            Self::Encrypted => {
                "say storage_encrypted in the code, once the primary is encrypted; what is encrypted cannot be copied \
                 into what is not"
                    .to_owned()
            }
            Self::Key { point, code, address } => {
                let to = format!("to = {}", paste::quoted(point));
                format!("let its key stand for the code's: {}; or {}", paste::block("counterpart", address, &to), under(code))
            }
        }
    }
}

/// Whether two versions are of different majors; one may be written shorter than the other.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.Upgrading.html>
fn is_another_major(engine: &str, code: &str, point: &str) -> bool {
    let parts = |version: &str| -> Vec<String> { version.split('.').map(str::to_owned).collect() };
    let (code, point) = (parts(code), parts(point));
    let first = code.first().filter(|first| !first.is_empty());
    let two = match engine {
        "mysql" | "mariadb" | "aurora-mysql" => true,
        // PostgreSQL numbered majors by two parts before 10.
        "postgres" | "aurora-postgresql" => first.is_some_and(|first| first == "9"),
        _ => false,
    };
    if first.is_none() || point.first().is_none_or(String::is_empty) {
        return false;
    }
    code.iter().zip(&point).take(if two { 2 } else { 1 }).any(|(code, point)| code != point)
}

#[cfg(test)]
mod tests {
    use super::is_another_major;

    #[test]
    fn majors_are_compared_as_each_engine_counts_them() {
        for (engine, code, point, another) in [
            ("postgres", "16.10", "16.4", false),
            ("postgres", "16", "16.4", false),
            ("postgres", "16.10", "14.9", true),
            ("postgres", "9.6.24", "9.5.1", true),
            ("mysql", "8.0.35", "8.0.28", false),
            ("mysql", "8", "8.4.1", false),
            ("mysql", "8.4", "8.0.35", true),
            ("mariadb", "10.11", "10.6.14", true),
            ("sqlserver-ex", "15.00.4236.7.v1", "15.00.4198.2.v1", false),
            ("oracle-ee", "19.0.0.0.ru-2023-10.rur-2023-10.r1", "21.0.0.0.ru-2023-10.rur-2023-10.r1", true),
            ("postgres", "", "14.9", false),
            ("postgres", "16.10", "", false),
        ] {
            assert_eq!(is_another_major(engine, code, point), another, "{engine} {code} {point}");
        }
    }
}
