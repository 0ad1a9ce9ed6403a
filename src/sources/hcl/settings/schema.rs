//! What drplan.hcl may hold: one table, which the reader checks against and `docs/configuration.md` explains.

use crate::model::settings::PointKind;

/// What an attribute takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A string.
    Text,
    /// A list of strings.
    Texts,
    /// A list of these strings.
    SomeOf(&'static [&'static str]),
    /// The name of a region.
    Region,
    /// A list of regions.
    Regions,
    /// One path for all regions, or an object of region and path.
    PathByRegion,
    /// `"1h30m"` or seconds.
    Duration,
    /// RFC 3339 or `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Clock,
    /// A whole number, at least this.
    Number(u32),
    /// `true` or `false`.
    Flag,
    /// Any plain value.
    Value,
    /// `"env:NAME"`, `"file:PATH"` or `"secret:NAME"`.
    Reference,
}

/// An attribute.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// Whether its block says nothing without it.
    pub(super) needed: bool,
    /// Whether what is written there by mistake may be a secret: it is never quoted.
    pub(super) private: bool,
}

/// A block.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) name: &'static str,
    /// What its one label is; `None` for blocks without and given once.
    pub(super) label: Option<&'static str>,
    /// Values that the label may have; any where empty.
    pub(super) labels: &'static [&'static str],
    pub(super) attributes: &'static [Attribute],
    pub(super) blocks: &'static [Block],
    /// Attributes of which exactly one must be given, or at least one.
    pub(super) one_of: Option<(&'static [&'static str], bool)>,
}

const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, needed: false, private: false }
}

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, needed: true, private: false }
}

const fn private(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, needed: false, private: true }
}

const fn block(name: &'static str, attributes: &'static [Attribute]) -> Block {
    Block { name, label: None, labels: &[], attributes, blocks: &[], one_of: None }
}

const fn labelled(name: &'static str, label: &'static str, attributes: &'static [Attribute]) -> Block {
    Block { name, label: Some(label), labels: &[], attributes, blocks: &[], one_of: None }
}

/// Phases before which a gate may stand.
pub(super) const PHASES: &[&str] = &["preflight", "fence", "infra", "restore", "manifests", "dns", "verify"];
/// Days of a window.
pub(super) const DAYS: &[&str] = &["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Kinds of recovery points.
pub(super) const POINTS: &[&str] = &PointKind::WORDS;

/// The file.
pub(super) const ROOT: Block = Block {
    name: "",
    label: None,
    labels: &[],
    one_of: None,
    attributes: &[
        may("stack", Kind::Text),
        may("primary", Kind::Region),
        may("recovery", Kind::Regions),
        may("observation", Kind::Text),
        may("estimates", Kind::Text),
        may("inventory", Kind::PathByRegion),
    ],
    blocks: &[
        Block {
            blocks: &[Block {
                one_of: Some((&["path", "bucket"], true)),
                ..block(
                    "replica",
                    &[
                        may("path", Kind::Text),
                        may("bucket", Kind::Text),
                        may("key", Kind::Text),
                        may("region", Kind::Region),
                    ],
                )
            }],
            ..block(
                "state",
                &[
                    may("path", Kind::Text),
                    may("bucket", Kind::Text),
                    may("key", Kind::Text),
                    may("region", Kind::Region),
                    may("workspace", Kind::Text),
                    may("workspace_key_prefix", Kind::Text),
                ],
            )
        },
        Block {
            blocks: &[Block {
                one_of: Some((&["value", "env", "file", "secret"], true)),
                ..labelled(
                    "variable",
                    "the name of the variable",
                    &[
                        private("value", Kind::Value),
                        private("env", Kind::Text),
                        private("file", Kind::Text),
                        private("secret", Kind::Text),
                    ],
                )
            }],
            ..block(
                "terraform",
                &[
                    may("dir", Kind::Text),
                    may("engine", Kind::Text),
                    may("workspace", Kind::Text),
                    may("parallelism", Kind::Number(1)),
                ],
            )
        },
        block("manifests", &[may("paths", Kind::Texts), may("exclude", Kind::Texts)]),
        Block {
            one_of: Some((&["rto", "rpo"], false)),
            ..labelled(
                "objective",
                "the component",
                &[may("rto", Kind::Duration), may("rpo", Kind::Duration)],
            )
        },
        labelled(
            "database",
            "the name or the address of the database",
            &[
                may("address", Kind::Text),
                may("kms_key_id", Kind::Text),
                may("identifier", Kind::Text),
                may("classes", Kind::Texts),
                may("max_age", Kind::Duration),
                may("prefer", Kind::SomeOf(POINTS)),
                private("password", Kind::Reference),
            ],
        ),
        labelled("counterpart", "the ARN, name, id or address of the primary's", &[must("to", Kind::Text)]),
        Block {
            one_of: Some((&["to", "keep"], true)),
            ..labelled("rewrite", "the text", &[may("to", Kind::Text), may("keep", Kind::Flag)])
        },
        labelled("accept_loss", "the address", &[must("reason", Kind::Text)]),
        labelled("skip", "the address", &[must("reason", Kind::Text)]),
        labelled("provides", "the kind, namespace and name of what is provided", &[must("by", Kind::Text)]),
        block("dns", &[may("names", Kind::Texts), may("keep", Kind::Texts)]),
        Block {
            labels: PHASES,
            ..labelled("gate", "the phase", &[may("decision", Kind::Duration), may("ask", Kind::Text)])
        },
        block(
            "approval",
            &[
                may("allowed_signers", Kind::Text),
                may("revoked", Kind::Text),
                may("quorum", Kind::Number(0)),
                may("expiry", Kind::Duration),
                may("break_glass", Kind::Flag),
            ],
        ),
        block("journal", &[must("s3", Kind::Text), may("region", Kind::Region), may("kms_key", Kind::Text)]),
        labelled(
            "window",
            "a name",
            &[may("days", Kind::SomeOf(DAYS)), must("from", Kind::Clock), must("to", Kind::Clock)],
        ),
        labelled(
            "estimate",
            "the kind of work",
            &[must("p50", Kind::Duration), must("p90", Kind::Duration), may("measured", Kind::Date)],
        ),
        labelled(
            "backup",
            "the name or the address of the store",
            &[
                must("interval", Kind::Duration),
                must("copy_time", Kind::Duration),
                may("of", Kind::SomeOf(POINTS)),
            ],
        ),
    ],
};
