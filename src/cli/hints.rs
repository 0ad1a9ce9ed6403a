//! What the inputs say that an inventory should be asked for.

use std::collections::BTreeSet;

use crate::model::configuration::Configuration;
use crate::model::document::Manifests;
use crate::model::settings::Settings;
use crate::model::state::State;
use crate::sources::aws::{self, InventoryRequest};

/// Inputs that name what a stack is made of.
pub(super) struct Hints<'h> {
    pub(super) settings: &'h Settings,
    pub(super) state: Option<&'h State<'h>>,
    pub(super) configuration: Option<&'h Configuration>,
    pub(super) manifests: &'h Manifests,
}

impl Hints<'_> {
    /// The request. Repositories are named only where an input names one; else all are asked for.
    pub(super) fn request(&self, at: jiff::Timestamp) -> InventoryRequest {
        InventoryRequest {
            engines: self.state.map(aws::engines_of).unwrap_or_default(),
            repositories: self.repositories(),
            workspace: aws::workspace_of(self.settings, self.configuration),
            ..InventoryRequest::new(at)
        }
    }

    /// Repositories of the state and of images, wherever they are named: one that is not asked for is unknown.
    fn repositories(&self) -> Vec<String> {
        let state = self.state.iter().flat_map(|state| &state.instances).map(|instance| instance.attributes);
        let manifests = self.manifests.texts.iter().map(|text| text.text.as_str());
        let counterparts = self.settings.counterparts.iter().map(|counterpart| counterpart.to.as_str());
        let modules = self.configuration.iter().flat_map(|configuration| &configuration.modules);
        let arguments = modules.flat_map(|module| {
            let resources = module.resources.iter().flat_map(|resource| &resource.arguments);
            let variables = module.variables.iter().filter_map(|variable| variable.default.as_ref());
            resources.chain(variables).chain(&module.others)
        });
        let code = arguments.flat_map(|argument| &argument.literals).map(|literal| literal.text.as_str());
        let texts = state.chain(manifests).chain(counterparts).chain(code);
        texts.flat_map(aws::repositories_in).map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
    }
}
