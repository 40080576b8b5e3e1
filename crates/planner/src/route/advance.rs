//! The next move of the workloads that one leg ties together.

use cutover_manifest::{Bundle, ObjectRef};
use cutover_release::{Refusals, refuse};

use super::Journey;
use super::edit::Head;
use super::lane::Lane;
use super::rules::{Moment, ORDER};
use super::stand::Stand;
use crate::error::Error;
use crate::kinds;

impl Lane<'_> {
    /// The next move from `here` towards `there`; `None` where the lane has arrived.
    ///
    /// The first rule of the planner's [order](ORDER) that has something to do does it.
    pub(super) fn next(
        &self,
        here: &Bundle,
        there: &Bundle,
        journey: &Journey<'_>,
    ) -> Result<Option<Head>, Error> {
        let stands = self.stands(here, there, journey);
        let moment = Moment {
            lane: self,
            here,
            there,
            stands: &stands,
            journey,
        };
        for rule in &ORDER {
            let edits = (rule.edits)(&moment);
            if !edits.is_empty() {
                let movement = rule.movement;
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
