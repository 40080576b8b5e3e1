use std::collections::BTreeMap;

use serde_json::{Number, Value};

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
    /// Matches by the fields of `key` where every item of both lists has them and no two items of a list
    /// share them; otherwise by position.
    pub(crate) fn new(before: &[Value], after: &[Value], key: &[&str]) -> Self {
        let by_key = by_key(before, after, key);
        let keyed = by_key.is_some();
        let origins = by_key.unwrap_or_else(|| by_position(before, after));
        Self { origins, keyed, old_length: before.len() }
    }

    /// Whether every item is where it was.
    pub(crate) fn in_place(&self) -> bool {
        self.origins.len() == self.old_length
            && self.origins.iter().enumerate().all(|(new, old)| *old == Some(new))
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
        (0..self.origins.len()).filter(|new| self.origins[*new].is_none()).collect()
    }

    /// The new indices of the items that must move for the others to be in order, in ascending order: all
    /// but a longest increasing subsequence.
    pub(crate) fn displaced(&self) -> Vec<usize> {
        let kept = self.kept();
        let stays = longest_increasing(&kept.iter().map(|(_, old)| *old).collect::<Vec<_>>());
        kept.iter().zip(stays).filter(|(_, stays)| !stays).map(|((new, _), _)| *new).collect()
    }

    /// The moves, as `(from, to)` for one `move` operation after the other, that bring what is left after the
    /// removals into the new order.
    pub(crate) fn moves(&self) -> Vec<(usize, usize)> {
        let kept = self.kept();
        let mut olds: Vec<usize> = kept.iter().map(|(_, old)| *old).collect();
        let stays = longest_increasing(&olds);
        let ranks = {
            let order = olds.clone();
            olds.sort_unstable();
            order.into_iter().map(move |old| olds.partition_point(|other| *other < old))
        };
        // Slot 0 is the front of the list, slot `rank + 1` an item that has not moved, together with the items
        // that have been moved to right behind it.
        let mut tally = Tally::of_items(kept.len());
        let mut anchor = 0;
        let mut moves = Vec::new();
        for (rank, stays) in ranks.zip(stays) {
            if stays {
                anchor = rank + 1;
                continue;
            }
            let from = tally.sum_before(rank + 1);
            tally.remove(rank + 1);
            let to = tally.sum_before(anchor + 1);
            tally.insert(anchor);
            moves.push((from, to));
        }
        moves
    }

    /// For each new index, the old index of an item that shows whether the place is still the same: the next
    /// item that was there before, or at the end of the list the last one.
    pub(crate) fn neighbours(&self) -> Vec<Option<usize>> {
        let mut next = self.origins.iter().rev().flatten().next().copied();
        let mut neighbours = Vec::with_capacity(self.origins.len());
        for origin in self.origins.iter().rev() {
            neighbours.push(next);
            next = origin.or(next);
        }
        neighbours.reverse();
        neighbours
    }

    /// The new and the old index of each item that is in both lists.
    fn kept(&self) -> Vec<(usize, usize)> {
        self.origins.iter().enumerate().filter_map(|(new, old)| Some((new, (*old)?))).collect()
    }
}

/// The values of an item's key fields, in the order of the fields.
type Key<'a> = Vec<KeyValue<'a>>;

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum KeyValue<'a> {
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

fn indices_by_key<'a>(items: &'a [Value], fields: &[&str]) -> Option<BTreeMap<Key<'a>, usize>> {
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

fn key_of<'a>(item: &'a Value, fields: &[&str]) -> Option<Key<'a>> {
    fields.iter().map(|field| key_value(item.get(field)?)).collect()
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

/// Keeps the common head and tail; between them the items are paired one by one, and the surplus of the
/// longer side is removed or added at the end of the stretch.
///
/// That is one operation for one argument that is inserted, removed or changed, however long the list is. A
/// `replace` of the whole list would hide from a reviewer what changes, and could not be guarded item by item.
fn by_position(before: &[Value], after: &[Value]) -> Vec<Option<usize>> {
    let head = before.iter().zip(after).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&before[head..], &after[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_end, new_end) = (before.len() - tail, after.len() - tail);
    let origin = |new| match new {
        _ if new >= new_end => Some(new - new_end + old_end),
        _ if new < old_end => Some(new),
        _ => None,
    };
    (0..after.len()).map(origin).collect()
}

/// Which of the distinct numbers belong to a longest increasing subsequence (patience sorting, n log n).
fn longest_increasing(numbers: &[usize]) -> Vec<bool> {
    let mut tails: Vec<usize> = Vec::new();
    let mut previous = vec![None; numbers.len()];
    for (index, number) in numbers.iter().enumerate() {
        let length = tails.partition_point(|tail| numbers[*tail] < *number);
        previous[index] = length.checked_sub(1).map(|shorter| tails[shorter]);
        match tails.get_mut(length) {
            Some(tail) => *tail = index,
            None => tails.push(index),
        }
    }
    let mut chosen = vec![false; numbers.len()];
    let mut next = tails.last().copied();
    while let Some(index) = next {
        chosen[index] = true;
        next = previous[index];
    }
    chosen
}

/// How many items sit in each slot, with sums in logarithmic time (a Fenwick tree).
struct Tally {
    sums: Vec<usize>,
}

impl Tally {
    /// An empty slot 0, and one item in each of the slots 1 to `items`.
    fn of_items(items: usize) -> Self {
        let mut tally = Self { sums: vec![0; items + 2] };
        for slot in 1..=items {
            tally.insert(slot);
        }
        tally
    }

    fn insert(&mut self, slot: usize) {
        let mut node = slot + 1;
        while let Some(sum) = self.sums.get_mut(node) {
            *sum += 1;
            node += node & node.wrapping_neg();
        }
    }

    fn remove(&mut self, slot: usize) {
        let mut node = slot + 1;
        while let Some(sum) = self.sums.get_mut(node) {
            *sum -= 1;
            node += node & node.wrapping_neg();
        }
    }

    /// How many items sit in the slots below `slot`.
    fn sum_before(&self, slot: usize) -> usize {
        let mut node = slot;
        let mut sum = 0;
        while node > 0 {
            sum += self.sums[node];
            node &= node - 1;
        }
        sum
    }
}
