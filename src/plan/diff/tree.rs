//! Changes inside a field: JSON against JSON.

use serde_json::{Map, Value};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Changes, Matched, fields, keyed};

impl Changes {
    /// All changes from one value to another.
    pub(super) fn values(&mut self, path: String, before: &Value, after: &Value, decision: bool) {
        match (before, after) {
            _ if before == after => {}
            (Value::Object(old), Value::Object(new)) => self.objects(&path, old, new, decision),
            (Value::Array(old), Value::Array(new)) => {
                let all = || old.iter().chain(new);
                if all().all(Value::is_object) {
                    self.items(&path, old, new, decision);
                } else {
                    self.texts(&path, old, new, decision);
                }
            }
            _ => self.add(path, text(before), text(after), decision),
        }
    }

    fn objects(&mut self, path: &str, old: &Map<String, Value>, new: &Map<String, Value>, decision: bool) {
        let added = new.iter().filter(|(key, _)| !old.contains_key(*key));
        for key in old.keys().chain(added.map(|(key, _)| key)) {
            let of = |entries: &Map<String, Value>| entries.get(key).cloned().unwrap_or_default();
            self.values(format!("{path}.{key}"), &of(old), &of(new), decision);
        }
    }

    /// Lists of things that have a name, an id or a place.
    fn items(&mut self, path: &str, old: &[Value], new: &[Value], decision: bool) {
        let (names, news) = (keyed(old.iter().map(name)), keyed(new.iter().map(name)));
        let matched = Matched::of(&names, &news);
        for (key, at) in matched.gone {
            self.add(format!("{path}[{key}]"), old.get(at).and_then(text), None, decision);
        }
        for (key, at) in matched.come {
            self.add(format!("{path}[{key}]"), None, new.get(at).and_then(text), decision);
        }
        if let Some((was, is)) = matched.moved {
            self.add(format!("{path}.order"), Some(was), Some(is), decision);
        }
        for (key, from, to) in matched.both {
            if let (Some(from), Some(to)) = (old.get(from), new.get(to)) {
                self.values(format!("{path}[{key}]"), from, to, decision);
            }
        }
    }

    /// Lists of texts: what came and what went, by the shortest edit.
    fn texts(&mut self, path: &str, old: &[Value], new: &[Value], decision: bool) {
        let shown = |items: &[Value]| -> Vec<String> { items.iter().filter_map(text).collect() };
        let (old, new) = (shown(old), shown(new));
        for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
            if matches!(operation, DiffOp::Equal { .. }) {
                continue;
            }
            for gone in old.get(operation.old_range()).unwrap_or_default() {
                self.add(path.to_owned(), Some(gone.clone()), None, decision);
            }
            for come in new.get(operation.new_range()).unwrap_or_default() {
                self.add(path.to_owned(), None, Some(come.clone()), decision);
            }
        }
    }
}

/// A value in words: texts as they are, nothing for null, the rest as JSON.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// What tells an item from others of its list.
fn name(item: &Value) -> String {
    if let Some(place) = item.get("where").and_then(fields::place) {
        return place;
    }
    let of = |key: &str| item.get(key).and_then(Value::as_str);
    match (of("token"), of("path"), of("within")) {
        (Some(token), Some(path), Some(within)) => return format!("{path} > {within} {token}"),
        (Some(token), Some(path), None) => return format!("{path} {token}"),
        _ => {}
    }
    ["id", "name", "store", "component", "phase", "source", "file"]
        .iter()
        .find_map(|key| of(key))
        .map_or_else(|| item.to_string(), str::to_owned)
}
