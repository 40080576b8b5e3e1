//! The next move of the workloads that one leg ties together.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Refusals, refuse};
use cutover_workload::{Deployment, Role, Workload};
use serde_json::json;

use super::movement::Move;
use super::stand::{Set, Stand, selector, selects, serves};
use super::{Journey, Version};
use crate::error::Error;
use crate::kinds;

/// Workloads that must move in one order, since a Service that the leg changes stands between them.
pub(super) struct Lane<'a> {
    pub(super) workloads: Vec<&'a Workload>,
    /// The Services that the leg changes and that select pods of these workloads.
    pub(super) services: Vec<ObjectRef>,
}

/// What a lane does next: edits that are safe side by side.
#[derive(Clone)]
pub(super) struct Head {
    pub(super) movement: Move,
    pub(super) edits: Vec<Edit>,
}

/// One object as it stands after the step; `None` where it is gone.
#[derive(Clone)]
pub(super) struct Edit {
    pub(super) object: ObjectRef,
    pub(super) after: Option<Manifest>,
}

impl Edit {
    /// Whether it leaves the object as it is: its pods are only waited for.
    pub(super) fn is_idle(&self, here: &Bundle) -> bool {
        self.after.is_some() && here.get(&self.object) == self.after.as_ref()
    }
}

/// What one rule does about one workload.
type Rule = fn(&Stand<'_>, &Journey<'_>) -> Vec<Edit>;

impl Lane<'_> {
    /// The next move from `here` towards `there`; `None` where the lane has arrived.
    ///
    /// This function is the planner's whole order (see the module's documentation): the first rule
    /// below that has something to do does it.
    pub(super) fn next(
        &self,
        here: &Bundle,
        there: &Bundle,
        journey: &Journey<'_>,
    ) -> Result<Option<Head>, Error> {
        let stands = self.stands(here, there, journey);
        let each = |rule: Rule| -> Vec<Edit> {
            stands
                .iter()
                .flat_map(|stand| rule(stand, journey))
                .collect()
        };
        let rules: [(Move, &dyn Fn() -> Vec<Edit>); 12] = [
            (Move::Roll, &|| each(turn_back)),
            (Move::Shift, &|| self.leave(here, there, &stands, journey)),
            (Move::Contract, &|| retreat_all(&stands, journey)),
            (Move::Expand, &|| each(give_strategy_back)),
            (Move::Expand, &|| each(expand)),
            (Move::Shift, &|| self.shift(here, there, &stands)),
            (Move::Roll, &|| each(roll)),
            (Move::Contract, &|| each(contract)),
            (Move::Expand, &|| each(make_room_to_roll)),
            (Move::Contract, &|| each(remove)),
            (Move::Shift, &|| self.widen(here, there, &stands)),
            (Move::Expand, &|| each(wait)),
        ];
        for (movement, rule) in rules {
            let edits = rule();
            if !edits.is_empty() {
                return Ok(Some(Head { movement, edits }));
            }
        }
        self.stuck(here, there, &stands)
            .map_or(Ok(None), |refused| Err(refused.into()))
    }

    /// Why nothing can be done although the lane has not arrived; `None` where it has.
    fn stuck(&self, here: &Bundle, there: &Bundle, stands: &[Stand<'_>]) -> Option<Refusals> {
        let service = self
            .services
            .iter()
            .find(|service| here.get(service) != there.get(service));
        let set = stands
            .iter()
            .flat_map(|stand| &stand.sets)
            .find(|set| set.here != set.there);
        service
            .map(no_capacity)
            .or_else(|| set.map(|set| no_room(&set.object)))
    }

    fn stands<'a>(
        &'a self,
        here: &'a Bundle,
        there: &'a Bundle,
        journey: &Journey<'_>,
    ) -> Vec<Stand<'a>> {
        let mut stands: Vec<_> = self
            .workloads
            .iter()
            .map(|workload| Stand::new(workload, here, there))
            .collect();
        for set in stands.iter_mut().flat_map(|stand| &mut stand.sets) {
            set.doubtful = journey
                .doubtful
                .get(&set.object)
                .copied()
                .unwrap_or(0)
                .min(set.count);
        }
        stands
    }

    /// On the way back: a Service that only shows the new version leaves it before its pods go.
    fn leave(
        &self,
        here: &Bundle,
        there: &Bundle,
        stands: &[Stand<'_>],
        journey: &Journey<'_>,
    ) -> Vec<Edit> {
        let serves =
            |service: &&ObjectRef| stands.iter().any(|stand| serves(stand.workload, service));
        let shows = self
            .services
            .iter()
            .filter(|service| journey.back && !serves(service));
        let changed = shows.filter(|service| here.get(service) != there.get(service));
        let after = changed
            .filter_map(|service| there.get(service))
            .filter(|after| answered(after, stands));
        after
            .map(|after| Edit {
                object: after.object().clone(),
                after: Some(after.clone()),
            })
            .collect()
    }

    /// (c) Services go over to pods that can carry their requests.
    fn shift(&self, here: &Bundle, there: &Bundle, stands: &[Stand<'_>]) -> Vec<Edit> {
        let ready = self
            .changed(here, there)
            .filter(|(_, there)| carries(there, stands));
        ready
            .map(|(_, there)| Edit {
                object: there.object().clone(),
                after: Some(there.clone()),
            })
            .collect()
    }

    /// Where no other way is left: Services go by way of the labels that both ends share.
    fn widen(&self, here: &Bundle, there: &Bundle, stands: &[Stand<'_>]) -> Vec<Edit> {
        let wide = self
            .changed(here, there)
            .filter_map(|(here, there)| widened(here, there, stands));
        wide.map(|wide| Edit {
            object: wide.object().clone(),
            after: Some(wide),
        })
        .collect()
    }

    /// The Services that the leg changes, as they stand here and there.
    fn changed<'a>(
        &'a self,
        here: &'a Bundle,
        there: &'a Bundle,
    ) -> impl Iterator<Item = (&'a Manifest, &'a Manifest)> {
        let ends = self
            .services
            .iter()
            .filter_map(|service| Some((here.get(service)?, there.get(service)?)));
        ends.filter(|(here, there)| here != there)
    }
}

fn no_capacity(service: &ObjectRef) -> Refusals {
    refuse(
        kinds::NO_CAPACITY,
        service,
        "/spec/selector",
        "the pods that it would select cannot carry its requests",
        "let the Service select a set with as many pods as the workload must have available",
    )
}

fn no_room(set: &ObjectRef) -> Refusals {
    refuse(
        kinds::NO_ROOM,
        set,
        "/spec/replicas",
        "the waypoint lies outside the workload's budget",
        "allow more with maxSurge or maxUnavailable",
    )
}

/// Whether a set that stays has pods that a Service would select.
fn answered(service: &Manifest, stands: &[Stand<'_>]) -> bool {
    let selector = selector(service);
    let mut standing = stands
        .iter()
        .flat_map(|stand| &stand.sets)
        .filter(|set| set.count > set.doubtful && set.wanted > 0);
    standing.any(|set| {
        set.here
            .is_some_and(|here| selects(&selector, &Deployment::of(here).labels()))
    })
}

/// Whether the pods that a Service would select make up the floor of each workload that it serves.
fn carries(service: &Manifest, stands: &[Stand<'_>]) -> bool {
    let selector = selector(service);
    let namespace = service.object().namespace.as_deref();
    stands
        .iter()
        .filter(|stand| stand.workload.namespace() == namespace)
        .all(|stand| {
            let selected = stand
                .sets
                .iter()
                // What is still to be replaced gets no request first.
                .filter(|set| set.serves() || !set.turns())
                .filter(|set| {
                    set.here
                        .is_some_and(|here| selects(&selector, &Deployment::of(here).labels()))
                });
            let pods: u32 = selected
                .map(|set| set.count.saturating_sub(set.doubtful))
                .sum();
            pods >= if serves(stand.workload, service.object()) {
                stand.workload.floor().max(1).min(stand.pods())
            } else {
                0
            }
        })
}

/// A Service that selects by what both ends have in common, where pods change the labels that it
/// selects by: widen, roll, narrow. Between blue and green it is not widened: one of them answers,
/// never both.
fn widened(here: &Manifest, there: &Manifest, stands: &[Stand<'_>]) -> Option<Manifest> {
    let (before, after) = (selector(here), selector(there));
    let lost = |set: &Set<'_>| set.turns_under_load() && !set.keeps_services;
    let apart = |stand: &Stand<'_>| stand.workload.has(Role::Green) && !stand.sets.iter().any(lost);
    let common: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(key, value)| after.get(key) == Some(value))
        .collect();
    let wide = here.set("/spec/selector", json!(common));
    let helps = !common.is_empty() && wide != *here && carries(&wide, stands);
    (helps && !stands.iter().any(apart)).then_some(wide)
}

/// On the way back: a set that the step was rolling goes back before all else, or is paused again.
/// While its new pods do not become ready it stands at more pods than its count, and no gate on it
/// would hold.
fn turn_back(stand: &Stand<'_>, journey: &Journey<'_>) -> Vec<Edit> {
    let mut torn = stand
        .sets
        .iter()
        .filter(|set| journey.torn.contains(&set.object));
    let turning = torn.find(|set| set.turns() || set.halts());
    let fitting = turning.filter(|set| set.halts() || stand.rolls(set));
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
fn retreat_all(stands: &[Stand<'_>], journey: &Journey<'_>) -> Vec<Edit> {
    let comes = |stand: &Stand<'_>| {
        stand
            .sets
            .iter()
            .any(|set| set.count == 0 && set.wanted > 0)
    };
    let goes = |stand: &Stand<'_>| stand.sets.iter().all(|set| set.there.is_none());
    let awaits = stands.iter().any(comes);
    stands
        .iter()
        .filter(|stand| !(awaits && goes(stand)))
        .flat_map(|stand| retreat(stand, journey))
        .collect()
}

/// On the way back: pods of the new version go first, as far as the others can carry the requests;
/// and those that the step added which is taken back, whatever the far end wants.
fn retreat(stand: &Stand<'_>, journey: &Journey<'_>) -> Vec<Edit> {
    let fresh = |set: &Set<'_>| journey.back && journey.version(set.here) == Version::New;
    shrink(stand, |set| {
        if fresh(set) {
            set.wanted.min(set.count - set.doubtful)
        } else {
            set.count
        }
    })
}

/// (b) Templates of sets that receive no request; new sets, and replicas going up, as far as there
/// is room.
fn expand(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    let mut room = stand.room();
    let mut edits = Vec::new();
    for set in stand.sets.iter().filter(|set| !set.turns_under_load()) {
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
        let unfit = set.turns() && set.count > 0 && !stand.rolls(set);
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

/// (d) Templates of sets that do receive requests, one set of a workload at a time.
fn roll(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    let turning = stand.sets.iter().find(|set| set.turns());
    let fitting = turning.filter(|set| stand.rolls(set));
    let edit = fitting.map(|set| Edit {
        object: set.object.clone(),
        after: set.turned(set.count),
    });
    edit.into_iter().collect()
}

/// (e) Replicas going down, as far as the floor allows.
fn contract(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    shrink(stand, |set| set.wanted)
}

/// Where a set can be rolled only under another strategy, that comes first.
fn make_room_to_roll(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    let turning = stand.sets.iter().find(|set| set.turns());
    let edit = turning.map(|set| Edit {
        object: set.object.clone(),
        after: stand.made_to_roll(set),
    });
    edit.into_iter()
        .filter(|edit| edit.after.is_some())
        .collect()
}

/// A strategy that was changed for a roll is given back once nothing is left to roll.
fn give_strategy_back(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    if stand.sets.iter().any(Set::turns) {
        return Vec::new();
    }
    let given = stand
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

/// A set that the far end lacks goes once its pods are gone.
fn remove(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    let empty = stand
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
fn wait(stand: &Stand<'_>, journey: &Journey<'_>) -> Vec<Edit> {
    let arrived = stand.sets.iter().all(|set| set.here == set.there);
    let doubted = stand
        .sets
        .iter()
        .filter(|set| set.doubtful > 0 && journey.version(set.here) == Version::Old);
    let edits = doubted.map(|set| Edit {
        object: set.object.clone(),
        after: set.here.cloned(),
    });
    edits.filter(|_| !arrived).collect()
}

/// Takes sets down to their goals, never taking more than each Service can spare.
fn shrink(stand: &Stand<'_>, goal: impl Fn(&Set<'_>) -> u32) -> Vec<Edit> {
    let mut spare = stand.dispensable();
    let mut edits = Vec::new();
    for set in stand.sets.iter().rev() {
        let surplus = set.count.saturating_sub(goal(set));
        let spared = set.services.iter().map(|service| spare[*service]).min();
        let taken = spared.map_or(surplus, |spared| {
            surplus.min(spared.saturating_add(set.doubtful))
        });
        let Some(here) = set.here.filter(|_| taken > 0) else {
            continue;
        };
        for service in &set.services {
            spare[*service] -= taken.saturating_sub(set.doubtful);
        }
        let after = Some(Deployment::of(here).scaled(set.count - taken));
        edits.push(Edit {
            object: set.object.clone(),
            after,
        });
    }
    edits
}
