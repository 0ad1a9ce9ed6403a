//! Which signatures count, and for whom. For each that does not, why.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ssh_key::{PublicKey, SshSig};

use super::NAMESPACE;
use super::keys::Key;
use super::people::{People, Person};
use super::revoked::Revoked;
use super::signature::read_signature;
use super::signers::{Signer, Signers};
use super::why::Why;
use crate::model::approval::Text;
use crate::model::diagnostic::Place;

/// Somebody who has approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// Their name in the file of allowed signers.
    pub name: String,
    /// The key that they signed with.
    pub fingerprint: String,
    /// The signature's file.
    pub file: String,
    /// Their line.
    pub place: Place,
}

/// A signature that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discarded {
    /// Its file.
    pub file: String,
    /// Why.
    pub why: Why,
}

/// What the signatures amount to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Who has approved, by their signatures' names.
    pub approved: Vec<Approver>,
    /// What does not count.
    pub discarded: Vec<Discarded>,
    /// Who could approve and has not, by name.
    pub open: Vec<String>,
}

/// Counts signatures over `payload` at `now`. A key must be allowed by every file of signers, and revoked by none.
///
/// The order of the signatures does not matter: they are taken by their names.
#[must_use]
pub fn count(
    payload: &[u8],
    signatures: &[Text],
    signers: &[Signers],
    revoked: &[Revoked],
    now: Timestamp,
) -> Count {
    let allowed = Allowed { signers, revoked, now };
    let people = People::new(signers);
    let mut sorted: Vec<&Text> = signatures.iter().collect();
    sorted
        .sort_by(|a, b| a.shown.cmp(&b.shown).then_with(|| a.text.as_ref().ok().cmp(&b.text.as_ref().ok())));
    let mut count = Count::default();
    let mut by: BTreeMap<Person, usize> = BTreeMap::new();
    for text in sorted {
        let file = text.shown.clone();
        match allowed.check(payload, text, &people) {
            Err(why) => count.discarded.push(Discarded { file, why }),
            Ok((signer, person)) => match by.get(&person).and_then(|at| count.approved.get(*at)) {
                Some(Approver { name, file: first, .. }) => {
                    let why = Why::Again { name: name.clone(), file: first.clone() };
                    count.discarded.push(Discarded { file, why });
                }
                None => {
                    by.insert(person, count.approved.len());
                    count.approved.push(Approver {
                        name: signer.name().to_owned(),
                        fingerprint: signer.key.fingerprint().to_owned(),
                        file,
                        place: signer.place.clone(),
                    });
                }
            },
        }
    }
    let open = people.all().into_iter().filter(|(person, _)| !by.contains_key(person));
    let able = open.filter_map(|(_, lines)| lines.into_iter().find(|line| allowed.key(&line.key).is_ok()));
    count.open = able.map(|line| line.name().to_owned()).collect::<BTreeSet<_>>().into_iter().collect();
    count
}

/// Who is allowed at a time.
pub(super) struct Allowed<'a> {
    pub(super) signers: &'a [Signers],
    pub(super) revoked: &'a [Revoked],
    pub(super) now: Timestamp,
}

impl<'a> Allowed<'a> {
    fn check(&self, payload: &[u8], text: &Text, people: &People<'_>) -> Result<(&'a Signer, Person), Why> {
        let text = text.text.as_ref().map_err(|problem| Why::Unreadable(problem.clone()))?;
        let signature: SshSig = read_signature(text).map_err(Why::NotASignature)?;
        if signature.namespace() != NAMESPACE {
            return Err(Why::Namespace(signature.namespace().to_owned()));
        }
        let public = PublicKey::new(signature.public_key().clone(), "");
        let key = Key::new(public).map_err(Why::Unfit)?;
        let signer = self.key(&key)?;
        let name = || signer.name().to_owned();
        // Both hash algorithms of the format are sound: the decoder knows no other than SHA-256 and SHA-512.
        key.public()
            .verify(NAMESPACE, payload, &signature)
            .map_err(|_| Why::OtherDecisions { name: name() })?;
        let person =
            people.of_key(key.fingerprint()).ok_or_else(|| Why::OtherUse { place: signer.place.clone() })?;
        Ok((signer, person))
    }

    /// The line that allows a key, of the first file.
    pub(super) fn key(&self, key: &Key) -> Result<&'a Signer, Why> {
        let mut found = None;
        for file in self.signers {
            let mut lines =
                file.entries.iter().filter(|line| line.key.fingerprint() == key.fingerprint()).peekable();
            let Some(first) = lines.peek().copied() else {
                let file = file.shown.clone();
                return Err(Why::Foreign { fingerprint: key.fingerprint().to_owned(), file });
            };
            let allowed = lines.find(|line| line.check(self.now).is_ok());
            match allowed {
                Some(line) => found = found.or(Some(line)),
                None => first.check(self.now)?,
            }
        }
        let unnamed = || Why::Foreign { fingerprint: key.fingerprint().to_owned(), file: String::new() };
        let line = found.ok_or_else(unnamed)?;
        if self.revoked.iter().any(|list| list.has(key)) {
            return Err(Why::Revoked { name: line.name().to_owned() });
        }
        Ok(line)
    }
}
