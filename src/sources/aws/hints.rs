//! What the primary's state says an inventory should ask for.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::Engine;
use crate::model::state::{Mode, State};

#[derive(Deserialize)]
struct Database {
    engine: Option<String>,
    engine_version: Option<String>,
    engine_version_actual: Option<String>,
}

/// The engines of the databases in a state, each version once. The version that runs comes before the one that was
/// asked for, which may be a prefix of it.
#[must_use]
pub fn engines_of(state: &State<'_>) -> Vec<Engine> {
    const TYPES: [&str; 3] = ["aws_db_instance", "aws_rds_cluster", "aws_rds_cluster_instance"];
    let databases = state
        .instances
        .iter()
        .filter(|instance| instance.mode == Mode::Managed && TYPES.contains(&instance.type_name.as_ref()));
    let engines = databases.filter_map(|instance| {
        let database: Database = serde_json::from_str(instance.attributes).ok()?;
        let filled = |version: Option<String>| version.filter(|version| !version.is_empty());
        let version = filled(database.engine_version_actual).or_else(|| filled(database.engine_version))?;
        Some(Engine { name: filled(database.engine)?, version })
    });
    engines.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Engine, engines_of};
    use crate::sources::tfstate::read_state;

    #[test]
    fn each_engine_is_named_once_by_the_version_that_runs() {
        let database = |kind: &str, name: &str, attributes: &str| {
            format!(
                r#"{{"mode":"managed","type":"{kind}","name":"{name}","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]",
                "instances":[{{"schema_version":1,"attributes":{attributes}}}]}}"#
            )
        };
        let resources = [
            database(
                "aws_db_instance",
                "a",
                r#"{"engine":"postgres","engine_version":"16","engine_version_actual":"16.3"}"#,
            ),
            database(
                "aws_db_instance",
                "b",
                r#"{"engine":"postgres","engine_version":"16.3","engine_version_actual":""}"#,
            ),
            database("aws_rds_cluster", "c", r#"{"engine":"aurora-mysql","engine_version":"8.0"}"#),
            database("aws_db_instance", "d", r#"{"engine":null,"engine_version":"16.3"}"#),
        ];
        let text = format!(
            r#"{{"version":4,"terraform_version":"1.9.0","serial":1,"lineage":"l","outputs":{{}},"resources":[{}]}}"#,
            resources.join(",")
        );
        let engine =
            |name: &str, version: &str| Engine { name: name.to_owned(), version: version.to_owned() };
        let state = read_state(&text, "t").unwrap();
        assert_eq!(engines_of(&state), [engine("aurora-mysql", "8.0"), engine("postgres", "16.3")]);
    }
}
