//! The next move of the workloads that one leg ties together.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use cutover_release::{Refusals, refuse};
use cutover_workload::{Deployment, Workload};

use super::Journey;
use super::movement::Move;
use super::rules::{Moment, ORDER};
use super::stand::Stand;
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
    /// An object as it is to stand.
    pub(super) fn to(after: &Manifest) -> Self {
        Self {
            object: after.object().clone(),
            after: Some(after.clone()),
        }
    }

    /// Whether it leaves the object as it is: its pods are only waited for.
    pub(super) fn is_idle(&self, here: &Bundle) -> bool {
        self.after.is_some() && here.get(&self.object) == self.after.as_ref()
    }

    /// Whether it makes a set, or has its controller replace its pods.
    pub(super) fn brings_pods(&self, here: &Bundle) -> bool {
        let Some(after) = &self.after else {
            return false;
        };
        let rolls = |before| Deployment::of(after).rolls_after(Deployment::of(before));
        here.get(&self.object).is_none_or(rolls)
    }
}

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

    /// The Services that the leg changes, as they stand here and there.
    pub(super) fn changed<'a>(
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
