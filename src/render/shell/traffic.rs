//! Who writes and who is led where: the primary's writers, trust, records, distributions, and what answers.

use super::script::{Script, label_parts, patience};
use super::words::word;
use crate::plan::action::{Action, Rewrite};
use crate::plan::left::{BALANCER, ISSUER};
use crate::plan::step::{Phase, Step};

pub(super) fn probe_primary(script: &mut Script<'_>, region: Option<&str>, hosts: &[String]) {
    script.comment("", "Both answers are good: what answers still is stopped by the fence.");
    if let Some(region) = region {
        let shown = word(&format!("the control plane of {region} answers: "));
        script.line(format!(
            "aws sts get-caller-identity --region {} --cli-connect-timeout 5 >/dev/null 2>&1 && printf '%syes\\n' {shown} ||\n    printf \
             '%sno\\n' {shown}",
            word(region)
        ));
    }
    for host in hosts {
        script.line(format!("host_answers {}", word(host)));
    }
}

/// Where the primary does not answer, a person accepts that it may still write.
pub(super) fn fence(script: &mut Script<'_>, workloads: &[String], databases: &[String]) {
    let primary = script.plan.saw.primary_region.clone();
    let shown = primary.as_deref().unwrap_or("the primary").to_owned();
    script.comment("", "Two writers are worse than an outage.");
    script.line(format!(
        "fence=$(ask_value {})",
        word(&format!(
            "Does any part of {shown} answer? `fence` stops its writers; `gone` says that you have it cut off"
        ))
    ));
    script.line("case $fence in");
    script.line("  fence)");
    script.inside(|script| {
        script.inside(|script| {
            for workload in workloads {
                stop_workload(script, workload);
            }
            for database in databases {
                revoke_ingress(script, database, primary.as_deref());
            }
            script.line(";;");
        });
    });
    script.line(format!(
        "  gone) ask_person {} ;;",
        word(&format!("You accept that {shown} may write again when it comes back: keep it apart then."))
    ));
    script.line("  *) stop 'the fence is not decided' ;;");
    script.line("esac");
}

fn stop_workload(script: &mut Script<'_>, workload: &str) {
    let (kind, namespace, name) = label_parts(workload);
    let place = namespace.map_or_else(String::new, |namespace| format!(" --namespace {}", word(namespace)));
    let object = word(&format!("{}/{name}", kind.to_lowercase()));
    script.line(match kind {
        "CronJob" | "Job" => {
            format!("primary_kubectl patch {object}{place} --type=merge --patch='{{\"spec\":{{\"suspend\":true}}}}'")
        }
        "DaemonSet" => format!(
            "primary_kubectl patch {object}{place} --type=merge \\\n        \
             --patch='{{\"spec\":{{\"template\":{{\"spec\":{{\"nodeSelector\":{{\"drplan/fenced\":\"yes\"}}}}}}}}}}'"
        ),
        _ => format!("primary_kubectl scale {object}{place} --replicas=0"),
    });
}

fn revoke_ingress(script: &mut Script<'_>, database: &str, region: Option<&str>) {
    let identifier = script.store(database).map_or(database, |store| store.name.as_str());
    let at = region.map_or_else(String::new, |region| format!(" --region {}", word(region)));
    let (call, query) = if super::script::is_cluster(database) {
        (
            "describe-db-clusters --db-cluster-identifier",
            "DBClusters[0].VpcSecurityGroups[].VpcSecurityGroupId",
        )
    } else {
        (
            "describe-db-instances --db-instance-identifier",
            "DBInstances[0].VpcSecurityGroups[].VpcSecurityGroupId",
        )
    };
    script.line(format!(
        "groups=$(aws rds {call} {}{at} \\\n        --query '{query}' --output text)",
        word(identifier)
    ));
    script.line("for group in $groups; do");
    script.inside(|script| {
        script.comment("", "The way back: authorize-security-group-ingress with what this file keeps.");
        script.line(format!(
            "aws ec2 describe-security-group-rules{at} --filters \"Name=group-id,Values=$group\" >\"$RUN/$group.json\""
        ));
        script.line("rules=$(jq -r '.SecurityGroupRules[] | select(.IsEgress | not) | .SecurityGroupRuleId' \"$RUN/$group.json\")");
        script.line("# shellcheck disable=SC2086 # Ids are words of their own.");
        script.line(format!(
            "[ -z \"$rules\" ] || aws ec2 revoke-security-group-ingress{at} --group-id \"$group\" --security-group-rule-ids $rules"
        ));
    });
    script.line("done");
}

pub(super) fn trust_issuer(script: &mut Script<'_>, role: &str, accounts: &[String], after: &str) {
    let issuer = script.value(None, Some(after), ISSUER);
    let role = word(role.rsplit('/').next().unwrap_or(role));
    let subjects: Vec<String> =
        accounts.iter().map(|one| format!("system:serviceaccount:{}", one.replace('/', ":"))).collect();
    let is_pattern = subjects.iter().any(|subject| subject.contains(['*', '?']));
    let subjects = serde_json::Value::from(subjects).to_string();
    script.line("account=$(aws sts get-caller-identity --query Account --output text)");
    script.line(format!(
        "aws iam get-role --role-name {role} --query Role.AssumeRolePolicyDocument --output json >\"$RUN/trust.json\""
    ));
    script.comment("", "Beside the old issuer: the way back is a policy without this statement.");
    script.line(format!(
        "jq -e --arg issuer {issuer} --arg account \"$account\" --argjson subjects {} '",
        word(&subjects)
    ));
    script.line("  ($issuer | ltrimstr(\"https://\")) as $host");
    script.line("  | ($account | \"arn:aws:iam::\\(.):oidc-provider/\\($host)\") as $provider");
    script.line("  | if any(.Statement[]; .Principal.Federated? == $provider) then . else .Statement += [{");
    script.line("      Effect: \"Allow\", Principal: {Federated: $provider}, Action: \"sts:AssumeRoleWithWebIdentity\",");
    let audience = "\"\\($host):aud\": \"sts.amazonaws.com\"";
    let subject = "\"\\($host):sub\": $subjects";
    script.line(if is_pattern {
        format!("      Condition: {{StringLike: {{{subject}}}, StringEquals: {{{audience}}}}}")
    } else {
        format!("      Condition: {{StringEquals: {{{subject}, {audience}}}}}")
    });
    script.line("    }] end' \"$RUN/trust.json\" >\"$RUN/trust.new.json\"");
    script.line(format!(
        "aws iam update-assume-role-policy --role-name {role} --policy-document \"file://$RUN/trust.new.json\""
    ));
}

pub(super) fn change_record(script: &mut Script<'_>, step: &Step) {
    let Action::ChangeRecord {
        address,
        zone,
        name,
        record_type,
        set_identifier,
        from,
        to,
        to_known_after,
        ttl_seconds: _,
    } = &step.action
    else {
        return;
    };
    let to = script.placed(from, None, to.as_deref(), to_known_after.as_deref());
    let [zone, from] = [zone, from].map(|text| word(text));
    let set = [name.to_lowercase().as_str(), record_type, set_identifier.as_deref().unwrap_or_default()]
        .map(word)
        .join(" ");
    let file = super::script::restored(&step.id).replacen("restored-", "record-", 1);
    script.comment("", "As it is now, which is the way back: an UPSERT of this file.");
    script.line(format!("record_set {zone} {set} >\"$RUN/{file}.json\""));
    script.line(format!("point_record {from} {to} <\"$RUN/{file}.json\" |"));
    script.line(format!(
        "  jq '{{Changes: [{{Action: \"UPSERT\", ResourceRecordSet: .}}]}}' >\"$RUN/{file}.change.json\""
    ));
    script.line(format!(
        "change=$(aws route53 change-resource-record-sets --hosted-zone-id {zone} \\\n      --change-batch \
         \"file://$RUN/{file}.change.json\" --query ChangeInfo.Id --output text)"
    ));
    script.line("aws route53 wait resource-record-sets-changed --id \"$change\"");
    taken_over(script, address.as_deref());
}

pub(super) fn change_distribution(
    script: &mut Script<'_>,
    address: Option<&str>,
    id: &str,
    rewrites: &[Rewrite],
) {
    let id = word(id);
    let mut filters = Vec::new();
    let mut given = Vec::new();
    for (at, rewrite) in rewrites.iter().enumerate() {
        let to = script.rewritten(rewrite);
        given.push(format!("--arg from_{at} {} --arg to_{at} {to}", word(&rewrite.token)));
        let change = format!("split($from_{at}) | join($to_{at})");
        filters.push(if rewrite.path.ends_with("/domain_name") {
            format!(".Origins.Items |= map(.DomainName |= ({change}))")
        } else {
            format!("walk(if type == \"string\" then {change} else . end)")
        });
    }
    script.comment("", "As it is now, which is the way back.");
    script.line(format!(
        "aws cloudfront get-distribution-config --id {id} --output json >\"$RUN/distribution.json\""
    ));
    script.line("cp \"$RUN/distribution.json\" \"$RUN/distribution-before-$(date +%s).json\"");
    let mut arguments = given;
    arguments.push(format!(
        "{} \"$RUN/distribution.json\" >\"$RUN/distribution.new.json\"",
        word(&format!(".DistributionConfig as $before | $before | {} | if . == $before then error(\"nothing in it names the lost region\") else . end", filters.join(" | ")))
    ));
    script.command("jq -e", &arguments);
    script.line("etag=$(jq -er .ETag \"$RUN/distribution.json\")");
    script.line(format!(
        "aws cloudfront update-distribution --id {id} --if-match \"$etag\" \\\n    --distribution-config \
         \"file://$RUN/distribution.new.json\" --query Distribution.Status --output text"
    ));
    script.line(format!("aws cloudfront wait distribution-deployed --id {id}"));
    taken_over(script, address);
}

/// Imported once it leads where it shall: the engine owns it, and is to find nothing to change.
fn taken_over(script: &mut Script<'_>, at: Option<&str>) {
    let Some(at) = at else { return };
    let plan = script.plan;
    let by_step =
        plan.steps.iter().any(|step| matches!(&step.action, Action::Engine { address, .. } if address == at));
    if by_step {
        return;
    }
    let known = plan.resources.iter().find(|resource| resource.address == at);
    let Some(id) = known.and_then(|resource| resource.counterpart.as_deref()) else { return };
    script.comment("", "The engine owns it: its plan is to show no change that leads elsewhere.");
    script.line(format!("import_block {} {}", word(at), word(id)));
    script.line(format!("tofu_apply {}", word(at)));
}

pub(super) fn probe_endpoint(script: &mut Script<'_>, step: &Step, host: Option<&str>, after: Option<&str>) {
    // A load balancer's own name is in no certificate of the stack.
    let insecure = if host.is_none() { " --insecure" } else { "" };
    let host = script.value(host, after, BALANCER);
    script.line(format!("wait_until {} endpoint_answers {host}{insecure}", patience(&step.estimate)));
}

pub(super) fn resolve_name(script: &mut Script<'_>, step: &Step, name: &str, ttl_seconds: u64) {
    script.line(format!("sleep {ttl_seconds}"));
    let moved = script.plan.steps.iter().find_map(|other| match &other.action {
        Action::ChangeRecord { name: known, from, to, to_known_after, .. }
            if known.trim_end_matches('.') == name =>
        {
            Some((from.clone(), to.clone(), to_known_after.clone()))
        }
        _ => None,
    });
    match moved {
        Some((from, to, after)) => {
            let to = script.placed(&from, None, to.as_deref(), after.as_deref());
            script.line(format!("wait_until {} name_moved {} {to}", patience(&step.estimate), word(name)));
        }
        None => {
            script.line(format!("name_answers {}", word(name)));
            script.line(format!(
                "ask_person {}",
                word(&format!(
                    "Do all of them give what {name} is to lead to in {}?",
                    script.plan.saw.recovery_region
                ))
            ));
        }
    }
}

/// A gate: what is proven, what happens, the way back, and a person's word.
pub(super) fn gate(script: &mut Script<'_>, ask: &str, before: Phase) {
    script.comment(
        "",
        &format!(
            "Nothing of {} runs before. Ctrl-C stops here: run this again to come back.",
            before.as_str()
        ),
    );
    if before == Phase::Dns {
        script.comment("way back: ", "what is written after it exists only in the recovery region.");
    }
    script.line(format!("ask_person {}", word(ask)));
}
