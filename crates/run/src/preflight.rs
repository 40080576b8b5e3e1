//! What comes before the first write: Leases, the journal, the live objects, rights, and a rehearsal.

use std::sync::Arc;

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{diff, lacking, project};
use cutover_plan::Deployment;
use jiff::Timestamp;
use serde_json::Value;

use crate::asking::Question;
use crate::bind::{admit, as_written, bind};
use crate::direction::Direction;
use crate::effect::{Request, Scope, Write};
use crate::event::{Answer, Reply};
use crate::journal::{Journal, Position};
use crate::managed::manager;
use crate::options::Goal;
use crate::outcome::Outcome;
use crate::progress::Progress;
use crate::rights::{namespaces, rights, scopes};
use crate::run::{Phase, Run};
use crate::way::{Way, states_of_objects};

impl Run {
    /// A rehearsal changes nothing, so it asks for no Lease.
    pub(crate) fn leases_are_wanted(&self) -> bool {
        self.options.goal != Goal::Try && !matches!(self.phase, Phase::Close(_))
    }

    pub(crate) fn claimed(&mut self, now: Timestamp) -> bool {
        let held = !self.leases_are_wanted() || self.leases.held(now);
        if held {
            self.phase = Phase::Recall;
        } else if let Some(rival) = self.leases.rival() {
            let message = format!("{rival}: waiting until it is given back or not renewed");
            self.tell(Progress::Warned { message });
        }
        held
    }

    pub(crate) fn ask_journal(&mut self, now: Timestamp) -> bool {
        self.ask(Question::ReadJournal, Request::Get(self.journal.clone()), now);
        false
    }

    /// What an earlier run has left: nothing, a run to go on with, or one that is over.
    pub(crate) fn recall(&mut self, found: Option<Manifest>, now: Timestamp) {
        if self.position.is_some() {
            return self.compare_journal(found.as_ref());
        }
        self.phase = Phase::Watch;
        let Some(manifest) = found else { return self.begin_anew() };
        self.seen.see(&manifest);
        match Journal::parse(&manifest) {
            Ok(journal) => self.resume(journal, now),
            Err(error) => self.fail(error.to_string()),
        }
    }

    /// Without a journal: only a run forward can begin.
    fn begin_anew(&mut self) {
        if let Goal::Back { .. } = self.options.goal {
            let name = &self.given.metadata.name;
            self.fail(format!("there is no run of plan {name} to take back\nhint: cutover status"));
        }
    }

    fn resume(&mut self, journal: Journal, now: Timestamp) {
        let Journal { position, plan, .. } = journal;
        let same = position.digest == *self.approved();
        let over = match &position.ended {
            Some(Outcome::Done) => Some(plan.len()),
            Some(Outcome::Undone { to }) => Some(*to),
            _ => None,
        };
        match (same, over) {
            (false, Some(_)) => self.begin_anew(),
            (true, Some(0)) if matches!(self.options.goal, Goal::Apply | Goal::Try) => {}
            (false, None) => {
                let name = &self.given.metadata.name;
                let digest = position.digest.short();
                self.fail(format!(
                    "another plan named {name} ({digest}…) is under way\nhint: finish it, or take it back with cutover undo"
                ));
            }
            (true, over) => self.go_on(position, plan, over, now),
        }
    }

    /// Goes on with a run: where it was, or from the state at which it ended.
    fn go_on(
        &mut self,
        mut position: Position,
        plan: cutover_plan::Plan,
        over: Option<usize>,
        now: Timestamp,
    ) {
        if position.ended.take().is_some() {
            // Somebody has thought about it meanwhile: it is measured anew.
            position.checks.clear();
        }
        position.by.clone_from(&self.options.holder);
        // Nobody has looked meanwhile: the time limit begins anew.
        position.since = now;
        self.written = self.journal_text();
        self.plan = plan;
        let way = match position.direction {
            Direction::Forward => Way::forward(&self.plan),
            Direction::Back => Way::back(&self.plan, position.from, position.to, position.halfway),
        };
        match way {
            Ok(way) => self.way = Some(Arc::new(way)),
            Err(error) => return self.fail(error.to_string()),
        }
        self.position = Some(position);
        match (self.options.goal, over) {
            (Goal::Try, _) => self.fail("a run of this plan is under way\nhint: cutover status".into()),
            (Goal::Apply, Some(at)) => self.go_forward(at, now),
            (Goal::Back { to }, Some(at)) => self.go_back(at, to, false, "cutover undo".into(), now),
            _ => {}
        }
    }

    pub(crate) fn approved(&self) -> &cutover_plan::Digest {
        self.given.metadata.approved.as_ref().unwrap_or(&self.given.digest)
    }

    /// What the journal says about the run, as it was seen last.
    pub(crate) fn journal_text(&self) -> Option<String> {
        self.seen.live(&self.journal)?.pointer("/data/run").and_then(Value::as_str).map(Into::into)
    }

    pub(crate) fn watched(&mut self) -> bool {
        let scopes = scopes(&self.given, &self.options.namespace);
        let missing = scopes.iter().filter(|scope| !self.seen.is_listed(scope)).count();
        if !self.watching {
            self.watching = true;
            scopes.into_iter().for_each(|scope| self.watch(scope));
            return false;
        }
        if missing > 0 {
            return false;
        }
        self.seen.settle(self.objects.iter().chain(self.jobs.keys()));
        self.phase = Phase::Bind;
        true
    }

    /// The plan as it fits the live objects; one that goes on is bound already.
    pub(crate) fn bound(&mut self) -> bool {
        self.phase = Phase::Survey;
        self.queue = self.surveys().map(|scope| (Question::Survey, Request::List(scope))).collect();
        if self.position.is_some() {
            self.tell_start();
            return true;
        }
        let live = self.seen.bundle(self.objects.iter());
        match bind(&self.given, &live, &self.options.namespace) {
            Ok(plan) => self.plan = plan,
            Err(error) => return self.failed(error),
        }
        match self.managed(&live).or_else(|| self.closed()) {
            Some(reason) => self.failed(reason),
            None => true,
        }
    }

    /// A Secret that the plan writes, and whose values nobody has given.
    fn closed(&self) -> Option<String> {
        let states = states_of_objects(&self.plan).unwrap_or_default();
        let closed = states.iter().find(|state| self.unsealed(state).is_none())?;
        let object = closed.object();
        Some(format!("{object}: the plan names its data by a digest only\nhint: give its file with -f"))
    }

    /// Who else would take each step back.
    fn managed(&self, live: &Bundle) -> Option<String> {
        let changed: Vec<ObjectRef> = self.changed_objects();
        let managed = live.iter().filter(|manifest| changed.contains(manifest.object()));
        let found = managed.filter_map(|manifest| Some((manifest, manager(manifest)?))).next();
        found.filter(|_| !self.options.managed).map(|(manifest, manager)| {
            format!(
                "{}: {manager} manages it, and would take each step back\nhint: suspend its reconciliation and say --managed, \
                 or go by git: cutover write",
                manifest.object()
            )
        })
    }

    fn changed_objects(&self) -> Vec<ObjectRef> {
        let changes = self.plan.spec.steps.iter().flat_map(|step| &step.changes);
        changes.map(|change| change.object().clone()).collect()
    }

    fn surveys(&self) -> impl Iterator<Item = Scope> + use<> {
        let kinds = [("autoscaling/v2", "HorizontalPodAutoscaler"), ("networking.k8s.io/v1", "Ingress")];
        let scope = move |namespace: Option<String>| {
            kinds.map(|(api_version, kind)| Scope {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: namespace.clone(),
                name: None,
            })
        };
        namespaces(&self.plan, &self.options.namespace).into_iter().flat_map(scope)
    }

    pub(crate) fn survey(&mut self, now: Timestamp) -> bool {
        self.next_of_queue(now, if self.position.is_some() { Phase::Work } else { Phase::Review })
    }

    /// Asks the next question; when all have their answers, what comes next.
    fn next_of_queue(&mut self, now: Timestamp, then: Phase) -> bool {
        if let Some((question, request)) = self.queue.pop_front() {
            self.ask(question, request, now);
            return true;
        }
        let answered = self.is_answered();
        if answered {
            self.phase = then;
        }
        answered
    }

    pub(crate) fn surveyed(&mut self, found: &[Manifest]) {
        for manifest in found {
            match manifest.object().kind.as_str() {
                "Ingress" => self.fronted.extend(backends(manifest)),
                _ if self.position.is_none() => self.refuse_autoscaler(manifest),
                _ => {}
            }
        }
    }

    /// An autoscaler would count the pods of one set anew in the middle of the plan.
    fn refuse_autoscaler(&mut self, autoscaler: &Manifest) {
        let target = autoscaler.pointer("/spec/scaleTargetRef");
        let text = |field: &str| target.and_then(|target| target[field].as_str()).unwrap_or_default();
        let object = Deployment::reference(autoscaler.object().namespace.as_deref(), text("name"));
        if text("kind") == "Deployment" && self.changed_objects().contains(&object) {
            let reason = format!("{object}: {} scales it", autoscaler.object());
            self.fail(format!("{reason}\nhint: delete the autoscaler for the length of the run"));
        }
    }

    pub(crate) fn review(&mut self, now: Timestamp) -> bool {
        let rights = rights(&self.plan, &self.options.namespace);
        self.ask(Question::Review, Request::Review(rights), now);
        false
    }

    pub(crate) fn reviewed(&mut self, allowed: &[bool]) {
        let rights = rights(&self.plan, &self.options.namespace);
        let missing: Vec<String> = rights
            .iter()
            .zip(allowed)
            .filter(|(_, allowed)| !**allowed)
            .map(|(right, _)| right.to_string())
            .collect();
        if missing.is_empty() {
            self.queue = self.rehearsals().into();
            self.phase = Phase::Rehearse;
        } else {
            let rights = missing.join("\n");
            self.fail(format!(
                "you may not:\n{rights}\nhint: cutover rights prints the Role that this plan needs"
            ));
        }
    }

    /// Every state that the plan brings an object to, as one dry run.
    fn rehearsals(&self) -> Vec<(Question, Request)> {
        let states = states_of_objects(&self.plan).unwrap_or_default();
        let asked = states.into_iter().filter_map(|state| Some((self.rehearsal(&state)?, state)));
        asked.map(|(request, state)| (Question::Rehearse(Box::new(state)), request)).collect()
    }

    fn rehearsal(&self, state: &Manifest) -> Option<Request> {
        let write = match self.seen.live(state.object()) {
            _ if state.is_sealed() => return None,
            None => Write::Create(state.clone()),
            Some(live) => {
                let live = as_written(live);
                let ops = diff(live.value(), state.value(), &MergeKeys);
                (!ops.is_empty()).then(|| Write::Patch { object: state.object().clone(), ops })?
            }
        };
        Some(Request::Write { write, dry_run: true })
    }

    pub(crate) fn rehearse(&mut self, now: Timestamp) -> bool {
        let advanced = self.next_of_queue(now, Phase::Open);
        if self.phase == Phase::Open {
            return self.take_admitted();
        }
        advanced
    }

    /// Takes what admission changes into the plan, where it is a field that we plan.
    pub(crate) fn rehearsed(&mut self, state: &Manifest, answer: Answer) {
        let stored = match answer {
            Ok(Reply::Object(Some(stored))) => as_written(&stored),
            Ok(_) => return,
            Err(fault) if fault.code == 404 && self.makes_namespace_of(state) => return,
            Err(fault) => {
                let reason = format!("{}: the server would refuse it: {}", state.object(), fault.told());
                return self.fail(reason);
            }
        };
        let changed = lacking(state.value(), stored.value(), &MergeKeys);
        for found in &changed {
            let value =
                |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
            let (asked, kept) = (value(&found.before), value(&found.after));
            let message = format!("{}: {}: the cluster makes {kept} of {asked}", state.object(), found.path);
            self.tell(Progress::Warned { message });
        }
        if !changed.is_empty() {
            let kept = project(state.value(), stored.value(), &MergeKeys);
            self.admitted.push((state.clone(), state.with(|value| *value = kept)));
        }
    }

    fn makes_namespace_of(&self, state: &Manifest) -> bool {
        let made = self.changed_objects();
        made.iter().any(|object| {
            object.kind == "Namespace" && Some(&object.name) == state.object().namespace.as_ref()
        })
    }

    fn take_admitted(&mut self) -> bool {
        let admitted = std::mem::take(&mut self.admitted);
        if !admitted.is_empty() {
            match admit(&self.plan, &admitted, &self.options.namespace) {
                Ok(plan) => self.plan = plan,
                Err(error) => return self.failed(error),
            }
        }
        if self.options.goal == Goal::Try || self.plan.is_empty() {
            self.phase = Phase::Close(Outcome::Done);
        }
        true
    }
}

/// The Services that an Ingress leads to.
fn backends(ingress: &Manifest) -> Vec<ObjectRef> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let spec = ingress.pointer("/spec").cloned().unwrap_or_default();
    let rules = list(&spec["rules"]);
    let paths = rules.iter().flat_map(|rule| list(&rule["http"]["paths"]));
    let mut backends: Vec<Value> = paths.map(|path| path["backend"].clone()).collect();
    backends.push(spec["defaultBackend"].clone());
    let names = backends.iter().filter_map(|backend| backend["service"]["name"].as_str());
    let namespace = ingress.object().namespace.as_deref();
    names.map(|name| cutover_plan::service_ref(namespace, name)).collect()
}
