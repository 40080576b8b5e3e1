//! `cutover wait`: the gates of a step, waited for without any write.

use std::collections::BTreeMap;
use std::time::Duration;

use cutover::manifest::{Bundle, Manifest, ObjectRef, Sealer};
use cutover::planning::{Duration as Limit, Step};
use cutover::{Checked, Plan};
use cutover_run::{Course, Event, GateStatus, Inspection, Scope};
use futures::StreamExt;
use futures::stream::{BoxStream, SelectAll};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use crate::args::WaitArgs;
use crate::error::Error;
use crate::online::Online;
use crate::online::status::{gate_words, is_so};
use crate::seal::sealer_of;
use crate::{World, message, plan_file};

/// Waits until a step is made, by whomever, and its gates hold.
///
/// # Errors
///
/// A step that the plan does not have, gates that nobody can see in a cluster where they are not left
/// out, and what does not hold in time.
pub(crate) fn wait(args: &WaitArgs, world: &mut World<'_>) -> Result<(), Error> {
    let file = &args.place.file;
    let plan = plan_file::read(world, file)?;
    plan_file::step(&plan, &file.plan, args.step, 1)?;
    let sealer = sealer_of(&plan, &args.seal, world)?;
    let online = Online::new(&args.place.settings(world))?;
    let inspection = inspection(&plan, args, &online)?;
    let limit = limit(&plan, args)?;
    let mut wait = Wait::new(&plan, args, inspection, sealer, &online)?;
    let over = online.runtime.block_on(async {
        let deadline = Instant::now() + Duration::from_secs(limit.seconds().into());
        wait.until_held(deadline, world).await
    })?;
    let (step, name) = (args.step, &plan.metadata.name);
    match over {
        None => Ok(writeln!(
            world.output,
            "step {step} of plan {name}: all gates hold"
        )?),
        Some(open) => Err(Error::failed(format!(
            "step {step} of plan {name} did not hold within {limit}: {}",
            open.join("; ")
        ))),
    }
}

/// The gates of the step, none of which asks anybody else.
fn inspection(plan: &Plan, args: &WaitArgs, online: &Online) -> Result<Inspection, Error> {
    let namespace = online.cluster.namespace();
    let inspection = Inspection::new(plan, Course::Forward, args.step, namespace);
    let inspection = inspection.map_err(Error::failed)?;
    let elsewhere: Vec<String> = inspection
        .elsewhere()
        .map(|gate| gate.to_string())
        .collect();
    if elsewhere.is_empty() || args.observed {
        return Ok(inspection);
    }
    let (step, gates) = (args.step, elsewhere.join(", "));
    Err(Error::failed(format!(
        "step {step} waits for what no cluster shows: {gates}\nhint: wait for that by your own means, and for all else with --observed"
    )))
}

/// For how long the gates are waited for: what is said, or as long as the step may take in a run.
fn limit(plan: &Plan, args: &WaitArgs) -> Result<Limit, Error> {
    if let Some(limit) = args.timeout {
        return Ok(limit);
    }
    let state = plan.state(args.step).map_err(Error::failed)?;
    let step = plan.spec.steps.get(args.step.wrapping_sub(1));
    Ok(step
        .and_then(|step| step.limit(&state))
        .unwrap_or(Step::DEFAULT_LIMIT))
}

/// A step that is waited for.
struct Wait {
    inspection: Inspection,
    sealer: Sealer,
    settle: Limit,
    /// The objects that the step changes, as they are after it.
    after: Bundle,
    /// The same as the cluster has them, once that is known.
    live: BTreeMap<ObjectRef, Option<Option<Manifest>>>,
    news: SelectAll<BoxStream<'static, Event>>,
    said: Vec<String>,
    namespace: String,
}

impl Wait {
    fn new(
        plan: &Checked,
        args: &WaitArgs,
        inspection: Inspection,
        sealer: Sealer,
        online: &Online,
    ) -> Result<Self, Error> {
        let changes = plan.spec.steps[args.step - 1].changes.iter();
        let live: BTreeMap<ObjectRef, _> = changes
            .map(|change| (change.object().clone(), None))
            .collect();
        let mut wait = Self {
            inspection,
            sealer,
            settle: args.settle,
            after: plan.state(args.step).map_err(Error::failed)?,
            live,
            news: SelectAll::new(),
            said: Vec::new(),
            namespace: online.cluster.namespace().to_owned(),
        };
        wait.listen(online);
        Ok(wait)
    }

    fn listen(&mut self, online: &Online) {
        let own = self.live.keys().map(|object| self.scope(object));
        let scopes: Vec<Scope> = own.chain(self.inspection.scopes().cloned()).collect();
        for scope in scopes {
            self.news.push(online.cluster.watch(scope).boxed());
        }
    }

    /// Waits, and tells for what; what does not hold at the end, or none.
    async fn until_held(
        &mut self,
        deadline: Instant,
        world: &mut World<'_>,
    ) -> Result<Option<Vec<String>>, Error> {
        loop {
            let now = (world.now)();
            let (open, wake) = self.open(now);
            if open.is_empty() {
                return Ok(None);
            }
            if Instant::now() >= deadline {
                return Ok(Some(open));
            }
            self.tell(&open, world)?;
            let wake = wake.map(|wake| Instant::now() + until(wake, now));
            let next = wake.map_or(deadline, |wake| wake.min(deadline));
            if let Ok(Some(event)) = timeout_at(next, self.news.next()).await {
                self.hear(event)?;
            }
        }
    }

    /// What is not so yet, and when that may change by itself.
    fn open(&mut self, now: Timestamp) -> (Vec<String>, Option<Timestamp>) {
        let mut open: Vec<String> = Vec::new();
        for (object, live) in &self.live {
            if !self.is_made(object, live.as_ref()) {
                open.push(format!("{object} is not as after the step"));
            }
        }
        let gates = self.inspection.open(self.settle, now);
        let (gates, wake) = match gates {
            Some((gates, wake)) if gates.is_empty() => {
                open.push("its gates must hold for a moment more".to_owned());
                (gates, wake)
            }
            Some(gates) => gates,
            None => (Vec::new(), None),
        };
        open.extend(gates.iter().map(|gate: &GateStatus| gate_words(gate)));
        (open, wake)
    }

    /// Whether an object is as the step leaves it.
    fn is_made(&self, object: &ObjectRef, live: Option<&Option<Manifest>>) -> bool {
        let planned = self.after.get(object);
        let Some(live) = live else {
            return false;
        };
        let Some(live) = live else {
            return planned.is_none();
        };
        let is_going = live.pointer("/metadata/deletionTimestamp").is_some();
        match planned {
            None => is_going,
            // Under the plan's name for it, which may leave the namespace out.
            Some(planned) => {
                let namespace = serde_json::json!(object.namespace);
                live.set("/metadata/namespace", namespace)
                    .is_ok_and(|live| {
                        is_so(Some(planned), Some(&self.sealer.seal_like(&live, planned)))
                    })
            }
        }
    }

    /// Takes in what a watch tells; one that will not pass by itself ends the waiting.
    fn hear(&mut self, event: Event) -> Result<(), Error> {
        match &event {
            Event::Unwatched(scope, fault) => {
                let (kind, message) = (&scope.kind, &fault.message);
                return Err(Error::failed(format!(
                    "{kind} cannot be watched: {message}"
                )));
            }
            Event::Listed(scope, all) => self.note(scope, all.first()),
            Event::Changed(scope, manifest) => self.note(scope, Some(manifest)),
            Event::Gone(scope, _) => self.note(scope, None),
            _ => {}
        }
        self.inspection.handle_event(event);
        Ok(())
    }

    /// One of the step's own objects, where the news is of one.
    fn note(&mut self, scope: &Scope, found: Option<&Manifest>) {
        let mut objects = self.live.keys();
        let is_it = |object: &&ObjectRef| self.scope(object) == *scope;
        if let Some(object) = objects.find(is_it).cloned() {
            self.live.insert(object, Some(found.cloned()));
        }
    }

    /// The scope of the object alone, in the namespace of the command where it names none.
    fn scope(&self, object: &ObjectRef) -> Scope {
        let namespace = object.namespace.clone();
        Scope {
            api_version: object.api_version.clone(),
            kind: object.kind.clone(),
            namespace: namespace.or_else(|| Some(self.namespace.clone())),
            name: Some(object.name.clone()),
        }
    }

    /// Tells what is waited for, each time that it is otherwise.
    fn tell(&mut self, open: &[String], world: &mut World<'_>) -> Result<(), Error> {
        if self.said == open {
            return Ok(());
        }
        for line in open.iter().filter(|line| !self.said.contains(line)) {
            let line = message::one_line(line);
            writeln!(world.output, "waiting: {line}")?;
        }
        self.said = open.to_vec();
        Ok(world.output.flush()?)
    }
}

/// How long it is until a moment, and a little at least.
fn until(moment: Timestamp, now: Timestamp) -> Duration {
    let left = moment.duration_since(now);
    left.max(SignedDuration::from_millis(10)).unsigned_abs()
}
