//! Records and load balancers of other providers that lead into the lost region: no step has a call that moves them.

use super::super::facts::{Facts, Object};
use super::super::findings::Findings;
use super::unmoved::is_of_primary;
use crate::model::attributes::{self, Scalar};
use crate::model::paste;

/// Words in the names of types that lead traffic: `cloudflare_dns_record`, `google_dns_record_set`,
/// `openstack_dns_recordset_v2`, `cloudflare_load_balancer_pool`, `fastly_service_vcl`.
const LEADS: [&str; 6] = ["fastly_service", "load_balancer", "pullzone", "record", "recordset", "records"];

/// Whether a type of another provider leads traffic.
pub(in super::super) fn leads_abroad(object: &Object<'_, '_>) -> bool {
    let name = format!("_{}_", object.type_name());
    LEADS.iter().any(|word| name.contains(&format!("_{word}_")))
}

/// Whether drplan.hcl keeps its name where it is.
pub(in super::super) fn is_kept_abroad(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> bool {
    let keep = &facts.input.settings.dns.keep;
    object.texts().any(|text| keep.iter().any(|kept| kept == text.trim_end_matches('.')))
}

/// Tells what leads into the lost region, and gives what it leads to.
pub(in super::super) fn check_abroad(
    facts: &Facts<'_, '_>,
    object: &Object<'_, '_>,
    findings: &mut Findings,
) -> Option<String> {
    let primary = facts.primary.as_deref()?;
    let target = target(facts, object)?;
    let named = ["hostname", "fqdn", "qualified_name", "domain", "name"]
        .iter()
        .find_map(|attribute| object.text(attribute).filter(|text| !text.is_empty()))
        .unwrap_or(object.address())
        .trim_end_matches('.');
    findings.add(
        "traffic-unmovable",
        object.address(),
        format!(
            "{named} leads to {target} in {primary}, and no step of the plan can move it: it is at another provider"
        ),
        format!(
            "point it at what stands for {target} in {} by hand behind the gate (`dns {{ names = [...] }}` has the plan wait \
             for a name), and say so here: {}",
            facts.recovery,
            paste::block("skip", object.address(), "reason = \"...\"")
        ),
        facts.place_in_code(object),
    );
    Some(target)
}

/// The first host or address among its attributes that the lost region has.
fn target(facts: &Facts<'_, '_>, object: &Object<'_, '_>) -> Option<String> {
    let mut found = None;
    let mut visit = |_: &[attributes::Segment<'_>], scalar: Scalar<'_>| {
        let Some(text) = scalar.as_str().filter(|_| found.is_none()) else { return };
        let Some(host) = host_of(text) else { return };
        let lower = host.to_lowercase();
        if [host, &lower].iter().any(|host| facts.leads_into_primary(host)) || is_of_primary(facts, &lower) {
            found = Some(lower);
        }
    };
    // A state whose attributes are not sound JSON never gets here: the reader refuses it.
    let _ = attributes::walk(object.instance.attributes, &mut visit);
    found
}

/// The host or address of a URL, or the whole text where it is one: nothing around it, which may be a secret, is told.
fn host_of(text: &str) -> Option<&str> {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    if host.parse::<std::net::IpAddr>().is_ok() {
        return Some(host);
    }
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!host.is_empty() && host.chars().all(is_host)).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::host_of;

    #[test]
    fn a_host_is_told_without_what_stands_around_it() {
        for text in [
            "db.example.com",
            "db.example.com.",
            "db.example.com:5432",
            "postgres://u:secret@db.example.com/x?y",
        ] {
            assert_eq!(host_of(text), Some("db.example.com"), "{text}");
        }
        assert_eq!(host_of("2001:db8::1"), Some("2001:db8::1"));
        assert!(host_of("v=spf1 include:example.com -all").is_none() && host_of("").is_none());
    }
}
