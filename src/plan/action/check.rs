//! What preflight proves before the first write.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a preflight step proves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// The caller is of this account, by STS of the recovery region.
    Identity {
        /// Account.
        account: Option<String>,
    },
    /// The state can be kept outside the lost region.
    StateBackend {
        /// Kind and place of the backend.
        backend: String,
    },
    /// A quota has room.
    Quota {
        /// Service.
        service: String,
        /// Code.
        code: String,
        /// How much the plan adds.
        needs: u64,
    },
    /// A DB instance class can be ordered; the first that can is taken.
    DbClass {
        /// Store.
        store: String,
        /// Classes, in order.
        classes: Vec<String>,
        /// Engine.
        engine: String,
        /// Engine version.
        engine_version: String,
    },
    /// An EC2 instance type is offered; the first that is, is taken.
    InstanceType {
        /// Address.
        address: String,
        /// Types, in order.
        types: Vec<String>,
    },
    /// A KMS key can be used.
    Key {
        /// Key.
        key: String,
    },
    /// An image is there.
    Image {
        /// Repository.
        repository: String,
        /// `:tag` or `@sha256:...` as the manifests name it.
        reference: String,
    },
    /// A certificate is issued.
    Certificate {
        /// ARN.
        arn: String,
        /// Names it must cover.
        domains: Vec<String>,
    },
    /// A bucket is there.
    Bucket {
        /// Name.
        name: String,
    },
    /// A recovery point is there and young enough.
    RecoveryPoint {
        /// Store.
        store: String,
    },
    /// A global control plane answers.
    ControlPlane {
        /// `iam`, `route53`, `cloudfront`, `s3`.
        service: String,
    },
}
