use super::*;

const SMALL: &str = r#"{"version":4,"terraform_version":"1.11.4","serial":7,"lineage":"l","outputs":{},"resources":[
 {"module":"module.a[\"k.x\"]","mode":"managed","type":"aws_vpc","name":"main","provider":"module.a.provider[\"registry.terraform.io/hashicorp/aws\"].east",
  "instances":[{"index_key":0,"schema_version":1,"attributes":{"id":"vpc-1"},"sensitive_attributes":[[{"type":"get_attr","value":"p"},{"type":"index","value":{"value":0,"type":"number"}}]],"dependencies":["module.a.aws_x.y"]},
               {"index_key":"b\"c","schema_version":1,"attributes":{"id":"vpc-2"}}]},
 {"mode":"data","type":"aws_region","name":"current","provider":"provider.aws","instances":[{"schema_version":0,"attributes":{"id":"us-east-2"}}]}]}"#;

fn refused(text: &str) -> String {
    match read_state(text, "t.tfstate") {
        Ok(_) => panic!("was read: {text}"),
        Err(BadInput(problems)) => {
            problems.iter().map(|p| format!("{}; fix: {}", p.message, p.fix)).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn reads_addresses_as_state_list_prints_them() {
    let state = read_state(SMALL, "t.tfstate").unwrap();
    let addresses: Vec<_> = state.instances.iter().map(|i| i.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "module.a[\"k.x\"].aws_vpc.main[0]",
            "module.a[\"k.x\"].aws_vpc.main[\"b\\\"c\"]",
            "data.aws_region.current"
        ]
    );
    let first = &state.instances[0];
    assert_eq!(first.config_address, "module.a.aws_vpc.main");
    assert_eq!(first.provider, "registry.terraform.io/hashicorp/aws");
    assert_eq!(first.provider_alias.as_deref(), Some("east"));
    assert_eq!(first.sensitive, ["/p/0"]);
    assert_eq!(first.dependencies, ["module.a.aws_x.y"]);
    assert_eq!(state.serial, 7);
}

#[test]
fn refuses_by_name_what_is_no_state_of_version_4() {
    for (text, expected) in [
        ("", "empty"),
        ("   \n", "empty"),
        ("[1,2]", "no Terraform state"),
        ("version: 4", "not JSON"),
        (r#"{"version":3,"serial":1,"modules":[]}"#, "format version 3"),
        (r#"{"version":5,"resources":[]}"#, "newer than the 4"),
        (r#"{"version":"4","resources":[]}"#, "no whole number"),
        (r#"{"version":1e400,"resources":[]}"#, "not sound JSON"),
        (r#"{"meta":{},"encrypted_data":"x","encryption_version":"v0"}"#, "encrypted by OpenTofu"),
        (r#"{"format_version":"1.2","planned_values":{}}"#, "plan in JSON"),
        (r#"{"format_version":"1.0","values":{}}"#, "show -json"),
        (r#"{"format_version":1,"kind":"inventory"}"#, "give it as --inventory"),
        (r#"{"format_version":1,"decision_digest":"sha256:"}"#, "plan of drplan"),
        (r#"{"hello":1}"#, "no `version`"),
        (r#"{"version":4,"version":4,"resources":[]}"#, "duplicate field"),
        (r#"{"version":4,"resources":[]} {"version":4}"#, "trailing characters"),
    ] {
        let message = refused(text);
        assert!(message.contains(expected), "{text}: {message}");
        assert!(message.contains("fix: "), "{message}");
    }
}

#[test]
fn refuses_every_truncation() {
    for end in 0..SMALL.len() {
        if SMALL.is_char_boundary(end) {
            refused(&SMALL[..end]);
        }
    }
}

#[test]
fn reports_duplicates_and_odd_instances_together() {
    let text = r#"{"version":4,"serial":1,"lineage":"l","resources":[
      {"mode":"managed","type":"a","name":"b","provider":"","instances":[{"attributes":{}},{"attributes":{}},{"index_key":true,"attributes":{}},{"index_key":1,"status":"odd"},{"index_key":2,"attributes":[1]}]},
      {"mode":"other","type":"c","name":"d","provider":"","instances":[]}]}"#;
    let Err(BadInput(problems)) = read_state(text, "t") else { panic!("was read") };
    assert_eq!(problems.len(), 5, "{problems:#?}");
}

#[test]
fn errors_never_quote_values() {
    let text = SMALL.replace("\"serial\":7", "\"serial\":\"CANARY-1\"");
    let message = refused(&text);
    assert!(!message.contains("CANARY"), "{message}");
    assert!(message.contains("expected u64"), "{message}");
}

#[test]
fn deep_nesting_is_refused_without_a_crash() {
    let deep = format!("{{\"version\":4,\"resources\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    refused(&deep);
}
