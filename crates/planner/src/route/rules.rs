//! The planner's order: what comes before what, in one list.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_traffic::Service;
use cutover_workload::{Deployment, Role};
use serde_json::json;

use super::edit::Edit;
use super::lane::Lane;
use super::movement::Move;
use super::stand::{Set, Stand, selector, selects, serves};
use super::{Journey, Version};

/// One rule: what it is called, what it does, and how far.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the page is held against what they say")
)]
pub(super) struct Rule {
    /// Its name.
    pub(super) name: &'static str,
    /// What its step means for requests.
    pub(super) movement: Move,
    /// What it changes.
    pub(super) what: &'static str,
    /// As far as what allows it.
    pub(super) limit: &'static str,
    /// What it does at a moment: edits that are safe side by side.
    pub(super) edits: fn(&Moment<'_>) -> Vec<Edit>,
}

/// Where a lane stands, and where its leg ends.
pub(super) struct Moment<'a> {
    pub(super) lane: &'a Lane<'a>,
    pub(super) here: &'a Bundle,
    pub(super) there: &'a Bundle,
    pub(super) stands: &'a [Stand<'a>],
    pub(super) journey: &'a Journey<'a>,
}

impl Moment<'_> {
    /// What is to be done about each workload by itself.
    fn each(&self, rule: fn(&Stand<'_>, &Journey<'_>) -> Vec<Edit>) -> Vec<Edit> {
        let stands = self.stands.iter();
        stands.flat_map(|stand| rule(stand, self.journey)).collect()
    }
}

/// The rules: the first that has something to do does it.
pub(super) const ORDER: [Rule; 12] = [
    Rule {
        name: "turn back",
        movement: Move::Roll,
        what: "on the way back: a set that the undone step was rolling; one that it resumed is paused",
        limit: "its own surge and unavailability fit",
        edits: |moment| moment.each(turn_back),
    },
    Rule {
        name: "leave",
        movement: Move::Shift,
        what: "on the way back: Services that only show the new version",
        limit: "pods of before are there",
        edits: leave,
    },
    Rule {
        name: "retreat",
        movement: Move::Contract,
        what: "on the way back: pods of the new version",
        limit: "the floor",
        edits: retreat_all,
    },
    Rule {
        name: "give the strategy back",
        movement: Move::Expand,
        what: "an update strategy that was changed for a roll",
        limit: "nothing is left to roll",
        edits: |moment| moment.each(give_strategy_back),
    },
    Rule {
        name: "expand",
        movement: Move::Expand,
        what: "templates of sets that receive no request; new sets; replicas going up",
        limit: "the ceiling",
        edits: |moment| moment.each(expand),
    },
    Rule {
        name: "shift",
        movement: Move::Shift,
        what: "Services",
        limit: "the pods behind them make up the floor",
        edits: shift,
    },
    Rule {
        name: "roll",
        movement: Move::Roll,
        what: "the template of one set that receives requests",
        limit: "its own surge and unavailability fit, its Services keep it",
        edits: |moment| moment.each(roll),
    },
    Rule {
        name: "contract",
        movement: Move::Contract,
        what: "replicas going down",
        limit: "the floor",
        edits: |moment| moment.each(contract),
    },
    Rule {
        name: "make room to roll",
        movement: Move::Expand,
        what: "another update strategy for a set that must be rolled and does not fit",
        limit: "it fits then",
        edits: |moment| moment.each(make_room_to_roll),
    },
    Rule {
        name: "remove",
        movement: Move::Contract,
        what: "empty sets that the far end lacks",
        limit: "their pods are gone",
        edits: |moment| moment.each(remove),
    },
    Rule {
        name: "widen",
        movement: Move::Shift,
        what: "Services, by the labels that both ends share, where pods change theirs",
        limit: "the pods behind them make up the floor",
        edits: widen,
    },
    Rule {
        name: "wait",
        movement: Move::Expand,
        what: "on the way back: pods of the old version that the undone step asked for are waited for",
        limit: "nothing else can be done",
        edits: |moment| moment.each(wait),
    },
];

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

/// On the way back: a Service that only shows the new version leaves it before its pods go.
fn leave(moment: &Moment<'_>) -> Vec<Edit> {
    let (here, there) = (moment.here, moment.there);
    let serves = |service: &&ObjectRef| {
        let mut stands = moment.stands.iter();
        stands.any(|stand| serves(stand.workload, service))
    };
    let services = moment.lane.services.iter();
    let shows = services.filter(|service| moment.journey.back && !serves(service));
    let changed = shows.filter(|service| here.get(service) != there.get(service));
    let after = changed
        .filter_map(|service| there.get(service))
        .filter(|after| answered(after, moment.stands));
    after.map(Edit::to).collect()
}

/// On the way back: pods of the new version go first, but for those of a workload that is gone at
/// the far end, while another that is to take its requests has no pods yet.
fn retreat_all(moment: &Moment<'_>) -> Vec<Edit> {
    let stands = moment.stands;
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
        .flat_map(|stand| retreat(stand, moment.journey))
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

/// Templates of sets that receive no request; new sets, and replicas going up, as far as there
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

/// Services go over to pods that can carry their requests.
fn shift(moment: &Moment<'_>) -> Vec<Edit> {
    let changed = moment.lane.changed(moment.here, moment.there);
    let ready = changed.filter(|(_, there)| carries(there, moment.stands));
    ready.map(|(_, there)| Edit::to(there)).collect()
}

/// Templates of sets that do receive requests, one set of a workload at a time.
fn roll(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    let turning = stand.sets.iter().find(|set| set.turns());
    let fitting = turning.filter(|set| stand.rolls(set));
    let edit = fitting.map(|set| Edit {
        object: set.object.clone(),
        after: set.turned(set.count),
    });
    edit.into_iter().collect()
}

/// Replicas going down, as far as the floor allows. A set that is resumed keeps its number until
/// then: undo pauses it where it stands half rolled, and would scale it so.
fn contract(stand: &Stand<'_>, _: &Journey<'_>) -> Vec<Edit> {
    shrink(stand, |set| match set.resumes() {
        true => set.count,
        false => set.wanted,
    })
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

/// Where no other way is left: Services go by way of the labels that both ends share.
fn widen(moment: &Moment<'_>) -> Vec<Edit> {
    let changed = moment.lane.changed(moment.here, moment.there);
    let wide = changed.filter_map(|(here, there)| widened(here, there, moment.stands));
    wide.map(|wide| Edit::to(&wide)).collect()
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
        let live = stand.workload.is_live();
        let Some(here) = set
            .here
            .filter(|_| taken > 0 && (!live || taken == set.count))
        else {
            continue;
        };
        for service in &set.services {
            spare[*service] -= taken.saturating_sub(set.doubtful);
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
    let wide = here.with(Service::SELECTOR, json!(common));
    let helps = !common.is_empty() && wide != *here && carries(&wide, stands);
    (helps && !stands.iter().any(apart)).then_some(wide)
}

#[cfg(test)]
mod tests {
    use super::ORDER;

    /// A failure means that the page tells another order than the one that is followed:
    /// put the table that is printed into the module's documentation.
    #[test]
    fn the_page_tells_the_order() {
        let page = include_str!("../route.rs");
        let row = |rule: &super::Rule| {
            let movement = format!("{:?}", rule.movement).to_lowercase();
            format!(
                "//! | {} | {movement} | {} | {} |\n",
                rule.name, rule.what, rule.limit
            )
        };
        let table: String = ORDER.iter().map(row).collect();
        assert!(page.contains(&table), "{table}");
    }
}
