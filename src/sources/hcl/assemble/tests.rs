use crate::model::configuration::RegionSource;
use crate::sources::hcl::testing::{configuration, literals, references, root, said};

#[test]
fn regions_of_providers_tell_where_they_come_from() {
    let module = root(
        r#"
provider "aws" {}
provider "aws" {
  alias  = "a"
  region = "us-east-2"
}
provider "aws" {
  alias  = "b"
  region = var.aws_region
}
provider "aws" {
  alias  = "c"
  region = "${var.aws_region}"
}
provider "aws" {
  alias  = "d"
  region = coalesce(var.aws_region, "us-east-2")
  default_tags { tags = { Region = "us-east-2" } }
}
provider "aws" {
  alias  = "e"
  region = local.settings.region
}
"#,
    );
    let sources: Vec<&RegionSource> = module.providers.iter().map(|provider| &provider.region).collect();
    assert_eq!(sources[0], &RegionSource::Environment);
    assert!(matches!(sources[1], RegionSource::Literal(l) if l.text == "us-east-2" && l.place.line == 5));
    assert_eq!(sources[2], &RegionSource::Variable("aws_region".into()));
    assert_eq!(sources[3], &RegionSource::Variable("aws_region".into()));
    assert_eq!(sources[4], &RegionSource::Expression(vec!["var.aws_region".into()]));
    assert_eq!(sources[5], &RegionSource::Expression(vec!["local.settings.region".into()]));
    assert_eq!(module.providers[4].alias.as_deref(), Some("d"));
    assert_eq!(
        literals(&module.providers[4].arguments),
        ["alias 16 d=", "region 17 us-east-2", "default_tags.tags.Region 18 us-east-2="]
    );
    assert_eq!(literals(&module.providers[1].arguments), ["alias 4 a="]);
}

#[test]
fn backends_are_read_also_where_they_say_little() {
    let backend = |text: &str| root(text).backend.unwrap();
    let full = backend(
        "terraform {\n  backend \"s3\" {\n    bucket = \"b\"\n    region = \"us-east-2\"\n    assume_role = { role_arn = \"r\" }\n  }\n}",
    );
    assert_eq!((full.kind.as_str(), full.place.as_ref().unwrap().line), ("s3", 2));
    assert_eq!(
        (full.text("bucket"), full.text("region"), full.text("key")),
        (Some("b"), Some("us-east-2"), None)
    );
    assert_eq!(full.text("assume_role.role_arn"), Some("r"));
    assert_eq!(backend("terraform {\n  backend \"s3\" {}\n}").kind, "s3");
    let cloud = backend(
        "terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      name = \"w\"\n    }\n  }\n}",
    );
    assert_eq!((cloud.kind.as_str(), cloud.text("workspaces.name")), ("cloud", Some("w")));
    assert!(root("locals { a = 1 }").backend.is_none());
}

#[test]
fn variables_have_defaults_and_say_whether_they_are_sensitive() {
    let module = root(
        r#"
variable "aws_region" {
  type        = string
  default     = "us-east-2"
  description = "where, usually us-east-2"
}
variable "db_password" {
  type      = string
  sensitive = true
}
variable "zones" {
  type    = object({ names = optional(list(string), ["us-east-2c"]) })
  default = { names = ["us-east-2a", "us-east-2b"], more = { x = 1 } }
}
"#,
    );
    let [region, password, zones] = module.variables.as_slice() else { panic!() };
    assert_eq!(literals(&region.default), ["default 4 us-east-2="]);
    assert!(password.default.is_none() && password.sensitive && !region.sensitive);
    assert_eq!(
        literals(&zones.default),
        ["default 13 us-east-2a=", "default 13 us-east-2b=", "default 13 1="]
    );
    assert_eq!(
        literals(&module.others),
        [
            "variable.aws_region.description 5 where, usually us-east-2=",
            "variable.db_password.sensitive 9 true=",
            "variable.zones.type 12 us-east-2c"
        ]
    );
    assert!(references(&module.others).is_empty());
}

#[test]
fn resources_name_their_provider_and_place() {
    let module = root(
        "resource \"aws_s3_bucket\" \"b\" {\n  provider = aws.dr\n}\ndata \"aws_region\" \"current\" {}\nresource \"x\" \"old\" {\n  provider = \"aws.west\"\n}\n",
    );
    let of: Vec<(bool, &str, Option<&str>, u32)> = module
        .resources
        .iter()
        .map(|r| (r.data, r.type_name.as_str(), r.provider.as_deref(), r.place.as_ref().unwrap().line))
        .collect();
    assert_eq!(
        of,
        [
            (false, "aws_s3_bucket", Some("aws.dr"), 1),
            (true, "aws_region", None, 4),
            (false, "x", Some("aws.west"), 5)
        ]
    );
}

#[test]
fn the_same_thing_twice_and_headers_without_names_are_told_together() {
    let bad = configuration(
        "resource \"a\" \"b\" {}\nresource \"a\" \"b\" {}\nresource \"a\" {}\nvariable \"v\" {}\nvariable \"v\" {}\nprovider \"aws\" {}\nprovider \"aws\" { alias = \"x\" }\nprovider \"aws\" {}\nmodule {}\n",
    )
    .unwrap_err();
    assert_eq!(
        said(&bad),
        [
            "main.tf:2: resource a.b is given twice | keep one of the two",
            "main.tf:3: a resource block needs a type and a name after its keyword | write a type and a name in quotation marks before the brace",
            "main.tf:5: variable v is given twice | keep one of the two",
            "main.tf:8: provider aws is given twice | keep one of the two",
            "main.tf:9: a module block needs a name after its keyword | write a name in quotation marks before the brace",
        ]
    );
    assert_eq!(bad.0[0].also[0].0.to_string(), "main.tf:1");
}
