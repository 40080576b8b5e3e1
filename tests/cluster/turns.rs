//! Runs that turn round in the middle of a step, before its gates hold.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::path::Path;

use cutover::Checked;
use cutover::manifest::{Bundle, Manifest};
use cutover_kube::now;
use cutover_run::{Event, Goal, Options, Outcome, Progress};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use xtask::golden::Case;

use crate::budget::{Watcher, images_of, is_ready};
use crate::goldens::{ABREAST, own, side_by_side};
use crate::lab::{Lab, hurried};
use crate::support::shared;

/// Plans whose steps start pods of a new version in every way that there is.
const CASES: [&str; 7] = [
    "blue-green/adopt",
    "blue-green/hello",
    "canary/hello",
    "canary/no-surge-2-at-75",
    "recreate/grows",
    "rolling/seven-with-a-third",
    "rolling/widen-roll-narrow",
];

/// How long the controllers may take to see what a run has written.
const LAG: SignedDuration = SignedDuration::from_secs(3);

/// Who turns a run round.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// `cutover abort`: the runner itself.
    Abort,
    /// `cutover undo`, after the runner was stopped.
    Undo,
}

#[test]
fn a_run_that_turns_in_the_middle_of_a_step_starts_no_new_pod_and_waits_for_none() {
    let cluster = shared();
    let kubeconfig = cluster.kubeconfig();
    let cases = Case::all()
        .unwrap()
        .into_iter()
        .filter(|case| CASES.iter().any(|name| case.directory.ends_with(name)));
    let trials: Vec<(Case, usize, By)> = cases
        .flat_map(|case| {
            let steps = 1..=case.plan().unwrap().len();
            steps.flat_map(move |step| [By::Abort, By::Undo].map(|by| (case.clone(), step, by)))
        })
        .collect();
    assert!(trials.len() > 60, "{} trials", trials.len());
    let name =
        |case: &Case, step, by| format!("{} in step {step}, {by:?}", case.directory.display());
    let named = trials
        .into_iter()
        .map(|(case, step, by)| (name(&case, step, by), (case, step, by)));
    let failed = side_by_side(ABREAST, named.collect(), async |(case, step, by)| {
        turn(&case, step, by, &kubeconfig).await
    });
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

async fn turn(case: &Case, step: usize, by: By, kubeconfig: &Path) -> Result<(), String> {
    let lab = Lab::new(kubeconfig).await;
    let case = slow(own(&lab, case));
    lab.set_up(&case.from).await;
    let plan = hurried(&case.plan().unwrap());
    let start = lab.written(&plan).await;
    let watcher = Watcher::new(&lab, &plan).await;
    let new = new_images(&plan);
    let turned = lab
        .turn_in(&plan, lab.options("a test"), step, by, &new)
        .await?;
    lab.stands(&plan, 0).await?;
    if lab.written(&plan).await != start {
        return Err("it is not as it was".into());
    }
    let late = watcher.pods_since(turned.checked_add(LAG).unwrap(), &new);
    if !late.is_empty() {
        return Err(format!("new pods were started after {turned}: {late:?}"));
    }
    match watcher.breaches(&plan, &lab) {
        breaches if breaches.is_empty() => Ok(()),
        breaches => Err(breaches.join("; ")),
    }
}

impl Lab {
    /// Turns round in a step and comes back to the start; gives when it turned.
    pub(crate) async fn turn_in(
        &self,
        plan: &Checked,
        mut options: Options,
        step: usize,
        by: By,
        new: &BTreeSet<String>,
    ) -> Result<Timestamp, String> {
        if let By::Undo = by {
            self.stop_in(plan, &options, step).await?;
            self.never_ready(new).await;
            options.goal = Goal::Back { to: 0 };
        }
        let mut turned = None;
        let outcome = self.play(plan, options, |run, told| {
            if matches!(by, By::Abort) && turned.is_none() && is_in(told, step) {
                run.handle_event(Event::Abort, now());
            }
            if let Progress::Turned { .. } = told {
                turned = Some(Timestamp::now());
            }
        });
        match (outcome.await?, turned) {
            (Outcome::Undone { to: 0 }, Some(turned)) => Ok(turned),
            other => Err(format!("it ended as {other:?}")),
        }
    }

    /// Goes forward until a step's gates are waited for, and stops there.
    async fn stop_in(&self, plan: &Checked, options: &Options, step: usize) -> Result<(), String> {
        let mut stopped = false;
        let outcome = self.play(plan, options.clone(), |run, told| {
            if !stopped && is_in(told, step) {
                stopped = true;
                run.handle_event(Event::Stop, now());
            }
        });
        match outcome.await? {
            Outcome::Stopped { .. } => Ok(()),
            other => Err(format!(
                "it was to stop in step {step}, and it ended as {other:?}"
            )),
        }
    }

    /// No new pod that is not ready by now ever becomes so: a run that waited for one would not
    /// end.
    async fn never_ready(&self, new: &BTreeSet<String>) {
        for pod in self.all("v1", "Pod", &self.namespace).await {
            if images_of(&pod).any(|image| new.contains(image)) && !is_ready(&pod) {
                let annotations = json!({ "cutover.dev/test-ready-after": "never" });
                let ops =
                    json!([{ "op": "add", "path": "/metadata/annotations", "value": annotations }]);
                self.patch(pod.object(), ops).await;
            }
        }
    }
}

/// Whether a run waits for the gates of a step, or finds that they hold.
fn is_in(told: &Progress, step: usize) -> bool {
    match told {
        Progress::Waiting { number, .. } | Progress::Held { number } => *number == step,
        _ => false,
    }
}

/// The case with new pods that take a while to be ready.
fn slow(case: Case) -> Case {
    let annotation = "/spec/template/metadata/annotations/cutover.dev~1test-ready-after";
    let slow = |manifest: &Manifest| match manifest.object().kind.as_str() {
        "Deployment" => manifest.set(annotation, "4s".into()).unwrap(),
        _ => manifest.clone(),
    };
    Case {
        to: case.to.as_ref().map(|to| to.iter().map(slow).collect()),
        ..case
    }
}

pub(crate) fn new_images(plan: &Checked) -> BTreeSet<String> {
    let images = |bundle: &Bundle| -> BTreeSet<String> {
        bundle
            .of_kind("Deployment")
            .flat_map(images_of)
            .map(Into::into)
            .collect()
    };
    images(&plan.state(plan.len()).unwrap())
        .difference(&images(&plan.start()))
        .cloned()
        .collect()
}
