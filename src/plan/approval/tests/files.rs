//! The readers: allowed signers, revoked keys, signatures.

use proptest::prelude::*;

use super::*;

/// `LINE: what is wrong`, for each problem.
fn wrong(text: &str) -> Vec<String> {
    let problems = read_signers(text, "allowed_signers").unwrap_err().0;
    for problem in &problems {
        assert!(!problem.fix.is_empty(), "{problem:?}");
        assert!(problem.at.as_ref().is_some_and(|at| at.file == "allowed_signers"), "{problem:?}");
    }
    problems.into_iter().map(|problem| format!("{}: {}", problem.at.unwrap().line, problem.message)).collect()
}

#[test]
fn every_form_of_a_line_is_read() {
    let key = public(1);
    let text = format!(
        "# people\r\n\r\n  alice {key} her laptop\r\n\
         alice@acme.com,alice\tnamespaces=\"git,drplan\",valid-after=\"20260101\",valid-before=\"20271231235959Z\" {key}\n\
         \"bob\" {}\n  # the end\n*@acme.com,!eve@acme.com {}",
        public(2),
        public(3)
    );
    let read = read_signers(&text, "allowed_signers").unwrap();
    let names: Vec<(Vec<String>, u32)> =
        read.entries.iter().map(|entry| (entry.names.clone(), entry.place.line)).collect();
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            (of(&["alice"]), 3),
            (of(&["alice@acme.com", "alice"]), 4),
            (of(&["bob"]), 5),
            (of(&["*@acme.com"]), 7)
        ]
    );
    assert_eq!(read.entries[3].denied, ["eve@acme.com"]);
    assert_eq!(read.notes.len(), 1, "a time without a zone is told: {:?}", read.notes);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let key = public(1);
    let text = format!(
        "alice\nbob ssh-ed25519\n{key}\n*@acme.com cert-authority {key}\ncarol ssh-ed25519 AAAA\n\
         dave no-pty {key}\n!eve {key}\nfrank,, {key}\ngina namespaces=\"drplan {key}\n\
         \"hans {key}\nida ssh-ed25519-cert-v01@openssh.com AAAA\njack valid-before=\"never\" {key}\n\
         kim namespaces=\"drplan\"\nlea AAAAC3NzaC1lZDI1NTE5\n"
    );
    let wanted = [
        "1: a line without a key",
        "2: the key of bob does not count: it is not complete",
        "3: a line without a kind of key",
        "4: cert-authority is not supported",
        "5: the key of carol does not count: it is damaged",
        "6: the option \"no-pty\" is not known",
        "7: the principals name nobody",
        "8: an empty name among the principals",
        "9: a quotation mark is not closed",
        "10: a quotation mark is not closed",
        "11: the key of ida does not count: it is a certificate",
        "12: valid-before is no time",
        "13: a line without a key",
        "14: a line without a kind of key",
    ];
    let said = wrong(&text);
    assert_eq!(said.len(), wanted.len(), "{said:#?}");
    for (said, wanted) in said.iter().zip(wanted) {
        assert!(said.starts_with(wanted), "{said:?} is not {wanted:?}");
    }
}

#[test]
fn a_file_of_another_kind_is_refused_and_does_not_flood_the_screen() {
    assert_eq!(wrong(&"{\"json\": true}\n".repeat(100_000)).len(), 1, "too large");
    assert_eq!(wrong(&"no signer at all\n".repeat(1000)).len(), 20);
    let many: String = (0..60).map(|n| format!("*@{n}.com {}\n", public(1))).collect();
    assert!(wrong(&many)[0].contains("60 patterns"), "{:?}", wrong(&many));
    assert!(wrong(&format!("{} {}", "a".repeat(1000), public(1)))[0].contains("more than 256"));
    assert!(read_signers("", "allowed_signers").unwrap().entries.is_empty());
}

#[test]
fn keys_that_never_count_are_told_and_refuse_nobody_else() {
    let text = format!(
        "old {}\nolder {}\nalice {}\n",
        include_str!("../vectors/rsa-1024.pub").trim(),
        include_str!("../vectors/dsa.pub").trim(),
        public(1)
    );
    let read = read_signers(&text, "allowed_signers").unwrap();
    assert_eq!(read.entries.len(), 1);
    let notes: Vec<&str> = read.notes.iter().map(|note| note.message.as_str()).collect();
    assert!(notes[0].contains("RSA key of 1024 bits") && notes[1].contains("ssh-dss"), "{notes:?}");
}

#[test]
fn revoked_keys_in_every_form() {
    let print = key(4).fingerprint().to_owned();
    let text = format!(
        "# left in May\n{} comment\nkey: {}\nsha256: {}\nhash: {print}\n{} was stolen\n{}\n",
        public(1),
        public(2),
        public(3),
        key(5).fingerprint(),
        include_str!("../vectors/dsa.pub").trim(),
    );
    let read = read_revoked(&text, "revoked").unwrap();
    let has: Vec<bool> = (1..=6).map(|seed| read.has(&key(seed))).collect();
    assert_eq!(has, [true, true, true, true, true, false]);
    let text =
        "serial: 1\nid: alice\nhash: MD5:00\nSHA256:short\nalice ssh-ed25519 AAAA\nssh-ed25519 AAAA\nkey:\n";
    let problems = read_revoked(text, "revoked").unwrap_err().0;
    let lines: Vec<u32> = problems.iter().map(|problem| problem.at.as_ref().unwrap().line).collect();
    assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7], "{problems:#?}");
}

/// What ssh-keygen wrote over `sha256:0123`.
#[test]
fn signatures_of_ssh_keygen_are_verified() {
    let vectors = [
        (include_str!("../vectors/ed25519.pub"), include_str!("../vectors/ed25519.sig")),
        (include_str!("../vectors/ecdsa-256.pub"), include_str!("../vectors/ecdsa-256.sig")),
        (include_str!("../vectors/ecdsa-384.pub"), include_str!("../vectors/ecdsa-384.sig")),
        (include_str!("../vectors/ecdsa-521.pub"), include_str!("../vectors/ecdsa-521.sig")),
        (include_str!("../vectors/rsa-2048.pub"), include_str!("../vectors/rsa-2048.sig")),
    ];
    for (public, signature) in vectors {
        let signers = [read_signers(&format!("alice {public}"), "allowed_signers").unwrap()];
        let of = |message: &[u8], text: &str| {
            count(message, &[Text::new("a.sig", text)], &signers, &[], now()).approved.len()
        };
        assert_eq!(of(b"sha256:0123", signature), 1, "{public}");
        assert_eq!(of(b"sha256:0124", signature), 0, "{public}");
        assert_eq!(of(b"sha256:0123\n", signature), 0, "{public}");
        assert_eq!(of(b"sha256:0123", &signature.replace('\n', "\r\n")), 1, "line ends do not matter");
        assert_eq!(
            armored(&read_signature(signature).unwrap()).unwrap(),
            signature,
            "written as it was read"
        );
    }
    let old = include_str!("../vectors/rsa-1024.sig");
    let counted = count(b"sha256:0123", &[Text::new("a.sig", old)], &[signers(&[("a", 1)])], &[], now());
    assert!(matches!(counted.discarded[0].why, Why::Unfit(BadKey::Unfit(_))), "{counted:?}");
}

#[test]
fn what_is_no_signature_says_so() {
    let good = include_str!("../vectors/ed25519.sig");
    assert_eq!(read_signature(""), Err(NotASignature::Foreign));
    assert_eq!(read_signature("-----BEGIN PGP SIGNATURE-----"), Err(NotASignature::Foreign));
    assert_eq!(read_signature(&good[..good.len() / 2]), Err(NotASignature::Damaged));
    assert_eq!(read_signature(&format!("{good}{good}")), Err(NotASignature::Damaged));
    assert_eq!(read_signature(&good.replacen("AAAA", "!!!!", 1)), Err(NotASignature::Damaged));
}

proptest! {
    /// Whatever the file, nothing panics, and a refusal says where and what to do.
    #[test]
    fn any_text_is_read_or_refused(text in "(alice|\\*|!|,|\"| |\t|\n|#|ssh-ed25519|AAAA|namespaces=|valid-before=|=|\\\\|[ -~é]){0,60}") {
        if let Err(refused) = read_signers(&text, "f") {
            prop_assert!(!refused.0.is_empty());
        }
        let _ = read_revoked(&text, "f");
        let _ = read_signature(&text);
    }

    /// Every changed bit of a signature is one that does not count.
    #[test]
    fn a_changed_signature_does_not_count(at in 0_usize..300, to in proptest::char::range('0', 'z')) {
        let good = signed("alice", 1, b"sha256:0123");
        let text = good.text.clone().unwrap();
        let at = at % text.len();
        let mut changed = text.clone();
        changed.replace_range(at..=at, &to.to_string());
        let read = |text: &str| read_signature(text).ok();
        if read(&changed) != read(&text) {
            let counted = count(b"sha256:0123", &[Text::new("a.sig", changed)], &[signers(&[("alice", 1)])], &[], now());
            prop_assert_eq!(counted.approved.len(), 0);
        }
    }
}
