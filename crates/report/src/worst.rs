//! The worst moments of a plan: the bounds that it keeps, however loosely it promises them.

use cutover_check::{Checked, Place};
use cutover_plan::{Gate, Step};
use cutover_traffic::Share;
use cutover_workload::{Live, Workload};

use crate::counts::Counts;
use crate::error::Error;
use crate::exposure::exposure;
use crate::requests::{Peak, peaks};

/// A number of pods, and the step on the way to which it is first reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Worst {
    /// How many pods there are at the worst.
    pub pods: u64,
    /// The step, or the way back, at which it is so.
    pub place: Place,
}

/// The tightest bounds of one workload, over the way forward and all ways back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tightest {
    /// The name of the workload that it is about.
    pub workload: String,
    /// How many pods it is wanted with.
    pub replicas: u32,
    /// The bounds against as many as run, where others say how many: the counts below are those of
    /// a hundred pods then.
    pub live: Option<Live>,
    /// The fewest that are available.
    pub fewest: Worst,
    /// The most that are alive.
    pub most: Worst,
    /// The largest share of requests that may reach the new version before anybody is asked, a
    /// person or another system, and after which step it is reached.
    pub unseen: (Share, usize),
    /// The most CPU that its pods ask for at once; none where somebody else says how many they are.
    pub cpu: Option<Peak>,
    /// The most memory, likewise.
    pub memory: Option<Peak>,
}

/// The tightest bounds of each workload, as long as pods that are available stay so.
///
/// # Errors
///
/// [`Error::Manifest`] where one of the plan's Services is none, [`Error::Requests`] where what a
/// pod asks for is no quantity.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let ends = Ends::unchanged(from).image(&"hello=hello:2.0.0".parse()?, &[])?;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// let plan = cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?;
/// let hello = &cutover_report::tightest(&plan)?[0];
/// assert_eq!((hello.fewest.pods, hello.most.pods), (3, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn tightest(plan: &Checked) -> Result<Vec<Tightest>, Error> {
    let exposures = exposure(plan)?;
    let asks = first_question(&plan.spec.steps);
    let mut all = Vec::new();
    let workloads = plan.spec.workloads.iter().zip(peaks(plan)?);
    for (at, (workload, peaks)) in workloads.enumerate() {
        let (fewest, most) = counts(plan, workload)?;
        let mut unseen = (Share::NONE, 0);
        for (number, exposures) in exposures.iter().enumerate().take(asks + 1) {
            let share = exposures[at].map_or(Share::NONE, |exposure| exposure.most);
            if share > unseen.0 {
                unseen = (share, number);
            }
        }
        all.push(Tightest {
            workload: workload.name.clone(),
            replicas: workload.replicas(),
            live: workload.bounds.live().cloned(),
            fewest,
            most,
            unseen,
            cpu: peaks.map(|peaks| peaks.cpu),
            memory: peaks.map(|peaks| peaks.memory),
        });
    }
    Ok(all)
}

/// The step whose gates first ask a person or another system; the last where none does.
fn first_question(steps: &[Step]) -> usize {
    let asks = |step: &Step| step.gates.iter().any(is_question);
    let first = steps.iter().position(asks);
    first.map_or(steps.len(), |index| index + 1)
}

fn is_question(gate: &Gate) -> bool {
    match gate {
        Gate::Job(_) | Gate::Metric(_) | Gate::Smoke(_) | Gate::Webhook(_) => true,
        Gate::Pause(pause) => pause.duration.is_none(),
        Gate::Available(_)
        | Gate::Drained(_)
        | Gate::Endpoints(_)
        | Gate::Held(_)
        | Gate::Routed(_)
        | Gate::Settled(_)
        | Gate::Window(_) => false,
    }
}

/// The fewest pods available and the most alive, forward and back.
fn counts(plan: &Checked, workload: &Workload) -> Result<(Worst, Worst), Error> {
    let mut walk = plan.walk();
    let at_rest = Counts::during(workload, walk.state(), walk.state())?;
    let mut worst = Found::at_rest(at_rest);
    while walk.advance()?.is_some() {
        let from = walk.number();
        let there = Counts::during(workload, walk.before(), walk.state())?;
        worst.look(there, Place::Step(from));
        let back = plan.undo(from).map_or(&[][..], |undo| &undo.steps);
        let back = Counts::along(workload, walk.state(), back)?;
        for (step, counts) in (1..).zip(back) {
            worst.look(counts, Place::Undo { from, step });
        }
    }
    Ok((worst.fewest, worst.most))
}

struct Found {
    fewest: Worst,
    most: Worst,
}

impl Found {
    fn at_rest(counts: Counts) -> Self {
        let at = |pods| Worst {
            pods,
            place: Place::Plan,
        };
        Self {
            fewest: at(counts.fewest),
            most: at(counts.most),
        }
    }

    fn look(&mut self, counts: Counts, place: Place) {
        let Counts { most, fewest } = counts;
        if fewest < self.fewest.pods {
            self.fewest = Worst {
                pods: fewest,
                place,
            };
        }
        if most > self.most.pods {
            self.most = Worst { pods: most, place };
        }
    }
}
