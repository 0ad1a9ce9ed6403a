//! Uses in the manifests, and in the text of files that were passed over.

mod images;
mod report;

use std::collections::{HashMap, HashSet};

use super::super::facts::Facts;
use super::super::findings::Findings;
use super::super::references;
use super::code::newlines;
use super::images::image_in;
use super::tokens::{Counterpart, Index, Owner, Token};
use super::uses::Uses;
use super::verdict::{Verdict, classify};
use super::{Values, encoded};
use crate::model::document::{Node, Object, Span, Tree, push_index, push_pointer};
use crate::model::secret;
use crate::model::value::ValueKind;
use crate::plan::action::Rewrite;
use crate::plan::values::{Site, UseDisposition};
use report::{report, report_certificate, report_in_text};

/// Searches every object, then every text that holds none.
pub(super) fn search<'f>(
    facts: &Facts<'_, '_>,
    index: &Index<'f>,
    uses: &mut Uses<'_, 'f>,
    values: &mut Values,
    findings: &mut Findings,
) {
    let manifests = &facts.input.manifests;
    let texts: HashMap<&str, &str> =
        manifests.texts.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect();
    let repositories = repositories(facts);
    for (at, object) in manifests.objects.iter().enumerate() {
        let label = object.label();
        let (texts, repositories) = (&texts, &repositories);
        let mut walk = Walk {
            facts,
            index,
            uses,
            values,
            findings,
            object,
            label,
            texts,
            repositories,
            at,
            hidden: false,
        };
        walk.node(&object.root, &mut String::new(), "");
    }
    let with_objects: HashSet<&str> = manifests.objects.iter().map(|object| object.file.as_str()).collect();
    let mut passed_over: Vec<&str> = manifests
        .skipped
        .iter()
        .map(|skipped| skipped.file.as_str())
        .filter(|file| !with_objects.contains(file))
        .collect();
    passed_over.sort_unstable();
    passed_over.dedup();
    for file in passed_over {
        if let Some(text) = texts.get(file) {
            search_text(index, file, text, uses, findings);
        }
    }
}

/// The address of each managed ECR repository, by its name.
fn repositories<'f>(facts: &'f Facts<'_, '_>) -> HashMap<&'f str, &'f str> {
    let managed = facts.objects.iter().rev().filter(|object| object.is_managed());
    managed
        .filter(|object| object.type_name() == "aws_ecr_repository")
        .filter_map(|object| Some((object.id.as_deref()?, object.address())))
        .collect()
}

/// For each token, the lines that it stands on, in the order of the text.
type LinesOf = HashMap<usize, std::vec::IntoIter<u32>>;

struct Walk<'s, 'x, 'f, 'i, 'a> {
    facts: &'s Facts<'i, 'a>,
    index: &'s Index<'f>,
    uses: &'s mut Uses<'x, 'f>,
    values: &'s mut Values,
    findings: &'s mut Findings,
    object: &'s Object,
    label: String,
    texts: &'s HashMap<&'s str, &'s str>,
    repositories: &'s HashMap<&'s str, &'s str>,
    at: usize,
    /// Whether the text at hand may be a secret: nothing around a token of it is shown.
    hidden: bool,
}

/// Where the text of a string is written.
struct Written<'s> {
    file: &'s str,
    source: &'s str,
    first_line: u32,
}

impl<'s> Walk<'s, '_, '_, '_, '_> {
    fn node(&mut self, node: &Node, pointer: &mut String, field: &str) {
        let length = pointer.len();
        match &node.tree {
            Tree::String(text) => self.string(text, node.span, pointer, field),
            Tree::Sequence(items) => {
                for (at, item) in items.iter().enumerate() {
                    push_index(pointer, at);
                    self.node(item, pointer, named_by_sibling(item).unwrap_or(field));
                    pointer.truncate(length);
                }
            }
            Tree::Mapping(entries) => {
                for (key, value) in entries {
                    push_pointer(pointer, key);
                    self.hidden = self.object.kind == "Secret";
                    for found in self.index.find(key) {
                        // The key stands before its value, and most often on its line.
                        let written = self.written(pointer, value.span);
                        let line = written.first_line;
                        self.record(
                            found.token,
                            key,
                            found.start,
                            (written.file, line),
                            pointer,
                            Some("key".to_owned()),
                        );
                    }
                    // The value of an env entry means what its name says.
                    let field = if key == "value" && !field.is_empty() { field } else { key };
                    self.node(value, pointer, field);
                    pointer.truncate(length);
                }
            }
            _ => {}
        }
    }

    fn string(&mut self, text: &str, span: Span, pointer: &str, field: &str) {
        self.hidden = self.object.kind == "Secret" || secret::looks_secret(field);
        if let Some(image) = image_in(text) {
            self.image(image, span, pointer);
            return;
        }
        if let Some(token) = self.plain_use(text, field) {
            let written = self.written(pointer, span);
            self.record(token, text, 0, (written.file, written.first_line), pointer, None);
            return;
        }
        let index = self.index;
        let mut lines: Option<(&str, LinesOf, u32)> = None;
        encoded::scan(index, text, &mut |hit| {
            let (file, lines, first) = lines.get_or_insert_with(|| {
                let written = self.written(pointer, span);
                (written.file, lines_of(index, &written), written.first_line)
            });
            let line = lines.get_mut(&hit.at.token).and_then(Iterator::next).unwrap_or(*first);
            self.record(hit.at.token, hit.text, hit.at.start, (*file, line), pointer, hit.within);
        });
    }

    /// Where the string at a pointer is written; of what a unit rendered, in the unit's files where they have it.
    fn written(&self, pointer: &str, span: Span) -> Written<'s> {
        let object = self.object;
        let (file, span) = if object.text == object.file {
            (object.file.as_str(), span)
        } else {
            let names: Vec<String> =
                pointer.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            object.written_at(&names).unwrap_or((object.text.as_str(), span))
        };
        let text = self.texts.get(file).copied().unwrap_or_default();
        let source = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        Written { file, source, first_line: span.line }
    }

    fn record(
        &mut self,
        token: usize,
        text: &str,
        start: usize,
        (file, line): (&str, u32),
        pointer: &str,
        within: Option<String>,
    ) {
        let owned = &self.index.tokens[token];
        let verdict = classify(owned, text, start);
        match verdict.disposition {
            UseDisposition::Unplaced if names_certificate(owned, text, start) => {
                report_certificate(self.findings, text, self.facts.recovery, file, line);
            }
            UseDisposition::Unplaced => {
                let literal = literal_at(owned, text, start);
                let hidden = self.hidden || text.contains('@') || secret::marker(text).is_some();
                let literal = Some(literal).filter(|literal| *literal == owned.text || !hidden);
                let lost = match (&owned.owner, &owned.counterpart) {
                    (Owner::Object(_), Counterpart::Nobody) => owner_name(self.facts, &owned.owner),
                    _ => None,
                };
                report(self.findings, owned, (file, line), pointer, literal, lost.as_deref());
            }
            UseDisposition::Rewritten | UseDisposition::KnownAfter => {
                self.values.rewrites.entry(self.at).or_default().push(Rewrite {
                    path: pointer.to_owned(),
                    within: within.clone(),
                    token: owned.text.to_string(),
                    owner: owner_name(self.facts, &owned.owner),
                    counterpart: verdict.counterpart.clone(),
                    known_after: verdict.known_after.clone(),
                });
            }
            _ => {}
        }
        let site = self.site(file, line, pointer, within);
        self.uses.add(token, verdict.at(site));
    }

    fn site(&self, file: &str, line: u32, pointer: &str, within: Option<String>) -> Site {
        Site::File {
            file: file.to_owned(),
            line,
            object: Some(self.label.clone()),
            path: pointer.to_owned(),
            within,
        }
    }

    /// A plain name counts where the key's words or it itself say what it names, and the whole field is the name.
    fn plain_use(&self, text: &str, field: &str) -> Option<usize> {
        let owners = self.index.plain.get(text)?;
        let field = field.to_ascii_lowercase().replace(['-', '.'], "_");
        let meant = meaning_of_key(&field);
        owners.iter().copied().find(|token| {
            let Owner::Object(owner) = self.index.tokens[*token].owner else { return false };
            let type_name = self.facts.objects[owner].type_name();
            meant.contains(&type_name) || type_name == "aws_kms_alias" && text.starts_with("alias/")
        })
    }
}

/// The lines of each token in the text of a string, as it is written, in order.
fn lines_of(index: &Index<'_>, written: &Written<'_>) -> HashMap<usize, std::vec::IntoIter<u32>> {
    let mut lines: HashMap<usize, Vec<u32>> = HashMap::new();
    for hit in index.find(written.source) {
        lines.entry(hit.token).or_default().push(written.first_line + newlines(&written.source[..hit.start]));
    }
    lines.into_iter().map(|(token, lines)| (token, lines.into_iter())).collect()
}

/// The name of an env entry, so that its value's meaning is known.
fn named_by_sibling(item: &Node) -> Option<&str> {
    item.get("value")?;
    item.str_at(&["name"])
}

fn meaning_of_key(field: &str) -> &'static [&'static str] {
    let direct = references::meaning(field);
    if !direct.is_empty() {
        return direct;
    }
    [
        ("bucket", &["aws_s3_bucket"][..]),
        ("cluster_name", &["aws_eks_cluster"]),
        ("queue", &["aws_sqs_queue"]),
        ("table", &["aws_dynamodb_table"]),
        ("secret_name", &["aws_secretsmanager_secret"]),
        ("secret_id", &["aws_secretsmanager_secret"]),
        ("log_group", &["aws_cloudwatch_log_group"]),
        ("db_instance", &["aws_db_instance"]),
        ("db_port", &["aws_db_instance", "aws_rds_cluster"]),
        ("database_port", &["aws_db_instance", "aws_rds_cluster"]),
        ("pgport", &["aws_db_instance", "aws_rds_cluster"]),
        ("postgres_port", &["aws_db_instance", "aws_rds_cluster"]),
        ("mysql_port", &["aws_db_instance", "aws_rds_cluster"]),
        ("redis_port", &["aws_elasticache_replication_group", "aws_elasticache_cluster"]),
        ("cache_port", &["aws_elasticache_replication_group", "aws_elasticache_cluster"]),
    ]
    .into_iter()
    .find(|(word, _)| field.contains(word))
    .map_or(&[], |(_, types)| types)
}

/// Whether the token is mostly a part of a longer name.
fn is_part(token: &Token<'_>) -> bool {
    matches!(token.kind, ValueKind::Region | ValueKind::Zone | ValueKind::ZoneId)
}

/// What a rewrite would name: the token, but of a region or zone the name or ARN that it is a part of, since alone it
/// would be rewritten everywhere.
pub(super) fn literal_at<'t>(token: &Token<'_>, text: &'t str, start: usize) -> &'t str {
    let end = start + token.text.len();
    if !is_part(token) {
        return &text[start..end];
    }
    let around = |part: fn(char) -> bool| {
        let from = text[..start]
            .rfind(|c| !part(c))
            .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
        let to = text[end..].find(|c| !part(c)).map_or(text.len(), |at| end + at);
        &text[from..to]
    };
    let arn = around(|c| c.is_ascii_alphanumeric() || "._-:/".contains(c));
    if arn.starts_with("arn:") { arn } else { around(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) }
}

/// Whether it is, or is the region in, the ARN of a certificate of ACM that no resource of the state owns.
fn names_certificate(token: &Token<'_>, text: &str, start: usize) -> bool {
    match token.kind {
        ValueKind::Region => text[..start].ends_with(":acm:"),
        ValueKind::Certificate => matches!(token.owner, Owner::Nobody { .. }),
        _ => false,
    }
}

fn owner_name(facts: &Facts<'_, '_>, owner: &Owner) -> Option<String> {
    match owner {
        Owner::Object(at) => Some(facts.objects[*at].address().to_owned()),
        Owner::Primary => Some("primary".to_owned()),
        Owner::Observed(what) => Some(what.clone()),
        Owner::Settings => Some("drplan.hcl".to_owned()),
        Owner::Nobody { .. } => None,
    }
}

/// A file without objects is not applied; what it names of the primary is still worth a look.
fn search_text(index: &Index<'_>, file: &str, text: &str, uses: &mut Uses<'_, '_>, findings: &mut Findings) {
    for (number, line) in (1_u32..).zip(text.lines()) {
        for found in index.find(line) {
            let token = &index.tokens[found.token];
            // What drplan.hcl says of a text is done where the plan applies it, and this is applied by nobody.
            let is_said = token.owner == Owner::Settings;
            let verdict = if token.counterpart == Counterpart::Same || is_said {
                Verdict::kept()
            } else {
                Verdict::unplaced()
            };
            if verdict.disposition == UseDisposition::Unplaced {
                let literal = literal_at(token, line, found.start);
                let shown = literal == token.text || !line.contains('@') && secret::marker(line).is_none();
                report_in_text(findings, token, (file, number), Some(literal).filter(|_| shown));
            }
            let site = Site::File {
                file: file.to_owned(),
                line: number,
                object: None,
                path: String::new(),
                within: None,
            };
            uses.add(found.token, verdict.at(site));
        }
    }
}
