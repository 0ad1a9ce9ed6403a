//! What holds for an approval: the stricter of what the plan says and what drplan.hcl says now.

use jiff::{SignedDuration, Timestamp};

use crate::model::settings::Approval;
use crate::plan::Plan;
use crate::plan::artifact::Policy;

/// The rules that hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many people must approve; 0 where nobody is asked beforehand.
    pub quorum: u32,
    /// Until when the plan may be run.
    pub expires_at: Timestamp,
    /// Whether it may be run without approval, for a reason.
    pub break_glass: bool,
    /// Files of allowed signers, relative to drplan.hcl: a signature must be allowed by each.
    pub signers: Vec<String>,
    /// Revocation lists, relative to drplan.hcl: a key may be in none.
    pub revoked: Vec<String>,
}

impl Rules {
    /// `file` is drplan.hcl's; `None` where there is none.
    ///
    /// A policy that was loosened after the plan was approved changes nothing for it; one that was tightened holds.
    #[must_use]
    pub fn of(plan: &Plan, file: Option<&Approval>) -> Self {
        let Policy { allowed_signers, approvers: _, revoked, quorum, expiry_seconds: _, break_glass } =
            &plan.policy;
        let mut rules = Self {
            quorum: *quorum,
            expires_at: plan.expires_at,
            break_glass: *break_glass,
            signers: allowed_signers.iter().cloned().collect(),
            revoked: revoked.iter().cloned().collect(),
        };
        let Some(file) = file else { return rules };
        let Approval { allowed_signers, approvers: _, revoked, quorum, expiry_seconds, break_glass } = file;
        rules.quorum = rules.quorum.max(*quorum);
        rules.break_glass = rules.break_glass && *break_glass;
        let lasts = SignedDuration::from_secs(i64::try_from(*expiry_seconds).unwrap_or(i64::MAX));
        rules.expires_at =
            plan.created_at.checked_add(lasts).map_or(rules.expires_at, |at| at.min(rules.expires_at));
        add(&mut rules.signers, allowed_signers.as_ref());
        add(&mut rules.revoked, revoked.as_ref());
        rules
    }
}

fn add(to: &mut Vec<String>, path: Option<&String>) {
    to.extend(path.filter(|path| !to.contains(path)).cloned().into_iter().collect::<Vec<_>>());
}
