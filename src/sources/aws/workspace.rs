//! The recovery workspace's own state: what an earlier run, or a person, has already made there.

use super::Found;
use super::state::{self, StateRequest};
use crate::clients::aws::{Connection, Failure};
use crate::model::diagnostic::GapReason;
use crate::model::inventory::Workspace;
use crate::sources::tfstate::read_state;

/// Where the recovery workspace's state is.
#[derive(Clone, Debug)]
pub struct WorkspaceRequest {
    /// Name of the workspace.
    pub name: String,
    /// Its object; `workspace` in it is replaced by the name.
    pub state: StateRequest,
}

const ACTION: &str = "s3:GetObject";

/// Reads it. Not there: a workspace without addresses.
pub(super) async fn read(connection: &Connection, request: Option<&WorkspaceRequest>) -> Found<Workspace> {
    let Some(request) = request else {
        let detail = "where the recovery workspace's state is was not said";
        return Err(Failure::new(ACTION, GapReason::NotRecorded, detail));
    };
    let mut wanted = request.state.clone();
    wanted.workspace = Some(request.name.clone());
    let empty = Workspace { name: request.name.clone(), ..Workspace::default() };
    let object = match state::read_object(connection, &wanted).await {
        Ok(object) => object,
        Err(state::Refusal::Absent(_)) => return Ok(empty),
        Err(refusal) => return Err(refusal.failure()),
    };
    let unreadable = |why: String| Failure::new(ACTION, GapReason::Unreadable, why);
    let text =
        String::from_utf8(object.bytes).map_err(|_| unreadable("the state is not UTF-8".to_owned()))?;
    let state = read_state(&text, &object.origin).map_err(|bad| {
        let first = bad.0.first().map(|problem| problem.message.clone()).unwrap_or_default();
        unreadable(format!("{}: {first}", object.origin))
    })?;
    Ok(Workspace {
        lineage: Some(state.lineage),
        serial: Some(state.serial),
        addresses: state.instances.into_iter().map(|instance| instance.address).collect(),
        ..empty
    })
}
