//! ARNs: `arn:partition:service:region:account:resource`.

/// The parts of an ARN, borrowed from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`.
    pub partition: &'a str,
    /// `rds`, `iam`.
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// Empty where the service has none (S3).
    pub account: &'a str,
    /// All that follows, `db:ecommerce-prod-primary`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Reads an ARN; `None` where the text is none.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let (arn, partition) = (parts.next()?, parts.next()?);
        let (service, region) = (parts.next()?, parts.next()?);
        let (account, resource) = (parts.next()?, parts.next()?);
        let sound =
            arn == "arn" && partition.starts_with("aws") && !service.is_empty() && !resource.is_empty();
        sound.then_some(Self { partition, service, region, account, resource })
    }

    /// The same ARN in another region; the account and the resource's name stay.
    #[must_use]
    pub fn in_region(&self, region: &str) -> String {
        format!("arn:{}:{}:{region}:{}:{}", self.partition, self.service, self.account, self.resource)
    }
}
