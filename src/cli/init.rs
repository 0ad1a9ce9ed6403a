//! `drplan init`: looks at a repository and writes a commented drplan.hcl.

use std::fmt::Write as _;

use super::args::Init;
use super::look::{self, Found};
use super::output::Screen;
use super::save::save;
use super::{Exit, Failure};
use crate::model::diagnostic::{Place, Problem};

pub(super) fn run(args: &Init, screen: &Screen) -> Result<Exit, Failure> {
    let path = std::path::Path::new("drplan.hcl");
    if path.exists() && !args.force {
        let fix = "edit it, or write it anew with --force";
        return Err(Failure::BadInput(
            Problem::at(Place::file("drplan.hcl"), "it is there already", fix).into(),
        ));
    }
    let found = look::look()?;
    save(path, render(&found).as_bytes(), "")?;
    screen.result(
        format!(
            "wrote drplan.hcl; next: drplan region REGION{}\n",
            if found.state.is_some() { "" } else { " --state FILE" }
        )
        .as_bytes(),
    )?;
    Ok(Exit::Done)
}

fn render(found: &Found) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "# What drplan cannot see by itself. Every attribute: docs/configuration.md.");
    let _ = writeln!(out, "stack = {:?}\n", found.stack);
    let primary = found.primary.as_deref();
    let recovery = if primary == Some("us-west-2") { "us-east-2" } else { "us-west-2" };
    match primary {
        Some(primary) => {
            let _ = writeln!(out, "# The region that is lost: most resources of the state lie in it.");
            let _ = writeln!(out, "primary = {primary:?}");
        }
        None => {
            let _ = writeln!(
                out,
                "# The region that is lost; else the one that most resources of the state name."
            );
            let _ = writeln!(out, "# primary = \"us-east-2\"");
        }
    }
    let _ = writeln!(out, "\n# Where it may be stood up again.\n# recovery = [{recovery:?}]\n");
    match &found.state {
        Some(state) => {
            let _ = writeln!(out, "state {{\n  path = {state:?}\n}}\n");
        }
        None => {
            let _ = writeln!(out, "# state {{\n#   path = \"s3://BUCKET/KEY\"\n# }}\n");
        }
    }
    if let Some(dir) = &found.terraform {
        let _ = writeln!(out, "terraform {{\n  dir = {dir:?}\n}}\n");
    }
    if let Some(path) = &found.manifests {
        let _ = writeln!(out, "manifests {{\n  paths = [{path:?}]\n}}\n");
    }
    let _ = writeln!(out, "# Record both regions while they are healthy; files of these names are found:");
    let _ = writeln!(
        out,
        "#   drplan inventory {} --primary -o observation.json",
        primary.unwrap_or("us-east-2")
    );
    let _ = writeln!(out, "#   drplan inventory {recovery} -o inventory.json");
    for (attribute, named) in [("observation", &found.observation), ("inventory  ", &found.inventory)] {
        let _ = match named {
            Some(file) => writeln!(out, "{attribute} = {file:?}"),
            None => writeln!(out, "# {attribute} = \"{}.json\"", attribute.trim_end()),
        };
    }
    out.push('\n');
    let _ = writeln!(out, "# What recovery must hold to.");
    let _ = writeln!(
        out,
        "# objective \"stack\" {{\n#   rto = \"1h\"\n# }}\n# objective \"database\" {{\n#   rpo = \"24h\"\n# }}"
    );
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{Found, render};
    use crate::sources::hcl::read_settings;

    #[test]
    fn what_is_written_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("drplan.hcl");
        let text = |name: &str| Some(name.to_owned());
        let all = Found {
            stack: "shop".to_owned(),
            state: text("terraform.tfstate"),
            terraform: text("terraform"),
            manifests: text("kubernetes"),
            primary: text("us-west-2"),
            inventory: text("inventory.json"),
            observation: None,
        };
        let stack = "shop".to_owned();
        let none = Found {
            stack,
            state: None,
            terraform: None,
            manifests: None,
            primary: None,
            inventory: None,
            observation: None,
        };
        for (found, state) in [(all, text("terraform.tfstate")), (none, None)] {
            let (primary, recorded) = (found.primary.clone(), usize::from(found.inventory.is_some()));
            std::fs::write(&file, render(&found)).unwrap();
            let settings = read_settings(&file).unwrap();
            assert_eq!((settings.inventory.len(), settings.observation), (recorded, None));
            assert_eq!(
                (settings.stack.as_str(), settings.state.source, settings.primary),
                ("shop", state, primary)
            );
        }
    }
}
