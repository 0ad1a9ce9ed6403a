//! One change that breaks a safety rule of docs/safety.md, and the rule that must catch it.

use super::mutate::*;
use super::*;
use crate::plan::action::{Action, Check, EngineChange};
use crate::plan::resource::{Disposition, Engine};
use crate::plan::step::{DoneWhen, Expects, Phase};
use crate::plan::{Plan, codec};

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
            overrides: Vec::new(),
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
fn safety_5_the_fence_comes_before_the_recovery_point() {
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
