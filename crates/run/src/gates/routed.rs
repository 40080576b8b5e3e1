//! Whether the gateways of a route follow it, as far as anybody says.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_traffic::{HttpRoute, Untaken, untaken};

use super::Verdict;
use crate::observed::Observed;
use crate::observed::status::is_terminating;

/// For each parent of the route a controller has taken its present form. What gateways need beside
/// that is time.
pub(super) fn routed(observed: &Observed, object: &ObjectRef) -> Verdict {
    let Some(route) = observed.live(object) else {
        return Verdict::Waits("it is not there".into());
    };
    if is_terminating(route) {
        return Verdict::Waits("it is being deleted".into());
    }
    if !HttpRoute::is(object) {
        // A plan that has one is refused; what is unknown does not hold in any case.
        return Verdict::Waits("this version does not know who carries it out".into());
    }
    let is_asked = |untaken: &Untaken| !observed.is_excused(object) || !is_unresolved(untaken);
    let untaken = untaken(route).into_iter().find(is_asked);
    untaken.map_or(Verdict::Holds, |untaken| {
        Verdict::Waits(untaken.to_string().into())
    })
}

/// What a controller does not find that a route names, where nothing else keeps it from being
/// carried out.
pub(crate) fn unresolved(route: &Manifest) -> Option<Untaken> {
    let untaken = untaken(route);
    let all = untaken.iter().all(is_unresolved);
    untaken.into_iter().next().filter(|_| all)
}

fn is_unresolved(untaken: &Untaken) -> bool {
    match untaken {
        Untaken::Unresolved { .. } => true,
        Untaken::NoParent | Untaken::NotAccepted { .. } | Untaken::Silent { .. } => false,
    }
}
