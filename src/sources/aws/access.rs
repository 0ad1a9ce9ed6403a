//! The way into the primary's cluster: by a kubeconfig, or by the EKS API and a token made here.

use super::{Found, promised};
use crate::clients::aws::{Connection, Failure, Limits};
use crate::clients::kube::token::eks_token;
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

async fn of_eks(connection: &Connection, request: &ClusterRequest) -> Found<Kubeconfig> {
    const ACTION: &str = "eks:DescribeCluster";
    let client = aws_sdk_eks::Client::new(connection.sdk());
    let name = name(connection, &client, request).await?;
    let answer = connection.call(ACTION, client.describe_cluster().name(&name).send()).await;
    let described =
        answer.map_err(|failure| Failure { detail: failure.gap_about(&name).detail, ..failure })?;
    let cluster = promised(ACTION, "cluster", described.cluster)?;
    let endpoint = promised(ACTION, "endpoint", cluster.endpoint)?;
    // A token is a sign-in: it is never sent in clear.
    if !endpoint.starts_with("https://") {
        return Err(Failure::malformed(ACTION, "endpoint over TLS"));
    }
    let own = request.environment.then(|| Kubeconfig::read(&Source::default()).ok()).flatten();
    if let Some(own) = own.filter(|own| own.leads_to(&endpoint)) {
        return Ok(own);
    }
    let authority = cluster.certificate_authority.and_then(|authority| authority.data);
    let authority = promised(ACTION, "certificateAuthority", authority)?;
    let token = connection.within(CHOICE, eks_token(connection.sdk(), connection.region(), &name)).await??;
    Ok(Kubeconfig::of_eks(&name, &endpoint, &authority, &token))
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
            let detail = format!("{place} no EKS cluster: give another with --kubeconfig FILE");
            Err(Failure::new(CHOICE, GapReason::NotRecorded, detail))
        }
        Err(names) => {
            let detail =
                format!("{place} several EKS clusters ({}): say which with --cluster NAME", names.join(", "));
            Err(Failure::new(CHOICE, GapReason::NotRecorded, detail))
        }
    }
}
