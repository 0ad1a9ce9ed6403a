//! What becomes of every use in the example's manifests on the good day, derived by hand.

use drplan::plan::values::{Site, UseDisposition};

use crate::worlds::{World, example};

/// A use that stays.
const KEPT: &str = "kept";

/// File under `kubernetes/`, line, how the value begins, what it becomes: text, `after STEP`, or [`KEPT`].
#[rustfmt::skip]
const USES: &[(&str, u32, &str, &str)] = &[
    ("configmap.yaml", 10, "us-east-2", "us-west-2"),
    ("configmap.yaml", 11, "ecommerce-prod-primary.c7k4m2qzx9ab.", "after restore/module.rds.aws_db_instance.primary"),
    ("configmap.yaml", 12, "ecommerce-prod-read-replica.", "after infra/module.rds.aws_db_instance.read_replica"),
    ("configmap.yaml", 13, "5432", KEPT),
    ("configmap.yaml", 14, "ecommerce", KEPT),
    ("configmap.yaml", 15, "ecommerce-prod/db-credentials", KEPT),
    ("configmap.yaml", 16, "master.ecommerce-prod-carts.", "after infra/module.elasticache.aws_elasticache_replication_group.carts"),
    ("configmap.yaml", 17, "6379", KEPT),
    ("configmap.yaml", 19, "ecommerce-prod-media-us-east-2", "ecommerce-prod-media-us-west-2"),
    ("configmap.yaml", 20, "d3k2v7qpl9w1xy.cloudfront.net", KEPT),
    ("configmap.yaml", 21, "shop.example.com", KEPT),
    ("configmap.yaml", 22, "api.example.com", KEPT),
    ("cronjobs.yaml", 30, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/order-service@sha256:93d325d97e92638b163b5f0d7e98c834810a84862171b36bf0eaad1a9da21137"),
    ("cronjobs.yaml", 53, "arn:aws:iam::123456789012:role/ecommerce-prod-db-snapshot", KEPT),
    ("cronjobs.yaml", 98, "ecommerce-prod-primary", KEPT),
    ("deployments/cart-service.yaml", 7, "arn:aws:iam::123456789012:role/ecommerce-prod-cart-service", KEPT),
    ("deployments/cart-service.yaml", 51, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/cart-service:v2.14.3"),
    ("deployments/cart-service.yaml", 62, "master.ecommerce-prod-carts.", "after infra/module.elasticache.aws_elasticache_replication_group.carts"),
    ("deployments/order-service.yaml", 7, "arn:aws:iam::123456789012:role/ecommerce-prod-order-service", KEPT),
    ("deployments/order-service.yaml", 51, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/order-service@sha256:93d325d97e92638b163b5f0d7e98c834810a84862171b36bf0eaad1a9da21137"),
    ("deployments/order-service.yaml", 62, "ecommerce-prod-primary.c7k4m2qzx9ab.", "after restore/module.rds.aws_db_instance.primary"),
    ("deployments/payment-service.yaml", 7, "arn:aws:iam::123456789012:role/ecommerce-prod-payment-service", KEPT),
    ("deployments/payment-service.yaml", 51, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/payment-service@sha256:4f3135636f22c5127e7878a1fda8b227cf3aab9d30266710f685a2bbde250408"),
    ("deployments/payment-service.yaml", 62, "arn:aws:secretsmanager:us-east-2:", "arn:aws:secretsmanager:us-west-2:123456789012:secret:ecommerce-prod/api-keys-Qm4xTz"),
    ("deployments/product-service.yaml", 7, "arn:aws:iam::123456789012:role/ecommerce-prod-product-service", KEPT),
    ("deployments/product-service.yaml", 51, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/product-service:v5.2.0@sha256:c74463793dbce12971a121959054216bd83f94b66487aa501c2595376b22dee8"),
    ("deployments/product-service.yaml", 62, "ecommerce-prod-media-us-east-2.s3.", "ecommerce-prod-media-us-west-2.s3.us-west-2.amazonaws.com"),
    ("deployments/user-service.yaml", 7, "arn:aws:iam::123456789012:role/ecommerce-prod-user-service", KEPT),
    ("deployments/user-service.yaml", 51, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/user-service:v3.8.1@sha256:7cf1fe0e3c47ce206b5724b2a70f305c05bc6dfc999ed2b6ee59e002c51a5d71"),
    ("external-dns.yaml", 8, "arn:aws:iam::123456789012:role/ecommerce-prod-external-dns", KEPT),
    ("external-dns.yaml", 63, "example.com", KEPT),
    ("external-dns.yaml", 72, "us-east-2", "us-west-2"),
    ("ingress.yaml", 12, "subnet-04c9d8e2f16ab3757", "after infra/module.vpc.aws_subnet.public[1]"),
    ("ingress.yaml", 12, "subnet-0b71e4a9c3f52d806", "after infra/module.vpc.aws_subnet.public[0]"),
    ("ingress.yaml", 12, "subnet-0e25f7b6a81c4d903", "after infra/module.vpc.aws_subnet.public[2]"),
    ("ingress.yaml", 13, "sg-0f48b2d6e9a17c350", "after infra/module.eks.aws_security_group.ingress"),
    ("ingress.yaml", 16, "arn:aws:acm:us-east-2:", "arn:aws:acm:us-west-2:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1950"),
    ("ingress.yaml", 17, "arn:aws:wafv2:us-east-2:", "after infra/module.waf.aws_wafv2_web_acl.ingress"),
    ("ingress.yaml", 23, "api.example.com", KEPT),
    ("ingress.yaml", 73, "arn:aws:acm:us-east-2:", "arn:aws:acm:us-west-2:123456789012:certificate/91f6a3b7-0c5e-4d28-b7f4-3e8d6c2a1950"),
    ("migration-job.yaml", 26, "123456789012.dkr.ecr.us-east-2.", "123456789012.dkr.ecr.us-west-2.amazonaws.com/ecommerce/order-service@sha256:93d325d97e92638b163b5f0d7e98c834810a84862171b36bf0eaad1a9da21137"),
    ("monitoring/fluent-bit.yaml", 8, "arn:aws:iam::123456789012:role/ecommerce-prod-fluent-bit", KEPT),
    ("monitoring/fluent-bit.yaml", 60, "us-east-2", "us-west-2"),
    ("monitoring/fluent-bit.yaml", 61, "/ecommerce-prod/application", KEPT),
    ("monitoring/prometheus.yaml", 43, "us-east-2", "us-west-2"),
];

/// The uses of a plan in the manifests, sorted.
fn found() -> Vec<(String, u32, String, String)> {
    let plan = World::read(&example()).plan();
    let mut found = Vec::new();
    for value in &plan.values {
        for used in &value.uses {
            let Site::File { file, line, .. } = &used.site else { continue };
            let Some(file) = file.strip_prefix("kubernetes/") else { continue };
            let becomes = match (used.disposition, &used.counterpart, &used.known_after) {
                (UseDisposition::Rewritten, Some(to), None) => to.clone(),
                (UseDisposition::KnownAfter, None, Some(step)) => format!("after {step}"),
                (other, ..) => other.as_str().to_owned(),
            };
            found.push((file.to_owned(), *line, value.value.clone(), becomes));
        }
    }
    found.sort();
    found
}

#[test]
fn every_use_in_the_manifests_becomes_what_the_hand_says() {
    let found = found();
    let show = |(file, line, value, becomes): &(String, u32, String, String)| {
        format!("{file}:{line} {value} -> {becomes}")
    };
    let fits = |found: &(String, u32, String, String), row: &(&str, u32, &str, &str)| {
        found.0 == row.0 && found.1 == row.1 && found.2.starts_with(row.2) && found.3 == row.3
    };
    let unknown: Vec<String> =
        found.iter().filter(|one| !USES.iter().any(|row| fits(one, row))).map(show).collect();
    let absent: Vec<_> = USES.iter().filter(|row| !found.iter().any(|one| fits(one, row))).collect();
    assert!(
        unknown.is_empty() && absent.is_empty(),
        "not by hand: {unknown:#?}\nnot in the plan: {absent:#?}"
    );
    assert_eq!(found.len(), USES.len());
}
