//! Where the engine's state is kept, of the primary and of the recovery.

use super::super::commands;
use super::Checks;
use crate::model::configuration::Backend;
use crate::plan::action::Check;
use crate::plan::step::Plane;

impl Checks<'_, '_, '_> {
    /// Whatever the recorded workspace holds counts as recovered: it must be the recovery's own.
    pub(super) fn workspace(&mut self) {
        let facts = self.facts;
        let Some(recorded) = self.inventory().and_then(|inventory| inventory.workspace.as_ref()) else {
            return;
        };
        let (own, primary) = (facts.workspace(), &facts.input.state);
        let holds_primary = !recorded.addresses.is_empty()
            && recorded.lineage.as_deref().is_some_and(|lineage| lineage == primary.lineage);
        let (message, fix) = if recorded.name != own {
            (
                format!("the inventory recorded workspace {}, and the recovery's is {own}", recorded.name),
                format!("record it again beside this drplan.hcl: drplan inventory {}", facts.recovery),
            )
        } else if holds_primary {
            (
                format!(
                    "workspace {own} of the recovery holds the primary's own state (lineage {}): {} resources of the \
                     lost region count as recovered",
                    primary.lineage,
                    recorded.addresses.len()
                ),
                "name a workspace that is the recovery's: terraform { workspace = \"...\" }; a copy of the primary's \
                 state is none"
                    .to_owned(),
            )
        } else {
            return;
        };
        self.findings.add("workspace-not-own", own, message, fix, None);
    }

    /// A block that leaves bucket and region to whoever runs `init` says nothing of where the state lies.
    fn unknown_backend(&mut self, backend: Option<&Backend>) {
        let state = &self.facts.input.settings.state;
        let left_open = |backend: &&Backend| backend.kind == "s3" && backend.text("region").is_none();
        let seen = |backend: &&Backend| {
            let buckets = self.facts.inventory().and_then(|inventory| inventory.buckets.as_ref());
            buckets.into_iter().flatten().any(|known| Some(&*known.name) == backend.text("bucket"))
        };
        let open = backend.filter(left_open).filter(|backend| !seen(backend));
        let Some(backend) = open.filter(|_| state.source.is_none()) else { return };
        self.findings.add(
            "backend-unknown",
            "backend.s3",
            "where the state lies is left to whoever runs `init`: whether it is lost with the primary is not known",
            "name bucket, key and region in the state block of drplan.hcl",
            backend.place.clone(),
        );
    }

    /// A bucket elsewhere is of no use without the key, the table or the host of the lost region that its block names.
    fn stands_on(&mut self, backend: &Backend, primary: &str) {
        for argument in backend.arguments.iter().filter(|argument| argument.path != "region") {
            let mut parts = argument.literals.iter().flat_map(|literal| literal.text.split([':', '.', '/']));
            if !parts.any(|part| part == primary) {
                continue;
            }
            self.findings.add(
                "backend-in-primary",
                format!("backend.{}.{}", backend.kind, argument.path),
                format!("{} of the backend is of {primary}: without it the engine cannot read or write the state", argument.path),
                "name one that does not go with the primary: a multi-Region key, a table or a host of the bucket's own region",
                argument.place.clone(),
            );
        }
    }

    pub(super) fn state_backend(&mut self) {
        let configuration = self.facts.input.configuration.as_ref();
        let backend = configuration.and_then(|configuration| {
            configuration.modules.iter().find_map(|module| module.backend.as_ref())
        });
        if let Some(backend) = backend {
            let place = place_of(backend);
            let check = Check::StateBackend { backend: format!("{} {place}", backend.kind) };
            self.add("state-backend", check, Plane::Data);
        }
        let Some(primary) = self.facts.primary.clone() else { return };
        if let Some(backend) = backend {
            self.stands_on(backend, &primary);
        }
        let state = &self.facts.input.settings.state;
        // A partial backend names its bucket at most: where that lies, the inventory tells.
        let seen = |backend: &Backend| {
            let buckets = self.facts.inventory().and_then(|inventory| inventory.buckets.as_ref());
            let bucket = backend.text("bucket")?;
            buckets?.iter().find(|known| known.name == bucket).map(|known| known.region.clone())
        };
        let lies = |backend: &Backend| {
            backend.text("region").map(str::to_owned).or_else(|| seen(backend)).as_deref() == Some(&*primary)
        };
        let code = backend.filter(|backend| backend.kind == "s3" && lies(backend));
        // What drplan.hcl says of the bucket goes before the code, which may leave the region to whoever runs it.
        let bucket = match (&state.source, &state.region, code) {
            (Some(source), Some(region), _) if source.starts_with("s3://") && *region == primary => {
                source.clone()
            }
            (_, _, Some(backend)) => place_of(backend).to_owned(),
            _ => return self.unknown_backend(backend),
        };
        let at = code.and_then(|backend| backend.place.clone());
        if state.replica.is_none() {
            self.findings.add(
                "backend-in-primary",
                bucket,
                format!("the state's bucket lies in {primary}: it is gone when it is needed"),
                "replicate the bucket to another region and name it as replica in the state block of drplan.hcl: \
                 `replica { path = \"s3://...\" }`",
                at.clone(),
            );
        }
        // A copy is there to be read; the recovery writes to the backend of the code.
        if code.is_some() {
            let workspace = self.facts.workspace();
            self.findings.add(
                "workspace-same-backend",
                &workspace,
                format!(
                    "workspace {workspace} of the recovery would be kept in the same backend, in {primary}"
                ),
                format!(
                    "leave bucket and region out of the backend block and give the recovery's own: \
                     `{} {}init -reconfigure -backend-config=bucket=... -backend-config=region=...`",
                    commands::engine(self.facts),
                    commands::chdir(self.facts)
                ),
                at,
            );
        }
    }
}

/// What people call a backend's place.
fn place_of(backend: &Backend) -> &str {
    ["bucket", "hostname", "path"].iter().find_map(|name| backend.text(name)).unwrap_or("partial")
}
