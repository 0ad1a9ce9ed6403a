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

#[derive(Deserialize)]
struct EksCluster {
    name: Option<String>,
    arn: Option<String>,
}

/// The EKS clusters that a state has in a region, by name.
#[must_use]
pub fn clusters_of(state: &State<'_>, region: &str) -> Vec<String> {
    let clusters = state
        .instances
        .iter()
        .filter(|instance| instance.mode == Mode::Managed && instance.type_name == "aws_eks_cluster");
    let names = clusters.filter_map(|instance| {
        let cluster: EksCluster = serde_json::from_str(instance.attributes).ok()?;
        let place = cluster.arn.as_deref().and_then(|arn| arn.split(':').nth(3));
        cluster.name.filter(|name| !name.is_empty() && place.is_none_or(|place| place == region))
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Engine, clusters_of, engines_of};
    use crate::sources::tfstate::read_state;

    fn resource(kind: &str, name: &str, attributes: &str) -> String {
        format!(
            r#"{{"mode":"managed","type":"{kind}","name":"{name}","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]",
            "instances":[{{"schema_version":1,"attributes":{attributes}}}]}}"#
        )
    }

    fn state(resources: &[String]) -> String {
        format!(
            r#"{{"version":4,"terraform_version":"1.9.0","serial":1,"lineage":"l","outputs":{{}},"resources":[{}]}}"#,
            resources.join(",")
        )
    }

    #[test]
    fn clusters_of_other_regions_are_passed_over() {
        let cluster = |name: &str, region: &str| {
            let arn = format!("arn:aws:eks:{region}:123456789012:cluster/{name}");
            resource("aws_eks_cluster", name, &format!(r#"{{"name":"{name}","arn":"{arn}"}}"#))
        };
        let text = state(&[cluster("shop", "us-east-2"), cluster("standby", "us-west-2")]);
        assert_eq!(clusters_of(&read_state(&text, "t").unwrap(), "us-east-2"), ["shop"]);
    }

    #[test]
    fn each_engine_is_named_once_by_the_version_that_runs() {
        let resources = [
            resource(
                "aws_db_instance",
                "a",
                r#"{"engine":"postgres","engine_version":"16","engine_version_actual":"16.3"}"#,
            ),
            resource(
                "aws_db_instance",
                "b",
                r#"{"engine":"postgres","engine_version":"16.3","engine_version_actual":""}"#,
            ),
            resource("aws_rds_cluster", "c", r#"{"engine":"aurora-mysql","engine_version":"8.0"}"#),
            resource("aws_db_instance", "d", r#"{"engine":null,"engine_version":"16.3"}"#),
        ];
        let text = state(&resources);
        let engine =
            |name: &str, version: &str| Engine { name: name.to_owned(), version: version.to_owned() };
        let state = read_state(&text, "t").unwrap();
        assert_eq!(engines_of(&state), [engine("aurora-mysql", "8.0"), engine("postgres", "16.3")]);
    }
}
