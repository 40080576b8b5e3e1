//! What happens in a run, as somebody sees it who sees everything.

use cutover::manifest::{Manifest, ObjectRef};
use cutover::patch::{Patch, PatchOperation};
use cutover_run::{Answer, Course, Outcome, Position, Request, Scope, Write};
use jiff::Timestamp;

/// One moment of a run.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// The time in the cluster.
    pub(crate) now: Timestamp,
    pub(crate) what: What,
}

/// What happens at a moment, in the cluster or to a runner.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A runner sends a request.
    Asked {
        runner: u32,
        request: Request,
        /// Where the run is by then.
        standing: Standing,
    },
    /// A write of a runner is carried out, which is no dry run.
    Wrote {
        runner: u32,
        write: Write,
        /// The object as it was, and as it is.
        before: Option<Manifest>,
        after: Option<Manifest>,
        /// Where the run was right before.
        standing: Standing,
        /// Whether it was long on its way, and nobody waits for its answer any more.
        late: bool,
    },
    /// A runner hears what came of a request.
    Answered {
        runner: u32,
        request: Request,
        answer: Answer,
    },
    /// A watch lists all of its objects.
    Listed {
        runner: u32,
        scope: Scope,
        found: Vec<Manifest>,
    },
    /// A watch tells that an object is new or another.
    Changed { runner: u32, manifest: Manifest },
    /// A watch tells that an object is gone.
    Gone { runner: u32, object: ObjectRef },
    /// Somebody else writes to an object.
    Meddled { object: ObjectRef },
    /// A person approves a step.
    Approved { step: usize },
    /// A person says that runs go on over what somebody else has written.
    Overruled,
    /// Somebody pauses the run.
    Paused,
    /// Somebody lets a run go on that was paused.
    Resumed,
    /// A runner is asked at its terminal to go back.
    Aborted { runner: u32 },
    /// A run of this runner ends, and how.
    Ended {
        runner: u32,
        outcome: Outcome,
        standing: Standing,
    },
}

/// Where a run is, by what the server holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// Where its journal says that it is.
    pub(crate) place: Option<Place>,
    /// Who holds its Leases.
    pub(crate) holders: Vec<String>,
}

/// Where a journal says that a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Which way it goes, and from where.
    pub(crate) way: Way,
    /// The step on it, from 1.
    pub(crate) step: usize,
}

/// The way that a run is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Forward,
    Back {
        /// The step after which, or in the middle of which, it begins.
        from: usize,
        /// Whether it begins in the middle of it.
        halfway: bool,
    },
}

impl Place {
    pub(crate) fn of(position: &Position) -> Self {
        let way = match position.course {
            Course::Forward => Way::Forward,
            Course::Back { from, halfway, .. } => Way::Back { from, halfway },
        };
        Self {
            way,
            step: position.step,
        }
    }
}

/// A runner as Leases and the journal name it.
pub(crate) fn name_of(runner: u32) -> String {
    format!("runner-{runner}")
}

/// The object that a write is about.
pub(crate) fn object_of(write: &Write) -> &ObjectRef {
    match write {
        Write::Create(manifest) => manifest.object(),
        Write::Patch { object, .. } | Write::Delete { object, .. } => object,
    }
}

/// Whether a write does nothing but pause a Deployment, or let it go on; none where it does another
/// thing.
pub(crate) fn pauses(write: &Write) -> Option<bool> {
    let mut changes = changes(write);
    let only = changes.next().filter(|_| changes.next().is_none())?;
    match only {
        PatchOperation::Add(add) => (add.path.as_str() == PAUSED).then_some(true),
        PatchOperation::Remove(remove) => (remove.path.as_str() == PAUSED).then_some(false),
        _ => None,
    }
}

/// Whether a write does nothing but give back the fields that the run has written.
pub(crate) fn gives_back(write: &Write) -> bool {
    let mut changes = changes(write).peekable();
    let is_about_owners = |change: &PatchOperation| {
        let path = change.path().as_str();
        path.starts_with("/metadata/managedFields/")
    };
    changes.peek().is_some() && changes.all(is_about_owners)
}

/// The operations of a patch that change something.
fn changes(write: &Write) -> impl Iterator<Item = &PatchOperation> {
    let ops = match write {
        Write::Patch {
            ops: Patch(ops), ..
        } => ops.as_slice(),
        Write::Create(_) | Write::Delete { .. } => &[],
    };
    let ops = ops.iter();
    ops.filter(|operation| !matches!(operation, PatchOperation::Test(_)))
}

/// Where a Deployment says that it is paused.
pub(crate) const PAUSED: &str = "/spec/paused";

/// The write of a request, where it is one that changes something.
pub(crate) fn write_of(request: &Request) -> Option<&Write> {
    match request {
        Request::Write {
            write,
            dry_run: false,
        } => Some(write),
        _ => None,
    }
}
