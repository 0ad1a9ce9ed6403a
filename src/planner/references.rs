//! What stands for something of the primary in the recovery region, and what belongs to what.

use std::collections::HashMap;

use super::facts::{Facts, Object};
use super::replication;
use crate::model::arn::Arn;
use crate::model::inventory::Certificate;
use crate::model::settings::Counterpart;
use crate::model::types::Recovery;
use crate::model::value::ValueKind;

/// Found, known to be absent, or unknown because nothing could look.
pub(super) enum Found {
    /// It is there, under this name.
    Known(String),
    /// It is not there.
    Absent,
    /// Nobody could look.
    Unknown,
}

impl<'i> Facts<'i, '_> {
    /// The counterparts that drplan.hcl names; one that is lost with the primary stands for nothing, and has a finding.
    pub(super) fn counterparts(&self) -> impl Iterator<Item = &'i Counterpart> {
        self.input.settings.counterparts.iter().filter(|counterpart| !self.is_lost(&counterpart.to))
    }

    /// The counterpart that drplan.hcl names for any of these subjects.
    pub(super) fn named_counterpart(&self, subjects: &[&str]) -> Option<&'i str> {
        self.counterparts()
            .find(|counterpart| subjects.contains(&counterpart.subject.as_str()))
            .map(|counterpart| counterpart.to.as_str())
    }

    /// Whether an ARN is of the primary's region. Certificates of CloudFront are in us-east-1 and nowhere else.
    /// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html>
    pub(super) fn is_lost(&self, text: &str) -> bool {
        Arn::parse(text).is_some_and(|arn| {
            self.is_primary(arn.region) && (arn.service, arn.region) != ("acm", "us-east-1")
        })
    }
}

/// The source of a read replica, `None` for an instance or cluster that replicates nothing.
pub(super) fn replica_source(object: &Object<'_, '_>) -> Option<String> {
    let attribute = match object.entry?.recovery {
        Recovery::RdsInstance => "replicate_source_db",
        Recovery::RdsCluster => "replication_source_identifier",
        _ => return None,
    };
    object.text(attribute).filter(|source| !source.is_empty()).map(str::to_owned)
}

/// The object that a follower goes with: the cluster of an instance, the secret of a version.
pub(super) fn leader(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<usize> {
    LEADERS.iter().find_map(|(argument, recovery)| {
        let key = object.text(argument).filter(|text| !text.is_empty())?;
        facts.leaders.get_or_init(|| index_leaders(facts)).get(recovery)?.get(key).copied()
    })
}

/// Arguments that name a leader, with what it is: a cluster and a cache may have the same name.
const LEADERS: [(&str, Recovery); 3] = [
    ("cluster_identifier", Recovery::RdsCluster),
    ("secret_id", Recovery::Secret),
    ("replication_group_id", Recovery::ElastiCache),
];

/// Leaders by id and ARN; the first of equals.
pub(super) type Leaders = HashMap<Recovery, HashMap<String, usize>>;

fn index_leaders(facts: &Facts<'_, '_>) -> Leaders {
    let mut leaders = Leaders::new();
    for (at, object) in facts.objects.iter().enumerate().filter(|(_, object)| object.is_managed()) {
        let recovery = object.entry.map(|entry| entry.recovery);
        let Some((_, leads)) = LEADERS.iter().find(|(_, leads)| Some(*leads) == recovery) else { continue };
        for name in [&object.id, &object.arn].into_iter().flatten() {
            leaders.entry(*leads).or_default().entry(name.to_string()).or_insert(at);
        }
    }
    leaders
}

/// The managed object of an id or ARN.
pub(super) fn object_of(facts: &Facts<'_, '_>, name: &str) -> Option<usize> {
    facts.objects.iter().position(|object| {
        object.is_managed() && (object.id.as_deref() == Some(name) || object.arn.as_deref() == Some(name))
    })
}

/// The managed database of an identifier or ARN.
pub(super) fn database_object(facts: &Facts<'_, '_>, name: &str) -> Option<usize> {
    let recoveries = [Recovery::RdsInstance, Recovery::RdsCluster];
    facts.objects.iter().position(|object| {
        object.is_managed()
            && object.entry.is_some_and(|entry| recoveries.contains(&entry.recovery))
            && (object.arn.as_deref() == Some(name)
                || object.id.as_deref() == Some(name)
                || object.name() == name
                || object.owned.iter().any(|owned| owned.kind != ValueKind::Name && *owned.value == *name))
    })
}

/// The database whose backups a key opens, of those whose loss is not accepted.
pub(super) fn opened_by<'i>(facts: &Facts<'i, '_>, key: &Object<'_, '_>) -> Option<&'i str> {
    let arn = key.arn.as_deref()?;
    let databases = facts.objects.iter().filter(|object| {
        let recovery = object.entry.map(|entry| entry.recovery);
        object.is_managed() && matches!(recovery, Some(Recovery::RdsInstance | Recovery::RdsCluster))
    });
    let mut encrypted = databases.filter(|object| {
        let accepted =
            facts.input.settings.accepted_losses.iter().any(|loss| facts.meant_by(&loss.address, object));
        !accepted && replica_source(object).is_none() && object.text("kms_key_id").is_some_and(|id| id == arn)
    });
    encrypted.next().map(Object::address)
}

/// The managed bucket of a name.
pub(super) fn bucket_object(facts: &Facts<'_, '_>, name: &str) -> Option<usize> {
    facts.objects.iter().position(|object| {
        object.is_managed() && object.type_name() == "aws_s3_bucket" && object.id.as_deref() == Some(name)
    })
}

/// The bucket that stands for another: named, or the one of the recovery region that it is replicated to.
pub(super) fn bucket_counterpart(facts: &Facts<'_, '_>, name: &str) -> Found {
    if let Some(named) = named_bucket(facts, name) {
        return Found::Known(named.to_owned());
    }
    let Some(buckets) = facts.inventory().and_then(|inventory| inventory.buckets.as_ref()) else {
        return Found::Unknown;
    };
    let region_of =
        |name: &str| buckets.iter().find(|known| known.name == name).map(|known| known.region.as_str());
    let here = |bucket: &str| region_of(bucket) == Some(facts.recovery);
    let seen = buckets.iter().find(|bucket| bucket.name == name).map(|bucket| &bucket.replicates_to);
    if let Some(Some(targets)) = seen {
        return match targets.iter().find(|target| here(target)) {
            Some(target) => Found::Known(target.clone()),
            None => Found::Absent,
        };
    }
    // No region but the recovery's is asked for a bucket's settings: of a bucket elsewhere only the state tells.
    let targets = replication::replicated_by_state(facts, name);
    if let Some(target) = targets.iter().find(|target| here(target)) {
        return Found::Known(target.clone());
    }
    let all_elsewhere = !targets.is_empty() && targets.iter().all(|target| region_of(target).is_some());
    if seen.is_none() || all_elsewhere { Found::Absent } else { Found::Unknown }
}

/// The name of the bucket that drplan.hcl names for another, by whatever either is called.
pub(super) fn named_bucket<'i>(facts: &Facts<'i, '_>, name: &str) -> Option<&'i str> {
    if facts.input.settings.counterparts.is_empty() {
        return None;
    }
    let object = bucket_object(facts, name).map(|at| &facts.objects[at]);
    let arn = object.and_then(|object| object.arn.as_deref()).unwrap_or(name);
    let named = facts.named_counterpart(&[name, arn, object.map_or(name, Object::address)])?;
    Some(Arn::parse(named).map_or(named, |arn| arn.resource))
}

/// The buckets that one is replicated to, as the inventory has it, else by the rules of the state; `None` where neither
/// tells.
pub(super) fn replication_targets(facts: &Facts<'_, '_>, name: &str) -> Option<Vec<String>> {
    let buckets = facts.inventory().and_then(|inventory| inventory.buckets.as_ref());
    let seen = buckets.into_iter().flatten().find(|bucket| bucket.name == name);
    let of_inventory = seen.and_then(|bucket| bucket.replicates_to.clone());
    of_inventory
        .or_else(|| Some(replication::replicated_by_state(facts, name)).filter(|targets| !targets.is_empty()))
}

/// An issued certificate of the recovery region that covers all names of the primary's.
pub(super) fn certificate_counterpart(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    if let Some(named) =
        object.arn.as_deref().and_then(|arn| facts.named_counterpart(&[arn, object.address()]))
    {
        return Some(named.to_owned());
    }
    let mut domains = object.list("subject_alternative_names");
    domains.extend(object.text("domain_name").map(str::to_owned));
    if domains.is_empty() {
        return None;
    }
    certificate_covering(facts, &domains).map(|certificate| certificate.arn.clone())
}

/// An issued certificate of the recovery region that covers all these names.
pub(super) fn certificate_covering<'f>(
    facts: &'f Facts<'_, '_>,
    domains: &[String],
) -> Option<&'f Certificate> {
    let certificates = facts.inventory()?.certificates.as_ref()?;
    certificates
        .iter()
        .filter(|certificate| certificate.status == "ISSUED")
        .filter(|certificate| certificate.not_after.is_none_or(|end| end > facts.input.at))
        .find(|certificate| certificate.covers(domains))
}

/// The key that stands for another: named, its multi-region replica, or the bearer of the same alias. Always an ARN or an
/// id: the provider imports a key by its id, and by no alias.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/kms_key#import>
pub(super) fn key_counterpart(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    let (arn, id) = (object.arn.as_deref().unwrap_or_default(), object.id.as_deref().unwrap_or_default());
    let aliases = aliases_of(facts, object);
    let mut subjects = vec![arn, id, object.address()];
    subjects.extend(aliases.iter().copied());
    if let Some(named) = facts.named_counterpart(&subjects) {
        return named_key(facts, named);
    }
    let keys = facts.inventory()?.keys.as_ref()?;
    let replica = keys.iter().find(|key| {
        key.state == "Enabled"
            && (key.primary_arn.as_deref() == Some(arn) || (id.starts_with("mrk-") && key.id == id))
    });
    let by_alias = || {
        keys.iter().find(|key| {
            key.state == "Enabled" && key.aliases.iter().any(|alias| aliases.contains(&alias.as_str()))
        })
    };
    replica.or_else(by_alias).map(|key| key.arn.clone())
}

/// What drplan.hcl names, as an ARN or an id; `None` for a key of another region, and for an alias whose key nobody saw.
fn named_key(facts: &Facts<'_, '_>, named: &str) -> Option<String> {
    let arn = Arn::parse(named);
    if arn.as_ref().is_some_and(|arn| arn.region != facts.recovery) {
        return None;
    }
    let name = arn.map_or(named, |arn| arn.resource);
    if name.starts_with("alias/") {
        Some(facts.inventory()?.key(name)?.arn.clone())
    } else {
        Some(named.to_owned())
    }
}

/// The aliases of a key, by the state.
pub(super) fn aliases_of<'o>(facts: &'o Facts<'_, '_>, key: &Object<'_, '_>) -> Vec<&'o str> {
    let (arn, id) = (key.arn.as_deref().unwrap_or_default(), key.id.as_deref().unwrap_or_default());
    let aliases = facts.objects.iter().filter(|candidate| {
        candidate.is_managed()
            && candidate.type_name() == "aws_kms_alias"
            && candidate.region.as_deref() != Some(facts.recovery)
    });
    let of_key = aliases.filter(|alias| {
        let Some(target) = alias.text("target_key_id") else { return false };
        target == id || target == arn || alias.text("target_key_arn").unwrap_or_default() == arn
    });
    of_key.filter_map(|alias| alias.text("name")).collect()
}

/// Types that the whole text of a field of this name means: how a plain name is told from prose.
pub(super) fn meaning(field: &str) -> &'static [&'static str] {
    match field {
        "bucket" | "bucket_name" | "s3_bucket" => &["aws_s3_bucket"],
        "db_subnet_group_name" => &["aws_db_subnet_group"],
        "subnet_group_name" => &["aws_elasticache_subnet_group"],
        "parameter_group_name" | "db_parameter_group_name" | "db_cluster_parameter_group_name" => {
            &["aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_elasticache_parameter_group"]
        }
        "option_group_name" => &["aws_db_option_group"],
        "cluster_name" | "cluster" => &["aws_eks_cluster", "aws_ecs_cluster"],
        "cluster_identifier" => &["aws_rds_cluster"],
        "replicate_source_db" | "db_instance_identifier" | "dbinstanceidentifier" => &["aws_db_instance"],
        "replication_group_id" => &["aws_elasticache_replication_group"],
        "role" | "role_name" | "roles" => &["aws_iam_role"],
        "repository" | "repository_name" => &["aws_ecr_repository"],
        "db_name" | "dbname" | "database_name" | "database" | "pgdatabase" | "mysql_database"
        | "postgres_db" => &["aws_db_instance", "aws_rds_cluster"],
        "function_name" => &["aws_lambda_function"],
        "table_name" => &["aws_dynamodb_table"],
        "queue_name" => &["aws_sqs_queue"],
        "log_group_name" | "log_group" => &["aws_cloudwatch_log_group"],
        "instance_profile_name" | "iam_instance_profile" => &["aws_iam_instance_profile"],
        "key_name" => &["aws_key_pair"],
        "secret_id" | "secret_name" | "secretname" | "objectname" => &["aws_secretsmanager_secret"],
        _ => &[],
    }
}
