//! The facts of a plan's first screen, told once for every renderer.

use super::findings::{Group, groups};
use super::phases;
use super::text::{age, clock, count, day, duration, instant, short_digest, shorten};
use crate::model::diagnostic::Gap;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::artifact::SawRecording;
use crate::plan::finding::Severity;
use crate::plan::forecast::{Component, Rpo, Verdict};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::{EstimateSource, Plane, Step};

/// The first screen.
pub(super) struct Summary<'a> {
    pub stack: &'a str,
    pub primary: &'a str,
    pub recovery: &'a str,
    pub digest: String,
    pub good_until: String,
    pub standing: Standing,
    pub saw: Vec<String>,
    pub recovers: Vec<Measure>,
    pub loses: Vec<Measure>,
    pub changes: Vec<Change>,
    pub leaves: Vec<String>,
    pub advice: Vec<String>,
    pub phases: Vec<PhaseRow>,
    pub groups: Vec<Group<'a>>,
}

/// Whether the plan can be applied.
pub(super) struct Standing {
    pub errors: usize,
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
        if self.errors > 0 { "this plan cannot be applied yet" } else { "this plan can be applied" }
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
    Summary {
        stack: &plan.stack,
        primary: plan.saw.primary_region.as_deref().unwrap_or("(unknown region)"),
        recovery: &plan.saw.recovery_region,
        digest: short_digest(&plan.digest),
        good_until: day(plan.expires_at),
        standing: Standing {
            errors: severity(Severity::Error),
            warnings: severity(Severity::Warning),
            notes: severity(Severity::Note),
        },
        saw: saw(plan),
        recovers: recovers(plan),
        loses: loses(plan, all),
        changes: changes(plan),
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
    lines.push(recording(plan, saw.inventory.as_ref(), "inventory", &saw.recovery_region));
    let primary = saw.primary_region.as_deref().unwrap_or("the primary");
    lines.push(recording(plan, saw.observation.as_ref(), "observation", primary));
    if !saw.gaps.is_empty() {
        lines.push(format!("{} elsewhere in the inputs", count(saw.gaps.len(), "gap")));
    }
    lines
}

fn gaps(gaps: &[Gap]) -> String {
    if gaps.is_empty() { String::new() } else { format!(", {}", count(gaps.len(), "gap")) }
}

fn recording(plan: &Plan, recording: Option<&SawRecording>, what: &str, region: &str) -> String {
    match recording {
        None => format!("no {what} of {region}"),
        Some(found) => format!(
            "{what} of {}, {} ({}){}",
            found.region,
            instant(found.taken_at),
            age(found.taken_at, plan.created_at),
            gaps(&found.gaps)
        ),
    }
}

fn objective(seconds: Option<u64>) -> String {
    seconds.map_or_else(|| "no objective".to_owned(), |seconds| format!("objective {}", duration(seconds)))
}

/// `8 min to spare`, `14 min over`.
fn margin(measured: u64, objective: u64) -> String {
    if measured <= objective {
        format!("{} to spare", duration(objective - measured))
    } else {
        format!("{} over", duration(measured - objective))
    }
}

fn recovers(plan: &Plan) -> Vec<Measure> {
    let rto = &plan.forecast.rto;
    let mut measures = vec![Measure {
        figure: format!("in {} (p90 {})", duration(rto.p50_seconds), duration(rto.p90_seconds)),
        objective: objective(rto.objective_seconds),
        verdict: rto.verdict,
        comment: time_comment(plan, rto.p50_seconds, rto.p90_seconds, rto.objective_seconds, rto.verdict),
    }];
    measures.extend(plan.forecast.components.iter().map(|component| {
        let Component { component: name, p50_seconds, p90_seconds, objective_seconds, verdict } = component;
        Measure {
            figure: format!(
                "{} in {} (p90 {})",
                shorten(name, 20),
                duration(*p50_seconds),
                duration(*p90_seconds)
            ),
            objective: objective(*objective_seconds),
            verdict: *verdict,
            comment: time_comment(plan, *p50_seconds, *p90_seconds, *objective_seconds, *verdict),
        }
    }));
    measures
}

fn time_comment(plan: &Plan, p50: u64, p90: u64, objective: Option<u64>, verdict: Verdict) -> String {
    match (verdict, objective) {
        (_, None) => String::new(),
        (Verdict::Ok, Some(objective)) => margin(p90, objective),
        (Verdict::Missed, Some(objective)) if p50 <= objective => {
            format!("p90 {}", margin(p90, objective))
        }
        (Verdict::Missed, Some(objective)) => format!("p50 {}", margin(p50, objective)),
        (Verdict::Unknown, Some(_)) => guesses(plan),
    }
}

/// Why a verdict on time cannot be given.
fn guesses(plan: &Plan) -> String {
    let guessed = critical_steps(plan).filter(|step| step.estimate.source == EstimateSource::Default).count();
    match guessed {
        0 => String::new(),
        n => format!("{} of the critical path nobody measured", count(n, "step")),
    }
}

fn critical_steps(plan: &Plan) -> impl Iterator<Item = &Step> {
    let critical: std::collections::BTreeSet<&str> =
        plan.forecast.rto.critical_path.iter().map(String::as_str).collect();
    plan.steps.iter().filter(move |step| critical.contains(step.id.as_str()))
}

/// Stores that are shown before the rest is counted.
const STORES: usize = 4;

fn loses(plan: &Plan, all: bool) -> Vec<Measure> {
    let mut stores: Vec<&Rpo> = plan.forecast.rpo.iter().collect();
    let rank = |rpo: &Rpo| match (rpo.verdict, rpo.worst_seconds, rpo.objective_seconds) {
        (Verdict::Missed, ..) => 0,
        (Verdict::Unknown, None, _) | (Verdict::Unknown, _, Some(_)) => 1,
        (Verdict::Ok, ..) => 2,
        // Known, and nobody asked for less.
        (Verdict::Unknown, Some(_), None) => 3,
    };
    // The worst first: a verdict, then the loss, an unknown one before any figure.
    let worst = |rpo: &Rpo| std::cmp::Reverse(rpo.worst_seconds.unwrap_or(u64::MAX));
    stores.sort_by(|a, b| (rank(a), worst(a), &a.store).cmp(&(rank(b), worst(b), &b.store)));
    let shown = if all { stores.len() } else { STORES };
    let mut measures: Vec<Measure> = stores.iter().take(shown).map(|rpo| loss(plan, rpo)).collect();
    let rest = stores.get(shown..).unwrap_or_default();
    if let Some(first) = rest.first() {
        measures.push(Measure {
            figure: format!("and {}", count(rest.len(), "more store")),
            objective: String::new(),
            verdict: first.verdict,
            comment: if rest.iter().all(|rpo| rpo.verdict == first.verdict) {
                "each".to_owned()
            } else {
                "at worst".to_owned()
            },
        });
    }
    measures
}

fn loss(plan: &Plan, rpo: &Rpo) -> Measure {
    let name = plan.stores.iter().find(|store| store.address == rpo.store).map_or(&rpo.store, |s| &s.name);
    let name = shorten(name, 24);
    let figure = match (rpo.worst_seconds, rpo.now_seconds) {
        (Some(0), _) => format!("nothing of {name}"),
        (Some(worst), _) => format!("at most {} of {name}", duration(worst)),
        (None, Some(now)) => format!("{} of {name} now, at worst unknown", duration(now)),
        (None, None) => format!("perhaps all of {name}"),
    };
    let comment = match (rpo.verdict, rpo.worst_seconds, rpo.objective_seconds) {
        (Verdict::Ok, None, _) => "accepted in drplan.hcl".to_owned(),
        (Verdict::Ok, ..) | (_, Some(_), None) => String::new(),
        (Verdict::Missed, Some(worst), Some(objective)) if worst > objective => margin(worst, objective),
        (Verdict::Missed | Verdict::Unknown, ..) => rpo.why.clone(),
    };
    Measure { figure, objective: objective(rpo.objective_seconds), verdict: rpo.verdict, comment }
}

fn changes(plan: &Plan) -> Vec<Change> {
    let of = |wanted: Disposition| plan.resources.iter().filter(|r| r.disposition == wanted).count();
    let steps = |of: fn(&Action) -> bool| plan.steps.iter().filter(|step| of(&step.action)).count();
    [
        ("+", of(Disposition::Create), "created"),
        ("^", of(Disposition::Restore), "restored"),
        ("^", of(Disposition::Promote), "promoted"),
        ("<", of(Disposition::Adopt), "adopted"),
        ("=", of(Disposition::Carry), "carried over"),
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
    let mut lines = Vec::new();
    let shared = of(Disposition::Share);
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
    let far: Vec<&Step> = critical_steps(plan).filter(|step| step.plane == Plane::UsEast1Control).collect();
    if !far.is_empty() {
        lines.push(format!("{} of the critical path needs us-east-1", count(far.len(), "step")));
    }
    lines
}
