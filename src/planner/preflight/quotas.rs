//! Room in the recovery region for what the plan adds.

use super::super::dispositions::Decided;
use super::Checks;
use super::demand::{Demand, Within, demands};
use crate::model::inventory::AppliedQuota;
use crate::plan::action::Check;
use crate::plan::step::Plane;

impl Checks<'_, '_, '_> {
    /// Room for what is made anew. What is used and nobody told is not nothing: the quota is unproven.
    pub(super) fn quotas(&mut self, decided: &Decided) {
        let demands = demands(self.facts, decided);
        for ((service, code, within), demand) in demands.iter().filter(|(_, demand)| demand.needed > 0) {
            let (service, code) = ((*service).to_owned(), (*code).to_owned());
            let name = match within {
                Within::New(parent) => format!("quota/{service}/{code}/{parent}"),
                Within::Region | Within::Zone(_) => format!("quota/{service}/{code}"),
            };
            self.add(&name, Check::Quota { service, code, needs: demand.needed }, Plane::RegionalControl);
        }
        if self.inventory().is_none() {
            return;
        }
        let mut unproven = Vec::new();
        for ((service, code, within), demand) in &demands {
            let known = self.inventory().and_then(|inventory| {
                inventory
                    .quotas
                    .iter()
                    .flatten()
                    .find(|quota| quota.service == *service && quota.code == *code)
            });
            match known {
                Some(quota) => {
                    let used = if matches!(within, Within::New(_)) { Some(0) } else { quota.used };
                    // What the run made is not needed once more.
                    let used = used.map(|used| used.saturating_sub(demand.own));
                    if demand.needed > quota.value.saturating_sub(used.unwrap_or(0)) {
                        self.quota_short(quota, within, demand, used);
                    } else if !demand.unknown.is_empty() {
                        unproven.push((0, format!("{} ({})", quota.name, demand.unknown.join(", "))));
                    } else if used.is_none() {
                        let room = quota.value - demand.needed;
                        unproven
                            .push((room, format!("{} ({} of {})", quota.name, demand.needed, quota.value)));
                    }
                }
                // Raised limits are the account's own: what is not listed has at least the default, if it is listed at all.
                None => {
                    let room = demand.default.saturating_sub(demand.needed);
                    unproven
                        .push((room, format!("{service} {code} ({} of an unknown limit)", demand.needed)));
                }
            }
        }
        self.unproven(unproven);
    }

    fn quota_short(&mut self, quota: &AppliedQuota, within: &Within, demand: &Demand, used: Option<u64>) {
        let recovery = self.facts.recovery;
        let of = if demand.of.is_empty() { String::new() } else { format!(" ({})", demand.of.join(", ")) };
        let (place, state_of) = match within {
            Within::Zone(zones) if !zones.is_empty() => (format!(" in {zones}"), "a zone"),
            Within::Zone(_) => (" in a zone".to_owned(), "a zone"),
            Within::New(parent) => (format!(" in {parent}"), recovery),
            Within::Region => (String::new(), recovery),
        };
        let state = match used {
            Some(used) => format!("{used} of {} are in use in {state_of}", quota.value),
            None => format!("the limit in {state_of} is {}, and what is in use is unknown", quota.value),
        };
        self.findings.add(
            "quota-short",
            format!("{} {}", quota.service, quota.code),
            format!("{}: the plan needs {} more{place}{of}, {state}", quota.name, demand.needed),
            format!(
                "ask for more: `aws service-quotas request-service-quota-increase --service-code {} --quota-code {} \
                 --desired-value {} --region {recovery}`",
                quota.service,
                quota.code,
                used.unwrap_or(0) + demand.needed
            ),
            None,
        );
    }

    /// One warning for all, the tightest first.
    fn unproven(&mut self, mut unproven: Vec<(u64, String)>) {
        if unproven.is_empty() {
            return;
        }
        unproven.sort();
        unproven.dedup();
        let all: Vec<String> = unproven.into_iter().map(|(_, line)| line).collect();
        let recovery = self.facts.recovery;
        let what = match all.len() {
            1 => "a quota has".to_owned(),
            count => format!("{count} quotas have"),
        };
        self.findings.add(
            "quota-unproven",
            recovery,
            format!(
                "whether {what} room in {recovery} is unknown: what is in use was not recorded, and the plan adds to {}",
                all.join("; ")
            ),
            format!(
                "compare with what is in use there (Service Quotas in the console of {recovery}), and ask for more where \
                 it is tight; or allow the calls that the inventory was refused, and record it again"
            ),
            None,
        );
    }
}
