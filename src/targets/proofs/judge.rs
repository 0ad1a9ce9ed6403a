//! What preflight asks, by the inventory of the recovery region.

use crate::model::inventory::Inventory;
use crate::model::target::Mismatch;
use crate::model::target::proof::ProofRequest;

/// What a check comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    /// Nobody could be asked: why.
    Unproven(String),
    Otherwise(Mismatch),
}

/// Judges a check; what the inventory does not know is unproven, never missing.
pub(super) fn judge(request: &ProofRequest, now: &Inventory) -> Verdict {
    match request {
        ProofRequest::StateBackend { backend } => state_backend(backend, now),
        ProofRequest::Quota { service, code, needs } => quota(service, code, *needs, now),
        ProofRequest::Offered { what, names, of } => offered(what, names, of, now),
        ProofRequest::Key { key } => one_of(now.keys.as_ref(), "kms:ListKeys", now, |_| match now.key(key) {
            None => otherwise(format!("key {key} is not in {}", now.region), KEY),
            Some(known) if known.state != "Enabled" => {
                otherwise(format!("key {key} is {} in {}", known.state, now.region), KEY)
            }
            Some(known) if known.usable == Some(false) => {
                otherwise(format!("whoever runs this may not use key {key}"), KEY)
            }
            Some(_) => Verdict::Holds,
        }),
        ProofRequest::Image { repository, reference } => {
            one_of(now.images_for(repository), "ecr:DescribeImages", now, |images| {
                let there = images.iter().any(|image| image.repository == *repository && image.is(reference));
                held(there, || format!("image {repository}{reference} is not in {}", now.region), IMAGE)
            })
        }
        ProofRequest::Certificate { arn, domains } => {
            one_of(now.certificates.as_deref(), "acm:ListCertificates", now, |known| {
                match known.iter().find(|one| one.arn == *arn) {
                    None => otherwise(format!("certificate {arn} is not in {}", now.region), CERTIFICATE),
                    Some(one) if one.status != "ISSUED" => {
                        otherwise(format!("certificate {arn} is {}", one.status), CERTIFICATE)
                    }
                    Some(one) if one.not_after.is_some_and(|end| end <= now.taken_at) => {
                        otherwise(format!("certificate {arn} has expired"), CERTIFICATE)
                    }
                    Some(one) => held(
                        one.covers(domains),
                        || {
                            format!(
                                "certificate {arn} covers {}, not all of {}",
                                one.domains.join(", "),
                                domains.join(", ")
                            )
                        },
                        CERTIFICATE,
                    ),
                }
            })
        }
        ProofRequest::Bucket { name } => one_of(now.buckets.as_deref(), "s3:ListBuckets", now, |buckets| {
            held(buckets.iter().any(|one| one.name == *name), || format!("bucket {name} is not there"), AGAIN)
        }),
        ProofRequest::RecoveryPoint { id: None } => Verdict::Holds,
        ProofRequest::RecoveryPoint { id: Some(id) } => recovery_point(id, now),
        ProofRequest::ControlPlane { service } => control_plane(service, now),
        // These are asked of no inventory.
        ProofRequest::Identity { .. }
        | ProofRequest::Primary { .. }
        | ProofRequest::Endpoint { .. }
        | ProofRequest::Name { .. }
        | ProofRequest::Converged { .. } => Verdict::Holds,
    }
}

const AGAIN: &str = "plan and approve again: another way may be open";
const KEY: &str =
    "have the key enabled, and its policy let whoever recovers use it; or plan with another: counterpart";
const IMAGE: &str = "push the image there, or name another in the manifests, then plan and approve again";
const CERTIFICATE: &str = "have one issued that covers these names, then plan and approve again";

fn otherwise(found: String, choice: &str) -> Verdict {
    let mut choices = vec![choice.to_owned()];
    if choice != AGAIN {
        choices.push("once it is so, apply the plan again: it goes on with this step".to_owned());
    }
    Verdict::Otherwise(Mismatch { found, choices })
}

fn held(holds: bool, found: impl FnOnce() -> String, choice: &str) -> Verdict {
    if holds { Verdict::Holds } else { otherwise(found(), choice) }
}

fn one_of<T>(list: Option<T>, call: &str, now: &Inventory, judged: impl FnOnce(T) -> Verdict) -> Verdict {
    list.map_or_else(|| unasked(call, now), judged)
}

/// Why a call gave no answer.
fn unasked(call: &str, now: &Inventory) -> Verdict {
    let service = call.split(':').next().unwrap_or(call);
    let of_service = |source: &str| source.split(':').next() == Some(service);
    let gap = now.gaps.iter().find(|gap| gap.source == call);
    let gap = gap.or_else(|| now.gaps.iter().find(|gap| of_service(&gap.source)));
    Verdict::Unproven(match gap {
        Some(gap) => format!("{} gave no answer: {}", gap.source, gap.detail),
        None => format!("{call} was not asked for this"),
    })
}

/// Kind and place of a backend: `s3 bucket/key`.
fn state_backend(backend: &str, now: &Inventory) -> Verdict {
    let Some(("s3", place)) = backend.split_once(' ') else {
        return Verdict::Unproven(format!(
            "drplan asks no backend of kind {}",
            backend.split(' ').next().unwrap_or("")
        ));
    };
    let bucket = place.split('/').next().unwrap_or(place);
    one_of(now.buckets.as_deref(), "s3:ListBuckets", now, |buckets| {
        let there = buckets.iter().any(|one| one.name == bucket);
        // Another account's bucket is in no list of this one.
        if there {
            Verdict::Holds
        } else {
            Verdict::Unproven(format!("bucket {bucket} is none of this account"))
        }
    })
}

fn quota(service: &str, code: &str, needs: u64, now: &Inventory) -> Verdict {
    const CALL: &str = "servicequotas:ListServiceQuotas";
    let known = now.quotas.iter().flatten().find(|one| one.service == service && one.code == code);
    let Some(known) = known else { return unasked(CALL, now) };
    match known.used {
        Some(used) => held(
            needs <= known.value.saturating_sub(used),
            || format!("{}: {needs} more are needed, and {used} of {} are in use", known.name, known.value),
            "have the quota raised (Service Quotas), or free what is not needed",
        ),
        None if needs > known.value => otherwise(
            format!("{}: {needs} are needed, and the limit is {}", known.name, known.value),
            "have the quota raised (Service Quotas)",
        ),
        None => Verdict::Unproven(format!("how much of {} is in use nobody tells", known.name)),
    }
}

fn offered(what: &str, names: &[String], of: &str, now: &Inventory) -> Verdict {
    let is_one = |name: &String| names.contains(name);
    let missing = || format!("no {what} of {} can be had in {}", names.join(", "), now.region);
    if names.is_empty() {
        return Verdict::Holds;
    }
    if what == "instance type" {
        return one_of(now.instance_types.as_deref(), "ec2:DescribeInstanceTypeOfferings", now, |types| {
            held(types.iter().any(|one| is_one(&one.name)), missing, AGAIN)
        });
    }
    let (engine, version) = of.split_once(' ').unwrap_or((of, ""));
    one_of(now.orderable_for(engine, version), "rds:DescribeOrderableDBInstanceOptions", now, |classes| {
        held(classes.iter().any(|one| one.engine == engine && is_one(&one.class)), missing, AGAIN)
    })
}

/// A point is told by its ARN or identifier, in whatever list it stands.
fn recovery_point(id: &str, now: &Inventory) -> Verdict {
    let is = |arn: &str, name: &str| arn == id || name == id;
    let lists = [
        now.automated_backups.as_ref().map(|list| list.iter().any(|one| is(&one.arn, &one.source))),
        now.db_snapshots.as_ref().map(|list| list.iter().any(|one| is(&one.arn, &one.id))),
        now.db_instances.as_ref().map(|list| list.iter().any(|one| one.id == id)),
        now.db_clusters.as_ref().map(|list| list.iter().any(|one| one.id == id)),
        now.cache_snapshots.as_ref().map(|list| list.iter().any(|one| one.name == id)),
        now.replication_groups.as_ref().map(|list| list.iter().any(|one| one.id == id)),
        now.backup_points.as_ref().map(|list| list.iter().any(|one| one.arn == id)),
    ];
    if lists.contains(&Some(true)) {
        Verdict::Holds
    } else if lists.contains(&None) {
        unasked("rds:DescribeDBSnapshots", now)
    } else {
        otherwise(format!("recovery point {id} is not in {} any more", now.region), AGAIN)
    }
}

/// Its lists were asked of the service itself: an answer is a control plane that answers.
fn control_plane(service: &str, now: &Inventory) -> Verdict {
    match service {
        "iam" => one_of(now.iam.as_ref(), "iam:ListRoles", now, |_| Verdict::Holds),
        "route53" => one_of(now.dns_zones.as_ref(), "route53:ListHostedZones", now, |_| Verdict::Holds),
        "cloudfront" => {
            one_of(now.distributions.as_ref(), "cloudfront:ListDistributions", now, |_| Verdict::Holds)
        }
        _ => Verdict::Unproven(format!("drplan asks {service} nothing that only its control plane answers")),
    }
}
