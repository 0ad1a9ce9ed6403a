//! The cluster, read live: what runs in it, and which Secrets and ConfigMaps it has.
//!
//! Only lists. No value of a Secret or a ConfigMap and no environment of a container is ever held: the types that
//! answers are read with have no place for them.

use serde::de::DeserializeOwned;

use crate::clients::kube::{Cluster, List};
use crate::model::diagnostic::Gap;
use crate::model::observation::{Config, Workload};

mod configs;
mod health;
mod objects;
mod pods;
mod workloads;

pub use health::read_health;

/// What a cluster says about itself. A section that did not come whole is unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// Workloads with the images that their pods run.
    pub workloads: Option<Vec<Workload>>,
    /// Secrets and ConfigMaps.
    pub configs: Option<Vec<Config>>,
    /// Lists that did not come.
    pub gaps: Vec<Gap>,
}

/// Asks a cluster.
pub async fn read(cluster: &Cluster) -> Recorded {
    let mut gaps = Vec::new();
    let (workloads, configs) =
        tokio::join!(Box::pin(workloads::read(cluster)), Box::pin(configs::read(cluster)));
    let workloads = workloads.keep(&mut gaps);
    let configs = configs.keep(&mut gaps);
    Recorded { workloads, configs, gaps }
}

/// A section, and gaps about it or a part of it.
struct Section<T> {
    found: Option<T>,
    gaps: Vec<Gap>,
}

impl<T> Section<T> {
    fn keep(self, gaps: &mut Vec<Gap>) -> Option<T> {
        gaps.extend(self.gaps);
        self.found
    }
}

/// A list, or none with a gap.
async fn list<T: DeserializeOwned>(cluster: &Cluster, list: &List) -> Section<Vec<T>> {
    match cluster.list(list).await {
        Ok(found) => Section { found: Some(found), gaps: Vec::new() },
        Err(failure) => Section { found: None, gaps: vec![failure.gap()] },
    }
}
