//! Update strategies that the API server does not take.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::Deployment;
use serde_json::Value;

use crate::kinds;
use crate::refusal::{Refusals, refuse};

/// Refuses what a release brings and the API server does not take as a Deployment's update strategy
/// (`ValidateDeploymentStrategy` in `pkg/apis/apps/validation`). What is wrong before and stays so
/// is nobody's wish here.
pub(crate) fn update_strategy(from: Option<&Manifest>, to: &Manifest) -> Result<(), Refusals> {
    match fault(to) {
        Some(fault) if from.and_then(self::fault).as_ref() != Some(&fault) => {
            Err(fault.refusal(to.object()))
        }
        _ => Ok(()),
    }
}

#[derive(PartialEq, Eq)]
struct Fault {
    pointer: &'static str,
    reason: String,
    hint: &'static str,
}

impl Fault {
    fn refusal(self, object: &ObjectRef) -> Refusals {
        refuse(
            kinds::UPDATE_STRATEGY,
            object,
            self.pointer,
            self.reason,
            self.hint,
        )
    }
}

fn fault(manifest: &Manifest) -> Option<Fault> {
    let kind = manifest
        .pointer("/spec/strategy/type")
        .unwrap_or(&Value::Null);
    match kind.as_str() {
        None | Some("" | "RollingUpdate") => no_budget(manifest),
        Some("Recreate") => needless_budget(manifest),
        Some(unknown) => Some(Fault {
            pointer: "/spec/strategy/type",
            reason: format!("`{unknown}` is not an update strategy"),
            hint: "write RollingUpdate or Recreate",
        }),
    }
}

fn no_budget(manifest: &Manifest) -> Option<Fault> {
    let reason = Deployment::of(manifest).budget().check().err()?;
    Some(Fault {
        pointer: "/spec/strategy/rollingUpdate/maxUnavailable",
        reason,
        hint: "say another maxSurge or maxUnavailable",
    })
}

fn needless_budget(manifest: &Manifest) -> Option<Fault> {
    let budget = manifest.pointer("/spec/strategy/rollingUpdate")?;
    (!budget.is_null()).then(|| Fault {
        pointer: "/spec/strategy/rollingUpdate",
        reason: "a strategy of type Recreate has no budget".into(),
        hint: "leave `rollingUpdate` out, or take the type RollingUpdate",
    })
}

#[cfg(test)]
mod tests;
