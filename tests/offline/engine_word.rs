//! The engine's word for which instances the code makes in the recovery region, by small plans as it prints them.

use std::time::{Duration, Instant};

use drplan::plan::Plan;
use drplan::plan::forecast::Verdict;
use drplan::plan::resource::{Disposition, Engine, PlannedResource};
use drplan::plan::step::Step;
use drplan::plan::store::CandidateKind;
use drplan::sources::engine_plan::read_engine_plan;
use drplan::sources::hcl;
use serde_json::{Value, json};

use crate::defects::{subjects, without};
use crate::worlds::{World, bytes, managed, state_of};

/// A plan of the engine that makes these: type and planned attributes by address.
fn engine(made: &[(&str, &str, Value)]) -> String {
    let change = |(address, kind, after): &(&str, &str, Value)| {
        json!({ "address": address, "mode": "managed", "type": kind,
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": { "actions": ["create"], "before": null, "after": after } })
    };
    let changes: Vec<Value> = made.iter().map(change).collect();
    json!({ "format_version": "1.2", "terraform_version": "1.12.6", "planned_values": {}, "resource_changes": changes })
        .to_string()
}

/// A stack of this code, this state and this plan of the engine.
fn world(code: &[(&str, &str)], state: &[Value], made: &[(&str, &str, Value)]) -> World {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in code {
        let path = folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut world = World::of_state(state_of(state));
    world.configuration = Some(hcl::read_configuration(folder.path(), folder.path()).unwrap());
    world.engine_plan = Some(engine(made));
    world
}

fn planned(world: &World) -> Plan {
    let plan = world.try_plan(Some("us-east-2")).unwrap();
    assert_eq!(drplan::plan::audit::audit(&plan), Ok(()));
    plan
}

fn agrees(plan: &Plan) {
    let check = plan.engine_check.as_ref().unwrap();
    assert_eq!(check.differences, []);
    assert_eq!((check.predicted, check.planned), (check.matched, check.matched), "{check:?}");
}

#[track_caller]
fn resource<'p>(plan: &'p Plan, address: &str) -> &'p PlannedResource {
    plan.resources.iter().find(|one| one.address == address).unwrap_or_else(|| panic!("no {address}"))
}

#[track_caller]
fn step<'p>(plan: &'p Plan, id: &str) -> &'p Step {
    plan.steps.iter().find(|one| one.id == id).unwrap_or_else(|| panic!("no {id}"))
}

/// An instance of a resource that has several.
fn keyed(kind: &str, name: &str, instances: &[(Value, Value)], dependencies: &[&str]) -> Value {
    let mut all = managed(&format!("{kind}.{name}"), json!({}), &[]);
    let instances = instances.iter().map(|(key, attributes)| {
        json!({ "index_key": key, "schema_version": 0, "attributes": attributes, "dependencies": dependencies })
    });
    all["instances"] = instances.collect();
    all
}

fn vpc() -> Value {
    managed(
        "aws_vpc.main",
        json!({ "id": "vpc-1", "arn": "arn:aws:ec2:us-east-2:123456789012:vpc/vpc-1" }),
        &[],
    )
}

fn subnet(number: u8) -> Value {
    json!({ "id": format!("subnet-{number}"), "vpc_id": "vpc-1", "cidr_block": format!("10.0.{number}.0/24"),
        "arn": format!("arn:aws:ec2:us-east-2:123456789012:subnet/subnet-{number}"), "availability_zone": "us-east-2a" })
}

const SUBNETS: &str = "variable \"zones\" {}\nresource \"aws_vpc\" \"main\" {}\nresource \"aws_subnet\" \"a\" {\n  count  = \
                       var.zones\n  vpc_id = aws_vpc.main.id\n}\n";

#[test]
fn fewer_and_more_by_count_are_as_the_engine_says() {
    let state = |count: u8| {
        let all: Vec<_> = (0..count).map(|number| (json!(number), subnet(number))).collect();
        [vpc(), keyed("aws_subnet", "a", &all, &["aws_vpc.main"])]
    };
    let made = |count: u8| {
        let mut all = vec![("aws_vpc.main".to_owned(), "aws_vpc")];
        all.extend((0..count).map(|number| (format!("aws_subnet.a[{number}]"), "aws_subnet")));
        all
    };
    let plan = |has: u8, makes: u8| {
        let made = made(makes);
        let made: Vec<_> = made
            .iter()
            .map(|(address, kind)| (address.as_str(), *kind, json!({ "region": "us-west-2" })))
            .collect();
        planned(&world(&[("main.tf", SUBNETS)], &state(has), &made))
    };
    let fewer = plan(3, 1);
    agrees(&fewer);
    let gone = resource(&fewer, "aws_subnet.a[2]");
    assert_eq!((gone.disposition, gone.engine), (Disposition::Skip, Engine::None));
    assert!(gone.reason.contains("no such instance in us-west-2: see main.tf:4"), "{}", gone.reason);
    assert_eq!(subjects(&fewer, "engine-decided"), ["aws_subnet.a"]);
    assert!(fewer.steps.iter().all(|step| step.id != "infra/aws_subnet.a[2]"));

    let more = plan(1, 3);
    agrees(&more);
    let new = resource(&more, "aws_subnet.a[2]");
    assert_eq!((new.disposition, new.engine), (Disposition::Create, Engine::Create));
    assert_eq!(new.region.as_deref(), Some("us-west-2"));
    assert_eq!(step(&more, "infra/aws_subnet.a[2]").needs, ["infra/aws_vpc.main"]);
    let told: Vec<_> = more.findings.iter().filter(|one| one.code == "engine-decided").collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].message.contains("makes 2 instances"), "{}", told[0].message);
    // The state has as many resources as it has.
    assert_eq!(more.saw.state.resources, 2);

    // As many as in the primary: nothing is told.
    without(&plan(2, 2), "engine-decided");
}

/// What the code always makes was left out by whoever made the engine's plan.
#[test]
fn what_the_code_always_makes_is_no_decision_of_the_engine() {
    let code = "resource \"aws_vpc\" \"main\" {}\n";
    let plan = planned(&world(&[("main.tf", code)], &[vpc()], &[]));
    assert_eq!(subjects(&plan, "engine-omits"), ["aws_vpc.main"]);
    assert_eq!(resource(&plan, "aws_vpc.main").disposition, Disposition::Create);
    without(&plan, "engine-decided");
}

#[test]
fn modules_with_a_count_and_their_outputs_are_followed() {
    let root = "locals {\n  network = module.net[0].vpc\n}\nmodule \"net\" {\n  source = \"./net\"\n  count  = 1\n}\nmodule \
                \"app\" {\n  source   = \"./app\"\n  for_each = toset([\"x\", \"y\"])\n  network  = local.network\n}\n";
    let net = "resource \"aws_vpc\" \"main\" {}\noutput \"vpc\" {\n  value = data.aws_vpc.same.id\n}\ndata \"aws_vpc\" \
               \"same\" {\n  id = aws_vpc.main.id\n}\n";
    let app = "variable \"network\" {}\nresource \"aws_security_group\" \"a\" {\n  vpc_id = var.network\n}\n";
    let mut main = vpc();
    main["module"] = json!("module.net[0]");
    let after = json!({ "name": "a" });
    let plan = planned(&world(
        &[("main.tf", root), ("net/main.tf", net), ("app/main.tf", app)],
        &[main],
        &[
            ("module.net[0].aws_vpc.main", "aws_vpc", json!({})),
            ("module.app[\"x\"].aws_security_group.a", "aws_security_group", after.clone()),
            ("module.app[\"y\"].aws_security_group.a", "aws_security_group", after),
        ],
    ));
    agrees(&plan);
    assert_eq!(subjects(&plan, "engine-decided"), ["module.app.aws_security_group.a"]);
    for key in ["x", "y"] {
        let step = step(&plan, &format!("infra/module.app[\"{key}\"].aws_security_group.a"));
        assert_eq!(step.needs, ["infra/module.net[0].aws_vpc.main"]);
    }
    // The module is not called at all there.
    let plan = planned(&world(
        &[("main.tf", root), ("net/main.tf", net), ("app/main.tf", app)],
        &[{
            let mut main = vpc();
            main["module"] = json!("module.net[0]");
            main
        }],
        &[],
    ));
    agrees(&plan);
    assert_eq!(resource(&plan, "module.net[0].aws_vpc.main").disposition, Disposition::Skip);
}

fn database(name: &str) -> Value {
    json!({ "id": name, "identifier": name, "engine": "postgres", "engine_version": "16.4", "instance_class": "db.m5.large",
        "arn": format!("arn:aws:rds:us-east-2:123456789012:db:{name}"), "allocated_storage": 20 })
}

/// An empty database under a new key would take the name of the one that is to come back.
#[test]
fn a_renamed_key_of_a_store_stops_the_plan() {
    let code = "resource \"aws_db_instance\" \"d\" {\n  for_each = var.names\n  identifier = \"orders\"\n}\n";
    let mut of_keys = world(
        &[("main.tf", code)],
        &[keyed("aws_db_instance", "d", &[(json!("old"), database("orders"))], &[])],
        &[("aws_db_instance.d[\"new\"]", "aws_db_instance", json!({ "identifier": "orders" }))],
    );
    let plan = planned(&of_keys);
    let new = resource(&plan, "aws_db_instance.d[\"new\"]");
    assert_eq!((new.disposition, new.engine), (Disposition::Block, Engine::Exclude));
    assert_eq!(subjects(&plan, "store-no-recovery"), ["aws_db_instance.d[\"new\"]"]);
    let settings = hcl_settings(
        "accept_loss \"aws_db_instance.d[\\\"new\\\"]\" {\n  reason = \"of the recovery only\"\n}\n",
    );
    of_keys.settings.accepted_losses = settings.accepted_losses;
    let plan = planned(&of_keys);
    assert_eq!(resource(&plan, "aws_db_instance.d[\"new\"]").disposition, Disposition::Create);
    without(&plan, "store-begins-empty");
}

fn hcl_settings(text: &str) -> drplan::model::settings::Settings {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drplan.hcl");
    std::fs::write(&path, format!("stack = \"x\"\n{text}")).unwrap();
    hcl::read_settings(&path).unwrap()
}

#[test]
fn what_holds_data_is_neither_made_nor_left_out_silently() {
    let code = "resource \"aws_ecr_repository\" \"r\" {\n  count = var.many\n}\nresource \"aws_sqs_queue\" \"q\" {}\nresource \
                \"aws_brand_new\" \"n\" {}\n";
    let repository =
        json!({ "id": "shop", "name": "shop", "arn": "arn:aws:ecr:us-east-2:123456789012:repository/shop" });
    let mut of_stores = world(
        &[("main.tf", code)],
        &[keyed("aws_ecr_repository", "r", &[(json!(0), repository)], &[])],
        &[
            ("aws_sqs_queue.q", "aws_sqs_queue", json!({ "name": "q" })),
            ("aws_brand_new.n", "aws_brand_new", json!({ "name": "n", "token": "canary-71b3" })),
        ],
    );
    let mut inventory = World::read(&crate::worlds::example()).inventory.unwrap();
    inventory.workspace = None;
    inventory.asked = None;
    let image = inventory.images.iter_mut().flatten().next().unwrap();
    image.repository = "shop".to_owned();
    of_stores.inventory = Some(inventory);
    let plan = planned(&of_stores);
    // Its images are there, and the code would not have the repository.
    let gone = resource(&plan, "aws_ecr_repository.r[0]");
    assert_eq!((gone.disposition, gone.engine), (Disposition::Block, Engine::None), "{gone:?}");
    assert_eq!(subjects(&plan, "engine-omits"), ["aws_ecr_repository.r[0]"]);
    assert_eq!(subjects(&plan, "store-begins-empty"), ["aws_brand_new.n", "aws_sqs_queue.q"]);
    let of_type =
        plan.findings.iter().find(|one| one.subject == "aws_brand_new.n" && one.code == "store-begins-empty");
    assert!(of_type.unwrap().message.contains("a type that drplan does not know"));
    assert!(resource(&plan, "aws_brand_new.n").unknown_type);
    let queue = plan.stores.iter().find(|store| store.address == "aws_sqs_queue.q").unwrap();
    assert_eq!(queue.chosen().unwrap().kind, CandidateKind::Empty);
    // Nobody has said that it may begin empty.
    let loss = plan.forecast.rpo.iter().find(|rpo| rpo.store == "aws_sqs_queue.q").unwrap();
    assert_eq!(loss.verdict, Verdict::Unknown);
    agrees(&plan);
    // Planned values may be secrets.
    assert!(!String::from_utf8(bytes(&plan)).unwrap().contains("canary-71b3"));
}

/// Made again under the region's key it would stop at EntityAlreadyExists, or be a zone that nobody asks.
#[test]
fn what_the_account_has_one_of_is_not_made_a_second_time() {
    let code = "variable \"region\" {}\nresource \"aws_iam_role\" \"app\" {\n  for_each = toset([var.region])\n  name = \
                \"app-role\"\n}\nresource \"aws_route53_zone\" \"z\" {\n  for_each = toset([var.region])\n}\n";
    let role =
        json!({ "id": "app-role", "name": "app-role", "arn": "arn:aws:iam::123456789012:role/app-role" });
    let zone = json!({ "id": "Z1", "zone_id": "Z1", "name": "shop.example" });
    let plan = planned(&world(
        &[("main.tf", code)],
        &[
            vpc(),
            keyed("aws_iam_role", "app", &[(json!("us-east-2"), role)], &[]),
            keyed("aws_route53_zone", "z", &[(json!("us-east-2"), zone)], &[]),
        ],
        &[
            ("aws_iam_role.app[\"us-west-2\"]", "aws_iam_role", json!({ "name": "app-role" })),
            ("aws_route53_zone.z[\"us-west-2\"]", "aws_route53_zone", json!({ "name": "shop.example" })),
        ],
    ));
    for address in ["aws_iam_role.app[\"us-west-2\"]", "aws_route53_zone.z[\"us-west-2\"]"] {
        assert_eq!(resource(&plan, address).disposition, Disposition::Block, "{address}");
        let told = plan.findings.iter().any(|one| one.code == "engine-differs" && one.subject == address);
        assert!(told, "{address}");
    }
}

/// CloudFront has an alias once for all accounts, and a zone has one record of a name and type, unless a policy tells them
/// apart.
#[test]
fn an_alias_and_a_record_are_not_made_a_second_time() {
    let code = "variable \"region\" {}\nresource \"aws_cloudfront_distribution\" \"web\" {\n  for_each = toset([var.region])\n}\n\
                resource \"aws_route53_record\" \"www\" {\n  for_each = toset([var.region])\n}\n";
    let web = json!({ "id": "E1", "arn": "arn:aws:cloudfront::123456789012:distribution/E1",
        "aliases": ["www.shop.example", "shop.example"] });
    let www = json!({ "id": "Z1_www", "zone_id": "Z1", "name": "www", "fqdn": "www.shop.example", "type": "CNAME" });
    let blocked = |alias: &str, record: Value| {
        let plan = planned(&world(
            &[("main.tf", code)],
            &[
                vpc(),
                keyed("aws_cloudfront_distribution", "web", &[(json!("us-east-2"), web.clone())], &[]),
                keyed("aws_route53_record", "www", &[(json!("us-east-2"), www.clone())], &[]),
            ],
            &[
                (
                    "aws_cloudfront_distribution.web[\"us-west-2\"]",
                    "aws_cloudfront_distribution",
                    json!({ "aliases": [alias] }),
                ),
                ("aws_route53_record.www[\"us-west-2\"]", "aws_route53_record", record),
            ],
        ));
        let new = plan.resources.iter().filter(|one| one.address.ends_with("[\"us-west-2\"]"));
        new.map(|one| one.disposition == Disposition::Block).collect::<Vec<_>>()
    };
    let record = |name: &str, set: &str| json!({ "zone_id": "Z1", "name": name, "type": "CNAME", "set_identifier": set });
    assert_eq!(blocked("shop.example", record("WWW.shop.example.", "")), [true, true]);
    assert_eq!(blocked("dr.shop.example", record("www", "")), [false, true]);
    assert_eq!(blocked("dr.shop.example", record("www", "dr")), [false, false]);
    let mut overwritten = record("www", "");
    overwritten["allow_overwrite"] = json!(true);
    assert_eq!(blocked("dr.shop.example", overwritten), [false, false]);
}

/// Made with the primary's variables it says nothing of the recovery.
#[test]
fn a_plan_of_the_lost_region_is_no_word_about_the_recovery() {
    const CODE: &str = "engine-plans-primary";
    let regions = |vpc_in: &str, subnet_in: &str| {
        let state = [vpc(), keyed("aws_subnet", "a", &[(json!(0), subnet(0))], &["aws_vpc.main"])];
        let made = [
            ("aws_vpc.main", "aws_vpc", json!({ "region": vpc_in })),
            ("aws_subnet.a[0]", "aws_subnet", json!({ "availability_zone": format!("{subnet_in}a") })),
        ];
        planned(&world(&[("main.tf", SUBNETS)], &state, &made))
    };
    assert_eq!(subjects(&regions("us-east-2", "us-east-2"), CODE), ["engine.json"]);
    assert_eq!(subjects(&regions("eu-west-1", "eu-west-1"), CODE), ["engine.json"]);
    without(&regions("us-west-2", "us-east-2"), CODE);
    without(&regions("us-west-2", "us-west-2"), CODE);
}

/// Plans of older providers say no region: what they were made with does.
#[test]
fn a_plan_with_other_variables_is_of_something_else() {
    let code = "variable \"region\" {}\nprovider \"aws\" {\n  region = var.region\n}\nresource \"aws_vpc\" \"main\" {}\n";
    let differs = |region: &str| {
        let mut world = world(&[("main.tf", code)], &[vpc()], &[("aws_vpc.main", "aws_vpc", json!({}))]);
        let mut text: Value = serde_json::from_str(world.engine_plan.as_deref().unwrap()).unwrap();
        text["variables"] = json!({ "region": { "value": region }, "password": { "value": "canary-71b3" } });
        world.engine_plan = Some(text.to_string());
        let plan = planned(&world);
        assert!(!String::from_utf8(bytes(&plan)).unwrap().contains("canary-71b3"));
        subjects(&plan, "engine-differs")
    };
    assert_eq!(differs("us-east-2"), ["variable \"region\""]);
    assert!(differs("us-west-2").is_empty());
}

/// With `-target` it is no word about what the code makes; kept in the workspace it was made in, no proof of anything.
#[test]
fn a_plan_of_a_part_or_of_another_workspace_proves_nothing() {
    let state = [vpc(), keyed("aws_subnet", "a", &[(json!(0), subnet(0))], &["aws_vpc.main"])];
    let mut world = world(&[("main.tf", SUBNETS)], &state, &[("aws_vpc.main", "aws_vpc", json!({}))]);
    let whole = world.engine_plan.clone().unwrap();
    assert_eq!(resource(&planned(&world), "aws_subnet.a[0]").disposition, Disposition::Skip);
    let mut part: Value = serde_json::from_str(&whole).unwrap();
    part["complete"] = json!(false);
    world.engine_plan = Some(part.to_string());
    let plan = planned(&world);
    assert_eq!(resource(&plan, "aws_subnet.a[0]").disposition, Disposition::Create);
    assert!(plan.findings.iter().any(|one| one.code == "engine-omits"), "{:?}", plan.findings);
    world.engine_plan = Some(whole.replace("\"create\"", "\"no-op\""));
    let plan = planned(&world);
    let differs =
        plan.findings.iter().any(|one| one.code == "engine-differs" && one.subject == "aws_vpc.main");
    assert!(differs, "{:?}", plan.findings);
}

#[test]
fn names_wait_for_their_gate() {
    let code = "resource \"aws_route53_record\" \"www\" {\n  name = \"www.shop.example\"\n}\n";
    let plan = planned(&world(
        &[("main.tf", code)],
        &[vpc()],
        &[(
            "aws_route53_record.www",
            "aws_route53_record",
            json!({ "name": "www.shop.example", "type": "A" }),
        )],
    ));
    assert_eq!(resource(&plan, "aws_route53_record.www").engine, Engine::Withhold);
    assert!(step(&plan, "dns/aws_route53_record.www").needs.iter().any(|need| need == "dns/gate"));
}

/// What a restore or another resource needs is there under another key: it waits for that.
#[test]
fn dependants_wait_for_what_took_the_place() {
    let code = "resource \"aws_vpc\" \"main\" {}\nresource \"aws_subnet\" \"a\" {\n  for_each = var.zones\n  vpc_id = \
                aws_vpc.main.id\n}\nresource \"aws_lb\" \"i\" {\n  subnets = values(aws_subnet.a)[0].id\n  groups = [aws_security_group.new.id]\n}\nresource \
                \"aws_security_group\" \"new\" {\n  vpc_id = aws_vpc.main.id\n}\nresource \"aws_db_subnet_group\" \"g\" {}\n";
    let balancer = json!({ "id": "i", "name": "i", "subnets": ["subnet-1"],
        "arn": "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/i/1" });
    let plan = planned(&world(
        &[("main.tf", code)],
        &[
            vpc(),
            keyed("aws_subnet", "a", &[(json!("us-east-2a"), subnet(1))], &["aws_vpc.main"]),
            managed(
                "aws_db_subnet_group.g",
                json!({ "id": "g", "name": "g", "subnet_ids": ["subnet-1"] }),
                &["aws_subnet.a", "aws_vpc.main"],
            ),
            managed("aws_lb.i", balancer, &["aws_subnet.a", "aws_vpc.main"]),
        ],
        &[
            ("aws_security_group.new", "aws_security_group", json!({ "name": "new" })),
            ("aws_vpc.main", "aws_vpc", json!({})),
            ("aws_subnet.a[\"us-west-2a\"]", "aws_subnet", json!({ "availability_zone": "us-west-2a" })),
        ],
    ));
    let moved = "infra/aws_subnet.a[\"us-west-2a\"]";
    assert_eq!(step(&plan, moved).needs, ["infra/aws_vpc.main"]);
    assert_eq!(step(&plan, "infra/aws_db_subnet_group.g").needs, [moved]);
    // The state does not know the new group yet, and the code refers to it.
    assert_eq!(step(&plan, "infra/aws_lb.i").needs, ["infra/aws_security_group.new", moved]);
    assert_eq!(resource(&plan, "aws_subnet.a[\"us-east-2a\"]").disposition, Disposition::Skip);
    let told = plan.findings.iter().find(|one| one.code == "engine-decided" && one.subject == "aws_subnet.a");
    let message = &told.unwrap().message;
    assert!(message.contains("us-west-2a") && message.contains("us-east-2a"), "{message}");
}

#[test]
fn what_drplan_hcl_skips_stays_skipped() {
    let code = "resource \"aws_vpc\" \"main\" {}\nresource \"aws_sns_topic\" \"t\" {}\n";
    let mut skipped = world(
        &[("main.tf", code)],
        &[vpc()],
        &[
            ("aws_vpc.main", "aws_vpc", json!({})),
            ("aws_sns_topic.t", "aws_sns_topic", json!({ "name": "t" })),
        ],
    );
    skipped.settings.skips = hcl_settings("skip \"aws_sns_topic.t\" {\n  reason = \"not there\"\n}\n").skips;
    let plan = planned(&skipped);
    assert_eq!(resource(&plan, "aws_sns_topic.t").disposition, Disposition::Skip);
    without(&plan, "subject-unknown");
    without(&plan, "engine-decided");
}

/// A file that nobody of this stack wrote is refused or read in time, and says nothing of its values.
#[test]
fn hostile_plans_are_refused_or_planned_in_time() {
    let refusal = |made: &[(&str, &str, Value)]| {
        let problems = read_engine_plan(&engine(made), "engine.json").unwrap_err().0;
        problems[0].message.clone()
    };
    let twice = ("aws_vpc.x", "aws_vpc", json!({}));
    assert!(refusal(&[twice.clone(), twice]).contains("more than once"));
    for address in
        ["aws_subnet.x", "x", "aws_vpc.", "module.aws_vpc.x", "a b.aws_vpc.x", "aws_vpc.x\u{1b}[31m", ""]
    {
        let refused = refusal(&[(address, "aws_vpc", json!({ "a": "canary-71b3" }))]);
        assert!(refused.contains("none of a resource of its type"), "{address:?}: {refused}");
        assert!(!refused.contains("canary-71b3") && !refused.contains('\u{1b}'), "{refused}");
    }
    let many: Vec<String> = (0..20_000).map(|number| format!("aws_subnet.a[{number}]")).collect();
    let many: Vec<_> = many.iter().map(|address| (address.as_str(), "aws_subnet", subnet(7))).collect();
    let begun = Instant::now();
    let plan = world(&[("main.tf", SUBNETS)], &[vpc()], &many).try_plan(Some("us-east-2")).unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(subjects(&plan, "engine-decided"), ["aws_subnet.a"]);
}
