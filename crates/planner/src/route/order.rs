//! The planner's order: what comes before what, in one list.

use super::edit::Edit;
use super::moment::Moment;
use super::movement::Move;
use super::others::{Turn, call_off, clear, configure, introduce, lead, succeed};
use super::routes::{hand_back, pass_on};
use super::services::{leave, shift, widen};
use super::sets::{
    contract, expand, give_strategy_back, make_room_to_roll, remove, retreat, roll, turn_back, wait,
};

/// One rule: what it is called, what it does, and how far.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "the page is held against what they say")
)]
pub(super) struct Rule {
    /// What the table of the rules calls it.
    pub(super) name: &'static str,
    /// What its step means for requests.
    pub(super) movement: Move,
    /// What it changes, in words, for the table of the rules.
    pub(super) what: &'static str,
    /// As far as what allows it.
    pub(super) limit: &'static str,
    /// What it does: edits that are safe side by side.
    pub(super) edits: Edits,
}

/// What a rule does, by what it is about.
pub(super) enum Edits {
    /// Objects that no workload moves: beside the workloads where these make the same move next,
    /// and alone before them where they make another.
    OfOthers(fn(&Turn<'_>) -> Vec<Edit>),
    /// Sets and Services of workloads that move together.
    OfWorkloads(fn(&Moment<'_>) -> Vec<Edit>),
}

/// The rules: the first that has something to do does it.
pub(super) const ORDER: [Rule; 20] = [
    Rule {
        name: "call off",
        movement: Move::Shift,
        what: "what has the API server call a Service that goes: a webhook, an APIService",
        limit: "at once",
        edits: Edits::OfOthers(call_off),
    },
    Rule {
        name: "introduce",
        movement: Move::Expand,
        what: "objects of no workload that the far end adds or changes",
        limit: "at once, with the workloads that expand next",
        edits: Edits::OfOthers(introduce),
    },
    Rule {
        name: "lead",
        movement: Move::Expand,
        what: "routes to Services that come with the leg, and what has the API server call them",
        limit: "nothing is left to expand",
        edits: Edits::OfOthers(lead),
    },
    Rule {
        name: "configure",
        movement: Move::Expand,
        what: "a ConfigMap or Secret whose data changes, back as well as forward",
        limit: "right before the first set that reads it is made or rolled",
        edits: Edits::OfOthers(configure),
    },
    Rule {
        name: "turn back",
        movement: Move::Roll,
        what: "on the way back: a set that the undone step was rolling; one that it resumed is paused",
        limit: "its own surge and unavailability fit",
        edits: Edits::OfWorkloads(|moment| moment.each(turn_back)),
    },
    Rule {
        name: "hand back",
        movement: Move::Shift,
        what: "on the way back: shares of routes, and backends that have none",
        limit: "counted pods of before are behind what gets more",
        edits: Edits::OfWorkloads(hand_back),
    },
    Rule {
        name: "leave",
        movement: Move::Shift,
        what: "on the way back: Services that only show the new version",
        limit: "pods of before are there",
        edits: Edits::OfWorkloads(leave),
    },
    Rule {
        name: "retreat",
        movement: Move::Contract,
        what: "on the way back: pods of the new version",
        limit: "the floor",
        edits: Edits::OfWorkloads(retreat),
    },
    Rule {
        name: "give the strategy back",
        movement: Move::Expand,
        what: "an update strategy that was changed for a roll",
        limit: "nothing is left to roll",
        edits: Edits::OfWorkloads(|moment| moment.each(give_strategy_back)),
    },
    Rule {
        name: "expand",
        movement: Move::Expand,
        what: "templates of sets that receive no request; new sets; replicas going up",
        limit: "the ceiling",
        edits: Edits::OfWorkloads(|moment| moment.each(expand)),
    },
    Rule {
        name: "shift",
        movement: Move::Shift,
        what: "Services",
        limit: "the pods behind them make up the floor",
        edits: Edits::OfWorkloads(shift),
    },
    Rule {
        name: "pass on",
        movement: Move::Shift,
        what: "routes: backends that come, without a share; then shares; then backends that go",
        limit: "the pods behind each Service make up its share of the floor",
        edits: Edits::OfWorkloads(pass_on),
    },
    Rule {
        name: "roll",
        movement: Move::Roll,
        what: "the template of one set that receives requests",
        limit: "its own surge and unavailability fit, its Services keep it",
        edits: Edits::OfWorkloads(|moment| moment.each(roll)),
    },
    Rule {
        name: "contract",
        movement: Move::Contract,
        what: "replicas going down",
        limit: "the floor",
        edits: Edits::OfWorkloads(|moment| moment.each(contract)),
    },
    Rule {
        name: "make room to roll",
        movement: Move::Expand,
        what: "another update strategy for a set that must be rolled and does not fit",
        limit: "it fits then",
        edits: Edits::OfWorkloads(|moment| moment.each(make_room_to_roll)),
    },
    Rule {
        name: "remove",
        movement: Move::Contract,
        what: "empty sets that the far end lacks",
        limit: "their pods are gone",
        edits: Edits::OfWorkloads(|moment| moment.each(remove)),
    },
    Rule {
        name: "widen",
        movement: Move::Shift,
        what: "Services, by the labels that both ends share, where pods change theirs",
        limit: "the pods behind them make up the floor",
        edits: Edits::OfWorkloads(widen),
    },
    Rule {
        name: "wait",
        movement: Move::Expand,
        what: "on the way back: pods of the old version that the undone step asked for are waited for",
        limit: "nothing else can be done",
        edits: Edits::OfWorkloads(|moment| moment.each(wait)),
    },
    Rule {
        name: "clear",
        movement: Move::Contract,
        what: "objects of no workload that the far end lacks",
        limit: "with the first step that only removes, else at the end",
        edits: Edits::OfOthers(clear),
    },
    Rule {
        name: "succeed",
        movement: Move::Expand,
        what: "autoscalers of sets that another one scaled",
        limit: "the other is gone",
        edits: Edits::OfOthers(succeed),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that the page tells another order than the one that is followed:
    /// put the table that is printed into the module's documentation.
    #[test]
    fn the_page_tells_the_order() {
        let page = include_str!("../route.rs");
        let row = |rule: &Rule| {
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
