//! Who is who among allowed signers: lines that share a name or a key are one person, however many keys they have.
//!
//! Lines are linked over the whole file, not over those who have signed: another signature never makes two of one.

use std::collections::{BTreeMap, BTreeSet};

use super::patterns::{is_wild, list_matches, overlap};
use super::signers::{Signer, Signers};

/// People of files of allowed signers.
pub(super) struct People<'s> {
    lines: Vec<&'s Signer>,
    /// For each line the first line of the same person.
    person: Vec<usize>,
}

/// A person, by their first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Person(usize);

impl<'s> People<'s> {
    /// Only lines that are for approvals tell who is who: `* namespaces="git"` makes nobody an approver.
    pub(super) fn new(files: &'s [Signers]) -> Self {
        let lines: Vec<&Signer> =
            files.iter().flat_map(|file| &file.entries).filter(|line| line.is_for_approvals()).collect();
        let mut links = Links((0..lines.len()).collect());
        let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, line) in lines.iter().enumerate() {
            for shared in line.names.iter().map(String::as_str).chain([line.key.fingerprint()]) {
                links.join(*first_of.entry(shared).or_insert(at), at);
            }
        }
        for (at, line) in
            lines.iter().enumerate().filter(|(_, line)| line.names.iter().any(|name| is_wild(name)))
        {
            for (other, may_be) in lines.iter().enumerate() {
                if other != at && could_be_one(line, may_be) {
                    links.join(at, other);
                }
            }
        }
        let person = (0..lines.len()).map(|at| links.first(at)).collect();
        Self { lines, person }
    }

    /// Who a key belongs to.
    pub(super) fn of_key(&self, fingerprint: &str) -> Option<Person> {
        let at = self.lines.iter().position(|line| line.key.fingerprint() == fingerprint)?;
        self.person.get(at).copied().map(Person)
    }

    /// Everybody, with their lines.
    pub(super) fn all(&self) -> BTreeMap<Person, Vec<&'s Signer>> {
        let mut all: BTreeMap<Person, Vec<&'s Signer>> = BTreeMap::new();
        for (line, person) in self.lines.iter().zip(&self.person) {
            all.entry(Person(*person)).or_default().push(line);
        }
        all
    }
}

/// Whether a line with patterns could stand for the person of another line.
fn could_be_one(wild: &Signer, other: &Signer) -> bool {
    let denied: BTreeSet<&str> = wild.denied.iter().map(String::as_str).collect();
    let list = |name: &str| {
        // Exceptions are held against whole names; of two patterns the safe reading is that they overlap.
        let denied = !is_wild(name) && denied.iter().any(|except| list_matches(except, name));
        !denied && wild.names.iter().any(|pattern| overlap(pattern, name))
    };
    other.names.iter().any(|name| list(name))
}

/// Sets that grow together; the first of a set stands for it.
struct Links(Vec<usize>);

impl Links {
    fn first(&mut self, mut at: usize) -> usize {
        while let Some(up) = self.0.get(at).copied().filter(|up| *up != at) {
            let above = self.0.get(up).copied().unwrap_or(up);
            if let Some(place) = self.0.get_mut(at) {
                *place = above;
            }
            at = up;
        }
        at
    }

    fn join(&mut self, left: usize, right: usize) {
        let (left, right) = (self.first(left), self.first(right));
        if let Some(place) = self.0.get_mut(left.max(right)) {
            *place = left.min(right);
        }
    }
}
