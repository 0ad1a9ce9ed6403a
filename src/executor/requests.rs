//! From a step of the plan to what is asked of a target: everything is filled in, or the step cannot begin.

mod passing;
mod primary;
mod proof;
mod reread;
mod waited;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::secret::Secret;
use crate::model::target::Outputs;
use crate::model::target::data::{DataRequest, Restore};
use crate::model::target::engine::{AddressChange, AddressRequest};
use crate::model::target::kube::{KubeObject, KubeRequest, ObjectRef, Released};
use crate::model::target::proof::ProofRequest;
use crate::model::target::traffic::TrafficRequest;
use crate::model::words::count;
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange, Hold, OverrideValue, Rewrite, Setting};
use crate::plan::left::{BALANCER, ID, ISSUER, Left};
use crate::plan::step::{Expects, Step};
use crate::plan::store::PlannedStore;

use primary::hosts_of_primary;
use proof::proof;

/// What is asked, by the kind of target that it is asked of.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Changes nothing.
    Proof(ProofRequest),
    /// The engine.
    Address(AddressRequest),
    /// Services that hold data.
    Data(DataRequest),
    /// Services that lead traffic, and trust.
    Traffic(TrafficRequest),
    /// The cluster.
    Kube(KubeRequest),
    /// A person.
    Gate(String),
    /// Nothing: it only joins others.
    Join,
}

/// The bodies of the objects that a plan applies.
pub trait Bodies: Send + Sync {
    /// The object of a step that applies one, as JSON, with its values replaced and its hold in it.
    ///
    /// # Errors
    /// In one sentence, why there is none.
    fn body(
        &self,
        step: &Step,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
    ) -> Result<Secret, String>;
    /// How many replicas the workload of a step is given when it is let go.
    fn replicas(&self, step: &Step) -> u32;
}

/// A value that a step waits for is not there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{step} has left no value {pointer}")]
pub struct Unknown {
    /// The step that was to leave it.
    pub step: String,
    /// The attribute.
    pub pointer: String,
}

/// Makes requests of the steps of one plan.
pub struct Requests<'p> {
    bodies: &'p dyn Bodies,
    stores: HashMap<&'p str, &'p PlannedStore>,
    /// Steps that apply an object, by `Kind/namespace/name`.
    objects: HashMap<&'p str, &'p Step>,
    /// Steps that apply what pods of the plan read.
    read: HashSet<&'p str>,
    /// Where steps leave what others wait for.
    places: Left<'p>,
    /// Hosts of the primary.
    primary: Vec<&'p str>,
    /// The step that asks the primary.
    probe: Option<&'p Step>,
    /// Whether a person stops the primary's writers.
    fence_by_hand: bool,
    /// Attributes that are asked of each step.
    wants: HashMap<&'p str, BTreeSet<String>>,
}

impl<'p> Requests<'p> {
    /// Reads what steps leave to each other.
    pub fn new(plan: &'p Plan, bodies: &'p dyn Bodies) -> Self {
        let applied = plan.steps.iter().filter(|step| matches!(step.action, Action::ApplyObject { .. }));
        let objects = applied.map(|step| (step.id.strip_prefix("manifests/").unwrap_or(&step.id), step));
        let mut requests = Self {
            bodies,
            stores: plan.stores.iter().map(|store| (store.address.as_str(), store)).collect(),
            objects: objects.collect(),
            read: reread::read(plan),
            places: Left::new(plan),
            primary: plan.steps.iter().flat_map(hosts_of_primary).collect(),
            probe: plan.steps.iter().find(|step| matches!(step.action, Action::ProbePrimary { .. })),
            fence_by_hand: false,
            wants: HashMap::new(),
        };
        for step in &plan.steps {
            for waited in requests.waited(&step.action) {
                requests.wants.entry(waited.step).or_default().insert(waited.pointer);
            }
        }
        requests
    }

    fn wants(&self, step: &Step) -> Vec<String> {
        self.wants.get(step.id.as_str()).into_iter().flatten().cloned().collect()
    }

    /// The same, where nothing but a person can stop the primary's writers.
    #[must_use]
    pub fn with_fence_by_hand(self) -> Self {
        Self { fence_by_hand: true, ..self }
    }

    /// How many ways the plan allows a step.
    #[must_use]
    pub fn alternatives(&self, step: &Step) -> u32 {
        let store = match &step.action {
            Action::RestoreDatabase { store, .. } | Action::RestoreCluster { store, .. } => store,
            _ => return 1,
        };
        let classes = self.stores.get(store.as_str()).map_or(1, |store| store.rule.classes.len());
        u32::try_from(classes).unwrap_or(u32::MAX).max(1)
    }

    /// What a step asks, with what others have left; `alternative` counts the plan's ways from 0.
    ///
    /// # Errors
    /// In one sentence, what it lacks.
    pub fn request(
        &self,
        step: &'p Step,
        left: &BTreeMap<String, Outputs>,
        alternative: u32,
    ) -> Result<Request, String> {
        let at = |step: &str, pointer: String| {
            let value = left.get(step).and_then(|outputs| outputs.get(&pointer));
            value.cloned().ok_or_else(|| Unknown { step: step.to_owned(), pointer })
        };
        let known = |value: &Option<String>, step: &Option<String>, pointer: &str| match (value, step) {
            (Some(value), _) => Ok(value.clone()),
            (None, Some(step)) => at(step, pointer.to_owned()).map_err(|unknown| unknown.to_string()),
            (None, None) => Err("the plan does not say what is put there".to_owned()),
        };
        let rewritten = |rewrite: &Rewrite| match (&rewrite.counterpart, &rewrite.known_after) {
            (Some(to), _) => Ok(to.clone()),
            (None, Some(step)) => {
                at(step, self.places.pointer(step, &rewrite.token, rewrite.owner.as_deref()))
            }
            // What nobody placed stays as it is; the plan says so in a finding.
            (None, None) => Ok(rewrite.token.clone()),
        };
        let settings = |settings: &[Setting]| -> Result<Vec<(String, String)>, String> {
            let one = |setting: &Setting| {
                Ok((setting.name.clone(), known(&setting.value, &setting.known_after, ID)?))
            };
            settings.iter().map(one).collect()
        };
        let wants = || self.wants(step);
        Ok(match &step.action {
            Action::Check { check } => Request::Proof(proof(check, &self.stores)),
            Action::ProbePrimary { region, hosts } => {
                Request::Proof(ProofRequest::Primary { region: region.clone(), hosts: hosts.clone() })
            }
            Action::ResolveName { name, ttl_seconds } => {
                let primary = self.primary.iter().map(|host| (*host).to_owned()).collect();
                Request::Proof(ProofRequest::Name { name: name.clone(), ttl_seconds: *ttl_seconds, primary })
            }
            Action::EngineConverged { left_out } => {
                Request::Proof(ProofRequest::Converged { left_out: left_out.clone() })
            }
            Action::ProbeEndpoint { host, host_known_after } => {
                Request::Proof(ProofRequest::Endpoint { host: known(host, host_known_after, BALANCER)? })
            }
            Action::Join { .. } => Request::Join,
            Action::Gate { ask, .. } => {
                let ends = ask.ends_with(['?', '.', '!']);
                let probed = self.probed(left);
                let probed = if ends { probed.trim_start_matches('.') } else { &probed };
                Request::Gate(format!("{ask}{probed}"))
            }
            Action::Fence { workloads, databases } if self.fence_by_hand => Request::Gate(format!(
                "stop the writers of the primary by hand ({}, {}), or accept that they may go on writing: two writers are \
                 worse than an outage{}",
                count(workloads.len(), "workload"),
                count(databases.len(), "database"),
                self.probed(left)
            )),
            Action::Fence { workloads, databases } => Request::Traffic(TrafficRequest::Fence {
                workloads: workloads.clone(),
                databases: databases.clone(),
            }),
            Action::Engine { address, change, import_id, import_known_after, overrides } => {
                let change = match change {
                    EngineChange::Create => AddressChange::Create,
                    EngineChange::Restore => AddressChange::Restore,
                    EngineChange::Carry => AddressChange::Carry,
                    EngineChange::Keep => AddressChange::Keep,
                    EngineChange::Import => {
                        let id = match (import_id, import_known_after) {
                            (None, None) => None,
                            _ => Some(known(import_id, import_known_after, ID)?),
                        };
                        AddressChange::Import { id }
                    }
                };
                let must_be_free = match &step.expects {
                    Expects::Absent { subject } => Some(subject.clone()),
                    Expects::Any | Expects::Present { .. } => None,
                };
                Request::Address(AddressRequest {
                    address: address.clone(),
                    change,
                    overrides: overrides
                        .iter()
                        .filter_map(|one| Some((one.argument.clone(), self.given(&one.value)?)))
                        .collect(),
                    must_be_free,
                    wants: wants(),
                })
            }
            Action::TrustIssuer { role, service_accounts, issuer_known_after } => {
                let issuer = at(issuer_known_after, ISSUER.to_owned());
                Request::Traffic(TrafficRequest::Trust {
                    role: role.clone(),
                    service_accounts: service_accounts.clone(),
                    issuer: issuer.map_err(|unknown| unknown.to_string())?,
                })
            }
            Action::RestoreDatabase { address, identifier, store, settings: of } => {
                let request = self.restore(address, identifier, store, alternative);
                Request::Data(DataRequest::Restore(Restore {
                    settings: settings(of)?,
                    wants: wants(),
                    ..request
                }))
            }
            Action::RestoreCluster { address, identifier, store, settings: of, instances } => {
                let request = self.restore(address, identifier, store, alternative);
                Request::Data(DataRequest::Restore(Restore {
                    is_cluster: true,
                    settings: settings(of)?,
                    instances: instances.clone(),
                    wants: wants(),
                    ..request
                }))
            }
            Action::PromoteReplica { identifier, settings: of, .. } => Request::Data(DataRequest::Promote {
                identifier: identifier.clone(),
                settings: settings(of)?,
                wants: wants(),
            }),
            Action::ModifyDatabase { identifier, settings: of, .. } => {
                Request::Data(DataRequest::Modify { identifier: identifier.clone(), settings: settings(of)? })
            }
            Action::SetPassword { identifier, source } => Request::Data(DataRequest::Password {
                identifier: identifier.clone(),
                source: source.clone(),
            }),
            Action::RestoreBackup { address, name, store } => Request::Data(DataRequest::Backup {
                address: address.clone(),
                name: name.clone(),
                point: self.stores.get(store.as_str()).and_then(|store| store.chosen.clone()),
                wants: wants(),
            }),
            Action::PromoteSecret { name, arn, .. } => Request::Data(DataRequest::PromoteSecret {
                name: name.clone(),
                arn: arn.clone(),
                wants: wants(),
            }),
            Action::SpliceSecret { name, splices } => {
                let one = |splice: &crate::plan::action::Splice| {
                    let to = match (&splice.counterpart, &splice.known_after) {
                        (Some(to), _) => to.clone(),
                        (None, Some(step)) => at(step, self.places.pointer(step, &splice.token, None))
                            .map_err(|unknown| unknown.to_string())?,
                        (None, None) => splice.token.clone(),
                    };
                    Ok((splice.path.clone(), splice.token.clone(), to))
                };
                let splices: Result<Vec<_>, String> = splices.iter().map(one).collect();
                Request::Data(DataRequest::SpliceSecret {
                    name: name.clone(),
                    splices: splices?,
                    wants: wants(),
                })
            }
            Action::WarmUp { identifier } => {
                Request::Data(DataRequest::WarmUp { identifier: identifier.clone() })
            }
            // Nothing of it is there before it is let go.
            Action::ApplyObject { hold: Some(Hold::Ask), .. } => Request::Join,
            Action::ApplyObject { .. } => self.apply(step, &rewritten, left)?,
            Action::AwaitReady { object } => self.awaited(object, left, &rewritten)?,
            Action::Release { object, hold } => {
                let applied = self.applied(object)?;
                let to = match hold {
                    Hold::Suspend => Released::Suspend(false),
                    Hold::Replicas => Released::Replicas(self.bodies.replicas(applied)),
                    Hold::Ask => return self.apply(applied, &rewritten, left),
                };
                Request::Kube(KubeRequest::Release { object: reference(applied)?, to })
            }
            Action::ChangeRecord {
                zone,
                name,
                record_type,
                set_identifier,
                from,
                to,
                to_known_after,
                ..
            } => {
                let pointer = to_known_after.as_deref().map(|step| self.places.pointer(step, from, None));
                Request::Traffic(TrafficRequest::Record {
                    zone: zone.clone(),
                    name: name.clone(),
                    record_type: record_type.clone(),
                    set_identifier: set_identifier.clone(),
                    from: from.clone(),
                    to: known(to, to_known_after, pointer.as_deref().unwrap_or(ID))?,
                })
            }
            Action::ChangeDistribution { id, rewrites, .. } => {
                let one = |rewrite: &Rewrite| {
                    let to = rewritten(rewrite).map_err(|unknown| unknown.to_string())?;
                    Ok((rewrite.path.clone(), rewrite.token.clone(), to))
                };
                let rewrites: Result<Vec<_>, String> = rewrites.iter().map(one).collect();
                Request::Traffic(TrafficRequest::Distribution { id: id.clone(), rewrites: rewrites? })
            }
        })
    }

    fn applied(&self, label: &str) -> Result<&'p Step, String> {
        self.objects.get(label).copied().ok_or_else(|| format!("the plan does not apply {label}"))
    }

    fn apply(
        &self,
        step: &Step,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
        left: &BTreeMap<String, Outputs>,
    ) -> Result<Request, String> {
        let body = self.bodies.body(step, value)?;
        let reference = reference(step)?;
        let read = self.read.contains(step.id.as_str());
        let reread = self.reread(step, &reference, &body, left)?;
        Ok(Request::Kube(KubeRequest::Apply(Box::new(KubeObject {
            read,
            reread,
            ..KubeObject::new(reference, body)
        }))))
    }

    fn given(&self, value: &OverrideValue) -> Option<String> {
        let store = self.stores.get(value.store())?;
        match value {
            OverrideValue::RecoveryPoint { .. } => store.chosen.clone(),
            OverrideValue::Class { .. } => store.rule.classes.first().cloned(),
        }
    }

    fn restore(&self, address: &str, identifier: &str, store: &str, alternative: u32) -> Restore {
        let store = self.stores.get(store);
        let class = store.and_then(|store| store.rule.classes.get(alternative as usize)).cloned();
        Restore {
            address: address.to_owned(),
            identifier: identifier.to_owned(),
            is_cluster: false,
            point: store.and_then(|store| store.chosen.clone()),
            class,
            settings: Vec::new(),
            instances: Vec::new(),
            wants: Vec::new(),
        }
    }
}

fn reference(step: &Step) -> Result<ObjectRef, String> {
    step.action.object().ok_or_else(|| format!("{} applies no object", step.id))
}
