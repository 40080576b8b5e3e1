//! What a strategy gives to the planner.

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning};
use cutover_plan::{Analysis, Asked, Duration, Gate};
use cutover_release::{Refusals, Release, workload};
use cutover_workload::{Allowance, Deployment, Workload};

/// A named bundle that a strategy wants to stand at, with its gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// The phase that leads here, as `canary-25`.
    pub phase: String,
    /// All objects as they stand here.
    pub bundle: Bundle,
    /// What must hold here besides what the planner asks for itself: pauses, approvals, analyses.
    pub gates: Vec<Gate>,
    /// The shares of requests that are asked for here.
    pub shares: Vec<Asked>,
    /// Whether what changes on the way here is labels and selectors only, so that the pods here
    /// still count as the version that the plan starts from.
    pub adopts: bool,
}

impl Waypoint {
    /// A waypoint without gates of its own.
    pub fn new(phase: impl Into<String>, bundle: Bundle) -> Self {
        Self {
            phase: phase.into(),
            bundle,
            gates: Vec::new(),
            shares: Vec::new(),
            adopts: false,
        }
    }

    /// The same with one gate more.
    #[must_use]
    pub fn gate(mut self, gate: Gate) -> Self {
        self.gates.push(gate);
        self
    }

    /// The same with these questions to other systems before the gates that it has.
    #[must_use]
    pub fn analyses(mut self, analyses: &[Analysis]) -> Self {
        self.gates
            .splice(..0, analyses.iter().cloned().map(Gate::from));
        self
    }

    /// The same, read as an adoption.
    #[must_use]
    pub fn adopting(mut self) -> Self {
        self.adopts = true;
        self
    }
}

/// A strategy's answer: where to stand, one after the other, and what shares a budget meanwhile.
///
/// The last waypoint is where the plan ends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waypoints {
    /// What shares a budget.
    pub workloads: Vec<Workload>,
    /// Where to stand.
    pub points: Vec<Waypoint>,
    /// What a reviewer should know.
    pub warnings: Vec<Warning>,
}

impl Waypoints {
    /// Straight to what is wanted, each Deployment by its own controller: what a rolling update, a
    /// restart and a rollback share.
    ///
    /// # Errors
    ///
    /// A Deployment that only one end has, and a budget that the API server does not take.
    pub fn straight(
        release: &Release,
        phase: &str,
        allowance: &Allowance,
    ) -> Result<Self, Refusals> {
        let mut straight = Self::default();
        let mut bundle = release.transit()?;
        let changed = release.changed();
        for object in &changed {
            straight.follow(release, object, allowance)?;
        }
        bundle.extend(release.wanted(&changed));
        straight.points = vec![
            Waypoint::new(phase, bundle),
            Waypoint::new("cleanup", release.to().clone()),
        ];
        Ok(straight)
    }

    /// Adds the workload of a Deployment that is left to its own controller.
    ///
    /// One of type `Recreate` that rolls is recreated, and the plan says so.
    ///
    /// # Errors
    ///
    /// A Deployment that only one end has, and a budget that the API server does not take.
    pub fn follow(
        &mut self,
        release: &Release,
        object: &ObjectRef,
        allowance: &Allowance,
    ) -> Result<(), Refusals> {
        let mut follower = workload(release, object, allowance)?;
        let rolled = release.to().get(object).filter(|_| release.rolls(object));
        if let Some(set) = rolled.filter(|set| Deployment::of(set).recreates()) {
            self.warnings.push(silence(set));
            follower = follower.recreated(Deployment::of(set).replicas().unwrap_or(0));
        }
        self.workloads.push(follower);
        Ok(())
    }
}

/// How long nobody may answer while all pods of a Deployment are replaced at once.
pub fn silence(set: &Manifest) -> Warning {
    let number = |pointer: &str, otherwise: u64| {
        set.pointer(pointer)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(otherwise)
    };
    let grace = number("/spec/template/spec/terminationGracePeriodSeconds", 30);
    let delay = number(
        "/spec/template/spec/containers/0/readinessProbe/initialDelaySeconds",
        0,
    );
    let deadline = Duration::of_seconds(Deployment::of(set).deadline());
    Warning {
        object: Some(set.object().clone()),
        place: None,
        message: format!(
            "all its pods stop before new ones start: nobody answers for up to {grace} s while they end, and then until a \
             new pod is ready, which takes {delay} s at least and {deadline} at most before the step fails"
        ),
        hint: Some(
            "where both versions may run side by side, let its type be RollingUpdate and take the strategy rolling".into(),
        ),
    }
}
