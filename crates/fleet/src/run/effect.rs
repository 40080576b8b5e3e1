//! What a fleet's run wants done: data, for an adapter to carry out.

use cutover_plan::Gate;

use super::position::Position;
use super::progress::Progress;
use super::when::When;
use crate::name::Name;

/// One thing to do outside the machine.
///
/// Effects may be carried out side by side. The enum is exhaustive on purpose: an adapter that
/// carries out all but one of them would leave the run waiting.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask a gate of a wave until it holds or has failed; the answer is
    /// [`Held`](crate::Event::Held), [`Closed`](crate::Event::Closed) or
    /// [`Failed`](crate::Event::Failed).
    Ask(GateId, Gate),
    /// See whether a cluster can be reached, and how its own run stands; the answer is
    /// [`Looked`](crate::Event::Looked) or [`Unreached`](crate::Event::Unreached).
    Look(Name),
    /// Carry the plan of a cluster out, or go on with it; what comes of it is
    /// [`Ended`](crate::Event::Ended).
    Start {
        /// The cluster; its plan is the one that the fleet plan has for it.
        cluster: Name,
        /// Whether a plan that was taken back is carried out again.
        again: bool,
    },
    /// Let the run of a cluster stop where it is; it ends by that.
    Stop(Name),
    /// Take a cluster back to its start; what comes of it is [`Ended`](crate::Event::Ended).
    Undo(Name),
    /// Tell from now on whether all is available that a cluster's plan ends with:
    /// [`Available`](crate::Event::Available) or [`Unavailable`](crate::Event::Unavailable) first,
    /// and then each time that it is otherwise.
    Watch(Name),
    /// Tell it no more.
    Unwatch(Name),
    /// Put this in the place of what the journal said last, unless somebody else has written there:
    /// [`Written`](crate::Event::Written) or [`Superseded`](crate::Event::Superseded). There is one
    /// on its way at most.
    Write(Box<Position>),
    /// Something for people to read. Nothing comes back.
    Tell(Progress),
}

/// A gate of a wave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GateId {
    /// The wave, by its place in the fleet plan.
    pub wave: usize,
    /// Before or after its clusters.
    pub when: When,
    /// Which of these gates, from 0.
    pub index: usize,
}
