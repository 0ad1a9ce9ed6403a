//! Charts: folders with a Chart.yaml, each with the files below it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::find::{Finds, is_kustomization};
use super::kustomization::Role;
use super::reader::Reader;
use super::units::{Member, Planned, folder_of};
use crate::model::document::UnitKind;

/// Why the files of a library chart are passed over.
pub(super) const LIBRARY: &str = "part of a library chart, which nothing here renders";

/// The charts among the files.
#[derive(Debug, Default)]
pub(super) struct Charts {
    pub(super) units: Vec<Planned>,
    /// Files of library charts.
    pub(super) idle: Vec<Member>,
    /// Owners by their folder.
    folders: BTreeSet<PathBuf>,
}

impl Charts {
    /// Finds the charts. A chart in another's `charts` folder is part of that one.
    pub(super) fn find(finds: &Finds, reader: &mut Reader) -> Self {
        let files = finds.files.iter().filter(|(_, found)| found.real.ends_with("Chart.yaml"));
        let all: BTreeMap<&Path, &String> =
            files.filter_map(|(shown, found)| Some((found.real.parent()?, shown))).collect();
        let mut charts = Self::default();
        for folder in all.keys() {
            let inside = folder.ancestors().skip(1).any(|above| {
                all.contains_key(&above)
                    && folder.strip_prefix(above).is_ok_and(|below| below.starts_with("charts"))
            });
            if !inside {
                charts.folders.insert((*folder).to_owned());
            }
        }
        let mut members: BTreeMap<PathBuf, Vec<Member>> = BTreeMap::new();
        for (shown, found) in &finds.files {
            if let Some(folder) = charts.owner(&found.real) {
                let member = Member { path: found.real.clone(), shown: shown.clone(), role: Role::Other };
                members.entry(folder.to_owned()).or_default().push(member);
            }
        }
        for (folder, members) in members {
            let Some(file) = all.get(folder.as_path()).copied() else { continue };
            let Some(chart) = reader.read_chart(&folder.join("Chart.yaml"), file) else { continue };
            if chart.library {
                charts.idle.extend(members);
                continue;
            }
            charts.units.push(Planned {
                kind: UnitKind::Chart,
                shown: folder_of(file),
                folder,
                file: file.clone(),
                release: chart.name,
                members,
                refused: None,
                takes_foreign: chart.has_dependencies,
                namespace: None,
            });
        }
        charts
    }

    /// The chart that a file is part of. A kustomization that lies beside the chart's own folders is its own.
    pub(super) fn owner(&self, file: &Path) -> Option<&Path> {
        let owner = file.ancestors().skip(1).find_map(|folder| self.folders.get(folder))?;
        let below = file.strip_prefix(owner).ok()?;
        let own = ["templates", "crds", "charts"].iter().any(|part| below.starts_with(part));
        (own || !is_kustomization(file)).then_some(owner)
    }
}
