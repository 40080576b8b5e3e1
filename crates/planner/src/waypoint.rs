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
    /// Whether nobody may answer here: a Service may stand without pods.
    pub outage: bool,
}

impl Waypoint {
    /// A waypoint without gates of its own.
    pub fn new(phase: impl Into<String>, bundle: Bundle) -> Self {
        Self {
            phase: phase.into(),
            bundle,
            gates: Vec::new(),
            shares: Vec::new(),
            outage: false,
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

    /// The same, where nobody may answer.
    #[must_use]
    pub fn with_outage(mut self) -> Self {
        self.outage = true;
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
    /// Where to stand, in this order; the start is not among them.
    pub points: Vec<Waypoint>,
    /// How the routes that pass requests on to the workloads are waited for.
    pub routes: Vec<Followed>,
    /// What a reviewer should know.
    pub warnings: Vec<Warning>,
}

/// How long a route is waited for after each change of its shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The route: one of a workload's routers.
    pub object: ObjectRef,
    /// How long gateways need to follow, once their controllers have taken it.
    pub settle: Duration,
    /// How long the last request may take to what gets no more.
    pub drain: Duration,
}

impl Waypoints {
    /// Straight to what is wanted, each Deployment by its own controller: what a rolling update, a
    /// restart and a rollback share.
    ///
    /// # Errors
    ///
    /// A Deployment that only one end has, and a budget that the API server does not take.
    pub fn direct(release: &Release, phase: &str, allowance: &Allowance) -> Result<Self, Refusals> {
        let mut waypoints = Self::default();
        let mut bundle = release.transition()?;
        let changed = release.changed();
        for object in &changed {
            waypoints.follow(release, object, allowance)?;
        }
        bundle.extend(release.wanted(&changed));
        waypoints.points = vec![
            Waypoint::new(phase, bundle),
            Waypoint::new("cleanup", release.to().clone()),
        ];
        Ok(waypoints)
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
            self.warnings.push(outage(set));
            follower = follower.recreated(Deployment::of(set).replicas().unwrap_or(0));
        }
        self.workloads.push(follower);
        Ok(())
    }
}

/// A waypoint on the way to another: what that asks for is asked for there alone.
pub(crate) fn on_the_way(point: &Waypoint, bundle: Bundle) -> Waypoint {
    Waypoint {
        gates: Vec::new(),
        shares: Vec::new(),
        bundle,
        ..point.clone()
    }
}

/// How long nobody may answer while all pods of a Deployment are replaced at once.
pub fn outage(set: &Manifest) -> Warning {
    let outage = duration_of_outage(set, set);
    Warning::about(
        set.object(),
        format!("all its pods stop before new ones start: {outage}"),
        "where both versions may run side by side, let its type be RollingUpdate and take the strategy rolling",
    )
}

/// How long nobody may answer while a Deployment goes before one of the same selector comes.
pub fn succession(goes: &Manifest, comes: &Manifest) -> Warning {
    let (object, outage) = (goes.object(), duration_of_outage(goes, comes));
    Warning::about(
        comes.object(),
        format!("it has the selector of {object}, whose pods stop first: {outage}"),
        "give it a label more, in its selector and its pods: then both stand side by side meanwhile",
    )
}

/// From the first pod that ends to the first new one that is ready, in words.
fn duration_of_outage(ending: &Manifest, starting: &Manifest) -> String {
    let number = |set: &Manifest, pointer: &str| set.pointer(pointer)?.as_u64();
    let grace = "/spec/template/spec/terminationGracePeriodSeconds";
    let grace = number(ending, grace).unwrap_or(30);
    let delay = "/spec/template/spec/containers/0/readinessProbe/initialDelaySeconds";
    let delay = number(starting, delay).unwrap_or(0);
    let deadline = Duration::of_seconds(Deployment::of(starting).deadline());
    format!(
        "nobody answers for up to {grace} s while they end, and then until a new pod is ready, \
         which takes {delay} s at least and {deadline} at most before the step fails"
    )
}
