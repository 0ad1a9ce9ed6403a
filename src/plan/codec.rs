//! The plan's bytes and its two digests (RFC 8785, SHA-256).

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Plan;
use super::action::Action;
use super::artifact::{FORMAT_VERSION, Policy, Scenario};
use super::resource::{Disposition, Engine};
use super::step::{DoneWhen, Expects, Phase, Plane, Step};
use super::store::Rule;

/// Why bytes are no plan.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON, or not a plan's.
    #[error("this is not a plan that drplan wrote")]
    Malformed(#[source] serde_json::Error),
    /// Written by a newer drplan.
    #[error("the plan has format version {found}; this drplan reads {FORMAT_VERSION}")]
    Version {
        /// Version in the file.
        found: u64,
    },
    /// Changed since it was written.
    #[error("the plan was changed after it was written: its {which} does not match its content")]
    Digest {
        /// `digest` or `decision_digest`.
        which: &'static str,
    },
}

/// `sha256:` and hex over the RFC 8785 form of a value.
///
/// # Errors
/// Where the value cannot be written as JSON; the plan's types always can.
pub fn digest_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    struct Hasher(Sha256);
    impl std::io::Write for Hasher {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut hasher = Hasher(Sha256::new());
    serde_json_canonicalizer::to_writer(value, &mut hasher)?;
    Ok(format!("sha256:{}", hex(&hasher.0.finalize())))
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// What people approve: decisions, rules and bounds. Whatever merely moves (clock, serial, inventory time,
/// estimates, chosen recovery points) is not in it.
#[derive(Serialize)]
struct Decisions<'a> {
    scenario: Scenario,
    stack: &'a str,
    primary_region: &'a Option<String>,
    recovery_region: &'a str,
    account: &'a Option<String>,
    workspace: &'a str,
    policy: &'a Policy,
    resources: Vec<DecidedResource<'a>>,
    rules: Vec<(&'a str, &'a Rule)>,
    steps: Vec<DecidedStep<'a>>,
}

#[derive(Serialize)]
struct DecidedResource<'a> {
    address: &'a str,
    deposed: &'a Option<String>,
    disposition: Disposition,
    engine: Engine,
}

#[derive(Serialize)]
struct DecidedStep<'a> {
    id: &'a str,
    phase: Phase,
    action: &'a Action,
    needs: &'a [String],
    expects: &'a Expects,
    done_when: &'a DoneWhen,
    plane: Plane,
    reversible: bool,
}

/// Digest over the decisions of a plan.
///
/// # Errors
/// As [`digest_of`].
pub fn decision_digest(plan: &Plan) -> Result<String, serde_json::Error> {
    digest_of(&Decisions {
        scenario: plan.scenario,
        stack: &plan.stack,
        primary_region: &plan.saw.primary_region,
        recovery_region: &plan.saw.recovery_region,
        account: &plan.saw.account,
        workspace: &plan.saw.workspace,
        policy: &plan.policy,
        resources: plan
            .resources
            .iter()
            .map(|resource| DecidedResource {
                address: &resource.address,
                deposed: &resource.deposed,
                disposition: resource.disposition,
                engine: resource.engine,
            })
            .collect(),
        rules: plan.stores.iter().map(|store| (store.address.as_str(), &store.rule)).collect(),
        steps: plan.steps.iter().map(decided).collect(),
    })
}

/// Every field of a step is named here, so that a new one must be classified.
fn decided(step: &Step) -> DecidedStep<'_> {
    let Step { id, phase, action, needs, expects, done_when, plane, reversible, estimate: _ } = step;
    DecidedStep {
        id,
        phase: *phase,
        action,
        needs,
        expects,
        done_when,
        plane: *plane,
        reversible: *reversible,
    }
}

/// Digest over the whole plan but its own field.
///
/// # Errors
/// As [`digest_of`].
pub fn digest(plan: &Plan) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct WithoutDigest<'a> {
        format_version: u32,
        decision_digest: &'a str,
        scenario: Scenario,
        stack: &'a str,
        created_at: jiff::Timestamp,
        expires_at: jiff::Timestamp,
        policy: &'a Policy,
        saw: &'a super::artifact::Saw,
        resources: &'a [super::resource::PlannedResource],
        values: &'a [super::values::OwnedValue],
        stores: &'a [super::store::PlannedStore],
        steps: &'a [Step],
        forecast: &'a super::forecast::Forecast,
        findings: &'a [super::finding::Finding],
    }
    let Plan {
        format_version,
        digest: _,
        decision_digest,
        scenario,
        stack,
        created_at,
        expires_at,
        policy,
        saw,
        resources,
        values,
        stores,
        steps,
        forecast,
        findings,
    } = plan;
    digest_of(&WithoutDigest {
        format_version: *format_version,
        decision_digest,
        scenario: *scenario,
        stack,
        created_at: *created_at,
        expires_at: *expires_at,
        policy,
        saw,
        resources,
        values,
        stores,
        steps,
        forecast,
        findings,
    })
}

/// Puts both digests in.
///
/// # Errors
/// As [`digest_of`].
pub fn seal(mut plan: Plan) -> Result<Plan, serde_json::Error> {
    plan.decision_digest = decision_digest(&plan)?;
    plan.digest = digest(&plan)?;
    Ok(plan)
}

/// Writes a plan: JSON, two spaces, a newline at the end.
///
/// # Errors
/// Where the writer fails.
pub fn encode(plan: &Plan, mut out: impl std::io::Write) -> Result<(), serde_json::Error> {
    serde_json::to_writer_pretty(&mut out, plan)?;
    out.write_all(b"\n").map_err(serde_json::Error::io)
}

/// Reads a plan and checks its version and both digests.
///
/// # Errors
/// [`DecodeError`].
pub fn decode(bytes: &[u8]) -> Result<Plan, DecodeError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u64,
    }
    let version: Version = serde_json::from_slice(bytes).map_err(DecodeError::Malformed)?;
    if version.format_version != u64::from(FORMAT_VERSION) {
        return Err(DecodeError::Version { found: version.format_version });
    }
    let plan: Plan = serde_json::from_slice(bytes).map_err(DecodeError::Malformed)?;
    if digest(&plan).map_err(DecodeError::Malformed)? != plan.digest {
        return Err(DecodeError::Digest { which: "digest" });
    }
    if decision_digest(&plan).map_err(DecodeError::Malformed)? != plan.decision_digest {
        return Err(DecodeError::Digest { which: "decision_digest" });
    }
    Ok(plan)
}
