//! What a stack's inputs say an inventory should ask for.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::state::{BucketKey, StateRequest};
use super::{Engine, WorkspaceRequest};
use crate::model::configuration::Configuration;
use crate::model::settings::Settings;
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

/// The ECR repositories that a text names by the address of a registry: `shop/cart` of
/// `123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/cart:v1`.
pub fn repositories_in(text: &str) -> impl Iterator<Item = &str> {
    const REGISTRY: &str = ".dkr.ecr.";
    text.match_indices(REGISTRY).filter_map(move |(at, _)| {
        let (host, path) = text.get(at + REGISTRY.len()..)?.split_once('/')?;
        let named = host.contains(".amazonaws.") && !host.contains(char::is_whitespace);
        // What a repository may be called: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
        let end = path.find(|c| !allowed(c)).unwrap_or(path.len());
        let repository = path.get(..end)?.trim_end_matches(['.', '_', '-', '/']);
        (named && !repository.is_empty()).then_some(repository)
    })
}

/// Where the recovery workspace's state is: in the bucket of the primary's, as drplan.hcl names it or else the code's
/// backend. `None` where neither names one.
#[must_use]
pub fn workspace_of(settings: &Settings, configuration: Option<&Configuration>) -> Option<WorkspaceRequest> {
    let named = &settings.state;
    let modules = configuration.map(|configuration| configuration.modules.as_slice()).unwrap_or_default();
    let backend =
        modules.iter().find_map(|module| module.backend.as_ref()).filter(|backend| backend.kind == "s3");
    let of_backend = |name: &str| backend.and_then(|backend| backend.text(name)).map(str::to_owned);
    let place = match named.source.as_deref().filter(|source| source.starts_with("s3://")) {
        Some(source) => BucketKey::parse(source, named.region.clone()).ok()?,
        None => {
            let (bucket, key) = (of_backend("bucket")?, of_backend("key")?);
            BucketKey { bucket, key, region: of_backend("region") }
        }
    };
    let replica =
        named.replica.as_deref().and_then(|copy| BucketKey::parse(copy, named.replica_region.clone()).ok());
    let workspace_key_prefix =
        named.workspace_key_prefix.clone().or_else(|| of_backend("workspace_key_prefix"));
    let name = settings.terraform.workspace.clone().unwrap_or_else(|| "dr".to_owned());
    let state = StateRequest { place, replica, workspace_key_prefix, ..StateRequest::default() };
    Some(WorkspaceRequest { name, state })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::model::configuration::{Argument, Backend, Literal, Module};
    use crate::model::diagnostic::Place;
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
    fn repositories_are_found_wherever_a_registry_is_named() {
        let text = r#""url":"1.dkr.ecr.us-east-2.amazonaws.com/shop/cart","image: 1.dkr.ecr.cn-north-1.amazonaws.com.cn/web@sha256:1
            1.dkr.ecr.us-east-2.amazonaws.com and/or, 1.dkr.ecr.us-east-2.amazonaws.com, docker.io/library/nginx:1
            see 1.dkr.ecr.us-east-2.amazonaws.com/shop/order."#;
        assert_eq!(repositories_in(text).collect::<Vec<_>>(), ["shop/cart", "web", "shop/order"]);
    }

    #[test]
    fn the_workspace_is_where_drplan_hcl_or_the_backend_says() {
        let mut settings = Settings::default();
        assert!(workspace_of(&settings, None).is_none());
        let argument = |name: &str, text: &str| Argument {
            path: name.to_owned(),
            literals: vec![Literal { text: text.to_owned(), place: Place::file("x"), whole: true }],
            ..Argument::default()
        };
        let arguments =
            [("bucket", "code"), ("key", "k"), ("region", "us-east-2"), ("workspace_key_prefix", "w")];
        let backend = Backend {
            kind: "s3".to_owned(),
            arguments: arguments.map(|(name, text)| argument(name, text)).to_vec(),
            ..Backend::default()
        };
        let root = Module { backend: Some(backend), ..Module::default() };
        let configuration = Configuration { modules: vec![root], ..Configuration::default() };
        let by_code = workspace_of(&settings, Some(&configuration)).unwrap();
        let place = BucketKey::parse("s3://code/k", Some("us-east-2".to_owned())).unwrap();
        assert_eq!((by_code.name.as_str(), &by_code.state.place), ("dr", &place));
        assert_eq!(by_code.state.workspace_key_prefix.as_deref(), Some("w"));

        settings.state.source = Some("s3://named/k".to_owned());
        settings.terraform.workspace = Some("standby".to_owned());
        let by_settings = workspace_of(&settings, Some(&configuration)).unwrap();
        assert_eq!((by_settings.name.as_str(), &*by_settings.state.place.bucket), ("standby", "named"));
        settings.state.source = Some("terraform.tfstate".to_owned());
        assert_eq!(workspace_of(&settings, Some(&configuration)).unwrap().state.place, place);
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
