//! The facts of a plan's first screen, told once for every renderer.

mod losses;
mod resumed;
mod times;

use std::collections::BTreeSet;

use super::findings::{Group, groups};
use super::phases;
use super::text::{age, clock, count, day, duration, instant, list, short_digest, shorten};
use crate::model::diagnostic::{Gap, GapReason};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::artifact::SawRecording;
use crate::plan::finding::Severity;
use crate::plan::forecast::Verdict;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::{Plane, Step};
use losses::loses;
use times::recovers;
pub(super) use times::takes;

/// The first screen.
pub(super) struct Summary<'a> {
    pub stack: &'a str,
    pub primary: &'a str,
    pub recovery: &'a str,
    pub digest: String,
    /// Until when it can be applied; where it cannot be, when it was made.
    pub when: String,
    pub standing: Standing,
    pub resumes: Vec<String>,
    pub saw: Vec<String>,
    pub recovers: Vec<Measure>,
    pub loses: Vec<Measure>,
    pub changes: Vec<Change>,
    pub blocked: Vec<String>,
    pub leaves: Vec<String>,
    pub advice: Vec<String>,
    pub phases: Vec<PhaseRow>,
    pub groups: Vec<Group<'a>>,
}

/// Whether the plan can be applied.
pub(super) struct Standing {
    pub errors: usize,
    /// Steps that drplan cannot run for real yet.
    pub unbuilt: usize,
    pub warnings: usize,
    pub notes: usize,
}

impl Standing {
    /// `1 error, 3 warnings`.
    pub(super) fn counts(&self) -> String {
        let words: Vec<String> = [(self.errors, "error"), (self.warnings, "warning"), (self.notes, "note")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, noun)| count(n, noun))
            .collect();
        if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
    }
    /// The line that matters.
    pub(super) const fn sentence(&self) -> &'static str {
        match (self.errors, self.unbuilt) {
            (1.., _) => "this plan cannot be applied yet",
            (0, 1..) => "this plan is sound; drplan drills it, and cannot run all of it for real yet",
            (0, 0) => "this plan can be applied",
        }
    }
}

/// A figure, what it is measured against, and the verdict.
pub(super) struct Measure {
    pub figure: String,
    pub objective: String,
    pub verdict: Verdict,
    pub comment: String,
}

/// A count of one kind of change.
pub(super) struct Change {
    pub symbol: &'static str,
    pub count: usize,
    pub words: &'static str,
}

/// A row of the table of phases.
pub(super) struct PhaseRow {
    pub phase: &'static str,
    pub steps: u64,
    pub from: String,
    pub critical: bool,
    pub what: String,
}

/// Reads the facts off a plan. With `all`, nothing is left out for brevity.
pub(super) fn summarize(plan: &Plan, all: bool) -> Summary<'_> {
    let severity = |wanted| plan.findings.iter().filter(|finding| finding.severity == wanted).count();
    let errors = severity(Severity::Error);
    Summary {
        stack: &plan.stack,
        primary: plan.saw.primary_region.as_deref().unwrap_or("(unknown region)"),
        recovery: &plan.saw.recovery_region,
        digest: short_digest(&plan.digest),
        when: if errors == 0 {
            format!("good until {}", day(plan.expires_at))
        } else {
            format!("made {}", day(plan.created_at))
        },
        standing: Standing {
            errors,
            unbuilt: plan.unbuilt().count(),
            warnings: severity(Severity::Warning),
            notes: severity(Severity::Note),
        },
        resumes: plan
            .resumes
            .as_ref()
            .map_or_else(Vec::new, |resumes| resumed::lines(resumes, plan.steps.len(), all)),
        saw: saw(plan),
        recovers: recovers(plan),
        loses: loses(plan, all),
        changes: changes(plan),
        blocked: blocked(plan, all),
        leaves: leaves(plan),
        advice: advice(plan),
        phases: plan
            .forecast
            .phases
            .iter()
            .filter(|span| span.steps > 0)
            .map(|span| PhaseRow {
                phase: span.phase.as_str(),
                steps: span.steps,
                from: clock(span.from_seconds),
                critical: span.critical,
                what: phases::summary(plan, span.phase),
            })
            .collect(),
        groups: groups(&plan.findings),
    }
}

fn saw(plan: &Plan) -> Vec<String> {
    let saw = &plan.saw;
    let mut lines = vec![format!(
        "state serial {}, {}, from {}",
        saw.state.serial,
        count(usize::try_from(saw.state.resources).unwrap_or(usize::MAX), "resource"),
        saw.state.origin
    )];
    let configuration = match &saw.configuration {
        Some(found) => format!(
            "code in {}, {}{}",
            found.root,
            count(usize::try_from(found.modules).unwrap_or(usize::MAX), "module"),
            gaps(&found.gaps)
        ),
        None => "no Terraform code".to_owned(),
    };
    let skipped = match saw.manifests.skipped.len() {
        0 => String::new(),
        n => format!(", {n} skipped"),
    };
    lines.push(format!(
        "{configuration}; {}{skipped}{}",
        count(usize::try_from(saw.manifests.objects).unwrap_or(usize::MAX), "manifest"),
        gaps(&saw.manifests.gaps)
    ));
    let recovery = &saw.recovery_region;
    let unasked = saw.gaps.iter().find(|gap| gap.source == format!("aws:{recovery}"));
    lines.push(match (&saw.inventory, unasked) {
        (Some(found), _) => recording(plan, found, "inventory"),
        (None, gap) => {
            let why = gap.map_or_else(String::new, |gap| {
                format!(
                    ", {}; give credentials (aws configure, AWS_PROFILE, a role), or one recorded",
                    gap.detail
                )
            });
            format!("no inventory of {recovery}{why}: `drplan inventory {recovery} -o inventory.json`")
        }
    });
    let primary = saw.primary_region.as_deref();
    lines.push(match &saw.observation {
        Some(found) => recording(plan, found, "observation"),
        None => format!(
            "no observation of {}; while it is healthy: `drplan inventory {} --primary -o observation.json`",
            primary.unwrap_or("the primary"),
            primary.unwrap_or("REGION")
        ),
    });
    lines.extend(saw.estimates.as_ref().map(|read| {
        let runs = count(usize::try_from(read.runs).unwrap_or(usize::MAX), "live run");
        format!("times that {runs} took, from {}", read.origin)
    }));
    lines.extend(plan.engine_check.as_ref().map(|check| {
        let by = check.engine_version.as_ref().map_or_else(String::new, |version| format!(" of {version}"));
        let as_predicted = usize::try_from(check.matched).unwrap_or(usize::MAX);
        match check.differences.len() {
            0 => format!(
                "engine's plan{by}, from {}: all {} as predicted",
                check.source,
                count(as_predicted, "resource")
            ),
            others => format!(
                "engine's plan{by}, from {}: {} as predicted, {others} otherwise",
                check.source,
                count(as_predicted, "resource")
            ),
        }
    }));
    let others = saw.gaps.iter().filter(|gap| unasked.is_none_or(|unasked| unasked != *gap));
    lines.extend(others.map(|gap| format!("{} was not read: {}", gap.source, gap.detail)));
    lines
}

fn gaps(gaps: &[Gap]) -> String {
    if gaps.is_empty() { String::new() } else { format!(", {}", count(gaps.len(), "gap")) }
}

fn recording(plan: &Plan, found: &SawRecording, what: &str) -> String {
    let reasons: BTreeSet<&str> = found.gaps.iter().map(|gap| reason_words(gap.reason)).collect();
    let reasons: Vec<&str> = reasons.into_iter().collect();
    format!(
        "{what} of {}, {} ({}){}{}",
        found.region,
        instant(found.taken_at),
        age(found.taken_at, plan.created_at),
        gaps(&found.gaps),
        if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) }
    )
}

const fn reason_words(reason: GapReason) -> &'static str {
    match reason {
        GapReason::AccessDenied => "access denied",
        GapReason::Throttled => "throttled",
        GapReason::TimedOut => "no answer in time",
        GapReason::Unreachable => "nobody answers",
        GapReason::NotImplemented => "not implemented there",
        GapReason::Malformed => "answers that no API gives",
        GapReason::Failed => "errors of the service",
        GapReason::ToolMissing => "a tool is missing",
        GapReason::Offline => "not asked",
        GapReason::NotRecorded => "not recorded",
        GapReason::Unreadable => "unreadable",
        GapReason::Outside => "outside of what may be read",
    }
}

/// Resources that are shown as blocked before the rest is counted.
const BLOCKED: usize = 4;

/// What cannot come back yet, each with its reason.
fn blocked(plan: &Plan, all: bool) -> Vec<String> {
    let blocked: Vec<&PlannedResource> =
        plan.resources.iter().filter(|resource| resource.disposition == Disposition::Block).collect();
    let shown = if all || blocked.len() <= BLOCKED + 1 { blocked.len() } else { BLOCKED };
    let mut lines: Vec<String> = blocked
        .iter()
        .take(shown)
        .map(|resource| format!("{}: {}", shorten(&resource.address, 120), resource.reason))
        .collect();
    if blocked.len() > shown {
        lines.push(format!("and {}", count(blocked.len() - shown, "more resource")));
    }
    lines
}

fn critical_steps(plan: &Plan) -> impl Iterator<Item = &Step> {
    let critical: BTreeSet<&str> = plan.forecast.rto.critical_path.iter().map(String::as_str).collect();
    plan.steps.iter().filter(move |step| critical.contains(step.id.as_str()))
}

fn changes(plan: &Plan) -> Vec<Change> {
    let of = |wanted: Disposition| plan.resources.iter().filter(|r| r.disposition == wanted).count();
    let steps = |of: fn(&Action) -> bool| plan.steps.iter().filter(|step| of(&step.action)).count();
    [
        ("+", of(Disposition::Create), "created"),
        ("^", of(Disposition::Restore), "restored"),
        ("^", of(Disposition::Promote), "promoted"),
        ("<", of(Disposition::Adopt), "adopted"),
        // Some of what is shared lives only in the state, and is carried over with it.
        ("=", plan.resources.iter().filter(|r| r.engine == Engine::Carry).count(), "carried over"),
        ("~", steps(|a| matches!(a, Action::ApplyObject { .. })), "objects applied"),
        ("~", steps(|a| matches!(a, Action::TrustIssuer { .. })), "roles updated"),
        (">", steps(|a| matches!(a, Action::ChangeRecord { .. })), "records moved"),
        (">", steps(|a| matches!(a, Action::ChangeDistribution { .. })), "distributions moved"),
        ("!", of(Disposition::Block), "blocked"),
    ]
    .into_iter()
    .filter(|(_, count, _)| *count > 0)
    .map(|(symbol, count, words)| Change { symbol, count, words: singular(count, words) })
    .collect()
}

const fn singular(count: usize, words: &'static str) -> &'static str {
    if count != 1 {
        return words;
    }
    match words.as_bytes() {
        b"objects applied" => "object applied",
        b"roles updated" => "role updated",
        b"records moved" => "record moved",
        b"distributions moved" => "distribution moved",
        _ => words,
    }
}

fn leaves(plan: &Plan) -> Vec<String> {
    let of = |wanted: Disposition| plan.resources.iter().filter(|r| r.disposition == wanted).count();
    let primary = plan.saw.primary_region.as_deref().unwrap_or("the primary region");
    let fences = plan.steps.iter().any(|step| match &step.action {
        Action::Fence { workloads, databases } => !workloads.is_empty() || !databases.is_empty(),
        _ => false,
    });
    let trusts: BTreeSet<&str> =
        plan.steps.iter().filter_map(|step| step.id.strip_prefix("infra/trust/")).collect();
    let mut lines = Vec::new();
    let shared = plan
        .resources
        .iter()
        .filter(|r| r.disposition == Disposition::Share && r.engine != Engine::Carry)
        .filter(|r| !trusts.contains(r.address.as_str()))
        .count();
    let untouched = if fences {
        format!("writes in {primary} only to stop its writers")
    } else {
        format!("writes nothing in {primary}")
    };
    lines.push(match shared {
        0 => untouched,
        n => format!("{} as they are; {untouched}", count(n, "shared resource")),
    });
    let skipped = of(Disposition::Skip);
    let withheld = plan.resources.iter().filter(|r| r.engine == Engine::Withhold).count();
    let mut more = Vec::new();
    if skipped > 0 {
        more.push(format!("{} out", count(skipped, "resource")));
    }
    if withheld > 0 {
        more.push(format!("{} alone until traffic moves", count(withheld, "resource")));
    }
    if !more.is_empty() {
        lines.push(more.join("; "));
    }
    lines
}

fn advice(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(best) = &plan.forecast.best_prepared {
        lines.push(format!(
            "{} made ready beforehand saves most: {}",
            best.step,
            duration(best.saves_seconds)
        ));
    }
    if times::is_lost(plan) {
        lines.extend(plan.forecast.without_us_east_1.beforehand.iter().map(|one| {
            let steps: Vec<String> = one.steps.iter().map(|id| shorten(id, 80)).collect();
            format!("have beforehand, for {}: {}", list(&steps, 2), one.what)
        }));
        return lines;
    }
    let far: Vec<&Step> = critical_steps(plan).filter(|step| step.plane == Plane::UsEast1Control).collect();
    if let Some((first, more)) = far.split_first() {
        let all = plan.steps.iter().filter(|step| step.plane == Plane::UsEast1Control).count();
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        lines.push(format!(
            "needs us-east-1: {}{more} on the critical path; {all} of {} in all",
            first.id,
            count(plan.steps.len(), "step")
        ));
    }
    lines
}
