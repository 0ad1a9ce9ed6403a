use crate::sources::hcl::testing::{literals, references, root};

fn arguments(body: &str) -> Vec<crate::model::configuration::Argument> {
    root(&format!("resource \"aws_x\" \"y\" {{\n{body}\n}}\n")).resources.remove(0).arguments
}

#[test]
fn nested_blocks_and_objects_are_flattened_without_indexes() {
    let found = arguments(
        r#"
  name = "shop"
  environment {
    variables = {
      DB_HOST = "db.us-east-2.example.com"
      "eks.amazonaws.com/role-arn" = var.role
    }
  }
  ingress { cidr_blocks = ["10.0.0.0/16", "10.1.0.0/16"] }
  ingress { cidr_blocks = [] }
  list = [{ a = "one" }, { a = "two" }]
"#,
    );
    assert_eq!(
        literals(&found),
        [
            "name 3 shop=",
            "environment.variables.DB_HOST 6 db.us-east-2.example.com=",
            "environment.variables 7 eks.amazonaws.com/role-arn",
            "ingress.cidr_blocks 10 10.0.0.0/16=",
            "ingress.cidr_blocks 10 10.1.0.0/16=",
            "list.a 12 one=",
            "list.a 12 two=",
        ]
    );
    assert_eq!(references(&found), ["environment.variables.eks.amazonaws.com/role-arn: var.role"]);
    assert_eq!(found.iter().filter(|argument| argument.path == "ingress.cidr_blocks").count(), 2);
}

#[test]
fn references_are_found_wherever_they_stand() {
    let found = arguments(
        r#"
  a = aws_vpc.main.id
  b = aws_subnet.private[0].id
  c = aws_subnet.private[*].id
  d = aws_subnet.private.0.id
  e = "${data.aws_region.current.name}a"
  f = var.on ? module.rds.endpoint : local.other["us-east-2"]
  g = [for k, v in var.names : upper(v) if v != local.skip]
  h = { for z in data.aws_availability_zones.all.names : z => aws_subnet.x[z].id }
  i = templatefile("${path.module}/x.tpl", { host = aws_db_instance.main.address })
  j = merge(local.tags, { Name = "main", Zone = var.zone })
  k = -var.number + 3 * (var.other)
  l = one(aws_eip.nat[*]).public_ip
  m = provider::aws::arn_parse(var.arn)
"#,
    );
    assert_eq!(
        references(&found),
        [
            "a: aws_vpc.main.id",
            "b: aws_subnet.private.id",
            "c: aws_subnet.private.id",
            "d: aws_subnet.private.id",
            "e: data.aws_region.current.name",
            "f: var.on module.rds.endpoint local.other",
            "g: var.names local.skip",
            "h: data.aws_availability_zones.all.names aws_subnet.x.id",
            "i: path.module aws_db_instance.main.address",
            "j: local.tags",
            "j.Zone: var.zone",
            "k: var.number var.other",
            "l: aws_eip.nat",
            "m: var.arn",
        ]
    );
    assert_eq!(literals(&found), ["e 7 a", "f 8 us-east-2", "i 11 /x.tpl", "j.Name 12 main=", "k 13 3"]);
}

#[test]
fn escapes_are_resolved_and_template_parts_kept() {
    let found = arguments(
        r#"
  a = "tab\tquote\" \u00e9 $${not} %%{not}"
  b = "arn:aws:s3:::${var.name}-us-east-2/*"
  c = "${var.whole}"
  d = "%{ if var.on }us-east-2%{ else }us-west-2%{ endif }"
"#,
    );
    assert_eq!(
        literals(&found),
        [
            "a 3 tab\tquote\" é ${not} %{not}=",
            "b 4 arn:aws:s3:::",
            "b 4 -us-east-2/*",
            "d 6 us-east-2",
            "d 6 us-west-2",
        ]
    );
    assert_eq!(references(&found), ["b: var.name", "c: var.whole", "d: var.on"]);
}

#[test]
fn each_line_of_a_heredoc_has_its_place() {
    for end in ["\n", "\r\n"] {
        let text = "resource \"a\" \"b\" {\n  p = <<-EOT\n    one us-east-2\n    two ${var.x} three\n\n    %{ for n in var.list ~}\n    ${n} four\n    %{ endfor ~}\n  EOT\n  q = <<EOT\nalone\nEOT\n}\n";
        let found = root(&text.replace('\n', end)).resources.remove(0).arguments;
        let trimmed: Vec<String> = literals(&found).iter().map(|line| line.replace("  ", "")).collect();
        let has =
            |wanted: &str| assert!(trimmed.iter().any(|line| line == wanted), "{wanted} in {trimmed:?}");
        has("p 3 one us-east-2");
        has("p 4 two ");
        has("p 4three");
        has("p 7four");
        has("q 11 alone=");
        assert_eq!(references(&found), ["p: var.x var.list"]);
    }
}

#[test]
fn keys_that_are_values_and_numbers_are_literals_too() {
    let found = arguments(
        r#"
  amis = { us-east-2 = "ami-1", "us-west-2" = "ami-2", plain = 3 }
  account = 012345678901
  port = 5432
  on = true
  none = null
"#,
    );
    assert_eq!(
        literals(&found),
        [
            "amis 3 us-east-2",
            "amis.us-east-2 3 ami-1=",
            "amis 3 us-west-2",
            "amis.us-west-2 3 ami-2=",
            "amis.plain 3 3=",
            "account 4 012345678901=",
            "port 5 5432=",
            "on 6 true=",
        ]
    );
    assert!(found.iter().any(|argument| argument.path == "on") && found.iter().any(|a| a.path == "none"));
}

#[test]
fn lists_that_functions_pass_on_keep_whole_items() {
    let found = arguments(
        "  a = toset([\"us-east-2a\", var.b])\n  c = concat(var.d, [\"us-east-2b\"])\n  e = join(\",\", [\"x\"])",
    );
    assert_eq!(literals(&found), ["a 2 us-east-2a=", "c 3 us-east-2b=", "e 4 ,", "e 4 x"]);
    assert_eq!(references(&found), ["a: var.b", "c: var.d"]);
}

#[test]
fn a_key_given_twice_is_read_as_engines_read_it() {
    let found = arguments(
        "  a = {\n    size = 1\n    size = 2\n    \"size\" = \"us-east-2\"\n    b = 1\n    b = 2\n  }",
    );
    assert_eq!(
        literals(&found),
        ["a.size 3 1=", "a.size 4 2=", "a 5 size", "a.size 5 us-east-2=", "a.b 6 1=", "a.b 7 2="]
    );
}
