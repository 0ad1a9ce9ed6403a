use super::configuration_files;
use crate::model::diagnostic::GapReason;
use crate::sources::hcl::testing::{Repository, literals, said};

#[test]
fn tofu_files_win_over_their_namesakes_and_leftovers_do_not_count() {
    let names: Vec<String> = [
        "a.tf",
        "a.tofu",
        "a.tf.json",
        "b.tofu.json",
        "b.tf.json",
        "b.tf",
        ".hidden.tf",
        "c.tf~",
        "#d.tf#",
        "e.tfvars",
        "notes.txt",
        "tf",
    ]
    .map(str::to_owned)
    .to_vec();
    let chosen: Vec<String> = configuration_files(&names).into_iter().map(|(_, name)| name).collect();
    assert_eq!(chosen, ["a.tf.json", "a.tofu", "b.tf", "b.tofu.json"]);
}

#[test]
fn all_broken_files_are_told_together() {
    let repository = Repository::new(&[
        ("a.tf", "resource \"x\" \"y\" {\n  name = \n}\n"),
        ("b.tf", "locals {\n  a = \"open\n}\n"),
        ("c.tf.json", "{\"locals\": {\n\"a\": 1,}}"),
        ("good.tf", "locals { a = 1 }"),
        ("terraform.tfvars", "x = [1"),
    ]);
    repository.write("d.tf", b"a = \"\xff\"");
    repository.write("e.tf", b"\xff\xfea\0");
    let bad = repository.read(".").unwrap_err();
    let places: Vec<String> = bad.0.iter().map(|problem| problem.at.as_ref().unwrap().to_string()).collect();
    assert_eq!(places, ["a.tf:2", "b.tf:2", "c.tf.json:2", "d.tf:1", "e.tf", "terraform.tfvars:1"]);
    assert_eq!(
        said(&bad)[1],
        "b.tf:2: a quoted string that is not closed on its line | close it with a quotation mark, or use a heredoc for several lines"
    );
}

#[cfg(unix)]
#[test]
fn links_are_followed_within_the_repository_only() {
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("x.tf"), "locals { secret = \"us-east-2\" }").unwrap();
    let repository =
        Repository::new(&[("root/main.tf", "locals { a = 1 }"), ("common/p.tf", "locals { b = \"in\" }")]);
    repository.link("root/p.tf", "../common/p.tf");
    repository.link("root/x.tf", outside.path().join("x.tf"));
    let read = repository.read("root").unwrap();
    assert_eq!(literals(&read.modules[0].others), ["locals.a 1 1=", "locals.b 1 in="]);
    assert_eq!((read.gaps[0].source.as_str(), read.gaps[0].reason), ("root/x.tf", GapReason::Outside));

    repository.link("root/loop.tf", "loop.tf");
    let bad = repository.read("root").unwrap_err();
    assert_eq!(
        said(&bad)[0],
        "root/loop.tf: root/loop.tf is a link that leads back to itself | remove the link or point it to a file"
    );
}

#[test]
fn a_folder_named_like_a_file_is_none() {
    let repository = Repository::new(&[("main.tf", "locals { a = 1 }"), ("x.tf/readme", "")]);
    assert_eq!(repository.read(".").unwrap().modules[0].others.len(), 1);
}
