//! A proof of preflight in words.

use super::Described;
use crate::plan::action::Check;

pub(super) fn describe_check(check: &Check) -> Described {
    match check {
        Check::Identity { account } => Described::new(
            format!("prove that the caller is of account {}", account.as_deref().unwrap_or("(not named)")),
            "sts:GetCallerIdentity at the recovery region's endpoint",
        ),
        Check::StateBackend { backend } => Described::new(
            format!("prove that the state can be kept in {backend}"),
            "read and conditional write of the backend",
        )
        .on(backend),
        Check::Quota { service, code, needs } => Described::new(
            format!("prove that quota {service} {code} has room for {needs} more"),
            "servicequotas:GetServiceQuota",
        )
        .with("QuotaCode", code, service),
        Check::DbClass { store, classes, engine, engine_version } => {
            let shown = Described::new(
                format!("prove that a database class for {store} can be ordered"),
                "rds:DescribeOrderableDBInstanceOptions; the first that can is taken",
            )
            .on(store)
            .with("engine", format!("{engine} {engine_version}"), "");
            classes.iter().fold(shown, |s, class| s.with("class", class, ""))
        }
        Check::InstanceType { address, types } => {
            let shown = Described::new(
                format!("prove that an instance type of {address} is offered"),
                "ec2:DescribeInstanceTypeOfferings; the first that is, is taken",
            )
            .on(address);
            types.iter().fold(shown, |s, name| s.with("type", name, ""))
        }
        Check::Key { key } => {
            Described::new(format!("prove that key {key} can be used"), "kms:DescribeKey").on(key)
        }
        Check::Image { repository, reference } => Described::new(
            format!("prove that image {repository}{reference} is there"),
            "ecr:DescribeImages in the recovery region",
        )
        .on(format!("{repository}{reference}")),
        Check::Certificate { arn, domains } => {
            let shown =
                Described::new("prove that a certificate is issued", "acm:DescribeCertificate").on(arn);
            let shown = shown.with("CertificateArn", arn, "");
            domains.iter().fold(shown, |s, domain| s.with("covers", domain, ""))
        }
        Check::Bucket { name } => {
            Described::new(format!("prove that bucket {name} is there"), "s3:HeadBucket").on(name)
        }
        Check::RecoveryPoint { store } => Described::new(
            format!("prove that {store} has a recovery point that is young enough"),
            "the store's rule, resolved again",
        )
        .on(store),
        Check::ControlPlane { service } => Described::new(
            format!("prove that the control plane of {service} answers"),
            "a read of the service in us-east-1",
        ),
    }
}
