//! Names that are taken: what the plan would make under a name is there already, and the recovery's own state does
//! not hold it. Each stops its step after minutes, with all that depends on it.

use super::super::buckets::keeps_its_name;
use super::super::databases::chosen_replica;
use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object};
use super::super::identifiers::restored_as;
use super::super::variables::{Given, given};
use super::super::{commands, foreseen, infra};
use super::Checks;
use crate::model::inventory::{DbInstance, Inventory};
use crate::model::types::Recovery;
use crate::plan::resource::{Disposition, Engine, PlannedResource};

/// The tag that drplan gives to what it makes (design.md, "Data").
const RUN_TAG: &str = "drplan:run";

impl Checks<'_, '_, '_> {
    /// What is made or restored, against what is there. What the workspace holds is adopted by now, and is not
    /// made.
    pub(super) fn names(&mut self, decided: &Decided) {
        let Some(inventory) = self.inventory() else { return };
        let facts = self.facts;
        for (at, object) in facts.objects.iter().enumerate() {
            let Some(resource) = decided.resource(at) else { continue };
            let replica = decided.store(object.address()).and_then(chosen_replica);
            let restored = match resource.disposition {
                Disposition::Restore => true,
                // It gets the name of what it replicated.
                Disposition::Promote => {
                    replica.is_some_and(|replica| !replica.eq_ignore_ascii_case(&restored_as(facts, object)))
                }
                _ => false,
            };
            let made = resource.disposition == Disposition::Create && resource.engine == Engine::Create;
            if !(restored || made) || !is_listed(object) {
                continue;
            }
            let renamed = matches!(
                object.type_name(),
                "aws_db_instance" | "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster"
            );
            let name = match (restored, renamed) {
                (true, true) => Some(restored_as(facts, object)),
                (true, false) => Some(object.name()),
                (false, _) => made_as(facts, object),
            };
            let Some(name) = name else { continue };
            let Some(there) = there(inventory, object, &name) else { continue };
            if facts.is_own(object.address(), there.made_by.as_deref(), restored) {
                continue;
            }
            let held = match &inventory.workspace {
                Some(workspace) => format!("workspace {} does not hold it", workspace.name),
                None => format!("whether workspace {} holds it is unknown", facts.workspace()),
            };
            let verb = if restored { "restored" } else { "made" };
            self.findings.add(
                "name-taken",
                object.address(),
                format!(
                    "{} is to be {verb} in {}: it is there already{}, and {held}",
                    there.what,
                    facts.recovery,
                    in_brackets(&there.state)
                ),
                fix(facts, object, resource, &name, restored),
                facts.place_in_code(object),
            );
        }
    }

    /// The same network under the same name is no collision: AWS makes a second one, and half of a stack is there twice.
    pub(super) fn networks(&mut self, decided: &Decided) {
        let facts = self.facts;
        let Some(vpcs) = self.inventory().and_then(|inventory| inventory.vpcs.as_ref()) else { return };
        for (at, object) in facts.objects.iter().enumerate() {
            let made = decided.resource(at).is_some_and(|resource| resource.engine == Engine::Create);
            if object.type_name() != "aws_vpc" || !made {
                continue;
            }
            let tree = object.tree();
            let Some(name) = tree.pointer("/tags/Name").and_then(|name| name.as_str()) else { continue };
            let block = object.text("cidr_block").unwrap_or_default();
            let here = facts
                .primary
                .as_deref()
                .map_or_else(|| name.to_owned(), |primary| name.replace(primary, facts.recovery));
            if facts.is_own(object.address(), None, false) {
                continue;
            }
            let twin = vpcs.iter().find(|vpc| {
                vpc.cidr == block && vpc.name.as_deref().is_some_and(|known| known == name || known == here)
            });
            if let Some(vpc) = twin {
                self.findings.add(
                    "network-there-already",
                    object.address(),
                    format!(
                        "{} has a VPC {} with the block {block} already ({}), which is not in workspace {}: \
                         the plan makes a second one",
                        facts.recovery,
                        vpc.name.as_deref().unwrap_or_default(),
                        vpc.id,
                        facts.workspace()
                    ),
                    format!(
                        "if somebody has begun to build this stack there, take it over or delete it before this plan \
                         runs: {}",
                        commands::import(facts, object.address(), &vpc.id)
                    ),
                    facts.place_in_code(object),
                );
            }
        }
    }
}

/// The name that the engine gives to what it makes; `None` where it is made up, or a bucket's that has its own finding.
fn made_as(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    // A secret's ARN has its name with six characters that AWS adds, which is why nothing of it can be foreseen.
    let secret = || {
        let chosen = object.type_name() == "aws_secretsmanager_secret"
            && object.text("name_prefix").is_none_or(str::is_empty);
        object.given_name().filter(|_| chosen).map(str::to_owned)
    };
    // What only the engine's plan has is called as planned.
    if object.only_planned {
        return object.given_name().filter(|name| !name.starts_with("arn:")).map(str::to_owned);
    }
    let name = foreseen::name(object).or_else(secret)?;
    let primary = facts.primary.as_deref()?;
    let identity = object.entry.map_or(&[][..], |entry| entry.identity);
    let argument = identity.iter().find(|argument| object.text(argument) == Some(name.as_str()))?;
    let follows_region = name.contains(primary) && !keeps_its_name(facts, object, argument, &name);
    match given(facts, object, argument) {
        Given::Is(name) => Some(name),
        _ if follows_region => Some(name.replace(primary, facts.recovery)),
        Given::Computed => None,
        Given::Same | Given::Unset => (object.type_name() != "aws_s3_bucket").then_some(name),
    }
}

/// Whether an inventory lists what is named like this: nothing else is looked up.
fn is_listed(object: &Object<'_, '_>) -> bool {
    const LISTED: [&str; 14] = [
        "aws_db_instance",
        "aws_rds_cluster",
        "aws_docdb_cluster",
        "aws_neptune_cluster",
        "aws_db_subnet_group",
        "aws_docdb_subnet_group",
        "aws_neptune_subnet_group",
        "aws_db_parameter_group",
        "aws_neptune_parameter_group",
        "aws_rds_cluster_parameter_group",
        "aws_docdb_cluster_parameter_group",
        "aws_neptune_cluster_parameter_group",
        "aws_eks_cluster",
        "aws_elasticache_replication_group",
    ];
    LISTED.contains(&object.type_name())
        || matches!(object.type_name(), "aws_secretsmanager_secret" | "aws_s3_bucket")
        || is_of_cluster(object)
}

fn is_of_cluster(object: &Object<'_, '_>) -> bool {
    object.entry.is_some_and(|entry| entry.recovery == Recovery::RdsClusterInstance)
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" ({text})") }
}

/// What stands under a name.
struct There {
    what: String,
    /// What is known of it, empty where the inventory has but its name.
    state: String,
    /// The run of drplan that made it, where that is known.
    made_by: Option<String>,
}

fn there(inventory: &Inventory, object: &Object<'_, '_>, name: &str) -> Option<There> {
    // RDS and ElastiCache keep names in lower case, whatever they are given:
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html
    let same = |known: &str| known.eq_ignore_ascii_case(name);
    let found =
        |kind: &str, state: String| Some(There { what: format!("{kind} {name}"), state, made_by: None });
    let listed = |kind: &str, names: &Option<Vec<String>>| {
        let known = names.iter().flatten().any(|known| same(known));
        if known { found(kind, "listed by the inventory".to_owned()) } else { None }
    };
    match object.type_name() {
        _ if is_of_cluster(object) => database(inventory, name),
        "aws_db_instance" => database(inventory, name),
        // One API serves all three engines: https://docs.aws.amazon.com/documentdb/latest/developerguide/API_Operations_Details.html
        "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster" => {
            let cluster = inventory.db_clusters.iter().flatten().find(|known| same(&known.id))?;
            let mut state = format!("{}, {}", cluster.engine, cluster.status);
            if let Some(global) = &cluster.global_cluster {
                state.push_str(&format!(", of global cluster {global}"));
            } else if let Some(source) = &cluster.replica_of {
                state.push_str(&format!(", a replica of {source}"));
            }
            found("database cluster", state)
        }
        "aws_db_subnet_group" | "aws_docdb_subnet_group" | "aws_neptune_subnet_group" => {
            listed("DB subnet group", &inventory.db_subnet_groups)
        }
        "aws_db_parameter_group" | "aws_neptune_parameter_group" => {
            listed("DB parameter group", &inventory.db_parameter_groups)
        }
        "aws_rds_cluster_parameter_group"
        | "aws_docdb_cluster_parameter_group"
        | "aws_neptune_cluster_parameter_group" => {
            listed("DB cluster parameter group", &inventory.db_cluster_parameter_groups)
        }
        "aws_eks_cluster" => {
            let cluster = inventory.eks_clusters.iter().flatten().find(|known| known.name == name)?;
            found("EKS cluster", format!("{}, Kubernetes {}", cluster.status, cluster.version))
        }
        "aws_elasticache_replication_group" => {
            let group = inventory.replication_groups.iter().flatten().find(|known| same(&known.id))?;
            let global = group.global.as_ref().map(|global| format!(", of global datastore {global}"));
            found("cache", format!("{}{}", group.status, global.unwrap_or_default()))
        }
        "aws_secretsmanager_secret" => {
            let secret = inventory.secrets.iter().flatten().find(|known| known.name == name)?;
            let state = match (&secret.deleted_at, &secret.primary_region) {
                (Some(at), _) => format!("to be deleted at {at}, its name is kept until then"),
                (None, Some(region)) => format!("a replica of the one in {region}"),
                (None, None) => "it stands alone".to_owned(),
            };
            found("secret", state)
        }
        "aws_s3_bucket" => {
            let bucket = inventory.buckets.iter().flatten().find(|known| known.name == name)?;
            found("bucket", format!("of this account, in {}", bucket.region))
        }
        _ => None,
    }
}

fn database(inventory: &Inventory, name: &str) -> Option<There> {
    let known = inventory.db_instances.iter().flatten().find(|known| known.id.eq_ignore_ascii_case(name))?;
    let DbInstance { status, class, engine, engine_version, replica_of, tags, .. } = known;
    let mut state = format!("{engine} {engine_version}, {class}, {status}");
    if let Some(source) = replica_of {
        state.push_str(&format!(", a replica of {source}"));
    }
    if let Some(run) = tags.get(RUN_TAG) {
        state.push_str(&format!(", made by run {run} of drplan"));
    }
    let made_by = tags.get(RUN_TAG).cloned();
    Some(There { what: format!("database {name}"), state, made_by })
}

fn fix(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    resource: &PlannedResource,
    name: &str,
    restored: bool,
) -> String {
    let import_id = match object.type_name() {
        _ if restored => name.to_owned(),
        "aws_s3_bucket" => name.to_owned(),
        // The state's ARN is the lost region's.
        "aws_secretsmanager_secret" => facts
            .inventory()
            .and_then(|inventory| inventory.secrets.as_ref())
            .and_then(|secrets| secrets.iter().find(|secret| secret.name == name))
            .map_or_else(|| name.to_owned(), |secret| secret.arn.clone()),
        _ => infra::import_id(facts, object, resource).unwrap_or_else(|| name.to_owned()),
    };
    let take_over = format!(
        "import it into workspace {}: {}, and record the inventory again",
        facts.workspace(),
        commands::import(facts, object.address(), &import_id)
    );
    match object.type_name() {
        "aws_db_instance" | "aws_rds_cluster" | "aws_docdb_cluster" | "aws_neptune_cluster"
            if restored && !is_of_cluster(object) =>
        {
            let label = facts
                .database_settings(object)
                .map_or(object.instance.name.as_ref(), |known| known.name.as_str());
            format!(
                "look at what it holds first. Empty, or left from an attempt: delete it. The restored data already: \
                 {take_over}. Somebody else's: restore under another name, which the code takes from a variable, too: `database \"{label}\" {{ identifier = \"...\" }}`"
            )
        }
        _ => format!(
            "if it is this stack's own, {take_over}; if not, delete it or give the recovery's another name in the code"
        ),
    }
}
