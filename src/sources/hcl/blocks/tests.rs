use crate::sources::hcl::testing::{literals, references, root};

#[test]
fn what_dynamic_blocks_make_stands_where_their_blocks_stand() {
    let module = root(
        r#"
resource "aws_security_group" "x" {
  dynamic "ingress" {
    for_each = var.ports
    iterator = port
    content {
      from_port   = port.value
      description = "from us-east-2 ${local.who}"
      dynamic "inner" {
        for_each = port.value.more
        content { name = inner.key }
      }
    }
  }
  provisioner "local-exec" {
    command = "echo us-east-2"
  }
  lifecycle { ignore_changes = [tags, engine_version] }
  versioning {}
}
"#,
    );
    let found = &module.resources[0].arguments;
    assert_eq!(
        literals(found),
        ["ingress.description 8 from us-east-2 ", "provisioner.local-exec.command 16 echo us-east-2="]
    );
    assert_eq!(
        references(found),
        [
            "dynamic.ingress.for_each: var.ports",
            "ingress.description: local.who",
            "lifecycle.ignore_changes: tags engine_version",
        ]
    );
    assert!(found.iter().any(|argument| argument.path == "versioning"));
}

#[test]
fn nothing_outside_of_resources_is_lost() {
    let module = root(
        r#"
locals { region = "us-east-2" }
output "zone" { value = "us-east-2a" }
import {
  to = aws_s3_bucket.b
  id = "bucket-us-east-2"
}
moved {
  from = aws_a.b
  to   = aws_a.c
}
removed {
  from = aws_a.d
}
check "up" {
  assert {
    condition     = data.http.x.status_code == 200
    error_message = "not up in us-east-2"
  }
}
ephemeral "aws_secret" "s" { name = "us-east-2/s" }
terraform {
  required_version = ">= 1.9"
  required_providers { aws = { source = "hashicorp/aws" } }
}
future "thing" { a = "us-east-2" }
"#,
    );
    assert_eq!(
        literals(&module.others),
        [
            "locals.region 2 us-east-2=",
            "output.zone.value 3 us-east-2a=",
            "import.id 6 bucket-us-east-2=",
            "check.up.assert.condition 17 200",
            "check.up.assert.error_message 18 not up in us-east-2=",
            "ephemeral.aws_secret.s.name 21 us-east-2/s=",
            "terraform.required_version 23 >= 1.9=",
            "terraform.required_providers.aws.source 24 hashicorp/aws=",
            "future.thing.a 26 us-east-2=",
        ]
    );
    assert_eq!(references(&module.others)[0], "import.to: aws_s3_bucket.b");
}
