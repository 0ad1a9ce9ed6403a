//! What effects are had on: one narrow trait, real clients, and a simulated region.
//!
//! A target has no choices and keeps no plan: it does the one thing that it is asked for, and says what it saw. It
//! does not retry, does not wait for long, and writes no journal: that is the executor's.

#[cfg(feature = "live")]
pub mod kube;
#[cfg(feature = "live")]
pub mod objects;
#[cfg(feature = "live")]
pub mod proofs;
pub mod sim;
pub mod unbuilt;

use futures_util::future::BoxFuture;

use crate::model::target::{Acted, Mark, Seen, TargetError};

/// A service that effects are had on; `R` is what it can be asked for.
pub trait Target<R>: Send + Sync {
    /// Looks at what a request is about, and changes nothing.
    ///
    /// # Errors
    /// The call that failed.
    fn look<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Seen, TargetError>>;

    /// Has the one effect of a request. Asked again with the same mark it has no second one, where the service can
    /// tell.
    ///
    /// # Errors
    /// The call that failed. Whether it had its effect nobody knows where the code is [`TargetError::LOST`].
    fn act<'a>(&'a self, request: &'a R, mark: &'a Mark) -> BoxFuture<'a, Result<Acted, TargetError>>;
}
