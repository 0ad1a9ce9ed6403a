//! What a rehearsal begins with: a region in which everything is as the plan expects it.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::requests::{Bodies, Unknown};
use crate::model::chance::{Normals, Spread, as_float};
use crate::model::secret::Secret;
use crate::plan::Plan;
use crate::plan::action::{Action, Rewrite};
use crate::plan::step::Step;
use crate::plan::store::CandidateKind;
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
    for step in &plan.steps {
        expect(step, &mut setup);
    }
    setup
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
        Action::RestoreDatabase { settings, .. } | Action::RestoreCluster { settings, .. } => {
            let known = settings.iter().filter(|setting| setting.name == "DBSubnetGroupName");
            setup.groups.extend(known.filter_map(|setting| setting.value.clone()));
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
