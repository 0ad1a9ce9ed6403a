//! Values of the sample: one of each disposition.

use super::{ENDPOINT, PRIMARY, some};
use crate::model::value::ValueKind;
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

fn used(site: Site, disposition: UseDisposition, counterpart: Option<&str>, after: Option<&str>) -> Use {
    Use {
        site,
        disposition,
        counterpart: counterpart.map(str::to_owned),
        known_after: after.map(str::to_owned),
    }
}

fn in_file(file: &str, line: u32, object: &str, path: &str) -> Site {
    Site::File { file: file.to_owned(), line, object: some(object), path: path.to_owned(), within: None }
}

fn in_state(resource: &str, path: &str) -> Site {
    Site::Resource { resource: resource.to_owned(), path: path.to_owned(), within: None }
}

pub(super) fn values() -> Vec<OwnedValue> {
    let config =
        |line, path| in_file("kubernetes/configmap.yaml", line, "ConfigMap/ecommerce/ecommerce-config", path);
    let payment = |line, path| {
        in_file("kubernetes/deployments/payment.yaml", line, "Deployment/ecommerce/payment-service", path)
    };
    vec![
        OwnedValue {
            kind: ValueKind::Endpoint,
            value: ENDPOINT.to_owned(),
            owner: some(PRIMARY),
            uses: vec![
                used(in_state(PRIMARY, "/address"), UseDisposition::Own, None, None),
                used(config(8, "/data/DB_HOST"), UseDisposition::KnownAfter, None, Some("restore/primary")),
            ],
        },
        OwnedValue {
            kind: ValueKind::Region,
            value: "us-east-2".to_owned(),
            owner: None,
            uses: vec![
                used(config(11, "/data/AWS_REGION"), UseDisposition::Rewritten, Some("us-west-2"), None),
                used(
                    Site::Resource {
                        resource: "module.iam.aws_iam_role.payment".to_owned(),
                        path: "/assume_role_policy".to_owned(),
                        within: some("json:/Statement/0/Principal/Federated"),
                    },
                    UseDisposition::Kept,
                    None,
                    None,
                ),
                used(
                    payment(41, "/spec/template/spec/containers/0/env/2/value"),
                    UseDisposition::Unplaced,
                    None,
                    None,
                ),
            ],
        },
        OwnedValue {
            kind: ValueKind::Image,
            value: "123456789012.dkr.ecr.us-east-2.amazonaws.com/payment:1.4".to_owned(),
            owner: some("module.ecr.aws_ecr_repository.payment"),
            uses: vec![used(
                payment(22, "/spec/template/spec/containers/0/image"),
                UseDisposition::Rewritten,
                Some("123456789012.dkr.ecr.us-west-2.amazonaws.com/payment:1.4"),
                None,
            )],
        },
    ]
}
