use crate::model::configuration::RegionSource;
use crate::sources::hcl::testing::{Repository, literals, references, said};

const TEXT: &str = r#"{
  "//": "made by a generator for us-east-2",
  "terraform": {"backend": {"s3": {"bucket": "b", "region": "us-east-2"}}, "required_version": ">= 1.9"},
  "provider": {"aws": [{"region": "${var.aws_region}"}, {"alias": "dr", "region": "us-west-2"}]},
  "variable": {"aws_region": {"type": "string", "default": "us-east-2"}, "pw": {"sensitive": true}},
  "resource": [
    {"aws_instance": {"web": {
      "provider": "aws.dr",
      "depends_on": ["aws_vpc.main"],
      "ami": "ami-1",
      "tags": {"Name": "web-${var.env}", "eks.amazonaws.com/x": "y"},
      "ebs_block_device": [{"size": 8}, {"size": 9}],
      "dynamic": {"setting": {"for_each": "${local.all}", "content": {"name": "${setting.key}"}}},
      "count": 2
    }}}
  ],
  "data": {"aws_region": {"current": {}}},
  "module": {"m": {"source": "./m", "providers": {"aws": "aws.dr"}, "zones": ["us-east-2a"]}},
  "locals": {"l": "${aws_instance.web[0].id}-x"},
  "output": {"o": {"value": "${module.m.out}"}}
}"#;

#[test]
fn the_json_syntax_says_the_same() {
    let repository = Repository::new(&[("main.tf.json", TEXT), ("m/m.tf.json", "{}")]);
    let read = repository.read(".").unwrap();
    let module = &read.modules[0];
    assert_eq!(module.backend.as_ref().unwrap().text("region"), Some("us-east-2"));
    assert_eq!(module.providers[0].region, RegionSource::Variable("aws_region".into()));
    assert!(matches!(&module.providers[1].region, RegionSource::Literal(l) if l.place.line == 4));
    assert_eq!(literals(&module.variables[0].default), ["default 5 us-east-2="]);
    assert!(module.variables[1].sensitive);
    let web = &module.resources[0];
    assert_eq!(web.provider.as_deref(), Some("aws.dr"));
    assert_eq!(
        literals(&web.arguments),
        [
            "ami 10 ami-1=",
            "tags.Name 11 web-",
            "tags 11 eks.amazonaws.com/x",
            "tags.eks.amazonaws.com/x 11 y=",
            "ebs_block_device.size 12 8=",
            "ebs_block_device.size 12 9=",
            "count 14 2=",
        ]
    );
    let found = references(&web.arguments);
    for wanted in [
        "provider: aws.dr",
        "depends_on: aws_vpc.main",
        "tags.Name: var.env",
        "dynamic.setting.for_each: local.all",
    ] {
        assert!(found.iter().any(|line| line == wanted), "{wanted} in {found:?}");
    }
    assert!(web.arguments.iter().any(|argument| argument.path == "setting.name"));
    assert_eq!(module.calls[0].folder.as_deref(), Some("m"));
    assert_eq!(references(&module.calls[0].arguments), ["providers.aws: aws.dr"]);
    assert_eq!(references(&module.others), ["locals.l: aws_instance.web.id", "output.o.value: module.m.out"]);
    assert!(module.resources[1].data);
}

#[test]
fn blocks_must_be_objects() {
    let repository = Repository::new(&[("main.tf.json", "{\"resource\": {\n\"a\": 1}}")]);
    assert_eq!(
        said(&repository.read(".").unwrap_err()),
        ["main.tf.json:2: not an object | write the block as an object"]
    );
}
