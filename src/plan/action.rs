//! Everything that a plan can do: one closed enum, every parameter decided.

mod check;
mod kind;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::step::Phase;
use crate::model::target::kube::ObjectRef;
pub use check::Check;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Proves that something the plan stands on is so, before the first write.
    Check {
        /// What is proven.
        check: Check,
    },
    /// Asks whether any part of the primary answers.
    ProbePrimary {
        /// Region.
        region: Option<String>,
        /// Hosts that are asked.
        hosts: Vec<String>,
    },
    /// Stops the writers of a primary that still answers; else has that decided now.
    Fence {
        /// Workloads that are scaled to 0, or suspended where they are CronJobs, `Kind/namespace/name`.
        workloads: Vec<String>,
        /// Databases whose ingress is revoked, by address.
        databases: Vec<String>,
    },
    /// The engine makes, imports or takes over one address.
    Engine {
        /// Address.
        address: String,
        /// What it is told.
        change: EngineChange,
        /// Import id, where it is known now.
        import_id: Option<String>,
        /// Step after which the import id is known.
        import_known_after: Option<String>,
        /// Arguments that the engine's copy of the code has otherwise than the code.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        overrides: Vec<Override>,
    },
    /// Joins many instances of one resource, so that what follows need not name each.
    Join {
        /// Address without index.
        address: String,
        /// How many instances.
        instances: u64,
    },
    /// Adds the new cluster's issuer to a shared role, beside the old one.
    TrustIssuer {
        /// Role.
        role: String,
        /// Service accounts, `namespace/name`.
        service_accounts: Vec<String>,
        /// Step after which the issuer is known.
        issuer_known_after: String,
    },
    /// Restores an RDS instance with every setting that a restore drops.
    RestoreDatabase {
        /// Address.
        address: String,
        /// Identifier of the new instance.
        identifier: String,
        /// The store whose rule chooses the recovery point.
        store: String,
        /// Settings, in the words of RestoreDBInstance*.
        settings: Vec<Setting>,
    },
    /// Restores an RDS cluster, with its instances.
    RestoreCluster {
        /// Address.
        address: String,
        /// Identifier of the new cluster.
        identifier: String,
        /// The store whose rule chooses the recovery point.
        store: String,
        /// Settings, in the words of RestoreDBCluster*.
        settings: Vec<Setting>,
        /// Instances, `identifier class`.
        instances: Vec<String>,
    },
    /// Promotes a replica of the recovery region.
    PromoteReplica {
        /// Address in the plan.
        address: String,
        /// Identifier of the replica.
        identifier: String,
        /// Settings that a promotion resets, in the words of PromoteReadReplica.
        settings: Vec<Setting>,
    },
    /// Sets what a restore or a promotion does not take; what holds already is not sent.
    ModifyDatabase {
        /// Address.
        address: String,
        /// Identifier of the instance or cluster.
        identifier: String,
        /// Settings, in the words of ModifyDBInstance or ModifyDBCluster.
        settings: Vec<Setting>,
    },
    /// Sets the password of a restored master user, by reference.
    SetPassword {
        /// Identifier of the database.
        identifier: String,
        /// `env:NAME`, `file:PATH`, `secret:NAME#KEY`; never the value.
        source: String,
    },
    /// Restores a store from AWS Backup.
    RestoreBackup {
        /// Address.
        address: String,
        /// Name of the new resource.
        name: String,
        /// The store whose rule chooses the recovery point.
        store: String,
    },
    /// Makes a secret's replica stand alone.
    PromoteSecret {
        /// Address.
        address: String,
        /// Name.
        name: String,
        /// ARN in the recovery region.
        arn: String,
    },
    /// Replaces owned tokens inside a secret's value, and nothing else of it.
    SpliceSecret {
        /// Name.
        name: String,
        /// The places.
        splices: Vec<Splice>,
    },
    /// Reads enough of a restored store that it answers at its usual speed.
    WarmUp {
        /// Identifier.
        identifier: String,
    },
    /// Applies one object by server-side apply.
    ApplyObject {
        /// File it stands in.
        file: String,
        /// Number of its document in the file, from 0.
        document: u32,
        /// What renders it; `None` where it stands in the file as it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rendered_by: Option<RenderedBy>,
        /// `apiVersion`.
        api_version: String,
        /// `kind`.
        object_kind: String,
        /// Namespace.
        namespace: Option<String>,
        /// Name.
        name: String,
        /// Values that are replaced in it.
        rewrites: Vec<Rewrite>,
        /// What is held back until its gate.
        hold: Option<Hold>,
        /// `sha256:` and hex over the document after redaction.
        document_digest: String,
    },
    /// Waits until a workload is up.
    AwaitReady {
        /// `Kind/namespace/name`.
        object: String,
    },
    /// Asks a person.
    Gate {
        /// What is asked.
        ask: String,
        /// Phase that it guards.
        before: Phase,
    },
    /// Moves one record set.
    ChangeRecord {
        /// Address, where the engine owns it.
        address: Option<String>,
        /// Zone.
        zone: String,
        /// Name.
        name: String,
        /// Type.
        record_type: String,
        /// Set identifier.
        set_identifier: Option<String>,
        /// What it points at now.
        from: String,
        /// What it is to point at, where that is known now.
        to: Option<String>,
        /// Step after which it is known.
        to_known_after: Option<String>,
        /// Time to live now, seconds.
        ttl_seconds: u64,
    },
    /// Points a distribution's origins at the recovery region.
    ChangeDistribution {
        /// Address.
        address: Option<String>,
        /// Distribution.
        id: String,
        /// Values that are replaced in its configuration.
        rewrites: Vec<Rewrite>,
    },
    /// Lets go of what was held back.
    Release {
        /// `Kind/namespace/name`.
        object: String,
        /// What was held.
        hold: Hold,
    },
    /// Asks an endpoint over HTTP.
    ProbeEndpoint {
        /// Host, where it is known now.
        host: Option<String>,
        /// Step after which it is known.
        host_known_after: Option<String>,
    },
    /// Asks resolvers for a name until the old answer has drained.
    ResolveName {
        /// Name.
        name: String,
        /// Time to live of the old answer, seconds.
        ttl_seconds: u64,
    },
    /// The engine's plan is empty but for what was left out.
    EngineConverged {
        /// Addresses that stay left out.
        left_out: Vec<String>,
    },
}

impl Action {
    /// The Job whose end it waits for, `Job/namespace/name`.
    #[must_use]
    pub fn awaited_job(&self) -> Option<&str> {
        match self {
            Self::AwaitReady { object } if object.starts_with("Job/") => Some(object),
            _ => None,
        }
    }

    /// The object that it applies, where it applies one.
    #[must_use]
    pub fn object(&self) -> Option<ObjectRef> {
        match self {
            Self::ApplyObject { api_version, object_kind, namespace, name, .. } => Some(ObjectRef {
                api_version: api_version.clone(),
                kind: object_kind.clone(),
                namespace: namespace.clone(),
                name: name.clone(),
            }),
            _ => None,
        }
    }
}

/// What the engine is told about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineChange {
    /// Makes it.
    Create,
    /// Imports it as a no-op.
    Import,
    /// Makes it from a recovery point, which an override names.
    Restore,
    /// Its value is put into the state first.
    Carry,
    /// It is in the recovery workspace already: read, and brought to what the code says.
    Keep,
}

/// An argument that an override file of the engine's copy gives to a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Argument, in the provider's words.
    pub argument: String,
    /// What it is given.
    pub value: OverrideValue,
    /// Why it is not what the code says.
    pub why: String,
}

/// What an override gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OverrideValue {
    /// The recovery point that the rule of a store chooses when the plan is applied.
    RecoveryPoint {
        /// Address of the store.
        store: String,
    },
    /// The class, of those that the rule of a store lists, under which the store came back.
    Class {
        /// Address of the store.
        store: String,
    },
}

impl OverrideValue {
    /// The store whose rule decides.
    #[must_use]
    pub fn store(&self) -> &str {
        match self {
            Self::RecoveryPoint { store } | Self::Class { store } => store,
        }
    }
}

/// A setting of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// Parameter, in the API's words.
    pub name: String,
    /// Value, where it is known now; lists joined by `,`.
    pub value: Option<String>,
    /// Step after which it is known.
    pub known_after: Option<String>,
    /// Where it is from: a state address and attribute, drplan.hcl, the inventory.
    pub from: String,
}

/// A replacement inside a secret: place and token, never the text around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Splice {
    /// JSON Pointer inside the secret's value; empty for the whole text.
    pub path: String,
    /// The owned token.
    pub token: String,
    /// What stands there afterwards.
    pub counterpart: Option<String>,
    /// Step after which that is known.
    pub known_after: Option<String>,
}

/// What renders an object. Folders are relative to that of drplan.hcl.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RenderedBy {
    /// `kubectl kustomize FOLDER`.
    Kustomization {
        /// Its folder.
        folder: String,
    },
    /// `helm template RELEASE FOLDER --include-crds --skip-tests`.
    Chart {
        /// Its folder.
        folder: String,
        /// Name of the release.
        release: String,
    },
}

/// A value that is replaced in an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// JSON Pointer to the string.
    pub path: String,
    /// The place inside an encoded string.
    pub within: Option<String>,
    /// The owned token.
    pub token: String,
    /// Its owner.
    pub owner: Option<String>,
    /// What stands there afterwards.
    pub counterpart: Option<String>,
    /// Step after which that is known.
    pub known_after: Option<String>,
}

/// What is held back so that nothing acts before its gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// `spec.suspend: true`.
    Suspend,
    /// `spec.replicas: 0`.
    Replicas,
    /// Not applied before a person says so.
    Ask,
}
