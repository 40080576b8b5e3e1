//! Paused Deployments: what they hold back, and what resuming them may do.

use cutover_manifest::Bundle;
use cutover_workload::{Bounds, Deployment, Rollout, Workload, deployments};

use crate::hint::Hint;
use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Refuses a leg that replaces the pods of a Deployment which is paused at one of its ends: its
/// controller would not do so, on the way there or on the way back.
pub fn paused(from: &Bundle, to: &Bundle) -> Result<(), Refusals> {
    let stuck = |set: &Deployment<'_>| {
        let before = from.get(set.manifest().object()).map(Deployment::of);
        let turns = before.and_then(Deployment::template) != set.template();
        turns && (set.is_paused() || before.is_some_and(Deployment::is_paused))
    };
    deployments(to).find(stuck).map_or(Ok(()), |set| {
        Err(refuse(
            kinds::PAUSED,
            set.manifest().object(),
            "/spec/paused",
            "a paused Deployment does not roll out",
            Hint::Resume,
        ))
    })
}

/// Refuses to resume a Deployment by a budget that its own strategy does not keep. Undo in the
/// middle of that roll pauses it again and gives it its own strategy back, and a paused one that
/// stands half rolled is scaled to all that its own surge allows, up or down.
///
/// # Errors
///
/// The Deployment that would leave the budget.
pub fn resumed(release: &Release, workloads: &[Workload]) -> Result<(), Refusals> {
    let counting = workloads
        .iter()
        .filter(|workload| workload.rollout != Rollout::Recreate);
    for workload in counting {
        for object in workload.objects() {
            let [from, to] = [release.from(), release.to()].map(|end| end.get(object));
            let (Some(from), Some(to)) = (from.map(Deployment::of), to.map(Deployment::of)) else {
                continue;
            };
            let rolls = from.is_paused() && to.rolls_after(from);
            if let Some((field, reason)) = beyond(from, workload).filter(|_| rolls) {
                return Err(refuse(
                    kinds::PAUSED,
                    object,
                    &format!("/spec/strategy/rollingUpdate/{field}"),
                    reason,
                    Hint::Resume,
                ));
            }
        }
    }
    Ok(())
}

/// How a set under its own strategy would leave its workload's budget when it is paused half rolled.
fn beyond(set: Deployment<'_>, workload: &Workload) -> Option<(&'static str, String)> {
    if let Bounds::Live(live) = &workload.bounds {
        let reason = "undo pauses it again, and then its own strategy may leave the bounds";
        return (!live.admits(set.budget())).then(|| ("maxSurge", reason.to_owned()));
    }
    let replicas = workload.replicas();
    let own = set.budget().of(replicas);
    let grown = replicas.saturating_add(own.surge);
    if grown > workload.ceiling() {
        let reason = format!("undo pauses it again, and then its own maxSurge allows {grown} pods");
        return Some(("maxSurge", reason));
    }
    let kept = replicas.saturating_sub(own.unavailable);
    if kept < workload.floor() {
        let reason = format!("undo pauses it again, and then its own strategy keeps {kept} pods");
        return Some(("maxUnavailable", reason));
    }
    let Rollout::Budget(said) = workload.rollout else {
        return None;
    };
    let said = said.of(replicas);
    if said.surge != own.surge {
        let reason = format!("undo pauses it again, and then it comes to {grown} pods");
        return Some(("maxSurge", reason));
    }
    // Where it shrinks meanwhile the floor is a lower one, and hides that.
    if said.unavailable < own.unavailable {
        let reason = format!("undo pauses it again, and then its own strategy keeps {kept} pods");
        return Some(("maxUnavailable", reason));
    }
    None
}
