//! Plans that looked sound and led into the lost region, or left something there.

use drplan::model::inventory::Inventory;
use drplan::model::observation::Workload;
use drplan::model::settings::Rewrite;
use drplan::plan::Plan;
use drplan::plan::action::{Action, EngineChange, OverrideValue};
use drplan::plan::audit::audit;
use serde_json::{Value, json};

use crate::defects::{changed, found, replace, without};
use crate::worlds::{Copy, World, example, managed};

const SHOP: &str = "module.cloudfront.aws_cloudfront_distribution.shop";

/// The example with another state.
fn with_state(change: impl FnOnce(&mut Value)) -> Plan {
    with_rewrite(None, change)
}

/// Likewise, with a text that drplan.hcl rewrites, and into what.
fn with_rewrite(rewrite: Option<(&str, &str)>, change: impl FnOnce(&mut Value)) -> Plan {
    let mut world = World::read(&example());
    world.settings.rewrites.extend(rewrite.map(|(text, to)| Rewrite {
        text: text.to_owned(),
        to: Some(to.to_owned()),
        place: None,
    }));
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    change(&mut state);
    world.state = state.to_string();
    // The code and the recordings are of the state as it was.
    world.configuration = None;
    world.inventory.as_mut().unwrap().distributions = None;
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    plan
}

fn attributes<'s>(state: &'s mut Value, type_name: &str, name: &str) -> &'s mut Value {
    let resources = state["resources"].as_array_mut().unwrap();
    let it = |one: &&mut Value| one["type"] == type_name && one["name"] == name;
    &mut resources.iter_mut().find(it).unwrap()["instances"][0]["attributes"]
}

fn with_origin(host: &'static str) -> Plan {
    with_state(|state| set_origin(state, host))
}

fn set_origin(state: &mut Value, host: &str) {
    let shop = attributes(state, "aws_cloudfront_distribution", "shop");
    let origins = shop["origin"].as_array_mut().unwrap();
    let media = origins.iter_mut().find(|one| one["domain_name"].as_str().unwrap().contains(".s3")).unwrap();
    media["domain_name"] = json!(host);
}

/// AWS gives each load balancer an id: none is called as the lost one with another region.
#[test]
fn a_rewrite_of_the_region_names_no_load_balancer() {
    const HOST: &str = "other-lb-123456.us-east-2.elb.amazonaws.com";
    let rewritten = |text, to| with_rewrite(Some((text, to)), |state| set_origin(state, HOST));
    assert_eq!(found(&rewritten("us-east-2", "us-west-2"), "dns-no-target")[0].0, SHOP);
    without(&rewritten(HOST, "shop-999.us-west-2.elb.amazonaws.com"), "dns-no-target");
}

#[test]
fn an_origin_that_stays_in_the_lost_region_is_an_error() {
    for host in [
        "d-abcdef1234.execute-api.us-east-2.amazonaws.com",
        "x.lambda-url.us-east-2.on.aws",
        "other-lb-123456.us-east-2.elb.amazonaws.com",
        "ec2-3-14-15-92.us-east-2.compute.amazonaws.com",
    ] {
        assert_eq!(found(&with_origin(host), "dns-no-target")[0].0, SHOP, "{host}");
    }
    without(&with_origin("shop.example.net"), "dns-no-target");
    without(&World::read(&example()).plan(), "dns-no-target");
}

#[test]
fn hosts_of_a_bucket_are_replaced_whole() {
    let to = |host: &'static str| {
        let plan = with_origin(host);
        without(&plan, "dns-no-target");
        let rewrites = plan.steps.iter().find_map(|step| match &step.action {
            Action::ChangeDistribution { rewrites, .. } => Some(rewrites.clone()),
            _ => None,
        });
        rewrites.unwrap().into_iter().find(|one| one.token == host).unwrap().counterpart.unwrap()
    };
    for (host, there) in [
        ("s3-website.us-east-2", "s3-website-us-west-2"),
        ("s3-website-us-east-2", "s3-website-us-west-2"),
        ("s3.dualstack.us-east-2", "s3.dualstack.us-west-2"),
        ("s3-us-east-2", "s3.us-west-2"),
        ("s3", "s3.us-west-2"),
    ] {
        let host: &'static str = format!("ecommerce-prod-media-us-east-2.{host}.amazonaws.com").leak();
        assert_eq!(to(host), format!("ecommerce-prod-media-us-west-2.{there}.amazonaws.com"));
    }
}

#[test]
fn a_record_of_a_website_moves_to_the_website_of_its_counterpart() {
    let plan = with_state(|state| {
        let record = managed(
            "aws_route53_record.static",
            json!({ "id": "Z04381952QK7NXW3B8LJD_st.example.com_CNAME", "zone_id": "Z04381952QK7NXW3B8LJD",
                "name": "st.example.com", "fqdn": "st.example.com", "type": "CNAME", "ttl": 300,
                "records": ["ecommerce-prod-media-us-east-2.s3-website.us-east-2.amazonaws.com"] }),
            &[],
        );
        state["resources"].as_array_mut().unwrap().push(record);
    });
    let to = plan.steps.iter().find_map(|step| match &step.action {
        Action::ChangeRecord { name, to, .. } if name == "st.example.com" => Some(to.clone()),
        _ => None,
    });
    let host = "ecommerce-prod-media-us-west-2.s3-website-us-west-2.amazonaws.com";
    assert_eq!(to.unwrap().as_deref(), Some(host));
}

#[test]
fn a_distribution_that_was_changed_by_hand_is_told() {
    let mut world = World::read(&example());
    let Inventory { distributions, .. } = world.inventory.as_mut().unwrap();
    let there = &mut distributions.as_mut().unwrap()[0];
    there.origins = vec!["other-lb-1.us-east-2.elb.amazonaws.com".to_owned()];
    let plan = world.plan();
    assert_eq!(found(&plan, "dns-record-differs")[0].0, SHOP);
    assert_eq!(found(&plan, "dns-no-target")[0].0, SHOP);
}

/// What external-dns is told not to write does not move, whatever the runbook says.
#[test]
fn a_name_that_external_dns_leaves_is_told_with_its_reason() {
    let why = |flag: &'static str| {
        let plan = changed(|copy| {
            copy.edit("kubernetes/external-dns.yaml", |text| {
                let line = text.lines().find(|line| line.contains("--policy=")).unwrap().to_owned();
                let more = line.replace("--policy=upsert-only", flag);
                text.lines()
                    .filter(|line| {
                        let name = flag.split('=').next().unwrap();
                        !line.trim_start_matches([' ', '-']).starts_with(name.trim_start_matches('-'))
                    })
                    .map(|one| if one == line { format!("{one}\n{more}\n") } else { format!("{one}\n") })
                    .collect::<String>()
            });
        });
        let told = plan.findings.iter().find(|one| one.code == "dns-name-unmoved");
        told.map(|one| (one.subject.clone(), one.message.clone()))
    };
    for flag in [
        "--txt-owner-id=ecommerce-dr",
        "--txt-prefix=_x.",
        "--source=service",
        "--dry-run",
        "--aws-zone-type=private",
        "--zone-id-filter=Z0000OTHER",
        "--namespace=other",
        "--annotation-filter=dns=public",
        "--label-filter=a=b",
        "--ingress-class=internal",
        "--exclude-domains=hooks.example.com",
        "--domain-filter=example.net",
    ] {
        let told = why(flag);
        assert!(told.as_ref().is_some_and(|(name, _)| name == "hooks.example.com"), "{flag}: {told:?}");
        let message = told.unwrap().1;
        assert!(message.contains("external-dns does not move it"), "{flag}: {message}");
    }
    assert_eq!(why("--log-level=debug"), None);
}

/// Of a weighted name every set answers.
#[test]
fn a_set_of_a_name_that_no_step_moves_is_told() {
    let mut world = World::read(&example());
    let mut state: Value = serde_json::from_str(&world.state).unwrap();
    attributes(&mut state, "aws_route53_record", "api")["set_identifier"] = json!("a");
    world.state = state.to_string();
    let zones = world.inventory.as_mut().unwrap().dns_zones.as_mut().unwrap();
    for zone in zones.iter_mut() {
        let records = zone.records.as_mut().unwrap();
        let api = records.iter_mut().filter(|one| one.name == "api.example.com" && one.record_type != "TXT");
        let mut more = Vec::new();
        for record in api {
            record.set_identifier = Some("a".to_owned());
            let mut other = record.clone();
            other.set_identifier = Some("b".to_owned());
            more.push(other);
        }
        records.extend(more);
    }
    assert_eq!(found(&world.plan(), "dns-name-unmoved")[0].0, "api.example.com (set b)");
}

#[test]
fn a_backend_without_a_region_lies_where_the_inventory_has_its_bucket() {
    let partial = |region: &str| {
        let copy = Copy::new();
        copy.edit("terraform/backend.tf", |text| {
            let text = replace(&text, "acme-terraform-state-us-west-2", "acme-tf-state");
            text.lines().filter(|line| !line.contains("region ")).map(|line| format!("{line}\n")).collect()
        });
        let mut world = World::read(copy.path());
        let buckets = world.inventory.as_mut().unwrap().buckets.as_mut().unwrap();
        let mut bucket = buckets[0].clone();
        bucket.name = "acme-tf-state".to_owned();
        bucket.region = region.to_owned();
        buckets.push(bucket);
        world.plan()
    };
    assert_eq!(found(&partial("us-east-2"), "backend-in-primary")[0].0, "acme-tf-state");
    without(&partial("us-west-2"), "backend-in-primary");
}

#[test]
fn a_directory_of_the_lost_region_is_no_setting_of_a_restore() {
    let plan = with_state(|state| {
        attributes(state, "aws_db_instance", "primary")["domain"] = json!("d-9067012345");
    });
    assert_eq!(found(&plan, "setting-unplaced")[0].0, "module.rds.aws_db_instance.primary");
}

#[test]
fn a_rule_or_route_that_is_skipped_is_missed() {
    let skipped = |address: &str| {
        let address = address.to_owned();
        changed(move |copy| {
            copy.edit("drplan.hcl", |text| format!("{text}\nskip \"{address}\" {{ reason = \"x\" }}\n"));
        })
    };
    for address in [
        "module.vpc.aws_route_table_association.private",
        "module.rds.aws_vpc_security_group_ingress_rule.rds",
    ] {
        assert!(!found(&skipped(address), "skipped-in-use").is_empty(), "{address}");
    }
}

#[test]
fn a_loss_that_need_not_be_is_told() {
    let plan = changed(|copy| {
        copy.edit("drplan.hcl", |text| {
            format!("{text}\naccept_loss \"module.rds.aws_db_instance.primary\" {{ reason = \"x\" }}\n")
        });
    });
    assert_eq!(found(&plan, "loss-needless")[0].0, "module.rds.aws_db_instance.primary");
    without(&World::read(&example()).plan(), "loss-needless");
}

#[test]
fn a_workload_that_no_manifest_has_is_fenced_and_told() {
    let mut world = World::read(&example());
    let observed = world.observation.as_mut().unwrap().workloads.as_mut().unwrap();
    let of = |namespace: &str, replicas| Workload {
        object_kind: "Deployment".to_owned(),
        namespace: namespace.to_owned(),
        name: "legacy-writer".to_owned(),
        replicas: Some(replicas),
        images: Vec::new(),
    };
    observed.extend([of("ecommerce", 3), of("monitoring", 0), of("kube-system", 2)]);
    let plan = world.plan();
    let told: Vec<_> = found(&plan, "workload-unlisted").into_iter().map(|(subject, _)| subject).collect();
    assert_eq!(told, ["Deployment/ecommerce/legacy-writer"]);
    let fenced = plan.steps.iter().any(|step| {
        matches!(&step.action, Action::Fence { workloads, .. } if workloads.iter().any(|one| one.ends_with("legacy-writer")))
    });
    assert!(fenced);
    without(&World::read(&example()).plan(), "workload-unlisted");
}

#[test]
fn a_key_pair_that_nothing_makes_is_told() {
    let plan = with_state(|state| {
        attributes(state, "aws_launch_template", "node")["key_name"] = json!("ops");
    });
    assert!(found(&plan, "key-pair-unknown")[0].0.contains("aws_launch_template"));
    without(&World::read(&example()).plan(), "key-pair-unknown");
}

/// The engine makes a cache as the code says, from its snapshot; a database keeps the class that it came back under.
#[test]
fn the_engine_is_told_what_the_code_does_not_say() {
    let plan = World::read(&example()).plan();
    let adopt =
        plan.steps.iter().find(|step| step.id == "restore/adopt/module.rds.aws_db_instance.primary").unwrap();
    let Action::Engine { overrides, .. } = &adopt.action else { panic!("{adopt:?}") };
    assert!(matches!(&overrides[..], [one] if one.argument == "instance_class"
        && matches!(one.value, OverrideValue::Class { .. })));
    let copy = Copy::new();
    copy.edit("drplan.hcl", |text| {
        let start = text.find("accept_loss \"module.elasticache").unwrap();
        let end = start + text[start..].find("}\n").unwrap() + 2;
        format!("{}{}", &text[..start], &text[end..])
    });
    let mut world = World::read(copy.path());
    world.inventory.as_mut().unwrap().cache_snapshots = Some(vec![drplan::model::inventory::CacheSnapshot {
        name: "carts-copy".to_owned(),
        source: "ecommerce-prod-carts".to_owned(),
        status: "available".to_owned(),
        data_at: "2026-11-22T10:00:00Z".parse().unwrap(),
    }]);
    let plan = world.plan();
    assert_eq!(audit(&plan), Ok(()));
    let address = "module.elasticache.aws_elasticache_replication_group.carts";
    let restore = plan.steps.iter().find(|step| step.id == format!("restore/{address}")).unwrap();
    assert!(matches!(&restore.action, Action::Engine { change: EngineChange::Restore, overrides, .. }
        if matches!(&overrides[..], [one] if one.argument == "snapshot_name")));
    assert!(plan.steps.iter().all(|step| step.id != format!("restore/adopt/{address}")));
}

/// What comes back is as it was: a code that says otherwise would have the engine replace it.
#[test]
fn a_code_that_would_replace_what_is_restored_is_an_error() {
    for (name, value) in [("engine", "\"mysql\""), ("username", "\"root\""), ("db_name", "\"other\"")] {
        let plan = changed(|copy| {
            copy.edit("terraform/modules/rds/main.tf", |text| {
                let start = text.find("resource \"aws_db_instance\" \"primary\"").unwrap();
                let (head, rest) = text.split_at(start);
                let mut done = false;
                let rest: String = rest
                    .lines()
                    .map(|line| {
                        let is_it = line.trim_start().split(' ').next() == Some(name) && !done;
                        done |= is_it;
                        if is_it { format!("  {name} = {value}\n") } else { format!("{line}\n") }
                    })
                    .collect();
                assert!(done, "{name}");
                format!("{head}{rest}")
            });
        });
        let told = found(&plan, "replaced-by-code");
        assert_eq!(
            told.first().map(|one| one.0.as_str()),
            Some("module.rds.aws_db_instance.primary"),
            "{name}"
        );
    }
    without(&World::read(&example()).plan(), "replaced-by-code");
}

#[test]
fn the_auditor_sees_an_origin_that_nobody_placed() {
    use drplan::plan::values::{Site, UseDisposition};
    let mut plan = World::read(&example()).plan();
    let uses = plan.values.iter_mut().flat_map(|value| &mut value.uses);
    let mut origins = uses.filter(|one| {
        matches!(&one.site, Site::Resource { resource, path, .. }
            if resource == SHOP && path.starts_with("/origin/") && path.ends_with("/domain_name"))
    });
    origins.next().unwrap().disposition = UseDisposition::Unplaced;
    let said: Vec<String> = audit(&plan).unwrap_err().iter().map(ToString::to_string).collect();
    assert!(said.iter().any(|one| one.contains("an origin of it")), "{said:?}");
}

/// What brings external-dns is held like it; a workflow on a schedule rests like a CronJob.
#[test]
fn releases_of_external_dns_wait_for_the_gate() {
    let plan = changed(|copy| {
        copy.write(
            "kubernetes/names.yaml",
            "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: { name: names, namespace: ecommerce }\nspec:\n  \
             chart: { spec: { chart: external-dns } }\n---\napiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: { \
             name: nightly, namespace: ecommerce }\nspec: { schedule: \"0 1 * * *\" }\n",
        );
    });
    assert_eq!(audit(&plan), Ok(()));
    let held = plan.steps.iter().filter_map(|step| match &step.action {
        Action::ApplyObject { name, hold: Some(_), .. } => Some(name.as_str()),
        _ => None,
    });
    let held: Vec<&str> = held.collect();
    assert!(held.contains(&"names") && held.contains(&"nightly"), "{held:?}");
}

/// A rewrite of what only the code has is no typing error.
#[test]
fn a_rewrite_may_name_what_the_code_has() {
    let plan = changed(|copy| {
        copy.edit("terraform/addons.tf", |text| {
            text.replace(
                "retention_in_days = 30",
                "retention_in_days = 30\n  tags = { Bucket = \"acme-flags-us-east-2\" }",
            )
        });
        copy.edit("drplan.hcl", |text| {
            format!("{text}\nrewrite \"acme-flags-us-east-2\" {{ keep = true }}\n")
        });
    });
    without(&plan, "subject-unknown");
}
