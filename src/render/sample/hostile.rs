//! Names that want to be more than names.

use super::{finding, good_day};
use crate::model::diagnostic::{BadInput, Excerpt, Place, Problem};
use crate::plan::Plan;
use crate::plan::finding::Severity;
use crate::plan::resume::Resumes;

/// Clears the screen, ends the line, opens tags and tables, turns the direction, is wide, pings, links.
const NASTY: &str = "a\u{1b}[2J\u{1b}]0;t\u{7}\r\n| b | `c` <script>x</script> \u{202e}txt.exe\u{2028}日本語\u{200b} \
                     @team #1 [l](http://x) ![i](//x) **b** ${V}";

/// The good day with such names wherever an input brings one.
pub(in crate::render) fn hostile() -> Plan {
    let mut plan = good_day();
    let long = "very-long-name-".repeat(40);
    plan.stack = NASTY.to_owned();
    plan.saw.workspace = NASTY.to_owned();
    plan.saw.state.origin = format!("{NASTY}{long}");
    plan.forecast.components[0].component = NASTY.to_owned();
    plan.stores[0].name = format!("{long}{NASTY}");
    plan.stores[0].why = NASTY.to_owned();
    for resource in &mut plan.resources {
        resource.address = format!("module.m[\"{NASTY}\"].{}", resource.address);
        resource.reason = NASTY.to_owned();
    }
    for value in &mut plan.values {
        value.value = format!("{}{NASTY}", value.value);
        value.owner = Some(long.clone());
    }
    for step in &mut plan.steps {
        step.id = format!("{}{NASTY}", step.id);
        step.needs.push(NASTY.to_owned());
    }
    plan.resumes = Some(Resumes {
        run: NASTY.to_owned(),
        decision_digest: NASTY.to_owned(),
        done: vec![NASTY.to_owned()],
        again: vec![NASTY.to_owned(), long.clone()],
        changed: Vec::new(),
        gone: vec![NASTY.to_owned()],
    });
    let place = Some(Place::new(NASTY, 7));
    plan.findings.push(finding(Severity::Error, NASTY, NASTY, NASTY, NASTY, place));
    plan.findings.push(finding(Severity::Warning, "literal-in-code", &long, &long, &long, None));
    plan
}

/// Problems of every form: with an excerpt, with a second place, with neither, with nasty text.
pub(in crate::render) fn problems() -> BadInput {
    let excerpt = |text: &str, range| Some(Excerpt { text: text.to_owned(), range });
    BadInput(vec![
        Problem::at(
            Place::new("drplan.hcl", 12),
            "there is no attribute `regoin` in block state",
            "did you mean `region`?",
        )
        .excerpt(excerpt("\tregoin = \"***\"  # \u{202e}x", 1..7)),
        Problem::at(
            Place::new("kubernetes/configmap.yaml", 3),
            "ConfigMap ecommerce/ecommerce-config is defined twice, so that it would depend on the order of files \
             which of the two runs",
            "leave one of them out: --exclude GLOB",
        )
        .also(Place::new("kubernetes/old/configmap.yaml", 9), "also defined here"),
        Problem::new("standard input is empty", "give a state: --state FILE"),
        Problem::at(Place::new(NASTY, 3), NASTY, NASTY).excerpt(excerpt("日本 = \"***\"", 0..6)),
        Problem::at(Place::new("drplan.hcl", 4), "the range of this excerpt is not one", "look at the line")
            .excerpt(excerpt("x", 5..9)),
    ])
}
