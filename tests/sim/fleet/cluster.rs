//! A cluster as a fleet sees it: whether it answers, how its own run stands, and what is under way.

use cutover::fleet::{Ending, Standing};
use cutover_model::Random;
use jiff::Timestamp;

/// A cluster of the simulation.
pub(super) struct Cluster {
    pub(super) standing: Standing,
    /// When it is cut off, from and to.
    pub(super) outages: Vec<(Timestamp, Timestamp)>,
    pub(super) is_available: bool,
    /// When `is_available` turns to its opposite.
    pub(super) flickers: Vec<Timestamp>,
    /// What becomes of what is tried there, the last one first; well where there is none.
    fates: Vec<Fate>,
    pub(super) work: Option<Work>,
    /// The runner that hears whether all is available.
    pub(super) watcher: Option<usize>,
}

/// What is under way in a cluster.
pub(super) struct Work {
    /// Tells it from what was under way before.
    pub(super) id: u64,
    pub(super) runner: usize,
    pub(super) back: bool,
    pub(super) again: bool,
}

/// What becomes of a run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    /// It ends well, after so many seconds.
    Ends(u64),
    /// It fails, after so many seconds.
    Fails(u64),
    /// It never ends by itself.
    Hangs,
}

impl Cluster {
    pub(super) fn new(random: &mut Random, at: impl Fn(u64) -> Timestamp) -> Self {
        let mut outages = Vec::new();
        if random.chance(250) {
            let from = random.below(4_000);
            outages.push((at(from), at(from + 60 + random.below(2_000))));
        }
        let mut flickers: Vec<u64> = Vec::new();
        if random.chance(400) {
            let first = random.below(3_000);
            flickers.extend([first, first + 1 + random.below(900)]);
        }
        let fates = (0..random.below(3)).map(|_| match random.below(10) {
            0..=4 => Fate::Ends(60 + random.below(600)),
            5 | 6 => Fate::Ends(1_300),
            7 | 8 => Fate::Fails(30 + random.below(600)),
            _ => Fate::Hangs,
        });
        Self {
            standing: Standing::Untouched,
            outages,
            is_available: true,
            flickers: flickers.into_iter().map(at).collect(),
            fates: fates.collect(),
            work: None,
            watcher: None,
        }
    }

    /// Whether it answers at this time: no outage lasts.
    pub(super) fn answers(&self, now: Timestamp) -> bool {
        let mut outages = self.outages.iter();
        !outages.any(|(from, to)| *from <= now && now < *to)
    }

    /// What becomes of what begins now; a way back mostly ends well.
    pub(super) fn begin(&mut self, back: bool, random: &mut Random) -> Fate {
        match back {
            true if random.chance(60) => Fate::Fails(60),
            true => Fate::Ends(60 + random.below(300)),
            false => self.fates.pop().unwrap_or(Fate::Ends(120)),
        }
    }

    /// Why nothing is to be done, or may be; none where there is.
    pub(super) fn refusal(&self, back: bool, again: bool) -> Option<Ending> {
        match (&self.standing, back) {
            (Standing::Done, false) => Some(Ending::Done),
            (Standing::Undone, true) => Some(Ending::Undone),
            (Standing::Undone, false) if !again => {
                Some(Ending::Failed("it was taken back".to_owned()))
            }
            (Standing::Untouched, true) => Some(Ending::Failed("there is no run".to_owned())),
            (Standing::Other(reason), _) => Some(Ending::Failed(reason.clone())),
            _ => None,
        }
    }
}
