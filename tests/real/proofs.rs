//! What preflight and verify ask for real: the region's inventory, and hosts by name.

use std::process::{Command, Output, Stdio};

use drplan::plan::codec;
use drplan::plan::journal::{Entry, replay};

use crate::control_plane;
use crate::emulator::{self, Emulator};
use crate::work::{Work, newest_journal};

const CART: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cart, namespace: preflight }\nspec:\n  replicas: 1\n  \
                    selector: { matchLabels: { app: cart } }\n  template:\n    metadata: { labels: { app: cart } }\n    spec:\n      \
                    containers:\n        - { name: cart, image: \"123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/cart:v1\" }\n";

fn shown(output: &Output) -> String {
    crate::work::shown(output).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn drplan(work: &Work, emulator: &Emulator, arguments: &[&str]) -> Output {
    command(work, emulator, arguments).output().unwrap()
}

fn command(work: &Work, emulator: &Emulator, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drplan"));
    command.current_dir(work.path(".")).stdin(Stdio::null()).env("NO_COLOR", "1").args(arguments);
    command.env("AWS_ENDPOINT_URL", emulator.url()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_ACCESS_KEY_ID", "canary-key").env("AWS_SECRET_ACCESS_KEY", "canary-secret");
    command
}

/// How each preflight step of the newest run ended: with nothing, or why it is unproven.
fn preflight(work: &Work) -> Vec<(String, Option<String>)> {
    let replayed = replay(&std::fs::read(newest_journal(work)).unwrap()).unwrap();
    let records = replayed.records.into_iter().filter_map(|record| match record.entry {
        Entry::Done { step, outputs, .. } if step.starts_with("preflight/") => {
            Some((step, outputs.get("/unproven").cloned()))
        }
        _ => None,
    });
    let mut records: Vec<_> = records.collect();
    records.sort();
    records
}

/// A plan that is bound to an account, with an image of its registry: preflight asks the region what planning asked it.
#[test]
fn images_quotas_and_the_account_are_proven_by_the_region_itself() {
    let emulator = emulator::with(&["recovery"]);
    let plane = control_plane::whole();
    let work = Work::with("preflight", 1, "primary = \"us-east-2\"\n");
    work.write("manifests/cart.yaml", CART);
    let made = drplan(&work, &emulator, &["region", "us-west-2", "--manifests", "manifests"]);
    assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
    let plan = codec::decode(&std::fs::read(work.path("plan.json")).unwrap()).unwrap();
    assert_eq!(plan.saw.account.as_deref(), Some("123456789012"));
    let admin = plane.admin().display().to_string();
    let apply =
        ["apply", "plan.json", "--manifests", "manifests", "--digest", &plan.digest, "--context", "it"];
    let done = drplan(&work, &emulator, &[&apply[..], &["--kubeconfig", &admin]].concat());
    // All is done but for the fence, which a person answers.
    assert_eq!(done.status.code(), Some(4), "{}", shown(&done));
    let asked = preflight(&work);
    let image = asked.iter().find(|(step, _)| step.starts_with("preflight/image/")).unwrap();
    assert_eq!(image.1, None, "{asked:?}");
    assert!(asked.iter().any(|(step, _)| step == "preflight/identity"), "{asked:?}");

    // Without an answer of the registry the image is unproven: that is said, and holds nothing up.
    let denied = serde_json::json!([{ "kind": "denied", "service": "ecr", "action": "DescribeImages" }]);
    emulator.faults(&denied);
    let offline = [&apply[..], &["--offline", "--kubeconfig", &admin]].concat();
    std::fs::remove_dir_all(work.path(".drplan/runs")).unwrap();
    let again = drplan(&work, &emulator, &offline);
    assert_eq!(again.status.code(), Some(4), "{}", shown(&again));
    assert!(shown(&again).contains("ecr:DescribeImages gave no answer"), "{}", shown(&again));
    let why = preflight(&work).into_iter().find(|(step, _)| step.starts_with("preflight/image/")).unwrap().1;
    assert!(why.unwrap().contains("ecr:DescribeImages gave no answer"));

    // A region that was proven to lack it since the plan was made stops what needs it.
    emulator.faults(&serde_json::json!([]));
    crate::emulator::run(async {
        let connection = emulator.connect("us-west-2", crate::emulator::PATIENCE).await;
        let client = aws_sdk_ecr::Client::new(connection.sdk());
        client.delete_repository().repository_name("shop/cart").force(true).send().await.unwrap();
    });
    std::fs::remove_dir_all(work.path(".drplan/runs")).unwrap();
    let gone = drplan(&work, &emulator, &offline);
    assert_eq!(gone.status.code(), Some(6), "{}", shown(&gone));
    assert!(shown(&gone).contains("shop/cart:v1 is not in us-west-2"), "{}", shown(&gone));
}

#[test]
fn rule_7_with_credentials_of_another_account_nothing_is_applied() {
    let emulator = emulator::with(&["recovery"]);
    let plane = control_plane::whole();
    let work = Work::with("foreign", 1, "primary = \"us-east-2\"\n");
    let made = drplan(&work, &emulator, &["region", "us-west-2", "--manifests", "manifests"]);
    assert_eq!(made.status.code(), Some(0), "{}", shown(&made));
    let plan = codec::decode(&std::fs::read(work.path("plan.json")).unwrap()).unwrap();
    assert_eq!(plan.saw.account.as_deref(), Some("123456789012"));
    let credentials = crate::emulator::run(async {
        let connection = emulator.connect("us-west-2", crate::emulator::PATIENCE).await;
        let role = "arn:aws:iam::999999999999:role/elsewhere";
        let client = aws_sdk_sts::Client::new(connection.sdk());
        let assumed = client.assume_role().role_arn(role).role_session_name("it").send().await.unwrap();
        assumed.credentials.unwrap()
    });
    let admin = plane.admin().display().to_string();
    let of_plan = ["apply", "plan.json", "--offline", "--manifests", "manifests", "--digest", &plan.digest];
    let mut apply = command(&work, &emulator, &of_plan);
    apply.args(["--context", "it", "--kubeconfig", &admin]);
    apply.env("AWS_ACCESS_KEY_ID", credentials.access_key_id());
    apply.env("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key());
    apply.env("AWS_SESSION_TOKEN", credentials.session_token());
    let refused = apply.output().unwrap();
    let said = shown(&refused);
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("the credentials are of account 999999999999"), "{said}");
    let replayed = replay(&std::fs::read(newest_journal(&work)).unwrap()).unwrap();
    let begun = replayed.records.into_iter().filter_map(|record| match record.entry {
        Entry::Intent { step, .. } => Some(step),
        _ => None,
    });
    assert_eq!(begun.collect::<Vec<_>>(), Vec::<String>::new());
    // Without any it is not asked eight times.
    let mut bare = command(&work, &emulator, &of_plan);
    bare.args(["--context", "it", "--kubeconfig", &admin]);
    bare.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env("HOME", work.folder.path());
    let refused = bare.output().unwrap();
    let said = shown(&refused);
    assert_eq!(refused.status.code(), Some(6), "{said}");
    assert!(said.contains("take credentials that have it") && !said.contains("again in"), "{said}");
    // A run that its own credentials have begun is not gone on with by those of another account.
    let mut own = command(&work, &emulator, &of_plan);
    let begun = own.args(["--context", "it", "--kubeconfig", &admin]).output().unwrap();
    assert_eq!(begun.status.code(), Some(4), "{}", shown(&begun));
    let before = std::fs::read(newest_journal(&work)).unwrap();
    let refused = apply.output().unwrap();
    let said = shown(&refused);
    assert_eq!(refused.status.code(), Some(5), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("of account 999999999999"), "{said}");
    assert_eq!(std::fs::read(newest_journal(&work)).unwrap(), before);
}
