//! One step, opened: the call, every parameter with its origin, what must be, what follows.

use super::action::{describe, object_id, place};
use super::findings::one;
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::{clock, duration, instant, pad, shorten, width};
use super::{Options, Unknown};
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::finding::Finding;
use crate::plan::forecast::Verdict;
use crate::plan::step::{DoneWhen, EstimateSource, Expects, Phase, Plane, Step};
use crate::plan::store::{CandidateKind, PlannedStore};
use crate::plan::values::{Site, UseDisposition};

/// One step of a plan.
///
/// # Errors
/// Where the plan has no step of that id; with the nearest ids.
pub fn render_step(plan: &Plan, id: &str, options: Options<'_>) -> Result<String, Unknown> {
    let step = find_step(plan, id)?;
    let mut described = describe(&step.action);
    let chosen = chosen_call(plan, &step.action);
    if let Some((_, identifier)) = chosen
        && let Some(parameter) = described.parameters.iter_mut().find(|known| known.name == "identifier")
    {
        identifier.clone_into(&mut parameter.name);
        parameter.from.clear();
    }
    let mut screen = Screen::new(options);
    head(&mut screen, plan, step);
    screen.gap();
    screen.row("does", &[plain(&described.title)]);
    screen.row("call", &[plain(chosen.map_or(&*described.call, |(call, _)| call))]);
    let width = described.parameters.iter().map(|p| width(&shorten(&p.name, 36))).max().unwrap_or(0);
    for parameter in &described.parameters {
        let name = pad(&shorten(&parameter.name, 36), width + 2);
        screen.row_at("", width + 2, &[dim(name), plain(&parameter.value)]);
        if !parameter.from.is_empty() {
            let margin = " ".repeat(width + 2);
            screen.row_at("", width + 7, &[plain(margin), dim(format!("from {}", parameter.from))]);
        }
    }
    if let Some(store) = store_of(plan, &step.action) {
        put_store(&mut screen, plan, store);
    }
    screen.row("expects", &[plain(expects(&step.expects))]);
    screen.row("done when", &[plain(done_when(&step.done_when))]);
    lines(&mut screen, "needs", &step.needs, "nothing: it starts at once");
    waits(&mut screen, plan, step);
    screen.row("plane", &[plain(plane(step.plane, &plan.saw.recovery_region))]);
    screen.row("takes", &[plain(takes(step))]);
    if !step.reversible {
        screen.row("undo", &[(Style::Warn, "cannot be undone without loss".to_owned())]);
    }
    tells(&mut screen, plan, step);
    unplaced(&mut screen, plan, &step.action);
    let about: Vec<&Finding> =
        plan.findings.iter().filter(|f| described.subjects.iter().any(|s| is_about(f, s))).collect();
    put_findings(&mut screen, about, &options.command());
    Ok(screen.finish())
}

/// The step of an id.
///
/// # Errors
/// Where the plan has none; with the nearest ids.
pub fn find_step<'p>(plan: &'p Plan, id: &str) -> Result<&'p Step, Unknown> {
    let known = || plan.steps.iter().map(|step| step.id.as_str());
    plan.steps.iter().find(|step| step.id == id).ok_or_else(|| Unknown::new("step", id, known()))
}

fn head(screen: &mut Screen, plan: &Plan, step: &Step) {
    let mut line = vec![bold(shorten(&step.id, 200)), dim(format!("   phase {}", step.phase.as_str()))];
    if let Some(span) = plan.forecast.phases.iter().find(|span| span.phase == step.phase) {
        line.push(dim(format!(", which begins at {}", clock(span.from_seconds))));
    }
    if plan.forecast.rto.critical_path.contains(&step.id) {
        line.push((Style::Warn, "   * critical path".to_owned()));
    }
    screen.text(2, &line);
}

/// Whether a finding is about a subject.
pub(super) fn is_about(finding: &Finding, subject: &str) -> bool {
    !subject.is_empty() && finding.subject == subject
}

pub(super) fn put_findings(screen: &mut Screen, mut findings: Vec<&Finding>, command: &str) {
    findings.sort_by_key(|finding| finding.severity);
    for finding in findings {
        screen.gap();
        one(screen, finding, command);
    }
}

fn lines(screen: &mut Screen, label: &str, items: &[String], none: &str) {
    if items.is_empty() {
        screen.row(label, &[plain(none)]);
    }
    for (at, item) in items.iter().enumerate() {
        screen.row(if at == 0 { label } else { "" }, &[plain(item)]);
    }
}

/// The call that the rule chooses now, where a rule chooses, and its word for what it makes.
fn chosen_call(plan: &Plan, action: &Action) -> Option<(&'static str, &'static str)> {
    let store = store_of(plan, action)?;
    let chosen = store.chosen()?;
    Some(match (chosen.kind, matches!(action, Action::RestoreCluster { .. })) {
        (CandidateKind::AutomatedBackup, false) => (
            "rds:RestoreDBInstanceToPointInTime with SourceDBInstanceAutomatedBackupsArn",
            "TargetDBInstanceIdentifier",
        ),
        (CandidateKind::Snapshot | CandidateKind::BackupPoint, false) => {
            ("rds:RestoreDBInstanceFromDBSnapshot", "DBInstanceIdentifier")
        }
        _ => return None,
    })
}

fn store_of<'a>(plan: &'a Plan, action: &Action) -> Option<&'a PlannedStore> {
    let (Action::RestoreDatabase { store, .. } | Action::RestoreCluster { store, .. }) = action else {
        return None;
    };
    plan.stores.iter().find(|planned| planned.address == *store)
}

/// The rule of a store, its candidates and the choice.
pub(super) fn put_store(screen: &mut Screen, plan: &Plan, store: &PlannedStore) {
    let order: Vec<&str> = store.rule.order.iter().map(|kind| kind.as_str()).collect();
    let bound =
        store.rule.max_age_seconds.map_or_else(String::new, |age| format!(", at most {} old", duration(age)));
    let rule = if order.is_empty() {
        "none: nothing is taken to bring it back".to_owned()
    } else {
        format!("newest usable of [{}]{bound}", order.join(", "))
    };
    screen.row("rule", &[plain(rule)]);
    if !store.rule.classes.is_empty() {
        screen.row("", &[plain(format!("class: first orderable of [{}]", store.rule.classes.join(", ")))]);
    }
    screen.row("points", &[plain(&store.why)]);
    for candidate in &store.candidates {
        let chosen = store.chosen.as_deref() == Some(candidate.id.as_str());
        let mark = if chosen { (Style::Good, "> ".to_owned()) } else { plain("  ") };
        let mut words = vec![candidate.kind.as_str().to_owned()];
        words.extend(candidate.data_at.map(|at| format!("of {}", instant(at))));
        words.extend(candidate.loss_seconds.map(|loss| format!("loses {}", duration(loss))));
        words.extend(candidate.restore_p50_seconds.map(|p50| match candidate.restore_p90_seconds {
            Some(p90) => format!("takes {} (p90 {})", duration(p50), duration(p90)),
            None => format!("takes {}", duration(p50)),
        }));
        let mut line = vec![mark, plain(words.join(", "))];
        if let Some(why) = &candidate.ruled_out {
            line.push((Style::Bad, format!("; ruled out: {why}")));
        }
        screen.row_at("", 4, &line);
        screen.row_at("", 6, &[dim(format!("    {}", candidate.id))]);
    }
    if let Some(rpo) = plan.forecast.rpo.iter().find(|rpo| rpo.store == store.address) {
        let worst = match (rpo.worst_seconds, rpo.verdict) {
            (Some(worst), _) => duration(worst),
            (None, Verdict::Accepted) => "all of it".to_owned(),
            (None, _) => "unknown".to_owned(),
        };
        let objective = rpo
            .objective_seconds
            .map_or_else(|| "no objective".to_owned(), |s| format!("objective {}", duration(s)));
        let now = rpo.now_seconds.map_or_else(String::new, |s| format!("{} now, ", duration(s)));
        screen.row(
            "loses",
            &[
                plain(format!("{now}{worst} at worst, {objective}: ")),
                (super::human::verdict_style(rpo.verdict), rpo.verdict.as_str().to_owned()),
            ],
        );
        screen.row("", &[dim(&rpo.why)]);
    }
}

pub(super) fn expects(expects: &Expects) -> String {
    match expects {
        Expects::Any => "nothing in particular".to_owned(),
        Expects::Absent { subject } => {
            format!(
                "nothing named {subject}; one that this run made counts as done, any other stops the step"
            )
        }
        Expects::Present { subject, value: Some(value) } => format!("{subject}, which is {value}"),
        Expects::Present { subject, value: None } => format!("{subject}, as it is"),
    }
}

pub(super) fn done_when(done: &DoneWhen) -> String {
    match done {
        DoneWhen::Answered => "the call has answered".to_owned(),
        DoneWhen::EngineComplete { address } => format!("the engine reports {address} complete"),
        DoneWhen::Status { subject, status } => format!("{subject} is {status}"),
        DoneWhen::Ready { object } => format!("{object} is ready by kstatus rules"),
        DoneWhen::Decided => "a person has decided".to_owned(),
        DoneWhen::Holds { what } => what.clone(),
    }
}

pub(super) fn plane(plane: Plane, region: &str) -> String {
    match plane {
        Plane::Data => "data: works while control planes do not".to_owned(),
        Plane::RegionalControl => format!("control plane of {region}"),
        Plane::UsEast1Control => {
            "control plane in us-east-1 of a global service: not there if us-east-1 is".to_owned()
        }
        Plane::People => "people".to_owned(),
    }
}

pub(super) fn takes(step: &Step) -> String {
    let source = match step.estimate.source {
        EstimateSource::Default => "drplan's default: nobody measured it here",
        EstimateSource::Configured => "measured, by drplan.hcl",
        EstimateSource::Measured => "measured by live runs",
        EstimateSource::Policy if matches!(step.action, Action::Gate { .. }) => {
            "the time given for a decision"
        }
        EstimateSource::Policy => "as the record and the settings have it",
    };
    format!("{} (p90 {}), {source}", duration(step.estimate.p50_seconds), duration(step.estimate.p90_seconds))
}

/// Waiting steps that are named before the rest is counted.
const SHOWN: usize = 8;

/// Steps that cannot run without this one, directly and in all.
fn waits(screen: &mut Screen, plan: &Plan, step: &Step) {
    let direct: Vec<String> = plan
        .steps
        .iter()
        .filter(|other| other.needs.contains(&step.id))
        .map(|other| other.id.clone())
        .collect();
    let fails = match plan.behind(&step.id).len() {
        0 => "nothing waits for it; the run goes on and says so at its end".to_owned(),
        n => format!(
            "{} not run, the rest goes on; it is tried again from here",
            if n == 1 { "1 later step is".to_owned() } else { format!("{n} later steps are") }
        ),
    };
    screen.row("if failed", &[plain(fails)]);
    for (at, id) in direct.iter().take(SHOWN).enumerate() {
        screen.row(if at == 0 { "then" } else { "" }, &[plain(id)]);
    }
    if direct.len() > SHOWN {
        screen.row("", &[dim(format!("and {} more", direct.len() - SHOWN))]);
    }
}

/// Where the value that this step makes known is put.
fn tells(screen: &mut Screen, plan: &Plan, step: &Step) {
    let mut label = "tells";
    let after = |known_after: &Option<String>| known_after.as_deref() == Some(step.id.as_str());
    for value in &plan.values {
        for used in value.uses.iter().filter(|used| after(&used.known_after)) {
            screen.row(
                label,
                &[plain(format!("{} {}", value.kind.as_str(), shorten(&value.value, 72))), dim(" in")],
            );
            screen.row_at("", 4, &[plain(format!("  {}", site(&used.site)))]);
            label = "";
        }
    }
}

/// What stands in the object and names the primary still when it is applied.
fn unplaced(screen: &mut Screen, plan: &Plan, action: &Action) {
    let Action::ApplyObject { object_kind, namespace, name, .. } = action else { return };
    let id = object_id(object_kind, namespace.as_deref(), name);
    let mut label = "unplaced";
    for value in &plan.values {
        for used in value.uses.iter().filter(|used| used.disposition == UseDisposition::Unplaced) {
            if !matches!(&used.site, Site::File { object: Some(object), .. } if *object == id) {
                continue;
            }
            let words = format!("{} {}", value.kind.as_str(), shorten(&value.value, 72));
            screen.row(label, &[(Style::Bad, words), dim(" in")]);
            screen.row_at("", 4, &[plain(format!("  {}", site(&used.site)))]);
            label = "";
        }
    }
}

/// A place in one line.
pub(super) fn site(site: &Site) -> String {
    match site {
        Site::Resource { resource, path, within } => {
            format!("state {resource} {}", place(path, within.as_deref()))
        }
        Site::File { file, line, object, path, within } => {
            let object = object.as_ref().map(|object| format!("{object} ")).unwrap_or_default();
            format!("{file}:{line} {object}{}", place(path, within.as_deref()))
        }
    }
}

/// Steps that touch an address: their own subject, or one that they are made from.
pub(super) fn touching<'a>(plan: &'a Plan, address: &'a str) -> impl Iterator<Item = &'a Step> {
    plan.steps.iter().filter(move |step| {
        step.phase != Phase::Verify
            && describe(&step.action).subjects.iter().any(|subject| subject == address)
    })
}
