//! How healthy a cluster is: on a terminal, and as Markdown. The verdict first, then what is wrong.

use super::Options;
use super::markdown::{escape, section};
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::{count, instant, list};
use crate::model::health::{Absent, Event, Health, Verdict, Zone};

/// Workloads that are named.
const NAMED: usize = 4;

/// As a terminal shows it.
#[must_use]
pub fn render_health(health: &Health, options: Options<'_>) -> String {
    let mut screen = Screen::new(options);
    let style = if health.verdict == Verdict::Ok { Style::Good } else { Style::Bad };
    screen.text(
        0,
        &[
            bold(format!("{}   ", health.cluster)),
            (style, verdict(health)),
            dim(format!("   {}", instant(health.at))),
        ],
    );
    screen.gap();
    let zones: Vec<String> = health.zones.iter().map(zone).collect();
    screen.row("nodes", &[plain(if zones.is_empty() { "none".to_owned() } else { zones.join(", ") })]);
    let up = health.workloads.iter().filter(|workload| workload.verdict == Verdict::Ok);
    let rest: Vec<String> =
        health.workloads.iter().filter(|workload| workload.rests).map(|one| one.object.clone()).collect();
    let resting = if rest.is_empty() {
        String::new()
    } else {
        format!("; of them with no pods by intent: {}", list(&rest, NAMED))
    };
    let workloads = count(health.workloads.len(), "workload");
    screen.row("workloads", &[plain(format!("{} of {workloads} up{resting}", up.count()))]);
    let led = health.services.iter().filter(|service| service.verdict == Verdict::Ok).count();
    let services = count(health.services.len(), "service");
    screen.row("services", &[plain(format!("{led} of {services} with endpoints"))]);
    problems(&mut screen, health);
    screen.finish()
}

fn problems(screen: &mut Screen, health: &Health) {
    let mut told = |style: Style, word: &str, what: &str, problem: &str, events: &[Event]| {
        screen.gap();
        screen.text(6, &[(style, word.to_owned()), bold(format!(": {what}: ")), plain(problem)]);
        for Event { object, reason, message, at } in events {
            let when = at.map_or_else(String::new, |at| format!("{} ", at.strftime("%H:%M:%S")));
            screen.text(8, &[dim(format!("      {when}{object} {reason}: {message}"))]);
        }
    };
    if health.empty {
        let what = "nothing runs in it: is it the cluster that was recovered? `kubectl config get-contexts` has the others";
        told(Style::Bad, "error", &health.cluster, what, &[]);
    }
    for Absent { namespace, near } in &health.absent {
        let near = near.as_ref().map_or_else(String::new, |near| format!("; is {near} meant?"));
        told(
            Style::Bad,
            "error",
            namespace,
            &format!("there is no such namespace in the cluster{near}"),
            &[],
        );
    }
    for zone in &health.zones {
        for problem in &zone.problems {
            told(Style::Bad, "error", name(zone), problem, &[]);
        }
    }
    for workload in &health.workloads {
        if let Some(problem) = &workload.problem {
            told(Style::Bad, "error", &workload.object, problem, &workload.events);
        }
    }
    for service in &health.services {
        if let Some(problem) = &service.problem {
            told(Style::Bad, "error", &service.object, problem, &[]);
        }
    }
    for api in &health.apis {
        told(Style::Bad, "error", &api.object, &api.problem, &[]);
    }
    for workload in &health.workloads {
        if let Some(warning) = &workload.warning {
            told(Style::Warn, "warning", &workload.object, warning, &[]);
        }
    }
    for gap in &health.gaps {
        told(Style::Warn, "unknown", &gap.source, &gap.detail, &[]);
    }
}

/// As Markdown: the verdict, then the screen.
#[must_use]
pub fn render_health_markdown(health: &Health) -> String {
    let screen = render_health(health, Options::default());
    section(&format!("{}: {}", escape(&health.cluster), verdict(health)), &screen)
}

fn verdict(health: &Health) -> String {
    match health.verdict {
        Verdict::Ok => "ok".to_owned(),
        Verdict::Unknown => "unknown: not all of it could be read".to_owned(),
        Verdict::Missed => {
            let missed = |verdicts: &mut dyn Iterator<Item = Verdict>| {
                verdicts.filter(|v| *v == Verdict::Missed).count()
            };
            let nodes: usize = health.zones.iter().map(|zone| zone.problems.len()).sum();
            let workloads = missed(&mut health.workloads.iter().map(|workload| workload.verdict));
            let services = missed(&mut health.services.iter().map(|service| service.verdict));
            let apis = health.apis.len();
            let parts = [(nodes, "node"), (workloads, "workload"), (services, "service"), (apis, "API")];
            let parts: Vec<String> =
                parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, noun)| count(n, noun)).collect();
            let unhealthy = (!parts.is_empty()).then(|| format!("{} not healthy", list(&parts, 4)));
            let absent = (!health.absent.is_empty())
                .then(|| format!("{} not there", count(health.absent.len(), "namespace")));
            let empty = health.empty.then(|| "nothing runs in it".to_owned());
            let told: Vec<String> = [empty, absent, unhealthy].into_iter().flatten().collect();
            format!("missed: {}", told.join(", "))
        }
    }
}

fn name(zone: &Zone) -> &str {
    if zone.name.is_empty() { "no zone" } else { &zone.name }
}

fn zone(zone: &Zone) -> String {
    format!("{} {} of {} ready", name(zone), zone.ready, zone.nodes)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::health::{FORMAT_VERSION, Service, Workload};

    fn health() -> Health {
        let zone = |name: &str, problems: &[&str]| Zone {
            name: name.to_owned(),
            ready: 2 - problems.len(),
            nodes: 2,
            problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
        };
        let workload = |name: &str, problem: Option<&str>, warning: Option<&str>| Workload {
            object: format!("Deployment/shop/{name}"),
            verdict: if problem.is_some() { Verdict::Missed } else { Verdict::Ok },
            rests: false,
            zones: BTreeMap::new(),
            problem: problem.map(str::to_owned),
            warning: warning.map(str::to_owned),
            events: Vec::new(),
        };
        let mut cart = workload("cart", Some("0 of 2 pods are ready"), None);
        cart.events = vec![Event {
            object: "Pod/shop/cart-1".to_owned(),
            reason: "Failed".to_owned(),
            message: "not found".to_owned(),
            at: Some("2026-11-22T11:59:00Z".parse().unwrap()),
        }];
        Health {
            empty: false,
            format_version: FORMAT_VERSION,
            cluster: "shop in us-west-2".to_owned(),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
            verdict: Verdict::Missed,
            absent: Vec::new(),
            zones: vec![zone("us-west-2a", &[]), zone("us-west-2b", &["b is not ready"])],
            workloads: vec![cart, workload("order", None, Some("all its 2 pods are in us-west-2a"))],
            services: vec![Service {
                object: "Service/shop/cart".to_owned(),
                verdict: Verdict::Ok,
                zones: BTreeMap::new(),
                problem: None,
            }],
            apis: Vec::new(),
            gaps: Vec::new(),
        }
    }

    #[test]
    fn the_verdict_comes_first_and_every_problem_is_told() {
        let shown = render_health(&health(), Options::default());
        let expected = "\
shop in us-west-2   missed: 1 node and 1 workload not healthy   22 Nov 2026 12:00 UTC

  nodes     us-west-2a 2 of 2 ready, us-west-2b 1 of 2 ready
  workloads 1 of 2 workloads up
  services  1 of 1 service with endpoints

error: us-west-2b: b is not ready

error: Deployment/shop/cart: 0 of 2 pods are ready
      11:59:00 Pod/shop/cart-1 Failed: not found

warning: Deployment/shop/order: all its 2 pods are in us-west-2a
";
        assert_eq!(shown, expected);
        let mut other = health();
        other.absent = vec![Absent { namespace: "shpo".to_owned(), near: Some("shop".to_owned()) }];
        let shown = render_health(&other, Options::default());
        assert!(
            shown.contains("missed: 1 namespace not there, 1 node and 1 workload not healthy"),
            "{shown}"
        );
        assert!(
            shown.contains("error: shpo: there is no such namespace in the cluster; is shop meant?"),
            "{shown}"
        );
        let markdown = render_health_markdown(&health());
        assert!(
            markdown
                .starts_with("### shop in us-west-2: missed: 1 node and 1 workload not healthy\n\n```text\n"),
            "{markdown}"
        );
    }
}
