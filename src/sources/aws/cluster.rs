//! EKS and ECR: clusters, versions and add-ons on offer, images by digest.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_eks::Client as Eks;
use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{Found, promised};
use crate::clients::aws::Connection;
use crate::model::inventory::{EksAddon, EksCluster, Image};

pub(super) struct Clusters {
    pub(super) clusters: Found<Vec<EksCluster>>,
    pub(super) versions: Found<Versions>,
    pub(super) addons: Found<Vec<EksAddon>>,
    pub(super) images: Found<Vec<Image>>,
}

/// Versions that a new cluster may have.
#[derive(Default)]
pub(super) struct Versions {
    /// All.
    pub(super) offered: Vec<String>,
    /// Those in extended support.
    pub(super) extended: Vec<String>,
}

pub(super) async fn read(connection: &Connection, repositories: &[String]) -> Clusters {
    let client = Eks::new(connection.sdk());
    let (clusters, versions, addons, images) = tokio::join!(
        clusters(connection, &client),
        versions(connection, &client),
        addons(connection, &client),
        images(connection, repositories),
    );
    Clusters { clusters, versions, addons, images }
}

async fn clusters(connection: &Connection, client: &Eks) -> Found<Vec<EksCluster>> {
    const LIST: &str = "eks:ListClusters";
    let mut names = Vec::new();
    for page in connection.pages(LIST, client.list_clusters().into_paginator().send()).await? {
        names.extend(promised(LIST, "clusters", page.clusters)?);
    }
    let described = futures_util::stream::iter(names).map(|name| cluster(connection, client, name));
    let described: Vec<Option<EksCluster>> = described.buffer_unordered(4).try_collect().await?;
    Ok(described.into_iter().flatten().collect())
}

/// `None` where it was deleted since it was listed.
async fn cluster(connection: &Connection, client: &Eks, name: String) -> Found<Option<EksCluster>> {
    const ACTION: &str = "eks:DescribeCluster";
    let answer = match connection.call(ACTION, client.describe_cluster().name(&name).send()).await {
        Err(failure) if failure.is(&["ResourceNotFoundException"]) => return Ok(None),
        answer => answer?,
    };
    let cluster = promised(ACTION, "cluster", answer.cluster)?;
    Ok(Some(EksCluster {
        arn: promised(ACTION, "arn", cluster.arn)?,
        status: promised(ACTION, "status", cluster.status)?.as_str().to_owned(),
        version: cluster.version.unwrap_or_default(),
        endpoint: cluster.endpoint,
        issuer: cluster.identity.and_then(|identity| identity.oidc).and_then(|oidc| oidc.issuer),
        name,
    }))
}

async fn versions(connection: &Connection, client: &Eks) -> Found<Versions> {
    const ACTION: &str = "eks:DescribeClusterVersions";
    let list = client.describe_cluster_versions().into_paginator().send();
    let (mut offered, mut extended) = (BTreeSet::new(), BTreeSet::new());
    for page in connection.pages(ACTION, list).await? {
        for version in promised(ACTION, "clusterVersions", page.cluster_versions)? {
            let name = promised(ACTION, "clusterVersion", version.cluster_version)?;
            match version.version_status.as_ref().map(|status| status.as_str()) {
                Some("UNSUPPORTED") => continue,
                Some("EXTENDED_SUPPORT") => {
                    extended.insert(name.clone());
                }
                _ => {}
            }
            offered.insert(name);
        }
    }
    Ok(Versions { offered: offered.into_iter().collect(), extended: extended.into_iter().collect() })
}

async fn addons(connection: &Connection, client: &Eks) -> Found<Vec<EksAddon>> {
    const ACTION: &str = "eks:DescribeAddonVersions";
    let list = client.describe_addon_versions().into_paginator().send();
    let mut found = Vec::new();
    for page in connection.pages(ACTION, list).await? {
        for addon in promised(ACTION, "addons", page.addons)? {
            let (mut versions, mut by_cluster) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
            for version in addon.addon_versions.unwrap_or_default() {
                let Some(name) = version.addon_version else { continue };
                let takers = version.compatibilities.unwrap_or_default();
                for cluster in takers.into_iter().filter_map(|taker| taker.cluster_version) {
                    by_cluster.entry(cluster).or_default().push(name.clone());
                }
                versions.push(name);
            }
            // An answer without any would say that no cluster takes it.
            let by_cluster = Some(by_cluster).filter(|known| !known.is_empty());
            let name = promised(ACTION, "addonName", addon.addon_name)?;
            found.push(EksAddon { name, versions, by_cluster });
        }
    }
    Ok(found)
}

/// Images of the repositories that were named, or of all. One repository that cannot be read leaves all unknown: the
/// list has no other way to say that an image of it may be there.
async fn images(connection: &Connection, repositories: &[String]) -> Found<Vec<Image>> {
    const LIST: &str = "ecr:DescribeRepositories";
    let client = aws_sdk_ecr::Client::new(connection.sdk());
    let mut names: BTreeSet<String> = repositories.iter().cloned().collect();
    if names.is_empty() {
        let list = client.describe_repositories().max_results(1000).into_paginator().send();
        for page in connection.pages(LIST, list).await? {
            for repository in promised(LIST, "repositories", page.repositories)? {
                names.insert(promised(LIST, "repositoryName", repository.repository_name)?);
            }
        }
    }
    let client = &client;
    let listed = futures_util::stream::iter(names).map(|name| images_of(connection, client, name));
    let listed: Vec<Vec<Image>> = listed.buffer_unordered(8).try_collect().await?;
    Ok(listed.into_iter().flatten().collect())
}

async fn images_of(
    connection: &Connection,
    client: &aws_sdk_ecr::Client,
    repository: String,
) -> Found<Vec<Image>> {
    const ACTION: &str = "ecr:DescribeImages";
    let list =
        client.describe_images().repository_name(&repository).max_results(1000).into_paginator().send();
    let pages = match connection.pages(ACTION, list).await {
        // A repository that is not there has no images.
        Err(failure) if failure.is(&["RepositoryNotFoundException"]) => return Ok(Vec::new()),
        Err(mut failure) => {
            failure.detail = failure.gap_about(&repository).detail;
            return Err(failure);
        }
        Ok(pages) => pages,
    };
    let mut found = Vec::new();
    for page in pages {
        for image in promised(ACTION, "imageDetails", page.image_details)? {
            found.push(Image {
                repository: repository.clone(),
                digest: promised(ACTION, "imageDigest", image.image_digest)?,
                tags: image.image_tags.unwrap_or_default(),
            });
        }
    }
    Ok(found)
}
