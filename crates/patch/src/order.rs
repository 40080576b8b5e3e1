//! Bringing a list into another order by the fewest moves.

/// For each place of the new order, given the old index of the item there, whether that item stays
/// while others move around it: as many stay as possible, a longest increasing subsequence.
///
/// Found by patience sorting in n log n steps.
pub(crate) fn stays(olds: &[usize]) -> Vec<bool> {
    // For each length, the place where the subsequence of that length ends that has the lowest end.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; olds.len()];
    for (place, old) in olds.iter().enumerate() {
        let length = ends.partition_point(|end| olds[*end] < *old);
        previous[place] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; olds.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        stays[place] = true;
        next = previous[place];
    }
    stays
}

/// The moves that lead from the old order to the new one, given the old index of the item at each
/// new place.
///
/// Each is `(from, to)` as a `move` operation of RFC 6902 takes them, one after the other: `from`
/// in the list as it is then, `to` in the list without the item.
pub(crate) fn moves(olds: &[usize]) -> Vec<(usize, usize)> {
    // Slot 0 is the front of the list. Slot `rank + 1` is the item of this rank in the old order
    // until it moves, and the items that have moved to right behind it.
    let mut tally = Tally::of_items(olds.len());
    let mut anchor = 0;
    let mut moves = Vec::new();
    for (rank, stays) in ranks(olds).into_iter().zip(stays(olds)) {
        let slot = rank + 1;
        if stays {
            anchor = slot;
            continue;
        }
        let from = tally.sum_before(slot);
        tally.remove(slot);
        moves.push((from, tally.sum_before(anchor + 1)));
        tally.insert(anchor);
    }
    moves
}

/// The numbers' places in ascending order; they are distinct.
fn ranks(numbers: &[usize]) -> Vec<usize> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    numbers
        .iter()
        .map(|number| sorted.partition_point(|other| other < number))
        .collect()
}

/// How many items sit in each slot, with sums in logarithmic time (a Fenwick tree).
struct Tally {
    sums: Vec<usize>,
}

impl Tally {
    /// An empty slot 0, and one item in each of the slots 1 to `items`.
    fn of_items(items: usize) -> Self {
        let mut tally = Self {
            sums: vec![0; items + 2],
        };
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
