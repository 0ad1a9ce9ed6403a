//! Planning at scale, measured as ratios in one run: `make bench`.
//!
//! The rival for time and memory is `serde_json`, which parses the same state into `Value` and decides nothing.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a program that measures")]

use std::fmt::Write as _;
use std::time::Instant;

use drplan::model::document::Manifests;
use drplan::model::input::PlanningInput;
use drplan::model::settings::Settings;
use drplan::plan::audit::audit;
use drplan::planner::plan_region;
use drplan::sources::manifests::{Request, Tools, read_manifests};
use drplan::sources::tfstate::read_state;

fn main() {
    let folder = std::env::temp_dir().join(format!("drplan-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    write_manifests(&folder, 2_000);
    let state = generate(14_000, 7_000);
    println!("state: {} resources, {} MB; 2000 manifests", 14_000, state.len() / 1_000_000);
    let mut best = (f64::MAX, f64::MAX);
    let (mut peak, mut auditor) = (0.0, f64::MAX);
    for _ in 0..3 {
        reset_peak();
        let before = resident("VmRSS:");
        let started = Instant::now();
        let planned = plan(&state, || read(&folder), |seconds| auditor = f64::min(auditor, seconds));
        best.0 = best.0.min(started.elapsed().as_secs_f64());
        drop(planned);
        // The state's text is in memory already: it counts as part of the work.
        peak = f64::max(peak, resident("VmHWM:") - before + mega(state.len()));
        let started = Instant::now();
        let value: serde_json::Value = serde_json::from_str(&state).unwrap();
        best.1 = best.1.min(started.elapsed().as_secs_f64());
        assert!(value.is_object());
    }
    println!("plan and audit  {:.2} s, the auditor {auditor:.2} s of it", best.0);
    println!("serde_json      {:.2} s", best.1);
    println!("time ratio      {:.2} (under 3, aim 2)", best.0 / best.1);
    println!("peak memory     {peak:.0} MB, {:.2} of the file (under 3)", peak / mega(state.len()));
    growth();
    let _ = std::fs::remove_dir_all(&folder);
}

/// Exponent of the growth from 1,000 to 50,000 resources.
fn growth() {
    let mut points = Vec::new();
    for count in [1_000, 10_000, 50_000] {
        let state = generate(count, 1_500);
        let mut least = f64::MAX;
        for _ in 0..2 {
            let started = Instant::now();
            let planned = plan(&state, Manifests::default, drop);
            least = least.min(started.elapsed().as_secs_f64());
            drop(planned);
        }
        println!("{count:>6} resources  {least:.3} s");
        points.push((f64::from(count), least));
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    println!("exponent        {:.2} (at most 1.1)", (last.1 / first.1).ln() / (last.0 / first.0).ln());
}

/// Plans and audits; `audited` is told the seconds that the auditor took of it. Neither here nor with the rival does
/// the time have the freeing of what was made.
fn plan<'s>(
    state: &'s str,
    manifests: impl FnOnce() -> Manifests + Send,
    audited: impl FnOnce(f64),
) -> (PlanningInput<'s>, drplan::plan::Plan) {
    // As the command line does.
    let (state, manifests) = rayon::join(|| read_state(state, "state.tfstate").unwrap(), manifests);
    let input = PlanningInput {
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
        settings: Settings::default(),
        primary: None,
        recovery: "us-west-2".to_owned(),
        state,
        configuration: None,
        manifests,
        observation: None,
        inventory: None,
        engine_plan: None,
        durations: None,
        own_run: None,
        pipelines: Vec::new(),
        gaps: Vec::new(),
    };
    let plan = plan_region(&input).unwrap();
    let started = Instant::now();
    if let Err(violations) = audit(&plan) {
        panic!("the auditor refuses the plan: {}", violations[0]);
    }
    assert!(!plan.steps.is_empty());
    audited(started.elapsed().as_secs_f64());
    (input, plan)
}

fn read(folder: &std::path::Path) -> Manifests {
    read_manifests(&Request {
        paths: vec![folder.to_owned()],
        exclude: Vec::new(),
        base: folder.to_owned(),
        tools: Tools::default(),
    })
    .unwrap()
}

/// Stacks of a VPC, subnets, groups, roles, instances, queues and records that refer to each other.
fn generate(count: u32, bytes: usize) -> String {
    let mut out = String::with_capacity(count as usize * (bytes + 800));
    out.push_str(r#"{"version":4,"terraform_version":"1.11.4","serial":9,"lineage":"bench","outputs":{},"resources":["#);
    // As states have them: many short attributes, indented, keys in order.
    let fields = bytes / 52;
    for n in 0..count {
        if n > 0 {
            out.push(',');
        }
        let stack = n / 20;
        let (kind, extra) = match n % 20 {
            0 => ("aws_vpc", format!(r#""id":"vpc-{stack:017x}","cidr_block":"10.0.0.0/16""#)),
            1..=4 => (
                "aws_subnet",
                format!(
                    r#""id":"subnet-{n:017x}","vpc_id":"vpc-{stack:017x}","availability_zone":"us-east-2a""#
                ),
            ),
            5..=8 => ("aws_security_group", format!(r#""id":"sg-{n:017x}","vpc_id":"vpc-{stack:017x}""#)),
            9 | 10 => ("aws_iam_role", format!(r#""id":"role-{n}","name":"role-{n}""#)),
            11..=14 => {
                ("aws_cloudwatch_log_group", format!(r#""id":"/app/{n}","name":"/app/{n}","kms_key_id":"""#))
            }
            _ => (
                "aws_lambda_function",
                format!(
                    r#""id":"fn-{n}","function_name":"fn-{n}","invoke_arn":"arn:aws:apigateway:us-east-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-2:123456789012:function:fn-{n}/invocations""#
                ),
            ),
        };
        let arn = match kind {
            "aws_iam_role" => format!("arn:aws:iam::123456789012:role/role-{n}"),
            "aws_lambda_function" => format!("arn:aws:lambda:us-east-2:123456789012:function:fn-{n}"),
            _ => format!("arn:aws:ec2:us-east-2:123456789012:thing/{n}"),
        };
        let depends = if n % 20 == 0 { String::new() } else { format!(r#""aws_vpc.r{}""#, stack * 20) };
        let _ = write!(
            out,
            r#"{{"mode":"managed","type":"{kind}","name":"r{n}","provider":"provider[\"registry.terraform.io/hashicorp/aws\"]","instances":[{{"schema_version":1,"attributes":{{"arn":"{arn}",{extra},"environment":[{{"variables":{{"SUBNET":"subnet-{:017x}","TARGET":"vpc-{stack:017x}""#,
            stack * 20 + 1
        );
        for field in 0..fields {
            let _ = write!(out, ",\n              \"attribute_{field:03}\": \"value {n} of {field}\"");
        }
        let _ = write!(
            out,
            r#"}}}}],"tags":{{"Name":"r{n}"}}}},"sensitive_attributes":[],"dependencies":[{depends}]}}]}}"#
        );
    }
    out.push_str("]}");
    out
}

fn write_manifests(folder: &std::path::Path, count: u32) {
    for n in 0..count {
        let text = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-{n}\n  namespace: default\nspec:\n  replicas: 2\n  selector: {{matchLabels: {{app: a{n}}}}}\n  template:\n    metadata: {{labels: {{app: a{n}}}}}\n    spec:\n      containers:\n        - name: app\n          image: 123456789012.dkr.ecr.us-east-2.amazonaws.com/app:{n}\n          env:\n            - {{name: VPC, value: vpc-{:017x}}}\n            - {{name: REGION, value: us-east-2}}\n",
            n % 700
        );
        std::fs::write(folder.join(format!("{n}.yaml")), text).unwrap();
    }
}

fn reset_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// MB of a line of /proc/self/status; 0 where there is none.
fn resident(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap_or(0.0) / 1_024.0
}

#[expect(clippy::cast_precision_loss, reason = "sizes in MB")]
fn mega(bytes: usize) -> f64 {
    bytes as f64 / 1_048_576.0
}
