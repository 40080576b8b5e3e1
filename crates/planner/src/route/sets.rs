//! What the rules do about the sets of a workload.

use cutover_workload::Deployment;

use super::context::Context;
use super::edit::Edit;
use super::moment::Moment;
use super::workload_state::{SetState, WorkloadState};

/// On the way back: a set that the step was rolling goes back before all else, or is paused again.
/// While its new pods do not become ready it stands at more pods than its count, and no gate on it
/// would hold.
pub(super) fn turn_back(state: &WorkloadState<'_>, context: &Context<'_>) -> Vec<Edit> {
    let mut half_rolled = state
        .sets
        .iter()
        .filter(|set| context.half_rolled.contains(&set.object));
    let turning = half_rolled.find(|set| set.turns() || set.halts());
    let fitting = turning.filter(|set| set.halts() || state.rolls(set));
    fitting
        .map(|set| Edit {
            object: set.object.clone(),
            after: set.turned(set.count),
        })
        .into_iter()
        .collect()
}

/// On the way back: pods of the new version go first, but for those of a workload that is gone at
/// the far end, while another that is to take its requests has no pods yet.
pub(super) fn retreat(moment: &Moment<'_>) -> Vec<Edit> {
    let states = moment.states;
    let comes = |state: &WorkloadState<'_>| {
        state
            .sets
            .iter()
            .any(|set| set.count == 0 && set.wanted > 0)
    };
    let goes = |state: &WorkloadState<'_>| state.sets.iter().all(|set| set.there.is_none());
    let awaits = states.iter().any(comes);
    states
        .iter()
        .filter(|state| !(awaits && goes(state)))
        .flat_map(|state| retreat_of(state, moment.context))
        .collect()
}

/// On the way back: pods of the new version go first, as far as the others can carry the requests;
/// and those that the step added which is taken back, whatever the far end wants.
fn retreat_of(state: &WorkloadState<'_>, context: &Context<'_>) -> Vec<Edit> {
    let fresh = |set: &SetState<'_>| context.back && context.is_new(set.here);
    shrink(state, |set| {
        if fresh(set) {
            set.wanted.min(set.count - set.unconfirmed)
        } else {
            set.count
        }
    })
}

/// A strategy that was changed for a roll is given back once nothing is left to roll.
pub(super) fn give_strategy_back(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    if state.sets.iter().any(SetState::turns) {
        return Vec::new();
    }
    let given = state
        .sets
        .iter()
        .filter_map(|set| Some((set, set.given_back()?)));
    let changed = given.filter(|(set, after)| set.here != Some(after));
    changed
        .map(|(set, after)| Edit {
            object: set.object.clone(),
            after: Some(after),
        })
        .collect()
}

/// Templates of sets that receive no request; new sets, and replicas going up, as far as there
/// is room.
pub(super) fn expand(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    let mut room = state.room();
    let mut edits = Vec::new();
    for set in state.sets.iter().filter(|set| !set.turns_under_load()) {
        let grown = set
            .wanted
            .min(set.count.saturating_add(room))
            .max(set.count);
        let replicas = if set.turns() && set.count > 0 {
            set.count
        } else {
            grown
        };
        let starved = set.here.is_none() && replicas < set.wanted.min(1);
        let unfit = set.turns() && set.count > 0 && !state.rolls(set);
        if starved || unfit {
            continue;
        }
        if let Some(after) = set.turned(replicas).filter(|after| Some(after) != set.here) {
            room -= replicas - set.count;
            edits.push(Edit {
                object: set.object.clone(),
                after: Some(after),
            });
        }
    }
    edits
}

/// Templates of sets that do receive requests, one set of a workload at a time.
pub(super) fn roll(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    let turning = state.sets.iter().find(|set| set.turns());
    let fitting = turning.filter(|set| state.rolls(set));
    let edit = fitting.map(|set| Edit {
        object: set.object.clone(),
        after: set.turned(set.count),
    });
    edit.into_iter().collect()
}

/// Replicas going down, as far as the floor allows. A set that is resumed keeps its number until
/// then: undo pauses it where it stands half rolled, and would scale it so.
pub(super) fn contract(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    shrink(state, |set| match set.resumes() {
        true => set.count,
        false => set.wanted,
    })
}

/// Where a set can be rolled only under another strategy, that comes first.
pub(super) fn make_room_to_roll(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    let turning = state.sets.iter().find(|set| set.turns());
    let edit = turning.map(|set| Edit {
        object: set.object.clone(),
        after: state.made_to_roll(set),
    });
    edit.into_iter()
        .filter(|edit| edit.after.is_some())
        .collect()
}

/// A set that the far end lacks goes once its pods are gone.
pub(super) fn remove(state: &WorkloadState<'_>, _: &Context<'_>) -> Vec<Edit> {
    let empty = state
        .sets
        .iter()
        .filter(|set| set.here.is_some() && set.there.is_none() && set.count == 0);
    empty
        .map(|set| Edit {
            object: set.object.clone(),
            after: None,
        })
        .collect()
}

/// On the way back, where nothing else can be done: pods of the old version that the undone step
/// asked for are waited for, so that they can be relied on. An edit that changes nothing says so.
pub(super) fn wait(state: &WorkloadState<'_>, context: &Context<'_>) -> Vec<Edit> {
    let arrived = state.sets.iter().all(|set| set.here == set.there);
    let unconfirmed = state
        .sets
        .iter()
        .filter(|set| set.unconfirmed > 0 && !context.is_new(set.here));
    let edits = unconfirmed.map(|set| Edit {
        object: set.object.clone(),
        after: set.here.cloned(),
    });
    edits.filter(|_| !arrived).collect()
}

/// Takes sets down to their goals, never taking more than each Service can spare.
fn shrink(state: &WorkloadState<'_>, goal: impl Fn(&SetState<'_>) -> u32) -> Vec<Edit> {
    let mut spare = state.dispensable();
    let mut edits = Vec::new();
    for set in state.sets.iter().rev() {
        let surplus = set.count.saturating_sub(goal(set));
        let spared = set.services.iter().map(|service| spare[*service]).min();
        let taken = spared.map_or(surplus, |spared| {
            surplus.min(spared.saturating_add(set.unconfirmed))
        });
        let live = state.workload.is_live();
        let Some(here) = set
            .here
            .filter(|_| taken > 0 && (!live || taken == set.count))
        else {
            continue;
        };
        for service in &set.services {
            spare[*service] -= taken.saturating_sub(set.unconfirmed);
        }
        // A count that others own is never written: such a set goes as a whole.
        let after = (!live).then(|| Deployment::of(here).scaled(set.count - taken));
        edits.push(Edit {
            object: set.object.clone(),
            after,
        });
    }
    edits
}
