//! Uses written out in the Terraform code, with file and line.

use std::collections::HashSet;

use super::super::dispositions::Decided;
use super::super::facts::Facts;
use super::super::findings::Findings;
use super::documents::literal_at;
use super::encoded;
use super::tokens::{Counterpart, Index, Owner, Token};
use super::uses::Uses;
use super::verdict::Verdict;
use crate::model::configuration::{Argument, Configuration, Literal, Module, RegionSource};
use crate::model::diagnostic::Place;
use crate::model::document::push_pointer;
use crate::model::paste;
use crate::model::secret;
use crate::model::settings::ValueSource;
use crate::model::value::ValueKind;
use crate::plan::resource::Disposition;
use crate::plan::values::{Site, UseDisposition};

/// What a literal stands in, which decides what becomes of it.
enum Context<'c> {
    /// A provider's region: the private copy gets an override.
    ProviderRegion,
    /// The backend: the private copy gets another.
    Backend,
    /// The default or given value of a variable.
    Variable(&'c str),
    /// What a module, a data source or a local value is given, and passes on.
    Passed,
    /// A resource that the engine makes from this text.
    Made,
    /// A resource that the engine imports, or changes, and then holds to this text.
    Held,
    /// A resource that stays as it is, or is left out.
    Left,
    /// Import and moved blocks: not part of what is made.
    History,
    /// Anything else that the engine may evaluate.
    Evaluated,
}

/// Searches every literal of the configuration.
pub(super) fn search<'f>(
    facts: &Facts<'_, '_>,
    decided: &Decided,
    index: &Index<'f>,
    uses: &mut Uses<'_, 'f>,
    findings: &mut Findings,
) {
    let Some(configuration) = &facts.input.configuration else { return };
    let overridden = overridden_variables(facts, configuration);
    let mut search = Search { facts, index, uses, findings, overridden };
    for module in &configuration.modules {
        let root = module.is_root();
        for provider in &module.providers {
            let name = format!("provider.{}", provider.name);
            if let RegionSource::Literal(literal) = &provider.region {
                let context = &Context::ProviderRegion;
                search.literal(literal, Spot { object: &name, path: "/region", context, chooses: false });
            }
            for argument in provider.arguments.iter().filter(|argument| argument.path != "region") {
                search.argument(argument, &name, &Context::Evaluated);
            }
        }
        if let Some(backend) = &module.backend {
            for argument in &backend.arguments {
                search.argument(argument, &format!("backend.{}", backend.kind), &Context::Backend);
            }
        }
        let used = used_variables(module);
        for variable in &module.variables {
            if let Some(default) = &variable.default {
                let is_used = !configuration.gaps.is_empty() || used.contains(variable.name.as_str());
                let given = configuration.given.iter().any(|given| given.variable == variable.name);
                let context = match (root, given) {
                    // Nothing is made of it.
                    _ if !is_used => Context::History,
                    (true, false) => Context::Variable(&variable.name),
                    // A file gives another value, and that is looked at.
                    (true, true) => Context::History,
                    // A module's caller mostly does.
                    (false, _) => Context::Evaluated,
                };
                search.argument(default, &format!("var.{}", variable.name), &context);
            }
        }
        for call in &module.calls {
            for argument in call.arguments.iter().filter(|argument| argument.path != "source") {
                search.argument(argument, &format!("module.{}", call.name), &Context::Passed);
            }
        }
        for block in &module.resources {
            let prefix = if block.data { "data." } else { "" };
            let name = format!("{prefix}{}.{}", block.type_name, block.name);
            let context =
                if block.data { Context::Passed } else { made_from(facts, decided, &module.paths, &name) };
            for argument in &block.arguments {
                search.argument(argument, &name, &context);
            }
        }
        let by_region = RegionMaps::of(module, facts.primary.as_deref());
        for argument in &module.others {
            let history = ["import", "moved", "removed", "terraform"]
                .iter()
                .any(|block| argument.path == *block || argument.path.starts_with(&format!("{block}.")));
            let context = match argument.path.split('.').next() {
                _ if history => Context::History,
                Some("locals") => Context::Passed,
                _ => Context::Evaluated,
            };
            let object = argument.path.split('.').next().unwrap_or_default().to_owned();
            // The entry of a map by region is looked up where that is the region: what lacks another is told of the map.
            let context = if by_region.is_of(argument) { Context::History } else { context };
            search.argument(argument, &object, &context);
        }
    }
    for given in &configuration.given {
        search.argument(
            &given.value,
            &format!("var.{}", given.variable),
            &Context::Variable(&given.variable),
        );
    }
}

/// Local values that are maps by region: paths of the maps that have an entry for the primary.
struct RegionMaps<'m> {
    maps: HashSet<&'m str>,
    primary: Option<&'m str>,
}

impl<'m> RegionMaps<'m> {
    fn of(module: &'m Module, primary: Option<&'m str>) -> Self {
        let locals = module.others.iter().filter(|argument| argument.is_of("locals"));
        let maps = locals.filter_map(|argument| Self::entry(&argument.path, primary?)).collect();
        Self { maps, primary }
    }

    /// The map that a path goes through by the key of a region.
    fn entry<'p>(path: &'p str, region: &str) -> Option<&'p str> {
        let mut from = 0;
        while let Some(at) = path.get(from..)?.find(region) {
            let (start, end) = (from + at, from + at + region.len());
            let ends = path.get(end..).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if ends && let Some(map) = path.get(..start).and_then(|map| map.strip_suffix('.')) {
                return Some(map);
            }
            from = end;
        }
        None
    }

    /// Whether an argument is such an entry, or the keys of such a map.
    fn is_of(&self, argument: &Argument) -> bool {
        let in_entry = self.primary.is_some_and(|primary| Self::entry(&argument.path, primary).is_some());
        in_entry || self.maps.contains(argument.path.as_str())
    }
}

/// Whether the engine makes anything from a block, or holds what it imports to it.
fn made_from<'c>(facts: &Facts<'_, '_>, decided: &Decided, paths: &[String], name: &str) -> Context<'c> {
    let mut found = None;
    for path in paths {
        let dot = if path.is_empty() { "" } else { "." };
        let Some(objects) = facts.by_config.get(format!("{path}{dot}{name}").as_str()) else { continue };
        for resource in objects.iter().filter_map(|at| decided.resource(*at)) {
            match resource.disposition {
                Disposition::Create => return Context::Made,
                Disposition::Share | Disposition::Skip | Disposition::Block => {
                    found.get_or_insert(Context::Left);
                }
                _ => found = Some(Context::Held),
            }
        }
    }
    // In code but not in the state: the engine would make it.
    found.unwrap_or(Context::Made)
}

/// Names of the variables that a module does anything with.
fn used_variables(module: &Module) -> HashSet<&str> {
    let of_blocks = module.resources.iter().flat_map(|block| &block.arguments);
    let of_calls = module.calls.iter().flat_map(|call| &call.arguments);
    let of_providers = module.providers.iter().flat_map(|provider| &provider.arguments);
    let arguments = of_blocks.chain(of_calls).chain(of_providers).chain(&module.others);
    let by_region = module.providers.iter().flat_map(|provider| match &provider.region {
        RegionSource::Variable(name) => vec![name.as_str()],
        RegionSource::Expression(references) => {
            references.iter().filter_map(|one| variable_of(one)).collect()
        }
        RegionSource::Environment | RegionSource::Literal(_) => Vec::new(),
    });
    arguments
        .flat_map(|argument| &argument.references)
        .filter_map(|one| variable_of(one))
        .chain(by_region)
        .collect()
}

/// The variable of a reference, `var.NAME` with whatever is taken of it.
fn variable_of(reference: &str) -> Option<&str> {
    reference.strip_prefix("var.").and_then(|rest| rest.split(['.', '[']).next())
}

/// Root variables whose value the recovery replaces: those that feed a provider's region, those that drplan.hcl gives.
fn overridden_variables(facts: &Facts<'_, '_>, configuration: &Configuration) -> HashSet<String> {
    let mut names: HashSet<String> = HashSet::new();
    for provider in configuration.root_module().iter().flat_map(|root| &root.providers) {
        if let (None, RegionSource::Variable(name)) = (&provider.alias, &provider.region) {
            names.insert(name.clone());
        }
    }
    for variable in &facts.input.settings.terraform.variables {
        if let ValueSource::Plain(_) = variable.source {
            names.insert(variable.name.clone());
        }
    }
    names
}

struct Search<'s, 'x, 'f, 'i, 'a> {
    facts: &'s Facts<'i, 'a>,
    index: &'s Index<'f>,
    uses: &'s mut Uses<'x, 'f>,
    findings: &'s mut Findings,
    overridden: HashSet<String>,
}

/// Where a literal stands.
#[derive(Clone, Copy)]
struct Spot<'c> {
    object: &'c str,
    path: &'c str,
    context: &'c Context<'c>,
    /// Whether its argument names a region to choose by, or both regions.
    chooses: bool,
}

impl Search<'_, '_, '_, '_, '_> {
    fn argument(&mut self, argument: &Argument, object: &str, context: &Context<'_>) {
        let mut pointer = String::new();
        argument.path.split('.').for_each(|part| push_pointer(&mut pointer, part));
        let (primary, recovery) = (self.facts.primary.as_deref(), self.facts.recovery);
        let chooses = argument.path.split('.').any(|part| Some(part) == primary)
            || argument
                .literals
                .iter()
                .any(|literal| literal.text.contains(recovery) || Some(&*literal.text) == primary);
        for literal in &argument.literals {
            self.literal(literal, Spot { object, path: &pointer, context, chooses });
        }
    }

    fn literal(&mut self, literal: &Literal, spot: Spot<'_>) {
        let index = self.index;
        let found = index.find(&literal.text);
        if found.is_empty() {
            // Inside an encoding there are no lines of the file: it stands where the literal begins.
            encoded::scan(index, &literal.text, &mut |hit| {
                self.found((hit.at.token, None), literal, literal.place.line, hit.within, spot);
            });
        }
        for hit in found {
            let line = literal.place.line + newlines(&literal.text[..hit.start]);
            self.found((hit.token, Some(hit.start)), literal, line, None, spot);
        }
    }

    fn found(
        &mut self,
        (at, start): (usize, Option<usize>),
        literal: &Literal,
        line: u32,
        within: Option<String>,
        Spot { object, path, context, chooses }: Spot<'_>,
    ) {
        let token = &self.index.tokens[at];
        let verdict = self.classify(token, literal, context);
        if verdict.disposition == UseDisposition::Unplaced {
            let shown = shown(token, literal, start, path);
            // A region among other words is a setting of what runs there; as an argument it is where a thing is made.
            let taken = match context {
                Context::Made | Context::Held => token.kind != ValueKind::Region || path == "/region",
                Context::Passed | Context::Variable(_) => token.kind != ValueKind::Region && !chooses,
                _ => false,
            };
            let is_name = matches!(context, Context::Made) && names_what_is_there(path);
            let given = literal.whole
                && ((taken && *literal.text == *token.text)
                    || (is_name && shown.is_some_and(|shown| shown == literal.text)));
            self.report(token, shown, object, Place::new(&literal.place.file, line), given);
        }
        let site = Site::File {
            file: literal.place.file.clone(),
            line,
            object: Some(object.to_owned()),
            path: path.to_owned(),
            within,
        };
        self.uses.add(at, verdict.at(site));
    }

    fn classify(&self, token: &Token<'_>, literal: &Literal, context: &Context<'_>) -> Verdict {
        match (&token.counterpart, context) {
            (Counterpart::Same, _) | (_, Context::Backend | Context::Left | Context::History) => {
                Verdict::kept()
            }
            (Counterpart::Known(to), _) if token.owner == Owner::Settings => Verdict::rewritten(to.clone()),
            (_, Context::ProviderRegion) if token.kind == ValueKind::Region => {
                Verdict::rewritten(self.facts.recovery.to_owned())
            }
            (_, Context::Variable(name)) if literal.whole && self.overridden.contains(*name) => {
                match &token.counterpart {
                    Counterpart::Known(to) => Verdict::rewritten(to.clone()),
                    Counterpart::After(step) => Verdict::after(step.clone()),
                    _ => Verdict::unplaced(),
                }
            }
            _ => Verdict::unplaced(),
        }
    }

    /// `shown`: the word that holds it, where it can be shown; `given`: the engine makes something with it as it is.
    fn report(&mut self, token: &Token<'_>, shown: Option<&str>, object: &str, place: Place, given: bool) {
        use ValueKind::{Account, Address, Domain, Literal, Name, Port};
        let (kind, recovery) = (token.kind, self.facts.recovery);
        let is_regional = match kind {
            // Another name stands for it in the recovery region: this one is the primary's.
            Name => matches!(token.counterpart, Counterpart::Known(_)),
            Account | Address | Domain | Literal | Port => false,
            _ => true,
        };
        let (code, what) = if given && is_regional {
            ("id-unplaced", format!("what stands in {recovery} would be given what is lost"))
        } else {
            ("literal-in-code", format!("the engine would use it in {recovery} too"))
        };
        let text = shown.filter(|_| given).unwrap_or(&token.text);
        let word = if text == token.text { kind.as_str() } else { "name" };
        let owner = match (&token.owner, &token.counterpart) {
            (Owner::Object(at), Counterpart::Known(_) | Counterpart::After(_)) => {
                Some(self.facts.objects[*at].address())
            }
            _ => None,
        };
        let otherwise = match (shown, &token.counterpart) {
            // A region alone is meant wherever it stands; kept, it would stay in the manifests too.
            (Some(shown), Counterpart::Known(to)) if shown == token.text && kind == ValueKind::Region => {
                format!("have it rewritten: {}", paste::block("rewrite", shown, &format!("to = {}", paste::quoted(to))))
            }
            (Some(shown), _) => format!(
                "say what it becomes: {}; or that it stays: {}",
                paste::block("rewrite", shown, "to = \"...\""),
                paste::block("rewrite", shown, "keep = true")
            ),
            (None, _) => "name what the whole word that holds it becomes, by a rewrite in drplan.hcl; the word may be a \
                          secret and is not shown here"
                .to_owned(),
        };
        self.findings.add(
            code,
            text.to_owned(),
            format!("{word} \"{text}\" of the primary is written out in {object}: {what}"),
            match owner {
                // A rewrite would hold wherever the plan places the value itself, too.
                Some(owner) => {
                    format!("refer to {owner} instead: what it becomes is known once that is made")
                }
                None => format!("refer to it instead (a variable, a data source), or {otherwise}"),
            },
            Some(place),
        );
    }
}

/// The word of a literal that a rewrite would name; none where it may be a secret. Inside an encoding it is the token.
fn shown<'l>(
    token: &'l Token<'_>,
    literal: &'l Literal,
    start: Option<usize>,
    path: &str,
) -> Option<&'l str> {
    let Some(start) = start else { return Some(&token.text) };
    let word = literal_at(token, &literal.text, start);
    let hidden =
        secret::looks_secret(path) || literal.text.contains('@') || secret::marker(&literal.text).is_some();
    (word == token.text || !hidden).then_some(word)
}

/// Arguments by which AWS finds what must be in the region already: a bucket, the service of an endpoint.
fn names_what_is_there(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or_default();
    last == "service_name" || last.contains("bucket")
}

pub(super) fn newlines(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|byte| *byte == b'\n').count()).unwrap_or(u32::MAX)
}
