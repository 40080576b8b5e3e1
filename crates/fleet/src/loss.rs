//! The most that is lost at once, of clusters some of which failed and some of which change.

use num_rational::BigRational;

use crate::cluster::Loss;

/// The most that is lost of these clusters where at most so many of them failed, and so many others
/// change: the worst choice of both.
///
/// It begins with those that lose most by changing. Then one after the other fails: one that stood
/// still, or one that changes, whose place another takes; whichever loses more. Each is the best
/// next one, so that all of them are (these are the shortest augmenting paths of a flow to two ends).
pub(crate) fn most(clusters: &[Loss], failed: usize, changing: usize) -> BigRational {
    let mut still: Vec<&Loss> = clusters.iter().collect();
    still.sort_by(|one, other| other.changing.cmp(&one.changing));
    let rest = still.split_off(changing.min(still.len()));
    let mut at_work = std::mem::replace(&mut still, rest);
    let mut lost: BigRational = at_work.iter().map(|loss| &loss.changing).sum();
    for _ in 0..failed.min(clusters.len()) {
        let straight = first(&still, |loss| loss.failed.clone());
        let exchanged = first(&at_work, |loss| &loss.failed - &loss.changing);
        let next = first(&still, |loss| loss.changing.clone());
        let zero = BigRational::from_integer(0.into());
        let more = next.as_ref().map_or(zero, |(_, more)| more.clone());
        let exchanged = exchanged.map(|(at, gain)| (at, gain + more));
        if let Some((at, gain)) = &straight
            && exchanged.as_ref().is_none_or(|(_, other)| gain >= other)
        {
            still.swap_remove(*at);
            lost += gain;
        } else if let Some((at, gain)) = exchanged {
            at_work.swap_remove(at);
            at_work.extend(next.map(|(next, _)| still.swap_remove(next)));
            lost += gain;
        }
    }
    lost
}

/// The one with the most of something, and how much that is.
fn first(losses: &[&Loss], of: impl Fn(&Loss) -> BigRational) -> Option<(usize, BigRational)> {
    let all = losses.iter().enumerate().map(|(at, loss)| (at, of(loss)));
    all.max_by(|(_, one), (_, other)| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(weight: i64, changing: (i64, i64)) -> Loss {
        let (numerator, denominator) = changing;
        Loss {
            failed: BigRational::from_integer(weight.into()),
            changing: BigRational::new(numerator.into(), denominator.into()),
        }
    }

    /// The most by trying all choices.
    fn tried(clusters: &[Loss], failed: usize, changing: usize) -> BigRational {
        let Some((first, rest)) = clusters.split_first() else {
            return BigRational::from_integer(0.into());
        };
        let mut best = tried(rest, failed, changing);
        if failed > 0 {
            best = best.max(&first.failed + tried(rest, failed - 1, changing));
        }
        if changing > 0 {
            best = best.max(&first.changing + tried(rest, failed, changing - 1));
        }
        best
    }

    /// A failure means that a fleet is said to keep more than it does, or is refused for nothing.
    #[test]
    fn the_worst_choice_is_found() {
        let mut seed = 7_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            i64::try_from((seed >> 33) % below).unwrap()
        };
        for _ in 0..100 {
            let count = usize::try_from(1 + random(6)).unwrap();
            let clusters: Vec<Loss> = (0..count)
                .map(|_| {
                    let weight = 1 + random(9);
                    let parts = 1 + random(7);
                    loss(
                        weight,
                        (weight * random(u64::try_from(parts).unwrap() + 1), parts),
                    )
                })
                .collect();
            for failed in 0..=count {
                for changing in 0..=count {
                    let expect = tried(&clusters, failed, changing);
                    let most = most(&clusters, failed, changing);
                    assert_eq!(most, expect, "{clusters:?} {failed} {changing}");
                }
            }
        }
    }
}
