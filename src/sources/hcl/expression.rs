//! What an expression says without evaluating it: the text written out in it and what it refers to.

use std::ops::Range;

use hcl_edit::Span;
use hcl_edit::expr::{Expression, Object, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Directive, Element, HeredocTemplate, Template};

use super::source::Source;
use crate::model::configuration::{Argument, Literal, NamedFile};
use crate::model::diagnostic::Place;

#[cfg(test)]
mod tests;

/// Functions whose result is made of their arguments as they are, so paths and whole values go through them.
const TRANSPARENT: [&str; 10] = [
    "merge",
    "concat",
    "tomap",
    "tolist",
    "toset",
    "flatten",
    "distinct",
    "compact",
    "sensitive",
    "nonsensitive",
];

/// Functions that give the text of a file.
const READERS: [&str; 3] = ["file", "filebase64", "templatefile"];

/// An argument with what its shape tells beyond text and references.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) argument: Argument,
    pub(super) form: Form,
}

/// Shape of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One literal or one reference and nothing else.
    Bare,
    /// `true`.
    True,
    /// Anything else.
    Other,
}

/// Collects the arguments of one block.
pub(super) struct Collector<'s> {
    source: &'s Source,
    /// Line of everything, where the text was inside a JSON string and has no offsets of its own.
    line: Option<u32>,
    /// Names bound by `for` and `dynamic`; they refer to nothing outside.
    scope: Vec<String>,
    pub(super) found: Vec<Found>,
}

impl<'s> Collector<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, line: None, scope: Vec::new(), found: Vec::new() }
    }

    /// For expressions that were parsed out of a JSON string.
    pub(super) fn fixed(source: &'s Source, line: u32) -> Self {
        Self { source, line: Some(line), scope: Vec::new(), found: Vec::new() }
    }

    pub(super) fn place(&self, span: Option<Range<usize>>) -> Place {
        let line = self.line.unwrap_or_else(|| span.map_or(0, |span| self.source.line(span.start)));
        Place::new(self.source.shown.clone(), line)
    }

    /// Calls `body` with names bound.
    pub(super) fn bound<T>(&mut self, names: &[&str], body: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.scope.len();
        self.scope.extend(names.iter().map(|name| (*name).to_owned()));
        let result = body(self);
        self.scope.truncate(outside);
        result
    }

    /// An argument without text, so that it is known to be there.
    pub(super) fn push_empty(&mut self, path: &str, span: Option<Range<usize>>) {
        let argument =
            Argument { path: path.to_owned(), place: Some(self.place(span)), ..Argument::default() };
        self.found.push(Found { argument, form: Form::Other });
    }

    /// Takes an expression apart: an argument per value of objects, one per list of plain items.
    pub(super) fn flatten(&mut self, path: &str, expression: &Expression) {
        match expression {
            Expression::Parenthesis(inner) => self.flatten(path, inner.inner()),
            Expression::Object(object) if !object.is_empty() => self.flatten_object(path, object),
            Expression::Array(items) => self.flatten_items(path, expression, items.iter()),
            Expression::FuncCall(call)
                if !call.name.is_namespaced() && TRANSPARENT.contains(&call.name.name.as_str()) =>
            {
                self.flatten_items(path, expression, call.args.iter());
            }
            _ => {
                let mut argument = self.argument(path, expression);
                self.gather(expression, true, &mut argument);
                self.found.push(Found { argument, form: form(expression) });
            }
        }
    }

    fn flatten_object(&mut self, path: &str, object: &Object) {
        for (key, value) in object {
            let mut keys = self.argument(path, value.expr());
            let written = value.expr().span().and_then(|span| self.source.written_key(span.start));
            let inner = match key {
                _ if written.is_some() => written.map(|name| join(path, name)),
                ObjectKey::Ident(name) => {
                    // `us-east-2 = "ami-1"`: the name of a key can be a value too.
                    if name.contains('-') {
                        self.push_literal(name.as_str(), value.expr().span(), false, &mut keys);
                    }
                    Some(join(path, name))
                }
                ObjectKey::Expression(key) => {
                    self.gather(key, false, &mut keys);
                    match key {
                        Expression::String(text) => Some(join(path, text)),
                        Expression::Number(_) => Some(join(path, self.raw(key))),
                        // `providers = { aws.dr = aws.west }`
                        Expression::Traversal(_) => {
                            keys.references.pop().map(|reference| join(path, &reference))
                        }
                        _ => None,
                    }
                }
            };
            if !keys.literals.is_empty() || !keys.references.is_empty() {
                self.found.push(Found { argument: keys, form: Form::Other });
            }
            self.flatten(inner.as_deref().unwrap_or(path), value.expr());
        }
    }

    fn flatten_items<'e>(
        &mut self,
        path: &str,
        list: &Expression,
        items: impl Iterator<Item = &'e Expression>,
    ) {
        let mut argument = self.argument(path, list);
        let (mut plain, mut nested) = (0_usize, 0_usize);
        let place = self.found.len();
        for item in items {
            match item {
                Expression::Object(_)
                | Expression::Array(_)
                | Expression::Parenthesis(_)
                | Expression::FuncCall(_) => {
                    nested += 1;
                    self.flatten(path, item);
                }
                _ => {
                    plain += 1;
                    self.gather(item, true, &mut argument);
                }
            }
        }
        if plain > 0 || nested == 0 {
            self.found.insert(place, Found { argument, form: Form::Other });
        }
    }

    fn argument(&self, path: &str, expression: &Expression) -> Argument {
        Argument { path: path.to_owned(), place: Some(self.place(expression.span())), ..Argument::default() }
    }

    fn raw(&self, expression: &Expression) -> &'s str {
        expression.span().map_or("", |span| self.source.slice(span))
    }

    fn push_literal(&self, text: &str, span: Option<Range<usize>>, whole: bool, into: &mut Argument) {
        into.literals.push(Literal { text: text.to_owned(), place: self.place(span), whole });
    }

    /// Adds all text and references of an expression to an argument. `whole`: nothing stands beside it.
    pub(super) fn gather(&mut self, expression: &Expression, whole: bool, into: &mut Argument) {
        match expression {
            Expression::Null(_) => {}
            Expression::Bool(truth) => {
                let text = if *truth.value() { "true" } else { "false" };
                self.push_literal(text, expression.span(), whole, into);
            }
            Expression::Number(number) => {
                // As written: an account number keeps its zeros.
                let raw =
                    if self.line.is_none() { self.raw(expression).to_owned() } else { number.to_string() };
                self.push_literal(raw.trim(), expression.span(), whole, into);
            }
            Expression::String(text) => self.push_literal(text.as_str(), expression.span(), whole, into),
            Expression::StringTemplate(template) => self.gather_template(template, whole, into),
            Expression::HeredocTemplate(heredoc) => self.gather_heredoc(heredoc, whole, into),
            Expression::Parenthesis(inner) => self.gather(inner.inner(), whole, into),
            Expression::Variable(name) => self.refer(name.as_str().to_owned(), into),
            Expression::Traversal(traversal) => self.gather_traversal(traversal, into),
            Expression::Array(items) => {
                for item in items {
                    self.gather(item, false, into);
                }
            }
            Expression::Object(object) => {
                for (key, value) in object {
                    match key {
                        ObjectKey::Ident(name) if name.contains('-') => {
                            self.push_literal(name.as_str(), value.expr().span(), false, into);
                        }
                        ObjectKey::Ident(_) => {}
                        ObjectKey::Expression(key) => self.gather(key, false, into),
                    }
                    self.gather(value.expr(), false, into);
                }
            }
            Expression::Conditional(conditional) => {
                self.gather(&conditional.cond_expr, false, into);
                self.gather(&conditional.true_expr, false, into);
                self.gather(&conditional.false_expr, false, into);
            }
            Expression::FuncCall(call) => {
                let reads = !call.name.is_namespaced() && READERS.contains(&call.name.name.as_str());
                if let Some(name) = call.args.iter().next().filter(|_| reads) {
                    into.files.extend(self.named_file(name));
                }
                for argument in &call.args {
                    self.gather(argument, false, into);
                }
            }
            Expression::UnaryOp(operation) => self.gather(&operation.expr, false, into),
            Expression::BinaryOp(operation) => {
                self.gather(&operation.lhs_expr, false, into);
                self.gather(&operation.rhs_expr, false, into);
            }
            Expression::ForExpr(each) => {
                self.gather(&each.intro.collection_expr, false, into);
                let mut names = vec![each.intro.value_var.as_str()];
                names.extend(each.intro.key_var.iter().map(|name| name.as_str()));
                self.bound(&names, |inner| {
                    let parts = each.key_expr.iter().chain([&each.value_expr]);
                    for part in parts.chain(each.cond.iter().map(|cond| &cond.expr)) {
                        inner.gather(part, false, into);
                    }
                });
            }
        }
    }

    /// The file of a name that `path.module` does not begin: such a file is found by its text.
    fn named_file(&self, name: &Expression) -> Option<NamedFile> {
        let template = match name {
            Expression::String(text) => return Some(NamedFile::Written(text.as_str().to_owned())),
            Expression::StringTemplate(template) => template,
            _ => return Some(NamedFile::Computed(self.place(name.span()))),
        };
        let of_module = |element: &Element| match element {
            Element::Interpolation(inner) => {
                let path = self.raw(&inner.expr);
                path == "path.module" || path == "path.root"
            }
            _ => false,
        };
        let mut elements = template.iter();
        let begins = elements.next().is_some_and(of_module);
        let written = elements.all(|element| matches!(element, Element::Literal(_)));
        (!begins || !written).then(|| NamedFile::Computed(self.place(name.span())))
    }

    pub(super) fn gather_template(&mut self, template: &Template, whole: bool, into: &mut Argument) {
        let alone = whole && template.len() == 1;
        for element in template {
            match element {
                Element::Literal(text) => self.push_literal(text, text.span(), alone, into),
                Element::Interpolation(inner) => self.gather(&inner.expr, alone, into),
                Element::Directive(directive) => self.gather_directive(directive, into),
            }
        }
    }

    fn gather_directive(&mut self, directive: &Directive, into: &mut Argument) {
        match directive {
            Directive::If(directive) => {
                self.gather(&directive.if_expr.cond_expr, false, into);
                self.gather_lines(&directive.if_expr.template, false, into);
                if let Some(otherwise) = &directive.else_expr {
                    self.gather_lines(&otherwise.template, false, into);
                }
            }
            Directive::For(directive) => {
                let each = &directive.for_expr;
                self.gather(&each.collection_expr, false, into);
                let mut names = vec![each.value_var.as_str()];
                names.extend(each.key_var.iter().map(|name| name.as_str()));
                self.bound(&names, |inner| inner.gather_lines(&each.template, false, into));
            }
        }
    }

    fn gather_heredoc(&mut self, heredoc: &HeredocTemplate, whole: bool, into: &mut Argument) {
        let one_line = heredoc.template.len() == 1
            && heredoc.template.iter().all(|element| match element {
                Element::Literal(text) => text.lines().count() <= 1,
                _ => true,
            });
        self.gather_lines(&heredoc.template, whole && one_line, into);
    }

    /// As a template, but a literal per line, so that each has its own place.
    fn gather_lines(&mut self, template: &Template, whole: bool, into: &mut Argument) {
        for element in template {
            match element {
                Element::Literal(text) => {
                    let first = self.place(text.span());
                    for (number, line) in (0_u32..).zip(text.split('\n')) {
                        let line = line.trim_end_matches('\r');
                        if !line.trim().is_empty() {
                            // Inside a JSON string all lines are one.
                            let number = if self.line.is_some() { 0 } else { number };
                            let place = Place::new(first.file.clone(), first.line.saturating_add(number));
                            into.literals.push(Literal { text: line.to_owned(), place, whole });
                        }
                    }
                }
                Element::Interpolation(inner) => self.gather(&inner.expr, whole, into),
                Element::Directive(directive) => self.gather_directive(directive, into),
            }
        }
    }

    fn gather_traversal(&mut self, traversal: &Traversal, into: &mut Argument) {
        let mut name = match &traversal.expr {
            Expression::Variable(root) => Some(root.as_str().to_owned()),
            other => {
                self.gather(other, false, into);
                None
            }
        };
        for operator in &traversal.operators {
            match operator.value() {
                TraversalOperator::GetAttr(attribute) => {
                    if let Some(name) = &mut name {
                        name.push('.');
                        name.push_str(attribute.as_str());
                    }
                }
                // `aws_subnet.private[0]` and `[count.index]` are of one resource; a key is text all the same.
                TraversalOperator::Index(Expression::Number(_)) => {}
                TraversalOperator::Index(index) => self.gather(index, false, into),
                TraversalOperator::AttrSplat(_)
                | TraversalOperator::FullSplat(_)
                | TraversalOperator::LegacyIndex(_) => {}
            }
        }
        if let Some(name) = name {
            self.refer(name, into);
        }
    }

    fn refer(&self, name: String, into: &mut Argument) {
        let root = name.split('.').next().unwrap_or("");
        if !self.scope.iter().any(|bound| bound == root) && !into.references.contains(&name) {
            into.references.push(name);
        }
    }
}

/// Shape of an expression; parentheses and a template of one interpolation change nothing.
fn form(expression: &Expression) -> Form {
    match expression {
        Expression::String(text) if text.as_str() == "true" => Form::True,
        Expression::Bool(value) if *value.value() => Form::True,
        Expression::String(_) | Expression::Number(_) | Expression::Variable(_) => Form::Bare,
        Expression::Traversal(traversal) => {
            let plain = |operator: &TraversalOperator| matches!(operator, TraversalOperator::GetAttr(_));
            let root = matches!(traversal.expr, Expression::Variable(_));
            if root && traversal.operators.iter().all(|operator| plain(operator)) {
                Form::Bare
            } else {
                Form::Other
            }
        }
        Expression::Parenthesis(inner) => form(inner.inner()),
        Expression::StringTemplate(template) => match template.as_single_element() {
            Some(Element::Interpolation(inner)) => form(&inner.expr),
            Some(Element::Literal(_)) => Form::Bare,
            _ => Form::Other,
        },
        _ => Form::Other,
    }
}

/// Shape of a template that was parsed out of a JSON string.
pub(super) fn template_form(template: &Template) -> Form {
    match template.as_single_element() {
        Some(Element::Interpolation(inner)) => form(&inner.expr),
        Some(Element::Literal(_)) => Form::Bare,
        _ => Form::Other,
    }
}

/// Names joined by `.`.
pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
