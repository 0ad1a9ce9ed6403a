//! Approvals against OpenSSH itself: what one signs, the other verifies.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use drplan::model::approval::Text;
use drplan::plan::approval;

/// Kinds of keys, and whether the same message has the same signature every time.
const KINDS: [(&str, &[&str], bool); 5] = [
    ("ed25519", &["-t", "ed25519"], true),
    ("rsa", &["-t", "rsa", "-b", "2048"], true),
    ("ecdsa-256", &["-t", "ecdsa", "-b", "256"], false),
    ("ecdsa-384", &["-t", "ecdsa", "-b", "384"], false),
    ("ecdsa-521", &["-t", "ecdsa", "-b", "521"], false),
];

/// The example with its plan, in a folder of its own.
struct Stack {
    folder: tempfile::TempDir,
    digest: String,
}

impl Stack {
    fn planned() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ecommerce/.");
        let copied = Command::new("cp").arg("-r").arg(example).arg(folder.path()).status().unwrap();
        assert!(copied.success());
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        let mut stack = Self { folder, digest: String::new() };
        let at = "2026-11-22T12:00:00Z";
        let plan = ["region", "us-west-2", "--offline", "--at", at, "--inventory", "inventory-good.json"];
        assert!(stack.drplan(&plan).status.success());
        let plan: serde_json::Value = serde_json::from_slice(&stack.read("plan.json")).unwrap();
        plan["decision_digest"].as_str().unwrap().clone_into(&mut stack.digest);
        stack
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
        command.env("HOME", self.folder.path()).stdin(Stdio::null());
        command
    }

    fn drplan(&self, args: &[&str]) -> Output {
        self.command(env!("CARGO_BIN_EXE_drplan")).args(args).output().unwrap()
    }

    fn approve(&self, key: &str) -> String {
        let output = self.drplan(&["approve", "plan.json", "--key", key, "--at", "2026-11-23T12:00:00Z"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A new key, in files of its kind's name.
    fn keygen(&self, name: &str, kind: &[&str], passphrase: &str) {
        let made = self
            .command("ssh-keygen")
            .args(kind)
            .args(["-q", "-N", passphrase, "-C", name, "-f", name])
            .output();
        let made = made.expect("ssh-keygen is there: apt-get install openssh-client");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// The same, a key that is read from its file: an ECDSA scalar with a zero in front only the agent takes.
    fn keygen_readable(&self, name: &str, kind: &[&str]) {
        for _ in 0..64 {
            self.keygen(name, kind, "");
            if ssh_key::PrivateKey::from_openssh(self.read(name)).is_ok() {
                return;
            }
            std::fs::remove_file(self.path(name)).unwrap();
        }
        panic!("no key of {name} can be read");
    }

    fn allow(&self, names: &[&str], options: &str) {
        let lines = names.iter().map(|name| {
            let key = String::from_utf8(self.read(&format!("{name}.pub"))).unwrap();
            format!("{name} {options}{key}")
        });
        self.write("allowed_signers", &lines.collect::<String>());
    }

    /// Runs ssh-keygen over exactly the characters of the decision digest.
    fn ssh_keygen(&self, args: &[&str]) -> Output {
        let mut command = self.command("ssh-keygen");
        let mut child = command
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(self.digest.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn verified(&self, name: &str, more: &[&str]) -> bool {
        let signature = format!("plan.json.approvals/{name}.sig");
        let args = ["-Y", "verify", "-f", "allowed_signers", "-I", name, "-n", "drplan", "-s", &signature];
        self.ssh_keygen(&[&args[..], more].concat()).status.success()
    }
}

#[test]
fn signatures_of_every_kind_of_key_are_verified_both_ways() {
    let stack = Stack::planned();
    for (name, kind, _) in KINDS {
        stack.keygen_readable(name, kind);
    }
    stack.allow(&KINDS.map(|(name, ..)| name), "namespaces=\"drplan\" ");
    for (name, _, same) in KINDS {
        stack.approve(name);
        assert!(stack.verified(name, &[]), "ssh-keygen verifies what drplan signed with {name}");
        let file = format!("plan.json.approvals/{name}.sig");
        let ours = stack.read(&file);
        let theirs = stack.ssh_keygen(&["-q", "-Y", "sign", "-n", "drplan", "-f", name]).stdout;
        assert!(theirs.starts_with(b"-----BEGIN SSH SIGNATURE-----"));
        if same {
            assert_eq!(ours, theirs, "{name}");
        }
        std::fs::write(stack.path(&file), theirs).unwrap();
    }
    // All but the last are OpenSSH's now, and the last is signed anew.
    let screen = stack.approve("ecdsa-521");
    assert!(screen.contains("ecdsa-256, ecdsa-384, ecdsa-521, ed25519, rsa (5 of 2)"), "{screen}");
    // The other hash of the format, and another namespace.
    for (more, counts) in [(["-Ohashalg=sha256", "-ndrplan"], true), (["-Ohashalg=sha512", "-ngit"], false)] {
        let made = stack.ssh_keygen(&[&["-q", "-Y", "sign", "-f", "ed25519"], &more[..]].concat()).stdout;
        std::fs::write(stack.path("plan.json.approvals/ed25519.sig"), made).unwrap();
        assert_eq!(stack.approve("ecdsa-521").contains("ed25519"), counts, "{more:?}");
        assert_eq!(stack.verified("ed25519", &[]), counts, "{more:?}");
    }
}

/// The numbers of an ECDSA signature are of any length, and so are the keys: none is refused by chance.
#[test]
fn no_signature_of_openssh_is_refused_by_chance() {
    let stack = Stack::planned();
    for (name, kind, _) in KINDS.into_iter().filter(|(name, ..)| name.starts_with("ecdsa")) {
        for round in 0..6 {
            let key = format!("{name}-{round}");
            stack.keygen(&key, kind, "");
            let public = String::from_utf8(stack.read(&format!("{key}.pub"))).unwrap();
            let signers = [approval::read_signers(&format!("alice {public}"), "signers").unwrap()];
            for _ in 0..10 {
                let made = stack.ssh_keygen(&["-q", "-Y", "sign", "-n", "drplan", "-f", &key]).stdout;
                let text = [Text::new("a.sig", String::from_utf8(made).unwrap())];
                let counted = approval::count(
                    stack.digest.as_bytes(),
                    &text,
                    &signers,
                    &[],
                    jiff::Timestamp::UNIX_EPOCH,
                );
                assert_eq!(counted.approved.len(), 1, "{counted:?}: {public} {text:?}");
            }
        }
    }
}

/// Validity ends for both at the same second; and a revoked key for both by the same list.
#[test]
fn validity_and_revocation_are_those_of_ssh_keygen() {
    let stack = Stack::planned();
    stack.keygen("alice", &["-t", "ed25519"], "");
    stack.keygen("bob", &["-t", "ed25519"], "");
    let at = |time: &str| {
        let clock = format!("2026-11-23T12:00:{time}Z");
        let output = stack.drplan(&["approve", "plan.json", "--key", "alice", "--at", &clock]);
        String::from_utf8(output.stdout).unwrap().contains("alice (1 of 2)")
    };
    stack.allow(&["alice"], "");
    assert!(at("00"));
    stack.allow(&["alice"], "valid-after=\"20261123120001Z\",valid-before=\"20261123120003\" ");
    for (time, valid) in [("00", false), ("01", true), ("03", true), ("04", false)] {
        assert_eq!(at(time), valid, "drplan at {time}");
        let theirs = stack.verified("alice", &[&format!("-Overify-time=202611231200{time}")]);
        assert_eq!(theirs, valid, "ssh-keygen at {time}");
    }
    stack.allow(&["alice", "bob"], "");
    stack.approve("alice");
    stack.approve("bob");
    let revoked = String::from_utf8(stack.read("alice.pub")).unwrap();
    stack.write("revoked_keys", &format!("# stolen\n{revoked}"));
    let settings = String::from_utf8(stack.read("drplan.hcl")).unwrap();
    let settings = settings.replace("approval {", "approval {\n  revoked = \"revoked_keys\"");
    stack.write("drplan.hcl", &settings);
    let screen = stack.approve("bob");
    assert!(screen.contains("bob (1 of 2)"), "{screen}");
    assert!(
        !stack.verified("alice", &["-r", "revoked_keys"]) && stack.verified("bob", &["-r", "revoked_keys"])
    );
}

/// An agent that ends with the test.
struct SshAgent(Child);

impl Drop for SshAgent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_agent_signs_with_the_key_of_an_approver() {
    let stack = Stack::planned();
    stack.keygen("approver", &["-t", "ed25519"], "");
    stack.keygen("older", &["-t", "rsa", "-b", "2048"], "");
    stack.keygen("private", &["-t", "ed25519"], "");
    stack.allow(&["approver"], "namespaces=\"drplan\" ");
    let socket = stack.path("agent");
    let agent = stack.command("ssh-agent").args(["-D", "-a"]).arg(&socket).stdout(Stdio::null()).spawn();
    let _agent = SshAgent(agent.expect("ssh-agent is there: apt-get install openssh-client"));
    let until = Instant::now() + Duration::from_secs(20);
    while !socket.exists() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(20));
    }
    let run = |program: &str, args: &[&str]| {
        stack.command(program).args(args).env("SSH_AUTH_SOCK", &socket).output().unwrap()
    };
    let approve = |more: &[&str]| {
        let args = [&["approve", "plan.json", "--at", "2026-11-23T12:00:00Z"], more].concat();
        let output = run(env!("CARGO_BIN_EXE_drplan"), &args);
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let (code, said) = approve(&[]);
    assert!(code == Some(2) && said.contains("the ssh-agent has no key"), "{said}");
    assert!(run("ssh-add", &["-q", "private"]).status.success());
    let (code, said) = approve(&[]);
    assert!(code == Some(2) && said.contains("none of the ssh-agent's keys is an approver's"), "{said}");
    assert!(run("ssh-add", &["-q", "approver", "older"]).status.success());
    let (code, said) = approve(&[]);
    assert!(code == Some(0) && said.contains("approver (1 of 2)"), "{said}");
    assert!(stack.verified("approver", &[]));
    stack.allow(&["approver", "older"], "");
    let (code, said) = approve(&[]);
    assert!(
        code == Some(2) && said.contains("2 keys of approvers") && said.contains("--key FILE.pub"),
        "{said}"
    );
    let (code, said) = approve(&["--key", "older.pub"]);
    assert!(code == Some(0) && said.contains("approver, older (2 of 2)"), "{said}");
    assert!(stack.verified("older", &[]), "RSA with SHA-2");
    // The agent asks before it signs with this key, and there is nobody to ask.
    assert!(run("ssh-add", &["-q", "-d", "approver"]).status.success());
    assert!(run("ssh-add", &["-q", "-c", "approver"]).status.success());
    let (code, said) = approve(&["--key", "approver.pub"]);
    assert!(code == Some(5) && said.contains("the ssh-agent refused to sign"), "{said}");
}

#[test]
fn a_passphrase_is_asked_for_on_the_terminal_and_nowhere_else() {
    let stack = Stack::planned();
    stack.keygen("alice", &["-t", "ed25519"], "correct horse");
    stack.allow(&["alice"], "");
    let args = ["approve", "plan.json", "--key", "alice", "--at", "2026-11-23T12:00:00Z"];
    let output = stack.drplan(&args);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && said.contains("there is no terminal to ask for it"), "{said}");
    let shell = format!("{} {}", env!("CARGO_BIN_EXE_drplan"), args.join(" "));
    let mut script = stack.command("script");
    script.args(["-qec", &shell, "/dev/null"]).env("TERM", "dumb").env("SHELL", "/bin/sh");
    let mut child = script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script is there");
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut said = String::new();
    for passphrase in ["wrong", "correct horse"] {
        let asked = said.matches("passphrase of").count();
        while said.matches("passphrase of").count() == asked {
            let mut bytes = [0; 4096];
            let read = stdout.read(&mut bytes).unwrap();
            assert!(read > 0, "it ended: {said}");
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
        // What is typed before the echo is off is thrown away.
        std::thread::sleep(Duration::from_millis(700));
        writeln!(stdin, "{passphrase}").unwrap();
    }
    stdout.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
    assert!(said.contains("that is not its passphrase") && said.contains("alice (1 of 2)"), "{said}");
    assert!(!said.contains("horse"), "a passphrase is never shown: {said}");
    assert!(stack.verified("alice", &[]));
}
