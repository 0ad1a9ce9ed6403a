//! What stands in the recovery region already and belongs to the primary's own state: it may be the counterpart of
//! another of its resources, and one object is bound to one address only.
//!
//! <https://opentofu.org/docs/language/import/>

use std::collections::{BTreeMap, HashMap};

use super::dispositions::Decided;
use super::facts::Facts;
use super::findings::Findings;
use crate::model::{paste, words};
use crate::plan::resource::Engine;

/// Adds each module, or resource of none, whose objects would be imported for another address too.
pub(super) fn check(facts: &Facts<'_, '_>, decided: &Decided, findings: &mut Findings) {
    let imported = || {
        facts.objects.iter().enumerate().filter_map(|(at, object)| {
            let resource = decided.resource(at).filter(|resource| resource.engine == Engine::Import)?;
            Some((object, (object.type_name(), resource.counterpart.as_deref()?)))
        })
    };
    let is_there = |region: Option<&str>| region == Some(facts.recovery);
    let others: HashMap<_, _> = imported()
        .filter(|(object, _)| !is_there(object.region.as_deref()))
        .map(|(object, what)| (what, object.address()))
        .collect();
    let mut twice: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (object, what) in imported().filter(|(object, _)| is_there(object.region.as_deref())) {
        let Some(other) = others.get(&what) else { continue };
        let module = &*object.instance.module;
        let of = if module.is_empty() { object.instance.config_address.as_str() } else { module };
        twice.entry(of).or_default().push((object, *other));
    }
    for (of, pairs) in twice {
        let Some(((object, other), more)) = pairs.split_first() else { continue };
        let more = match more.len() {
            0 => String::new(),
            count => format!(" ({} more of {of})", words::count(count, "resource")),
        };
        findings.add(
            "imported-twice",
            of,
            format!(
                "{} stands in {} already, and the plan imports it for {other} too{more}: two addresses of one state would \
                 own one object",
                object.address(),
                facts.recovery
            ),
            format!(
                "where the code does not make it in {}, leave it out: {}; else name another counterpart for {other}",
                facts.recovery,
                paste::block("skip", of, "reason = \"...\"")
            ),
            facts.place_in_code(object),
        );
    }
}
