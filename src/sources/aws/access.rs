//! The way into the primary's cluster: by a kubeconfig, or by the EKS API and a token made here.

use super::{Found, promised};
use crate::clients::aws::{Connection, Failure, Limits};
use crate::clients::kube::session::Session;
use crate::clients::kube::token::{eks_token, eks_tokens};
use crate::clients::kube::{Cluster, Kubeconfig, PAGE, Source};
use crate::model::diagnostic::GapReason;

/// Which cluster is asked, and as whom.
#[derive(Clone, Debug)]
pub struct ClusterRequest {
    /// A kubeconfig that was given: it is used whatever it leads to.
    pub kubeconfig: Option<Source>,
    /// Name of the EKS cluster; else the state's, else the only one of the region.
    pub name: Option<String>,
    /// EKS clusters of the region that the state has.
    pub of_state: Vec<String>,
    /// Whether the environment's kubeconfig is taken where its current context leads to that cluster.
    pub environment: bool,
    /// How long to wait.
    pub limits: Limits,
    /// Entries of a page.
    pub page: u32,
}

impl Default for ClusterRequest {
    fn default() -> Self {
        let limits = Limits::default();
        Self { kubeconfig: None, name: None, of_state: Vec::new(), environment: true, limits, page: PAGE }
    }
}

/// As gaps name the choice of the cluster.
const CHOICE: &str = "kubernetes:Cluster";

/// Opens a connection to the cluster.
///
/// # Errors
/// No such cluster, none that can be told from others, or a sign-in that fails.
pub async fn open(connection: &Connection, request: &ClusterRequest) -> Found<Cluster> {
    let kubeconfig = match &request.kubeconfig {
        Some(source) => Kubeconfig::read(source)?,
        None => of_eks(connection, request).await?,
    };
    Ok(Cluster::open(kubeconfig, request.limits).await?.paged(request.page))
}

/// Opens a session that may write, and that signs in anew for as long as it lasts: by the kubeconfig that was named, else
/// as the AWS credentials say, and with a kubeconfig that leads there. The environment's kubeconfig is never taken.
///
/// # Errors
/// No such cluster, none that can be told from others, or a sign-in that fails.
pub async fn open_session(
    connection: &Connection,
    request: &ClusterRequest,
) -> Found<(Session, Option<Kubeconfig>)> {
    if let Some(source) = &request.kubeconfig {
        return Ok((Session::open(Kubeconfig::read(source)?, request.limits).await?, None));
    }
    let cluster = describe(connection, request).await?;
    let address = Kubeconfig::at_eks(&cluster.name, &cluster.endpoint, cluster.authority()?);
    let tokens = eks_tokens(connection.sdk(), connection.region(), &cluster.name);
    let session = Session::with_tokens(address, tokens, request.limits).await?;
    let authority = cluster.authority()?;
    let own = Kubeconfig::for_kubectl(&cluster.name, &cluster.endpoint, authority, connection.region());
    Ok((session, Some(own)))
}

const DESCRIBE: &str = "eks:DescribeCluster";

/// Where an EKS cluster is.
struct Described {
    name: String,
    endpoint: String,
    authority: Option<String>,
}

impl Described {
    fn authority(&self) -> Found<&str> {
        promised(DESCRIBE, "certificateAuthority", self.authority.as_deref())
    }
}

async fn describe(connection: &Connection, request: &ClusterRequest) -> Found<Described> {
    let client = aws_sdk_eks::Client::new(connection.sdk());
    let name = name(connection, &client, request).await?;
    let answer = connection.call(DESCRIBE, client.describe_cluster().name(&name).send()).await;
    let described =
        answer.map_err(|failure| Failure { detail: failure.gap_about(&name).detail, ..failure })?;
    let cluster = promised(DESCRIBE, "cluster", described.cluster)?;
    let endpoint = promised(DESCRIBE, "endpoint", cluster.endpoint)?;
    // A token is a sign-in: it is never sent in clear.
    if !endpoint.starts_with("https://") {
        return Err(Failure::malformed(DESCRIBE, "endpoint over TLS"));
    }
    let authority = cluster.certificate_authority.and_then(|authority| authority.data);
    Ok(Described { name, endpoint, authority })
}

async fn of_eks(connection: &Connection, request: &ClusterRequest) -> Found<Kubeconfig> {
    let cluster = describe(connection, request).await?;
    let own = request.environment.then(|| Kubeconfig::read(&Source::default()).ok()).flatten();
    if let Some(own) = own.filter(|own| own.leads_to(&cluster.endpoint)) {
        return Ok(own);
    }
    let token = eks_token(connection.sdk(), connection.region(), &cluster.name);
    let token = connection.within(CHOICE, token).await??;
    Ok(Kubeconfig::of_eks(&cluster.name, &cluster.endpoint, cluster.authority()?, &token))
}

async fn name(
    connection: &Connection,
    client: &aws_sdk_eks::Client,
    request: &ClusterRequest,
) -> Found<String> {
    const ACTION: &str = "eks:ListClusters";
    if let Some(name) = &request.name {
        return Ok(name.clone());
    }
    if !request.of_state.is_empty() {
        return only(request.of_state.clone(), "the state has");
    }
    let mut names = Vec::new();
    for page in connection.pages(ACTION, client.list_clusters().into_paginator().send()).await? {
        names.extend(promised(ACTION, "clusters", page.clusters)?);
    }
    only(names, &format!("{} has", connection.region()))
}

fn only(mut names: Vec<String>, place: &str) -> Found<String> {
    names.sort();
    match <[String; 1]>::try_from(names) {
        Ok([name]) => Ok(name),
        Err(names) if names.is_empty() => {
            let detail = format!(
                "{place} no EKS cluster: name a context of a kubeconfig (--context NAME, with --kubeconfig FILE where it is another)"
            );
            Err(Failure::new(CHOICE, GapReason::NotRecorded, detail))
        }
        Err(names) => {
            let detail =
                format!("{place} several EKS clusters ({}): say which with --cluster NAME", names.join(", "));
            Err(Failure::new(CHOICE, GapReason::NotRecorded, detail))
        }
    }
}
