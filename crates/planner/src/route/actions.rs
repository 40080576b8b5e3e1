//! What the workloads that one leg ties together do next, and all that they do.

use std::collections::VecDeque;

use cutover_manifest::{Bundle, ObjectRef};
use cutover_release::{Refusals, refuse};

use super::cohort::Cohort;
use super::context::Context;
use super::edit::{Action, made};
use super::moment::Moment;
use super::order::{Edits, ORDER};
use super::too_long;
use super::workload_state::WorkloadState;
use crate::error::Error;
use crate::kinds;

impl Cohort<'_> {
    /// All that it does from one state to another, when it is alone.
    pub(super) fn actions(
        &self,
        here: &Bundle,
        there: &Bundle,
        context: &Context<'_>,
    ) -> Result<VecDeque<Action>, Error> {
        let objects = self.objects();
        let own = |bundle: &Bundle| -> Bundle {
            let own = objects.iter().filter_map(|object| bundle.get(object));
            own.cloned().collect()
        };
        let (mut at, there) = (own(here), own(there));
        let mut context = context.only(&objects);
        let mut actions = VecDeque::new();
        while let Some(action) = self.next(&at, &there, &context)? {
            let after = made(&at, &action.edits);
            context.settle(&at, &after);
            let waited_for = action.edits.iter().filter(|edit| edit.is_idle(&at));
            context.rely_on(waited_for.map(|edit| &edit.object));
            at = after;
            actions.push_back(action);
            too_long(actions.len())?;
        }
        Ok(actions)
    }

    /// The next move from `here` towards `there`; `None` where the cohort has arrived.
    ///
    /// The first rule of the planner's [order](ORDER) that has something to do does it.
    fn next(
        &self,
        here: &Bundle,
        there: &Bundle,
        context: &Context<'_>,
    ) -> Result<Option<Action>, Error> {
        let states = self.states(here, there, context);
        let moment = Moment {
            cohort: self,
            here,
            there,
            states: &states,
            context,
        };
        for rule in &ORDER {
            let Edits::OfWorkloads(of_workloads) = rule.edits else {
                continue;
            };
            let edits = of_workloads(&moment);
            if !edits.is_empty() {
                let movement = rule.movement;
                return Ok(Some(Action { movement, edits }));
            }
        }
        self.stuck(here, there, &states)
            .map_or(Ok(None), |refused| Err(refused.into()))
    }

    /// Why nothing can be done although the cohort has not arrived; `None` where it has.
    fn stuck(
        &self,
        here: &Bundle,
        there: &Bundle,
        states: &[WorkloadState<'_>],
    ) -> Option<Refusals> {
        let service = self
            .services
            .iter()
            .find(|service| here.get(service) != there.get(service));
        let set = states
            .iter()
            .flat_map(|state| &state.sets)
            .find(|set| set.here != set.there);
        let mut routes = self.workloads.iter().flat_map(|workload| workload.routes());
        let route = routes.find(|route| here.get(route) != there.get(route));
        service
            .map(no_capacity)
            .or_else(|| set.map(|set| no_room(&set.object)))
            .or_else(|| route.map(no_pods_for_share))
    }

    fn states<'a>(
        &'a self,
        here: &'a Bundle,
        there: &'a Bundle,
        context: &Context<'_>,
    ) -> Vec<WorkloadState<'a>> {
        let mut states: Vec<_> = self
            .workloads
            .iter()
            .map(|workload| WorkloadState::new(workload, here, there))
            .collect();
        for set in states.iter_mut().flat_map(|state| &mut state.sets) {
            set.unconfirmed = context
                .unconfirmed
                .get(&set.object)
                .copied()
                .unwrap_or(0)
                .min(set.count);
        }
        states
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

fn no_pods_for_share(route: &ObjectRef) -> Refusals {
    refuse(
        kinds::NO_CAPACITY,
        route,
        "/spec/rules",
        "the pods behind its Services cannot carry the shares that these would get",
        "let each Service have as many pods as its share of those that must be available",
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
