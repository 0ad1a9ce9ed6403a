//! Every rewrite with its origin, by file and object.

use std::collections::BTreeMap;

use super::Options;
use super::action::place;
use super::resource::{fate_of, of_owner};
use super::screen::{Screen, Style, bold, dim, plain};
use super::text::count;
use crate::plan::Plan;
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};

/// Where uses stand together: files before the state, an object at a time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Holder<'a> {
    File { file: &'a str, object: Option<&'a str> },
    Resource(&'a str),
}

/// All uses that are rewritten, known after a step or unplaced; those that stay are counted.
#[must_use]
pub fn render_values(plan: &Plan, options: Options<'_>) -> String {
    let mut holders: BTreeMap<Holder<'_>, Vec<(&OwnedValue, &Use)>> = BTreeMap::new();
    let mut tally: BTreeMap<UseDisposition, usize> = BTreeMap::new();
    for value in &plan.values {
        for used in &value.uses {
            *tally.entry(used.disposition).or_default() += 1;
            if matches!(used.disposition, UseDisposition::Own | UseDisposition::Kept) {
                continue;
            }
            let holder = match &used.site {
                Site::Resource { resource, .. } => Holder::Resource(resource),
                Site::File { file, object, .. } => Holder::File { file, object: object.as_deref() },
            };
            holders.entry(holder).or_default().push((value, used));
        }
    }
    let mut screen = Screen::new(options);
    for (holder, mut uses) in holders {
        screen.gap();
        match holder {
            Holder::File { file, object } => {
                screen.text(2, &[bold(file), dim(object.map(|o| format!("   {o}")).unwrap_or_default())]);
            }
            Holder::Resource(resource) => screen.text(2, &[bold(resource), dim("   in the state")]),
        }
        uses.sort_by(|a, b| a.1.site.cmp(&b.1.site));
        for (value, used) in uses {
            one(&mut screen, value, used);
        }
    }
    screen.gap();
    last_line(&mut screen, &tally);
    screen.finish()
}

fn one(screen: &mut Screen, value: &OwnedValue, used: &Use) {
    let (line, path, within) = match &used.site {
        Site::Resource { path, within, .. } => (String::new(), path, within),
        Site::File { line, path, within, .. } => (line.to_string(), path, within),
    };
    screen.text(8, &[dim(format!("{line:>6}  ")), plain(place(path, within.as_deref()))]);
    screen.text(
        10,
        &[
            plain(format!("        {}", value.value)),
            dim(format!("   {}{}", value.kind.as_str(), of_owner(value))),
        ],
    );
    screen.text(11, &[plain("        "), fate_of(used)]);
}

fn last_line(screen: &mut Screen, tally: &BTreeMap<UseDisposition, usize>) {
    let of = |wanted| tally.get(&wanted).copied().unwrap_or(0);
    let unplaced = of(UseDisposition::Unplaced);
    screen.text(
        2,
        &[
            bold(format!("{} rewritten", count(of(UseDisposition::Rewritten), "use"))),
            plain(format!(", {} known after a step, ", of(UseDisposition::KnownAfter))),
            (if unplaced > 0 { Style::Bad } else { Style::Plain }, format!("{unplaced} unplaced")),
            plain(format!(
                "; not shown: {} kept as they are, {} where the owner speaks of itself.",
                of(UseDisposition::Kept),
                of(UseDisposition::Own)
            )),
        ],
    );
}
