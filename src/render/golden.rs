//! Golden screens: each file in `golden/` is a screen that somebody has read.
//!
//! A test that fails prints the new screen between two marked lines; read it before it replaces the old one.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "tests")]

use super::Options;
use super::explain::explain;
use super::human::{render_plan, render_resource, render_step, render_values};
use super::markdown::render_markdown;
use super::problems::render_problems;
use super::sample::{PRIMARY, bad_day, good_day, hostile, problems};
use super::steps::render_steps;

const SHOWN: Options<'_> = Options { color: false, width: 100, verbose: 0, saved: Some("plan.json") };

fn check(name: &str, expected: &str, actual: &str) {
    if expected != actual {
        println!("8<---- {name}\n{actual}8<---- end");
        let diff = similar::TextDiff::from_lines(expected, actual);
        panic!("{name} differs:\n{}", diff.unified_diff().context_radius(2));
    }
    for line in actual.lines() {
        assert_eq!(line.trim_end(), line, "{name}: spaces at the end of a line");
    }
}

macro_rules! golden {
    ($($name:ident: $actual:expr;)*) => {$(
        #[test]
        fn $name() {
            check(stringify!($name), include_str!(concat!("golden/", stringify!($name), ".txt")), &$actual);
        }
    )*};
}

golden! {
    good: render_plan(&good_day(), SHOWN);
    good_verbose: render_plan(&good_day(), Options { verbose: 1, saved: None, ..SHOWN });
    bad: render_plan(&bad_day(), SHOWN);
    bad_narrow: render_plan(&bad_day(), Options { width: 60, ..SHOWN });
    bad_color: render_plan(&bad_day(), Options { color: true, ..SHOWN });
    step_restore: render_step(&good_day(), "restore/primary", SHOWN).unwrap();
    step_record: render_step(&good_day(), "dns/shop.example.com", SHOWN).unwrap();
    resource_primary: render_resource(&bad_day(), PRIMARY, SHOWN).unwrap();
    resource_role: render_resource(&good_day(), "module.iam.aws_iam_role.payment", SHOWN).unwrap();
    steps: render_steps(&good_day(), None, SHOWN);
    values: render_values(&good_day(), SHOWN);
    problem_list: render_problems(&problems(), SHOWN);
    problem_list_color: render_problems(&problems(), Options { color: true, ..SHOWN });
    hostile_names: render_plan(&hostile(), SHOWN);
    markdown_good: render_markdown(&good_day()).unwrap();
    markdown_bad: render_markdown(&bad_day()).unwrap();
    markdown_hostile: render_markdown(&hostile()).unwrap();
}

/// Whatever a name brings, a screen has only the lines, the escapes and the width that drplan gives it.
#[test]
fn nothing_hostile_reaches_a_terminal() {
    let plan = hostile();
    for options in [SHOWN, Options { color: true, verbose: 1, ..SHOWN }, Options { width: 40, ..SHOWN }] {
        let mut screens = vec![render_plan(&plan, options), render_values(&plan, options)];
        screens.extend(plan.steps.iter().map(|step| render_step(&plan, &step.id, options).unwrap()));
        screens.extend(plan.resources.iter().map(|r| render_resource(&plan, &r.address, options).unwrap()));
        screens.push(render_problems(&problems(), options));
        for screen in screens {
            // Escapes of drplan's own colours are taken away; any other stays and is found.
            let bare = screen.split("\u{1b}[").enumerate().fold(String::new(), |bare, (at, part)| {
                let part = if at == 0 { part } else { part.split_once('m').map_or(part, |(_, rest)| rest) };
                bare + part
            });
            for line in bare.lines() {
                assert!(!line.contains(super::text::is_hostile), "{line:?}");
                // What a reader copies stays whole.
                let copied = ["drplan ", "saved "].iter().any(|word| line.starts_with(word));
                assert!(copied || super::text::width(line) <= options.width, "{line}");
            }
        }
    }
}

/// Rows of a Markdown table keep their number of cells, and no tag is opened but drplan's own.
#[test]
fn nothing_hostile_reaches_markdown() {
    let text = render_markdown(&hostile()).unwrap();
    let mut cells = None;
    for line in text.lines() {
        if line.starts_with('|') {
            let now = line.replace("\\|", "").matches('|').count();
            assert_eq!(*cells.get_or_insert(now), now, "{line}");
        } else {
            cells = None;
        }
        let mut outside = String::new();
        for (at, part) in line.split('`').enumerate() {
            if at % 2 == 0 {
                outside.push_str(part);
            }
        }
        for tag in outside.split('<').skip(1) {
            let own = ["details>", "/details>", "summary>", "/summary>", "code>", "/code>", "br>", "!-- -->"];
            assert!(own.iter().any(|own| tag.starts_with(own)), "{line}");
        }
    }
}

#[test]
fn a_name_that_is_not_there_brings_the_nearest() {
    let plan = good_day();
    let step = render_step(&plan, "restore/prmary", SHOWN).unwrap_err();
    assert_eq!(step.to_string(), "there is no step restore/prmary here");
    assert_eq!(step.near, ["restore/primary"]);
    let resource = render_resource(&plan, "aws_db_instance.primary", SHOWN).unwrap_err();
    assert_eq!(resource.near.first().unwrap(), PRIMARY);
    assert_eq!(explain("literal-unplacd").unwrap_err().near.first().unwrap(), "literal-unplaced");
}
