//! What others know of the stack, outside of AWS and of all inputs: addresses on their lists, domains that they verified.

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::words;
use crate::plan::resource::Disposition;

/// Adds what is made anew and others hold.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let made = |types: &'static [&'static str]| {
        facts.objects.iter().enumerate().filter(move |(at, object)| {
            types.contains(&object.type_name())
                && decided.resource(*at).is_some_and(|resource| resource.disposition == Disposition::Create)
        })
    };
    // What the stack calls out from: allow-lists of payment providers and partners have these.
    let gateways: Vec<_> = made(&["aws_nat_gateway"])
        .map(|(_, object)| object)
        .filter(|object| object.text("connectivity_type") != Some("private"))
        .collect();
    if let Some((first, more)) = gateways.split_first() {
        let addresses: Vec<&str> = gateways.iter().filter_map(|object| object.text("public_ip")).collect();
        let more = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
        let known = if addresses.is_empty() { String::new() } else { format!(" ({})", addresses.join(", ")) };
        findings.add(
            "known-outside",
            first.address(),
            format!(
                "calls leave {} by new addresses: whoever has those of {}{more}{known} on a list refuses them until told",
                facts.recovery,
                first.address()
            ),
            "reserve the addresses of the recovery region today (aws_eip), and have them put on the lists beforehand",
            facts.place_in_code(first),
        );
    }
    let senders: Vec<_> =
        made(&["aws_ses_domain_identity", "aws_ses_email_identity", "aws_sesv2_email_identity"])
            .map(|(_, object)| object)
            .collect();
    if let Some((first, more)) = senders.split_first() {
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(" and {}", words::count(more.len(), "more identity"))
        };
        findings.add(
            "known-outside",
            first.address(),
            format!(
                "{}{more} of SES must be verified in {} anew, and a new region sends to verified addresses only",
                first.address(),
                facts.recovery
            ),
            "verify it there today, and ask for production access of SES in that region",
            facts.place_in_code(first),
        );
    }
}
