//! Pipelines of the repository that write: what sets each off is told, as far as its text says it.

use std::collections::BTreeMap;

use super::commands::{Command, command_in, makes_cluster};
use crate::model::diagnostic::Place;
use crate::model::document::SourceText;
use crate::model::words;
use crate::planner::facts::Facts;
use crate::planner::findings::Findings;

/// Where GitHub keeps its workflows.
const WORKFLOWS: &str = ".github/workflows/";

/// What sets a pipeline off, the most likely first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trigger {
    Merge,
    PullRequest,
    Schedule,
    /// By hand, by another system, after another workflow.
    Start,
}

impl Trigger {
    fn told(self) -> &'static str {
        match self {
            Self::Merge => "a merge during the recovery would write",
            Self::PullRequest => "a pull request during the recovery would write",
            Self::Schedule => "on its schedule it would write, in the middle of the recovery,",
            Self::Start => "whoever starts it during the recovery would have it write",
        }
    }
}

/// Adds the pipelines that write, one finding for what sets them off.
pub(super) fn check(facts: &Facts<'_, '_>, findings: &mut Findings) {
    let pipelines = &facts.input.pipelines;
    let mut writing: BTreeMap<Trigger, Vec<(&str, u32, Command)>> = BTreeMap::new();
    for pipeline in pipelines {
        let given = |name: &str| given(pipelines, pipeline, name);
        if let Some((line, command)) = first_command(pipeline, &given) {
            let trigger = trigger(pipelines, pipeline, 0);
            writing.entry(trigger).or_default().push((&pipeline.path, line, command));
        }
    }
    // Somebody says at a gate, before anything is written, that they are off.
    let is_empty = !facts.objects.iter().any(|object| object.is_managed());
    let asked = facts.input.settings.gates.iter().any(|gate| match gate.phase.as_str() {
        "preflight" | "fence" | "infra" => !is_empty,
        "manifests" => is_empty,
        _ => false,
    });
    if asked {
        return;
    }
    for (trigger, all) in writing {
        let Some(((path, line, command), more)) = all.split_first() else { continue };
        let others: Vec<&str> = more.iter().map(|(path, ..)| *path).collect();
        let more = match others.len() {
            0 => String::new(),
            count => format!(" (and {}: {})", words::count(count, "more file"), others.join(", ")),
        };
        findings.add(
            "other-writer",
            *path,
            format!(
                "{path} runs `{}`{more}: {} to what the plan writes to, or to the primary",
                command.told,
                trigger.told()
            ),
            format!(
                "switch it off before the plan runs, and say so at a gate: `gate \"{}\" {{ ask = \"Are the pipelines off?\" }}`",
                if is_empty { "manifests" } else { "infra" }
            ),
            Some(Place::new(*path, *line)),
        );
    }
}

/// The first line of a pipeline that writes, but for what a job does to a cluster of its own.
fn first_command(
    pipeline: &SourceText,
    given: &dyn Fn(&str) -> Option<&'static str>,
) -> Option<(u32, Command)> {
    let lines = joined(&pipeline.text);
    jobs(pipeline, &lines).into_iter().find_map(|job| {
        let is_local = job.iter().any(|(_, line)| makes_cluster(line));
        job.iter().find_map(|(number, line)| {
            let command = command_in(line, given).filter(|command| !(command.in_cluster && is_local))?;
            Some((*number, command))
        })
    })
}

/// Lines with their numbers; one that ends with a backslash goes on.
fn joined(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut goes_on = false;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let part = line.trim_end().strip_suffix('\\');
        let text = part.unwrap_or(line);
        match lines.last_mut().filter(|_| goes_on) {
            Some((_, before)) => before.push_str(&format!(" {}", text.trim_start())),
            None => lines.push((number, text.to_owned())),
        }
        goes_on = part.is_some();
    }
    lines
}

/// The lines of each job: of a workflow of GitHub what is below `jobs`, elsewhere what is below each key of the file.
fn jobs<'l>(pipeline: &SourceText, lines: &'l [(u32, String)]) -> Vec<&'l [(u32, String)]> {
    let depth = match pipeline.path.starts_with(WORKFLOWS) {
        true => {
            let mut below = lines.iter().skip_while(|(_, line)| line.trim_end() != "jobs:").skip(1);
            below.find_map(|(_, line)| indent(line)).unwrap_or_default()
        }
        false => 0,
    };
    let begins = |line: &str| indent(line) == Some(depth) && !line.trim_start().starts_with(['-', '#', '}']);
    let mut starts: Vec<usize> =
        lines.iter().enumerate().filter(|(_, (_, line))| begins(line)).map(|(at, _)| at).collect();
    starts.insert(0, 0);
    let ends = starts.iter().copied().skip(1).chain([lines.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| lines.get(*start..end)).collect()
}

fn indent(line: &str) -> Option<usize> {
    let text = line.trim_start();
    (!text.is_empty()).then(|| line.len() - text.len())
}

/// Whether an input of a workflow is given as a command that writes: where it is called, by its default or its choices.
fn given(pipelines: &[SourceText], of: &SourceText, name: &str) -> Option<&'static str> {
    const WRITES: [&str; 2] = ["apply", "destroy"];
    let bare = |text: &str| text.trim().trim_matches(['"', '\'', '{', '}', ',', ' ']).to_owned();
    let is_given = |pipeline: &SourceText, verb: &str| {
        pipeline.text.match_indices(&format!("{name}:")).any(|(at, found)| {
            let rest = pipeline.text.get(at + found.len()..).unwrap_or_default();
            let value = rest.lines().next().unwrap_or_default();
            value.split([',', '}']).next().is_some_and(|value| bare(value) == verb)
        })
    };
    let is_choice = |verb: &str| {
        of.text.contains(&format!("{name}:"))
            && of.text.lines().any(|line| {
                let line = line.trim_start();
                let item = line.strip_prefix("- ").or_else(|| line.strip_prefix("default:"));
                item.is_some_and(|item| bare(item) == verb)
            })
    };
    WRITES.into_iter().find(|verb| is_choice(verb) || pipelines.iter().any(|one| is_given(one, verb)))
}

/// What sets a pipeline off. One that others call is set off as they are.
fn trigger(pipelines: &[SourceText], pipeline: &SourceText, depth: usize) -> Trigger {
    if !pipeline.path.starts_with(WORKFLOWS) {
        return Trigger::Merge;
    }
    let events = events(&pipeline.text);
    let own = events.iter().map(|event| match event.as_str() {
        "push" | "merge_group" => Trigger::Merge,
        "pull_request" | "pull_request_target" => Trigger::PullRequest,
        "schedule" => Trigger::Schedule,
        _ => Trigger::Start,
    });
    let name = format!("./{}", pipeline.path);
    // Workflows call each other at most four deep.
    // https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows
    let callers = pipelines.iter().filter(|one| {
        depth < 4 && events.iter().any(|event| event == "workflow_call") && one.text.contains(&name)
    });
    let called = callers.map(|caller| trigger(pipelines, caller, depth + 1));
    own.chain(called).min().unwrap_or(Trigger::Merge)
}

/// The events of a workflow: `on: push`, `on: [push]`, or the keys below `on:`.
fn events(text: &str) -> Vec<String> {
    let mut lines = text.lines();
    let is_on = |line: &str| {
        ["on:", "\"on\":", "'on':", "true:"].iter().find_map(|key| line.strip_prefix(key)).map(str::to_owned)
    };
    let Some(rest) = lines.find_map(is_on) else { return Vec::new() };
    let rest = rest.split(" #").next().unwrap_or_default();
    let bare = |text: &str| text.trim().trim_matches(['"', '\'', '-', ' ']).to_owned();
    let written: Vec<String> = rest
        .split(['[', ']', ',', '{', '}'])
        .map(|part| bare(part.split(':').next().unwrap_or_default()))
        .filter(|part| !part.is_empty())
        .collect();
    if !written.is_empty() {
        return written;
    }
    let below: Vec<&str> = lines
        .take_while(|line| indent(line).is_none_or(|indent| indent > 0 || line.starts_with(['-', '#'])))
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let Some(depth) = below.iter().find_map(|line| indent(line)) else { return Vec::new() };
    let keys = below.iter().filter(|line| indent(line) == Some(depth));
    keys.map(|line| bare(line.split(':').next().unwrap_or_default())).collect()
}
