//! Kustomizations and charts that could not be rendered. That they are not is told elsewhere (`manifest-unrendered`);
//! here it matters what others name and they may bring: what stands in their files is believed to be there, and of what
//! they take from elsewhere nobody knows what it has.

use std::collections::HashSet;

use super::thing::{API, DEFINITION, LABEL, Thing};
use crate::model::document::{Unit, UnitKind};
use crate::planner::facts::Facts;

/// All units that could not be rendered.
pub(super) struct Unread<'i> {
    units: Vec<UnreadUnit<'i>>,
}

struct UnreadUnit<'i> {
    unit: &'i Unit,
    texts: Vec<&'i str>,
    /// The kinds that are written in its files.
    kinds: HashSet<&'i str>,
    /// Whether its objects are called otherwise than its files call them.
    renames: bool,
}

/// What makes objects without their kind being written.
/// <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/configmapgenerator/>
const GENERATORS: [(&str, &str); 2] = [("configMapGenerator:", "ConfigMap"), ("secretGenerator:", "Secret")];

impl<'i> Unread<'i> {
    pub(super) fn read(facts: &Facts<'i, '_>) -> Self {
        let manifests = &facts.input.manifests;
        let units = manifests.units.iter().filter(|unit| !unit.rendered).map(|unit| {
            let files: HashSet<&str> = unit.files.iter().map(String::as_str).collect();
            let texts = manifests.texts.iter().filter(|source| files.contains(source.path.as_str()));
            UnreadUnit::read(unit, texts.map(|source| source.text.as_str()).collect())
        });
        Self { units: units.collect() }
    }

    /// Whether it stands in the files of one of them.
    pub(super) fn holds(&self, thing: &Thing<'_>) -> bool {
        self.units.iter().any(|unit| unit.holds(thing))
    }

    /// The folder of one that takes in what nobody knows, where that may be it.
    pub(super) fn may_take_in(&self, thing: &Thing<'_>) -> Option<&'i str> {
        let mut units = self.units.iter().filter(|unit| unit.unit.takes_foreign && unit.reaches(thing));
        units.next().map(|unit| unit.unit.folder.as_str())
    }
}

impl<'i> UnreadUnit<'i> {
    fn read(unit: &'i Unit, texts: Vec<&'i str>) -> Self {
        let mut kinds = HashSet::new();
        // What templates call an object only the renderer knows.
        let mut renames = unit.kind == UnitKind::Chart;
        for line in texts.iter().flat_map(|text| text.lines()).map(str::trim_start) {
            if let Some(kind) = line.trim_start_matches("- ").strip_prefix("kind:") {
                kinds.insert(kind.trim().trim_matches(['"', '\'']));
            }
            let generated = GENERATORS.iter().filter(|(generator, _)| line.starts_with(generator));
            kinds.extend(generated.map(|(_, kind)| *kind));
            renames |= ["namePrefix:", "nameSuffix:"].iter().any(|field| line.starts_with(field));
        }
        Self { unit, texts, kinds, renames }
    }

    fn holds(&self, thing: &Thing<'_>) -> bool {
        let name = match &*thing.kind {
            // A label of nodes stands in an object of another kind.
            LABEL => return false,
            DEFINITION => thing.group().unwrap_or(&thing.name),
            API => &thing.name,
            _ if self.renames => "",
            _ => &thing.name,
        };
        self.kinds.contains(&*thing.kind)
            && self.reaches(thing)
            && self.texts.iter().any(|text| text.contains(name))
    }

    /// Whether its objects come to lie where the thing does.
    fn reaches(&self, thing: &Thing<'_>) -> bool {
        let own = self.unit.namespace.as_deref();
        thing.namespace.is_empty() || own.is_none_or(|own| own == thing.namespace)
    }
}
