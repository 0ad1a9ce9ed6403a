//! Lists of services that answer in XML, without their SDK crates.
//!
//! EC2's crate alone takes as long to build as all the others together, for four lists; IAM's and CloudFront's are
//! next (`docs/adr/0002-aws-sdk.md`). The SDK's own orchestrator does the work: credentials, Signature Version 4,
//! retries, time-outs, the one HTTP client. Only calls that read are made.

use super::{Connection, Failure};
use crate::model::diagnostic::GapReason;

pub(super) mod endpoint;
mod wire;
pub mod xml;

use wire::Ask;

/// Whether a service has an endpoint in every region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One in each.
    Regional,
    /// One in a partition.
    Global,
}

/// A service that is asked this way.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Service id of the API model, which endpoint overrides are named after.
    pub id: &'static str,
    /// First label of the host.
    pub host: &'static str,
    /// Name in the signature.
    pub signing_name: &'static str,
    /// Version of the API.
    pub version: &'static str,
    /// Where its endpoints are.
    pub scope: Scope,
}

const fn regional(id: &'static str, host: &'static str, version: &'static str) -> Service {
    Service { id, host, signing_name: host, version, scope: Scope::Regional }
}

const fn global(id: &'static str, host: &'static str, version: &'static str) -> Service {
    Service { id, host, signing_name: host, version, scope: Scope::Global }
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/>
pub const EC2: Service = regional("EC2", "ec2", "2016-11-15");
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/>
pub const CLOUDWATCH: Service = regional("CloudWatch", "monitoring", "2010-08-01");
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/>
pub const ELB: Service = regional("Elastic Load Balancing", "elasticloadbalancing", "2012-06-01");
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/>
pub const ELB_V2: Service = regional("Elastic Load Balancing v2", "elasticloadbalancing", "2015-12-01");
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/>
pub const IAM: Service = global("IAM", "iam", "2010-05-08");
/// <https://docs.aws.amazon.com/cloudfront/latest/APIReference/>
pub const CLOUDFRONT: Service = global("CloudFront", "cloudfront", "2020-05-31");

/// How a list goes on: the parameter to send and the element that has its value.
#[derive(Clone, Copy, Debug)]
pub struct Paging {
    /// `NextToken`.
    pub send: &'static str,
    /// `nextToken`.
    pub receive: &'static str,
}

/// More pages than any account has: an endpoint that never ends its list is cut here.
const MOST_PAGES: usize = 5_000;

impl Connection {
    /// All pages of a list of a Query API, each as the text of its XML document.
    /// `action` is named as IAM does: `ec2:DescribeVpcs`.
    ///
    /// # Errors
    /// The first page that did not come, or was not the XML of this call.
    pub async fn query(
        &self,
        service: &Service,
        action: &'static str,
        parameters: Vec<(String, String)>,
        paging: Paging,
    ) -> Result<Vec<String>, Failure> {
        let name = action.split_once(':').map_or(action, |(_, name)| name);
        let mut form =
            vec![("Action".to_owned(), name.to_owned()), ("Version".to_owned(), service.version.to_owned())];
        form.extend(parameters);
        let list = List { action, root: format!("{name}Response"), paging };
        self.list(service, &list, |more| Ask::Form(form.iter().cloned().chain(more).collect())).await
    }

    /// All pages of a list behind a path, with the name of the answer's outermost element.
    ///
    /// # Errors
    /// As [`Connection::query`].
    pub async fn get(
        &self,
        service: &Service,
        action: &'static str,
        path: &'static str,
        root: &str,
        paging: Paging,
    ) -> Result<Vec<String>, Failure> {
        let list = List { action, root: root.to_owned(), paging };
        self.list(service, &list, |more| Ask::Get(path, more.into_iter().collect())).await
    }

    async fn list(
        &self,
        service: &Service,
        list: &List,
        ask: impl Fn(Option<(String, String)>) -> Ask,
    ) -> Result<Vec<String>, Failure> {
        let operation = wire::operation(self, service, list.action);
        let mut pages = Vec::new();
        let mut token: Option<String> = None;
        while pages.len() < MOST_PAGES {
            let more = token.clone().map(|token| (list.paging.send.to_owned(), token));
            let page = self.call(list.action, operation.invoke(ask(more))).await?;
            let next = {
                let document = list.parse(&page)?;
                xml::text(document.root_element(), list.paging.receive).map(str::to_owned)
            };
            pages.push(page);
            if next.is_none() {
                return Ok(pages);
            }
            if next == token {
                return Err(list.malformed("the next page is the same page"));
            }
            token = next;
        }
        Err(list.malformed("the list does not end"))
    }
}

struct List {
    action: &'static str,
    root: String,
    paging: Paging,
}

impl List {
    fn parse<'a>(&self, page: &'a str) -> Result<roxmltree::Document<'a>, Failure> {
        let promised =
            |document: &roxmltree::Document<'_>| document.root_element().tag_name().name() == self.root;
        let document = roxmltree::Document::parse(page).ok().filter(promised);
        document.ok_or_else(|| self.malformed("HTTP 200 with an answer that is not what the API promises"))
    }
    fn malformed(&self, what: &str) -> Failure {
        Failure::new(self.action, GapReason::Malformed, what)
    }
}

/// Takes the entries of pages that [`Connection::query`] or [`Connection::get`] has proven to be the answer to a call.
///
/// # Errors
/// A page without the list, or an entry that `entry` cannot take: dropping it would pass half a list for a whole one.
pub fn each<T>(
    action: &'static str,
    pages: &[String],
    list: &'static str,
    mut entry: impl FnMut(roxmltree::Node<'_, '_>) -> Option<T>,
) -> Result<Vec<T>, Failure> {
    let mut entries = Vec::new();
    for document in pages.iter().filter_map(|page| roxmltree::Document::parse(page).ok()) {
        let root = document.root_element();
        if xml::find(root, list).is_none() {
            return Err(Failure::malformed(action, list));
        }
        for node in xml::items(root, list) {
            entries.push(entry(node).ok_or_else(|| Failure::malformed(action, "whole entry"))?);
        }
    }
    Ok(entries)
}
