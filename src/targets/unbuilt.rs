//! What no real target is built for yet: asked, it says so, and has no effect.

use futures_util::future::BoxFuture;

use super::Target;
use crate::model::target::{Acted, Mark, Seen, TargetError};

/// Refuses everything.
#[derive(Clone, Copy, Debug)]
pub struct Unbuilt;

impl<R: Sync> Target<R> for Unbuilt {
    fn look<'a>(&'a self, _: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>> {
        Box::pin(async move { Err(unbuilt(&mark.step)) })
    }

    fn act<'a>(&'a self, _: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>> {
        Box::pin(async move { Err(unbuilt(&mark.step)) })
    }
}

pub(super) fn unbuilt(step: &str) -> TargetError {
    TargetError {
        service: "drplan",
        call: step.to_owned(),
        code: TargetError::NOT_BUILT.to_owned(),
        status: None,
        message: "this drplan cannot do it for real yet".to_owned(),
        retry_after: None,
    }
}
