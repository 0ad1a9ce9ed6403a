//! A plan's rewrites and holds of the manifests as a kustomization, for teams whose manifests somebody else applies:
//! Argo CD, Flux, `kubectl apply -k`.
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>

mod images;
mod patches;
mod placeholders;

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::Value;

use super::text::{clean, count, short_digest};
use crate::model::document::Object;
use crate::plan::Plan;
use crate::plan::action::{Action, Hold};
use crate::plan::values::{OwnedValue, Site, Use, UseDisposition};
use images::Images;
use patches::{Patch, hold, rewrites};
use placeholders::Placeholders;

/// How a kustomization of drplan's begins, so that no other is overwritten.
pub const MARK: &str = "# drplan overlay";

/// An object that the plan applies, as it stands in the manifests.
#[derive(Clone, Debug)]
pub struct Part<'p> {
    /// The step's action, [`Action::ApplyObject`].
    pub action: &'p Action,
    /// The object.
    pub object: &'p Object,
    /// The same without what may be a secret.
    pub open: Value,
}

/// What the kustomization refers to, and how it is told.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// Files and kustomizations, relative to the folder that the kustomization stands in.
    pub resources: Vec<String>,
    /// Charts: kustomize renders none.
    pub charts: Vec<String>,
    /// The folder, as the reader finds it; none where the text is printed.
    pub folder: Option<String>,
    /// The folder that the text belongs into where it is printed.
    pub base: String,
    /// The plan, as the reader finds it.
    pub plan: String,
}

/// Uses of the primary's values in each string of an object, by its label and the pointer to the string.
type Uses<'p> = HashMap<(&'p str, &'p str), Vec<(&'p OwnedValue, &'p Use)>>;

/// The whole text of `kustomization.yaml`.
#[must_use]
pub fn render_overlay(plan: &Plan, parts: &[Part<'_>], layout: &Layout) -> String {
    let uses = uses(plan);
    let images = Images::of(parts);
    let mut placeholders = Placeholders::default();
    let (mut patches, mut held, mut unwritten) = (Vec::new(), Vec::new(), Vec::new());
    for part in parts {
        let (patch, more) = rewrites(part, parts, &uses, &images, &mut placeholders);
        patches.extend(patch);
        unwritten.extend(more);
        if let Action::ApplyObject { hold: Some(kind), .. } = part.action {
            held.push((part.object.label(), *kind));
            patches.push(hold(part, parts, *kind));
        }
    }
    let mut out = String::new();
    head(&mut out, plan, layout);
    placeholders.list(&mut out);
    list(
        &mut out,
        "Held until traffic moves; remove the patch of each where its gate has passed:",
        held.iter().map(|(label, hold)| format!("{label}: {}", holds(*hold))),
    );
    list(
        &mut out,
        "Not in here, do it yourself or let drplan:",
        unwritten.into_iter().chain(of_charts(layout)),
    );
    let open = plan.values.iter().flat_map(|value| &value.uses).filter(|one| is_unplaced(one)).count();
    if open > 0 {
        let _ = writeln!(
            out,
            "# {} of the manifests names the lost region, and nobody knows what to put there: see the findings of the plan.\n#",
            count(open, "place")
        );
    }
    body(&mut out, layout, &images, &patches);
    out
}

fn is_unplaced(one: &Use) -> bool {
    one.disposition == UseDisposition::Unplaced && matches!(one.site, Site::File { object: Some(_), .. })
}

fn uses(plan: &Plan) -> Uses<'_> {
    let mut uses: Uses<'_> = HashMap::new();
    for value in &plan.values {
        for one in &value.uses {
            if let Site::File { object: Some(object), path, .. } = &one.site {
                uses.entry((object.as_str(), path.as_str())).or_default().push((value, one));
            }
        }
    }
    uses
}

fn head(out: &mut String, plan: &Plan, layout: &Layout) {
    let Layout { resources, charts: _, folder, base, plan: from } = layout;
    let _ = writeln!(
        out,
        "{MARK}: the manifests of {} as the recovery in {} needs them.\n#\n# Of plan {}, decisions {}; made anew by\n#   {}",
        clean(&plan.stack),
        clean(&plan.saw.recovery_region),
        short_digest(&plan.digest),
        short_digest(&plan.decision_digest),
        clean(from),
    );
    if folder.is_none() {
        let _ = writeln!(out, "# Its paths are those of a kustomization.yaml in {}.", clean(base));
    }
    let shown = folder.as_deref().unwrap_or(base);
    let shown = clean(&crate::model::paste::shell(shown)).into_owned();
    let outside = resources.iter().any(|path| path.starts_with("..") && is_file(path));
    if outside {
        let _ = writeln!(
            out,
            "# It refers to files outside of its folder, which Flux takes as it is. Else:\n\
             #   kubectl kustomize --load-restrictor LoadRestrictionsNone {shown} | kubectl apply -f -\n\
             # and for Argo CD `kustomize.buildOptions: --load-restrictor LoadRestrictionsNone` in argocd-cm.",
        );
    } else {
        let _ = writeln!(
            out,
            "# To look at it: kubectl kustomize {shown}; to apply it: kubectl apply -k {shown}"
        );
    }
    out.push_str(
        "# Whoever applies it keeps the order of the plan: data first, then this, traffic last. A patch whose `test` fails\n\
         # tells that the manifest has changed since: make it anew.\n#\n",
    );
}

fn is_file(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|end| path.to_ascii_lowercase().ends_with(end))
}

fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "# {title}");
    for line in lines {
        let _ = writeln!(out, "#   {}", clean(&line));
    }
    out.push_str("#\n");
}

fn of_charts(layout: &Layout) -> impl Iterator<Item = String> {
    layout.charts.iter().map(|chart| {
        format!("chart {chart}: kustomize renders no charts; give it values for the recovery (drplan show PLAN --values)")
    })
}

const fn holds(hold: Hold) -> &'static str {
    match hold {
        Hold::Suspend => "suspended",
        Hold::Replicas => "at 0 replicas",
        Hold::Ask => "left out",
    }
}

fn body(out: &mut String, layout: &Layout, images: &Images, patches: &[Patch]) {
    out.push_str("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:");
    if layout.resources.is_empty() {
        out.push_str(" []");
    }
    out.push('\n');
    for resource in &layout.resources {
        let _ = writeln!(out, "  - {}", quoted(resource));
    }
    images.put(out);
    if patches.is_empty() {
        return;
    }
    out.push_str("patches:\n");
    for Patch { why, target, operations } in patches {
        let _ = writeln!(out, "  # {}\n  - target: {}\n    patch: |-", clean(why), json(target));
        for operation in operations {
            let _ = writeln!(out, "      {operation}");
        }
    }
}

/// A text as YAML and JSON both take it, on one line.
fn quoted(text: &str) -> String {
    json(&Value::String(text.to_owned()))
}

/// JSON that YAML reads likewise: what YAML takes for a break or cannot print is escaped.
fn json(value: &Value) -> String {
    let text = value.to_string();
    if text.is_ascii() && !text.contains('\u{7f}') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
