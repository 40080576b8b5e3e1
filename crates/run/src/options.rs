//! What a run is asked for.

use cutover_manifest::{Manifest, Sealer};
use cutover_plan::{Duration, OnFailure};

use crate::accept::AcceptDrift;

/// What a run is asked for, besides its plan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// Where the run is to lead.
    pub goal: Goal,
    /// The namespace of objects whose manifests name none.
    pub namespace: String,
    /// Who runs it, as the Lease and the journal name it: unique to this process.
    pub holder: String,
    /// What to do where a gate does not hold in time; none is what the plan says.
    pub on_failure: Option<OnFailure>,
    /// How long a Service's endpoints must have been right where a load balancer or an Ingress
    /// stands before it.
    pub settle: Duration,
    /// For how long the Lease lasts when it is not renewed.
    pub lease: Duration,
    /// Whether objects that Argo CD or Flux manages may be changed all the same.
    pub managed: bool,
    /// Over which drift the run goes on.
    pub accept_drift: AcceptDrift,
    /// The Secrets whose data the plan has seals of, as files hold them: of one that changes, both as
    /// it was and as it is to be, since the way back needs the one and the way forward the other.
    pub secrets: Vec<Manifest>,
    /// How data is compared with those seals: with a key, where the plan was made with it.
    pub sealer: Sealer,
}

/// Where a run is to lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To the end of the plan, or on the course of an earlier run. A plan that was taken back
    /// is refused: Jobs and pipelines try again what did not end well, and nobody meant that.
    Apply,
    /// The same, also where the plan was taken back.
    Again,
    /// Back to the state after a step; 0 is the start.
    Back {
        /// The number of the state: that of the step after which it is.
        to: usize,
    },
    /// Nowhere: everything that comes before the first write is done, with the server's dry run
    /// (`--dry-run=server`).
    Try,
}

impl Goal {
    /// Whether it leads to the end of the plan.
    pub(crate) fn is_end(self) -> bool {
        match self {
            Self::Again | Self::Apply => true,
            Self::Back { .. } | Self::Try => false,
        }
    }
}

impl Options {
    /// A run to the end of the plan.
    pub fn new(namespace: impl Into<String>, holder: impl Into<String>) -> Self {
        Self {
            goal: Goal::Apply,
            namespace: namespace.into(),
            holder: holder.into(),
            on_failure: None,
            settle: Duration::of_seconds(30),
            lease: Duration::of_seconds(15),
            managed: false,
            accept_drift: AcceptDrift::None,
            secrets: Vec::new(),
            sealer: Sealer::default(),
        }
    }

    /// The same, for a run that leads there.
    ///
    /// ```
    /// use cutover_run::{Goal, Options};
    ///
    /// let undo = Options::new("default", "me").goal(Goal::Back { to: 0 });
    /// assert_eq!(undo.goal, Goal::Back { to: 0 });
    /// ```
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goal = goal;
        self
    }

    /// The same, for a run whose Lease lasts so long.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// The same, with the Secrets that files hold.
    #[must_use]
    pub fn secrets(mut self, secrets: Vec<Manifest>) -> Self {
        self.secrets = secrets;
        self
    }
}
