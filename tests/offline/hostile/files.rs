//! Things that are no files: folders, links in circles, pipes, what may not be read, a gibibyte of zeros.

use super::{Case, Sandbox, arguments, refusal};

/// Where each source is read from, and what names it.
const SOURCES: [(&str, &[&str]); 6] = [
    ("state.tfstate", &["--state", "state.tfstate"]),
    ("drplan.hcl", &["--config", "drplan.hcl"]),
    ("app.yaml", &["--manifests", "app.yaml"]),
    ("inventory.json", &["--inventory", "inventory.json"]),
    ("observation.json", &["--observation", "observation.json"]),
    ("old-plan.json", &["show", "old-plan.json"]),
];

fn sandbox() -> Sandbox {
    Case::new("", "README.md", "", &[]).sandbox()
}

/// For every source: puts something in its place and expects these words.
fn in_place_of_each(put: impl Fn(&Sandbox, &str), words: &[&str]) {
    let mut wrong = Vec::new();
    for (file, args) in SOURCES {
        let sandbox = sandbox();
        let _ = std::fs::remove_file(sandbox.path(file));
        put(&sandbox, file);
        let mut expected = vec![file];
        // A folder of manifests is read as such; it holds none.
        let folder = file == "app.yaml" && words == ["is a folder"];
        expected.extend(if folder { &["no Kubernetes object"] } else { words });
        wrong.extend(refusal(file, &sandbox, args, &expected));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_in_place_of_a_file() {
    in_place_of_each(|_, _| (), &["is not there"]);
}

#[test]
fn a_folder_in_place_of_a_file() {
    in_place_of_each(|sandbox, file| std::fs::create_dir(sandbox.path(file)).unwrap(), &["is a folder"]);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_back_to_itself() {
    in_place_of_each(
        |sandbox, file| std::os::unix::fs::symlink(file, sandbox.path(file)).unwrap(),
        &["is a link that leads back to itself"],
    );
}

#[cfg(unix)]
#[test]
fn a_device_that_never_ends() {
    in_place_of_each(
        |sandbox, file| std::os::unix::fs::symlink("/dev/zero", sandbox.path(file)).unwrap(),
        &["is a pipe or a device"],
    );
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to() {
    in_place_of_each(
        |sandbox, file| assert!(sandbox.command("mkfifo").arg(file).status().unwrap().success()),
        &["is a pipe or a device"],
    );
}

/// Root reads everything, so as root this shows nothing.
#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let probe = sandbox();
    std::fs::set_permissions(probe.path("README.md"), std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(probe.path("README.md")).is_ok() {
        return;
    }
    in_place_of_each(
        |sandbox, file| {
            sandbox.write(file, "{}");
            std::fs::set_permissions(sandbox.path(file), std::fs::Permissions::from_mode(0o000)).unwrap();
        },
        &["may not be read"],
    );
}

#[test]
fn a_gibibyte_of_zeros() {
    in_place_of_each(
        |sandbox, file| std::fs::File::create(sandbox.path(file)).unwrap().set_len(1 << 30).unwrap(),
        &["fix: "],
    );
    // The two that may be as large are known for what they are from their first bytes.
    let sandbox = sandbox();
    std::fs::File::create(sandbox.path("state.tfstate")).unwrap().set_len(1 << 30).unwrap();
    for args in [&["--state", "state.tfstate"] as &[&str], &["show", "state.tfstate"]] {
        let run = sandbox.run_within(64, &arguments(args));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("NUL"), "{}", run.stderr);
    }
}

#[test]
fn zeros_without_end_on_standard_input() {
    let sandbox = sandbox();
    let zeros = std::fs::File::open("/dev/zero").unwrap();
    let script = "ulimit -v 524288 && exec \"$0\" \"$@\"";
    let mut command = sandbox.command("sh");
    command.args(["-c", script, env!("CARGO_BIN_EXE_drplan")]).args(arguments(&["--state", "-"]));
    let output = command.stdin(zeros).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("NUL") && stderr.contains("fix: "), "{stderr}");
}

#[cfg(unix)]
#[test]
fn folders_that_lead_in_circles() {
    let sandbox = sandbox();
    sandbox.write("kubernetes/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    sandbox.write("terraform/main.tf", "module \"a\" {\n  source = \"./loop\"\n}\n");
    std::os::unix::fs::symlink("..", sandbox.path("kubernetes/up")).unwrap();
    std::os::unix::fs::symlink(".", sandbox.path("terraform/loop")).unwrap();
    let run = sandbox.run_within(512, &arguments(&[]));
    assert!(matches!(run.code, Some(0 | 2 | 3)), "{:?} {}", run.code, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}
