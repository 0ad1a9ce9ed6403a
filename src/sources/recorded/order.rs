//! The order of a recording: every list in it is a set, so each is sorted.
//!
//! Recordings are taken apart without `..`: a new field must say here how it is sorted.

use serde::Serialize;

use crate::model::inventory::{Asked, IamNames, Inventory, Workspace};
use crate::model::observation::Observation;

/// Sorts by the JSON text of the entries, which begins with what identifies them.
fn sort<T: Serialize>(list: &mut [T]) {
    list.sort_by_cached_key(|entry| serde_json::to_string(entry).unwrap_or_default());
}

/// Sorts a section after the lists within its entries.
fn section<T: Serialize>(list: &mut Option<Vec<T>>, mut within: impl FnMut(&mut T)) {
    if let Some(list) = list {
        list.iter_mut().for_each(&mut within);
        sort(list);
    }
}

fn flat<T>(_: &mut T) {}

pub(super) fn sort_inventory(recording: &mut Inventory) {
    let Inventory {
        format_version: _,
        kind: _,
        region: _,
        account: _,
        taken_at: _,
        gaps,
        zones,
        vpcs,
        instance_types,
        automated_backups,
        db_snapshots,
        db_instances,
        db_clusters,
        db_subnet_groups,
        db_parameter_groups,
        db_cluster_parameter_groups,
        orderable_classes,
        keys,
        secrets,
        images,
        certificates,
        buckets,
        eks_clusters,
        eks_versions,
        eks_extended,
        eks_addons,
        replication_groups,
        cache_snapshots,
        backup_points,
        quotas,
        dns_zones,
        health_checks,
        distributions,
        iam,
        workspace,
        asked,
    } = recording;
    gaps.sort();
    section(zones, flat);
    section(vpcs, flat);
    section(instance_types, |entry| entry.zones.sort());
    section(automated_backups, flat);
    section(db_snapshots, flat);
    section(db_instances, flat);
    section(db_clusters, flat);
    section(db_subnet_groups, flat);
    section(db_parameter_groups, flat);
    section(db_cluster_parameter_groups, flat);
    section(orderable_classes, |entry| entry.zones.sort());
    section(keys, |entry| entry.aliases.sort());
    section(secrets, flat);
    section(images, |entry| entry.tags.sort());
    section(certificates, |entry| entry.domains.sort());
    section(buckets, |entry| section(&mut entry.replicates_to, flat));
    section(eks_clusters, flat);
    section(eks_versions, flat);
    section(eks_extended, flat);
    section(eks_addons, |entry| {
        entry.versions.sort();
        entry.by_cluster.iter_mut().flat_map(|known| known.values_mut()).for_each(|versions| versions.sort());
    });
    section(replication_groups, flat);
    section(cache_snapshots, flat);
    section(backup_points, flat);
    section(quotas, flat);
    section(dns_zones, |zone| section(&mut zone.records, |record| record.values.sort()));
    section(health_checks, flat);
    section(distributions, |entry| {
        entry.aliases.sort();
        entry.origins.sort();
    });
    if let Some(IamNames { roles, policies, instance_profiles, oidc_providers, users }) = iam {
        [roles, policies, instance_profiles, oidc_providers, users]
            .into_iter()
            .for_each(|names| names.sort());
    }
    if let Some(Workspace { name: _, lineage: _, serial: _, addresses }) = workspace {
        addresses.sort();
    }
    if let Some(Asked { engines, repositories }) = asked {
        sort(engines);
        section(repositories, flat);
    }
}

pub(super) fn sort_observation(recording: &mut Observation) {
    let Observation {
        format_version: _,
        kind: _,
        region: _,
        account: _,
        taken_at: _,
        gaps,
        load_balancers,
        workloads,
        configs,
        records,
        stores,
    } = recording;
    gaps.sort();
    section(load_balancers, |entry| entry.security_groups.sort());
    section(workloads, |entry| sort(&mut entry.images));
    section(configs, |entry| entry.keys.sort());
    section(records, |entry| entry.record.values.sort());
    section(stores, flat);
}
