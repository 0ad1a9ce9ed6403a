//! Names that somebody has moved already, and what moves names by itself.

use drplan::model::inventory::{Inventory, Record};
use drplan::plan::Plan;
use drplan::plan::action::{Action, Hold};
use drplan::plan::audit::audit;

use crate::defects::{changed, found, replace, without};
use crate::worlds::{Copy, World, example};

const DIFFERS: &str = "dns-record-differs";
const SYNCS: &str = "external-dns-syncs";
const BALANCER: &str = "k8s-ecommerceprod-0a1b2c3d4e-1112131415.us-west-2.elb.amazonaws.com";

fn with_records(change: impl Fn(&mut Record)) -> Plan {
    let mut world = World::read(&example());
    let Inventory { dns_zones, .. } = world.inventory.as_mut().unwrap();
    let records = dns_zones.iter_mut().flatten().filter_map(|zone| zone.records.as_mut());
    records.flatten().for_each(change);
    world.plan()
}

#[test]
fn a_record_that_was_moved_by_hand_is_told() {
    let moved = |name: &'static str, to: &'static str| {
        with_records(move |record| {
            if record.name == name && record.alias.is_some() {
                record.alias = Some(to.to_owned());
            }
        })
    };
    let plan = moved("api.example.com", BALANCER);
    let [(subject, at)] = &found(&plan, DIFFERS)[..] else { panic!("{:?}", found(&plan, DIFFERS)) };
    assert_eq!(subject, "module.dns.aws_route53_record.api");
    assert!(at.starts_with("terraform/modules/dns/"), "{at}");
    let message = &plan.findings.iter().find(|one| one.code == DIFFERS).unwrap().message;
    assert!(message.contains("it is in us-west-2 already"), "{message}");
    // external-dns wrote that one: no record of the state has it.
    assert_eq!(found(&moved("hooks.example.com", BALANCER), DIFFERS)[0].0, "hooks.example.com");
    let elsewhere = moved("api.example.com", "maintenance.example.net");
    let message = &elsewhere.findings.iter().find(|one| one.code == DIFFERS).unwrap().message;
    assert!(message.contains("somebody has changed it"), "{message}");
    // The same by another spelling.
    let spelled = with_records(|record| {
        if let Some(alias) = record.alias.as_mut() {
            *alias = format!("dualstack.{}.", alias.to_uppercase().to_lowercase());
        }
    });
    without(&spelled, DIFFERS);
    without(&World::read(&example()).plan(), DIFFERS);
}

#[test]
fn an_external_dns_that_deletes_is_told_with_what_it_would_delete() {
    let with_flag = |flag: &'static str| {
        changed(move |copy| {
            copy.edit("kubernetes/external-dns.yaml", |text| replace(&text, "--policy=upsert-only", flag));
        })
    };
    without(&with_flag("--policy=upsert-only"), SYNCS);
    without(&with_flag("--policy=create-only"), SYNCS);
    let all = with_flag("--policy=sync");
    assert_eq!(found(&all, SYNCS)[0].0, "Deployment/kube-system/external-dns");
    // It deletes unless told.
    assert_eq!(found(&with_flag("--log-level=info"), SYNCS).len(), 1);
    // Its Ingress is left out: its record would go.
    let mut world = World::read(&example());
    world.manifests.objects.retain(|object| object.kind != "Ingress");
    without(&world.plan(), SYNCS);
    let orphaned = changed(|copy| {
        copy.edit("kubernetes/external-dns.yaml", |text| {
            replace(&text, "--policy=upsert-only", "--policy=sync")
        });
        copy.edit("kubernetes/ingress.yaml", |text| replace(&text, "name: webhooks", "name: callbacks"));
    });
    let message = &orphaned.findings.iter().find(|one| one.code == SYNCS).unwrap().message;
    assert!(message.contains("ingress/ecommerce/webhooks"), "{message}");
    assert!(!all.findings.iter().any(|one| one.code == SYNCS && one.message.contains("webhooks")));
}

/// By its image whatever it is called, by its name wherever the image comes from, and whatever kind runs it.
#[test]
fn external_dns_is_held_until_the_gate() {
    const FILE: &str = "kubernetes/external-dns.yaml";
    let held = |change: fn(String) -> String| {
        let plan = changed(|copy| copy.edit(FILE, change));
        assert_eq!(audit(&plan), Ok(()));
        let held = plan.steps.iter().filter_map(|step| match &step.action {
            Action::ApplyObject { file, hold: Some(hold), .. } if file == FILE => Some(*hold),
            _ => None,
        });
        held.collect::<Vec<_>>()
    };
    let image = "registry.k8s.io/external-dns/external-dns:v0.18.0";
    assert_eq!(held(|text| text), [Hold::Replicas]);
    assert_eq!(held(|text| replace(&text, "external-dns\n", "names\n")), [Hold::Replicas]);
    assert_eq!(held(|text| replace(&text, "kind: Deployment", "kind: StatefulSet")), [Hold::Replicas]);
    assert_eq!(held(|text| replace(&text, "kind: Deployment", "kind: DaemonSet")), [Hold::Ask]);
    let text = std::fs::read_to_string(example().join(FILE)).unwrap();
    assert!(text.contains(image));
    let mirrored = |text: String| {
        text.replace("registry.k8s.io/external-dns/external-dns:v0.18.0", "mirror/dns@sha256:0a1b")
    };
    assert_eq!(held(mirrored), [Hold::Replicas]);
}

/// Made in phase infra it would have written records before anybody was asked.
#[test]
fn an_external_dns_that_the_engine_installs_waits_for_the_gate() {
    let mut world = World::read(&example());
    world.manifests.objects.retain(|object| !object.name.contains("external-dns"));
    let mut state: serde_json::Value = serde_json::from_str(&world.state).unwrap();
    state["resources"].as_array_mut().unwrap().push(crate::worlds::managed(
        "helm_release.external_dns",
        serde_json::json!({ "id": "external-dns", "name": "external-dns", "namespace": "kube-system",
            "chart": "external-dns", "repository": "https://kubernetes-sigs.github.io/external-dns/",
            "values": ["txtOwnerId: ecommerce-prod\ntxtPrefix: '_owner.'"] }),
        &["module.eks.aws_eks_cluster.this"],
    ));
    world.state = state.to_string();
    world.configuration = None;
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let release = plan.resources.iter().find(|one| one.address == "helm_release.external_dns").unwrap();
    assert_eq!((release.disposition.as_str(), release.engine.as_str()), ("create", "withhold"));
    assert!(!plan.steps.iter().any(|step| step.id == "infra/helm_release.external_dns"));
    let made = plan.steps.iter().find(|step| step.id == "dns/helm_release.external_dns").unwrap();
    assert!(made.needs.contains(&"dns/gate".to_owned()), "{:?}", made.needs);
    let resolve = plan.steps.iter().find(|step| step.id == "verify/resolve/hooks.example.com").unwrap();
    let told: Vec<_> = plan.findings.iter().filter(|finding| finding.code.starts_with("dns")).collect();
    assert!(resolve.needs.contains(&made.id), "{:?} {told:#?}", resolve.needs);
}

/// A mirror may call it anything; its flags are its own.
#[test]
fn an_external_dns_under_another_name_is_held_by_its_flags() {
    let copy = Copy::new();
    copy.edit("kubernetes/external-dns.yaml", |text| {
        let renamed = text.replace("name: external-dns", "name: dns-sync");
        let image = renamed.lines().find(|line| line.contains("image:")).unwrap().to_owned();
        renamed.replace(
            &image,
            &format!("{} ghcr.io/acme/dnssync:1", &image[..image.find("image:").unwrap() + 6]),
        )
    });
    let plan = World::read(copy.path()).plan();
    assert_eq!(audit(&plan), Ok(()));
    assert!(plan.steps.iter().any(|step| step.id == "dns/release/Deployment/kube-system/dns-sync"));
    without(&plan, "dns-name-unmoved");
}

/// Nothing moves it: pods that connect by it reach the lost database.
#[test]
fn a_recorded_name_of_the_primary_that_nothing_moves_is_told() {
    let with_name = |keep: bool| {
        let mut world = World::read(&example());
        let zone = world.inventory.as_mut().unwrap().dns_zones.as_mut().unwrap().first_mut().unwrap();
        let records = zone.records.as_mut().unwrap();
        let mut record = records.iter().find(|record| record.record_type == "CNAME").unwrap().clone();
        record.name = "db.example.com".to_owned();
        record.values = vec!["ecommerce-prod-primary.c7k4m2qzx9ab.us-east-2.rds.amazonaws.com".to_owned()];
        records.push(record);
        if keep {
            world.settings.dns.keep.push("db.example.com".to_owned());
        }
        world.plan()
    };
    assert_eq!(found(&with_name(false), "dns-name-unmoved")[0].0, "db.example.com");
    without(&with_name(true), "dns-name-unmoved");
}

#[test]
fn a_name_that_is_kept_is_not_left_to_external_dns() {
    const CODE: &str = "dns-name-kept";
    let keeping = |change: &dyn Fn(&Copy)| {
        changed(|copy| {
            copy.edit("drplan.hcl", |text| {
                replace(
                    &text,
                    "names = [\"api.example.com\", \"hooks.example.com\", \"shop.example.com\"]",
                    "names = [\"api.example.com\", \"shop.example.com\"]\n  keep  = [\"hooks.example.com\"]",
                )
            });
            change(copy);
        })
    };
    let flags = |flag: &'static str| {
        keeping(&move |copy| {
            copy.edit("kubernetes/external-dns.yaml", |text| {
                replace(&text, "--domain-filter=example.com", flag)
            });
        })
    };
    let plan = keeping(&|_| {});
    let [(subject, at)] = &found(&plan, CODE)[..] else { panic!("{:?}", found(&plan, CODE)) };
    assert_eq!(subject, "hooks.example.com");
    assert!(at.starts_with("kubernetes/ingress.yaml:"), "{at}");
    for flag in [
        "--exclude-domains=hooks.example.com",
        "--domain-filter=api.example.com",
        "--domain-filter=example.net",
    ] {
        without(&flags(flag), CODE);
    }
    assert_eq!(found(&flags("--exclude-domains=ooks.example.com"), CODE).len(), 1);
    without(&changed(|_| {}), CODE);
}

#[test]
fn what_rests_by_its_manifest_is_not_woken_at_the_gate() {
    let released = |plan: &Plan| -> Vec<String> {
        assert_eq!(audit(plan), Ok(()));
        let steps = plan.steps.iter().filter(|step| matches!(step.action, Action::Release { .. }));
        steps.map(|step| step.id.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let resting = changed(|copy| {
        copy.edit("kubernetes/cronjobs.yaml", |text| {
            replace(&text, "  schedule: \"0 6 * * 0\"\n", "  schedule: \"0 6 * * 0\"\n  suspend: true\n")
        });
        copy.edit("kubernetes/external-dns.yaml", |text| {
            replace(&text, "  replicas: 1\n", "  replicas: 0\n")
        });
    });
    let before = released(&changed(|_| {}));
    assert!(
        ["db-snapshot", "external-dns"].iter().all(|name| before.contains(&(*name).to_owned())),
        "{before:?}"
    );
    let after = released(&resting);
    assert_eq!(before.len() - after.len(), 2, "{after:?}");
    assert_eq!(found(&resting, "dns-name-unmoved")[0].0, "hooks.example.com");
}

/// Nothing answers by a TXT record.
#[test]
fn only_what_has_an_address_is_asked_over_http() {
    let asked =
        |plan: &Plan, name: &str| plan.steps.iter().any(|step| step.id == format!("verify/probe/{name}"));
    let plan = changed(|copy| {
        let record = crate::worlds::managed(
            "aws_route53_record.note",
            serde_json::json!({ "id": "Z0123_note.example.com_TXT", "zone_id": "Z0ABCDEFGHIJKLMNOPQRS", "name": "note.example.com",
                "fqdn": "note.example.com", "type": "TXT", "ttl": 60,
                "records": ["k8s-ecommerceprod-4f1c9d27ab-1287465093.us-east-2.elb.amazonaws.com"] }),
            &[],
        );
        copy.edit("state.tfstate", |text| {
            let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
            state["resources"].as_array_mut().unwrap().push(record);
            state.to_string()
        });
    });
    assert!(plan.steps.iter().any(|step| step.id == "verify/resolve/note.example.com"));
    assert!(!asked(&plan, "note.example.com"));
    assert!(asked(&plan, "api.example.com"));
}
