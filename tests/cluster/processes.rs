//! The command as a process of its own, killed with SIGKILL while it carries a plan out.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::{fs, thread};

use cutover::manifest::emit;
use cutover::planning::{Duration, Gate};
use cutover::{Checked, Plan, check};
use cutover_run::{Course, Journal};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::audit::written_in;
use crate::command::program;
use crate::kills::{case, expected, plan};
use crate::lab::Lab;
use crate::support::{OwnCluster, shared};

/// What is killed, and at which event for the how manyeth time.
#[derive(Clone, Copy, Debug)]
struct Moment(&'static str, &'static str, usize);

const MOMENTS: [Moment; 8] = [
    Moment("apply", "started", 1),
    Moment("apply", "step", 1),
    Moment("apply", "held", 2),
    Moment("apply", "step", 5),
    Moment("undo", "turned", 1),
    Moment("undo", "held", 1),
    Moment("abort", "step", 1),
    Moment("abort", "held", 1),
];

/// Where `apply` is killed before `abort` takes over.
const MIDDLE: Moment = Moment("apply", "held", 3);

#[test]
fn apply_goes_on_for_a_command_that_is_killed() {
    let cluster = shared();
    let failed: Vec<String> = thread::scope(|scope| {
        let cluster = &cluster;
        let all = MOMENTS.map(|moment| {
            (
                moment,
                scope.spawn(move || Stage::new(cluster).kill(moment)),
            )
        });
        let results = all.map(|(moment, thread)| (moment, thread.join().unwrap()));
        results
            .into_iter()
            .filter_map(|(moment, result)| Some(format!("{moment:?}: {}", result.err()?)))
            .collect()
    });
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// A namespace, and a plan in a file.
struct Stage<'a> {
    cluster: &'a OwnCluster,
    runtime: Runtime,
    lab: Lab,
    plan: Checked,
    folder: TempDir,
}

impl<'a> Stage<'a> {
    fn new(cluster: &'a OwnCluster) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let lab = runtime.block_on(Lab::new(&cluster.kubeconfig()));
        runtime.block_on(lab.set_up(&case().from));
        let (plan, folder) = (unattended(&plan()), TempDir::new().unwrap());
        fs::write(
            folder.path().join("plan.yaml"),
            emit(&plan.to_value().unwrap()),
        )
        .unwrap();
        Self {
            cluster,
            runtime,
            lab,
            plan,
            folder,
        }
    }

    fn kill(&self, moment: Moment) -> Result<(), String> {
        let start = self.runtime.block_on(self.lab.written(&self.plan));
        match moment.0 {
            "undo" => self.apply()?,
            "abort" => self.killed(MIDDLE)?,
            _ => {}
        }
        self.killed(moment)?;
        let back = self.way_back();
        match (back, self.apply()) {
            (None, result) => result?,
            // To come back is no success of `apply`, and it says so.
            (Some(_), Err(reason)) if reason.contains("taken back") => {}
            (Some(_), other) => return Err(format!("it was going back: {other:?}")),
        }
        let end = if back.is_some() { 0 } else { self.plan.len() };
        self.runtime.block_on(self.lab.stands(&self.plan, end))?;
        if back.is_some() && self.runtime.block_on(self.lab.written(&self.plan)) != start {
            return Err("it is not as it was".into());
        }
        let expected = expected(&self.plan, back.unwrap_or(end), back.unwrap_or(0));
        let made = written_in(
            &self.cluster.audited(&self.lab.namespace),
            &self.lab.namespace,
            &self.plan,
        );
        if made == expected {
            Ok(())
        } else {
            Err(format!("it wrote {made:?}, and not {expected:?}"))
        }
    }

    /// The step from which the run was going back when it was killed.
    fn way_back(&self) -> Option<usize> {
        let journal = self.runtime.block_on(
            self.lab
                .live(&Journal::object(&self.plan, &self.lab.namespace)),
        );
        // Killed at its first word, it has not even opened its journal.
        let position = Journal::parse(&journal?).unwrap().position;
        match position.course {
            Course::Forward => None,
            Course::Back { from, .. } => Some(from),
        }
    }

    /// `cutover apply`, to its end.
    fn apply(&self) -> Result<(), String> {
        let output = self.invocation("apply").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            Ok(())
        } else {
            Err(said)
        }
    }

    /// A verb, killed when it tells of an event for the how manyeth time.
    fn killed(&self, Moment(verb, event, times): Moment) -> Result<(), String> {
        let mut child = self
            .invocation(verb)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let event = format!(r#""event":"{event}""#);
        let told = lines
            .filter(|line| line.contains(&event))
            .take(times)
            .count();
        child.kill().unwrap();
        child.wait().unwrap();
        if told == times {
            Ok(())
        } else {
            Err(format!("{verb} told of {event} {told} times"))
        }
    }

    fn invocation(&self, verb: &str) -> Command {
        let mut command = Command::new(program());
        command.args([
            verb,
            "plan.yaml",
            "--output",
            "json",
            "--lease-duration",
            "3s",
        ]);
        command
            .args(["--namespace", &self.lab.namespace])
            .arg("--kubeconfig")
            .arg(self.cluster.kubeconfig());
        command.current_dir(&self.folder).stdin(Stdio::null());
        command
    }
}

/// The plan without a person to wait for.
fn unattended(plan: &Checked) -> Checked {
    let mut spec = plan.spec.clone();
    for gate in spec.steps.iter_mut().flat_map(|step| &mut step.gates) {
        if let Gate::Pause(pause) = gate {
            pause.duration = Some(Duration::of_seconds(1));
        }
    }
    check(Plan::new(&plan.metadata.name, spec).unwrap()).unwrap()
}
