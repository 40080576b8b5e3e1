//! What the cluster is asked before the first write: what scales or fronts the plan's objects, and
//! what the run may do.

use std::collections::BTreeSet;

use cutover_manifest::Manifest;
use cutover_plan::{Gate, Held};
use cutover_traffic::backends;
use cutover_workload::{Autoscaler, Deployment};
use jiff::Timestamp;

use crate::api::effect::{Request, Right};
use crate::bind::is_live;
use crate::error::Error;
use crate::hint::Hint;
use crate::path::states_of_objects;
use crate::phase::{Next, Phase};
use crate::reason::Reason;
use crate::requests::Question;
use crate::rights::rights;
use crate::run::Run;
use crate::scopes::surveyed;

impl Run {
    /// What is looked for beside the plan's own objects.
    pub(crate) fn surveys(&self) -> Vec<(Question, Request)> {
        let scopes = surveyed(&self.bound.plan, &self.options.namespace).into_iter();
        scopes
            .map(|scope| (Question::Survey, Request::List(scope)))
            .collect()
    }

    /// All that was looked for is found, and controllers have seen what they are asked about.
    pub(crate) fn survey(&mut self, now: Timestamp) -> Next {
        if let Some(next) = self.await_controllers(now) {
            return next;
        }
        if let Err(error) = self.front_states() {
            return self.failed(error);
        }
        self.refuse_rolling_update();
        if self.is_over() {
            return Next::Again;
        }
        let rights = rights(&self.given, &self.options.namespace);
        self.requests.enqueue(rights.into_iter().map(reviewed));
        self.phase = Phase::Review {
            missing: BTreeSet::new(),
        };
        Next::Again
    }

    pub(crate) fn surveyed(&mut self, found: &[Manifest]) {
        for manifest in found {
            match manifest.object().kind.as_str() {
                "Ingress" => self.front(manifest),
                _ if self.cursor.is_none() => self.refuse_autoscaler(manifest),
                _ => {}
            }
        }
    }

    /// Services that a route of some state of the plan leads to.
    pub(crate) fn front_states(&mut self) -> Result<(), Error> {
        for state in states_of_objects(&self.bound.plan)? {
            self.front(&state);
        }
        Ok(())
    }

    /// Services that a route leads to, live or in some state of the plan: others follow what
    /// becomes of their endpoints.
    fn front(&mut self, route: &Manifest) {
        self.fronted
            .extend(backends(route).into_iter().map(|backend| backend.service));
    }

    /// An autoscaler would count the pods of one set anew in the middle of a plan that counts them.
    fn refuse_autoscaler(&mut self, autoscaler: &Manifest) {
        let target = autoscaler.pointer("/spec/scaleTargetRef");
        let text = |field: &str| {
            target
                .and_then(|target| target[field].as_str())
                .unwrap_or_default()
        };
        let object = Deployment::reference(autoscaler.object().namespace.as_deref(), text("name"));
        let is_counted =
            self.changed_objects().contains(&object) && !is_live(&self.bound.plan, &object);
        if text("kind") == "Deployment" && is_counted && !self.is_held(autoscaler) {
            let reason = Reason::from(format!("{object}: {} scales it", autoscaler.object()));
            self.fail(reason.hint(HOLD));
        }
    }

    /// Whether the plan holds an autoscaler before it counts, or the ScaledObject that it was made
    /// for.
    fn is_held(&self, autoscaler: &Manifest) -> bool {
        let gates = self.bound.plan.spec.steps.iter();
        let gates = gates.flat_map(|step| &step.gates);
        let mut held = gates.filter_map(|gate| {
            let Gate::Held(Held { object }) = gate else {
                return None;
            };
            Some(object)
        });
        let scaler = Autoscaler::of(autoscaler);
        held.any(|object| {
            let made_for = scaler.is_some_and(|scaler| scaler.is_made_for(object));
            made_for || object == autoscaler.object()
        })
    }

    /// Whether a right is given.
    pub(crate) fn reviewed(&mut self, right: Right, allowed: bool) {
        if let Phase::Review { missing } = &mut self.phase
            && !allowed
        {
            missing.insert(right);
        }
    }

    /// All rights have been asked for.
    pub(crate) fn review(&mut self) -> Next {
        let missing: Vec<String> = match &self.phase {
            Phase::Review { missing } => missing.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        if !missing.is_empty() {
            let reason = Reason::from(format!("you may not:\n{}", missing.join("\n")));
            return self.failed(reason.hint(Hint::AskForRole));
        }
        match self.rehearsals() {
            Ok(rehearsals) => self.requests.enqueue(rehearsals),
            Err(error) => return self.failed(error.to_string()),
        }
        self.phase = Phase::Rehearse {
            admitted: Vec::new(),
        };
        Next::Again
    }
}

/// What to do about an autoscaler that the plan knows nothing of.
const HOLD: &str = "plan from manifests that have it, and hold it, or delete the autoscaler for the length of the run";

fn reviewed(right: Right) -> (Question, Request) {
    (Question::Review(right.clone()), Request::Review(right))
}
