//! The recovery region as it is when a run asks: what planning was just told, else asked once for all checks.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::args::Apply;
use super::hints::Hints;
use crate::clients::aws::{Connection, Limits};
use crate::model::input::PlanningInput;
use crate::model::inventory::Inventory;
use crate::sources::aws::{self, InventoryRequest};
use crate::targets::proofs::World;

/// A step gives up a call after a minute: what has not answered by then is unproven.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(3),
    attempt: Duration::from_secs(15),
    call: Duration::from_secs(40),
    total: Duration::from_secs(50),
};

/// One region.
pub(super) struct Asked {
    region: String,
    request: InventoryRequest,
    known: OnceCell<Result<Arc<Inventory>, String>>,
}

impl Asked {
    /// Takes what planning was told, where it asked the region itself and not a recording.
    pub(super) fn new(args: &Apply, input: &PlanningInput<'_>, now: Timestamp) -> Self {
        let hints = Hints {
            settings: &input.settings,
            state: Some(&input.state),
            configuration: input.configuration.as_ref(),
            manifests: &input.manifests,
        };
        let recorded = args.offline || args.inventory.is_some() || !input.settings.inventory.is_empty();
        // What the region said before this process began is a copy.
        let told = input.inventory.as_ref().filter(|told| !recorded && told.taken_at == input.at);
        Self {
            region: input.recovery.clone(),
            request: hints.request(now),
            known: OnceCell::new_with(told.map(|told| Ok(Arc::new(told.clone())))),
        }
    }

    async fn ask(&self) -> Result<Arc<Inventory>, String> {
        let (region, request) = (self.region.clone(), self.request.clone());
        // Of a recording the compiler cannot tell that it may move between threads: it stays on one of its own.
        let recorded = tokio::task::spawn_blocking(move || {
            tokio::runtime::Handle::current().block_on(async {
                let connection = Connection::open(&region, LIMITS).await;
                let connection = connection.map_err(|problem| problem.message.clone())?;
                Ok(Arc::new(aws::record_inventory(&connection, &request).await))
            })
        });
        recorded.await.unwrap_or_else(|error| Err(error.to_string()))
    }
}

impl World for Asked {
    fn inventory(&self) -> BoxFuture<'_, Result<Arc<Inventory>, String>> {
        Box::pin(async { self.known.get_or_init(|| self.ask()).await.clone() })
    }
}
