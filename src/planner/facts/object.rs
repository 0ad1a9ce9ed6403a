//! One object of the state: where it lives, what it is called and what it owns.

use std::borrow::Cow;

use crate::model::arn::Arn;
use crate::model::attributes::{self, Scalar, Segment};
use crate::model::region;
use crate::model::secret;
use crate::model::state::{Instance, Mode};
use crate::model::types::{self, TypeEntry};
use crate::model::value::ValueKind;

/// An object of the state with what was found in its attributes.
pub(in crate::planner) struct Object<'i, 'a> {
    pub(in crate::planner) instance: &'i Instance<'a>,
    pub(in crate::planner) entry: Option<&'static TypeEntry>,
    /// Region it lives in; `None` where nothing tells, or where it is global.
    pub(in crate::planner) region: Option<Cow<'a, str>>,
    pub(in crate::planner) id: Option<Cow<'a, str>>,
    pub(in crate::planner) arn: Option<Cow<'a, str>>,
    pub(in crate::planner) owned: Vec<Owned<'a>>,
    /// Whether the primary does not have it: only the engine's plan does, and its attributes are the recovery's.
    pub(in crate::planner) only_planned: bool,
    /// The attributes of the first level that are text.
    texts: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// The first identity attribute that has text, with its rank in the type's entry.
    identity: Option<(usize, Cow<'a, str>)>,
}

/// A value that an object owns.
pub(in crate::planner) struct Owned<'a> {
    pub(in crate::planner) kind: ValueKind,
    pub(in crate::planner) value: Cow<'a, str>,
}

impl<'i> Object<'i, '_> {
    pub(in crate::planner) fn is_managed(&self) -> bool {
        self.instance.mode == Mode::Managed
    }
    pub(in crate::planner) fn type_name(&self) -> &str {
        &self.instance.type_name
    }
    pub(in crate::planner) fn address(&self) -> &'i str {
        &self.instance.address
    }
    /// An attribute of the first level that is text, be it empty.
    pub(in crate::planner) fn text(&self, attribute: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| name == attribute).map(|(_, text)| &**text)
    }
    /// All texts of the first level.
    pub(in crate::planner) fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|(_, text)| &**text)
    }
    /// The attributes as a tree; for the few objects whose settings a step carries.
    pub(in crate::planner) fn tree(&self) -> serde_json::Value {
        attributes::tree(self.instance.attributes)
    }
    /// The texts of an attribute of the first level that is a list.
    pub(in crate::planner) fn list(&self, attribute: &str) -> Vec<String> {
        let tree = self.tree();
        let items = tree.get(attribute).and_then(serde_json::Value::as_array);
        items.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }
    /// The first owned value of a kind.
    pub(in crate::planner) fn owns(&self, kind: ValueKind) -> Option<&str> {
        self.owned.iter().find(|owned| owned.kind == kind).map(|owned| &*owned.value)
    }
    /// What people call it: the first identity attribute that has text, else its id, else its address.
    pub(in crate::planner) fn name(&self) -> String {
        self.given_name().or(self.id.as_deref()).unwrap_or(self.address()).to_owned()
    }
    /// The first identity attribute that has text: what people gave it, not what AWS made up.
    pub(in crate::planner) fn given_name(&self) -> Option<&str> {
        self.identity.as_ref().map(|(_, name)| &**name)
    }
}

/// One walk over the attributes: region, id, ARN and what the type table says it owns.
pub(super) fn read_object<'i, 'a>(instance: &'i Instance<'a>) -> Object<'i, 'a> {
    let entry = types::lookup(&instance.type_name);
    let mut object = Object {
        instance,
        entry,
        region: None,
        id: None,
        arn: None,
        owned: Vec::new(),
        only_planned: false,
        texts: Vec::new(),
        identity: None,
    };
    let (mut region, mut zone) = (None, None);
    let id_kind = entry.map_or(ValueKind::Id, |entry| entry.id_kind);
    let mut visit = |path: &[Segment<'a>], scalar: Scalar<'a>| {
        if let ([Segment::Key(key)], Scalar::String(text)) = (path, &scalar) {
            object.texts.push((key.clone(), text.clone()));
        }
        let text = match scalar {
            Scalar::String(text) if !text.is_empty() => text,
            Scalar::Integer(number) => Cow::Owned(number.to_string()),
            _ => return,
        };
        if let [Segment::Key(key)] = path {
            let rank = entry.and_then(|entry| {
                entry.identity.iter().position(|attribute| *attribute != "id" && attribute == key)
            });
            if let Some(rank) = rank
                && object.identity.as_ref().is_none_or(|(known, _)| rank < *known)
            {
                object.identity = Some((rank, text.clone()));
            }
            match &**key {
                "region" => region = Some(text.clone()),
                "availability_zone" => zone = Some(text.clone()),
                // The id of an access key is half of a credential: nothing names it.
                "id" if secret::marker(&text).is_some() => {}
                "id" => {
                    object.id = Some(text.clone());
                    let kind = if text.starts_with("arn:") { ValueKind::Arn } else { id_kind };
                    object.owned.push(Owned { kind, value: text.clone() });
                }
                "arn" => {
                    object.arn = Some(text.clone());
                    object.owned.push(Owned { kind: arn_kind(&instance.type_name), value: text.clone() });
                }
                _ => {}
            }
        }
        for owns in entry.map_or(&[][..], |entry| entry.owns) {
            if attributes::matches(path, owns.path) {
                let value =
                    if owns.kind == ValueKind::Issuer { without_scheme(text.clone()) } else { text.clone() };
                if owns.kind == ValueKind::Url
                    && let Some(host) = host_of(&text)
                {
                    object
                        .owned
                        .push(Owned { kind: ValueKind::Endpoint, value: Cow::Owned(host.to_owned()) });
                }
                object.owned.push(Owned { kind: owns.kind, value });
            }
        }
    };
    // A state whose attributes are not sound JSON never gets here: the reader refuses it.
    let owns = entry.map_or(&[][..], |entry| entry.owns);
    let below = |key: &str| {
        owns.iter().any(|owns| owns.path.strip_prefix(key).is_some_and(|rest| rest.starts_with('.')))
            || owns.iter().any(|owns| owns.path.starts_with('*'))
    };
    let _ = attributes::walk_some(instance.attributes, below, &mut visit);
    let of_arn = object.arn.as_deref().and_then(Arn::parse).filter(|arn| !arn.region.is_empty());
    object.region = match (region, of_arn, zone) {
        (Some(region), _, _) if looks_like_region(&region) => Some(region),
        (_, Some(arn), _) => Some(Cow::Owned(arn.region.to_owned())),
        (_, _, Some(zone)) => region::of_zone(&zone).map(|region| Cow::Owned(region.to_owned())),
        _ => None,
    };
    object
}

/// An instance that only the engine's plan has: it owns nothing of the primary, and lies in the recovery region unless
/// its provider is another region's.
pub(super) fn read_planned<'i, 'a>(instance: &'i Instance<'a>, recovery: &str) -> Object<'i, 'a> {
    let read = read_object(instance);
    let region = read.region.filter(|region| region != recovery);
    Object { region, id: None, arn: None, owned: Vec::new(), only_planned: true, ..read }
}

fn arn_kind(type_name: &str) -> ValueKind {
    match type_name {
        "aws_acm_certificate" => ValueKind::Certificate,
        "aws_kms_key" | "aws_kms_replica_key" | "aws_kms_alias" => ValueKind::Key,
        _ => ValueKind::Arn,
    }
}

/// The host of a URL, which is often written without its scheme.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', ':']).next()?;
    host.contains('.').then_some(host)
}

fn without_scheme(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.strip_prefix("https://") {
        Some(rest) => Cow::Owned(rest.to_owned()),
        None => text,
    }
}

fn looks_like_region(text: &str) -> bool {
    region::known(text)
        || (text.len() < 20 && text.split('-').count() >= 3 && text.ends_with(|c: char| c.is_ascii_digit()))
}
