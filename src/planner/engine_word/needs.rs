//! What an instance that only the engine's plan has depends on: as its siblings of the state do, else as its code says.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::configuration::{Argument, Configuration};
use crate::model::engine_plan::ResourceChange;
use crate::model::input::PlanningInput;
use crate::model::state::{Instance, Mode};
use crate::model::types::{self, Scope};

/// References that are followed for one block; a code that nobody wrote by hand has no more.
const MOST: usize = 10_000;

/// What blocks depend on, by address without indexes.
pub(super) struct Needs<'i, 'a> {
    configuration: Option<&'i Configuration>,
    /// Of the state, as the engine wrote them.
    siblings: HashMap<&'i str, Vec<&'i Instance<'a>>>,
    /// Addresses that have instances, in the state or in the engine's plan.
    known: BTreeSet<&'i str>,
    /// The cluster and its nodes, which no code of what lives in it names.
    cluster: Vec<Cow<'a, str>>,
}

impl<'i, 'a> Needs<'i, 'a> {
    pub(super) fn new(input: &'i PlanningInput<'a>, made: &[&'i ResourceChange<'a>]) -> Self {
        let mut siblings: HashMap<&str, Vec<&Instance<'_>>> = HashMap::new();
        let managed = input.state.instances.iter().filter(|one| one.mode == Mode::Managed);
        for instance in managed.filter(|one| one.deposed.is_none()) {
            siblings.entry(&instance.config_address).or_default().push(instance);
        }
        let mut known: BTreeSet<&str> = siblings.keys().copied().collect();
        known.extend(made.iter().map(|change| change.config_address.as_str()));
        let is_node = |change: &&&ResourceChange<'_>| NODES.contains(&&*change.type_name);
        let mut cluster: BTreeSet<&str> =
            made.iter().filter(is_node).map(|change| change.config_address.as_str()).collect();
        let of_state =
            siblings.iter().filter(|(_, all)| all.iter().any(|one| NODES.contains(&&*one.type_name)));
        cluster.extend(of_state.map(|(address, _)| *address));
        Self {
            configuration: input.configuration.as_ref(),
            known,
            cluster: cluster.into_iter().map(|address| Cow::Owned(address.to_owned())).collect(),
            siblings,
        }
    }

    /// The dependencies of an instance that is made.
    pub(super) fn of(&self, change: &ResourceChange<'a>) -> Vec<Cow<'a, str>> {
        if let Some(siblings) = self.siblings.get(change.config_address.as_str()) {
            let all: BTreeSet<&Cow<'a, str>> = siblings.iter().flat_map(|one| &one.dependencies).collect();
            return all.into_iter().cloned().collect();
        }
        let (module, name) = change.module_and_name();
        let mut all: Vec<Cow<'a, str>> =
            self.of_code(module, &change.type_name, name).into_iter().map(Cow::Owned).collect();
        let in_cluster = types::lookup(&change.type_name).is_some_and(|entry| entry.scope == Scope::Cluster);
        if in_cluster {
            all.extend(self.cluster.iter().cloned());
        }
        all.retain(|address| **address != *change.config_address);
        all.sort();
        all.dedup();
        all
    }

    /// What blocks of the state refer to of those that only the code has. An order that the state and the code have
    /// otherwise is the state's.
    pub(super) fn of_state(&self, made: &[&ResourceChange<'a>]) -> HashMap<String, Vec<String>> {
        let mut new: HashMap<&str, Vec<Cow<'a, str>>> = HashMap::new();
        for change in made.iter().filter(|change| !self.siblings.contains_key(change.config_address.as_str()))
        {
            new.entry(&change.config_address).or_insert_with(|| self.of(change));
        }
        let mut found = HashMap::new();
        let blocks = self.siblings.iter().filter(|_| !new.is_empty());
        for (address, first) in blocks.filter_map(|(address, all)| Some((*address, all.first()?))) {
            let comes_before = |needed: &str| {
                new.get(needed).into_iter().flatten().any(|one| {
                    let of_it = self.siblings.get(&**one).into_iter().flatten();
                    **one == *address || of_it.flat_map(|one| &one.dependencies).any(|one| **one == *address)
                })
            };
            let mut needed = self.of_code(&first.module, &first.type_name, &first.name);
            needed.retain(|needed| new.contains_key(needed.as_str()) && !comes_before(needed));
            if !needed.is_empty() {
                found.insert(address.to_owned(), needed.into_iter().collect());
            }
        }
        found
    }

    /// Another of the block, in the state.
    pub(super) fn sibling(&self, change: &ResourceChange<'_>) -> Option<&'i Instance<'a>> {
        self.siblings.get(change.config_address.as_str())?.first().copied()
    }

    /// What a block refers to: through locals, variables, outputs, data sources and blocks that have no instance.
    fn of_code(&self, module: &str, type_name: &str, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let Some(configuration) = self.configuration else { return found };
        let mut follow = Follow { configuration, seen: HashSet::new(), queue: Vec::new() };
        follow.block(module, false, type_name, name);
        follow.calls(module);
        while let Some((module, reference)) = follow.queue.pop() {
            if follow.seen.len() > MOST {
                break;
            }
            match follow.step(&module, &reference) {
                Some(Met::Resource { address, type_name, name }) => {
                    if self.known.contains(address.as_str()) {
                        found.insert(address);
                    } else {
                        follow.block(&module, false, &type_name, &name);
                    }
                }
                Some(Met::Module(path)) => {
                    let below = format!("{path}.");
                    let inside =
                        self.known.range(below.as_str()..).take_while(|known| known.starts_with(&below));
                    found.extend(inside.map(|known| (*known).to_owned()));
                }
                None => {}
            }
        }
        found
    }
}

/// The cluster and what its pods run on.
const NODES: [&str; 3] = ["aws_eks_cluster", "aws_eks_node_group", "aws_eks_fargate_profile"];

/// Where a reference leads that ends the search.
enum Met {
    Resource {
        address: String,
        type_name: String,
        name: String,
    },
    /// All of a module: it is named whole, or its code could not be read.
    Module(String),
}

/// Follows references through the code.
struct Follow<'c> {
    configuration: &'c Configuration,
    seen: HashSet<(String, String)>,
    queue: Vec<(String, String)>,
}

impl Follow<'_> {
    fn arguments<'g>(&mut self, module: &str, arguments: impl Iterator<Item = &'g Argument>) {
        for reference in arguments.flat_map(|argument| &argument.references) {
            let key = (module.to_owned(), reference.clone());
            if self.seen.insert(key.clone()) {
                self.queue.push(key);
            }
        }
    }

    fn block(&mut self, module: &str, data: bool, type_name: &str, name: &str) {
        let block = self.configuration.module_of(module).and_then(|code| {
            code.resources
                .iter()
                .find(|block| block.data == data && block.type_name == type_name && block.name == name)
        });
        self.arguments(module, block.iter().flat_map(|block| &block.arguments));
    }

    /// What the calls of a module wait for, and how many of it they make.
    fn calls(&mut self, module: &str) {
        let mut module = module;
        while let Some((parent, call)) = module.rsplit_once("module.") {
            module = parent.trim_end_matches('.');
            let caller = self.configuration.module_of(module);
            let of_call = caller.and_then(|caller| caller.calls.iter().find(|known| known.name == call));
            let of_all = |argument: &&Argument| {
                ["count", "for_each", "depends_on"].iter().any(|name| argument.is_of(name))
            };
            self.arguments(module, of_call.iter().flat_map(|call| &call.arguments).filter(of_all));
        }
    }

    fn step(&mut self, module: &str, reference: &str) -> Option<Met> {
        let mut parts = reference.split('.');
        let (kind, name) = (parts.next()?, parts.next()?);
        let dot = if module.is_empty() { "" } else { "." };
        match kind {
            "each" | "count" | "self" | "path" | "terraform" => {}
            "var" => {
                let (parent, call) = module.rsplit_once("module.")?;
                let parent = parent.trim_end_matches('.');
                let caller = self.configuration.module_of(parent)?;
                let call = caller.calls.iter().find(|known| known.name == call)?;
                self.arguments(parent, call.arguments.iter().filter(|argument| argument.is_of(name)));
            }
            "local" => {
                let path = format!("locals.{name}");
                let code = self.configuration.module_of(module)?;
                self.arguments(module, code.others.iter().filter(|argument| argument.is_of(&path)));
            }
            "module" => {
                let child = format!("{module}{dot}module.{name}");
                let (Some(output), Some(code)) = (parts.next(), self.configuration.module_of(&child)) else {
                    return Some(Met::Module(child));
                };
                let path = format!("output.{output}");
                self.arguments(&child, code.others.iter().filter(|argument| argument.is_of(&path)));
            }
            "data" => self.block(module, true, name, parts.next()?),
            _ => {
                let address = format!("{module}{dot}{kind}.{name}");
                return Some(Met::Resource { address, type_name: kind.to_owned(), name: name.to_owned() });
            }
        }
        None
    }
}
