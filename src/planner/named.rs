//! What drplan.hcl says stands in the recovery region, held against what the inventory found there.
//!
//! Only where the inventory has the whole list: what was not asked for, of another account or in a third region, is
//! unknown and believed; what is lost with the primary is not.

use super::facts::{Facts, Object, is_account};
use super::findings::Findings;
use super::references;
use crate::model::arn::Arn;
use crate::model::diagnostic::Place;
use crate::model::inventory::Inventory;
use crate::model::settings::Counterpart;

/// What kind of thing a counterpart is.
#[derive(Clone, Copy)]
enum Kind {
    Key,
    Certificate,
    Bucket,
    Image,
}

/// What is wrong with a name, and the names that there are.
struct Problem {
    what: String,
    known: Vec<String>,
}

/// Checks every counterpart, key and bucket that drplan.hcl names.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let inventory = facts.inventory();
    for Counterpart { subject, to, place } in &facts.input.settings.counterparts {
        let kind = kind_of(facts, subject, to);
        let problem = kind.and_then(|kind| problem(facts, inventory?, kind, to));
        match problem.or_else(|| misplaced(facts, kind, to)).or_else(|| unresolved(facts, kind, subject, to))
        {
            Some(problem) => {
                report(findings, &format!("counterpart \"{subject}\""), to, problem, place.clone());
            }
            None if matches!(kind, Some(Kind::Bucket)) => check_fed(facts, subject, to, place, findings),
            None => {}
        }
    }
    for rewrite in &facts.input.settings.rewrites {
        let (Some(to), Some(inventory)) = (&rewrite.to, inventory) else { continue };
        let is_bucket = |object: &Object<'_, '_>| {
            ["bucket", "s3_bucket"].iter().any(|argument| object.text(argument) == Some(&*rewrite.text))
        };
        let made = |object: &Object<'_, '_>| object.type_name() == "aws_s3_bucket";
        // What is the stack's own is made, or has a counterpart.
        let named = facts.objects.iter().any(is_bucket)
            && !facts.objects.iter().any(|object| made(object) && is_bucket(object));
        if let Some(problem) = bucket_problem(facts, inventory, to).filter(|_| named) {
            report(findings, &format!("rewrite \"{}\"", rewrite.text), to, problem, rewrite.place.clone());
        }
    }
    for database in &facts.input.settings.databases {
        let Some(key) = &database.kms_key_id else { continue };
        let problem = inventory.and_then(|inventory| problem(facts, inventory, Kind::Key, key));
        if let Some(problem) = problem.or_else(|| misplaced(facts, Some(Kind::Key), key)) {
            let who = format!("database \"{}\"", database.name);
            report(findings, &who, key, problem, database.place.clone());
        }
    }
}

/// What lies where the recovery cannot reach or use it, which its ARN alone tells.
fn misplaced(facts: &Facts<'_, '_>, kind: Option<Kind>, to: &str) -> Option<Problem> {
    let region = Arn::parse(to).map(|arn| arn.region)?;
    // A key opens nothing outside its region.
    let unusable = matches!(kind, Some(Kind::Key)) && !region.is_empty() && region != facts.recovery;
    (facts.is_lost(to) || unusable).then(|| Problem {
        what: format!("which lies in {region} and cannot be used in {}", facts.recovery),
        known: Vec::new(),
    })
}

/// An alias stands for a key of the state only where the inventory tells whose it is: keys are imported by their id.
fn unresolved(facts: &Facts<'_, '_>, kind: Option<Kind>, subject: &str, to: &str) -> Option<Problem> {
    let alias = Arn::parse(to).map_or(to, |arn| arn.resource);
    let is_alias = matches!(kind, Some(Kind::Key)) && alias.starts_with("alias/");
    if !is_alias || facts.inventory().is_some_and(|inventory| inventory.key(alias).is_some()) {
        return None;
    }
    let is_key = |object: &&Object<'_, '_>| {
        object.type_name() == "aws_kms_key"
            && (is_called(facts, subject, object) || references::aliases_of(facts, object).contains(&subject))
    };
    facts.objects.iter().filter(|object| object.is_managed()).find(is_key)?;
    Some(Problem {
        what: format!(
            "and which key of {} that is the inventory does not tell: a key is imported by its id",
            facts.recovery
        ),
        known: Vec::new(),
    })
}

/// A bucket that nothing is replicated to comes into the place of the primary's without its objects.
fn check_fed(facts: &Facts<'_, '_>, subject: &str, to: &str, place: &Option<Place>, findings: &mut Findings) {
    let bucket = facts.objects.iter().find(|object| {
        object.is_managed() && object.type_name() == "aws_s3_bucket" && is_called(facts, subject, object)
    });
    let name = bucket.map_or_else(|| subject.to_owned(), Object::name);
    let to = Arn::parse(to).map_or(to, |arn| arn.resource);
    let Some(targets) = references::replication_targets(facts, &name) else { return };
    if targets.iter().any(|target| target == to) {
        return;
    }
    let instead = match targets.as_slice() {
        [] => "nothing replicates it".to_owned(),
        targets => format!("it is replicated to {}", targets.join(" and ")),
    };
    findings.add(
        "bucket-not-fed",
        bucket.map_or(name.as_str(), Object::address),
        format!("drplan.hcl names {to} for bucket {name}, and {instead}: whether its objects are there nobody tells"),
        format!(
            "replicate it to {to} (and what is in it already by S3 Batch Replication), or see that something else \
             copies it: `aws s3 ls s3://{to} --summarize --human-readable --recursive`"
        ),
        place.clone(),
    );
}

/// Whether drplan.hcl means this object: by address, id or ARN.
fn is_called(facts: &Facts<'_, '_>, subject: &str, object: &Object<'_, '_>) -> bool {
    facts.meant_by(subject, object)
        || object.id.as_deref() == Some(subject)
        || object.arn.as_deref() == Some(subject)
}

fn report(findings: &mut Findings, who: &str, named: &str, problem: Problem, at: Option<Place>) {
    let Problem { what, mut known } = problem;
    // AWS's own keys stand for no key of a stack: nobody but the service may use or manage them.
    known.retain(|known| !known.contains("alias/aws/"));
    known.sort();
    known.dedup();
    let fix = match crate::model::nearest(named, known.iter().map(String::as_str)) {
        Some(near) if near != named => {
            format!("is \"{near}\" meant? Otherwise make it there before it is needed")
        }
        _ if known.is_empty() => "make it there before it is needed, or remove the block".to_owned(),
        _ => {
            known.retain(|known| known != named);
            known.truncate(3);
            format!("name what is there ({}), or make it there before it is needed", known.join(", "))
        }
    };
    findings.add("subject-unknown", named, format!("{who} of drplan.hcl names \"{named}\", {what}"), fix, at);
}

/// By its own form where that is unmistakable, else by that of what it stands for.
fn kind_of(facts: &Facts<'_, '_>, subject: &str, to: &str) -> Option<Kind> {
    let by_form = |text: &str| match Arn::parse(text).map(|arn| arn.service) {
        Some("kms") => Some(Kind::Key),
        Some("acm") => Some(Kind::Certificate),
        Some("s3") => Some(Kind::Bucket),
        Some(_) => None,
        None if text.starts_with("alias/") || text.starts_with("mrk-") => Some(Kind::Key),
        None if image_of(text).is_some() => Some(Kind::Image),
        None => None,
    };
    by_form(to).or_else(|| by_form(subject)).or_else(|| {
        let means = |object: &&Object<'_, '_>| object.is_managed() && is_called(facts, subject, object);
        match facts.objects.iter().find(means)?.type_name() {
            "aws_kms_key" | "aws_kms_replica_key" | "aws_kms_alias" => Some(Kind::Key),
            "aws_acm_certificate" => Some(Kind::Certificate),
            "aws_s3_bucket" => Some(Kind::Bucket),
            _ => None,
        }
    })
}

fn problem(facts: &Facts<'_, '_>, inventory: &Inventory, kind: Kind, to: &str) -> Option<Problem> {
    let arn = Arn::parse(to);
    let account = arn.as_ref().map(|arn| arn.account).filter(|account| is_account(account));
    if let (Some(account), Some(known)) = (account, &inventory.account)
        && account != known
    {
        return None;
    }
    let region = arn.as_ref().map(|arn| arn.region).filter(|region| !region.is_empty());
    match kind {
        Kind::Key => key_problem(facts, inventory, to, region),
        Kind::Certificate => certificate_problem(facts, inventory, to, region),
        Kind::Bucket => bucket_problem(facts, inventory, arn.map_or(to, |arn| arn.resource)),
        Kind::Image => image_problem(facts, inventory, to),
    }
}

fn elsewhere(region: &str, recovery: &str, known: Vec<String>) -> Option<Problem> {
    Some(Problem { what: format!("which lies in {region} and cannot be used in {recovery}"), known })
}

fn absent(what: &str, known: Vec<String>) -> Option<Problem> {
    Some(Problem { what: format!("and {what}"), known })
}

fn key_problem(
    facts: &Facts<'_, '_>,
    inventory: &Inventory,
    to: &str,
    region: Option<&str>,
) -> Option<Problem> {
    let keys = inventory.keys.as_ref()?;
    let name = Arn::parse(to).map_or(to, |arn| arn.resource);
    let (alias, id) = (name.starts_with("alias/"), name.strip_prefix("key/").unwrap_or(name));
    // AWS makes its own keys when a service is first used.
    if name.starts_with("alias/aws/") {
        return None;
    }
    let known = || -> Vec<String> {
        let usable = keys.iter().filter(|key| key.state == "Enabled");
        match (alias, to.starts_with("arn:")) {
            (true, _) => usable.flat_map(|key| key.aliases.clone()).collect(),
            (false, true) => usable.map(|key| key.arn.clone()).collect(),
            (false, false) => usable.map(|key| key.id.clone()).collect(),
        }
    };
    if let Some(region) = region.filter(|region| *region != facts.recovery) {
        return elsewhere(region, facts.recovery, known());
    }
    match inventory.key(id) {
        None => absent(&format!("{} has no such key", facts.recovery), known()),
        Some(key) if !matches!(key.state.as_str(), "Enabled" | "unknown") => {
            absent(&format!("that key is {}", key.state), known())
        }
        Some(key) if key.usable == Some(false) => absent("the caller may not use that key", known()),
        Some(_) => None,
    }
}

fn certificate_problem(
    facts: &Facts<'_, '_>,
    inventory: &Inventory,
    to: &str,
    region: Option<&str>,
) -> Option<Problem> {
    let certificates = inventory.certificates.as_ref()?;
    let holds = |end: Option<jiff::Timestamp>| end.is_none_or(|end| end > facts.input.at);
    let known = || {
        let issued = certificates.iter().filter(|one| one.status == "ISSUED" && holds(one.not_after));
        issued.map(|one| one.arn.clone()).collect()
    };
    match region {
        Some(region) if facts.is_primary(region) => return elsewhere(region, facts.recovery, known()),
        // That of a distribution, which was not asked for.
        Some(region) if region != facts.recovery => return None,
        _ => {}
    }
    match certificates.iter().find(|one| one.arn == to) {
        None => absent(&format!("{} has no such certificate", facts.recovery), known()),
        Some(one) if one.status != "ISSUED" => {
            absent(&format!("that certificate is {}", one.status), known())
        }
        Some(one) if !holds(one.not_after) => absent("that certificate has ended", known()),
        Some(_) => None,
    }
}

fn bucket_problem(facts: &Facts<'_, '_>, inventory: &Inventory, name: &str) -> Option<Problem> {
    let buckets = inventory.buckets.as_ref()?;
    let known = || {
        let outside = buckets.iter().filter(|bucket| !facts.is_primary(&bucket.region));
        outside.map(|bucket| bucket.name.clone()).collect()
    };
    match buckets.iter().find(|bucket| bucket.name == name) {
        None => absent("the account has no such bucket", known()),
        Some(bucket) if facts.is_primary(&bucket.region) => Some(Problem {
            what: format!("which lies in {} and is lost with it", bucket.region),
            known: known(),
        }),
        Some(_) => None,
    }
}

fn image_problem(facts: &Facts<'_, '_>, inventory: &Inventory, to: &str) -> Option<Problem> {
    let (account, region, rest) = image_of(to)?;
    if inventory.account.as_deref().is_some_and(|known| known != account) {
        return None;
    }
    let at = rest.find('@').or_else(|| rest.rfind(':')).unwrap_or(rest.len());
    let (repository, reference) = rest.split_at(at);
    let repository = repository.split(':').next().unwrap_or(repository);
    let images = inventory.images_for(repository)?;
    let host = to.split('/').next().unwrap_or_default();
    let known = || -> Vec<String> {
        let host = host.replace(region, facts.recovery);
        let tagged = images.iter().flat_map(|image| image.tags.iter().map(move |tag| (image, tag)));
        tagged.map(|(image, tag)| format!("{host}/{}:{tag}", image.repository)).collect()
    };
    if facts.is_primary(region) {
        return elsewhere(region, facts.recovery, known());
    }
    if region != facts.recovery {
        return None;
    }
    // Without a tag the repository is named, not one of its images.
    let found = images
        .iter()
        .any(|image| image.repository == repository && (reference.is_empty() || image.is(reference)));
    if found {
        None
    } else {
        absent(&format!("the registry of {} has no such image", facts.recovery), known())
    }
}

/// Account, region, and what follows the host of an image in ECR.
fn image_of(text: &str) -> Option<(&str, &str, &str)> {
    let (host, rest) = text.split_once('/')?;
    let (account, after) = host.split_once(".dkr.ecr.")?;
    let (region, _) = after.split_once(".amazonaws.com")?;
    (is_account(account) && !rest.is_empty()).then_some((account, region, rest))
}
