//! Finds everything that is wrong in drplan.hcl, so that it can be mended in one go.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute as HclAttribute, Block as HclBlock, Body, Structure};

use super::expected::{example, listed, one_of, wrong};
use super::schema::{Attribute, Block, ROOT};
use super::value;
use crate::model::diagnostic::{Place, Problem};
use crate::model::estimate::ESTIMATES;
use crate::model::settings::Objective;
use crate::model::{nearest, types};
use crate::sources::hcl::mask::{Show, quoted, secret_like};
use crate::sources::hcl::source::Source;

mod journal;
#[cfg(test)]
mod tests;

/// More problems than this are counted, not shown.
const MOST: usize = 100;

/// All problems, in the order of the file. What is named relative to `folder` must be there where nothing else reads it.
pub(super) fn check(source: &Source, body: &Body, folder: &Path) -> Vec<Problem> {
    let mut check = Check { source, problems: Vec::new(), more: 0 };
    check.body(&ROOT, None, body, 0..0);
    check.state(body);
    check.estimates(body);
    check.labels(body);
    check.contradictions(body);
    check.approval(body, folder);
    check.journal(body);
    check.problems.sort_by_key(|problem| problem.at.as_ref().map_or(0, |at| at.line));
    if check.more > 0 {
        check.problems.push(Problem::at(
            Place::file(source.shown.clone()),
            format!("{} more problems of this kind", check.more),
            "mend those above first",
        ));
    }
    check.problems
}

struct Check<'s> {
    source: &'s Source,
    problems: Vec<Problem>,
    more: usize,
}

impl Check<'_> {
    fn report(&mut self, span: Range<usize>, show: Show, message: String, fix: String) {
        if self.problems.len() < MOST {
            let problem = self.source.problem(span, show, message, fix);
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// A body against its entry; `label` is that of its block, `header` where the block begins.
    fn body(&mut self, known: &Block, label: Option<&str>, body: &Body, header: Range<usize>) {
        let mut seen = BTreeMap::new();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let name = attribute.key.as_str();
                    match known.attributes.iter().find(|known| known.name == name) {
                        Some(known) => self.attribute(known, label, attribute),
                        None => self.unknown(known, name, attribute.key.span(), false),
                    }
                }
                Structure::Block(block) => {
                    let name = block.ident.as_str();
                    match known.blocks.iter().find(|known| known.name == name) {
                        Some(known) => self.block(known, block, &mut seen),
                        None => self.unknown(known, name, block.ident.span(), true),
                    }
                }
            }
        }
        self.needed(known, body, header);
    }

    fn needed(&mut self, known: &Block, body: &Body, header: Range<usize>) {
        for attribute in known.attributes.iter().filter(|attribute| attribute.needed) {
            if !body.has_attribute(attribute.name) {
                let message = format!("this {} has no {}", known.name, attribute.name);
                let fix = format!("add {} = {}", attribute.name, example(attribute.kind));
                self.report(header.clone(), Show::Token, message, fix);
            }
        }
        let Some((names, single)) = known.one_of else { return };
        let given = names.iter().filter(|name| body.has_attribute(name)).count();
        if given == 0 || (single && given > 1) {
            let wanted = listed(names);
            let message = if given == 0 {
                format!("this {} has none of {wanted}", known.name)
            } else {
                format!("this {} has more than one of {wanted}", known.name)
            };
            let fix = if single { format!("give one of {wanted}") } else { format!("give {wanted}") };
            self.report(header, Show::Token, message, fix);
        }
    }

    /// A name that the table does not have. `block`: it was written as a block.
    fn unknown(&mut self, known: &Block, name: &str, span: Option<Range<usize>>, block: bool) {
        let place = if known.name.is_empty() { String::new() } else { format!(" in {}", known.name) };
        let is_block = known.blocks.iter().any(|known| known.name == name);
        let is_attribute = known.attributes.iter().any(|known| known.name == name);
        let (message, fix) = if block && is_attribute {
            (format!("{name}{place} is an attribute, not a block"), format!("write {name} = ..."))
        } else if !block && is_block {
            (
                format!("{name}{place} is a block, not an attribute"),
                format!("write {name} {{ ... }} without ="),
            )
        } else {
            let what = if block { "block" } else { "attribute" };
            let attributes = known.attributes.iter().map(|known| known.name);
            let names: Vec<&str> = attributes.chain(known.blocks.iter().map(|known| known.name)).collect();
            let fix = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("known{place} are {}", listed(&names)),
            };
            (format!("unknown {what} {}{place}", quoted(name)), fix)
        };
        self.report(span.unwrap_or_default(), Show::Token, message, fix);
    }

    fn block(&mut self, known: &Block, block: &HclBlock, seen: &mut BTreeMap<(String, String), Place>) {
        let header = block.ident.span().unwrap_or_default();
        let name = known.name;
        let label = match (known.label, block.labels.as_slice()) {
            (None, []) => "",
            (Some(_), [label]) => label.as_str(),
            (None, [first, ..]) => {
                let fix = format!("write {name} {{ ... }}");
                let message = format!("{name} takes no label");
                return self.report(first.span().unwrap_or(header), Show::Token, message, fix);
            }
            (Some(what), _) => {
                let message = format!("{name} needs one label: {what}");
                let fix = format!("write {name} \"...\" {{ ... }}");
                return self.report(header, Show::Token, message, fix);
            }
        };
        if known.label.is_some() && label.trim().is_empty() {
            let message = format!("the label of this {name} is empty");
            self.report(header.clone(), Show::Token, message, "name what it is about".to_owned());
        }
        if !known.labels.is_empty() && !known.labels.contains(&label) {
            let fix = one_of(label, known.labels);
            let message = format!(
                "{} is no {}",
                quoted(label),
                known.label.unwrap_or("label").trim_start_matches("the ")
            );
            let span = block.labels.first().and_then(Span::span).unwrap_or_else(|| header.clone());
            self.report(span, Show::Token, message, fix);
        }
        let place = self.source.place(header.start);
        if let Some(first) = seen.insert((name.to_owned(), label.to_owned()), place) {
            let message = match known.label {
                Some(_) => format!("a second {name} with the same label"),
                None => format!("a second {name}"),
            };
            self.report(header.clone(), Show::Token, message, "keep one of the two".to_owned());
            if let Some(last) = self.problems.last_mut().filter(|_| self.more == 0) {
                last.also.push((first, "first given here".to_owned()));
            }
        }
        let label = (name == "variable").then_some(label);
        self.body(known, label, &block.body, header);
    }

    fn attribute(&mut self, known: &Attribute, label: Option<&str>, attribute: &HclAttribute) {
        let name = known.name;
        let span = attribute.value.span().unwrap_or_default();
        let hidden = known.private || secret_like(name);
        let show = if hidden { Show::Masked } else { Show::Token };
        if let Some(variable) = label
            && name == "value"
            && secret_like(variable)
        {
            let message =
                format!("the value of variable {} is written out and looks like a secret", quoted(variable));
            let fix = format!(
                "write env = {:?}, file = \"PATH\" or secret = \"NAME\" instead of value, and change the secret if \
                 this file was shared",
                environment(variable)
            );
            return self.report(span, Show::Masked, message, fix);
        }
        if let Some(what) = computed(&attribute.value) {
            let message = format!("{name} is {what}, and drplan.hcl is not evaluated");
            return self.report(
                span,
                show,
                message,
                format!("write the value itself: {name} = {}", example(known.kind)),
            );
        }
        if let Some(why) = wrong(known, &attribute.value, hidden) {
            self.report(span, show, why.0, why.1);
        }
    }
}

/// What several attributes say together.
impl Check<'_> {
    fn state(&mut self, body: &Body) {
        let state = |body: &Body, name: &str| body.blocks().find(|block| block.has_ident(name)).cloned();
        let Some(block) = state(body, "state") else { return };
        let replica = state(&block.body, "replica");
        let has_key = block.body.has_attribute("key");
        self.location(&block, false);
        if let Some(replica) = replica {
            self.location(&replica, has_key);
        }
    }

    fn location(&mut self, block: &HclBlock, key_known: bool) {
        let has = |name: &str| block.body.has_attribute(name);
        let span = block.ident.span().unwrap_or_default();
        let name = block.ident.as_str();
        if has("path") && (has("bucket") || has("key")) {
            let message = format!("{name} has a path and a bucket");
            self.report(span, Show::Token, message, "give path, or bucket and key".to_owned());
        } else if has("bucket") && !has("key") && !key_known {
            let message = format!("{name} has a bucket and no key");
            self.report(span, Show::Token, message, "add key = \"PATH/terraform.tfstate\"".to_owned());
        } else if has("key") && !has("bucket") {
            let message = format!("{name} has a key and no bucket");
            self.report(span, Show::Token, message, "add bucket = \"...\"".to_owned());
        }
    }

    /// An approval that nobody could give, or that ends as it begins.
    fn approval(&mut self, body: &Body, folder: &Path) {
        let Some(block) = body.blocks().find(|block| block.has_ident("approval")) else { return };
        let given = |name: &str| block.body.get_attribute(name).map(|attribute| &attribute.value);
        let span = |value: &Expression| value.span().unwrap_or_default();
        for (name, value) in ["allowed_signers", "revoked"].into_iter().filter_map(|n| Some((n, given(n)?))) {
            if value.as_str().is_some_and(|path| !folder.join(path).is_file()) {
                let message = format!("{name} is no file in the folder of drplan.hcl");
                let fix =
                    "make it (ssh-keygen(1), ALLOWED SIGNERS and KEY REVOCATION LISTS), or correct its path";
                self.report(span(value), Show::Token, message, fix.to_owned());
            }
        }
        if let Some(quorum) = given("quorum").filter(|_| given("allowed_signers").is_none())
            && quorum.as_number().is_some_and(|number| number.as_u64().is_some_and(|number| number > 0))
        {
            let message = "a quorum without allowed_signers: nobody's signature would count".to_owned();
            let fix = "add allowed_signers = \"allowed_signers\"".to_owned();
            self.report(span(quorum), Show::Token, message, fix);
        }
        if let Some(expiry) = given("expiry").filter(|value| value::duration_of(value) == Some(0)) {
            let message = "a plan of this expiry would be too old when it is made".to_owned();
            self.report(span(expiry), Show::Token, message, "write expiry = \"90d\"".to_owned());
        }
    }

    /// Labels of which some are words of drplan's own; what else they may name, only the inputs can tell.
    fn labels(&mut self, body: &Body) {
        for block in body.blocks() {
            let Some(label) = block.labels.first() else { continue };
            let name = label.as_str();
            let (what, words): (&str, Vec<&str>) = if block.has_ident("objective") {
                if name.contains('.') || Objective::COMPONENTS.contains(&name) {
                    continue;
                }
                ("component", Objective::COMPONENTS.to_vec())
            } else if block.has_ident("estimate") {
                let kinds: Vec<&str> = ESTIMATES.iter().map(|(kind, _)| *kind).collect();
                let is_type = name.contains('_') && nearest(name, kinds.iter().copied()).is_none();
                if kinds.contains(&name) || types::lookup(name).is_some() || is_type {
                    continue;
                }
                ("kind of work", kinds)
            } else {
                continue;
            };
            if name.trim().is_empty() {
                continue;
            }
            let span = label.span().or_else(|| block.ident.span()).unwrap_or_default();
            let message = format!("{} is no {what} that drplan knows", quoted(name));
            self.report(span, Show::Token, message, one_of(name, &words));
        }
    }

    /// What cannot be true of one thing together.
    fn contradictions(&mut self, body: &Body) {
        let labels = |name: &'static str| {
            body.blocks().filter(move |block| block.has_ident(name)).filter_map(|block| block.labels.first())
        };
        for label in labels("accept_loss") {
            if labels("skip").any(|skip| skip.as_str() == label.as_str()) {
                let message = format!("{} is skipped, and its loss is accepted", quoted(label.as_str()));
                let fix = "keep one of the two: skip leaves it out, accept_loss lets it come back empty";
                self.report(label.span().unwrap_or_default(), Show::Token, message, fix.to_owned());
            }
        }
        let mut addresses: BTreeMap<String, u32> = BTreeMap::new();
        for block in body.blocks().filter(|block| block.has_ident("database")) {
            let Some(address) = block.body.get_attribute("address").map(|address| &address.value) else {
                continue;
            };
            let span = address.span().unwrap_or_default();
            let line = self.source.line(span.start);
            if let Some(first) =
                address.as_str().and_then(|address| addresses.insert(address.to_owned(), line))
            {
                let message = format!("another database block has this address, at line {first}");
                self.report(span, Show::Token, message, "keep one block for each database".to_owned());
            }
        }
        let given = |name: &str| body.get_attribute(name).map(|attribute| &attribute.value);
        let primary = given("primary").and_then(Expression::as_str);
        for region in given("recovery").and_then(Expression::as_array).into_iter().flatten() {
            if primary.is_some() && region.as_str() == primary {
                let message = format!("{} is the primary", quoted(primary.unwrap_or_default()));
                let fix = "name the regions that the stack can be recovered in".to_owned();
                self.report(region.span().unwrap_or_default(), Show::Token, message, fix);
            }
        }
    }

    fn estimates(&mut self, body: &Body) {
        for block in body.blocks().filter(|block| block.has_ident("estimate")) {
            let seconds = |name: &str| {
                block.body.get_attribute(name).and_then(|attribute| value::duration_of(&attribute.value))
            };
            if let (Some(p50), Some(p90)) = (seconds("p50"), seconds("p90"))
                && (p50 == 0 || p90 < p50)
            {
                let span = block.ident.span().unwrap_or_default();
                let message = "the p90 of this estimate is under its p50, or the p50 is nothing".to_owned();
                let fix = "p50 is what half of the runs take at most, p90 what nine of ten do".to_owned();
                self.report(span, Show::Token, message, fix);
            }
        }
    }
}

/// What an expression is that only an evaluation could tell the value of.
fn computed(expression: &Expression) -> Option<&'static str> {
    match expression {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => None,
        Expression::HeredocTemplate(_) => Some("a heredoc"),
        Expression::StringTemplate(_) => Some("a template"),
        Expression::Variable(_) => Some("a word without quotation marks"),
        Expression::Traversal(_) => Some("a reference"),
        Expression::FuncCall(_) => Some("a function call"),
        Expression::ForExpr(_) => Some("a for expression"),
        Expression::Conditional(_) => Some("a condition"),
        Expression::UnaryOp(_) | Expression::BinaryOp(_) => Some("a calculation"),
        Expression::Parenthesis(inner) => computed(inner.inner()).or(Some("in parentheses")),
        Expression::Array(items) => items.iter().find_map(computed),
        Expression::Object(object) => object.iter().find_map(|(_, value)| computed(value.expr())),
    }
}

/// `db_password` is expected in `DB_PASSWORD`.
fn environment(variable: &str) -> String {
    let upper = variable.to_ascii_uppercase();
    upper.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
