//! What a run is about, and whether it can go on at once.

use std::collections::BTreeSet;

use cutover_manifest::ObjectRef;

use crate::api::effect::Right;
use crate::bind::Admitted;
use crate::bind::claims::Claim;
use crate::bind::resumed::Rebinding;
use crate::outcome::Outcome;

/// What a run is about, in this order, with what only this part of it needs.
#[derive(Debug)]
pub(crate) enum Phase {
    /// The Leases are asked for.
    Claim,
    /// The journal of an earlier run is read.
    Recall,
    /// The cluster is watched.
    Watch {
        /// What the journal's plan says of admission.
        claims: Vec<Claim>,
    },
    /// The plan is bound to the live objects.
    Bind {
        /// What the journal's plan says of admission.
        claims: Vec<Claim>,
    },
    /// Autoscalers and Ingresses are looked for.
    Survey,
    /// The same, of a run that goes on, while the server is asked what its objects were at the
    /// start.
    Rebind(Box<Rebinding>),
    /// The server is asked whether admission does what the journal says.
    Confirm {
        /// What it makes of the states that it was asked about.
        admitted: Vec<Admitted>,
    },
    /// The rights are reviewed.
    Review {
        /// Those that are not given.
        missing: BTreeSet<Right>,
    },
    /// Each state is tried with the server's dry run.
    Rehearse {
        /// What admission changes in them.
        admitted: Vec<Admitted>,
    },
    /// The journal is opened.
    Open,
    /// The steps are taken.
    Work,
    /// All steps are taken: the fields that they wrote are given back.
    GiveBack {
        /// How the run ends.
        outcome: Outcome,
        /// The objects that have not been looked at for it.
        left: Vec<ObjectRef>,
    },
    /// The journal is closed and the Leases are given back.
    Close(Outcome),
}

/// What comes of a decision.
#[derive(Debug)]
pub(crate) enum Next {
    /// There is another one to take at once.
    Again,
    /// Something must happen first.
    Wait,
    /// The run is over.
    End(Outcome),
}
