use super::address;
use crate::model::diagnostic::GapReason;
use crate::sources::hcl::testing::{Repository, said};

#[test]
fn local_modules_are_read_once_with_all_their_paths() {
    let repository = Repository::new(&[
        (
            "terraform/main.tf",
            "module \"a\" {\n  source = \"./modules/a\"\n}\nmodule \"b\" {\n  source = \"../shared/b\"\n  region = \"us-east-2\"\n}\n",
        ),
        ("terraform/modules/a/main.tf", "module \"b\" {\n  source = \"../../../shared/b\"\n}\n"),
        ("shared/b/main.tf", "resource \"x\" \"y\" {}"),
    ]);
    let read = repository.read("terraform").unwrap();
    let modules: Vec<(&str, Vec<&str>)> = read
        .modules
        .iter()
        .map(|module| (module.folder.as_str(), module.paths.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(
        modules,
        [
            ("terraform", vec![""]),
            ("shared/b", vec!["module.a.module.b", "module.b"]),
            ("terraform/modules/a", vec!["module.a"]),
        ]
    );
    assert_eq!(read.root, "terraform");
    assert_eq!(read.modules[0].calls[1].folder.as_deref(), Some("shared/b"));
    assert!(read.gaps.is_empty());
}

#[test]
fn what_is_not_here_is_a_gap_with_a_reason() {
    let repository = Repository::new(&[(
        "main.tf",
        r#"
module "registry" { source = "terraform-aws-modules/eks/aws" }
module "git" { source = "git::https://user:hunter2@example.com/x.git?ref=v1&token=hunter2" }
module "missing" { source = "./nowhere" }
module "outside" { source = "../.." }
module "computed" { source = var.where }
module "file" { source = "./main.tf" }
"#,
    )]);
    let read = repository.read(".").unwrap();
    let gaps: Vec<(&str, GapReason, &str)> =
        read.gaps.iter().map(|gap| (gap.source.as_str(), gap.reason, gap.detail.as_str())).collect();
    assert_eq!(
        gaps,
        [
            (
                "module.computed",
                GapReason::Unreadable,
                "its source is not written out, so it was not followed (main.tf:6)"
            ),
            ("module.file", GapReason::Unreadable, "main.tf is no folder (main.tf:7)"),
            (
                "module.git",
                GapReason::Outside,
                "its source git::https://example.com/x.git is not a local folder, and nothing is downloaded (main.tf:3)"
            ),
            ("module.missing", GapReason::Unreadable, "nowhere is not there (main.tf:4)"),
            ("module.outside", GapReason::Outside, "../.. lies outside of the repository (main.tf:5)"),
            (
                "module.registry",
                GapReason::Outside,
                "its source terraform-aws-modules/eks/aws is not a local folder, and nothing is downloaded (main.tf:2)"
            ),
        ]
    );
}

#[test]
fn what_the_engine_installed_is_read_but_never_blamed() {
    let repository = Repository::new(&[
        (
            "main.tf",
            "module \"eks\" {\n  source = \"terraform-aws-modules/eks/aws\"\n}\nmodule \"old\" {\n  source = \"acme/new/aws\"\n}\n",
        ),
        (
            ".terraform/modules/modules.json",
            r#"{"Modules":[
              {"Key":"","Source":"","Dir":"."},
              {"Key":"eks","Source":"registry.terraform.io/terraform-aws-modules/eks/aws","Version":"21.0","Dir":".terraform/modules/eks"},
              {"Key":"old","Source":"registry.terraform.io/acme/old/aws","Dir":".terraform/modules/old"}]}"#,
        ),
        (".terraform/modules/eks/main.tf", "module \"kms\" {\n  source = \"./modules/kms\"\n}\n"),
        (".terraform/modules/eks/broken.tf", "locals {"),
        (".terraform/modules/eks/modules/kms/main.tf", "resource \"aws_kms_key\" \"k\" {}"),
    ]);
    let read = repository.read(".").unwrap();
    let paths: Vec<&str> = read.modules.iter().flat_map(|module| &module.paths).map(String::as_str).collect();
    assert_eq!(paths, ["", "module.eks", "module.eks.module.kms"]);
    let gaps: Vec<(&str, GapReason)> =
        read.gaps.iter().map(|gap| (gap.source.as_str(), gap.reason)).collect();
    assert_eq!(
        gaps,
        [(".terraform/modules/eks/broken.tf:1", GapReason::Unreadable), ("module.old", GapReason::Outside)]
    );
    repository.write(".terraform/modules/modules.json", "{\"Modules\": [");
    assert_eq!(repository.read(".").unwrap().gaps.len(), 3);
}

#[test]
fn modules_that_call_themselves_are_refused() {
    let repository = Repository::new(&[
        ("main.tf", "module \"a\" { source = \"./a\" }"),
        ("a/main.tf", "module \"b\" { source = \"../b\" }"),
        ("b/main.tf", "module \"a\" { source = \"../a\" }\nmodule \"root\" { source = \"../\" }"),
    ]);
    assert_eq!(
        said(&repository.read(".").unwrap_err()),
        [
            "b/main.tf:1: module.a.module.b.module.a calls a module that it is itself part of | remove the call, or point its source to another folder",
            "b/main.tf:2: module.a.module.b.module.root calls a module that it is itself part of | remove the call, or point its source to another folder",
        ]
    );
}

#[test]
fn trees_that_grow_without_end_are_cut() {
    let mut files: Vec<(String, String)> = (0..30)
        .map(|level| {
            let call = |name: &str| format!("module \"{name}\" {{\n  source = \"../m{}\"\n}}\n", level + 1);
            (format!("m{level}/main.tf"), call("x") + &call("y"))
        })
        .collect();
    files.push(("m30/main.tf".to_owned(), String::new()));
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let bad = Repository::new(&files).read("m0").unwrap_err();
    assert_eq!(bad.0.len(), 1);
    assert_eq!(bad.0[0].message, "more than 10000 modules in one configuration");

    let chain: Vec<(String, String)> = (0..200)
        .map(|level| {
            (format!("m{level}/main.tf"), format!("module \"x\" {{\n  source = \"../m{}\"\n}}\n", level + 1))
        })
        .collect();
    let chain: Vec<(&str, &str)> = chain.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let read = Repository::new(&chain).read("m0").unwrap();
    assert!(read.gaps[0].detail.starts_with("modules nested deeper than 50"), "{:?}", read.gaps);
}

#[cfg(unix)]
#[test]
fn links_in_a_circle_and_out_of_the_repository_are_gaps() {
    let repository = Repository::new(&[(
        "main.tf",
        "module \"a\" { source = \"./a\" }\nmodule \"b\" { source = \"./b\" }",
    )]);
    repository.link("a", "a");
    repository.link("b", "/");
    let read = repository.read(".").unwrap();
    assert_eq!(read.gaps[0].detail, "a is a link that leads back to itself (main.tf:1)");
    assert_eq!(read.gaps[1].detail, "b lies outside of the repository (main.tf:2)");
}

#[test]
fn sources_are_shown_without_what_may_be_secret() {
    assert_eq!(address("git::ssh://git@github.com/a/b.git//sub?ref=1"), "git::ssh://github.com/a/b.git//sub");
    assert_eq!(address("https://token@example.com"), "https://example.com");
    assert_eq!(address("hashicorp/consul/aws"), "hashicorp/consul/aws");
}
