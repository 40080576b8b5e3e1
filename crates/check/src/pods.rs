//! How many pods a set has at a moment, and what changes and gates make of it.

use cutover_manifest::Manifest;
use cutover_workload::{Deployment, Workload};

/// So many at least, and so many at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Counts {
    /// The fewest that there may be.
    pub least: u32,
    /// The most that there may be.
    pub most: u32,
}

impl Counts {
    /// So many and no others: the count is known.
    pub fn exactly(count: u32) -> Self {
        Self {
            least: count,
            most: count,
        }
    }

    /// Whether the number is known.
    pub fn is_known(self) -> bool {
        self.least == self.most
    }
}

/// The pods of a set at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pods {
    /// Those that are there, ready or not.
    pub alive: Counts,
    /// Those of them that answer requests.
    pub answering: Counts,
    /// Whether the controller is replacing them, and no gate has seen it end.
    pub rolling: bool,
    /// What stands for their number, where others own it and its manifest says none.
    pub live: Option<u32>,
}

impl Pods {
    /// A set of a workload at rest in a state, all of whose pods answer.
    pub(crate) fn of(workload: &Workload, manifest: Option<&Manifest>) -> Self {
        let none = Self {
            alive: Counts::exactly(0),
            answering: Counts::exactly(0),
            rolling: false,
            live: workload.is_live().then(|| workload.replicas()),
        };
        let count = manifest.map_or(0, |manifest| none.asked(manifest));
        none.at_rest(count)
    }

    /// The pods that a set asks for; the API server makes one of an absent number.
    pub(crate) fn asked(self, manifest: &Manifest) -> u32 {
        let said = || Deployment::of(manifest).replicas().unwrap_or(1);
        self.live.unwrap_or_else(said)
    }

    /// The set at rest with so many pods, all of which answer.
    pub(crate) fn at_rest(self, count: u32) -> Self {
        Self {
            alive: Counts::exactly(count),
            answering: Counts::exactly(count),
            rolling: false,
            live: self.live,
        }
    }

    /// After it has just been asked for; pods of one that was deleted may still be there.
    pub(crate) fn created(self, manifest: &Manifest) -> Self {
        let most = self.alive.most.saturating_add(self.asked(manifest));
        self.at_rest(0).grown(most)
    }

    /// After a set that stands at `before` is asked to stand at `after`.
    pub(crate) fn changed(self, before: &Manifest, after: &Manifest) -> Self {
        let (was, is) = (self.asked(before), self.asked(after));
        let sized = if is < was {
            self.shrunk(is)
        } else {
            self.grown(is)
        };
        // Without a pod of before its controller only adds new ones.
        let rolls =
            self.alive.most > 0 && Deployment::of(after).rolls_after(Deployment::of(before));
        match rolls {
            true => sized.rolled(after, was.min(is), was.max(is)),
            false => sized,
        }
    }

    /// After its object is deleted.
    pub(crate) fn deleted(self) -> Self {
        self.shrunk(0)
    }

    /// After pods of it are seen to be exactly so many, ready or not: which of them are new is not
    /// seen.
    pub(crate) fn settled(self, count: u32) -> Self {
        Self {
            alive: Counts::exactly(count),
            answering: Counts {
                least: self.answering.least.min(count),
                most: self.answering.most.min(count),
            },
            rolling: self.rolling && count > 0,
            ..self
        }
    }

    /// In the middle of the step that leads to `after`, from where one may go back: what it takes
    /// away is gone, since the runner waits for that; of what it adds any part is there.
    pub(crate) fn halfway(self, after: Option<&Manifest>) -> Self {
        let wanted = after.map_or(0, |after| self.asked(after));
        if self.rolling {
            return self;
        }
        let most = self.alive.most.min(wanted);
        Self {
            alive: Counts {
                least: self.alive.least.min(most),
                most,
            },
            answering: Counts {
                least: self.answering.least.min(most),
                most: self.answering.most.min(most),
            },
            ..self
        }
    }

    /// While pods are added, any part of them is there, and any part of those answers.
    fn grown(self, count: u32) -> Self {
        Self {
            alive: Counts {
                most: self.alive.most.max(count),
                ..self.alive
            },
            answering: Counts {
                most: self.answering.most.max(count),
                ..self.answering
            },
            ..self
        }
    }

    /// Pods that are taken away stop answering at once, and are alive until they are seen gone.
    fn shrunk(self, count: u32) -> Self {
        Self {
            alive: Counts {
                least: self.alive.least.min(count),
                ..self.alive
            },
            answering: Counts {
                least: self.answering.least.min(count),
                ..self.answering
            },
            ..self
        }
    }

    /// While its controller replaces the pods, within the set's own surge and unavailability
    /// (`MaxSurge`, `MaxUnavailable` in `pkg/controller/deployment/util/deployment_util.go`).
    fn rolled(self, after: &Manifest, fewest: u32, most: u32) -> Self {
        let (surge, kept) = match Deployment::of(after).recreates() {
            true => (0, 0),
            false => {
                let budget = Deployment::of(after).budget();
                (
                    budget.of(most).surge,
                    fewest - budget.of(fewest).unavailable,
                )
            }
        };
        let ceiling = most.saturating_add(surge);
        Self {
            alive: Counts {
                least: self.alive.least.min(kept),
                most: self.alive.most.max(ceiling),
            },
            answering: Counts {
                least: self.answering.least.min(kept),
                most: self.answering.most.max(ceiling),
            },
            rolling: true,
            ..self
        }
    }
}
