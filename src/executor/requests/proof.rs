//! What preflight asks.

use std::collections::HashMap;

use crate::model::target::proof::ProofRequest;
use crate::plan::action::Check;
use crate::plan::store::PlannedStore;

/// What a preflight step asks.
pub(super) fn proof(check: &Check, stores: &HashMap<&str, &PlannedStore>) -> ProofRequest {
    match check {
        Check::Identity { account } => ProofRequest::Identity { account: account.clone() },
        Check::StateBackend { backend } => ProofRequest::StateBackend { backend: backend.clone() },
        Check::Quota { service, code, needs } => {
            ProofRequest::Quota { service: service.clone(), code: code.clone(), needs: *needs }
        }
        Check::DbClass { classes, engine, engine_version, .. } => ProofRequest::Offered {
            what: "db class",
            names: classes.clone(),
            of: format!("{engine} {engine_version}"),
        },
        Check::InstanceType { types, .. } => {
            ProofRequest::Offered { what: "instance type", names: types.clone(), of: String::new() }
        }
        Check::Key { key } => ProofRequest::Key { key: key.clone() },
        Check::Image { repository, reference } => {
            ProofRequest::Image { repository: repository.clone(), reference: reference.clone() }
        }
        Check::Certificate { arn, domains } => {
            ProofRequest::Certificate { arn: arn.clone(), domains: domains.clone() }
        }
        Check::Bucket { name } => ProofRequest::Bucket { name: name.clone() },
        Check::RecoveryPoint { store } => ProofRequest::RecoveryPoint {
            id: stores.get(store.as_str()).and_then(|store| store.chosen.clone()),
        },
        Check::ControlPlane { service } => ProofRequest::ControlPlane { service: service.clone() },
    }
}
