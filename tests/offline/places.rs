//! An error says where it stands as whoever works here would open it.

use std::path::Path;

use crate::sandbox::Sandbox;

fn says(sandbox: &Sandbox, folder: &str, args: &[&str]) -> String {
    let mut command = sandbox.command(env!("CARGO_BIN_EXE_drplan"));
    let run = command.current_dir(sandbox.path(folder)).args(args).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    String::from_utf8(run.stderr).unwrap()
}

fn with_config(path: &str) -> [&str; 5] {
    ["region", "us-west-2", "--offline", "--config", path]
}

#[test]
fn a_file_of_settings_is_shown_as_it_was_given() {
    let sandbox = Sandbox::empty();
    sandbox.write("teams/shop/x.hcl", "stack = \"shop\"\n\nstak = \"shop\"\n");
    let said = says(&sandbox, ".", &with_config("teams/shop/x.hcl"));
    assert!(said.contains("--> teams/shop/x.hcl:3"), "{said}");
    let said = says(&sandbox, "teams", &with_config("../teams/shop/x.hcl"));
    assert!(said.contains("--> ../teams/shop/x.hcl:3"), "{said}");
    let absolute = sandbox.path("teams/shop/x.hcl").display().to_string();
    assert!(Path::new(&absolute).is_absolute());
    let said = says(&sandbox, ".", &with_config(&absolute));
    assert!(said.contains(&format!("--> {absolute}:3")), "{said}");
}

#[test]
fn a_file_of_settings_that_was_found_is_shown_from_the_working_folder() {
    let sandbox = Sandbox::empty();
    sandbox.write("drplan.hcl", "stak = \"shop\"\n");
    sandbox.write("teams/shop/note", "");
    let said = says(&sandbox, "teams/shop", &["region", "us-west-2", "--offline"]);
    assert!(said.contains("--> ../../drplan.hcl:1"), "{said}");
    let said = says(&sandbox, ".", &["region", "us-west-2", "--offline"]);
    assert!(said.contains("--> drplan.hcl:1"), "{said}");
}
