//! KMS, Secrets Manager, ACM: keys and aliases, secrets and replicas by name, certificates.

use std::collections::BTreeMap;

use aws_sdk_acm::types::{Filters, KeyAlgorithm};
use futures_util::StreamExt as _;

use super::{Found, Part, promised, summed, time};
use crate::clients::aws::{Connection, Failure};
use crate::model::inventory::{Certificate, Key, Secret};

pub(super) struct Secrets {
    pub(super) keys: Part<Vec<Key>>,
    pub(super) secrets: Found<Vec<Secret>>,
    pub(super) certificates: Found<Vec<Certificate>>,
}

pub(super) async fn read(connection: &Connection) -> Secrets {
    let (keys, secrets, certificates) =
        tokio::join!(keys(connection), secrets(connection), certificates(connection));
    Secrets { keys, secrets, certificates }
}

/// A key that may not be described is still a key: it is listed with state `unknown`, and a gap.
async fn keys(connection: &Connection) -> Part<Vec<Key>> {
    const DESCRIBE: &str = "kms:DescribeKey";
    let client = aws_sdk_kms::Client::new(connection.sdk());
    let (listed, aliases) = tokio::join!(key_ids(connection, &client), aliases(connection, &client));
    let (listed, mut aliases) = match (listed, aliases) {
        (Ok(listed), Ok(aliases)) => (listed, aliases),
        (listed, aliases) => {
            let failures = [listed.err(), aliases.err()];
            return Part {
                found: None,
                gaps: failures.into_iter().flatten().map(|failure| failure.gap()).collect(),
            };
        }
    };
    let client = &client;
    let described = futures_util::stream::iter(listed).map(|(id, arn)| async move {
        let answer = connection.call(DESCRIBE, client.describe_key().key_id(&id).send()).await;
        let answer = answer.and_then(|answer| promised(DESCRIBE, "KeyMetadata", answer.key_metadata));
        (id, arn, answer)
    });
    let described: Vec<_> = described.buffer_unordered(8).collect().await;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for (id, arn, answer) in described {
        let mut key = Key {
            aliases: aliases.remove(&id).unwrap_or_default(),
            id,
            arn,
            state: "unknown".to_owned(),
            primary_arn: None,
            usable: None,
        };
        match answer {
            Ok(metadata) => {
                if let Some(state) = metadata.key_state {
                    key.state = state.as_str().to_owned();
                }
                let primary = metadata.multi_region_configuration.and_then(|regions| regions.primary_key);
                key.primary_arn = primary.and_then(|primary| primary.arn);
            }
            Err(failure) => failures.push((format!("key/{}", key.id), failure)),
        }
        found.push(key);
    }
    Part { found: Some(found), gaps: summed(failures) }
}

async fn key_ids(connection: &Connection, client: &aws_sdk_kms::Client) -> Found<Vec<(String, String)>> {
    const ACTION: &str = "kms:ListKeys";
    let mut found = Vec::new();
    for page in connection.pages(ACTION, client.list_keys().limit(1000).into_paginator().send()).await? {
        for key in promised(ACTION, "Keys", page.keys)? {
            found.push((promised(ACTION, "KeyId", key.key_id)?, promised(ACTION, "KeyArn", key.key_arn)?));
        }
    }
    Ok(found)
}

async fn aliases(
    connection: &Connection,
    client: &aws_sdk_kms::Client,
) -> Found<BTreeMap<String, Vec<String>>> {
    const ACTION: &str = "kms:ListAliases";
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for page in connection.pages(ACTION, client.list_aliases().limit(100).into_paginator().send()).await? {
        for alias in promised(ACTION, "Aliases", page.aliases)? {
            // Aliases that AWS reserves have no key until a service is used.
            if let (Some(key), Some(name)) = (alias.target_key_id, alias.alias_name) {
                found.entry(key).or_default().push(name);
            }
        }
    }
    Ok(found)
}

async fn secrets(connection: &Connection) -> Found<Vec<Secret>> {
    const ACTION: &str = "secretsmanager:ListSecrets";
    let client = aws_sdk_secretsmanager::Client::new(connection.sdk());
    // A name stays taken until its deletion is over, so secrets that are being deleted are listed too.
    let list = client.list_secrets().include_planned_deletion(true).max_results(100).into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(ACTION, list).await? {
        for secret in promised(ACTION, "SecretList", page.secret_list)? {
            found.push(Secret {
                name: promised(ACTION, "Name", secret.name)?,
                arn: promised(ACTION, "ARN", secret.arn)?,
                primary_region: secret.primary_region.filter(|region| region != connection.region()),
                deleted_at: time(secret.deleted_date),
                kms_key: secret.kms_key_id,
            });
        }
    }
    Ok(found)
}

async fn certificates(connection: &Connection) -> Found<Vec<Certificate>> {
    const ACTION: &str = "acm:ListCertificates";
    let client = aws_sdk_acm::Client::new(connection.sdk());
    // Without a filter only RSA keys of 1,024 and 2,048 bits are listed:
    // <https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html>
    let every_algorithm = Filters::builder()
        .key_types(KeyAlgorithm::EcPrime256v1)
        .key_types(KeyAlgorithm::EcSecp384r1)
        .key_types(KeyAlgorithm::EcSecp521r1)
        .key_types(KeyAlgorithm::Rsa1024)
        .key_types(KeyAlgorithm::Rsa2048)
        .key_types(KeyAlgorithm::Rsa3072)
        .key_types(KeyAlgorithm::Rsa4096)
        .build();
    let list = client.list_certificates().includes(every_algorithm).max_items(1000).into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(ACTION, list).await? {
        for summary in promised(ACTION, "CertificateSummaryList", page.certificate_summary_list)? {
            let arn = promised(ACTION, "CertificateArn", summary.certificate_arn)?;
            let names = summary.subject_alternative_name_summaries.unwrap_or_default();
            // A summary holds 100 names at most.
            let cut = summary.has_additional_subject_alternative_names.unwrap_or(false);
            let whole = !names.is_empty() && !cut && summary.status.is_some();
            found.push(if whole {
                let status = summary.status.map(|status| status.as_str().to_owned()).unwrap_or_default();
                Certificate {
                    arn,
                    domains: domains(summary.domain_name, names),
                    status,
                    not_after: time(summary.not_after),
                }
            } else {
                certificate(connection, &client, arn).await?
            });
        }
    }
    Ok(found)
}

async fn certificate(
    connection: &Connection,
    client: &aws_sdk_acm::Client,
    arn: String,
) -> Result<Certificate, Failure> {
    const ACTION: &str = "acm:DescribeCertificate";
    let answer = connection.call(ACTION, client.describe_certificate().certificate_arn(&arn).send()).await?;
    let detail = promised(ACTION, "Certificate", answer.certificate)?;
    let status = promised(ACTION, "Status", detail.status)?;
    Ok(Certificate {
        arn,
        domains: domains(detail.domain_name, detail.subject_alternative_names.unwrap_or_default()),
        status: status.as_str().to_owned(),
        not_after: time(detail.not_after),
    })
}

fn domains(first: Option<String>, mut others: Vec<String>) -> Vec<String> {
    others.extend(first);
    others.sort();
    others.dedup();
    others
}
