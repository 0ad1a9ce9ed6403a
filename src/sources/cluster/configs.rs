//! Secrets and ConfigMaps: names, types and keys. A Secret's values come with its keys, since no call gives the keys
//! alone; they are passed over while the answer is read.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::objects::{Metadata, or_default};
use super::{Section, list};
use crate::clients::kube::{Cluster, List, PAGE};
use crate::model::observation::Config;

/// Both may have 1 MiB each, so pages are short.
const LONGEST: u32 = PAGE / 5;

const SECRETS: List =
    List { action: "kubernetes:ListSecrets", path: "/api/v1/secrets", kind: "SecretList", page: LONGEST };
const CONFIG_MAPS: List = List {
    action: "kubernetes:ListConfigMaps",
    path: "/api/v1/configmaps",
    kind: "ConfigMapList",
    page: LONGEST,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default, rename = "type")]
    secret_type: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    data: Keys,
    #[serde(default, deserialize_with = "or_default")]
    binary_data: Keys,
}

impl Held {
    fn record(self, object_kind: &str) -> Config {
        let mut keys = self.data.0;
        keys.extend(self.binary_data.0);
        let Metadata { name, namespace, .. } = self.metadata;
        Config { object_kind: object_kind.to_owned(), namespace, name, secret_type: self.secret_type, keys }
    }
}

/// The keys of a map whose values are not held.
#[derive(Debug, Default)]
struct Keys(Vec<String>);

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Keys;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Vec::new();
                while let Some((key, IgnoredAny)) = map.next_entry()? {
                    keys.push(key);
                }
                Ok(Keys(keys))
            }
        }
        from.deserialize_map(Read)
    }
}

/// Both or neither: half of them would pass for all.
pub(super) async fn read(cluster: &Cluster) -> Section<Vec<Config>> {
    let (secrets, maps) = tokio::join!(list::<Held>(cluster, &SECRETS), list::<Held>(cluster, &CONFIG_MAPS));
    let mut gaps = Vec::new();
    let found = match (secrets.keep(&mut gaps), maps.keep(&mut gaps)) {
        (Some(secrets), Some(maps)) => {
            let secrets = secrets.into_iter().map(|held| held.record("Secret"));
            Some(secrets.chain(maps.into_iter().map(|held| held.record("ConfigMap"))).collect())
        }
        _ => None,
    };
    Section { found, gaps }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn keys_are_read_and_values_are_not() {
        let text = r#"{"metadata":{"name":"db","namespace":"shop"},"type":"Opaque",
            "data":{"password":"Y2FuYXJ5","user":"Y2FuYXJ5"},"stringData":{"x":"canary"}}"#;
        let held: Held = serde_json::from_str(text).unwrap();
        let shown = format!("{held:?}");
        assert!(!shown.contains("canary") && !shown.contains("Y2FuYXJ5"), "{shown}");
        let config = held.record("Secret");
        assert_eq!(config.keys, ["password", "user"]);
        assert_eq!(config.secret_type.as_deref(), Some("Opaque"));
        let empty: Held = serde_json::from_str(r#"{"metadata":{"name":"x"},"data":null}"#).unwrap();
        assert!(empty.record("ConfigMap").keys.is_empty());
    }
}
