//! Preflight: what is asked before the first write.

use super::script::Script;
use super::words::word;
use crate::plan::action::Check;
use crate::plan::store::{Candidate, CandidateKind, PlannedStore};

pub(super) fn check(script: &mut Script<'_>, check: &Check) {
    match check {
        Check::Identity { account } => {
            script.line("account=$(aws sts get-caller-identity --query Account --output text)");
            match account {
                Some(account) => script.line(format!(
                    "[ \"$account\" = {} ] || stop \"your credentials are of account $account\"",
                    word(account)
                )),
                None => {
                    script.line("ask_person \"your credentials are of account $account: is it the stack's?\"");
                }
            }
        }
        Check::StateBackend { backend } => match backend.split_once(' ') {
            Some(("s3", bucket)) if bucket != "partial" => {
                script.line(format!("aws s3api head-bucket --bucket {}", word(bucket)));
            }
            _ => script.line(format!(
                "ask_person {}",
                word(&format!("Can the engine keep its state in {backend}, outside of the lost region?"))
            )),
        },
        Check::Quota { service, code, needs } => {
            script.line(format!("quota_covers {} {} {needs}", word(service), word(code)));
        }
        Check::DbClass { store: _, classes, engine, engine_version } => {
            let named: Vec<String> = classes.iter().map(|class| word(class)).collect();
            script.line(format!("for class in {}; do", named.join(" ")));
            script.inside(|script| {
                script.line("count=$(aws rds describe-orderable-db-instance-options \\");
                script.line(format!("  --engine {} --engine-version {} \\", word(engine), word(engine_version)));
                script.line(
                    "  --db-instance-class \"$class\" --query 'length(OrderableDBInstanceOptions)' --output text)",
                );
                script.line("printf '%s: %s ways to order it\\n' \"$class\" \"$count\"");
            });
            script.line("done");
            script.line(
                "ask_person 'Can the first class be ordered? Else put the first that can into the restore, at --db-instance-class.'",
            );
        }
        Check::InstanceType { address: _, types } => {
            for name in types {
                script.line(format!(
                    "aws ec2 describe-instance-type-offerings --location-type availability-zone \\\n      --filters {} \\\n      \
                     --query 'InstanceTypeOfferings[].[InstanceType, Location]' --output text",
                    word(&format!("Name=instance-type,Values={name}"))
                ));
            }
            script.line(
                "ask_person 'Is a type offered in the zones of the nodes? The first that is, is taken; the code has to say the same.'",
            );
        }
        Check::Key { key } => script.line(format!(
            "answer_is True aws kms describe-key --key-id {} --query KeyMetadata.Enabled --output text || stop 'the key cannot be used'",
            word(key)
        )),
        Check::Image { repository, reference } => {
            let id = match reference.strip_prefix('@') {
                Some(digest) => format!("imageDigest={digest}"),
                None => format!("imageTag={}", reference.trim_start_matches(':')),
            };
            script.command(
                &format!("aws ecr describe-images --repository-name {}", word(repository)),
                &[format!("--image-ids {} --query 'imageDetails[0].imageDigest' --output text", word(&id))],
            );
        }
        Check::Certificate { arn, domains } => {
            if !domains.is_empty() {
                script.comment("it must cover ", &domains.join(", "));
            }
            // One of a distribution lies in us-east-1.
            let region = arn.split(':').nth(3).filter(|region| !region.is_empty());
            let region = region.map_or_else(String::new, |region| format!(" --region {}", word(region)));
            script.line(format!(
                "aws acm describe-certificate{region} --certificate-arn {} \\",
                word(arn)
            ));
            script.line("  --query 'Certificate.SubjectAlternativeNames' --output text");
            script.line(format!(
                "answer_is ISSUED aws acm describe-certificate{region} --certificate-arn {} \\",
                word(arn)
            ));
            script.line("  --query Certificate.Status --output text || stop 'the certificate is not issued'");
        }
        Check::Bucket { name } => script.line(format!("aws s3api head-bucket --bucket {}", word(name))),
        Check::RecoveryPoint { store } => match script.store(store) {
            Some(store) => recovery_point(script, store),
            None => script.line(format!("ask_person {}", word(&format!("Has {store} a recovery point?")))),
        },
        Check::ControlPlane { service } => {
            let call = match service.as_str() {
                "iam" => "aws iam list-roles --max-items 1",
                "route53" => "aws route53 get-hosted-zone-count",
                "s3" => "aws s3api list-buckets --max-items 1 --region us-east-1",
                "cloudfront" => "aws cloudfront list-distributions --max-items 1",
                _ => {
                    let asked = format!("Does the control plane of {service} answer?");
                    return script.line(format!("ask_person {}", word(&asked)));
                }
            };
            script.line(format!("{call} >/dev/null"));
        }
    }
}

/// What the rule of a store chose, looked at again; the newest that is there may be newer.
fn recovery_point(script: &mut Script<'_>, store: &PlannedStore) {
    candidates(script, store);
    let Some(chosen) = store.chosen() else {
        let asked =
            format!("The plan chose no recovery point of {}: {} Is there one now?", store.name, store.why);
        return script.line(format!("ask_person {}", word(&asked)));
    };
    let id = word(&chosen.id);
    let is_cluster_snapshot = chosen.id.contains(":cluster-snapshot:");
    let dated = match chosen.kind {
        CandidateKind::AutomatedBackup => format!(
            "aws rds describe-db-instance-automated-backups --db-instance-automated-backups-arn {id} \\\n    --query \
             'DBInstanceAutomatedBackups[0].RestoreWindow.LatestTime' --output text"
        ),
        CandidateKind::Snapshot | CandidateKind::BackupPoint if is_cluster_snapshot => format!(
            "aws rds describe-db-cluster-snapshots --db-cluster-snapshot-identifier {id} \\\n    --query \
             'DBClusterSnapshots[0].SnapshotCreateTime' --output text"
        ),
        CandidateKind::Snapshot | CandidateKind::BackupPoint
            if chosen.id.starts_with("arn:") && chosen.id.contains(":rds:") =>
        {
            format!(
                "aws rds describe-db-snapshots --db-snapshot-identifier {id} \\\n    --query 'DBSnapshots[0].SnapshotCreateTime' \
             --output text"
            )
        }
        CandidateKind::CacheSnapshot => format!(
            "aws elasticache describe-snapshots --snapshot-name {id} \\\n    --query \
             'Snapshots[0].NodeSnapshots[0].SnapshotCreateTime' --output text"
        ),
        _ => return present(script, chosen),
    };
    let at = script.looked_up(&dated);
    match store.rule.max_age_seconds {
        Some(most) => script.line(format!("young_enough {at} {most}")),
        None => script.line(format!("printf 'its data is of %s\\n' {at}")),
    }
}

fn present(script: &mut Script<'_>, chosen: &Candidate) {
    let id = word(&chosen.id);
    script.line(match chosen.kind {
        CandidateKind::SecretReplica => {
            format!("aws secretsmanager describe-secret --secret-id {id} --query ARN --output text")
        }
        CandidateKind::ReplicaBucket => format!("aws s3api head-bucket --bucket {id}"),
        CandidateKind::Replicated => {
            format!("aws ecr describe-repositories --repository-names {id} --query 'repositories[].repositoryUri' --output text")
        }
        CandidateKind::ReadReplica => {
            let name = chosen.id.rsplit(':').next().unwrap_or(&chosen.id);
            format!("ask_person {}", word(&format!("Is the replica {name} available, and its lag small enough?")))
        }
        CandidateKind::Source | CandidateKind::Empty => ": it takes no recovery point".to_owned(),
        CandidateKind::AutomatedBackup
        | CandidateKind::Snapshot
        | CandidateKind::BackupPoint
        | CandidateKind::Primary
        | CandidateKind::CacheSnapshot => {
            format!("ask_person {}", word(&format!("Is the recovery point {} there, and young enough?", chosen.id)))
        }
    });
}

/// Every recovery point that the plan knew, the chosen one marked.
pub(super) fn candidates(script: &mut Script<'_>, store: &PlannedStore) {
    for candidate in &store.candidates {
        let mark = if store.chosen.as_deref() == Some(candidate.id.as_str()) { "> " } else { "  " };
        let of = candidate.data_at.map_or_else(String::new, |at| format!(" of {at}"));
        let out = candidate.ruled_out.as_ref().map_or_else(String::new, |why| format!("; ruled out: {why}"));
        script.comment(mark, &format!("{}{of}: {}{out}", candidate.kind.as_str(), candidate.id));
    }
}
