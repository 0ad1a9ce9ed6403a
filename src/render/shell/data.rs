//! Data comes back: databases, backups and secrets, by the calls that the steps stand for.

use super::checks::candidates;
use super::script::{Script, is_cluster, patience, restored, service};
use super::words::word;
use crate::model::paste;
use crate::plan::action::Setting;
use crate::plan::step::{Estimate, Step};
use crate::plan::store::{CandidateKind, PlannedStore};

/// Parameters that take several words.
const LISTS: [&str; 3] = ["VpcSecurityGroupIds", "EnableCloudwatchLogsExports", "DomainDnsIps"];

/// A parameter of the API as a flag of the command line, as botocore's `xform_name` makes one.
fn flag(parameter: &str) -> String {
    let chars: Vec<char> = parameter.chars().collect();
    let at = |index: usize| chars.get(index).copied().unwrap_or(' ');
    let mut out = String::from("--");
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).map_or(' ', at);
        let begins_word = c.is_ascii_uppercase() && at(index + 1).is_ascii_lowercase();
        let ends_word = c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if index > 0 && (begins_word || ends_word) {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Settings as arguments: those of one name together, truths as flags of their own.
fn arguments(script: &mut Script<'_>, settings: &[Setting]) -> Vec<String> {
    let mut arguments: Vec<(String, Vec<String>)> = Vec::new();
    for setting in settings {
        let name = flag(&setting.name);
        match setting.value.as_deref() {
            Some("true") => arguments.push((name, Vec::new())),
            Some("false") => arguments.push((name.replacen("--", "--no-", 1), Vec::new())),
            Some(list) if LISTS.contains(&setting.name.as_str()) => {
                let words = list.split(',').map(word);
                put(&mut arguments, name, words.collect());
            }
            _ => {
                let value = script.setting(setting);
                put(&mut arguments, name, vec![value]);
            }
        }
    }
    let joined = arguments
        .into_iter()
        .map(|(name, words)| std::iter::once(name).chain(words).collect::<Vec<_>>().join(" "));
    joined.collect()
}

fn put(arguments: &mut Vec<(String, Vec<String>)>, name: String, words: Vec<String>) {
    match arguments.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => known.extend(words),
        None => arguments.push((name, words)),
    }
}

pub(super) fn wait_for_instance(script: &mut Script<'_>, identifier: &str, estimate: &Estimate) {
    script.line(format!(
        "wait_until {} answer_is available aws rds describe-db-instances --db-instance-identifier {} \\",
        patience(estimate),
        word(identifier)
    ));
    script.line("  --query 'DBInstances[0].DBInstanceStatus' --output text");
}

pub(super) fn wait_for_cluster(
    script: &mut Script<'_>,
    service: &str,
    identifier: &str,
    estimate: &Estimate,
) {
    script.line(format!(
        "wait_until {} answer_is available aws {service} describe-db-clusters --db-cluster-identifier {} \\",
        patience(estimate),
        word(identifier)
    ));
    script.line("  --query 'DBClusters[0].Status' --output text");
}

/// Nothing of that name: a database that somebody began by hand is perhaps an empty one.
fn is_absent(script: &mut Script<'_>, service: &str, what: &str, identifier: &str) {
    script.line(format!(
        "if aws {service} describe-db-{what}s --db-{what}-identifier {} >/dev/null 2>&1; then",
        word(identifier)
    ));
    script.line(format!(
        "  stop {}",
        word(&format!(
            "there is a database {what} {identifier} already: look whose data is in it before anything else"
        ))
    ));
    script.line("fi");
}

/// The recovery point that the rule chose, as a variable of the script.
fn point(script: &mut Script<'_>, store: Option<&PlannedStore>) {
    if let Some(store) = store {
        candidates(script, store);
        if let [first, others @ ..] = store.rule.classes.as_slice()
            && !others.is_empty()
        {
            script.comment(
                "class: the first of these that can be ordered: ",
                &format!("{first}, {}", others.join(", ")),
            );
        }
    }
    match store.and_then(|store| store.chosen.as_deref()) {
        Some(chosen) => script.line(format!("point={}", word(chosen))),
        None => script.line("point=$(ask_value 'the recovery point to take')"),
    }
}

fn tags() -> String {
    "--tags \"Key=drplan:recovery-point,Value=$point\"".to_owned()
}

pub(super) fn restore_database(
    script: &mut Script<'_>,
    step: &Step,
    identifier: &str,
    store: &str,
    settings: &[Setting],
) {
    is_absent(script, "rds", "instance", identifier);
    let store = script.store(store);
    point(script, store);
    let name = word(identifier);
    let mut all = match store.and_then(PlannedStore::chosen).map(|chosen| chosen.kind) {
        Some(CandidateKind::AutomatedBackup) => vec![
            "--source-db-instance-automated-backups-arn \"$point\" --use-latest-restorable-time".to_owned(),
            format!("--target-db-instance-identifier {name}"),
        ],
        _ => {
            vec!["--db-snapshot-identifier \"$point\"".to_owned(), format!("--db-instance-identifier {name}")]
        }
    };
    let call = if all.len() == 2 && all.iter().any(|argument| argument.contains("automated")) {
        "restore-db-instance-to-point-in-time"
    } else {
        "restore-db-instance-from-db-snapshot"
    };
    all.extend(arguments(script, settings));
    all.push(tags());
    all.push("--query 'DBInstance.DBInstanceStatus' --output text".to_owned());
    script.command(&format!("aws rds {call}"), &all);
    wait_for_instance(script, identifier, &step.estimate);
}

pub(super) fn restore_cluster(
    script: &mut Script<'_>,
    step: &Step,
    (address, identifier, store): (&str, &str, &str),
    settings: &[Setting],
    instances: &[String],
) {
    let service = service(address);
    is_absent(script, service, "cluster", identifier);
    let store = script.store(store);
    point(script, store);
    let name = word(identifier);
    let mut all =
        vec![format!("--db-cluster-identifier {name}"), "--snapshot-identifier \"$point\"".to_owned()];
    let given = arguments(script, settings);
    let engine = settings.iter().find(|setting| setting.name == "Engine").and_then(|s| s.value.clone());
    let engine = engine.unwrap_or_else(|| match service {
        "docdb" => "docdb".to_owned(),
        "neptune" => "neptune".to_owned(),
        _ => "aurora-postgresql".to_owned(),
    });
    if !given.iter().any(|argument| argument.starts_with("--engine ")) {
        all.push(format!("--engine {}", word(&engine)));
    }
    all.extend(given);
    all.push(tags());
    all.push("--query 'DBCluster.Status' --output text".to_owned());
    script.command(&format!("aws {service} restore-db-cluster-from-snapshot"), &all);
    wait_for_cluster(script, service, identifier, &step.estimate);
    for instance in instances {
        let (instance, class) = instance.split_once(' ').unwrap_or((instance, ""));
        script.command(
            &format!("aws {service} create-db-instance"),
            &[
                format!("--db-cluster-identifier {name} --db-instance-identifier {}", word(instance)),
                format!("--db-instance-class {} --engine {}", word(class), word(&engine)),
                tags(),
                "--query 'DBInstance.DBInstanceStatus' --output text".to_owned(),
            ],
        );
    }
    for instance in instances {
        let instance = instance.split_once(' ').map_or(instance.as_str(), |(name, _)| name);
        script.line(format!(
            "wait_until {} answer_is available aws {service} describe-db-instances --db-instance-identifier {} \\",
            patience(&step.estimate),
            word(instance)
        ));
        script.line("  --query 'DBInstances[0].DBInstanceStatus' --output text");
    }
}

pub(super) fn promote(
    script: &mut Script<'_>,
    step: &Step,
    address: &str,
    identifier: &str,
    settings: &[Setting],
) {
    let name = word(identifier);
    let all = arguments(script, settings);
    let seconds = patience(&step.estimate);
    if !is_cluster(address) {
        let mut all = all;
        all.push("--query 'DBInstance.DBInstanceStatus' --output text".to_owned());
        script.line(format!(
            "replicates=$(aws rds describe-db-instances --db-instance-identifier {name} \\\n      --query \
             'DBInstances[0].ReadReplicaSourceDBInstanceIdentifier' --output text)"
        ));
        script.line("if [ \"$replicates\" != None ]; then");
        script.inside(|script| {
            script.command(&format!("aws rds promote-read-replica --db-instance-identifier {name}"), &all);
        });
        script.line("fi");
        script.line(format!(
            "wait_until {seconds} answer_is None aws rds describe-db-instances --db-instance-identifier {name} \\"
        ));
        script.line("  --query 'DBInstances[0].ReadReplicaSourceDBInstanceIdentifier' --output text");
        return wait_for_instance(script, identifier, &step.estimate);
    }
    match service(address) {
        "docdb" => script.line(format!(
            "ask_person {}",
            word(&format!(
                "Detach {identifier} from its global cluster: aws docdb remove-from-global-cluster (or \
                 switchover-global-cluster while the primary answers). Is it a cluster of its own now?"
            ))
        )),
        service => {
            script.line(format!(
                "aws {service} promote-read-replica-db-cluster --db-cluster-identifier {name} --query DBCluster.Status --output text"
            ));
            script.line(format!(
                "wait_until {seconds} answer_is None aws {service} describe-db-clusters --db-cluster-identifier {name} \\"
            ));
            script.line("  --query 'DBClusters[0].ReplicationSourceIdentifier' --output text");
            wait_for_cluster(script, service, identifier, &step.estimate);
        }
    }
}

pub(super) fn modify(
    script: &mut Script<'_>,
    step: &Step,
    address: &str,
    identifier: &str,
    settings: &[Setting],
) {
    let (service, what, shown) = if is_cluster(address) {
        (service(address), "cluster", "DBCluster.Status")
    } else {
        ("rds", "instance", "DBInstance.DBInstanceStatus")
    };
    let mut all = vec![format!("--db-{what}-identifier {} --apply-immediately", word(identifier))];
    all.extend(arguments(script, settings));
    all.push(format!("--query {shown} --output text"));
    script.command(&format!("aws {service} modify-db-{what}"), &all);
    script.comment("", "It says that it is available for some seconds still before it begins.");
    script.line("sleep 60");
    let renamed = settings.iter().find(|setting| setting.name.starts_with("NewDB"));
    let identifier = renamed.and_then(|setting| setting.value.as_deref()).unwrap_or(identifier);
    if what == "cluster" {
        wait_for_cluster(script, service, identifier, &step.estimate);
    } else {
        wait_for_instance(script, identifier, &step.estimate);
    }
}

pub(super) fn restore_backup(script: &mut Script<'_>, step: &Step, address: &str, name: &str, store: &str) {
    let store = script.store(store);
    point(script, store);
    let file = restored(name);
    script.comment("", "The vault that has the recovery point, and the role that AWS Backup restores by.");
    script.line("vault=${BACKUP_VAULT:-$(ask_value 'name of the backup vault')}");
    script.line("role=${BACKUP_ROLE:-$(ask_value 'ARN of the role that AWS Backup restores by')}");
    script.line("aws backup get-recovery-point-restore-metadata --backup-vault-name \"$vault\" --recovery-point-arn \"$point\" \\");
    script.line(format!("  --query RestoreMetadata --output json >\"$RUN/{file}.json\""));
    script.line(format!(
        "ask_person \"Edit $RUN/{file}.json: the new resource is\"{}\", with networks, keys and names of this region. Ready?\"",
        word(&format!(" {name} ({address})"))
    ));
    script.line(format!(
        "job=$(aws backup start-restore-job --recovery-point-arn \"$point\" --iam-role-arn \"$role\" \\\n      --metadata \
         \"file://$RUN/{file}.json\" --query RestoreJobId --output text)"
    ));
    script.line(format!(
        "wait_until {} answer_is COMPLETED aws backup describe-restore-job --restore-job-id \"$job\" --query Status --output text",
        patience(&step.estimate)
    ));
    script.line(format!(
        "aws backup describe-restore-job --restore-job-id \"$job\" --query CreatedResourceArn --output text >\"$RUN/{file}\""
    ));
}

/// What AWS cannot do: a person reads every table once.
pub(super) fn warm_up(script: &mut Script<'_>, identifier: &str) {
    let name = paste::shell(identifier);
    script.comment(
        "",
        &format!("A restored volume is read from S3 when it is asked for first: {name} is slow until then."),
    );
    script.comment(
        "",
        "From a machine in its network, with a user that may read all, read every table once; of PostgreSQL:",
    );
    script.comment("  ", "pg_dump --host HOST --username USER --dbname NAME --format plain >/dev/null");
    script.comment("", "and of MySQL:");
    script.comment(
        "  ",
        "mysqldump --host HOST --user USER --password --single-transaction --all-databases >/dev/null",
    );
    script.line(format!(
        "ask_person {}",
        word(&format!("Has {identifier} been warmed up, or can it be slow for the first hours?"))
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_those_of_the_command_line() {
        let flags = [
            "DBInstanceClass",
            "MultiAZ",
            "EnableIAMDatabaseAuthentication",
            "CACertificateIdentifier",
            "PerformanceInsightsKMSKeyId",
            "ServerlessV2ScalingConfiguration",
            "Iops",
            "VpcSecurityGroupIds",
        ]
        .map(flag);
        assert_eq!(
            flags,
            [
                "--db-instance-class",
                "--multi-az",
                "--enable-iam-database-authentication",
                "--ca-certificate-identifier",
                "--performance-insights-kms-key-id",
                "--serverless-v2-scaling-configuration",
                "--iops",
                "--vpc-security-group-ids"
            ]
        );
    }
}
