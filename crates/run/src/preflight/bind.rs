//! The cluster is watched, and the plan is bound to the live objects.

use cutover_manifest::{Bundle, Manifest, ObjectRef};
use jiff::Timestamp;

use super::managed::manager;
use crate::api::effect::Effect;
use crate::bind::bind;
use crate::change::unknown_data;
use crate::hint::Hint;
use crate::now::saturating_add;
use crate::options::Options;
use crate::path::states_of_objects;
use crate::phase::{Next, Phase};
use crate::reason::Reason;
use crate::requests::PATIENCE;
use crate::run::Run;
use crate::scopes::scopes;

impl Run {
    /// Goes on once every scope has been listed.
    pub(crate) fn watch(&mut self, now: Timestamp) -> Next {
        let scopes = scopes(&self.given, &self.options.namespace);
        let until = saturating_add(self.watching.unwrap_or(now), PATIENCE);
        if self.watching.is_none() {
            self.watching = Some(now);
            for scope in &scopes {
                self.outbox.push(Effect::Watch(scope.clone()));
            }
        }
        if let Some(missing) = scopes.iter().find(|scope| !self.observed.is_listed(scope)) {
            if until <= now {
                return self.failed(format!("the API server gives no list of {}s", missing.kind));
            }
            self.outbox.wake_at(until);
            return Next::Wait;
        }
        self.observed
            .settle(self.objects.iter().chain(self.jobs.keys()));
        if let Phase::Watch { claims } = &mut self.phase {
            let claims = std::mem::take(claims);
            self.phase = Phase::Bind { claims };
        }
        Next::Again
    }

    /// The plan as it fits the live objects.
    pub(crate) fn bind(&mut self) -> Next {
        self.requests.enqueue(self.surveys());
        if self.cursor.is_some() {
            self.refusals.grant();
            self.tell_start();
            return self.bind_again();
        }
        self.phase = Phase::Survey;
        let live = self.observed.bundle(self.objects.iter());
        let Options {
            sealer, namespace, ..
        } = &self.options;
        match bind(&self.given, &live, sealer, namespace) {
            Ok(bound) => self.bound = bound,
            Err(error) => return self.failed(error),
        }
        match self.managed(&live).or_else(|| self.closed()) {
            Some(reason) => self.failed(reason),
            None => Next::Again,
        }
    }

    /// Who else would take each step back.
    fn managed(&self, live: &Bundle) -> Option<Reason> {
        if self.options.managed {
            return None;
        }
        let changed = self.changed_objects();
        for manifest in live {
            let object = manifest.object();
            if !changed.contains(object) {
                continue;
            }
            if let Some(manager) = self.manager(manifest) {
                let message =
                    format!("{object}: {manager} manages it, and would take each step back");
                return Some(Reason::from(message).hint(Hint::AllowManaged));
            }
        }
        None
    }

    /// A tool, or an object that is none of the plan's, that writes a live object anew.
    fn manager(&self, live: &Manifest) -> Option<String> {
        let controller = live.controller();
        let stranger = controller.filter(|owner| !self.objects.contains(owner));
        let tool = || manager(live).map(ToOwned::to_owned);
        stranger.map(|owner| owner.to_string()).or_else(tool)
    }

    /// A Secret whose data the plan writes, and whose values nobody has given; or why that cannot
    /// be said.
    fn closed(&self) -> Option<Reason> {
        let states = match states_of_objects(&self.bound.plan) {
            Ok(states) => states,
            Err(error) => return Some(error.into()),
        };
        let secrets = self.options.as_secrets();
        let stays =
            |state: &Manifest| matches!(state.seal(), Some(Ok(seal)) if seal.is_unchanged());
        let mut written = states.iter().filter(|state| !stays(state));
        let closed = written.find(|state| secrets.open(state).is_none())?;
        Some(unknown_data(closed.object()))
    }

    /// The objects that the steps of the bound plan change.
    pub(crate) fn changed_objects(&self) -> Vec<ObjectRef> {
        let steps = self.bound.plan.spec.steps.iter();
        let changes = steps.flat_map(|step| &step.changes);
        changes.map(|change| change.object().clone()).collect()
    }
}
