//! The planner: from waypoints to steps that are safe one by one, and back.
//!
//! # The algorithm
//!
//! A *leg* leads from one waypoint to the next. The workloads that nothing ties together are
//! *cohorts*; each says what it does next, looking only at where it stands and where the leg ends
//! (`actions.rs`). The first of these rules that has something to do does it (`order.rs`):
//!
//! | rule | move | what | as far as |
//! | --- | --- | --- | --- |
//! | call off | shift | what has the API server call a Service that goes: a webhook, an APIService | at once |
//! | introduce | expand | objects of no workload that the far end adds or changes | at once, with the workloads that expand next |
//! | lead | expand | routes to Services that come with the leg, and what has the API server call them | nothing is left to expand |
//! | configure | expand | a ConfigMap or Secret whose data changes, back as well as forward | right before the first set that reads it is made or rolled |
//! | turn back | roll | on the way back: a set that the undone step was rolling; one that it resumed is paused | its own surge and unavailability fit |
//! | hand back | shift | on the way back: shares of routes, and backends that have none | counted pods of before are behind what gets more |
//! | leave | shift | on the way back: Services that only show the new version | pods of before are there |
//! | retreat | contract | on the way back: pods of the new version | the floor |
//! | give the strategy back | expand | an update strategy that was changed for a roll | nothing is left to roll |
//! | expand | expand | templates of sets that receive no request; new sets; replicas going up | the ceiling |
//! | shift | shift | Services | the pods behind them make up the floor |
//! | pass on | shift | routes: backends that come, without a share; then shares; then backends that go | the pods behind each Service make up its share of the floor |
//! | roll | roll | the template of one set that receives requests | its own surge and unavailability fit, its Services keep it |
//! | contract | contract | replicas going down | the floor |
//! | make room to roll | expand | another update strategy for a set that must be rolled and does not fit | it fits then |
//! | remove | contract | empty sets that the far end lacks | their pods are gone |
//! | widen | shift | Services, by the labels that both ends share, where pods change theirs | the pods behind them make up the floor |
//! | wait | expand | on the way back: pods of the old version that the undone step asked for are waited for | nothing else can be done |
//! | clear | contract | objects of no workload that the far end lacks | with the first step that only removes, else at the end |
//! | succeed | expand | autoscalers of sets that another one scaled | the other is gone |
//!
//! The cohort with the longest way ahead says what comes next, and all cohorts that are to make the
//! same move make it in the same step, so an image change over 5,000 Deployments has as many steps
//! as over one. Objects of no workload go beside them where their rule makes the same move, and in
//! a step before it where they make another (`leg.rs`). A set changes its template before it grows,
//! it is removed in two steps, and a step's gates hold before the next step starts: the room that a
//! removal makes is there only once it is seen.
//!
//! # Floor and ceiling
//!
//! `available >= floor` counts the pods of sets that receive requests, behind each Service by
//! itself; `pods <= ceiling` counts all. Both are the whole plan's. A step adds no more than
//! `ceiling - pods` and takes no more than `available - floor`, and in one step a workload never
//! does both. A set of n pods is rolled by its own controller within `pods + surge(n) <= ceiling`
//! and `available - unavailable(n) >= floor`: at exactly `replicas` pods that always holds, since a
//! percentage of a part is at most the percentage of the whole.
//!
//! # Why it ends
//!
//! Each step lowers the first of these that it changes: other objects that differ, templates and
//! pauses that differ, the sum of `|count - wanted|` over the sets, update strategies that differ,
//! sets that are too many. It is never stuck: where a set must grow and there is no room, pods
//! stand at the ceiling, both ends of the leg fit under it, so another set is to shrink; it can, as
//! the ceiling lies above the floor. Where both rules find nothing the counts are those of the far
//! end, and only a roll can be left, which a fitting strategy makes possible. A waypoint outside
//! the budget is the one way to get stuck, and an error.
//!
//! # Worked cases
//!
//! `s`+`c` are the pods of the stable set and the canary, `*` is the new version; each arrow is a
//! step.
//!
//! **The lab: 3 replicas, surge 1, unavailable 0, weights 25, 50.** Floor 3, ceiling 4. `3+0 → 3+1`
//! (25 %) `→ 2+1 → 2+2` (50 %: there was no room, so one goes first) `→ 2+1` (to exactly 3 for the
//! roll) `→ 2*+1 → 3*+1 → 3*+0 → 3*`. Back from `3*+1`: `2*+1` and from there the image, since a
//! new canary pod must not be started; back from `3*+0`: the image at exactly 3, then the empty
//! canary.
//!
//! **10 replicas, maxSurge 3, maxUnavailable 25 %, weights 10, 50, 90.** Floor 8, ceiling 13.
//! `10+0 → 10+1 → 9+1` (10 %) `→ 9+4 → 5+4 → 5+5` (50 %) `→ 5+8 → 1+8 → 1+9` (90 %), at exactly 10,
//! so roll the one: `→ 1*+9 → 4*+9 → 4*+4 → 9*+4 → 9*+0 → 10* → 10*` without the empty set.
//!
//! **4 replicas, maxSurge 0, maxUnavailable 1, weights 25, 50.** Floor 3, ceiling 4: taking away
//! always comes first. `4+0 → 3+0 → 3+1 → 2+1 → 2+2 → 2*+2 → 2*+1 → 3*+1 → 3*+0 → 4*+0 → 4*`. Back
//! from `2*+1` there are 3 pods, all new: rolling two of them with one unavailable would leave 2.
//! So the set first gets the strategy that fits there, maxSurge 1 and maxUnavailable 0, rolls back,
//! and gets its own strategy again when it stands as the plan stood.
//!
//! **2 replicas (surge 1), weight 50.** Floor 2, ceiling 3. `2+0 → 2+1 → 1+1` (50 %, exactly 2)
//! `→ 1*+1 → 2*+1 → 2*+0 → 2*`.
//!
//! **1 replica (surge 1), weight 50.** Floor 1, ceiling 2. `1+0 → 1+1` (50 %) `→ 0+1`: at exactly
//! one pod the canary serves alone, so the stable set changes its template while nobody looks:
//! `→ 0*+1 → 1*+1 → 1*+0 → 1*`.

mod actions;
mod cohort;
mod context;
mod edit;
mod gates;
mod leg;
mod moment;
mod movement;
mod order;
mod others;
mod routes;
mod services;
mod sets;
mod shares;
mod undo;
mod window;
mod workload_state;

use cutover_manifest::{Bundle, Digest, Manifest};
use cutover_plan::{MOST_STEPS, Phase, Step, Undo, Window, state_digest};
use cutover_release::{Refusal, Refusals, refuse};
use cutover_workload::Workload;

use self::context::Inputs;
use self::leg::Leg;
use crate::error::Error;
use crate::kinds;
use crate::options::Options;
use crate::waypoint::{Followed, Waypoint};

/// A way over waypoints, and the ways back.
pub(crate) struct Route {
    pub(crate) steps: Vec<Step>,
    /// The way back from each step.
    pub(crate) undo: Vec<Undo>,
    /// The state after each step.
    pub(crate) states: Vec<Bundle>,
}

/// The steps over these waypoints, and the way back from each.
///
/// The first point is where the plan starts; its phase and gates do not matter.
pub(crate) fn route(
    workloads: &[Workload],
    points: &[Waypoint],
    routes: &[Followed],
    options: &Options,
) -> Result<Route, Error> {
    let inputs = Inputs::new(workloads, points, routes, options.max_concurrent);
    let window = options.window.as_ref();
    let mut forward = forward(&inputs, points, window)?;
    let undo = undo::undo(&inputs, points, &forward)?;
    if let Some(window) = window {
        window::before_more_requests(window, &inputs, &mut forward);
    }
    let states = forward.states.into_iter().skip(1);
    Ok(Route {
        steps: forward.steps,
        undo,
        states: states.map(|state| state.bundle).collect(),
    })
}

/// The way forward: steps, and the states before the first and after each.
struct Forward {
    steps: Vec<Step>,
    states: Vec<State>,
}

impl Forward {
    /// Whether an object is so in some state.
    fn has(&self, manifest: &Manifest) -> bool {
        let mut states = self.states.iter();
        states.any(|state| state.bundle.get(manifest.object()) == Some(manifest))
    }
}

/// Where the plan stands, and in which leg: the one that leads to the waypoint of this number.
struct State {
    bundle: Bundle,
    digest: Digest,
    leg: usize,
}

fn forward(
    inputs: &Inputs<'_>,
    points: &[Waypoint],
    window: Option<&Window>,
) -> Result<Forward, Error> {
    let start = points
        .first()
        .map(|point| point.bundle.clone())
        .unwrap_or_default();
    let mut forward = Forward {
        steps: Vec::new(),
        states: vec![State {
            digest: state_digest(&start)?,
            bundle: start.clone(),
            leg: 0,
        }],
    };
    if let Some(window) = window
        && points.iter().any(|point| point.bundle != start)
    {
        forward.push(window::before_the_first_write(window, &start)?, start, 0)?;
    }
    for (number, point) in points.iter().enumerate().skip(1) {
        forward.go(inputs, point, number)?;
    }
    Ok(forward)
}

/// Whether the steps of a leg have led where they were to.
fn arrived(here: &Bundle, there: &Bundle) -> Result<(), Refusals> {
    let ends = here.objects().chain(there.objects());
    let mut apart = ends.filter(|object| here.get(object) != there.get(object));
    match apart.next() {
        None => Ok(()),
        Some(object) => Err(refuse(
            kinds::NO_WAY,
            object,
            "",
            "no step of the planner makes it what it is to be",
            "report this: the plan would end elsewhere",
        )),
    }
}

impl Forward {
    fn go(&mut self, inputs: &Inputs<'_>, point: &Waypoint, number: usize) -> Result<(), Error> {
        let context = inputs.context(false);
        let first = self.steps.len();
        let mut here = self.states[self.states.len() - 1].bundle.clone();
        let mut leg = Leg::new(inputs, &here, point, &context)?;
        while let Some((step, after)) = leg.next(&here, &context)? {
            self.push(step, after.clone(), number)?;
            here = after;
        }
        arrived(&here, &point.bundle)?;
        let asks = !(point.gates.is_empty() && point.shares.is_empty());
        if asks && self.steps.len() == first {
            self.push(stay(point, &here)?, here, number)?;
        }
        Ok(())
    }

    fn push(&mut self, step: Step, bundle: Bundle, leg: usize) -> Result<(), Error> {
        too_long(self.steps.len() + 1)?;
        let digest = step.state.clone();
        self.states.push(State {
            bundle,
            digest,
            leg,
        });
        self.steps.push(step);
        Ok(())
    }
}

fn too_long(steps: usize) -> Result<(), Error> {
    if steps <= MOST_STEPS {
        return Ok(());
    }
    let hint = "allow more pods at a time with maxSurge or maxStep, or take larger weights";
    let reason = format!("the plan has more than {MOST_STEPS} steps");
    let refusal = Refusal::new(kinds::MANY_STEPS, reason).hint(hint);
    Err(Refusals::from(refusal).into())
}

/// A step for a waypoint at which the plan stands already: nothing changes, its gates are waited
/// for.
fn stay(point: &Waypoint, here: &Bundle) -> Result<Step, Error> {
    Ok(Step {
        phase: Phase::new(&*point.phase)?,
        changes: Vec::new(),
        shares: point.shares.clone(),
        within: Step::full_limit(&point.gates, here),
        gates: point.gates.clone(),
        state: state_digest(here)?,
    })
}
