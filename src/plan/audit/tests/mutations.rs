//! One change to a sound plan, and the rule that must catch it.

use super::mutate::*;
use super::*;
use crate::model::diagnostic::Place;
use crate::plan::Plan;
use crate::plan::action::{Action, EngineChange};
use crate::plan::finding::Severity;
use crate::plan::forecast::{Stranded, Verdict};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::{DoneWhen, Phase};
use crate::plan::store::CandidateKind;
use crate::plan::values::UseDisposition;

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
    for id in ["restore/warm-up", "restore/adopt-orders"] {
        caught_alone(Rule::Order, |plan| instead(plan, id, "restore/orders-password", "restore/orders"));
    }
    caught_alone(Rule::Order, |plan| unneed(plan, "restore/secret-splice", "restore/secret"));
    caught_alone(Rule::Order, |plan| {
        instead(plan, "verify/shop.example.com", "dns/shop.example.com", "dns/gate");
        plan.forecast.without_us_east_1.all -= 1;
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
fn safety_4_data_never_comes_back_empty() {
    caught(Rule::Data, |plan| {
        resource(plan, "aws_db_instance.orders").disposition = Disposition::Create;
    });
    caught(Rule::Data, |plan| {
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
            overrides: Vec::new(),
        };
        plan.steps.insert(plan.steps.len() - 1, made);
        need(plan, "verify/converged", "infra/reports");
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
        plan.steps.insert(plan.steps.len() - 1, again);
        need(plan, "verify/converged", "infra/salt-2");
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
    for code in ["database-empty-trap", "primary-unfenced"] {
        caught_alone(Rule::Finding, |plan| {
            let at = plan.findings.iter().position(|finding| finding.code == code).unwrap();
            plan.findings.remove(at);
        });
    }
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
fn a_claim_is_a_store() {
    let claim = |plan: &mut Plan| {
        for step in &mut plan.steps {
            if let Action::ApplyObject { api_version, object_kind, namespace, name, .. } = &mut step.action {
                (*api_version, *object_kind) = ("v1".to_owned(), "PersistentVolumeClaim".to_owned());
                (*namespace, *name) = (Some("shop".to_owned()), "uploads".to_owned());
                return;
            }
        }
    };
    caught(Rule::Data, claim);
    caught(Rule::Data, |plan| {
        claim(plan);
        let mut blocked = plan.stores[0].clone();
        (blocked.address, blocked.chosen) = ("PersistentVolumeClaim/shop/uploads".to_owned(), None);
        plan.stores.push(blocked);
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
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.verdict = Verdict::Ok);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.doubts.clear());
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].p90_seconds = Some(1_700));
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].p90_seconds = None);
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].objective_seconds = None);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.p50_seconds = 3_501);
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].verdict = Verdict::Ok);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[1].verdict = Verdict::Ok);
    // Only what somebody gave up is accepted, and that is neither met nor missed.
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[0].verdict = Verdict::Accepted);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[2].verdict = Verdict::Ok);
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].verdict = Verdict::Accepted);
    caught_alone(Rule::Forecast, |plan| plan.forecast.components[0].given_up = vec![ORDERS.to_owned()]);
    caught_alone(Rule::Forecast, |plan| plan.forecast.rpo[0].store = "aws_vpc.main".to_owned());
    // What does not come back is told.
    caught_alone(Rule::Forecast, |plan| {
        plan.forecast.rpo.pop();
    });
    caught_alone(Rule::Forecast, |plan| {
        let told = &mut plan.forecast.rpo[0];
        (told.verdict, told.objective_seconds, told.worst_seconds) = (Verdict::Missed, None, None);
    });
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path.swap(1, 2));
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path[2] = "restore/nowhere".to_owned());
    caught_alone(Rule::Forecast, |plan| plan.forecast.rto.critical_path.clear());
    caught_alone(Rule::Forecast, |plan| plan.forecast.phases[0].steps += 1);
    caught_alone(Rule::Forecast, |plan| plan.forecast.phases[0].from_seconds = 31);
    let without = |mutate: fn(&mut Stranded)| {
        caught_alone(Rule::Forecast, |plan| mutate(&mut plan.forecast.without_us_east_1));
    };
    without(|without| without.all += 1);
    without(|without| without.first.clear());
    without(|without| without.first.push("infra/vpc".to_owned()));
    without(|without| without.beforehand.clear());
    without(|without| without.rto.verdict = Verdict::Ok);
    without(|without| without.rto.objective_seconds = None);
    without(|without| without.rto.p90_seconds = 1);
    without(|without| without.rto.critical_path.push("verify/shop.example.com".to_owned()));
    without(|without| without.components[0].waits_for.push("dns/shop.example.com".to_owned()));
    without(|without| without.components[0].p90_seconds = None);
    without(|without| without.components.clear());
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

/// Asked too early the engine finds what is still to come; a global service is asked once it is known to answer.
#[test]
fn what_is_proven_first_and_asked_last() {
    caught_alone(Rule::Order, |plan| unneed(plan, "verify/converged", "infra/salt"));
    caught_alone(Rule::Order, |plan| unneed(plan, "dns/shop.example.com", "preflight/control-plane/route53"));
}
