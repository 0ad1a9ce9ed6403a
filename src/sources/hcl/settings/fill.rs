//! Takes the values of a drplan.hcl in which nothing is wrong.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, Body};

use super::expected::texts;
use super::value;
use crate::model::diagnostic::Place;
use crate::model::estimate::default_of;
use crate::model::settings::{
    AcceptedLoss, Approval, BackupSchedule, Counterpart, Database, DnsSettings, Gate, JournalSettings,
    ManifestSettings, MeasuredEstimate, Objective, PointKind, Provides, Rewrite, Settings, StateSettings,
    TerraformSettings, ValueSource, VariableSource, Window,
};
use crate::sources::hcl::source::Source;

#[cfg(test)]
mod tests;

/// The settings; what is not given keeps its default. `folder`: name of the folder that the file is in.
pub(super) fn fill(source: &Source, body: &Body, folder: Option<String>) -> Settings {
    let root = Part { source, body };
    let default = Settings::default();
    Settings {
        file: Some(source.shown.clone()),
        stack: root.text("stack").or(folder).unwrap_or(default.stack),
        primary: root.text("primary"),
        recovery: root.texts("recovery"),
        state: root.block("state").map(state).unwrap_or_default(),
        terraform: root.block("terraform").map(terraform).unwrap_or_default(),
        manifests: root.block("manifests").map_or_else(ManifestSettings::default, |part| ManifestSettings {
            paths: part.texts("paths"),
            exclude: part.texts("exclude"),
        }),
        observation: root.text("observation"),
        inventory: root.inventory(),
        objectives: root.labelled("objective", objective),
        databases: root.labelled("database", database),
        counterparts: root.labelled("counterpart", counterpart),
        rewrites: root.labelled("rewrite", rewrite),
        accepted_losses: root.labelled("accept_loss", loss),
        skips: root.labelled("skip", loss),
        provides: root.labelled("provides", provides),
        dns: root.block("dns").map_or_else(DnsSettings::default, |part| DnsSettings {
            names: part.texts("names"),
            keep: part.texts("keep"),
        }),
        gates: root.labelled("gate", gate),
        approval: root.block("approval").map(approval).unwrap_or_default(),
        journal: root.block("journal").and_then(journal),
        windows: root.labelled("window", window),
        estimates: root.labelled("estimate", estimate),
        durations: root.text("estimates"),
        backups: root.labelled("backup", backup),
    }
}

/// A body, asked for its values by name.
#[derive(Clone, Copy)]
struct Part<'s> {
    source: &'s Source,
    body: &'s Body,
}

impl<'s> Part<'s> {
    fn value(&self, name: &str) -> Option<&'s Expression> {
        self.body.get_attribute(name).map(|attribute| &attribute.value)
    }
    fn text(&self, name: &str) -> Option<String> {
        self.value(name)?.as_str().map(str::to_owned)
    }
    fn texts(&self, name: &str) -> Vec<String> {
        let items = self.value(name).and_then(texts).unwrap_or_default();
        items.into_iter().map(str::to_owned).collect()
    }
    fn points(&self, name: &str) -> Vec<PointKind> {
        self.texts(name).iter().filter_map(|word| PointKind::of(word)).collect()
    }
    fn duration(&self, name: &str) -> Option<u64> {
        value::duration_of(self.value(name)?)
    }
    fn number(&self, name: &str) -> Option<u32> {
        u32::try_from(self.value(name)?.as_number()?.as_u64()?).ok()
    }
    fn flag(&self, name: &str) -> Option<bool> {
        self.value(name)?.as_bool()
    }

    fn block(&self, name: &str) -> Option<Self> {
        let block = self.body.blocks().find(|block| block.has_ident(name))?;
        Some(Self { source: self.source, body: &block.body })
    }

    /// All blocks of a name, each with its label and place.
    fn labelled<T>(&self, name: &str, take: impl Fn(Part<'s>, String, Option<Place>) -> T) -> Vec<T> {
        let label = |block: &Block| block.labels.first().map(|label| label.as_str().to_owned());
        self.body
            .blocks()
            .filter(|block| block.has_ident(name))
            .map(|block| {
                let place =
                    block.ident.span().or_else(|| block.span()).map(|span| self.source.place(span.start));
                take(Part { source: self.source, body: &block.body }, label(block).unwrap_or_default(), place)
            })
            .collect()
    }

    fn inventory(&self) -> Vec<(Option<String>, String)> {
        match self.value("inventory") {
            Some(Expression::String(path)) => vec![(None, path.as_str().to_owned())],
            Some(Expression::Object(object)) => object
                .iter()
                .filter_map(|(key, path)| {
                    let region = match key {
                        ObjectKey::Ident(region) => region.as_str(),
                        ObjectKey::Expression(region) => region.as_str()?,
                    };
                    Some((Some(region.to_owned()), path.expr().as_str()?.to_owned()))
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// A path, or a bucket and key.
    fn location(&self, other_key: Option<&str>) -> Option<String> {
        if let Some(path) = self.text("path") {
            return Some(path);
        }
        let bucket = self.text("bucket")?;
        let key = self.text("key").or_else(|| other_key.map(str::to_owned))?;
        Some(format!("s3://{bucket}/{key}"))
    }
}

fn state(part: Part<'_>) -> StateSettings {
    let replica = part.block("replica");
    StateSettings {
        source: part.location(None),
        region: part.text("region"),
        workspace: part.text("workspace"),
        workspace_key_prefix: part.text("workspace_key_prefix"),
        replica: replica.and_then(|replica| replica.location(part.text("key").as_deref())),
        replica_region: replica.and_then(|replica| replica.text("region")),
    }
}

fn terraform(part: Part<'_>) -> TerraformSettings {
    TerraformSettings {
        dir: part.text("dir"),
        engine: part.text("engine"),
        workspace: part.text("workspace"),
        parallelism: part.number("parallelism"),
        variables: part.labelled("variable", variable).into_iter().flatten().collect(),
    }
}

fn variable(part: Part<'_>, name: String, place: Option<Place>) -> Option<VariableSource> {
    let plain = part.value("value").and_then(value::plain).map(ValueSource::Plain);
    let source = plain
        .or_else(|| part.text("env").map(ValueSource::Environment))
        .or_else(|| part.text("file").map(ValueSource::File))
        .or_else(|| part.text("secret").map(ValueSource::Secret))?;
    Some(VariableSource { name, source, place })
}

fn objective(part: Part<'_>, component: String, place: Option<Place>) -> Objective {
    Objective { component, rto_seconds: part.duration("rto"), rpo_seconds: part.duration("rpo"), place }
}

fn database(part: Part<'_>, name: String, place: Option<Place>) -> Database {
    Database {
        name,
        address: part.text("address"),
        kms_key_id: part.text("kms_key_id"),
        identifier: part.text("identifier"),
        classes: part.texts("classes"),
        max_age_seconds: part.duration("max_age"),
        prefer: part.points("prefer"),
        password: part.value("password").and_then(Expression::as_str).and_then(value::reference),
        place,
    }
}

fn counterpart(part: Part<'_>, subject: String, place: Option<Place>) -> Counterpart {
    Counterpart { subject, to: part.text("to").unwrap_or_default(), place }
}

fn rewrite(part: Part<'_>, text: String, place: Option<Place>) -> Rewrite {
    Rewrite { text, to: part.text("to"), place }
}

fn loss(part: Part<'_>, address: String, place: Option<Place>) -> AcceptedLoss {
    AcceptedLoss { address, reason: part.text("reason").unwrap_or_default(), place }
}

fn provides(part: Part<'_>, subject: String, place: Option<Place>) -> Provides {
    Provides { subject, by: part.text("by").unwrap_or_default(), place }
}

fn gate(part: Part<'_>, phase: String, place: Option<Place>) -> Gate {
    let usual = default_of("decision").map_or(300, |decision| u64::from(decision.p50));
    let decision_seconds = part.duration("decision").unwrap_or(usual);
    Gate { phase, decision_seconds, ask: part.text("ask"), place }
}

fn approval(part: Part<'_>) -> Approval {
    let default = Approval::default();
    let allowed_signers = part.text("allowed_signers");
    // Whoever names approvers wants to be asked: without a number, one of them.
    let usual = if allowed_signers.is_some() { 1 } else { default.quorum };
    Approval {
        allowed_signers,
        approvers: Vec::new(),
        revoked: part.text("revoked"),
        quorum: part.number("quorum").unwrap_or(usual),
        expiry_seconds: part.duration("expiry").unwrap_or(default.expiry_seconds),
        break_glass: part.flag("break_glass").unwrap_or(default.break_glass),
    }
}

fn journal(part: Part<'_>) -> Option<JournalSettings> {
    let uri = part.text("s3")?;
    let (bucket, prefix) = JournalSettings::parts(&uri)?;
    Some(JournalSettings {
        bucket: bucket.to_owned(),
        prefix: prefix.to_owned(),
        region: part.text("region"),
        kms_key: part.text("kms_key"),
    })
}

fn window(part: Part<'_>, name: String, _: Option<Place>) -> Window {
    Window {
        name,
        days: part.texts("days"),
        from: part.text("from").unwrap_or_default(),
        to: part.text("to").unwrap_or_default(),
    }
}

fn estimate(part: Part<'_>, kind: String, place: Option<Place>) -> MeasuredEstimate {
    MeasuredEstimate {
        kind,
        p50_seconds: part.duration("p50").unwrap_or_default(),
        p90_seconds: part.duration("p90").unwrap_or_default(),
        measured: part.text("measured").as_deref().and_then(value::date),
        place,
    }
}

fn backup(part: Part<'_>, store: String, place: Option<Place>) -> BackupSchedule {
    BackupSchedule {
        store,
        interval_seconds: part.duration("interval").unwrap_or_default(),
        copy_seconds: part.duration("copy_time").unwrap_or_default(),
        of: part.points("of"),
        place,
    }
}
