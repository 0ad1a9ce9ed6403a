//! What shellcheck says of the scripts of `drplan show --format shell`: nothing, for the example and every small disaster.

use std::path::{Path, PathBuf};
use std::process::Command;

fn run(folder: &Path, program: &Path, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("AWS_PROFILE");
    command.output().unwrap()
}

#[test]
fn shellcheck_has_nothing_to_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let installed = run(root, &root.join("tests/tools/install.sh"), &["shell"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    let said = String::from_utf8(installed.stdout).unwrap();
    let shellcheck = PathBuf::from(said.trim().strip_prefix("shell ").expect("install.sh names the part"));
    let drplan = Path::new(env!("CARGO_BIN_EXE_drplan"));
    let cases = std::fs::read_dir(root.join("examples/cases")).unwrap().map(|entry| entry.unwrap().path());
    let folders = cases.filter(|path| path.is_dir()).chain([root.join("examples/ecommerce")]);
    let mut checked = 0;
    for folder in folders {
        let here = tempfile::tempdir().unwrap();
        let plan = here.path().join("plan.json");
        let plan = plan.to_str().unwrap();
        let at = ["region", "us-west-2", "--offline", "--at", "2026-11-22T12:00:00Z", "--out", plan];
        run(&folder, drplan, &at);
        let shown = run(&folder, drplan, &["show", plan, "--format", "shell"]);
        assert!(shown.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&shown.stderr));
        let script = here.path().join("by-hand.sh");
        std::fs::write(&script, shown.stdout).unwrap();
        let checks = run(here.path(), &shellcheck, &["by-hand.sh"]);
        assert!(checks.status.success(), "{}: {}", folder.display(), String::from_utf8_lossy(&checks.stdout));
        checked += 1;
    }
    assert!(checked > 14, "{checked}");
}
