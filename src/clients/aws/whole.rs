//! Whether an answer in XML is whole.
//!
//! The SDK reads XML as a stream and takes the end of the text for the end of every open element: a list that was cut
//! short passes for a whole one, and a page without its token for the last one. JSON is refused by its own parser.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// Refuses an answer whose XML does not end.
#[derive(Clone, Copy, Debug)]
pub struct Whole;

#[dyn_dispatch_hint]
impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        // A body that is streamed to the caller is no document.
        let body = response.body().bytes().filter(|_| response.status().is_success());
        let Some(text) = body.filter(|body| body.trim_ascii_start().starts_with(b"<")) else { return Ok(()) };
        let text = std::str::from_utf8(text)?;
        roxmltree::Document::parse(text).map(|_| ()).map_err(|_| "the XML is not whole".into())
    }
}
