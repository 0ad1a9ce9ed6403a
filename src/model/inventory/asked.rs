//! What the lists that are cut to a stack were asked for: what was not asked is unknown, not absent.

use serde::{Deserialize, Serialize};

use super::{Image, Inventory, Key, OrderableClass};

/// What was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Database engines whose classes were asked for.
    #[serde(default)]
    pub engines: Vec<AskedEngine>,
    /// Repositories whose images were asked for; `None` where all of the registry were.
    #[serde(default)]
    pub repositories: Option<Vec<String>>,
}

/// A database engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedEngine {
    /// `postgres`.
    pub name: String,
    /// `16.3`, or the beginning of it.
    pub version: String,
}

impl Inventory {
    /// The classes that can be ordered, where they are known for an engine. `version` may be the beginning of one, or
    /// nothing.
    #[must_use]
    pub fn orderable_for(&self, engine: &str, version: &str) -> Option<&[OrderableClass]> {
        let classes = self.orderable_classes.as_deref()?;
        let fits =
            |name: &str, known: &str| name == engine && (begins(known, version) || begins(version, known));
        let is_known = match &self.asked {
            Some(asked) => asked.engines.iter().any(|one| fits(&one.name, &one.version)),
            // A recording that does not say what was asked tells of the engines that it has.
            None => classes.iter().any(|one| fits(&one.engine, &one.engine_version)),
        };
        is_known.then_some(classes)
    }

    /// The images of the registry, where they are known for a repository.
    #[must_use]
    pub fn images_for(&self, repository: &str) -> Option<&[Image]> {
        let images = self.images.as_deref()?;
        let of = self.asked.as_ref().and_then(|asked| asked.repositories.as_ref());
        of.is_none_or(|of| of.iter().any(|name| name == repository)).then_some(images)
    }

    /// A key by ARN, id or alias, the alias by its name or its ARN.
    #[must_use]
    pub fn key(&self, name: &str) -> Option<&Key> {
        let is_alias = |alias: &String| {
            name.strip_suffix(alias.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with(':'))
        };
        self.keys
            .as_ref()?
            .iter()
            .find(|key| key.arn == name || key.id == name || key.aliases.iter().any(is_alias))
    }
}

/// Whether a version is another or a later part of it: `16.3` of `16`.
fn begins(version: &str, with: &str) -> bool {
    let rest = version.strip_prefix(with);
    rest.is_some_and(|rest| with.is_empty() || rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inventory(asked: Option<Asked>) -> Inventory {
        Inventory {
            orderable_classes: Some(Vec::new()),
            images: Some(Vec::new()),
            asked,
            ..Inventory::default()
        }
    }

    #[test]
    fn what_was_not_asked_is_unknown() {
        let engine = AskedEngine { name: "postgres".to_owned(), version: "16.3".to_owned() };
        let asked = Asked { engines: vec![engine], repositories: Some(vec!["shop/cart".to_owned()]) };
        let known = inventory(Some(asked));
        for version in ["16.3", "16", ""] {
            assert!(known.orderable_for("postgres", version).is_some(), "{version:?}");
        }
        assert!(known.orderable_for("postgres", "16.30").is_none());
        assert!(known.orderable_for("postgres", "15").is_none());
        assert!(known.orderable_for("mysql", "16.3").is_none());
        assert!(known.images_for("shop/cart").is_some() && known.images_for("shop/order").is_none());
    }

    #[test]
    fn an_older_recording_is_taken_at_its_word_of_what_it_has() {
        let mut known = inventory(None);
        assert!(known.orderable_for("mysql", "8.0").is_none() && known.images_for("shop/order").is_some());
        known.orderable_classes = Some(vec![OrderableClass {
            class: "db.r6g.large".to_owned(),
            engine: "mysql".to_owned(),
            engine_version: "8.0.35".to_owned(),
            zones: Vec::new(),
        }]);
        assert!(known.orderable_for("mysql", "8.0").is_some());
        assert!(
            known.orderable_for("mysql", "8.4").is_none() && known.orderable_for("postgres", "").is_none()
        );
        let all = inventory(Some(Asked::default()));
        assert!(all.images_for("shop/order").is_some() && all.orderable_for("mysql", "8.0").is_none());
    }
}
