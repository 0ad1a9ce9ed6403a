//! What external-dns is told not to write.
//!
//! <https://kubernetes-sigs.github.io/external-dns/latest/docs/flags/>

use regex::Regex;

use super::super::facts::Facts;
use super::controller::{ROUTES, flag, flags, plain};
use crate::model::document::{Node, Object};
use crate::model::inventory::{DnsZone, Record};

/// Why a controller does not move a host that an object asks for; `None` where nothing keeps it from that.
pub(super) fn keeps_from(
    facts: &Facts<'_, '_>,
    container: &Node,
    object: &Object,
    host: &str,
) -> Option<String> {
    let given = |name: &str| flag(container, name);
    if on(container, "dry-run") {
        return Some("it only tells what it would do (--dry-run)".to_owned());
    }
    if let Some(provider) = given("provider").filter(|provider| *provider != "aws")
        && zone_of(facts, host).is_some()
    {
        return Some(format!("it writes to {provider}, and the name is in a zone of Route 53 (--provider)"));
    }
    if let Some(policy) = given("policy").filter(|policy| *policy == "create-only") {
        return Some(format!("it changes no record that is there (--policy={policy})"));
    }
    let of = |domain: &&str| {
        let domain = plain(domain);
        host == domain || host.ends_with(&format!(".{}", domain.trim_start_matches('.')))
    };
    if given("regex-domain-filter").is_some_and(|text| !text.is_empty()) {
        if let Some(why) = kept_by_expression(container, host) {
            return Some(why);
        }
    } else {
        if flags(container, "exclude-domains").iter().any(of) {
            return Some("it is told to leave that (--exclude-domains)".to_owned());
        }
        let domains = flags(container, "domain-filter");
        if !domains.is_empty() && !domains.iter().any(of) {
            return Some(format!("it writes only under {} (--domain-filter)", domains.join(", ")));
        }
    }
    let sources = flags(container, "source");
    let kind = object.kind.to_lowercase();
    let kind = if ROUTES.contains(&object.kind.as_str()) { format!("gateway-{kind}") } else { kind };
    let is_source = matches!(kind.as_str(), "ingress" | "service") || kind.starts_with("gateway-");
    if is_source && !sources.is_empty() && !sources.contains(&kind.as_str()) {
        return Some(format!("it looks at no {} (--source={})", object.kind, sources.join(", ")));
    }
    let namespace = object.namespace.as_deref().unwrap_or("default");
    if let Some(only) = given("namespace").filter(|only| !only.is_empty() && *only != namespace) {
        return Some(format!("it looks at namespace {only} only (--namespace)"));
    }
    for (name, part) in [("annotation-filter", "annotations"), ("label-filter", "labels")] {
        let filter = given(name).and_then(|filter| filter.split_once('='));
        if let Some((key, wanted)) = filter.filter(|(key, _)| !key.contains([' ', ',', '!', '('])) {
            let wanted = wanted.trim_start_matches('=');
            if object.root.str_at(&["metadata", part, key]) != Some(wanted) {
                return Some(format!("it looks only at what has {key}={wanted} (--{name})"));
            }
        }
    }
    let classes = flags(container, "ingress-class");
    let class = super::super::manifests::ingress_class(object);
    if object.kind == "Ingress" && !classes.is_empty() && !class.is_some_and(|class| classes.contains(&class))
    {
        return Some(format!("it looks at Ingresses of class {} only (--ingress-class)", classes.join(", ")));
    }
    let zone = zone_of(facts, host)?;
    let ids = flags(container, "zone-id-filter");
    if !ids.is_empty() && !ids.iter().any(|id| id.trim_start_matches("/hostedzone/") == zone.id) {
        return Some(format!("it writes only in zone {} (--zone-id-filter)", ids.join(", ")));
    }
    let wanted = if zone.private { "private" } else { "public" };
    if let Some(kind) = given("aws-zone-type").filter(|kind| !kind.is_empty() && *kind != wanted) {
        return Some(format!("it writes in {kind} zones only (--aws-zone-type)"));
    }
    is_of_another(container, zone, host)
}

/// Expressions take the place of the filters by domain. One that is no expression here says nothing.
fn kept_by_expression(container: &Node, host: &str) -> Option<String> {
    let matches = |name: &str| {
        let text = flag(container, name).filter(|text| !text.is_empty())?;
        Some((text, Regex::new(text).ok()?.is_match(host)))
    };
    match (matches("regex-domain-filter"), matches("regex-domain-exclusion")) {
        (_, Some((left, true))) => Some(format!("it leaves what {left} matches (--regex-domain-exclusion)")),
        (Some((wanted, false)), _) => {
            Some(format!("it writes only what {wanted} matches (--regex-domain-filter)"))
        }
        _ => None,
    }
}

/// A record that is there is changed only by the owner that the TXT record beside it names.
/// <https://kubernetes-sigs.github.io/external-dns/latest/docs/registry/txt/>
fn is_of_another(container: &Node, zone: &DnsZone, host: &str) -> Option<String> {
    if flag(container, "registry").is_some_and(|registry| registry != "txt") {
        return None;
    }
    let records = zone.records.as_ref()?;
    let stands = |record: &&Record| {
        record.name.eq_ignore_ascii_case(host)
            && matches!(record.record_type.as_str(), "A" | "AAAA" | "CNAME")
    };
    records.iter().find(stands)?;
    let owner = flag(container, "txt-owner-id").unwrap_or("default");
    let prefix = flag(container, "txt-prefix").unwrap_or_default();
    let suffix = flag(container, "txt-suffix").unwrap_or_default();
    // A template in the affix names the type of the record: which one, no flag tells.
    if prefix.contains('%') || suffix.contains('%') {
        return None;
    }
    let (first, rest) = host.split_once('.').unwrap_or((host, ""));
    let names = ["", "a-", "aaaa-", "cname-"]
        .map(|kind| format!("{prefix}{kind}{first}{suffix}.{rest}").to_lowercase());
    let mut beside = records
        .iter()
        .filter(|record| record.record_type == "TXT" && names.contains(&record.name.to_lowercase()))
        .flat_map(|record| &record.values)
        .filter_map(|text| {
            text.trim_matches('"').split(',').find_map(|part| part.strip_prefix("external-dns/owner="))
        })
        .peekable();
    match beside.peek() {
        None => Some(format!(
            "no TXT record says that its record is of owner {owner}, so that it leaves it alone"
        )),
        Some(other) => {
            let other = (*other).to_owned();
            (!beside.any(|known| known == owner))
                .then(|| format!("its record is of owner {other}, and it is {owner} (--txt-owner-id)"))
        }
    }
}

/// The recorded zone that holds a host: the one with the longest name.
fn zone_of<'f>(facts: &'f Facts<'_, '_>, host: &str) -> Option<&'f DnsZone> {
    let zones = facts.inventory().and_then(|inventory| inventory.dns_zones.as_ref());
    let within = |zone: &&DnsZone| {
        let name = zone.name.trim_end_matches('.');
        host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    zones.into_iter().flatten().filter(within).max_by_key(|zone| (zone.name.len(), !zone.private))
}

/// A flag that is there, whatever it is set to but `false`.
fn on(container: &Node, name: &str) -> bool {
    let words = ["command", "args"].into_iter().filter_map(|key| container.get(key)).flat_map(Node::items);
    let bare = format!("--{name}");
    let mut words = words.filter_map(|word| word.str_at(&[]));
    words.any(|word| {
        word == bare || word.strip_prefix(&bare).is_some_and(|rest| rest.starts_with('=') && rest != "=false")
    })
}
