//! One change to a sound plan, and the rule that must catch it.

use super::*;
use crate::model::diagnostic::Place;
use crate::plan::action::{Action, Check, EngineChange};
use crate::plan::finding::Severity;
use crate::plan::forecast::Verdict;
use crate::plan::resource::{Disposition, Engine, PlannedResource};
use crate::plan::step::{DoneWhen, Expects, Phase};
use crate::plan::store::{CandidateKind, PlannedStore};
use crate::plan::values::{Use, UseDisposition};
use crate::plan::{Plan, codec};
use sample::step_of as step;

fn resource<'p>(plan: &'p mut Plan, address: &str) -> &'p mut PlannedResource {
    plan.resources.iter_mut().find(|resource| resource.address == address).unwrap()
}

fn store<'p>(plan: &'p mut Plan, address: &str) -> &'p mut PlannedStore {
    plan.stores.iter_mut().find(|store| store.address == address).unwrap()
}

fn unneed(plan: &mut Plan, id: &str, need: &str) {
    let needs = &mut step(plan, id).needs;
    let before = needs.len();
    needs.retain(|other| other != need);
    assert!(needs.len() < before, "{id} does not need {need}");
}

fn need(plan: &mut Plan, id: &str, need: &str) {
    let needs = &mut step(plan, id).needs;
    needs.push(need.to_owned());
    needs.sort();
    needs.dedup();
}

/// Takes a step out, and out of everybody's needs; what needed it needs what it needed.
fn remove(plan: &mut Plan, id: &str) {
    let gone = step(plan, id).clone();
    plan.steps.retain(|step| step.id != id);
    for step in &mut plan.steps {
        if step.needs.iter().any(|need| need == id) {
            step.needs.retain(|need| need != id);
            step.needs.extend(gone.needs.iter().cloned());
            step.needs.sort();
            step.needs.dedup();
        }
    }
    plan.forecast.rto.critical_path.retain(|other| other != id);
    for span in plan.forecast.phases.iter_mut().filter(|span| span.phase == gone.phase) {
        span.steps -= 1;
    }
}

fn uses(plan: &mut Plan, disposition: UseDisposition) -> &mut Use {
    plan.values
        .iter_mut()
        .flat_map(|value| &mut value.uses)
        .find(|used| used.disposition == disposition)
        .unwrap()
}

fn rules(plan: &Plan) -> Vec<Rule> {
    let mut rules: Vec<Rule> = audit_with(plan, sample::table)
        .err()
        .unwrap_or_default()
        .iter()
        .map(|violation| violation.rule)
        .collect();
    rules.dedup();
    rules
}

/// Each is caught by its rule, and as a sealed plan by nothing that has to do with its digests.
#[track_caller]
fn caught(rule: Rule, mutate: impl FnOnce(&mut Plan)) {
    let mut plan = sample::unsealed();
    mutate(&mut plan);
    let plan = sample::sealed(plan);
    let found = rules(&plan);
    assert!(found.contains(&rule), "{} expected, found {found:?}", rule.word());
    if rule != Rule::Binding {
        assert!(!found.contains(&Rule::Binding), "{found:?}");
    }
}

/// Caught by its rule and by no other.
#[track_caller]
fn caught_alone(rule: Rule, mutate: impl FnOnce(&mut Plan)) {
    let mut plan = sample::unsealed();
    mutate(&mut plan);
    let found = audit_with(&sample::sealed(plan), sample::table).err().unwrap_or_default();
    assert!(!found.is_empty(), "{} expected, nothing found", rule.word());
    assert!(found.iter().all(|violation| violation.rule == rule), "{found:#?}");
}

#[test]
fn ids_and_needs() {
    caught(Rule::Identity, |plan| step(plan, "infra/vpc").id = "infra/role".to_owned());
    caught_alone(Rule::Identity, |plan| step(plan, "verify/converged").id = "dns/converged".to_owned());
    caught_alone(Rule::Identity, |plan| step(plan, "verify/converged").id = "verify/".to_owned());
    caught_alone(Rule::Needs, |plan| {
        need(plan, "verify/converged", "dns/nowhere");
    });
    caught_alone(Rule::Needs, |plan| step(plan, "infra/cluster").needs.reverse());
    caught_alone(Rule::Needs, |plan| {
        let needs = &mut step(plan, "infra/vpc").needs;
        *needs = [needs.clone(), needs.clone()].concat();
    });
    caught(Rule::Cycle, |plan| need(plan, "infra/vpc", "infra/cluster"));
    caught(Rule::Cycle, |plan| need(plan, "infra/vpc", "infra/vpc"));
    caught_alone(Rule::Order, |plan| {
        let at = plan.steps.iter().position(|step| step.id == "infra/vpc").unwrap();
        let vpc = plan.steps.remove(at);
        plan.steps.push(vpc);
    });
}

#[test]
fn phases() {
    caught(Rule::Order, |plan| need(plan, "fence/primary", "infra/vpc"));
    caught(Rule::Order, |plan| need(plan, "preflight/recovery-point", "infra/vpc"));
    caught(Rule::Order, |plan| need(plan, "manifests/worker", "dns/gate"));
    caught(Rule::Order, |plan| {
        let record = step(plan, "dns/shop.example.com");
        record.phase = Phase::Manifests;
    });
    caught(Rule::Order, |plan| {
        let (fence, vpc) = (step(plan, "fence/primary").phase, step(plan, "infra/vpc").phase);
        step(plan, "fence/primary").phase = vpc;
        step(plan, "infra/vpc").phase = fence;
    });
    caught_alone(Rule::Order, |plan| {
        step(plan, "infra/vpc").done_when = DoneWhen::EngineComplete { address: "aws_vpc.other".to_owned() };
    });
}

#[test]
fn safety_1_traffic_moves_after_its_gate() {
    for id in ["dns/shop.example.com", "dns/distribution", "dns/external-dns"] {
        caught(Rule::Traffic, |plan| unneed(plan, id, "dns/gate"));
    }
    caught(Rule::Traffic, |plan| remove(plan, "dns/gate"));
    for proof in ["manifests/probe", "manifests/worker-ready", "restore/ledger", "restore/warm-up"] {
        caught(Rule::Traffic, |plan| unneed(plan, "dns/gate", proof));
    }
    caught(Rule::Traffic, |plan| remove(plan, "manifests/worker-ready"));
    caught_alone(Rule::Traffic, |plan| {
        if let Action::Gate { before, .. } = &mut step(plan, "dns/gate").action {
            *before = Phase::Verify;
        }
    });
    caught_alone(Rule::Traffic, |plan| step(plan, "dns/gate").done_when = DoneWhen::Answered);
    caught_alone(Rule::Traffic, |plan| {
        let ready = DoneWhen::Ready { object: "Deployment/shop/api".to_owned() };
        step(plan, "manifests/worker-ready").done_when = ready;
    });
    caught(Rule::Traffic, |plan| {
        if let Action::AwaitReady { object } = &mut step(plan, "manifests/worker-ready").action {
            *object = "Deployment/shop/api".to_owned();
        }
        let ready = DoneWhen::Ready { object: "Deployment/shop/api".to_owned() };
        step(plan, "manifests/worker-ready").done_when = ready;
    });
    caught_alone(Rule::Traffic, |plan| unneed(plan, "verify/nightly", "dns/gate"));
    caught_alone(Rule::Traffic, |plan| {
        if let Action::ChangeRecord { to, .. } = &mut step(plan, "dns/shop.example.com").action {
            *to = Some("shop-1.us-east-2.elb.amazonaws.com".to_owned());
        }
    });
    caught(Rule::Traffic, |plan| {
        // External-dns that is not held writes records as soon as it runs.
        if let Action::ApplyObject { hold, .. } = &mut step(plan, "manifests/external-dns").action {
            *hold = None;
        }
    });
    caught(Rule::Traffic, |plan| {
        // The engine makes a second record beside the one that is withheld.
        resource(plan, "aws_route53_record.shop").disposition = Disposition::Create;
        resource(plan, "aws_route53_record.shop").engine = Engine::Create;
        let mut made = step(plan, "infra/vpc").clone();
        made.id = "infra/zz-record".to_owned();
        made.done_when = DoneWhen::Answered;
        made.action = Action::Engine {
            address: "aws_route53_record.shop".to_owned(),
            change: EngineChange::Create,
            import_id: None,
            import_known_after: None,
        };
        plan.steps.push(made);
    });
}

#[test]
fn safety_2_workloads_start_after_their_stores() {
    caught_alone(Rule::Workload, |plan| {
        // Each way from the workload to the restore is cut.
        unneed(plan, "manifests/api", "manifests/config");
        unneed(plan, "manifests/api", "restore/orders-password");
        unneed(plan, "manifests/api", "restore/secret-splice");
        need(plan, "manifests/worker", "manifests/api");
        need(plan, "dns/gate", "restore/orders-password");
        need(plan, "dns/gate", "restore/secret-splice");
        plan.forecast.rto.critical_path.retain(|id| !id.starts_with("restore/") && id != "manifests/config");
        plan.forecast.rto.critical_path.retain(|id| id != "infra/vpc");
    });
    caught_alone(Rule::Workload, |plan| unneed(plan, "infra/chart", "restore/ledger"));
    caught_alone(Rule::KnownAfter, |plan| {
        unneed(plan, "manifests/config", "restore/orders");
        need(plan, "manifests/worker", "restore/orders");
        need(plan, "manifests/api", "restore/orders");
        plan.forecast.rto.critical_path.retain(|id| id != "manifests/config");
    });
    caught(Rule::KnownAfter, |plan| {
        if let Action::ApplyObject { rewrites, .. } = &mut step(plan, "manifests/config").action {
            rewrites[0].known_after = Some("restore/nowhere".to_owned());
        }
    });
    caught(Rule::KnownAfter, |plan| {
        if let Action::TrustIssuer { issuer_known_after, .. } = &mut step(plan, "infra/trust").action {
            *issuer_known_after = "restore/ledger".to_owned();
        }
    });
}

#[test]
fn safety_3_nothing_is_written_in_the_primary() {
    caught_alone(Rule::Primary, |plan| {
        if let Action::PromoteSecret { arn, .. } = &mut step(plan, "restore/secret").action {
            *arn = arn.replace("us-west-2", "us-east-2");
        }
    });
    let lost = "arn:aws:kms:us-east-2:123456789012:key/1";
    caught_alone(Rule::Primary, |plan| {
        if let Action::RestoreDatabase { settings, .. } = &mut step(plan, "restore/orders").action {
            settings[1].value = Some(lost.to_owned());
        }
    });
    caught_alone(Rule::Primary, |plan| {
        if let Action::Engine { import_id, .. } = &mut step(plan, "infra/bucket").action {
            *import_id = Some(lost.to_owned());
        }
    });
    caught(Rule::Primary, |plan| {
        step(plan, "preflight/recovery-point").action =
            Action::Check { check: Check::Key { key: lost.to_owned() } };
    });
    caught_alone(Rule::Primary, |plan| {
        step(plan, "infra/vpc").expects = Expects::Absent { subject: lost.to_owned() };
    });
    caught_alone(Rule::Primary, |plan| {
        resource(plan, "aws_vpc.main").counterpart = Some("arn:aws:ec2:us-east-2:1:vpc/vpc-1".to_owned());
    });
}

#[test]
fn safety_3_a_shared_object_may_lie_anywhere() {
    let mut plan = sample::unsealed();
    if let Action::Engine { import_id, .. } = &mut step(&mut plan, "infra/role").action {
        *import_id = Some("arn:aws:wafv2:us-east-2:123456789012:global/webacl/a/b".to_owned());
    }
    assert_eq!(rules(&sample::sealed(plan)), []);
}

#[test]
fn safety_5_the_primary_is_fenced_or_decided_on() {
    caught(Rule::Fence, |plan| {
        remove(plan, "fence/primary");
        // The gate still has the probe behind it, by what is restored; the promotion has no decision.
    });
    caught(Rule::Fence, |plan| {
        remove(plan, "fence/primary");
        remove(plan, "fence/probe");
    });
    caught_alone(Rule::Fence, |plan| unneed(plan, "restore/ledger", "fence/primary"));
}

#[test]
fn what_was_restored_is_imported_or_listed_as_left_out() {
    caught_alone(Rule::Disposition, |plan| remove(plan, "restore/adopt-orders"));
    caught_alone(Rule::Disposition, |plan| {
        if let Action::EngineConverged { left_out } = &mut step(plan, "verify/converged").action {
            left_out.pop();
        }
    });
    caught_alone(Rule::Disposition, |plan| {
        if let Action::EngineConverged { left_out } = &mut step(plan, "verify/converged").action {
            left_out.push("aws_vpc.main".to_owned());
        }
    });
}

#[test]
fn preflight_proves_what_the_plan_stands_on() {
    caught_alone(Rule::Store, |plan| remove(plan, "preflight/recovery-point"));
    caught_alone(Rule::Binding, |plan| remove(plan, "preflight/identity"));
}

#[test]
fn what_is_acted_on_is_made_first() {
    // Another need keeps what else must come before.
    let instead = |plan: &mut Plan, id: &str, of: &str, other: &str| {
        unneed(plan, id, of);
        need(plan, id, other);
    };
    caught_alone(Rule::Order, |plan| {
        instead(plan, "restore/orders-password", "restore/orders", "fence/primary");
        plan.forecast.rto.critical_path.clear();
        plan.forecast.rto.critical_path.push("infra/vpc".to_owned());
    });
    caught_alone(Rule::Order, |plan| instead(plan, "restore/warm-up", "restore/orders", "fence/primary"));
    caught_alone(Rule::Order, |plan| unneed(plan, "restore/secret-splice", "restore/secret"));
    caught_alone(Rule::Order, |plan| {
        instead(plan, "verify/shop.example.com", "dns/shop.example.com", "dns/gate");
    });
    caught_alone(Rule::Order, |plan| {
        instead(plan, "manifests/worker-ready", "manifests/worker", "manifests/config");
    });
    for id in ["infra/vpc", "infra/salt", "infra/role"] {
        caught(Rule::Order, |plan| unneed(plan, id, "preflight/ready"));
    }
    caught_alone(Rule::Order, |plan| unneed(plan, "preflight/ready", "preflight/recovery-point"));
}

#[test]
fn the_fence_comes_before_the_recovery_point() {
    caught_alone(Rule::Fence, |plan| unneed(plan, "restore/orders", "fence/primary"));
    caught_alone(Rule::Fence, |plan| {
        unneed(plan, "fence/primary", "fence/probe");
        need(plan, "fence/primary", "preflight/ready");
    });
}

#[test]
fn safety_7_bindings() {
    caught_alone(Rule::Binding, |plan| {
        plan.expires_at = plan.created_at;
    });
    caught_alone(Rule::Binding, |plan| plan.policy.expiry_seconds += 1);
    caught_alone(Rule::Binding, |plan| plan.format_version = 2);
    caught_alone(Rule::Binding, |plan| plan.saw.workspace.clear());
    caught_alone(Rule::Binding, |plan| plan.saw.account = Some("999999999999".to_owned()));
    caught(Rule::Binding, |plan| plan.saw.recovery_region = "us-east-2".to_owned());
    caught_alone(Rule::Binding, |plan| plan.saw.recovery_region = "eu-west-1".to_owned());
    caught_alone(Rule::Binding, |plan| plan.saw.primary_region = Some("eu-west-1".to_owned()));
    caught_alone(Rule::Binding, |plan| {
        if let Action::Check { check: Check::Identity { account } } =
            &mut step(plan, "preflight/identity").action
        {
            *account = None;
        }
    });
}

#[test]
fn safety_7_digests() {
    let mut plan = sample::plan();
    plan.digest = plan.decision_digest.clone();
    assert_eq!(rules(&plan), [Rule::Binding]);
    let mut plan = sample::plan();
    plan.findings[0].message.push('!');
    assert_eq!(rules(&plan), [Rule::Binding]);
    let mut plan = sample::plan();
    step(&mut plan, "infra/vpc").reversible = false;
    plan.digest = codec::digest(&plan).unwrap();
    assert_eq!(rules(&plan), [Rule::Binding]);
}

#[test]
fn safety_8_no_secret() {
    for source in ["hunter2", "env:", "env:A B", "env:1A", "file:", "secret:", "plain:x", ""] {
        caught_alone(Rule::Secret, |plan| {
            if let Action::SetPassword { source: found, .. } =
                &mut step(plan, "restore/orders-password").action
            {
                *found = source.to_owned();
            }
        });
    }
    caught_alone(Rule::Secret, |plan| {
        if let Action::RestoreDatabase { settings, .. } = &mut step(plan, "restore/orders").action {
            settings[1].name = "MasterUserPassword".to_owned();
            settings[1].value = Some("hunter2".to_owned());
        }
    });
    let token = "k8s-aws-v1.aHR0cHM6Ly9zdHMudXMtd2VzdC0y";
    let places: [fn(&mut Plan, &str); 8] = [
        |plan, token| plan.stack = token.to_owned(),
        |plan, token| {
            plan.saw.gaps.extend(plan.saw.inventory.clone().unwrap().gaps.into_iter().map(|mut gap| {
                gap.detail = format!("said {token}");
                gap
            }))
        },
        |plan, token| plan.resources[0].reason = token.to_owned(),
        |plan, token| plan.values[2].uses[0].counterpart = Some(token.to_owned()),
        |plan, token| plan.stores[0].why = token.to_owned(),
        |plan, token| {
            step(plan, "infra/vpc").expects =
                Expects::Present { subject: "x".to_owned(), value: Some(token.to_owned()) }
        },
        |plan, token| plan.forecast.rpo[0].why = token.to_owned(),
        |plan, token| plan.findings[0].fix = token.to_owned(),
    ];
    for place in places {
        caught_alone(Rule::Secret, |plan| place(plan, token));
        let mut plan = sample::unsealed();
        place(&mut plan, token);
        let told = format!("{:?}", audit_with(&sample::sealed(plan), sample::table));
        assert!(!told.contains(token), "a violation shows the secret");
    }
}

#[test]
fn data_never_comes_back_empty() {
    caught(Rule::Data, |plan| {
        resource(plan, "aws_db_instance.orders").disposition = Disposition::Create;
    });
    caught_alone(Rule::Data, |plan| {
        store(plan, "aws_elasticache_replication_group.carts").chosen = None;
    });
    caught(Rule::Data, |plan| {
        let carts = store(plan, "aws_elasticache_replication_group.carts");
        carts.candidates[0].kind = CandidateKind::CacheSnapshot;
    });
    caught_alone(Rule::Data, |plan| resource(plan, "aws_vpc.main").unknown_type = true);
    caught_alone(Rule::Data, |plan| {
        resource(plan, "aws_vpc.main").type_name = "acme_thing".to_owned();
        resource(plan, "aws_vpc.main").unknown_type = true;
    });
}

#[test]
fn a_replica_is_made_again_from_its_restored_source() {
    let replica = |plan: &mut Plan| {
        let mut copy = resource(plan, "aws_vpc.main").clone();
        copy.address = "aws_db_instance.reports".to_owned();
        copy.type_name = "aws_db_instance".to_owned();
        copy.known_after = None;
        plan.resources.push(copy);
        plan.saw.state.resources += 1;
        let mut store = store(plan, "aws_db_instance.orders").clone();
        store.address = "aws_db_instance.reports".to_owned();
        store.name = "reports".to_owned();
        store.rule.order = vec![CandidateKind::Source];
        store.candidates.truncate(1);
        store.candidates[0].kind = CandidateKind::Source;
        store.candidates[0].id = "arn:aws:rds:us-east-2:123456789012:db:orders".to_owned();
        store.chosen = Some(store.candidates[0].id.clone());
        plan.stores.push(store);
        let mut made = step(plan, "infra/chart").clone();
        made.id = "infra/reports".to_owned();
        made.needs = vec!["restore/orders".to_owned()];
        made.done_when = DoneWhen::Answered;
        made.action = Action::Engine {
            address: "aws_db_instance.reports".to_owned(),
            change: EngineChange::Create,
            import_id: None,
            import_known_after: None,
        };
        plan.steps.push(made);
        plan.forecast.phases.clear();
    };
    let mut plan = sample::unsealed();
    replica(&mut plan);
    assert_eq!(rules(&sample::sealed(plan)), []);
    caught_alone(Rule::Data, |plan| {
        replica(plan);
        step(plan, "infra/reports").needs = vec!["restore/ledger".to_owned()];
    });
    caught_alone(Rule::Data, |plan| {
        replica(plan);
        store(plan, "aws_db_instance.reports").chosen = None;
    });
}

#[test]
fn resources_and_their_steps() {
    caught_alone(Rule::Disposition, |plan| remove(plan, "infra/salt"));
    caught_alone(Rule::Disposition, |plan| {
        plan.resources.pop();
    });
    caught_alone(Rule::Disposition, |plan| {
        let mut again = step(plan, "infra/salt").clone();
        again.id = "infra/salt-2".to_owned();
        plan.steps.push(again);
        plan.forecast.phases.clear();
    });
    caught(Rule::Disposition, |plan| {
        let mut again = step(plan, "restore/secret").clone();
        again.id = "restore/secret-2".to_owned();
        plan.steps.push(again);
        plan.forecast.phases.clear();
    });
    caught(Rule::Disposition, |plan| {
        if let Action::PromoteReplica { identifier, .. } = &mut step(plan, "restore/ledger").action {
            *identifier = "orders".to_owned();
        }
    });
    caught_alone(Rule::Disposition, |plan| {
        let salt = resource(plan, "random_password.salt");
        salt.disposition = Disposition::Skip;
        salt.engine = Engine::None;
    });
    caught_alone(Rule::Disposition, |plan| resource(plan, "aws_db_instance.orders").engine = Engine::Create);
    caught_alone(Rule::Disposition, |plan| {
        if let Action::ChangeDistribution { address, .. } = &mut step(plan, "dns/distribution").action {
            *address = None;
        }
    });
    caught(Rule::Disposition, |plan| {
        if let Action::Engine { change, .. } = &mut step(plan, "infra/bucket").action {
            *change = EngineChange::Create;
        }
    });
    caught_alone(Rule::KnownAfter, |plan| {
        resource(plan, "aws_vpc.main").known_after = Some("infra/nowhere".to_owned());
    });
    caught(Rule::Identity, |plan| {
        let twice = plan.resources[0].clone();
        plan.resources.push(twice);
    });
    caught_alone(Rule::Order, |plan| {
        if let Action::Release { object, .. } = &mut step(plan, "verify/nightly").action {
            *object = "CronJob/shop/other".to_owned();
        }
    });
    caught_alone(Rule::Order, |plan| unneed(plan, "verify/nightly", "manifests/nightly"));
}

#[test]
fn findings_and_uses() {
    caught_alone(Rule::Finding, |plan| plan.findings[0].severity = Severity::Note);
    caught_alone(Rule::Finding, |plan| plan.findings[0].code = "no-such-code".to_owned());
    caught_alone(Rule::Finding, |plan| plan.findings[0].fix.clear());
    caught_alone(Rule::Finding, |plan| {
        plan.findings.pop();
    });
    caught_alone(Rule::Finding, |plan| {
        plan.findings.remove(0);
    });
    caught_alone(Rule::Finding, |plan| {
        plan.findings[0].at = Some(Place::new("kubernetes/config.yaml", 10));
    });
    caught_alone(Rule::Use, |plan| uses(plan, UseDisposition::Rewritten).counterpart = None);
    caught_alone(Rule::Use, |plan| uses(plan, UseDisposition::KnownAfter).known_after = None);
    caught_alone(Rule::Use, |plan| {
        uses(plan, UseDisposition::Unplaced).counterpart = Some("us-west-2".to_owned());
    });
    caught_alone(Rule::KnownAfter, |plan| {
        uses(plan, UseDisposition::KnownAfter).known_after = Some("infra/nowhere".to_owned());
    });
}

#[test]
fn stores_and_forecast() {
    const ORDERS: &str = "aws_db_instance.orders";
    caught_alone(Rule::Store, |plan| store(plan, ORDERS).chosen = Some("other".to_owned()));
    caught_alone(Rule::Store, |plan| {
        store(plan, ORDERS).candidates[0].ruled_out = Some("its key is gone".to_owned());
    });
    caught_alone(Rule::Store, |plan| store(plan, ORDERS).rule.order = vec![CandidateKind::Snapshot]);
    caught_alone(Rule::Store, |plan| store(plan, ORDERS).rule.max_age_seconds = Some(1));
    caught(Rule::Store, |plan| {
        plan.stores.retain(|store| store.address != ORDERS);
    });
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.verdict = Verdict::Missed);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.p90_seconds = 3_601);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.objective_seconds = None);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.p50_seconds = 3_501);
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].verdict = Verdict::Ok);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[1].verdict = Verdict::Ok);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[0].store = "aws_vpc.main".to_owned());
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path.swap(1, 2));
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path[2] = "restore/nowhere".to_owned());
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path.clear());
    caught_alone(Rule::Forecast, |plan| plan.forecast.phases[0].steps += 1);
    caught_alone(Rule::Forecast, |plan| plan.forecast.phases[0].from_seconds = 31);
    caught_alone(Rule::Forecast, |plan| {
        let again = plan.forecast.phases[0].clone();
        plan.forecast.phases.push(again);
    });
    caught_alone(Rule::Forecast, |plan| step(plan, "infra/vpc").estimate.p50_seconds = 31);
    caught_alone(Rule::Forecast, |plan| plan.forecast.best_prepared.as_mut().unwrap().step.clear());
    // Such a number has no digest, so the plan cannot even be sealed.
    let mut plan = sample::unsealed();
    plan.saw.state.serial = 1 << 53;
    assert_eq!(rules(&plan), [Rule::Binding, Rule::Number]);
}
