//! The index of owned values: one automaton over all structured tokens, one map of plain names.

mod primary;
mod unowned;

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use foldhash::HashMap;
use rayon::prelude::*;

use super::super::dispositions::Decided;
use super::super::facts::{Facts, Object, is_account};
use super::counterparts::counterpart_of;
use crate::model::arn::Arn;
use crate::model::region;
use crate::model::types::Uniqueness;
use crate::model::value::ValueKind;
use crate::model::value::whole::is_whole;
pub(super) use unowned::is_given;

/// What stands for an owned value in the recovery region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Counterpart {
    /// It stays.
    Same,
    /// Known now.
    Known(String),
    /// Known after a step.
    After(String),
    /// Nobody knows.
    Nobody,
}

/// Who owns a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// An object of the facts.
    Object(usize),
    /// The primary as a whole: region, zones, account, registry.
    Primary,
    /// The observation, by what it is of.
    Observed(String),
    /// drplan.hcl names it.
    Settings,
    /// Of the lost region, and no resource's.
    Nobody {
        /// Whether a data source finds it, and finds another in another region.
        looked_up: bool,
    },
}

/// An owned token.
#[derive(Clone, Debug)]
pub(super) struct Token<'f> {
    pub(super) text: Cow<'f, str>,
    pub(super) kind: ValueKind,
    pub(super) owner: Owner,
    pub(super) counterpart: Counterpart,
    /// Lower wins where two own the same text: 0 for its `id` or ARN.
    rank: u8,
}

impl Token<'_> {
    /// Whether drplan.hcl says something else of this text than what the plan puts into its place. A name is placed
    /// by staying what it is, too: what drplan.hcl makes of it, its owner is not called.
    fn is_said_otherwise_than(&self, kind: ValueKind, owner: &Owner, counterpart: &Counterpart) -> bool {
        let placed = match owner {
            Owner::Primary => matches!(kind, ValueKind::Region | ValueKind::Registry),
            Owner::Object(_) | Owner::Observed(_) => true,
            Owner::Settings | Owner::Nobody { .. } => false,
        };
        let placed = placed
            && match counterpart {
                Counterpart::Known(_) | Counterpart::After(_) => true,
                Counterpart::Same => kind == ValueKind::Name,
                Counterpart::Nobody => false,
            };
        placed && self.kind == ValueKind::Literal && self.counterpart != *counterpart
    }
}

/// Where a token stands in a text.
#[derive(Clone, Debug)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index into `tokens`.
    pub(super) token: usize,
}

/// All owned tokens.
pub(super) struct Index<'f> {
    pub(super) tokens: Vec<Token<'f>>,
    automaton: Option<AhoCorasick>,
    /// Tokens of the automaton's patterns: plain ones are in none.
    patterns: Vec<usize>,
    shortest: usize,
    /// Plain names: the tokens of a text.
    pub(super) plain: HashMap<String, Vec<usize>>,
    /// Texts of which drplan.hcl says something else than the plan: the tokens that its rewrites took the place of.
    pub(super) contradicted: Vec<Token<'f>>,
}

impl Index<'_> {
    /// Structured tokens of a text: whole, longest first, never overlapping.
    pub(super) fn find(&self, text: &str) -> Vec<Match> {
        let Some(automaton) = self.automaton.as_ref().filter(|_| text.len() >= self.shortest) else {
            return Vec::new();
        };
        let mut found: Vec<Match> = Vec::new();
        for hit in automaton.find_overlapping_iter(text) {
            let (start, end, token) = (hit.start(), hit.end(), self.patterns[hit.pattern().as_usize()]);
            if is_whole(text, start, end, self.tokens[token].kind) {
                found.push(Match { start, end, token });
            }
        }
        if found.len() > 1 {
            found.sort_by_key(|hit| (std::cmp::Reverse(hit.end - hit.start), hit.start));
            let mut taken: Vec<Match> = Vec::with_capacity(found.len());
            for hit in found {
                if taken.iter().all(|other| hit.end <= other.start || other.end <= hit.start) {
                    taken.push(hit);
                }
            }
            taken.sort_by_key(|hit| hit.start);
            return taken;
        }
        found
    }
}

/// A value that an object owns, before it is a token.
struct Candidate<'f> {
    text: &'f str,
    kind: ValueKind,
    counterpart: Counterpart,
    /// `None` for what is found as the whole of a field only.
    rank: Option<u8>,
}

fn candidates<'f>(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    at: usize,
    object: &'f Object<'_, '_>,
) -> Vec<Candidate<'f>> {
    let Some(resource) = decided.resource(at).filter(|_| object.instance.deposed.is_none()) else {
        return Vec::new();
    };
    // An id that is the account's number or the region's name (a registry's replication) is theirs.
    let theirs = [&facts.account, &facts.primary];
    let is_theirs = |value: &str| theirs.into_iter().flatten().any(|text| text == value);
    let own = object.owned.iter().filter(|owned| !is_theirs(&owned.value));
    own.map(|owned| {
        let own_id =
            object.id.as_deref() == Some(&*owned.value) || object.arn.as_deref() == Some(&*owned.value);
        let counterpart = counterpart_of(facts, at, resource, owned.kind, &owned.value);
        let kind = if owned.value.starts_with("arn:") && owned.kind == ValueKind::Id {
            ValueKind::Arn
        } else {
            owned.kind
        };
        // A name that the whole world must have only once is as good as an id.
        let unmistakable = kind == ValueKind::Name
            && object.entry.is_some_and(|entry| entry.unique == Uniqueness::Everywhere)
            && own_id
            && owned.value.len() >= 8
            && owned.value.contains(['-', '.']);
        // A path of a log group is a path wherever it stands; it stays the same, so that nothing is rewritten by it.
        let path = object.type_name() == "aws_cloudwatch_log_group"
            && own_id
            && counterpart == Counterpart::Same
            && owned.value.strip_prefix('/').is_some_and(|rest| rest.len() >= 8 && rest.contains('/'));
        // A name with the region in it says that there is another elsewhere: the region is what is found.
        let of_region = kind == ValueKind::Domain
            && facts.primary.as_deref().is_some_and(|primary| owned.value.contains(primary));
        let structured = kind.is_structured() && is_structured(kind, &owned.value);
        let rank = (!of_region && (unmistakable || path || structured)).then(|| u8::from(!own_id) + 2);
        Candidate { text: &owned.value, kind, counterpart, rank }
    })
    .collect()
}

/// Builds the index from all that the inputs own.
pub(super) fn index<'f>(facts: &'f Facts<'_, '_>, decided: &Decided) -> Index<'f> {
    let mut builder = Builder::default();
    for rewrite in &facts.input.settings.rewrites {
        let counterpart = rewrite.to.clone().map_or(Counterpart::Same, Counterpart::Known);
        builder.add(Cow::Borrowed(&rewrite.text), ValueKind::Literal, Owner::Settings, counterpart, 0);
    }
    for counterpart in facts.counterparts() {
        if counterpart.subject.contains([':', '.']) || counterpart.subject.contains('-') {
            let kind = kind_of_text(&counterpart.subject);
            if is_structured(kind, &counterpart.subject) {
                let known = Counterpart::Known(counterpart.to.clone());
                builder.add(Cow::Borrowed(&counterpart.subject), kind, Owner::Settings, known, 1);
            }
        }
    }
    let found: Vec<Vec<Candidate<'f>>> = facts
        .objects
        .par_iter()
        .enumerate()
        .map(|(at, object)| candidates(facts, decided, at, object))
        .collect();
    for (at, candidates) in found.into_iter().enumerate() {
        for Candidate { text, kind, counterpart, rank } in candidates {
            match rank {
                Some(rank) => {
                    builder.add(Cow::Borrowed(text), kind, Owner::Object(at), counterpart, rank);
                }
                None => builder.add_plain(text, kind, at, counterpart),
            }
        }
    }
    primary::add_buckets(facts, decided, &mut builder);
    primary::add_observation(facts, &mut builder);
    primary::add_primary(facts, &mut builder);
    unowned::add_unowned(facts, decided, &mut builder);
    builder.carry_hosts_over();
    builder.finish()
}

#[derive(Default)]
struct Builder<'f> {
    by_text: HashMap<Cow<'f, str>, usize>,
    tokens: Vec<Token<'f>>,
    plain: HashMap<String, Vec<usize>>,
    contradicted: Vec<Token<'f>>,
}

impl<'f> Builder<'f> {
    fn add(&mut self, text: Cow<'f, str>, kind: ValueKind, owner: Owner, counterpart: Counterpart, rank: u8) {
        if text.is_empty() {
            return;
        }
        if let Some(at) = self.by_text.get(&text) {
            let known = &mut self.tokens[*at];
            if known.is_said_otherwise_than(kind, &owner, &counterpart) {
                self.contradicted.push(Token { text, kind, owner, counterpart, rank });
                return;
            }
            if rank < known.rank {
                *known = Token { text, kind, owner, counterpart, rank };
            } else if rank == known.rank && known.counterpart != counterpart {
                // Two owners, two counterparts: nobody can tell which is meant.
                known.counterpart = Counterpart::Nobody;
            }
            return;
        }
        self.by_text.insert(text.clone(), self.tokens.len());
        self.tokens.push(Token { text, kind, owner, counterpart, rank });
    }

    fn add_plain(&mut self, text: &str, kind: ValueKind, owner: usize, counterpart: Counterpart) {
        let token = Token {
            text: Cow::Owned(text.to_owned()),
            kind: if kind == ValueKind::Port { kind } else { ValueKind::Name },
            owner: Owner::Object(owner),
            counterpart,
            rank: 9,
        };
        let known = self.by_text.get(text).map(|at| &self.tokens[*at]);
        if known
            .is_some_and(|known| known.is_said_otherwise_than(token.kind, &token.owner, &token.counterpart))
        {
            self.contradicted.push(token);
            return;
        }
        self.plain.entry(text.to_owned()).or_default().push(self.tokens.len());
        self.tokens.push(token);
    }

    /// What drplan.hcl says of a host holds of it with its port, where nobody else knows that.
    fn carry_hosts_over(&mut self) {
        let said = |token: &Token<'_>| match (&token.owner, &token.counterpart) {
            (Owner::Settings, Counterpart::Known(to)) => Some(to.clone()),
            _ => None,
        };
        for at in 0..self.tokens.len() {
            let token = &self.tokens[at];
            let Some((host, port)) =
                token.text.rsplit_once(':').filter(|_| token.counterpart == Counterpart::Nobody)
            else {
                continue;
            };
            let to = self.by_text.get(host).and_then(|host| said(&self.tokens[*host]));
            if let Some(to) = to.filter(|_| port.parse::<u16>().is_ok()) {
                self.tokens[at].counterpart = Counterpart::Known(format!("{to}:{port}"));
            }
        }
    }

    fn finish(self) -> Index<'f> {
        let mut patterns: Vec<usize> =
            self.tokens.iter().enumerate().filter(|(_, token)| token.rank != 9).map(|(at, _)| at).collect();
        // Neighbours in the automaton are then neighbours in memory.
        patterns.par_sort_unstable_by(|a, b| self.tokens[*a].text.cmp(&self.tokens[*b].text));
        let structured: Vec<&str> = patterns.iter().map(|at| &*self.tokens[*at].text).collect();
        let shortest = structured.iter().map(|text| text.len()).min().unwrap_or(usize::MAX);
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(&structured)
            .or_else(|_| AhoCorasick::new(&structured))
            .ok();
        Index {
            tokens: self.tokens,
            automaton,
            patterns,
            shortest,
            plain: self.plain,
            contradicted: self.contradicted,
        }
    }
}

/// Whether a value has the shape of its kind, so that finding it anywhere is no accident.
fn is_structured(kind: ValueKind, text: &str) -> bool {
    let digit = text.bytes().any(|byte| byte.is_ascii_digit());
    let letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
    if text.contains(char::is_whitespace) {
        return false;
    }
    match kind {
        ValueKind::Id => text.len() >= 8 && digit && letter,
        ValueKind::Arn | ValueKind::Certificate => text.starts_with("arn:"),
        ValueKind::Key => text.starts_with("arn:") || text.starts_with("mrk-") || (text.len() == 36 && digit),
        ValueKind::Endpoint
        | ValueKind::BucketDomain
        | ValueKind::Registry
        | ValueKind::Issuer
        | ValueKind::Image => text.contains('.') && text.len() >= 8,
        ValueKind::Url => text.contains("://"),
        ValueKind::Address => text.parse::<std::net::IpAddr>().is_ok(),
        ValueKind::Account => is_account(text),
        ValueKind::Region => region::known(text) || text.len() >= 9,
        ValueKind::Zone => text.len() >= 10,
        ValueKind::ZoneId => text.contains("-az"),
        ValueKind::Literal => true,
        ValueKind::Domain => text.len() >= 6 && text.contains('.'),
        ValueKind::Name | ValueKind::Port => false,
    }
}

fn kind_of_text(text: &str) -> ValueKind {
    match Arn::parse(text) {
        Some(arn) if arn.service == "acm" => ValueKind::Certificate,
        Some(arn) if arn.service == "kms" => ValueKind::Key,
        Some(_) => ValueKind::Arn,
        None if text.contains('.') => ValueKind::Endpoint,
        None => ValueKind::Id,
    }
}
