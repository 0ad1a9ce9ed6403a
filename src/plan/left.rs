//! What a step leaves to those after it: at which attribute of what it makes a value stands.

use std::collections::HashMap;

use super::Plan;
use super::values::{Site, UseDisposition};

/// Where the address of a load balancer stands in an Ingress or Service that is up.
pub const BALANCER: &str = "/status/loadBalancer/ingress/0/hostname";
/// Where the issuer of a cluster's tokens stands.
pub const ISSUER: &str = "/identity/0/oidc/0/issuer";
/// What a thing is called.
pub const ID: &str = "/id";

/// Attributes of the primary's owners, by the values that they have there.
#[derive(Debug)]
pub struct Left<'p> {
    attributes: HashMap<(&'p str, &'p str), &'p str>,
}

impl<'p> Left<'p> {
    /// Of the values of a plan.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
        let mut attributes = HashMap::new();
        for value in &plan.values {
            let Some(owner) = value.owner.as_deref() else { continue };
            for one in value.uses.iter().filter(|one| one.disposition == UseDisposition::Own) {
                if let Site::Resource { resource, path, within: None } = &one.site
                    && resource == owner
                {
                    attributes.entry((owner, value.value.as_str())).or_insert(path.as_str());
                }
            }
        }
        Self { attributes }
    }

    /// Where a step leaves what stands for a token of the primary: at the attribute in which the primary's owner has it.
    #[must_use]
    pub fn pointer(&self, step: &str, token: &str, owner: Option<&str>) -> String {
        if step.starts_with("manifests/ready/") {
            return BALANCER.to_owned();
        }
        let address = step.split_once('/').map_or(step, |(_, address)| address);
        let known = [owner, Some(address)]
            .into_iter()
            .flatten()
            .find_map(|owner| self.attributes.get(&(owner, token)));
        known.map_or_else(|| ID.to_owned(), |pointer| (*pointer).to_owned())
    }
}
