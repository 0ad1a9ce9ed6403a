//! What will be there in the new cluster, whoever provides it.

use std::collections::{BTreeMap, HashSet};

use super::labels::Labels;
use super::thing::{DEFINITION, LABEL, Thing};
use super::{charts, eks, engine, objects, unread, vaults};
use crate::planner::dispositions::Decided;
use crate::planner::facts::Facts;

/// Whether something will be there.
pub(super) enum Answer<'p> {
    Provided,
    /// What would bring it is left out: its address.
    LeftOut(&'p str),
    Nothing,
}

/// Everything that is provided.
pub(super) struct Provided<'i> {
    exact: HashSet<Thing<'i>>,
    patterns: HashSet<Thing<'i>>,
    /// By whom, of what is left out.
    left_out: BTreeMap<Thing<'i>, String>,
    labels: Labels,
    unread: unread::Unread<'i>,
}

/// Takes what something brings.
pub(super) type Bring<'b, 'i> = &'b mut dyn FnMut(Thing<'i>);

impl<'i> Provided<'i> {
    pub(super) fn read(facts: &Facts<'i, '_>, decided: &Decided) -> Self {
        let mut provided = Self {
            exact: HashSet::new(),
            patterns: HashSet::new(),
            left_out: BTreeMap::new(),
            labels: Labels::read(facts, decided),
            unread: unread::Unread::read(facts),
        };
        eks::bring(facts, &mut |thing| provided.add(thing));
        for object in &facts.input.manifests.objects {
            objects::bring(object, &mut |thing| provided.add(thing));
            charts::of_object(object, &mut |thing| provided.add(thing));
        }
        engine::bring(facts, decided, &mut |thing, left_out| match left_out {
            None => provided.add(thing),
            Some(address) => {
                provided.left_out.entry(thing).or_insert(address);
            }
        });
        vaults::bring(facts, &mut |thing| provided.add(thing));
        for named in &facts.input.settings.provides {
            if let Some(thing) = Thing::parse(&named.subject)
                && engine::named_comes_back(facts, decided, &named.by)
            {
                provided.add(thing);
            }
        }
        provided
    }

    fn add(&mut self, thing: Thing<'i>) {
        if thing.is_pattern() {
            self.patterns.insert(thing);
        } else {
            self.exact.insert(thing);
        }
    }

    fn has(&self, thing: &Thing<'_>) -> bool {
        self.exact.contains(thing) || self.patterns.iter().any(|pattern| pattern.covers(thing))
    }

    /// The folder of what was not read and takes in what nobody knows, where that may bring it.
    pub(super) fn may_be_in(&self, thing: &Thing<'_>) -> Option<&'i str> {
        self.unread.may_take_in(thing)
    }

    /// Whether something will be there.
    pub(super) fn answer(&self, thing: &Thing<'_>) -> Answer<'_> {
        if self.has(thing) || self.unread.holds(thing) || (thing.kind == LABEL && self.labels.have(thing)) {
            return Answer::Provided;
        }
        let group = thing.group().map(|group| Thing::wide(DEFINITION, group));
        if group.as_ref().is_some_and(|group| self.has(group)) {
            return Answer::Provided;
        }
        match self.left_out.iter().find(|(one, _)| one.provides(thing)).map(|(_, address)| address) {
            Some(address) => Answer::LeftOut(address),
            None => Answer::Nothing,
        }
    }
}
