//! kubectl, which applies patches with the API server's library, gets from each patch of the golden
//! plans what the plans say.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeSet;
use std::io::{ErrorKind, Write};
use std::process::{Command, Stdio};
use std::thread;

use cutover::Plan;
use cutover::manifest::Bundle;
use cutover::planning::{Change, Step, apply};
use serde_json::{Value, json};

use crate::golden::cases;
use crate::laws::states;

/// So many kubectl at a time.
const AT_A_TIME: usize = 4;

/// A manifest before, a patch, and the manifest after, as JSON.
type Job = (String, String, String);

#[test]
fn kubectl_gets_the_same_from_every_patch() {
    if is_skipped() {
        return;
    }
    let plans = cases().into_iter().filter_map(|case| case.plan().ok());
    let jobs: Vec<Job> = plans
        .flat_map(|plan| jobs(&plan))
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    assert!(jobs.len() > 100, "only {} patches", jobs.len());
    thread::scope(|scope| {
        for share in jobs.chunks(jobs.len().div_ceil(AT_A_TIME)) {
            scope.spawn(|| share.iter().for_each(check));
        }
    });
}

/// All patches of a plan: there, their inverses, and those of the ways back.
fn jobs(plan: &Plan) -> Vec<Job> {
    let states = states(plan).unwrap();
    let forward = plan
        .spec
        .steps
        .iter()
        .zip(&states)
        .flat_map(|(step, before)| along(before, [step]));
    let back = plan
        .spec
        .undo
        .iter()
        .flat_map(|undo| along(&states[undo.from], &undo.steps));
    forward.chain(back).collect()
}

fn along<'a>(start: &Bundle, steps: impl IntoIterator<Item = &'a Step>) -> Vec<Job> {
    let mut state = start.clone();
    let mut jobs = Vec::new();
    for step in steps {
        let before = state.clone();
        apply(&mut state, step, 0).unwrap();
        jobs.extend(
            step.changes
                .iter()
                .flat_map(|change| both_ways(change, &before, &state)),
        );
    }
    jobs
}

fn both_ways(change: &Change, before: &Bundle, after: &Bundle) -> Vec<Job> {
    let Change::Patch(patch) = change else {
        return Vec::new();
    };
    let text = |bundle: &Bundle| bundle.get(&patch.object).unwrap().value().to_string();
    let there = (text(before), json!(patch.ops).to_string(), text(after));
    let back = (text(after), json!(patch.inverse).to_string(), text(before));
    vec![there, back]
}

fn check((before, patch, after): &Job) {
    let mut kubectl = kubectl()
        .args([
            "patch",
            "--local",
            "--type=json",
            "-f",
            "-",
            "-o",
            "json",
            "-p",
            patch,
        ])
        .spawn()
        .unwrap();
    kubectl
        .stdin
        .take()
        .unwrap()
        .write_all(before.as_bytes())
        .unwrap();
    let output = kubectl.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{patch}\n{before}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let patched: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(patched.to_string(), *after, "{patch}\n{before}");
}

/// Whether there is no kubectl to be asked, which is said then.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
pub(crate) fn is_skipped() -> bool {
    let version = kubectl().args(["version", "--client"]).output();
    let is_missing = version.is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if is_missing {
        eprintln!("skipped: kubectl, which has kustomize in it, is not installed");
    }
    is_missing
}

/// kubectl, which talks to nobody.
pub(crate) fn kubectl() -> Command {
    let mut kubectl = Command::new("kubectl");
    kubectl
        .env("KUBECONFIG", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    kubectl
}
