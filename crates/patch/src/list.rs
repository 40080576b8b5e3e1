use std::collections::BTreeMap;

use serde_json::{Number, Value};

use crate::order;

/// Which items of a list were which before.
#[derive(Debug)]
pub(crate) struct Matching {
    /// For each item of the new list, its index in the old one; none where it is new.
    pub(crate) origins: Vec<Option<usize>>,
    /// Whether the items were matched by key.
    pub(crate) keyed: bool,
    old_length: usize,
}

impl Matching {
    /// Matches by the fields of `key` where every item of both lists has them and no two items of a
    /// list share them; otherwise by position.
    pub(crate) fn new(before: &[Value], after: &[Value], key: &[&str]) -> Self {
        let by_key = by_key(before, after, key);
        let keyed = by_key.is_some();
        let origins = by_key.unwrap_or_else(|| by_position(before, after));
        Self {
            origins,
            keyed,
            old_length: before.len(),
        }
    }

    /// Whether every item is where it was.
    pub(crate) fn in_place(&self) -> bool {
        self.origins.len() == self.old_length
            && self
                .origins
                .iter()
                .enumerate()
                .all(|(new, old)| *old == Some(new))
    }

    /// The old indices of the items that are gone, in ascending order.
    pub(crate) fn removed(&self) -> Vec<usize> {
        let mut gone = vec![true; self.old_length];
        for old in self.origins.iter().flatten() {
            gone[*old] = false;
        }
        (0..self.old_length).filter(|old| gone[*old]).collect()
    }

    /// The new indices of the items that are new, in ascending order.
    pub(crate) fn added(&self) -> Vec<usize> {
        (0..self.origins.len())
            .filter(|new| self.origins[*new].is_none())
            .collect()
    }

    /// The new indices of the items that change places, in ascending order.
    pub(crate) fn displaced(&self) -> Vec<usize> {
        let (news, olds): (Vec<usize>, Vec<usize>) = self.kept().unzip();
        news.into_iter()
            .zip(order::stays(&olds))
            .filter(|(_, stays)| !stays)
            .map(|(new, _)| new)
            .collect()
    }

    /// The moves that bring what is left after the removals into the new order, as [`order::moves`]
    /// has them.
    pub(crate) fn moves(&self) -> Vec<(usize, usize)> {
        order::moves(&self.kept().map(|(_, old)| old).collect::<Vec<_>>())
    }

    /// For each new index, the old index of the item that shows whether the place is still the
    /// same: the next item that was there before or, at the end of the list, the one before it.
    pub(crate) fn neighbours(&self) -> Vec<Option<usize>> {
        let before = latest(self.origins.iter());
        let behind = latest(self.origins.iter().rev());
        behind
            .into_iter()
            .rev()
            .zip(before)
            .map(|(behind, before)| behind.or(before))
            .collect()
    }

    /// The new and the old index of each item that is in both lists.
    fn kept(&self) -> impl Iterator<Item = (usize, usize)> {
        self.origins
            .iter()
            .enumerate()
            .filter_map(|(new, old)| Some((new, (*old)?)))
    }
}

/// For each origin, the nearest one that has come before it.
fn latest<'a>(origins: impl Iterator<Item = &'a Option<usize>>) -> Vec<Option<usize>> {
    let mut latest = None;
    let step = |origin: &Option<usize>| {
        let before = latest;
        latest = origin.or(latest);
        before
    };
    origins.map(step).collect()
}

/// The values of an item's key fields, in the order of the fields.
pub(crate) type Key<'a> = Vec<KeyValue<'a>>;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum KeyValue<'a> {
    Bool(bool),
    Integer(String),
    String(&'a str),
}

fn by_key(before: &[Value], after: &[Value], fields: &[&str]) -> Option<Vec<Option<usize>>> {
    let old = indices_by_key(before, fields)?;
    let new = indices_by_key(after, fields)?;
    let mut origins = vec![None; after.len()];
    for (key, index) in new {
        origins[index] = old.get(&key).copied();
    }
    Some(origins)
}

/// The index of each item by its key; none where the items go by position.
pub(crate) fn indices_by_key<'a>(
    items: &'a [Value],
    fields: &[&str],
) -> Option<BTreeMap<Key<'a>, usize>> {
    if fields.is_empty() {
        return None;
    }
    let mut indices = BTreeMap::new();
    for (index, item) in items.iter().enumerate() {
        if indices.insert(key_of(item, fields)?, index).is_some() {
            return None;
        }
    }
    Some(indices)
}

/// The values of an item's key fields; none where one is absent or can identify nothing.
pub(crate) fn key_of<'a>(item: &'a Value, fields: &[&str]) -> Option<Key<'a>> {
    fields
        .iter()
        .map(|field| key_value(item.get(field)?))
        .collect()
}

/// The names and values of an item's key, for people.
pub(crate) fn key_pairs(item: Option<&Value>, fields: &[&str]) -> Vec<(String, String)> {
    let pair = |field: &&str| Some(((*field).to_owned(), text(item?.get(field)?)));
    fields.iter().filter_map(pair).collect()
}

/// A string as it is, any other scalar as JSON has it.
pub(crate) fn text(scalar: &Value) -> String {
    scalar
        .as_str()
        .map_or_else(|| scalar.to_string(), str::to_owned)
}

/// A scalar that can identify: null says nothing, and a fraction has more than one spelling.
fn key_value(value: &Value) -> Option<KeyValue<'_>> {
    match value {
        Value::Bool(bool) => Some(KeyValue::Bool(*bool)),
        Value::Number(number) if is_integer(number) => Some(KeyValue::Integer(number.to_string())),
        Value::String(text) => Some(KeyValue::String(text)),
        _ => None,
    }
}

fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// Keeps the common head and tail; between them the items are paired one by one, and the surplus of
/// the longer side is removed or added at the end of the stretch.
///
/// That is one operation for one argument that is inserted, removed or changed, however long the
/// list is. A `replace` of the whole list would hide from a reviewer what changes, and could not be
/// guarded item by item.
fn by_position(before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let head = before
        .iter()
        .zip(after)
        .take_while(|(old, new)| old == new)
        .count();
    let (old_rest, new_rest) = (&before[head..], &after[head..]);
    let tail = old_rest
        .iter()
        .rev()
        .zip(new_rest.iter().rev())
        .take_while(|(old, new)| old == new)
        .count();
    let (old_end, new_end) = (before.len() - tail, after.len() - tail);
    let origin = |new| match new {
        _ if new >= new_end => Some(new - new_end + old_end),
        _ if new < old_end => Some(new),
        _ => None,
    };
    (0..after.len()).map(origin).collect()
}

/// Whether lists whose items have no key may be held against one another by position: as many items in
/// each, and maps alone.
pub(crate) fn are_alike(lists: [&[Value]; 3]) -> bool {
    let [first, ..] = lists;
    let is_map = |item: &Value| item.is_object();
    let mut lists = lists.into_iter();
    lists.all(|list| list.len() == first.len() && list.iter().all(is_map))
}
