//! Approvals from keys that are made of a seed, and from what ssh-keygen wrote (`vectors`).

mod files;
mod quorum;
mod verdict;

use jiff::Timestamp;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, PrivateKey};

use super::*;
use crate::model::approval::Text;

/// The clock.
fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A key of its own for every seed.
fn private(seed: u8) -> PrivateKey {
    PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
}

/// `ssh-ed25519 AAAA...`
fn public(seed: u8) -> String {
    private(seed).public_key().to_openssh().unwrap()
}

fn key(seed: u8) -> Key {
    Key::read(&public(seed)).unwrap()
}

/// A signature's file.
fn signed_for(name: &str, seed: u8, namespace: &str, message: &[u8]) -> Text {
    let signature = private(seed).sign(namespace, HashAlg::Sha512, message).unwrap();
    Text::new(format!("{name}.sig"), armored(&signature).unwrap())
}

fn signed(name: &str, seed: u8, message: &[u8]) -> Text {
    signed_for(name, seed, NAMESPACE, message)
}

/// A file of allowed signers: `("alice", 1)` is a line of alice with the key of that seed.
fn lines(lines: &[(&str, u8)]) -> String {
    lines.iter().map(|(who, seed)| format!("{who} {}\n", public(*seed))).collect()
}

fn signers(of: &[(&str, u8)]) -> Signers {
    read_signers(&lines(of), "allowed_signers").unwrap()
}
