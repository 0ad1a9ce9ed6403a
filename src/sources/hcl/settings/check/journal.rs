//! `journal { }`: what would be lost with what it is for.

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::Body;

use super::Check;
use crate::model::arn::Arn;
use crate::model::settings::JournalSettings;
use crate::sources::hcl::mask::Show;

impl Check<'_> {
    /// A journal that cannot be found, or that would be lost with what it is for.
    pub(super) fn journal(&mut self, body: &Body) {
        let Some(block) = body.blocks().find(|block| block.has_ident("journal")) else { return };
        let value = |body: &'_ Body, name: &str| body.get_attribute(name).map(|found| found.value.clone());
        if let Some(uri) = value(&block.body, "s3")
            && uri.as_str().is_some_and(|uri| JournalSettings::parts(uri).is_none())
        {
            let message = "s3 names no prefix of a bucket".to_owned();
            self.report(
                uri.span().unwrap_or_default(),
                Show::Token,
                message,
                "write s3 = \"s3://BUCKET/PREFIX\"".to_owned(),
            );
        }
        let primary = value(body, "primary");
        if let Some(region) = value(&block.body, "region")
            && region.as_str().is_some()
            && region.as_str() == primary.as_ref().and_then(Expression::as_str)
        {
            let message = "the journal of a recovery would be in the primary, and lost with it".to_owned();
            let fix = "name a bucket of the recovery region, and its region".to_owned();
            self.report(region.span().unwrap_or_default(), Show::Token, message, fix);
        }
        let text = |value: Option<Expression>| value.as_ref().and_then(Expression::as_str).map(str::to_owned);
        if let Some(key) = value(&block.body, "kms_key")
            && let Some(arn) = key.as_str()
            && let Some((message, fix)) =
                unfit_key(arn, text(value(&block.body, "region")).as_deref(), text(primary).as_deref())
        {
            self.report(key.span().unwrap_or_default(), Show::Token, message, fix.to_owned());
        }
    }
}

/// Why a key cannot encrypt what lies beside the journal, and what to write: S3 takes keys of the bucket's region alone.
fn unfit_key(arn: &str, region: Option<&str>, primary: Option<&str>) -> Option<(String, &'static str)> {
    const FIX: &str =
        "write kms_key = \"arn:aws:kms:REGION:ACCOUNT:key/ID\" with a key of the bucket's region";
    let Some(key) = Arn::parse(arn).filter(|key| key.service == "kms" && key.resource.starts_with("key/"))
    else {
        return Some(("kms_key is no ARN of a KMS key".to_owned(), FIX));
    };
    if Some(key.region) == primary {
        return Some(("this key is in the primary, and lost with it".to_owned(), FIX));
    }
    let other = region.filter(|region| *region != key.region)?;
    Some((format!("this key is of {}, and the bucket is in {other}", key.region), FIX))
}
