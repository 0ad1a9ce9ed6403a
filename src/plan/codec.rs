//! The plan's bytes and its two digests (RFC 8785, SHA-256).

use serde::Serialize;

use super::Plan;
use super::action::Action;
use super::artifact::FORMAT_VERSION;
use super::canonical::Digester;
use super::resource::{Disposition, Engine, PlannedResource};
use super::step::{DoneWhen, Expects, Phase, Plane, Step};
use super::values::OwnedValue;

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
/// Where the value cannot be written as JSON, or has an integer above 2^53 - 1; the plan's types always can.
pub fn digest_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut digester = Digester::new();
    digester.value(value)?;
    Ok(digester.end())
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

/// Digest over the decisions of a plan: what people approve. Decisions, rules and bounds are in it; whatever
/// merely moves (clock, serial, inventory time, estimates, chosen recovery points) is not.
///
/// # Errors
/// As [`digest_of`].
pub fn decision_digest(plan: &Plan) -> Result<String, serde_json::Error> {
    // In the order of the keys, as RFC 8785 has it.
    let mut digester = Digester::new();
    digester.field("account", &plan.saw.account)?;
    digester.field("policy", &plan.policy)?;
    digester.field("primary_region", &plan.saw.primary_region)?;
    digester.field("recovery_region", &plan.saw.recovery_region)?;
    digester.list("resources", &plan.resources.iter().map(decided_resource).collect::<Vec<_>>())?;
    if let Some(resumes) = &plan.resumes {
        digester.field("resumes", resumes)?;
    }
    digester
        .list("rules", &plan.stores.iter().map(|store| (&store.address, &store.rule)).collect::<Vec<_>>())?;
    digester.field("scenario", &plan.scenario)?;
    digester.field("stack", &plan.stack)?;
    digester.list("steps", &plan.steps.iter().map(decided).collect::<Vec<_>>())?;
    digester.field("workspace", &plan.saw.workspace)?;
    Ok(digester.end_object())
}

/// Every field of a resource is named here, so that a new one must be classified.
fn decided_resource(resource: &PlannedResource) -> DecidedResource<'_> {
    let PlannedResource {
        address,
        deposed,
        type_name: _,
        disposition,
        reason: _,
        engine,
        counterpart: _,
        known_after: _,
        region: _,
        unknown_type: _,
        goes_with: _,
        beyond_state: _,
    } = resource;
    DecidedResource { address, deposed, disposition: *disposition, engine: *engine }
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
        resumes,
        values,
        stores,
        steps,
        engine_check,
        forecast,
        findings,
    } = plan;
    // In the order of the keys, as RFC 8785 has it.
    let mut digester = Digester::new();
    digester.field("created_at", created_at)?;
    digester.field("decision_digest", decision_digest)?;
    digester.field("engine_check", engine_check)?;
    digester.field("expires_at", expires_at)?;
    digester.list("findings", findings)?;
    digester.field("forecast", forecast)?;
    digester.field("format_version", format_version)?;
    digester.field("policy", policy)?;
    digester.list("resources", resources)?;
    if let Some(resumes) = resumes {
        digester.field("resumes", resumes)?;
    }
    digester.field("saw", saw)?;
    digester.field("scenario", scenario)?;
    digester.field("stack", stack)?;
    digester.list("steps", steps)?;
    digester.list("stores", stores)?;
    // A region may be used a hundred thousand times: its uses are never held as one text.
    let uses = |value: &OwnedValue| value.uses.len();
    digester.objects("values", values, uses, |digester, value| {
        let OwnedValue { kind, value, owner, uses } = value;
        digester.field("kind", kind)?;
        digester.field("owner", owner)?;
        digester.list("uses", uses)?;
        digester.field("value", value)
    })?;
    Ok(digester.end_object())
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
    // Editors of some systems put a byte order mark before a text that they save.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
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

#[cfg(test)]
mod tests;
