//! What is asked and changes nothing: looking is all there is to it.

/// One thing to prove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofRequest {
    /// The caller is of this account, by STS of the recovery region.
    Identity {
        /// Account; `None` where the plan names none.
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
    /// One of these can be had.
    Offered {
        /// `db class` or `instance type`.
        what: &'static str,
        /// Names, in order.
        names: Vec<String>,
        /// Engine and version, of a class.
        of: String,
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
        /// `:tag` or `@sha256:...`.
        reference: String,
    },
    /// A certificate is issued.
    Certificate {
        /// ARN.
        arn: String,
        /// Names that it must cover.
        domains: Vec<String>,
    },
    /// A bucket is there.
    Bucket {
        /// Name.
        name: String,
    },
    /// A recovery point is there and young enough.
    RecoveryPoint {
        /// ARN or identifier; `None` where the rule chose none.
        id: Option<String>,
    },
    /// A global control plane answers.
    ControlPlane {
        /// `iam`, `route53`, `cloudfront`.
        service: String,
    },
    /// Whether any part of the primary answers. Both answers are good.
    Primary {
        /// Region.
        region: Option<String>,
        /// Hosts that are asked.
        hosts: Vec<String>,
    },
    /// An endpoint answers over HTTP.
    Endpoint {
        /// Host.
        host: String,
    },
    /// Resolvers give the new answer for a name.
    Name {
        /// Name.
        name: String,
        /// Time to live of the old answer, seconds.
        ttl_seconds: u64,
        /// Hosts of the primary: where the name still leads to one of them, the answer is the old one.
        primary: Vec<String>,
    },
    /// The engine's plan is empty but for what was left out.
    Converged {
        /// Addresses that stay left out.
        left_out: Vec<String>,
    },
}
