//! Choices, all from one seed.

/// A small generator (SplitMix64): the same seed always makes the same choices, on every machine.
///
/// ```
/// use cutover_model::Random;
///
/// let (mut one, mut other) = (Random::new(7), Random::new(7));
/// assert_eq!(one.draw(), other.draw());
/// assert!(one.below(3) < 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Random(u64);

impl Random {
    /// A generator that starts at this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number, by SplitMix64.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; 0 where the limit is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        let product = u128::from(self.draw()) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from the first to the last of a range.
    pub fn between(&mut self, (first, last): (u64, u64)) -> u64 {
        first + self.below(last.saturating_sub(first) + 1)
    }

    /// True in so many of 1,000 cases.
    pub fn chance(&mut self, of_thousand: u16) -> bool {
        of_thousand > 0 && self.below(1000) < u64::from(of_thousand)
    }

    /// One of some things; none of nothing.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let at = self.below(things.len().try_into().unwrap_or(u64::MAX));
        things.get(usize::try_from(at).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_spread_evenly() {
        let mut random = Random::new(1);
        let mut seen = [0_u32; 5];
        for _ in 0..5000 {
            seen[usize::try_from(random.below(5)).unwrap()] += 1;
        }
        assert!(
            seen.iter().all(|count| (900..1100).contains(count)),
            "{seen:?}"
        );
        assert!(!random.chance(0) && random.chance(1000));
        assert_eq!(random.pick::<u8>(&[]), None);
        assert!((0..100).all(|_| (3..=5).contains(&random.between((3, 5)))));
    }
}
