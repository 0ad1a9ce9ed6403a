//! Uses inside the attributes of the state's objects.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::super::dispositions::{Decided, step_id};
use super::super::facts::{Facts, Object, Owned};
use super::super::findings::Findings;
use super::super::references;
use super::Values;
use super::encoded;
use super::tokens::{Counterpart, Index, Owner, Token, is_given};
use super::told::{report, report_unowned};
use super::uses::Uses;
use super::verdict::{Verdict, classify};
use crate::model::attributes::{self, Scalar, Segment};
use crate::model::configuration::{Argument, Literal, ResourceBlock};
use crate::model::types::Scope;
use crate::model::value::ValueKind;
use crate::model::words;
use crate::plan::action::Rewrite;
use crate::plan::resource::{Disposition, PlannedResource};
use crate::plan::values::{Site, Use, UseDisposition};

/// Searches every object of the state, data sources too.
pub(super) fn search(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    index: &Index<'_>,
    uses: &mut Uses<'_, '_>,
    values: &mut Values,
    findings: &mut Findings,
) {
    uses.name_owners(facts.objects.iter().map(|object| object.address().to_owned()).collect());
    let mut unverified = 0_u64;
    let mut unowned: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let tallies: Vec<Tally> = facts
        .objects
        .par_iter()
        .enumerate()
        .map(|(at, object)| search_object(facts, decided, index, at, object))
        .collect();
    for (object, tally) in facts.objects.iter().zip(tallies) {
        unverified += tally.unverified;
        for (token, found) in tally.uses {
            uses.add(token, found);
        }
        for (token, pointer) in tally.unplaced {
            if matches!(index.tokens[token].owner, Owner::Nobody { .. }) {
                unowned.entry(token).or_default().push(format!("{} {pointer}", label(object)));
                continue;
            }
            report(facts, &index.tokens[token], &label(object), &pointer, findings);
        }
        // What runs in the cluster starts with the value it is given: it is made after the store that it names.
        let in_cluster = object.entry.is_some_and(|entry| entry.scope == Scope::Cluster);
        if in_cluster && !tally.restored.is_empty() {
            values.made_after.insert(object.address().to_owned(), tally.restored);
        }
        if !tally.splices.is_empty() && object.type_name() == "aws_secretsmanager_secret_version" {
            values.secret_splices.insert(object.address().to_owned(), tally.splices);
        }
    }
    for (token, places) in unowned {
        report_unowned(facts, &index.tokens[token], &places, findings);
    }
    if unverified > 0 {
        findings.add(
            "references-unverified",
            facts.input.state.origin.clone(),
            format!(
                "{} of the primary in resources that the engine makes anew: whether the code computes {} or has \
                 {} written out cannot be told without the code",
                words::count(usize::try_from(unverified).unwrap_or(usize::MAX), "value"),
                if unverified == 1 { "it" } else { "them" },
                if unverified == 1 { "it" } else { "them" }
            ),
            "give the configuration: --terraform DIR",
            None,
        );
    }
}

/// One walk over an object's attributes.
fn search_object(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    index: &Index<'_>,
    at: usize,
    object: &Object<'_, '_>,
) -> Tally {
    let site = ResourceSite::new(facts, decided, index, at, object);
    let mut tally = Tally::default();
    let mut keys = HashSet::new();
    let mut visit = |path: &[Segment<'_>], scalar: Scalar<'_>| {
        for (depth, key) in path.iter().enumerate().filter_map(|(at, segment)| Some((at, named_by(segment)?)))
        {
            let path = &path[..=depth];
            if !keys.insert(attributes::pointer(path)) {
                continue;
            }
            for hit in index.find(key) {
                record(&site, index, (hit.token, key, hit.start), path, Some("key".to_owned()), &mut tally);
            }
        }
        match scalar {
            Scalar::String(text) => {
                if let Some(token) = plain_use(facts, index, object, path, &text) {
                    record(&site, index, (token, &text, 0), path, None, &mut tally);
                    return;
                }
                encoded::scan(index, &text, &mut |hit| {
                    record(
                        &site,
                        index,
                        (hit.at.token, hit.text, hit.at.start),
                        path,
                        hit.within,
                        &mut tally,
                    );
                });
            }
            Scalar::Integer(number) => {
                if let Some(token) = own_port(index, at, path, number) {
                    record(&site, index, (token, "", 0), path, None, &mut tally);
                }
            }
            Scalar::Bool(_) => {}
        }
    };
    // A state whose attributes are not sound JSON never gets here: the reader refuses it.
    let _ = attributes::walk(object.instance.attributes, &mut visit);
    tally
}

/// A key that people chose, of tags or dimensions: names of the provider's schema have letters and `_` only, and no
/// owned value is made of those.
fn named_by<'s>(segment: &'s Segment<'_>) -> Option<&'s str> {
    match segment {
        Segment::Key(key) if key.contains(['-', '.', ':', '/']) => Some(key),
        Segment::Key(_) | Segment::Index(_) => None,
    }
}

/// How people are told of an object.
fn label(object: &Object<'_, '_>) -> String {
    match &object.instance.deposed {
        Some(key) => format!("{} (deposed {key})", object.address()),
        None => object.address().to_owned(),
    }
}

/// What decides about the uses in one object.
struct ResourceSite<'s, 'a> {
    at: usize,
    label: String,
    address: &'s str,
    owned: &'s [Owned<'a>],
    managed: bool,
    disposition: Option<Disposition>,
    /// Made behind the gate.
    postponed: bool,
    /// Its attributes are those of the engine's plan.
    planned: bool,
    block: Option<&'s ResourceBlock>,
    /// Literals of the block that hold a token.
    pinned: Vec<(&'s Argument, &'s Literal)>,
}

impl<'s, 'a> ResourceSite<'s, 'a> {
    fn new(
        facts: &Facts<'s, '_>,
        decided: &Decided,
        index: &Index<'_>,
        at: usize,
        object: &'s Object<'s, 'a>,
    ) -> Self {
        let block = facts.block(object.instance);
        let pinned = block
            .map(|block| &block.arguments[..])
            .unwrap_or_default()
            .iter()
            .flat_map(|argument| argument.literals.iter().map(move |literal| (argument, literal)))
            .filter(|(_, literal)| !index.find(&literal.text).is_empty())
            .collect();
        let resource = decided.resource(at);
        let disposition = resource.map(|resource| resource.disposition);
        let postponed = resource.is_some_and(PlannedResource::is_postponed);
        Self {
            at,
            label: label(object),
            address: object.address(),
            owned: &object.owned,
            managed: object.is_managed(),
            disposition,
            postponed,
            planned: object.only_planned,
            block,
            pinned,
        }
    }

    fn classify(
        &self,
        token: &Token<'_>,
        (text, start): (&str, usize),
        path: &[Segment<'_>],
        unverified: &mut u64,
    ) -> Verdict {
        // Two may own the same: the zone in which RDS has the hosts of a region.
        let shared = || {
            token.counterpart == Counterpart::Nobody && self.owned.iter().any(|own| own.value == token.text)
        };
        if token.owner == Owner::Object(self.at) || !self.managed || shared() {
            return Verdict::own();
        }
        match self.disposition {
            // It is made with what is planned, and what of that is lost is told with the engine's plan.
            _ if self.planned => Verdict::kept(),
            Some(Disposition::Create) => self.classify_made(token, path, unverified),
            Some(Disposition::Restore | Disposition::Promote | Disposition::Update) => {
                let unowned = matches!(token.owner, Owner::Nobody { .. });
                if unowned && is_made_up(path) { Verdict::own() } else { classify(token, text, start) }
            }
            // It stays as it is: shared, adopted as found, or left out.
            _ => Verdict::kept(),
        }
    }

    /// Whether the code has it written out.
    fn is_written(&self, token: &Token<'_>, path: &[Segment<'_>]) -> bool {
        self.pinned.iter().any(|(argument, literal)| {
            literal.text.contains(&*token.text) && argument_holds(&argument.path, path)
        })
    }

    /// Inside what the engine makes: written out in the code, computed by it, or by AWS.
    fn classify_made(&self, token: &Token<'_>, path: &[Segment<'_>], unverified: &mut u64) -> Verdict {
        let here = || step_id(if self.postponed { "dns" } else { "infra" }, self.address);
        if self.is_written(token, path) && token.counterpart != Counterpart::Same {
            // What drplan.hcl says of it holds in the copy of the code that the engine gets.
            return match &token.counterpart {
                Counterpart::Known(to) if token.owner == Owner::Settings => Verdict::rewritten(to.clone()),
                _ => Verdict::unplaced(),
            };
        }
        // The code is given it from outside of the stack, and is given the same again.
        if token.owner == (Owner::Nobody { looked_up: false })
            && is_given(path)
            && self.block.is_none_or(|block| has_argument(block, path))
        {
            return Verdict::unplaced();
        }
        if self.block.is_none() && token.counterpart != Counterpart::Same {
            *unverified += 1;
        }
        match &token.counterpart {
            Counterpart::Same => Verdict::kept(),
            Counterpart::Known(to) if self.block.is_none_or(|block| has_argument(block, path)) => {
                Verdict::rewritten(to.clone())
            }
            Counterpart::After(step) => Verdict::after(step.clone()),
            Counterpart::Known(_) | Counterpart::Nobody => Verdict::after(here()),
        }
    }
}

/// Whether an argument of the code, its names joined by `.`, is or holds what the state has at a path.
fn argument_holds(argument: &str, path: &[Segment<'_>]) -> bool {
    let mut names = path.iter().filter_map(|segment| match segment {
        Segment::Key(key) => Some(&**key),
        Segment::Index(_) => None,
    });
    // The state may end earlier (a policy's JSON is one string) or go deeper than the code's names.
    argument.split('.').all(|part| names.next().is_none_or(|name| name == part))
}

fn has_argument(block: &ResourceBlock, path: &[Segment<'_>]) -> bool {
    let Some(Segment::Key(first)) = path.first() else { return false };
    block.arguments.iter().any(|argument| argument.path.split('.').next() == Some(&**first))
}

/// Whether AWS fills it in: the secret that RDS keeps a managed password in, with the key of that.
fn is_made_up(path: &[Segment<'_>]) -> bool {
    matches!(path.first(), Some(Segment::Key(first)) if &**first == "master_user_secret")
}

/// What the walk over one object leaves.
#[derive(Default)]
struct Tally {
    /// Uses with their tokens.
    uses: Vec<(usize, Use)>,
    splices: Vec<Rewrite>,
    unverified: u64,
    unplaced: Vec<(usize, String)>,
    /// Restores that it waits for.
    restored: Vec<String>,
}

fn record(
    site: &ResourceSite<'_, '_>,
    index: &Index<'_>,
    (token, text, start): (usize, &str, usize),
    path: &[Segment<'_>],
    within: Option<String>,
    tally: &mut Tally,
) {
    let owned = &index.tokens[token];
    let verdict = site.classify(owned, (text, start), path, &mut tally.unverified);
    let pointer = attributes::pointer(path);
    if pointer.starts_with("/secret_string")
        && matches!(verdict.disposition, UseDisposition::Rewritten | UseDisposition::KnownAfter)
    {
        tally.splices.push(Rewrite {
            path: pointer.clone(),
            within: within.clone(),
            token: owned.text.to_string(),
            owner: None,
            counterpart: verdict.counterpart.clone(),
            known_after: verdict.known_after.clone(),
        });
    }
    if let Some(step) = verdict.known_after.as_ref().filter(|step| step.starts_with("restore/")) {
        tally.restored.push(step.clone());
    }
    // What is made and pinned is reported where the code has it, with file and line.
    let in_code = site.disposition == Some(Disposition::Create) && site.is_written(owned, path);
    if verdict.disposition == UseDisposition::Unplaced && !in_code {
        tally.unplaced.push((token, pointer.clone()));
    }
    let place = Site::Resource { resource: site.label.clone(), path: pointer, within };
    tally.uses.push((token, verdict.at(place)));
}

/// A plain name counts where the field's meaning is the owner's type and the owner is among the dependencies.
fn plain_use(
    facts: &Facts<'_, '_>,
    index: &Index<'_>,
    object: &Object<'_, '_>,
    path: &[Segment<'_>],
    text: &str,
) -> Option<usize> {
    let field = path.iter().rev().find_map(|segment| match segment {
        Segment::Key(key) => Some(&**key),
        Segment::Index(_) => None,
    })?;
    let meant = references::meaning(field);
    if meant.is_empty() {
        return None;
    }
    let owners = index.plain.get(text)?;
    owners.iter().copied().find(|token| {
        let Owner::Object(owner) = index.tokens[*token].owner else { return false };
        let owner = &facts.objects[owner];
        index.tokens[*token].kind == ValueKind::Name
            && meant.contains(&owner.type_name())
            && (owner.address() == object.address()
                || object
                    .instance
                    .dependencies
                    .iter()
                    .any(|address| **address == *owner.instance.config_address))
    })
}

/// A port counts where the object that owns it states it.
fn own_port(index: &Index<'_>, at: usize, path: &[Segment<'_>], number: i64) -> Option<usize> {
    let [Segment::Key(key)] = path else { return None };
    if key != "port" {
        return None;
    }
    let owners = index.plain.get(&number.to_string())?;
    owners.iter().copied().find(|token| {
        index.tokens[*token].owner == Owner::Object(at) && index.tokens[*token].kind == ValueKind::Port
    })
}
