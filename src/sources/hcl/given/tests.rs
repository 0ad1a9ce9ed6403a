use crate::sources::hcl::testing::{Repository, literals, said};

#[test]
fn later_files_win() {
    let repository = Repository::new(&[
        ("main.tf", "variable \"a\" {}"),
        (
            "terraform.tfvars",
            "a = \"first\"\nzones = [\"us-east-2a\", \"us-east-2b\"]\nmap = { x = \"y\", z = { w = 1 } }\n",
        ),
        ("terraform.tfvars.json", "{\"a\": \"second\",\n \"c\": {\"d\": [\"us-east-2\"]}}"),
        ("b.auto.tfvars", "a = \"last\"\n"),
        ("a.auto.tfvars.json", "{\"a\": \"third\"}"),
        ("prod.tfvars", "a = \"not read\"\n"),
    ]);
    let given = repository.read(".").unwrap().given;
    let names: Vec<&str> = given.iter().map(|given| given.variable.as_str()).collect();
    assert_eq!(names, ["zones", "map", "c", "a"]);
    assert_eq!(
        literals(given.iter().map(|given| &given.value)),
        ["zones 2 us-east-2a=", "zones 2 us-east-2b=", "map 3 y=", "map 3 1=", "c 2 us-east-2=", "a 1 last="]
    );
    assert_eq!(given[3].value.place.as_ref().unwrap().to_string(), "b.auto.tfvars:1");
}

#[test]
fn blocks_do_not_belong_there() {
    let repository = Repository::new(&[("main.tf", ""), ("terraform.tfvars", "a = 1\nvariable \"x\" {}\n")]);
    assert_eq!(
        said(&repository.read(".").unwrap_err()),
        [
            "terraform.tfvars:2: a block in a file of variable values | write only NAME = VALUE here; blocks belong in a .tf file"
        ]
    );
}
