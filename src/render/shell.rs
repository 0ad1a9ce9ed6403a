//! The same plan as commands of `aws`, `kubectl` and the engine, for whoever has to go on by hand.
//!
//! Every action has its commands: the match over them names all. What is from the plan stands in quotes, and secrets are
//! only ever named. <https://docs.aws.amazon.com/cli/latest/reference/>

mod checks;
mod data;
mod engine;
mod kube;
mod order;
mod script;
mod secrets;
mod traffic;
mod words;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, context};

use super::action::describe;
use super::step::{done_when, expects, plane, takes};
use super::text::{clean, count, short_digest};
use crate::model::settings::Settings;
use crate::plan::Plan;
use crate::plan::action::Action;
use crate::plan::finding::Severity;
use crate::plan::step::{Expects, Phase, Step};
use order::Part;
use script::Script;
use words::{comment, word};

const TEMPLATE: &str = include_str!("../../templates/runbook.sh");
/// What begins a function of the template, which is there where it is called.
const FUNCTION: &str = "\n#: ";

/// What the script is made with beside the plan.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// drplan.hcl, where it is in reach: variables of the engine and what is rewritten in its code.
    pub settings: Option<&'a Settings>,
    /// Its folder, as the reader finds it.
    pub base: &'a str,
    /// The command that makes the script anew.
    pub command: &'a str,
}

/// The whole script.
///
/// # Errors
/// Where the template cannot be filled: a defect of drplan.
pub fn render_shell(plan: &Plan, given: &Given<'_>) -> Result<String, Error> {
    let mut script = Script::new(plan);
    let (cluster, cluster_name) = kube::cluster(&script);
    let by_engine =
        |step: &Step| matches!(step.action, Action::Engine { .. } | Action::EngineConverged { .. });
    let mut is_copied = !plan.steps.iter().any(by_engine);
    let mut phase = None;
    for part in order::parts(&plan.steps) {
        let Some(first) = part.steps().first().copied() else { continue };
        if phase != Some(first.phase) {
            heading(&mut script, first.phase, phase);
            phase = Some(first.phase);
        }
        if !is_copied && first.phase >= Phase::Infra {
            engine::copy(&mut script, given);
            is_copied = true;
        }
        match part {
            Part::Engine(steps) => {
                for step in &steps {
                    about(&mut script, step);
                }
                let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
                let name = match ids.as_slice() {
                    [one] => (*one).to_owned(),
                    [first, ..] => format!("{first} and {} more", ids.len() - 1),
                    [] => continue,
                };
                let mut done = ids;
                if done.len() > 1 {
                    done.push(&name);
                }
                script.unless_done(&name, &done, |script| engine::together(script, &steps));
            }
            Part::One(step) => {
                about(&mut script, step);
                script.unless_done(&step.id, &[&step.id], |script| commands(script, step));
            }
        }
    }
    script.line(format!(
        "printf '\\n%s\\n' {}",
        word(&format!("{} stands in {}.", plan.stack, plan.saw.recovery_region))
    ));
    let body = script.out;
    let notes = notes(plan, given);
    let mut env = Environment::empty();
    env.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    let fill = |template: &str, body: &str| {
        let called = TOOLS.iter().filter(|tool| calls(body, tool)).copied();
        // Many a namespace is called helm.
        let called = called.chain(calls(body, "helm template").then_some("helm"));
        env.render_str(
            template,
            context! {
                stack => clean(&plan.stack),
                region => clean(&plan.saw.recovery_region),
                primary => clean(plan.saw.primary_region.as_deref().unwrap_or("the lost region")),
                digest => short_digest(&plan.digest),
                decisions => short_digest(&plan.decision_digest),
                command => clean(given.command),
                notes => &notes,
                stack_word => word(&plan.stack),
                base => word(given.base),
                region_word => word(&plan.saw.recovery_region),
                tools => called.collect::<Vec<_>>().join(" "),
                variables => engine::secret_variables(given),
                cluster => clean(&cluster),
                origin => clean(&plan.saw.state.origin),
                origin_word => word(&plan.saw.state.origin),
                origin_is_s3 => plan.saw.state.origin.starts_with("s3://"),
                cluster_name => &cluster_name,
            },
        )
    };
    let mut chunks = TEMPLATE.split(FUNCTION);
    let head = chunks.next().unwrap_or_default();
    let mut functions = Vec::new();
    for chunk in chunks {
        let (name, text) = chunk.split_once('\n').unwrap_or((chunk, ""));
        functions.push((name, fill(text, "")?));
    }
    // A function stands after what it calls: from the last to the first, each that something needs.
    let mut needed: Vec<&str> = Vec::new();
    let mut all = body.clone();
    loop {
        let more = functions.iter().find(|(name, _)| !needed.contains(name) && calls(&all, name));
        let Some((name, text)) = more else { break };
        needed.push(name);
        all.push_str(text);
    }
    let mut out = fill(head, &all)?.trim_end().to_owned();
    for (_, text) in functions.iter().filter(|(name, _)| needed.contains(name)) {
        out.push_str("\n\n");
        out.push_str(text.trim_end());
    }
    out.push_str("\n\n");
    out.push_str(body.trim_end());
    out.push('\n');
    Ok(out)
}

/// Programs that the script may call.
const TOOLS: [&str; 8] = ["aws", "kubectl", "jq", "curl", "dig", "nc", "perl", "tar"];

/// Whether a text calls a command, comments aside.
fn calls(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.lines().filter(|line| !line.trim_start().starts_with('#')).any(|line| {
        line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).and_then(|head| head.chars().next_back());
            let after = line.get(at + name.len()..).and_then(|tail| tail.chars().next());
            !before.is_some_and(|c| is_word(c) || "-./".contains(c))
                && !after.is_some_and(|c| is_word(c) || "-./=".contains(c))
        })
    })
}

/// What holds of the whole plan, before its first step.
fn notes(plan: &Plan, given: &Given<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let errors: Vec<_> = plan.findings.iter().filter(|one| one.severity == Severity::Error).collect();
    let mut put = |text: &str| {
        notes.extend(comment("", text).into_iter().map(|line| line.trim_start_matches("# ").to_owned()));
    };
    if !errors.is_empty() {
        put(&format!(
            "THE PLAN HAS {}, which these commands do not mend:",
            count(errors.len(), "ERROR").to_uppercase()
        ));
        for error in errors {
            put(&format!("  {}: {} ({})", error.code, error.message, error.subject));
        }
    }
    if given.settings.is_none() {
        put("No drplan.hcl was in reach: variables of the engine are yours to give.");
    }
    notes
}

fn heading(script: &mut Script<'_>, phase: Phase, before: Option<Phase>) {
    let on = if before.is_some_and(|before| phase < before) { ", continued" } else { "" };
    let rule = "#".repeat(100);
    script.line(rule);
    script.line(format!("# {}{on}", phase.as_str()));
    script.line("");
}

/// A step as comments: what it is, needs, expects, when it is done, and what must work for it.
fn about(script: &mut Script<'_>, step: &Step) {
    script.comment("", &format!("{}: {}", step.id, describe(&step.action).title));
    if !step.needs.is_empty() {
        script.comment("  needs    ", &step.needs.join(" "));
    }
    if step.expects != Expects::Any {
        script.comment("  expects  ", &expects(&step.expects));
    }
    script.comment("  done     ", &format!("when {}", done_when(&step.done_when)));
    let undo = if step.reversible { "can be undone" } else { "CANNOT BE UNDONE without loss" };
    script.comment(
        "  plane    ",
        &format!("{}; {undo}; takes {}", plane(step.plane, &script.plan.saw.recovery_region), takes(step)),
    );
}

/// The commands of an action. Every kind is named, so that a new one must get its own.
fn commands(script: &mut Script<'_>, step: &Step) {
    match &step.action {
        Action::Check { check } => checks::check(script, check),
        Action::ProbePrimary { region, hosts } => traffic::probe_primary(script, region.as_deref(), hosts),
        Action::Fence { workloads, databases } => traffic::fence(script, workloads, databases),
        Action::Engine { .. } => engine::together(script, &[step]),
        Action::Join { .. } => script.line(": # nothing to do: what it needs is done"),
        Action::TrustIssuer { role, service_accounts, issuer_known_after } => {
            traffic::trust_issuer(script, role, service_accounts, issuer_known_after);
        }
        Action::RestoreDatabase { address: _, identifier, store, settings } => {
            data::restore_database(script, step, identifier, store, settings);
        }
        Action::RestoreCluster { address, identifier, store, settings, instances } => {
            data::restore_cluster(script, step, (address, identifier, store), settings, instances);
        }
        Action::PromoteReplica { address, identifier, settings } => {
            data::promote(script, step, address, identifier, settings);
        }
        Action::ModifyDatabase { address, identifier, settings } => {
            data::modify(script, step, address, identifier, settings);
        }
        Action::SetPassword { identifier, source } => secrets::set_password(script, step, identifier, source),
        Action::RestoreBackup { address, name, store } => {
            data::restore_backup(script, step, address, name, store);
        }
        Action::PromoteSecret { address: _, name: _, arn } => secrets::promote_secret(script, step, arn),
        Action::SpliceSecret { name, splices } => secrets::splice_secret(script, name, splices),
        Action::WarmUp { identifier } => data::warm_up(script, identifier),
        Action::ApplyObject { .. } => kube::apply(script, step, true),
        Action::AwaitReady { object } => kube::await_ready(script, step, object),
        Action::Gate { ask, before } => traffic::gate(script, ask, *before),
        Action::ChangeRecord { .. } => traffic::change_record(script, step),
        Action::ChangeDistribution { address, id, rewrites } => {
            traffic::change_distribution(script, address.as_deref(), id, rewrites);
        }
        Action::Release { object, hold: _ } => kube::release(script, object),
        Action::ProbeEndpoint { host, host_known_after } => {
            traffic::probe_endpoint(script, step, host.as_deref(), host_known_after.as_deref());
        }
        Action::ResolveName { name, ttl_seconds } => {
            traffic::resolve_name(script, step, name, *ttl_seconds);
        }
        Action::EngineConverged { left_out } => engine::converged(script, left_out),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]
mod tests;
