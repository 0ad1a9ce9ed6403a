//! What is seen of a cluster, judged.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Absent, Api, Event, FORMAT_VERSION, Health, Seen, Service, Verdict, Workload, Zone};
use crate::model::rollout::causes::{self, short};
use crate::model::rollout::readiness::{self, Readiness};
use crate::model::rollout::{SCALES_FROM_NONE, UNANSWERED, condition, text};
use crate::model::words::count;

/// What happened before that explains nothing of now.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
/// Events of one workload.
const MOST_EVENTS: usize = 3;

const ZONE: &str = "/metadata/labels/topology.kubernetes.io~1zone";
const SERVICE: &str = "/metadata/labels/kubernetes.io~1service-name";

/// Judges a cluster; of what runs in it, all or that of some namespaces.
#[must_use]
pub fn assess(seen: &Seen, cluster: &str, namespaces: &[String]) -> Health {
    let zones = zones(seen);
    let in_zone = zones_of_nodes(seen);
    let pods = Pods::new(seen);
    let several = zones.iter().filter(|zone| zone.ready > 0).count() > 1;
    let is_asked = |object: &&Value| {
        namespaces.is_empty() || namespaces.iter().any(|name| name == text(object, "/metadata/namespace"))
    };
    let mut workloads: Vec<Workload> = items(&seen.workloads)
        .filter(is_asked)
        .map(|object| workload(seen, object, &pods, &in_zone, several))
        .collect();
    workloads.sort_by(|a, b| a.object.cmp(&b.object));
    let mut services: Vec<Service> = if seen.slices.is_some() {
        items(&seen.services).filter(is_asked).filter_map(|object| service(seen, object)).collect()
    } else {
        Vec::new()
    };
    services.sort_by(|a, b| a.object.cmp(&b.object));
    let apis = if namespaces.is_empty() { apis(seen) } else { Vec::new() };
    let absent = absent(seen, namespaces);
    // A wrong cluster and an empty one look the same, and neither is what a recovery leaves.
    let empty = namespaces.is_empty() && seen.workloads.is_some() && workloads.is_empty();
    let missed = empty
        || !apis.is_empty()
        || !absent.is_empty()
        || zones.iter().any(|zone| !zone.problems.is_empty())
        || workloads.iter().any(|workload| workload.verdict == Verdict::Missed)
        || services.iter().any(|service| service.verdict == Verdict::Missed);
    let verdict = match missed {
        true => Verdict::Missed,
        false if seen.gaps.is_empty() => Verdict::Ok,
        false => Verdict::Unknown,
    };
    Health {
        format_version: FORMAT_VERSION,
        cluster: cluster.to_owned(),
        at: seen.at,
        verdict,
        empty,
        absent,
        zones,
        workloads,
        services,
        apis,
        gaps: seen.gaps.clone(),
    }
}

fn apis(seen: &Seen) -> Vec<Api> {
    let of_others =
        items(&seen.apis).filter(|api| api.pointer("/spec/service").is_some_and(Value::is_object));
    let silent = of_others.filter_map(|api| {
        let why = match condition(api, "Available") {
            Some(("True", _, _)) => return None,
            Some((_, reason, message)) => short(&format!("{reason}: {message}")),
            None => "nobody has asked it yet".to_owned(),
        };
        let problem = format!("it does not answer ({why}): {UNANSWERED}");
        Some(Api { object: label(api, "APIService"), problem })
    });
    let mut apis: Vec<Api> = silent.collect();
    apis.sort_by(|a, b| a.object.cmp(&b.object));
    apis
}

/// Whether an autoscaler has a workload for its target.
fn is_scaled(seen: &Seen, object: &Value) -> bool {
    items(&seen.scalers).any(|scaler| {
        text(scaler, "/metadata/namespace") == text(object, "/metadata/namespace")
            && text(scaler, "/spec/scaleTargetRef/kind") == text(object, "/kind")
            && text(scaler, "/spec/scaleTargetRef/name") == text(object, "/metadata/name")
            // Its own brings it up from none.
            && text(scaler, "/metadata/labels/app.kubernetes.io~1managed-by") != SCALES_FROM_NONE
    })
}

/// Where none is known, none is missed.
fn absent(seen: &Seen, asked: &[String]) -> Vec<Absent> {
    let Some(known) = &seen.namespaces else { return Vec::new() };
    let names: Vec<&str> = known.iter().map(|namespace| text(namespace, "/metadata/name")).collect();
    let missing = asked.iter().filter(|asked| !names.contains(&asked.as_str()));
    let mut absent: Vec<Absent> = missing
        .map(|asked| Absent {
            namespace: asked.clone(),
            near: crate::model::nearest(asked, names.iter().copied()),
        })
        .collect();
    absent.dedup();
    absent
}

fn items(list: &Option<Vec<Value>>) -> impl Iterator<Item = &Value> {
    list.iter().flatten()
}

fn label(object: &Value, kind: &str) -> String {
    let [namespace, name] = ["/metadata/namespace", "/metadata/name"].map(|path| text(object, path));
    if namespace.is_empty() { format!("{kind}/{name}") } else { format!("{kind}/{namespace}/{name}") }
}

fn zones(seen: &Seen) -> Vec<Zone> {
    let mut zones: BTreeMap<&str, Zone> = BTreeMap::new();
    for node in items(&seen.nodes) {
        let name = text(node, ZONE);
        let empty = Zone { name: name.to_owned(), ready: 0, nodes: 0, problems: Vec::new() };
        let zone = zones.entry(name).or_insert(empty);
        zone.nodes += 1;
        let node_name = text(node, "/metadata/name");
        match condition(node, "Ready") {
            // A node that is being drained is well, and takes no pods.
            Some(("True", _, _)) if node.pointer("/spec/unschedulable") == Some(&Value::Bool(true)) => {}
            Some(("True", _, _)) => zone.ready += 1,
            Some((_, reason, message)) => {
                zone.problems.push(short(&format!("{node_name} is not ready: {reason}: {message}")));
            }
            None => zone.problems.push(format!("{node_name} is not ready: it has not said anything yet")),
        }
    }
    zones.into_values().collect()
}

fn zones_of_nodes(seen: &Seen) -> BTreeMap<&str, &str> {
    items(&seen.nodes).map(|node| (text(node, "/metadata/name"), text(node, ZONE))).collect()
}

/// Pods by the uid of the workload that they are of.
struct Pods<'s>(BTreeMap<&'s str, Vec<&'s Value>>);

impl<'s> Pods<'s> {
    fn new(seen: &'s Seen) -> Self {
        let sets: BTreeMap<&str, &str> =
            items(&seen.sets).filter_map(|set| Some((text(set, "/metadata/uid"), keeper(set)?))).collect();
        let mut pods: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
        for pod in items(&seen.pods) {
            let Some(keeper) = keeper(pod) else { continue };
            pods.entry(sets.get(keeper).copied().unwrap_or(keeper)).or_default().push(pod);
        }
        Self(pods)
    }

    fn of(&self, workload: &Value) -> &[&'s Value] {
        self.0.get(text(workload, "/metadata/uid")).map_or(&[], Vec::as_slice)
    }
}

fn keeper(object: &Value) -> Option<&str> {
    let owners = object.pointer("/metadata/ownerReferences")?.as_array()?;
    let keeper = owners.iter().find(|owner| owner.get("controller") == Some(&Value::Bool(true)))?;
    Some(text(keeper, "/uid"))
}

fn workload(
    seen: &Seen,
    object: &Value,
    pods: &Pods<'_>,
    in_zone: &BTreeMap<&str, &str>,
    several: bool,
) -> Workload {
    let own = pods.of(object);
    let mut zones: BTreeMap<String, usize> = BTreeMap::new();
    for pod in own.iter().filter(|pod| matches!(condition(pod, "Ready"), Some(("True", _, _)))) {
        let zone = in_zone.get(text(pod, "/spec/nodeName")).copied().unwrap_or_default();
        *zones.entry(zone.to_owned()).or_default() += 1;
    }
    let kind = text(object, "/kind");
    let problem = match readiness::of(object) {
        Readiness::Ready => None,
        Readiness::Failed(why) | Readiness::Waiting(why) => Some(match cause(seen, object, own) {
            Some(cause) => format!("{why}: {cause}"),
            None => why,
        }),
    };
    let running: usize = zones.values().sum();
    let alone = zones
        .keys()
        .next()
        .filter(|_| problem.is_none() && several && running > 1 && zones.len() == 1 && kind != "DaemonSet");
    let rests = object.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0);
    let warning = alone
        .map(|zone| format!("all its {running} pods are in {zone}: the loss of that zone takes it down"))
        .or_else(|| {
            (rests && is_scaled(seen, object)).then(|| {
                "it has 0 replicas, where its autoscaler does nothing: scale it up once (kubectl scale), if it is to run"
                    .to_owned()
            })
        });
    let events = if problem.is_some() { events(seen, object, own) } else { Vec::new() };
    Workload {
        object: label(object, kind),
        verdict: if problem.is_some() { Verdict::Missed } else { Verdict::Ok },
        rests,
        zones,
        problem,
        warning,
        events,
    }
}

fn cause(seen: &Seen, object: &Value, pods: &[&Value]) -> Option<String> {
    let now = Some(seen.at);
    let told = |stuck: &causes::Stuck| format!("{}: {}", stuck.reason, stuck.detail);
    if let Some((stuck, _)) = causes::of_workload(object, now) {
        return Some(told(&stuck));
    }
    let mut stuck: Vec<causes::Stuck> = Vec::new();
    for pod in pods {
        match causes::of_pod(pod, now) {
            causes::Verdict::Fine => {}
            causes::Verdict::Stuck(found) => stuck.push(found),
            causes::Verdict::AskEvents => stuck.extend(causes::of_events(&about(seen, pod))),
        }
    }
    let first = stuck.first()?;
    let same = stuck.iter().filter(|other| other.reason == first.reason).count();
    Some(format!("{same} of {} cannot start: {}", count(pods.len(), "pod"), told(first)))
}

/// Events about an object, oldest first.
fn about(seen: &Seen, object: &Value) -> Vec<Value> {
    let uid = text(object, "/metadata/uid");
    let mut found: Vec<&Value> =
        items(&seen.events).filter(|event| text(event, "/involvedObject/uid") == uid).collect();
    found.sort_by_key(|event| when(event));
    found.into_iter().cloned().collect()
}

fn when(event: &Value) -> Option<Timestamp> {
    let times = ["/series/lastObservedTime", "/lastTimestamp", "/eventTime"].map(|path| text(event, path));
    times.iter().find_map(|time| time.parse().ok())
}

/// The newest warnings about a workload and its pods, one of a reason.
fn events(seen: &Seen, object: &Value, pods: &[&Value]) -> Vec<Event> {
    let mut uids: Vec<&str> = pods.iter().map(|pod| text(pod, "/metadata/uid")).collect();
    uids.push(text(object, "/metadata/uid"));
    let own = text(object, "/metadata/uid");
    uids.extend(
        items(&seen.sets).filter(|set| keeper(set) == Some(own)).map(|set| text(set, "/metadata/uid")),
    );
    let is_recent = |event: &&Value| when(event).is_none_or(|at| seen.at.duration_since(at) < RECENT);
    let mut found: Vec<&Value> = items(&seen.events)
        .filter(|event| text(event, "/type") == "Warning")
        .filter(|event| uids.contains(&text(event, "/involvedObject/uid")))
        .filter(is_recent)
        .collect();
    found.sort_by_key(|event| std::cmp::Reverse(when(event)));
    let mut told: Vec<Event> = Vec::new();
    for event in found {
        let reason = text(event, "/reason");
        if told.len() < MOST_EVENTS && told.iter().all(|other| other.reason != reason) {
            let [kind, namespace, name] = ["kind", "namespace", "name"]
                .map(|field| text(event, &format!("/involvedObject/{field}")).to_owned());
            told.push(Event {
                object: format!("{kind}/{namespace}/{name}"),
                reason: reason.to_owned(),
                message: short(text(event, "/message")),
                at: when(event),
            });
        }
    }
    told
}

/// `None` for a service that leads to no pods of this cluster.
fn service(seen: &Seen, object: &Value) -> Option<Service> {
    let selector =
        object.pointer("/spec/selector").and_then(Value::as_object).filter(|labels| !labels.is_empty())?;
    let [namespace, name] = ["/metadata/namespace", "/metadata/name"].map(|path| text(object, path));
    let own =
        |slice: &&Value| text(slice, "/metadata/namespace") == namespace && text(slice, SERVICE) == name;
    let (mut zones, mut unready) = (BTreeMap::<String, usize>::new(), 0_usize);
    for slice in items(&seen.slices).filter(own) {
        for endpoint in slice.get("endpoints").and_then(Value::as_array).into_iter().flatten() {
            // Not told is ready (<https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready>).
            if endpoint.pointer("/conditions/ready") == Some(&Value::Bool(false)) {
                unready += 1;
            } else {
                *zones.entry(text(endpoint, "/zone").to_owned()).or_default() += 1;
            }
        }
    }
    let rests = || {
        items(&seen.workloads).any(|workload| {
            let labels = workload.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
            text(workload, "/metadata/namespace") == namespace
                && workload.pointer("/spec/replicas").and_then(Value::as_u64) == Some(0)
                && labels
                    .is_some_and(|labels| selector.iter().any(|(key, value)| labels.get(key) == Some(value)))
        })
    };
    let asked_for = || {
        items(&seen.pods)
            .filter(|pod| text(pod, "/metadata/namespace") == namespace)
            .filter(|pod| {
                let labels = pod.pointer("/metadata/labels").and_then(Value::as_object);
                labels
                    .is_some_and(|labels| selector.iter().all(|(key, value)| labels.get(key) == Some(value)))
            })
            .count()
    };
    let problem = match (zones.is_empty(), unready) {
        (false, _) => None,
        (true, 0) if rests() => None,
        (true, 0) => Some(match asked_for() {
            0 => "no pod has the labels that it asks for, so nobody answers".to_owned(),
            pods => format!(
                "{} the labels that it asks for, and none is among its endpoints: see their addresses and its EndpointSlices",
                if pods == 1 { "1 pod has".to_owned() } else { format!("{pods} pods have") }
            ),
        }),
        (true, _) => Some(format!("none of its {} is ready, so nobody answers", count(unready, "endpoint"))),
    };
    Some(Service {
        object: label(object, "Service"),
        verdict: if problem.is_some() { Verdict::Missed } else { Verdict::Ok },
        zones,
        problem,
    })
}

#[cfg(test)]
mod tests;
