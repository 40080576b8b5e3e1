//! What is said of routers that are promised less than the others.

use cutover_check::Checked;
use cutover_workload::Routed;

use crate::text::{alike, listed};

/// A line for all routers of which the same is said: those that owe nobody an answer, that lead to
/// the pods of others too, or that only routes reach. Nothing of a router that owes answers to all.
pub(crate) fn routers(plan: &Checked) -> Vec<String> {
    let workloads = plan.spec.workloads.iter();
    let routers = workloads.flat_map(|workload| &workload.routers);
    let told = routers.flat_map(|router| {
        let told = said(router).into_iter();
        told.map(|said| (router.object.to_string(), said))
    });
    let mut lines = Vec::new();
    for (mut names, said) in alike(told) {
        names.sort();
        names.dedup();
        lines.push(format!("{}: {said}.", listed(&names)));
    }
    lines
}

fn said(router: &Routed) -> Vec<&'static str> {
    let Routed {
        object: _,
        shared,
        preview,
        by_route,
    } = router;
    let said = [
        (*preview, "a preview, which owes nobody an answer"),
        (*shared, "leads to pods of others too, so no share is known"),
        (
            *by_route,
            "reached by routes alone, and owes its share of the floor",
        ),
    ];
    let said = said.into_iter().filter(|(holds, _)| *holds);
    said.map(|(_, words)| words).collect()
}
