//! What a rehearsal begins with: a region in which everything is as the plan expects it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::requests::{Bodies, Unknown};
use crate::model::chance::{Normals, Spread, as_float};
use crate::model::secret::Secret;
use crate::plan::Plan;
use crate::plan::action::{Action, Rewrite};
use crate::plan::resource::Disposition;
use crate::plan::step::Step;
use crate::plan::store::CandidateKind;
use crate::plan::values::Site;
use crate::targets::sim::{RecordKey, Setup};

/// No step of a rehearsal lasts longer than so many times its 90th percentile.
const LONGEST: f64 = 2.0;

/// A region in which everything is as the plan expects it, and lasts as long as the plan estimates.
#[must_use]
pub fn as_planned(plan: &Plan, seed: u64) -> Setup {
    let mut normals = Normals::new(seed);
    let durations: HashMap<String, Duration> = plan
        .steps
        .iter()
        .map(|step| {
            // Gates are answered at once.
            let estimate = &step.estimate;
            let (p50, p90) = match step.action {
                Action::Gate { .. } => (0, 0),
                _ => (estimate.p50_seconds, estimate.p90_seconds),
            };
            // The tail of the distribution has waits of hours: the executor gives up on those, and is right to.
            let drawn = Spread::new(p50, p90).draw(&mut normals).min(as_float(p90) * LONGEST);
            (step.id.clone(), Duration::from_secs_f64(drawn))
        })
        .collect();
    let sound = plan.stores.iter().flat_map(|store| &store.candidates);
    let points: BTreeSet<String> = sound
        .filter(|candidate| candidate.ruled_out.is_none() && candidate.kind != CandidateKind::Empty)
        .map(|candidate| candidate.id.clone())
        .collect();
    let region = Some(plan.saw.recovery_region.clone());
    let mut setup = Setup { seed, region, durations, points, ..Setup::default() };
    expect_groups(plan, &mut setup);
    let mut ids = BTreeSet::new();
    for step in &plan.steps {
        expect(step, &mut setup);
        if !ids.insert(&step.id) {
            setup.doubled.insert(step.id.clone());
        }
    }
    setup
}

/// Types of DB subnet groups.
const GROUPS: [&str; 3] = ["aws_db_subnet_group", "aws_docdb_subnet_group", "aws_neptune_subnet_group"];
/// Attributes that name one.
const NAMES_GROUP: [&str; 2] = ["/db_subnet_group_name", "/neptune_subnet_group_name"];

/// The DB subnet groups that are there, those that the engine makes, and those that only a restore of the plan names: who
/// made those is not in it. Where the plan knows which group a database is in, there is no other for it.
fn expect_groups(plan: &Plan, setup: &mut Setup) {
    let groups = || plan.resources.iter().filter(|resource| GROUPS.contains(&resource.type_name.as_str()));
    let mut made = BTreeSet::new();
    for group in groups() {
        let Some(name) = &group.counterpart else { continue };
        match group.disposition {
            Disposition::Create => {
                made.insert(name.as_str());
                setup.named_groups.insert(group.address.clone(), name.clone());
            }
            Disposition::Skip | Disposition::Block => {}
            _ => {
                setup.groups.insert(name.clone());
            }
        }
    }
    let comes = |of: &Disposition| !matches!(of, Disposition::Skip | Disposition::Block);
    let owners = groups().filter(|group| comes(&group.disposition));
    let owners: BTreeSet<&str> = owners.map(|group| group.address.as_str()).collect();
    let of_group =
        plan.values.iter().filter(|value| value.owner.as_deref().is_some_and(|owner| owners.contains(owner)));
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for one in of_group.flat_map(|value| &value.uses) {
        if let Site::Resource { resource, path, .. } = &one.site
            && NAMES_GROUP.contains(&path.as_str())
        {
            known.insert(resource);
            setup.groups.extend(one.counterpart.clone().filter(|name| !made.contains(name.as_str())));
        }
    }
    for step in &plan.steps {
        let (Action::RestoreDatabase { address, settings, .. }
        | Action::RestoreCluster { address, settings, .. }) = &step.action
        else {
            continue;
        };
        let named = settings.iter().filter(|setting| setting.name == "DBSubnetGroupName");
        let others = named.filter_map(|setting| setting.value.as_deref()).filter(|name| !made.contains(name));
        if !known.contains(address.as_str()) {
            setup.groups.extend(others.map(str::to_owned));
        }
    }
}

/// What a step expects to be there.
fn expect(step: &Step, setup: &mut Setup) {
    match &step.action {
        Action::PromoteReplica { identifier, .. } => {
            setup.databases.insert(identifier.clone(), None);
            setup.replicas.insert(identifier.clone());
        }
        Action::PromoteSecret { name, .. } => {
            setup.replica_secrets.insert(name.clone());
        }
        Action::ChangeRecord { zone, name, record_type, set_identifier, from, .. } => {
            let key: RecordKey = (zone.clone(), name.clone(), record_type.clone(), set_identifier.clone());
            setup.records.insert(key, from.clone());
        }
        _ => {}
    }
}

/// Objects without bodies: a rehearsal needs the plan alone.
pub struct NoBodies;

impl Bodies for NoBodies {
    fn body(
        &self,
        step: &Step,
        value: &dyn Fn(&Rewrite) -> Result<String, Unknown>,
    ) -> Result<Secret, String> {
        if let Action::ApplyObject { rewrites, .. } = &step.action {
            for rewrite in rewrites {
                value(rewrite).map_err(|unknown| unknown.to_string())?;
            }
        }
        Ok(Secret::new("{}"))
    }

    fn replicas(&self, _: &Step) -> u32 {
        1
    }
}
