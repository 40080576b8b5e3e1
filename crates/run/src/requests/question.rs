//! What a request is about.

use cutover_manifest::{Manifest, ObjectRef};

use crate::analysis::Location;
use crate::api::effect::Right;
use crate::bind::resumed::Rebound;

/// What a request is about.
#[derive(Clone, Debug)]
pub(crate) enum Question {
    Check(Location),
    Confirm(Box<Rebound>),
    GiveBack(ObjectRef),
    Lease(usize),
    Look(ObjectRef),
    Make(ObjectRef),
    OpenJournal(String),
    ReadJournal,
    Rebase(Box<Manifest>),
    Rehearse(Box<Manifest>),
    Release,
    Reread,
    Review(Right),
    Survey,
    WriteJournal(String),
}

impl Question {
    /// Whether nothing else waits for its answer.
    pub(crate) fn is_aside(&self) -> bool {
        matches!(self, Self::Check(_) | Self::Lease(_))
    }

    /// Whether the server is asked what it would make of a state.
    pub(crate) fn is_dry_run(&self) -> bool {
        matches!(self, Self::Confirm(_) | Self::Rebase(_) | Self::Rehearse(_))
    }
}
