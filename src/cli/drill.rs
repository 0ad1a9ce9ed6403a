//! `drplan drill PLAN`: rehearse it against a simulated region.

use super::args::{Drill, DrillFormat};
use super::output::Screen;
use super::progress::Progress;
use super::show::read_plan;
use super::{Exit, Failure, watch};
use crate::event::Ending;
use crate::executor::faults::Fault;
use crate::executor::matrix::{every_fault, rehearse_plan};
use crate::model::diagnostic::{BadInput, Problem};
use crate::model::words::count;
use crate::model::{nearest, paste};
use crate::plan::Plan;
use crate::plan::audit::{Violation, audit};
use crate::plan::finding::Severity;
use crate::plan::rehearsal::Outcome;
use crate::render::rehearsal::render_rehearsal;
use crate::render::run::{Folder, render_ended};

pub(super) fn run(args: &Drill, screen: &Screen) -> Result<Exit, Failure> {
    let shown = args.plan.display().to_string();
    let (_, plan) = read_plan(&args.plan)?;
    if plan.findings.iter().any(|finding| finding.severity == Severity::Error) {
        screen.note(&format!(
            "refused: the plan has errors, and cannot be applied or rehearsed: `drplan show {}` has them, each with what to do",
            paste::shell(&shown)
        ));
        return Ok(Exit::Refused);
    }
    if let Err(violations) = audit(&plan) {
        return Ok(refuse(&violations, &plan, &shown, screen));
    }
    let faults = if args.matrix { every_fault(&plan) } else { asked(args, &plan)? };
    let progress = Progress::begin(format!("rehearsing {}", count(faults.len() + 1, "run")));
    let failed = |source| Failure::Io { what: "the drill's clock".to_owned(), source };
    let (rehearsal, sound) = rehearse_plan(&plan, args.seed, &faults).map_err(failed)?;
    drop(progress);
    match args.format {
        DrillFormat::Json => {
            let text = serde_json::to_string_pretty(&rehearsal);
            let text = text.map_err(|error| Failure::Defect(error.to_string()))? + "\n";
            screen.result(text.as_bytes())?;
        }
        DrillFormat::Human => {
            watch::replay(&plan, &sound.events, screen)?;
            let options = screen.options(0, Some(&shown));
            if sound.ended.how != Ending::Done {
                let folder = Folder {
                    again: "drplan drill",
                    run: "none: a drill keeps nothing",
                    verify: "drplan verify",
                    replan: Some(&format!("drplan region {}", paste::shell(&plan.saw.recovery_region))),
                };
                screen.result(render_ended(&plan, &sound.events, folder, options).as_bytes())?;
                screen.result(b"\n")?;
            }
            screen.result(render_rehearsal(&plan, &rehearsal, options).as_bytes())?;
        }
    }
    let stranded = rehearsal.rows.iter().any(|row| row.outcome == Outcome::Stranded);
    let finished = sound.ended.done == plan.steps.len();
    Ok(if stranded || !finished { Exit::Failed } else { Exit::Done })
}

/// How many of the rules that a plan breaks are told.
const TOLD: usize = 20;

/// A plan that was changed after it was made, or that is not drplan's, is not rehearsed: what a drill of it shows is not what
/// would happen.
fn refuse(violations: &[Violation], plan: &Plan, shown: &str, screen: &Screen) -> Exit {
    screen.note(&format!(
        "refused: {} breaks {} of a sound plan: it was changed after it was made, or made by another version, and a drill of \
         it would prove nothing. Make it anew and drill that one: drplan region {}",
        paste::shell(shown),
        count(violations.len(), "rule"),
        paste::shell(&plan.saw.recovery_region)
    ));
    for violation in violations.iter().take(TOLD) {
        screen.note(&format!("  {violation}"));
    }
    if let Some(more) = violations.len().checked_sub(TOLD).filter(|more| *more > 0) {
        screen.note(&format!("  and {more} more"));
    }
    Exit::Refused
}

/// The faults that the command line asks for; all that is wrong with them at once.
fn asked(args: &Drill, plan: &Plan) -> Result<Vec<(String, Fault)>, BadInput> {
    let mut problems = Vec::new();
    let mut faults = Vec::new();
    for text in &args.fault {
        let words = Fault::ALL.map(Fault::as_str);
        let Some((step, word)) = text.rsplit_once('=') else {
            problems.push(Problem::new(
                format!("--fault {text:?} is no step and fault"),
                format!("write STEP=FAULT, where FAULT is one of {}", words.join(", ")),
            ));
            continue;
        };
        if !plan.steps.iter().any(|known| known.id == step) {
            let near = nearest(step, plan.steps.iter().map(|known| known.id.as_str()));
            let fix = near.map_or_else(
                || "list all of them: `drplan show PLAN --steps`".to_owned(),
                |near| format!("is this meant: {near}"),
            );
            problems.push(Problem::new(format!("the plan has no step {step:?}"), fix));
        }
        match Fault::named(word) {
            Some(fault) => faults.push((step.to_owned(), fault)),
            None => problems
                .push(Problem::new(format!("{word:?} is no fault"), format!("one of {}", words.join(", ")))),
        }
    }
    if problems.is_empty() { Ok(faults) } else { Err(BadInput(problems)) }
}
