//! kubectl's side: what a careful script does, a program a change and a program a wait.
//!
//! It waits for no endpoints: kubectl has no word for them. Nor does it look at rights, keep a
//! journal or hold a Lease.

use std::thread;
use std::time::Duration;

use cutover::Plan;
use cutover::manifest::ObjectRef;
use cutover::planning::{Change, Gate, Pause};

use crate::Result;
use crate::cluster::Kubectl;

/// Makes the changes of each step, and waits for its gates.
pub(super) fn carry_out(plan: &Plan, kubectl: &Kubectl, namespace: &str) -> Result<()> {
    let script = Script { kubectl, namespace };
    for step in &plan.spec.steps {
        step.changes
            .iter()
            .try_for_each(|change| script.change(change))?;
        step.gates.iter().try_for_each(|gate| script.wait(gate))?;
    }
    Ok(())
}

struct Script<'a> {
    kubectl: &'a Kubectl,
    namespace: &'a str,
}

impl Script<'_> {
    fn change(&self, change: &Change) -> Result<()> {
        let object = target(change.object());
        match change {
            Change::Create(manifest) => {
                self.run(&["create", "-f", "-"], &manifest.value().to_string())
            }
            Change::Delete(_) => self.run(&["delete", &object], ""),
            Change::Patch(patch) => {
                let ops = serde_json::to_string(&patch.ops)?;
                self.run(&["patch", &object, "--type=json", "--patch", &ops], "")
            }
            Change::Replace(_) => Err("the script cannot replace pods".into()),
        }
    }

    fn wait(&self, gate: &Gate) -> Result<()> {
        match gate {
            Gate::Available(available) => {
                self.roll_out(&available.object)?;
                self.run(
                    &[
                        "wait",
                        &target(&available.object),
                        "--for=condition=Available",
                        "--timeout=300s",
                    ],
                    "",
                )
            }
            Gate::Settled(settled) => self.roll_out(&settled.object),
            Gate::Endpoints(_) => Ok(()),
            Gate::Pause(Pause {
                duration: Some(duration),
            }) => {
                thread::sleep(Duration::from_secs(duration.seconds().into()));
                Ok(())
            }
            other => Err(format!("the script cannot wait for {other:?}").into()),
        }
    }

    fn roll_out(&self, object: &ObjectRef) -> Result<()> {
        self.run(
            &["rollout", "status", &target(object), "--timeout=300s"],
            "",
        )
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<()> {
        self.kubectl
            .run_with(&[arguments, &["-n", self.namespace]].concat(), input)
            .map(drop)
    }
}

fn target(object: &ObjectRef) -> String {
    format!("{}/{}", object.kind.to_lowercase(), object.name)
}
