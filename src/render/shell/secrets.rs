//! Secrets: looked up where they are needed, and never an argument.

use super::data::{wait_for_cluster, wait_for_instance};
use super::script::{Script, is_cluster, patience, service};
use super::words::word;
use crate::plan::action::{Action, Splice};
use crate::plan::step::Step;

pub(super) fn set_password(script: &mut Script<'_>, step: &Step, identifier: &str, source: &str) {
    let of_cluster = script.plan.steps.iter().find_map(|other| match &other.action {
        Action::RestoreCluster { address, identifier: known, .. } => (known == identifier).then_some(address),
        Action::PromoteReplica { address, identifier: known, .. }
        | Action::ModifyDatabase { address, identifier: known, .. } => {
            (known == identifier && is_cluster(address)).then_some(address)
        }
        _ => None,
    });
    let (service, what) = of_cluster.map_or(("rds", "instance"), |address| (service(address), "cluster"));
    let request = format!(
        "{{DB{}Identifier: $identifier, ApplyImmediately: true, MasterUserPassword: $password}}",
        if what == "cluster" { "Cluster" } else { "Instance" }
    );
    let name = word(identifier);
    script.comment("", "The password goes by pipes and a file that only you may read.");
    match source.split_once(':') {
        Some(("env", variable)) => {
            script.line(format!(": \"${{{variable}:?it holds the password}}\""));
            script.line(format!("export {variable}"));
            script.line(format!("jq -n --arg identifier {name} 'env.{variable} as $password | {request}' |"));
        }
        Some(("file", path)) => {
            script.line(format!("jq -n --arg identifier {name} --rawfile text \"$BASE\"/{} \\", word(path)));
            script.line(format!("  '($text | rtrimstr(\"\\n\")) as $password | {request}' |"));
        }
        Some(("secret", secret)) => {
            let (secret, key) =
                secret.split_once('#').map_or((secret, None), |(name, key)| (name, Some(key)));
            script.line(format!(
                "aws secretsmanager get-secret-value --secret-id {} --output json |",
                word(secret)
            ));
            match key {
                Some(key) => script.line(format!(
                    "  jq --arg identifier {name} --arg key {} '(.SecretString | fromjson[$key] // error(\"the secret has no such key\")) as $password | {request}' |",
                    word(key)
                )),
                None => script.line(format!(
                    "  jq --arg identifier {name} '.SecretString as $password | {request}' |"
                )),
            }
        }
        _ => {
            return script.line(format!(
                "ask_person {}",
                word(&format!("Set the master password of {identifier}. Done?"))
            ));
        }
    }
    script.line(format!("  with_secret_json aws {service} modify-db-{what}"));
    script.line("sleep 60");
    if what == "cluster" {
        wait_for_cluster(script, service, identifier, &step.estimate);
    } else {
        wait_for_instance(script, identifier, &step.estimate);
    }
}

pub(super) fn promote_secret(script: &mut Script<'_>, step: &Step, arn: &str) {
    let arn = word(arn);
    script.line(format!("if ! stands_alone {arn}; then"));
    script.line(format!("  aws secretsmanager stop-replication-to-replica --secret-id {arn}"));
    script.line("fi");
    script.line(format!("wait_until {} stands_alone {arn}", patience(&step.estimate)));
}

pub(super) fn splice_secret(script: &mut Script<'_>, name: &str, splices: &[Splice]) {
    let secret = word(name);
    let mut filters = vec![".SecretString".to_owned()];
    let mut given = Vec::new();
    for (at, Splice { path, token, counterpart, known_after }) in splices.iter().enumerate() {
        let to = script.placed(token, None, counterpart.as_deref(), known_after.as_deref());
        given.push(format!("--arg from_{at} {} --arg to_{at} {to}", word(token)));
        let replaced = format!("split($from_{at}) | join($to_{at})");
        filters.push(if path.is_empty() {
            replaced
        } else {
            let place = serde_json::Value::from(pointer_parts(path));
            format!("fromjson | setpath({place}; getpath({place}) | {replaced}) | tojson")
        });
    }
    script.comment("", "All else in the secret stays. It goes by pipes and a file that only you may read.");
    script.line(format!("aws secretsmanager get-secret-value --secret-id {secret} --output json |"));
    script.line("  jq -e \\");
    for one in given {
        script.line(format!("    {one} \\"));
    }
    script.line(format!(
        "    --arg id {secret} {} |",
        word(&format!("{{SecretId: $id, SecretString: ({})}}", filters.join(" | ")))
    ));
    script.line("  with_secret_json aws secretsmanager put-secret-value");
    for Splice { token, .. } in splices {
        script.line(format!("aws secretsmanager get-secret-value --secret-id {secret} --output json |"));
        script.line(format!(
            "  jq -e --arg token {} '.SecretString | contains($token) | not' >/dev/null || stop 'it names the lost region still'",
            word(token)
        ));
    }
}

/// Keys of a JSON Pointer; a number is the place in a list.
fn pointer_parts(pointer: &str) -> Vec<serde_json::Value> {
    let parts = pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~"));
    parts.map(|part| part.parse::<u64>().map_or_else(|_| part.into(), Into::into)).collect()
}
