//! What the rules do about routes: which Services get which share of the requests.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_traffic::{Share, towards};

use super::context::Context;
use super::edit::Edit;
use super::moment::Moment;
use super::shares::parts;
use super::workload_state::WorkloadState;

/// A route takes its next form: backends that come, without a share; then shares; then backends that
/// go, which have none.
pub(super) fn pass_on(moment: &Moment<'_>) -> Vec<Edit> {
    match moment.context.back {
        true => Vec::new(),
        false => next_forms(moment, |state, service, share| {
            state.carries(service, share)
        }),
    }
}

/// On the way back, before pods of the new version go: shares go to counted pods of the version of
/// before.
///
/// Where the undone step has taken a share or a name away, that is waited for first, unless shares
/// move all the same: an edit that changes nothing says so.
pub(super) fn hand_back(moment: &Moment<'_>) -> Vec<Edit> {
    if !moment.context.back {
        return Vec::new();
    }
    let edits = next_forms(moment, |state, service, share| {
        state.carries(service, share) && is_of_before(state, service, moment.context)
    });
    let moves = edits.iter().any(|edit| moves_shares(moment, edit));
    let unfollowed = moment.context.unfollowed.keys();
    let mut waited = unfollowed.filter_map(|route| moment.here.get(route));
    match waited.next().filter(|_| !moves) {
        Some(route) => vec![Edit::to(route)],
        None => edits,
    }
}

/// Whether an edit gives a Service another share of a rule.
fn moves_shares(moment: &Moment<'_>, edit: &Edit) -> bool {
    let ends = (moment.here.get(&edit.object), edit.after.as_ref());
    let (Some(here), Some(next)) = ends else {
        return false;
    };
    moment
        .states
        .iter()
        .any(|state| !gaining(here, next, state).is_empty())
}

/// The next form of the first route that has one, where all that gets more of it there may have that much.
fn next_forms(
    moment: &Moment<'_>,
    may_have: impl Fn(&WorkloadState<'_>, &ObjectRef, Share) -> bool,
) -> Vec<Edit> {
    let mut edits = Vec::new();
    for state in moment.states {
        for route in state.workload.routes() {
            let (Some(here), Some(there)) = (moment.here.get(route), moment.there.get(route))
            else {
                continue;
            };
            let next = towards(here, there);
            let mut gaining = gaining(here, &next, state).into_iter();
            if next != *here && gaining.all(|(service, share)| may_have(state, &service, share)) {
                edits.push(Edit::to(&next));
            }
        }
    }
    // One after the other, each followed before the next.
    edits.truncate(1);
    edits
}

/// The Services that get a larger share of a rule in the next form of a route, with that.
fn gaining(here: &Manifest, next: &Manifest, state: &WorkloadState<'_>) -> Vec<(ObjectRef, Share)> {
    let before = parts(here, state.workload);
    let mut gaining = Vec::new();
    for (rule, part) in parts(next, state.workload).into_iter().enumerate() {
        for (service, share) in part {
            let was = before.get(rule).and_then(|part| part.get(&service));
            if share > was.copied().unwrap_or(Share::NONE) {
                gaining.push((service, share));
            }
        }
    }
    gaining
}

/// Whether all pods behind a Service are of the version of before, and none was asked for by the
/// step that is undone.
fn is_of_before(state: &WorkloadState<'_>, service: &ObjectRef, context: &Context<'_>) -> bool {
    let mut sets = state.behind(service).filter(|set| set.count > 0);
    sets.all(|set| {
        let is_old = !context.is_new(set.here);
        is_old && set.unconfirmed == 0
    })
}
