use crate::sources::hcl::testing::{said, settings, shown};

fn problems(text: &str) -> Vec<String> {
    said(&settings(text).unwrap_err())
}

#[test]
fn unknown_names_come_with_the_nearest_known_one() {
    assert_eq!(
        problems(
            "stck = \"x\"\nobjectiv \"a\" {}\nmanifests {\n  path = [\"k\"]\n}\nzzz = 1\ndns = 1\nstack {}\n"
        ),
        [
            "drplan.hcl:1: unknown attribute \"stck\" | did you mean stack?",
            "drplan.hcl:2: unknown block \"objectiv\" | did you mean objective?",
            "drplan.hcl:4: unknown attribute \"path\" in manifests | did you mean paths?",
            "drplan.hcl:6: unknown attribute \"zzz\" | known are stack, primary, recovery, observation, estimates, inventory, state, terraform, manifests, objective, database, counterpart, rewrite, accept_loss, skip, provides, dns, gate, approval, journal, window, estimate or backup",
            "drplan.hcl:7: dns is a block, not an attribute | write dns { ... } without =",
            "drplan.hcl:8: stack is an attribute, not a block | write stack = ...",
        ]
    );
}

#[test]
fn wrong_types_say_what_was_expected() {
    assert_eq!(
        problems(
            r#"stack = 1
recovery = "us-west-2"
primary = "us-west2"
inventory = ["a"]
terraform {
  parallelism = 0
}
objective "stack" {
  rto = "24 hours"
  rpo = true
}
database "y" {
  prefer = ["snapshots"]
  classes = [1]
}
gate "restor" {
  decision = 99999999999999999999
}
approval {
  break_glass = "yes"
  quorum = 1.5
}
window "w" {
  days = ["monday"]
  from = "7:00"
  to = "08:00"
}
estimate "cache" {
  p50 = "10m"
  p90 = "5m"
  measured = "yesterday"
}
dns {
  names = []
  keep = null
}
"#
        ),
        [
            "drplan.hcl:1: stack is a number, expected text in quotation marks | write stack = \"...\"",
            "drplan.hcl:2: recovery is text, expected a list of regions | write recovery = [\"us-west-2\"]",
            "drplan.hcl:3: \"us-west2\" is not the name of a region | did you mean \"us-west-2\"?",
            "drplan.hcl:4: inventory is a list, expected a path, or an object of regions and paths | write inventory = \"inventory.json\"",
            "drplan.hcl:6: parallelism is a number, expected a whole number, 1 or more | write parallelism = 2",
            "drplan.hcl:9: rto is \"24 hours\", which is no duration of at most ten years | write whole numbers with w, d, h, m or s, the largest first: \"90d\", \"1h30m\"",
            "drplan.hcl:10: rpo is true or false, expected a duration | write rpo = \"1h30m\"",
            "drplan.hcl:13: \"snapshots\" is not known for prefer | did you mean \"snapshot\"? Known are replica, automated_backup, snapshot, backup_copy or primary",
            "drplan.hcl:14: classes is a list, expected a list of texts | write classes = [\"...\"]",
            "drplan.hcl:16: \"restor\" is no phase | did you mean \"restore\"? Known are preflight, fence, infra, restore, manifests, dns or verify",
            "drplan.hcl:17: decision is no whole number of seconds of at most ten years | write decision = \"1h30m\"",
            "drplan.hcl:20: break_glass is text, expected true or false | write break_glass = true",
            "drplan.hcl:21: quorum is a number, expected a whole number, 0 or more | write quorum = 2",
            "drplan.hcl:24: \"monday\" is not known for days | did you mean \"mon\"? Known are mon, tue, wed, thu, fri, sat or sun",
            "drplan.hcl:25: from is \"7:00\", which is no time of day | write hours and minutes in UTC: \"22:30\"",
            "drplan.hcl:28: the p90 of this estimate is under its p50, or the p50 is nothing | p50 is what half of the runs take at most, p90 what nine of ten do",
            "drplan.hcl:31: measured is \"yesterday\", which is no date | write \"2026-11-01\" or \"2026-11-01T09:30:00Z\"",
            "drplan.hcl:35: keep is null, expected a list of texts | write keep = [\"...\"]",
        ]
    );
}

#[test]
fn nothing_is_evaluated() {
    assert_eq!(
        problems(
            "stack = var.name\nprimary = \"us-${1}\"\nrecovery = [for r in x : r]\nobservation = file(\"x\")\ninventory = word\n"
        ),
        [
            "drplan.hcl:1: stack is a reference, and drplan.hcl is not evaluated | write the value itself: stack = \"...\"",
            "drplan.hcl:2: primary is a template, and drplan.hcl is not evaluated | write the value itself: primary = \"us-west-2\"",
            "drplan.hcl:3: recovery is a for expression, and drplan.hcl is not evaluated | write the value itself: recovery = [\"us-west-2\"]",
            "drplan.hcl:4: observation is a function call, and drplan.hcl is not evaluated | write the value itself: observation = \"...\"",
            "drplan.hcl:5: inventory is a word without quotation marks, and drplan.hcl is not evaluated | write the value itself: inventory = \"inventory.json\"",
        ]
    );
}

#[test]
fn what_is_given_twice_or_not_at_all() {
    let bad = settings(
        "state {\n  path = \"a\"\n  key = \"k\"\n}\nstate {}\nobjective \"cache\" {}\nobjective \"cache\" {\n  rto = 1\n}\nrewrite \"x\" {}\nrewrite \"y\" {\n  to = \"z\"\n  keep = true\n}\ncounterpart {}\ncounterpart \"c\" {}\ndns \"x\" {}\nskip \"\" {\n  reason = \" \"\n}\n",
    )
    .unwrap_err();
    assert_eq!(
        said(&bad),
        [
            "drplan.hcl:1: state has a path and a bucket | give path, or bucket and key",
            "drplan.hcl:5: a second state | keep one of the two",
            "drplan.hcl:6: this objective has none of rto or rpo | give rto or rpo",
            "drplan.hcl:7: a second objective with the same label | keep one of the two",
            "drplan.hcl:10: this rewrite has none of to or keep | give one of to or keep",
            "drplan.hcl:11: this rewrite has more than one of to or keep | give one of to or keep",
            "drplan.hcl:15: counterpart needs one label: the ARN, name, id or address of the primary's | write counterpart \"...\" { ... }",
            "drplan.hcl:16: this counterpart has no to | add to = \"...\"",
            "drplan.hcl:17: dns takes no label | write dns { ... }",
            "drplan.hcl:18: the label of this skip is empty | name what it is about",
            "drplan.hcl:19: reason is empty | write what reason is",
        ]
    );
    assert_eq!(bad.0[1].also[0].0.to_string(), "drplan.hcl:1");
}

#[test]
fn buckets_need_keys() {
    assert_eq!(
        problems("state {\n  bucket = \"b\"\n  replica {\n    bucket = \"c\"\n  }\n}\n"),
        [
            "drplan.hcl:1: state has a bucket and no key | add key = \"PATH/terraform.tfstate\"",
            "drplan.hcl:3: replica has a bucket and no key | add key = \"PATH/terraform.tfstate\"",
        ]
    );
}

#[test]
fn secrets_are_refused_and_never_shown() {
    let bad = settings(
        r#"# canary-9
stack = canary-9
terraform {
  variable "db_password" {
    value = "canary-9"
  }
  variable "api_token" { value = canary-9 }
  variable "plain" { env = "canary-9 $" }
  variable "other" { valu = "canary-9" }
  variable "mixed" { value = "${canary-9}" }
}
database "primary" {
  password = "canary-9"
  pasword = "canary-9"
}
database "second" { password = ["canary-9"] }
rewrite "postgres://u:canary-9@h" {}
"#,
    )
    .unwrap_err();
    let text = shown(&bad);
    // The word on line 2 stands where the name of the stack belongs: it is the token in question.
    assert_eq!(text.matches("canary-9").count(), 1, "{text}");
    let lines = said(&bad);
    assert_eq!(
        lines[1],
        "drplan.hcl:5: the value of variable \"db_password\" is written out and looks like a secret | write env = \"DB_PASSWORD\", file = \"PATH\" or secret = \"NAME\" instead of value, and change the secret if this file was shared"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("drplan.hcl:13: password does not say where the secret is"))
    );
    assert_eq!(lines.len(), 11, "{lines:#?}");
}

#[test]
fn a_flood_of_problems_is_counted() {
    let text: String = (0..5_000).map(|number| format!("zq{number} = 1\n")).collect();
    let lines = problems(&text);
    assert_eq!(lines.len(), 101);
    assert_eq!(lines[100], "drplan.hcl: 4900 more problems of this kind | mend those above first");
}

#[test]
fn a_typing_error_in_a_value_is_told_from_what_may_be_meant() {
    assert_eq!(
        problems(
            "primary = \"us-esat-2\"\nrecovery = [\"us-wst-2\"]\nobjective \"databse\" {\n  rto = 1\n}\n\
             estimate \"clustr\" {\n  p50 = 1\n  p90 = 2\n}\nrewrite \"x\" {\n  to = \"...\"\n}\n"
        ),
        [
            "drplan.hcl:1: \"us-esat-2\" is not the name of a region | did you mean \"us-east-2\"?",
            "drplan.hcl:2: \"us-wst-2\" is not the name of a region | did you mean \"us-west-2\"?",
            "drplan.hcl:3: \"databse\" is no component that drplan knows | did you mean \"database\"? Known are \
             stack, cluster, database, cache, application, traffic, storage or store",
            "drplan.hcl:6: \"clustr\" is no kind of work that drplan knows | did you mean \"cluster\"? Known are \
             cluster, node_group, restore, restore_per_100_gib, promote, warm_up, cache, modify, secret, trust, check, \
             object, rollout, load_balancer, job, import, decision, records, distribution, fence, probe or converged",
            "drplan.hcl:11: to is still \"...\", which is to be filled in | write what to is",
        ]
    );
    // A region that is newer than the table, an address, a type: only the inputs can tell.
    let sound = "primary = \"ap-southeast-9\"\nobjective \"aws_db_instance.main\" {\n  rto = 1\n}\n\
                 estimate \"aws_new_thing\" {\n  p50 = 1\n  p90 = 2\n}\n";
    assert!(settings(sound).is_ok());
}

#[test]
fn an_approval_that_nobody_could_give_is_refused() {
    assert_eq!(
        problems("approval {\n  allowed_signers = \"nobody\"\n  revoked = \".\"\n  expiry = \"0s\"\n}"),
        [
            "drplan.hcl:2: allowed_signers is no file in the folder of drplan.hcl | make it (ssh-keygen(1), ALLOWED SIGNERS and KEY REVOCATION LISTS), or correct its path",
            "drplan.hcl:3: revoked is no file in the folder of drplan.hcl | make it (ssh-keygen(1), ALLOWED SIGNERS and KEY REVOCATION LISTS), or correct its path",
            "drplan.hcl:4: a plan of this expiry would be too old when it is made | write expiry = \"90d\"",
        ]
    );
    assert_eq!(
        problems("approval {\n  quorum = 2\n}"),
        [
            "drplan.hcl:2: a quorum without allowed_signers: nobody's signature would count | add allowed_signers = \"allowed_signers\"",
        ]
    );
    assert!(settings("approval {\n  quorum = 0\n  expiry = \"1s\"\n}").is_ok());
}

#[test]
fn what_cannot_be_true_together_is_refused() {
    assert_eq!(
        problems(
            "primary = \"us-east-2\"\nrecovery = [\"us-west-2\", \"us-east-2\"]\nskip \"aws_sqs_queue.a\" {\n  reason = \"x\"\n}\n\
             accept_loss \"aws_sqs_queue.a\" {\n  reason = \"y\"\n}\naccept_loss \"aws_sqs_queue.b\" {\n  reason = \"y\"\n}\n"
        ),
        [
            "drplan.hcl:2: \"us-east-2\" is the primary | name the regions that the stack can be recovered in",
            "drplan.hcl:6: \"aws_sqs_queue.a\" is skipped, and its loss is accepted | keep one of the two: skip leaves it out, accept_loss lets it come back empty",
        ]
    );
}

#[test]
fn a_journal_that_would_be_lost_with_the_primary_is_refused() {
    assert_eq!(
        problems("primary = \"us-east-2\"\njournal {\n  s3 = \"s3://runs\"\n  region = \"us-east-2\"\n}"),
        [
            "drplan.hcl:3: s3 names no prefix of a bucket | write s3 = \"s3://BUCKET/PREFIX\"",
            "drplan.hcl:4: the journal of a recovery would be in the primary, and lost with it | name a bucket of the recovery region, and its region",
        ]
    );
    assert_eq!(
        problems("journal {\n  bucket = \"runs\"\n}"),
        [
            "drplan.hcl:1: this journal has no s3 | add s3 = \"...\"",
            "drplan.hcl:2: unknown attribute \"bucket\" in journal | known in journal are s3, region or kms_key",
        ]
    );
    for (more, said) in [
        ("kms_key = \"alias/runs\"", "drplan.hcl:4: kms_key is no ARN of a KMS key"),
        (
            "kms_key = \"arn:aws:kms:us-east-2:123456789012:key/a\"",
            "drplan.hcl:4: this key is in the primary, and lost with it",
        ),
        (
            "kms_key = \"arn:aws:kms:eu-west-1:123456789012:key/a\"\n  region = \"us-west-2\"",
            "drplan.hcl:4: this key is of eu-west-1, and the bucket is in us-west-2",
        ),
    ] {
        let found =
            problems(&format!("primary = \"us-east-2\"\njournal {{\n  s3 = \"s3://runs/a\"\n  {more}\n}}"));
        let [one] = &found[..] else { panic!("{found:?}") };
        assert!(one.starts_with(&format!("{said} | write kms_key = ")), "{one}");
    }
    let sound = "kms_key = \"arn:aws:kms:us-west-2:123456789012:key/a\"\n  region = \"us-west-2\"";
    assert!(settings(format!("journal {{\n  s3 = \"s3://runs/a\"\n  {sound}\n}}")).is_ok());
}
