//! Literals planted in a copy of the example are found where they were planted.

use drplan::plan::Plan;
use drplan::plan::values::{Site, UseDisposition};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::count::{Owned, encode, in_code, in_manifests, in_state, lines_of_manifests};
use super::{line, missed, unplaced};
use crate::worlds::{Copy, World};

const PLANTED: &str = "kubernetes/planted.yaml";

/// Adds a file of manifests and plans.
fn with_manifest(text: &str) -> (Copy, Plan) {
    let copy = Copy::new();
    copy.write(PLANTED, text);
    let plan = World::read(copy.path()).plan();
    (copy, plan)
}

/// Files and lines of the findings of a code.
fn findings(plan: &Plan, code: &str) -> Vec<String> {
    let of_code = plan.findings.iter().filter(|finding| finding.code == code);
    let mut places: Vec<String> = of_code
        .map(|finding| {
            let at = finding.at.as_ref().map(|at| format!("{}:{}", at.file, at.line));
            format!("{} {}", at.unwrap_or_default(), finding.subject)
        })
        .collect();
    places.sort();
    places
}

#[test]
fn literals_in_manifests_are_unplaced_at_file_and_line() {
    let secret = encode("https://legacy-us-east-2.internal.example.com/v1");
    let (copy, plan) = with_manifest(&format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: planted\n  namespace: ecommerce\ndata:\n  \
         ARCHIVE: nightly-us-east-2-archive\n  # us-east-2 in a comment\n  \
         TOPIC: arn:aws:sns:us-east-2:123456789012:nobody\n  \
         settings.json: |\n    {{\n      \"a\": \"x-us-east-2-y\",\n      \"b\": [\"x-us-east-2-z\"]\n    }}\n\
         ---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: planted\n  namespace: ecommerce\ndata:\n  \
         url: {secret}\nstringData:\n  plain: logs-us-east-2a\n"
    ));
    assert_eq!(
        unplaced(&plan),
        [
            format!("{PLANTED}:12 /data/settings.json us-east-2"),
            format!("{PLANTED}:13 /data/settings.json us-east-2"),
            format!("{PLANTED}:22 /data/url us-east-2"),
            format!("{PLANTED}:24 /stringData/plain us-east-2a"),
            format!("{PLANTED}:7 /data/ARCHIVE us-east-2"),
            format!("{PLANTED}:9 /data/TOPIC us-east-2"),
        ]
    );
    let expected = [12, 13, 22, 7, 9].map(|line| format!("{PLANTED}:{line} us-east-2"));
    let found = findings(&plan, "literal-unplaced");
    assert!(expected.iter().all(|place| found.contains(place)), "{found:?}");
    assert!(found.contains(&format!("{PLANTED}:24 us-east-2a")), "{found:?}");
    assert_eq!(found.len(), 6, "{found:?}");
    drop(copy);
}

#[test]
fn an_owned_id_in_an_argument_is_placed() {
    let world = World::read(&crate::worlds::example());
    let state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
    let vpc = state["resources"].as_array().unwrap().iter().find(|one| one["type"] == "aws_vpc").unwrap();
    let id = vpc["instances"][0]["attributes"]["id"].as_str().unwrap();
    let (_copy, plan) = with_manifest(&format!(
        "apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: planted\n  namespace: ecommerce\nspec:\n  \
         schedule: \"0 1 * * *\"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          \
         restartPolicy: Never\n          containers:\n            - name: audit\n              image: busybox:1.36\n              \
         args:\n                - --vpc\n                - \"scan {id} --zone us-east-2b\"\n"
    ));
    let site = |value: &str| {
        let uses = plan.values.iter().filter(|owned| owned.value == value).flat_map(|owned| &owned.uses);
        let mut here = uses.filter(|one| matches!(&one.site, Site::File { file, .. } if file == PLANTED));
        here.next().cloned()
    };
    let found = site(id).expect("the id");
    assert_eq!(found.disposition, UseDisposition::KnownAfter);
    assert_eq!(found.known_after.as_deref(), Some("infra/module.vpc.aws_vpc.this"));
    let Site::File { line, path, .. } = &found.site else { panic!("{found:?}") };
    assert_eq!((*line, path.as_str()), (18, "/spec/jobTemplate/spec/template/spec/containers/0/args/1"));
    let zone = site("us-east-2b").expect("the zone");
    assert_eq!(zone.counterpart.as_deref(), Some("us-west-2b"));
    assert_eq!(unplaced(&plan), Vec::<String>::new());
}

#[test]
fn literals_in_code_are_findings_with_file_and_line() {
    let copy = Copy::new();
    let data = encode("#!/bin/sh\nexport AWS_REGION=us-east-2\n");
    copy.write(
        "terraform/planted.tf",
        &format!(
            "# us-east-2 in a comment\nresource \"aws_ebs_volume\" \"scratch\" {{\n  availability_zone = \"us-east-2a\"\n  \
             size              = 10\n}}\n\nresource \"aws_instance\" \"old\" {{\n  user_data_base64 = \"{data}\"\n  \
             user_data = <<-EOT\n    #!/bin/sh\n    aws s3 ls --region us-east-2\n  EOT\n}}\n\n\
             variable \"log_bucket\" {{\n  type = string\n}}\n"
        ),
    );
    copy.write("terraform/terraform.tfvars", "\nlog_bucket = \"logs-us-east-2-acme\"\n");
    let plan = World::read(copy.path()).plan();
    let expected = [
        "terraform/planted.tf:11 us-east-2",
        "terraform/planted.tf:3 us-east-2a",
        "terraform/planted.tf:8 us-east-2",
        "terraform/terraform.tfvars:2 us-east-2",
    ];
    // A zone of the lost region is no setting: nothing can be made in it.
    let (given, text): (Vec<&str>, Vec<&str>) = expected.iter().partition(|found| found.ends_with("2a"));
    assert_eq!(findings(&plan, "literal-in-code"), text);
    assert_eq!(findings(&plan, "id-unplaced"), given);
    let places: Vec<String> =
        unplaced(&plan).iter().map(|use_| use_.split(' ').step_by(2).collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(places, expected.to_vec());
    let owned = Owned::of(&std::fs::read_to_string(copy.path().join("state.tfstate")).unwrap());
    assert_eq!(missed(&plan, &in_code(copy.path(), &owned), line), Vec::<String>::new());
}

/// The engine would pass it on as it stands, and AWS refuse it.
#[test]
fn what_the_code_gives_to_what_it_makes_is_an_error() {
    let copy = Copy::new();
    copy.write(
        "terraform/planted.tf",
        "resource \"aws_instance\" \"old\" {\n  subnet_id = \"SUBNET\"\n  region    = \"us-east-2\"\n  \
         tags = {\n    Home = \"us-east-2\"\n    Of = \"beside SUBNET\"\n  }\n}\n"
            .replace("SUBNET", "subnet-07fa2c6e91d43b85e")
            .as_str(),
    );
    let plan = World::read(copy.path()).plan();
    let given = ["terraform/planted.tf:2 subnet-07fa2c6e91d43b85e", "terraform/planted.tf:3 us-east-2"];
    assert_eq!(findings(&plan, "id-unplaced"), given);
    let text = ["terraform/planted.tf:5 us-east-2", "terraform/planted.tf:6 subnet-07fa2c6e91d43b85e"];
    assert_eq!(findings(&plan, "literal-in-code"), text);
    copy.edit("drplan.hcl", |text| {
        format!("{text}rewrite \"subnet-07fa2c6e91d43b85e\" {{\n  keep = true\n}}\n")
    });
    assert_eq!(
        findings(&World::read(copy.path()).plan(), "id-unplaced"),
        ["terraform/planted.tf:3 us-east-2"]
    );
}

/// A bucket of the region is not there for what is made in another; drplan.hcl may say what stands for a word.
#[test]
fn a_word_of_the_code_with_the_region_in_it_is_named_whole() {
    let copy = Copy::new();
    copy.write(
        "terraform/planted.tf",
        "resource \"aws_lambda_function\" \"resize\" {\n  s3_bucket   = \"acme-artifacts-us-east-2\"\n  \
         description = \"resizes for us-east-2\"\n}\n",
    );
    copy.edit("terraform/alarms.tf", |text| {
        let name = "resource \"aws_sns_topic\" \"alerts\" {";
        assert!(text.contains(name));
        text.replace(name, &format!("{name}\n  display_name = \"alerts-us-east-2\""))
    });
    let plan = World::read(copy.path()).plan();
    assert_eq!(findings(&plan, "id-unplaced"), ["terraform/planted.tf:2 acme-artifacts-us-east-2"]);
    let fix = |line: u32| {
        let at = |finding: &&drplan::plan::finding::Finding| {
            finding.at.as_ref().is_some_and(|at| at.file == "terraform/planted.tf" && at.line == line)
        };
        plan.findings.iter().find(at).unwrap().fix.clone()
    };
    assert!(fix(2).contains("`rewrite \"acme-artifacts-us-east-2\" { keep = true }`"), "{}", fix(2));
    // Kept, the region alone would stay in every manifest.
    assert!(fix(3).contains("`rewrite \"us-east-2\" { to = \"us-west-2\" }`"), "{}", fix(3));
    copy.edit("drplan.hcl", |text| {
        let block =
            |name: &str| format!("rewrite \"{name}-us-east-2\" {{\n  to = \"{name}-us-west-2\"\n}}\n");
        format!("{text}{}{}", block("acme-artifacts"), block("alerts"))
    });
    let world = World::read(copy.path());
    let mut state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
    for one in state["resources"].as_array_mut().unwrap() {
        if one["type"] == "aws_sns_topic" {
            one["instances"][0]["attributes"]["display_name"] = "alerts-us-east-2".into();
        }
    }
    let plan = World { state: state.to_string(), ..world }.plan();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    assert_eq!(findings(&plan, "id-unplaced"), Vec::<String>::new());
    assert!(!findings(&plan, "literal-in-code").iter().any(|found| found.contains("alerts")));
}

/// What is imported is held to its code too, and a local value goes wherever it is used.
#[test]
fn what_the_code_gives_to_what_it_imports_or_passes_on_is_an_error() {
    let copy = Copy::new();
    let bucket = "terraform/modules/s3/main.tf";
    copy.edit(bucket, |text| {
        assert!(text.contains("bucket = \"${var.name}-media-${var.region}\""));
        text.replace("\"${var.name}-media-${var.region}\"", "\"ecommerce-prod-media-us-east-2\"")
    });
    copy.write(
        "terraform/planted.tf",
        "locals {\n  zones = [\"us-east-2a\"]\n  by_region = {\n    us-east-2 = [\"us-east-2a\"]\n  }\n  \
         either = [\"us-east-2b\", \"us-west-2b\"]\n  name = \"us-east-2\"\n}\n",
    );
    let plan = World::read(copy.path()).plan();
    assert_eq!(
        findings(&plan, "id-unplaced"),
        [
            format!("{bucket}:3 ecommerce-prod-media-us-east-2"),
            "terraform/planted.tf:2 us-east-2a".to_owned()
        ]
    );
    let text = findings(&plan, "literal-in-code");
    // The entry of a map by region is the lost region's alone: what it lacks is told of the map.
    assert_eq!(findings(&plan, "region-map-lacks"), ["terraform/planted.tf:4 local.by_region"]);
    for line in [6, 7] {
        assert!(
            text.iter().any(|found| found.starts_with(&format!("terraform/planted.tf:{line} "))),
            "{text:?}"
        );
    }
}

/// A token of the primary, text around it, and how it is wrapped.
fn text() -> impl Strategy<Value = String> {
    let token = prop_oneof![
        Just("us-east-2"),
        Just("us-east-2c"),
        Just("use2-az2"),
        Just("123456789012.dkr.ecr.us-east-2.amazonaws.com"),
        Just("arn:aws:sqs:us-east-2:123456789012:jobs"),
        Just("sg-0f48b2d6e9a17c350"),
        Just("orders.x1.ng.0001.use2.cache.amazonaws.com"),
    ];
    let around = prop_oneof![Just(""), Just("a "), Just("https://"), Just("k="), Just("x-")];
    let after = prop_oneof![Just(""), Just(" b"), Just("/p?q=1"), Just(",us-east-2"), Just(":443")];
    let wraps = prop_oneof![Just(0_u8), Just(1), Just(2), Just(3), Just(4)];
    (around, token, after, wraps, any::<bool>()).prop_map(|(around, token, after, wraps, twice)| {
        let mut text = format!("{around}{token}{after}");
        if twice {
            text = format!("{text} {token}");
        }
        match wraps {
            1 => encode(&text),
            2 => serde_json::json!({"a": [{"b/c": text}], "n": 5432}).to_string(),
            4 => {
                let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
                format!("https://console.example.net/?go={escaped}&b=1")
            }
            3 => encode(&serde_json::json!({ "x": encode(&text) }).to_string()),
            _ => text,
        }
    })
}

#[test]
fn generated_literals_are_in_the_plan_at_their_place() {
    let entries = proptest::collection::vec(text(), 1..12);
    let copy = Copy::new();
    let world = World::read(copy.path());
    let owned = Owned::of(&world.state);
    // A folder of its own for what is planted; the rest of the example stays out of the way.
    std::fs::remove_dir_all(copy.path().join("kubernetes")).unwrap();
    std::fs::create_dir(copy.path().join("kubernetes")).unwrap();
    let config = Config { cases: 12, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&entries, |texts| {
            let mut yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: planted\ndata:\n".to_owned();
            for (at, text) in texts.iter().enumerate() {
                yaml.push_str(&format!("  key{at}: {}\n", serde_json::to_string(text).unwrap()));
            }
            copy.write(PLANTED, &yaml);
            let mut world = world.clone();
            world.manifests = World::read(copy.path()).manifests;
            let plan = world.plan();
            let mut lost = missed(&plan, &in_manifests(copy.path(), &owned), |site| match site {
                Site::File { file, object: Some(object), path, .. } => {
                    Some(format!("{file} {object} {path}"))
                }
                _ => None,
            });
            lost.extend(missed(&plan, &lines_of_manifests(copy.path(), &owned), line));
            if lost.is_empty() { Ok(()) } else { Err(TestCaseError::fail(format!("{lost:?}\n{yaml}"))) }
        })
        .unwrap();
}

#[test]
fn generated_literals_in_the_state_are_in_the_plan_at_their_place() {
    let world = World::read(&crate::worlds::example());
    let state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
    let count = state["resources"].as_array().unwrap().len();
    let owned = Owned::of(&world.state);
    let entries = proptest::collection::vec((0..count, "[a-z~/]{1,5}", text()), 1..12);
    let config = Config { cases: 6, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&entries, |entries| {
            let (mut state, mut world) = (state.clone(), world.clone());
            for (at, key, text) in entries {
                state["resources"][at]["instances"][0]["attributes"]["planted"][key] = text.into();
            }
            world.state = state.to_string();
            let lost = missed(&world.plan(), &in_state(&world.state, &owned), |site| match site {
                Site::Resource { resource, path, .. } => Some(format!("{resource} {path}")),
                Site::File { .. } => None,
            });
            if lost.is_empty() { Ok(()) } else { Err(TestCaseError::fail(format!("{lost:?}"))) }
        })
        .unwrap();
}
