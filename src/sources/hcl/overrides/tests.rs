use crate::sources::hcl::testing::{Repository, literals};

#[test]
fn overrides_come_last_and_replace_what_they_name() {
    let repository = Repository::new(&[
        (
            "a_override.tf",
            r#"
resource "aws_x" "y" {
  name = "from a"
  ebs { size = 7 }
  lifecycle { prevent_destroy = true }
}
locals { region = "us-west-2" }
"#,
        ),
        (
            "override.tf",
            "resource \"aws_x\" \"y\" {\n  name = \"last\"\n}\nresource \"aws_x\" \"new\" {\n  a = \"b\"\n}\n",
        ),
        (
            "main.tf",
            r#"
resource "aws_x" "y" {
  name  = "first"
  other = "kept"
  ebs { size = 1 }
  ebs { size = 2 }
  dynamic "ebs" {
    for_each = ["three"]
    content { size = 3 }
  }
  lifecycle {
    ignore_changes  = [name]
    prevent_destroy = false
  }
}
locals {
  region = "us-east-2"
  zone   = "us-east-2a"
}
terraform {
  backend "s3" { bucket = "b" }
  required_providers {
    aws  = { source = "hashicorp/aws" }
    helm = { source = "hashicorp/helm" }
  }
}
"#,
        ),
        (
            "z_override.tf.json",
            r#"{"terraform": {"backend": {"local": {"path": "p"}}, "required_providers": {"aws": {"source": "acme/aws"}}}}"#,
        ),
    ]);
    let module = repository.read(".").unwrap().modules.remove(0);
    assert_eq!(
        literals(&module.resources[0].arguments),
        ["other 4 kept=", "ebs.size 4 7=", "lifecycle.prevent_destroy 5 true=", "name 2 last="]
    );
    let lifecycle: Vec<&str> = module.resources[0]
        .arguments
        .iter()
        .map(|argument| argument.path.as_str())
        .filter(|path| path.starts_with("lifecycle"))
        .collect();
    assert_eq!(lifecycle, ["lifecycle.ignore_changes", "lifecycle.prevent_destroy"]);
    assert_eq!(module.resources[1].name, "new");
    assert_eq!(
        literals(&module.others),
        [
            "locals.zone 18 us-east-2a=",
            "terraform.required_providers.helm.source 24 hashicorp/helm=",
            "locals.region 7 us-west-2=",
            "terraform.required_providers.aws.source 1 acme/aws=",
        ]
    );
    let backend = module.backend.unwrap();
    assert_eq!(
        (backend.kind.as_str(), backend.text("path"), backend.text("bucket")),
        ("local", Some("p"), None)
    );
}
