//! What a step changes, object by object, without what must not be shown.

use cutover_manifest::{Bundle, Digest, Manifest, MergeKeys, ObjectRef, emit};
use cutover_patch::{Difference, differences};
use cutover_plan::{Change, Step};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use crate::text::clean;

/// One object of a step.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Section {
    pub(crate) verb: Verb,
    pub(crate) object: ObjectRef,
    /// What a new object is a copy of, but for its lines.
    pub(crate) copied: Option<ObjectRef>,
    pub(crate) lines: Vec<Line>,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Create,
    Patch,
    Delete,
    Replace,
}

/// One line of a diff, without its sign.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// A line that comes in.
    Added(String),
    /// A line that stays, beside others that do not.
    Kept(String),
    /// Items of a list that change places.
    Order {
        path: String,
        before: String,
        after: String,
    },
    /// A line that goes.
    Removed(String),
    /// A value on one line that becomes another.
    Replaced {
        path: String,
        before: String,
        after: String,
    },
}

/// What a step changes, in the order in which it does.
pub(crate) fn sections(step: &Step, before: &Bundle, after: &Bundle) -> Vec<Section> {
    step.changes
        .iter()
        .map(|change| section(change, before, after))
        .collect()
}

/// The same as documents.
pub(crate) fn documents(step: &Step, before: &Bundle, after: &Bundle) -> Vec<Value> {
    step.changes
        .iter()
        .map(|change| document(change, before, after))
        .collect()
}

fn document(change: &Change, before: &Bundle, after: &Bundle) -> Value {
    let object = change.object();
    match change {
        Change::Create(manifest) => {
            json!({ "verb": "create", "object": object, "manifest": shown(manifest) })
        }
        Change::Delete(_) => {
            json!({ "verb": "delete", "object": object, "manifest": before.get(object).map(shown) })
        }
        Change::Replace(replace) => {
            json!({ "verb": "replace", "object": object, "replace": replace })
        }
        Change::Patch(_) => {
            let differences: Vec<Value> = patched(object, before, after)
                .into_iter()
                .map(difference)
                .collect();
            json!({ "verb": "patch", "object": object, "differences": differences })
        }
    }
}

/// Absent on one side is not the same as null there.
fn difference(
    Difference {
        path,
        before,
        after,
    }: Difference,
) -> Value {
    let sides = [("before", before), ("after", after)];
    let sides = sides
        .into_iter()
        .filter_map(|(side, value)| Some((side.to_owned(), value?)));
    Value::Object(
        sides
            .chain([("path".to_owned(), json!(path.to_string()))])
            .collect(),
    )
}

fn patched(object: &ObjectRef, before: &Bundle, after: &Bundle) -> Vec<Difference> {
    let [was, is] = [before, after].map(|state| state.get(object).map(shown).unwrap_or_default());
    differences(&was, &is, &MergeKeys)
}

impl Section {
    /// As `patch Deployment hello`, or as `create Deployment hello-canary, a copy of Deployment hello,
    /// but:`.
    pub(crate) fn head(&self) -> String {
        let verb = match self.verb {
            Verb::Create => "create",
            Verb::Patch => "patch",
            Verb::Delete => "delete",
            Verb::Replace => "replace pods of",
        };
        let copied = match (&self.copied, self.lines.is_empty()) {
            (None, _) => String::new(),
            (Some(original), true) => format!(", a copy of {original}"),
            (Some(original), false) => format!(", a copy of {original}, but:"),
        };
        clean(&format!("{verb} {}{copied}", self.object))
    }
}

fn section(change: &Change, before: &Bundle, after: &Bundle) -> Section {
    let object = change.object().clone();
    match change {
        Change::Create(manifest) => created(manifest, before),
        Change::Delete(_) => {
            let gone = before.get(&object).map(shown);
            Section {
                verb: Verb::Delete,
                object,
                copied: None,
                lines: gone.map_or_else(Vec::new, |gone| whole(&gone, Line::Removed)),
            }
        }
        Change::Replace(replace) => Section {
            verb: Verb::Replace,
            lines: whole(&json!(replace), Line::Kept),
            object,
            copied: None,
        },
        Change::Patch(_) => {
            let lines = patched(&object, before, after)
                .iter()
                .flat_map(lines)
                .collect();
            Section {
                verb: Verb::Patch,
                object,
                copied: None,
                lines,
            }
        }
    }
}

/// A new object: by how it differs from one that is there, where little of it does.
fn created(manifest: &Manifest, before: &Bundle) -> Section {
    let new = shown(manifest);
    let mut lines = whole(&new, Line::Added);
    let mut copied = None;
    for known in before.iter().filter(|known| is_original(known, manifest)) {
        let found = differences(&shown(known), &new, &MergeKeys);
        let found = found.iter().filter(|found| found.path.to_string() != NAME);
        let differing: Vec<Line> = found.flat_map(self::lines).collect();
        let most = match copied {
            Some(_) => lines.len(),
            // Where half of it is another one, it is read better as a whole.
            None => lines.len() / 2,
        };
        if differing.len() < most {
            copied = Some(known.object().clone());
            lines = differing;
        }
    }
    Section {
        verb: Verb::Create,
        object: manifest.object().clone(),
        copied,
        lines,
    }
}

/// The one field in which a copy always differs.
const NAME: &str = "metadata.name";

/// Whether an object may be what a new one is made of: of one kind, in one namespace, and named as
/// the new one begins, as `hello` and `hello-canary`.
fn is_original(known: &Manifest, new: &Manifest) -> bool {
    let [known, new] = [known, new].map(Manifest::object);
    let kind = (&known.api_version, &known.kind, &known.namespace);
    let rest = new.name.strip_prefix(&known.name);
    kind == (&new.api_version, &new.kind, &new.namespace)
        && rest.is_some_and(|rest| rest.starts_with('-'))
}

/// kubectl's copy of the whole object as it was applied.
const LAST_APPLIED: &str =
    "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";

/// The object as it may be shown: a few digits of a seal stand for a Secret's data, and of a digest
/// for kubectl's copy of the object.
fn shown(manifest: &Manifest) -> Value {
    // A bundle that is no plan's may hold it open.
    let sealed = manifest.redacted();
    let mut value = sealed.value().clone();
    if let Some(seal) = sealed.seal()
        && let Some(data) = value.pointer_mut("/data")
    {
        *data = json!(match seal {
            Ok(seal) => format!("sealed {}", seal.short()),
            Err(_) => "sealed".to_owned(),
        });
    }
    if let Some(copy) = value.pointer_mut(LAST_APPLIED) {
        let digest = Digest::of(copy).map(|digest| digest.short().to_owned());
        let digest = digest.unwrap_or_else(|_| "it has no digest".into());
        *copy = json!(format!("not shown, {digest}"));
    }
    value
}

fn lines(difference: &Difference) -> Vec<Line> {
    let path = clean(&difference.path.to_string());
    match (&difference.before, &difference.after) {
        // Lists are compared item by item, so that a list on both sides can only be its keys in two
        // orders.
        (Some(Value::Array(was)), Some(Value::Array(is))) => {
            vec![Line::Order {
                path,
                before: keys(was),
                after: keys(is),
            }]
        }
        (Some(Value::String(was)), Some(Value::String(is)))
            if was.contains('\n') || is.contains('\n') =>
        {
            text_lines(&path, was, is)
        }
        (Some(was), Some(is)) if is_one_line(was) && is_one_line(is) => {
            vec![Line::Replaced {
                path,
                before: one_line(was),
                after: one_line(is),
            }]
        }
        (was, is) => {
            let removed = was
                .iter()
                .flat_map(|value| under(&path, value, Line::Removed));
            removed
                .chain(is.iter().flat_map(|value| under(&path, value, Line::Added)))
                .collect()
        }
    }
}

fn keys(items: &[Value]) -> String {
    items.iter().map(one_line).collect::<Vec<_>>().join(", ")
}

/// The lines of a text that differ, with three around them.
fn text_lines(path: &str, was: &str, is: &str) -> Vec<Line> {
    let mut lines = vec![Line::Kept(format!("{path}:"))];
    let diff = TextDiff::from_lines(was, is);
    for (number, group) in diff.grouped_ops(3).iter().enumerate() {
        lines.extend((number > 0).then(|| Line::Kept("  …".into())));
        for change in group
            .iter()
            .flat_map(|operation| diff.iter_changes(operation))
        {
            let text = format!("  {}", clean(change.value().trim_end_matches(['\n', '\r'])));
            lines.push(match change.tag() {
                ChangeTag::Delete => Line::Removed(text),
                ChangeTag::Equal => Line::Kept(text),
                ChangeTag::Insert => Line::Added(text),
            });
        }
    }
    lines
}

/// A value below its path.
fn under(path: &str, value: &Value, line: fn(String) -> Line) -> Vec<Line> {
    if is_one_line(value) {
        return vec![line(format!("{path}: {}", one_line(value)))];
    }
    let yaml = emit(value);
    let below = yaml.lines().map(|text| line(format!("  {}", clean(text))));
    std::iter::once(line(format!("{path}:")))
        .chain(below)
        .collect()
}

fn whole(value: &Value, line: fn(String) -> Line) -> Vec<Line> {
    emit(value).lines().map(|text| line(clean(text))).collect()
}

fn is_one_line(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => !text.contains('\n'),
        _ => true,
    }
}

/// The value as YAML has it, so that a text in quotes is told from a number.
fn one_line(value: &Value) -> String {
    match value {
        Value::Object(_) => clean(&value.to_string()),
        other => clean(emit(other).trim_end()),
    }
}
