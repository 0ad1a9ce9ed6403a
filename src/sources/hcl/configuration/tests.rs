use super::*;
use crate::sources::hcl::testing::{Repository, said};

#[test]
fn a_root_must_be_a_folder_with_configuration() {
    let repository = Repository::new(&[("empty/readme.md", ""), ("main.tf", "")]);
    let says = |dir: &str| said(&repository.read(dir).unwrap_err());
    assert_eq!(
        says("nowhere"),
        ["nowhere: nowhere is not there | check the path; a link may point to nothing"]
    );
    assert_eq!(
        says("main.tf"),
        ["main.tf: main.tf is a file, not a folder | name the folder of the root module"]
    );
    assert_eq!(
        says("empty"),
        [
            "empty: has no .tf or .tofu file | name the folder of the root module: --terraform DIR, or dir in the terraform block of drplan.hcl"
        ]
    );
    assert!(repository.read(".").is_ok());
}

#[test]
fn the_order_on_disk_and_the_folder_change_nothing() {
    let files = [
        ("t/b.tf", "resource \"x\" \"b\" {}\nmodule \"n\" { source = \"../n\" }"),
        ("t/a.tf", "resource \"x\" \"a\" {}\nmodule \"m\" { source = \"../m\" }"),
        ("m/main.tf", "locals { m = \"1\" }"),
        ("n/main.tf", "locals { n = \"1\" }"),
    ];
    let mut turned = files;
    turned.reverse();
    let one = Repository::new(&files).read("t").unwrap();
    let other = Repository::new(&turned).read("t").unwrap();
    assert_eq!(one, other);
    let names: Vec<&str> = one.modules[0].resources.iter().map(|resource| resource.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn paths_are_seen_from_the_folder_of_drplan_hcl() {
    let repository = Repository::new(&[("infra/main.tf", "locals { a = \"x\" }"), ("dr/drplan.hcl", "")]);
    let read = read_configuration(&repository.at("dr/../infra"), &repository.at("dr")).unwrap();
    assert_eq!(read.root, "../infra");
    assert_eq!(read.modules[0].others[0].place.as_ref().unwrap().to_string(), "../infra/main.tf:1");
}

#[test]
fn byte_order_marks_and_crlf_are_read() {
    let repository = Repository::new(&[]);
    repository
        .write("main.tf", b"\xEF\xBB\xBFlocals {\r\n  a = \"x\"\r\n  b = {\r\n    c = \"y\"\r\n  }\r\n}\r\n");
    repository.write("x.tf.json", b"\xEF\xBB\xBF{\r\n\"locals\": {\"d\": \"z\"}}");
    let others = repository.read(".").unwrap().modules.remove(0).others;
    let places: Vec<u32> = others.iter().map(|argument| argument.literals[0].place.line).collect();
    assert_eq!(places, [2, 4, 2]);
}
