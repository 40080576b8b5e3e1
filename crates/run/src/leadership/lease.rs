//! Leases: one runner holds a workload, and a second one hears who.
//!
//! As client-go's leader election does, a Lease of somebody else counts as free once it has stood
//! unchanged for as long as it lasts, by our own steady clock: two clocks are never compared.

use cutover_manifest::{Field, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Patch, diff};
use cutover_plan::Plan;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Fault, Reply};
use crate::error::Error;
use crate::journal::Journal;
use crate::namespace::DefaultNamespace;
use crate::now::{Now, Steady};
use crate::requests::PATIENCE;

const HOLDER: Field = Field::new("/spec/holderIdentity");
const DURATION: Field = Field::new("/spec/leaseDurationSeconds");
const ACQUIRED: Field = Field::new("/spec/acquireTime");
const RENEWED: Field = Field::new("/spec/renewTime");

/// The Leases of a plan's workloads, which its runner holds; `namespace` is the one of manifests
/// that name none.
///
/// ```
/// # use cutover_manifest::{Bundle, Manifest};
/// # use cutover_planner::{Options, Waypoints, from_fn, plan};
/// # use cutover_release::{Ends, Release};
/// # use serde_json::json;
/// let deployment = |image: &str| Manifest::new(json!({
///     "apiVersion": "apps/v1", "kind": "Deployment", "metadata": { "name": "hello" },
///     "spec": { "replicas": 1, "selector": { "matchLabels": { "app": "hello" } }, "template": {
///         "metadata": { "labels": { "app": "hello" } },
///         "spec": { "containers": [{ "name": "hello", "image": image }] },
///     }},
/// }));
/// let (from, to): (Bundle, Bundle) =
///     ([deployment("hello:1")?].into_iter().collect(), [deployment("hello:2")?].into_iter().collect());
/// let release = Release::new(Ends::new(from, to))?;
/// let own = from_fn("own", |release| Waypoints::direct(release, "update", &Default::default()));
/// let plan = plan(&release, &own, &Options::default())?;
/// let leases = cutover_run::lease_objects(&plan, "prod");
/// assert_eq!(leases[0].to_string(), "Lease prod/cutover-hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn lease_objects(plan: &Plan, namespace: &str) -> Vec<ObjectRef> {
    let lease = |workload: &cutover_workload::Workload| {
        // The workload's own name may have its namespace in it.
        let first = workload.objects().next();
        let name = first.map_or(&workload.name, |set| &set.name);
        let name = cutover_manifest::short_name(&format!("cutover-{name}"), "");
        let object = ObjectRef::new(
            "coordination.k8s.io/v1",
            "Lease",
            workload.namespace(),
            &name,
        );
        DefaultNamespace::new(namespace).object(&object)
    };
    match plan.spec.workloads.is_empty() {
        true => vec![of_plan(plan, namespace)],
        false => plan.spec.workloads.iter().map(lease).collect(),
    }
}

/// Of a plan without workloads, as of a Service alone: beside its journal, with the same name.
fn of_plan(plan: &Plan, namespace: &str) -> ObjectRef {
    let journal = Journal::object(plan, namespace);
    let near = journal.namespace.as_deref();
    ObjectRef::new("coordination.k8s.io/v1", "Lease", near, &journal.name)
}

/// The Leases that a run must hold, all of them, before it writes.
#[derive(Debug)]
pub(crate) struct Leases {
    leases: Vec<Lease>,
    holder: String,
    duration: SignedDuration,
    /// Why they cannot be had.
    pub(crate) refused: Option<String>,
}

#[derive(Debug)]
struct Lease {
    object: ObjectRef,
    known: Known,
    asked: bool,
    /// When the write that takes it was asked for, while that is on its way.
    taking: Option<Steady>,
    /// Nothing is asked before.
    rests: Option<Steady>,
    /// Since when the server does not answer.
    silent: Option<Steady>,
    /// Until when it is held; or was, where that is past.
    held: Option<Steady>,
    rival: Option<Rival>,
}

#[derive(Debug)]
enum Known {
    Nothing,
    Absent,
    There(Manifest),
}

/// Somebody else who holds it.
#[derive(Debug)]
struct Rival {
    name: String,
    renewed: Value,
    /// How often it was renewed while we looked.
    renewals: u32,
    free: Steady,
}

impl Leases {
    pub(crate) fn new(objects: Vec<ObjectRef>, holder: &str, duration: SignedDuration) -> Self {
        let lease = |object| Lease {
            object,
            known: Known::Nothing,
            asked: false,
            taking: None,
            rests: None,
            silent: None,
            held: None,
            rival: None,
        };
        let leases = objects.into_iter().map(lease).collect();
        Self {
            leases,
            holder: holder.to_owned(),
            duration,
            refused: None,
        }
    }

    /// Whether all of them are held now.
    pub(crate) fn held(&self, now: Steady) -> bool {
        self.deadline().is_none_or(|until| until > now)
    }

    /// Until when all of them are held; none where there are none.
    pub(crate) fn deadline(&self) -> Option<Steady> {
        let never = Steady::default();
        let held = self.leases.iter().map(|lease| lease.held.unwrap_or(never));
        held.min()
    }

    /// Who holds one of them, in words.
    pub(crate) fn rival(&self) -> Option<String> {
        let lease = self.leases.iter().find(|lease| lease.rival.is_some())?;
        let rival = lease.rival.as_ref()?;
        Some(format!("{} is held by {}", lease.object, rival.name))
    }

    /// When there is something to ask again.
    pub(crate) fn wake(&self) -> Option<Steady> {
        let renewal = |lease: &Lease| {
            lease
                .held
                .map(|until| until.saturating_sub(self.duration * 2 / 3))
        };
        let wakes = self.leases.iter().filter(|lease| !lease.asked);
        wakes
            .filter_map(|lease| lease.rests.max(renewal(lease)))
            .min()
    }

    /// The next request, and which Lease it is about.
    pub(crate) fn next(&mut self, now: Now) -> Option<(usize, Request)> {
        let rested =
            |lease: &Lease| !lease.asked && lease.rests.is_none_or(|until| until <= now.steady);
        let indices: Vec<usize> = (0..self.leases.len())
            .filter(|index| rested(&self.leases[*index]))
            .collect();
        for index in indices {
            match self.request(index, now) {
                Ok(Some(request)) => {
                    let lease = &mut self.leases[index];
                    lease.asked = true;
                    lease.taking = matches!(request, Request::Write { .. }).then_some(now.steady);
                    return Some((index, request));
                }
                Ok(None) => {}
                Err(error) => {
                    self.refused = Some(format!("{}: {error}", self.leases[index].object));
                    return None;
                }
            }
        }
        None
    }

    pub(crate) fn answer(&mut self, index: usize, answer: Answer, now: Steady) {
        let lease = &mut self.leases[index];
        let taken = lease.taking.take();
        lease.asked = false;
        lease.rests = None;
        match answer {
            Ok(Reply::Object(None)) => lease.known = Known::Absent,
            Ok(Reply::Object(Some(manifest))) if holder(&manifest) == self.holder => {
                lease.silent = None;
                // From when it was asked for: the answer may have been long on its way.
                if let Some(taken) = taken {
                    lease.held = Some(taken.saturating_add(self.duration));
                }
                lease.rival = None;
                lease.known = Known::There(manifest);
            }
            Ok(Reply::Object(Some(manifest))) => self.meet(index, manifest, now),
            Ok(_) => lease.known = Known::Nothing,
            Err(fault) => self.miss(index, &fault, now),
        }
    }

    /// Asks again after a while, or gives up.
    fn miss(&mut self, index: usize, fault: &Fault, now: Steady) {
        let lease = &mut self.leases[index];
        let nowhere = fault.code == 404 && matches!(lease.known, Known::Absent);
        let since = if fault.is_stale() {
            now
        } else {
            *lease.silent.get_or_insert(now)
        };
        lease.known = Known::Nothing;
        lease.rests = Some(now.saturating_add(fault.pause(1)));
        if nowhere || fault.is_final() && !fault.is_stale() {
            self.refused = Some(format!("{}: {}", lease.object, fault.in_words()));
        } else if now.since(since) > PATIENCE {
            self.refused = Some(format!(
                "the API server does not answer: {}",
                fault.in_words()
            ));
        }
    }

    /// Requests that give them back.
    pub(crate) fn release(&mut self) -> Vec<Request> {
        let held = self.leases.iter_mut().filter_map(|lease| {
            lease.held.take()?;
            match &lease.known {
                Known::There(manifest) => Some(manifest.clone()),
                _ => None,
            }
        });
        held.map(|manifest| patch(&manifest, &manifest.with(HOLDER, "".into())))
            .collect()
    }

    fn request(&self, index: usize, now: Now) -> Result<Option<Request>, Error> {
        let lease = &self.leases[index];
        let request = match &lease.known {
            Known::Nothing => Some(Request::Get(lease.object.clone())),
            Known::Absent => {
                let bare = json!({
                    "apiVersion": lease.object.api_version, "kind": lease.object.kind,
                    "metadata": { "name": lease.object.name, "namespace": lease.object.namespace },
                    "spec": {},
                });
                let lease = self.taken(&Manifest::new(bare)?, now.wall);
                Some(Request::Write {
                    write: Write::Create(lease),
                    dry_run: false,
                })
            }
            Known::There(manifest) => {
                let due = lease
                    .held
                    .is_none_or(|until| until.saturating_sub(self.duration * 2 / 3) <= now.steady);
                due.then(|| patch(manifest, &self.taken(manifest, now.wall)))
            }
        };
        Ok(request)
    }

    /// The Lease as ours.
    fn taken(&self, manifest: &Manifest, now: Timestamp) -> Manifest {
        let time = now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let own = holder(manifest) == self.holder;
        let mut taken = manifest
            .with(HOLDER, self.holder.clone().into())
            .with(DURATION, self.duration.as_secs().into())
            .with(RENEWED, time.clone().into());
        if !own {
            taken = taken.with(ACQUIRED, time.into());
        }
        taken
    }

    /// Somebody else's: it is free where it names nobody, or where it has not changed for as long
    /// as it lasts.
    fn meet(&mut self, index: usize, manifest: Manifest, now: Steady) {
        let lease = &mut self.leases[index];
        lease.silent = None;
        if lease.held.take().is_some() && !holder(&manifest).is_empty() {
            self.refused = Some(format!(
                "{} was taken by {}",
                lease.object,
                holder(&manifest)
            ));
            return;
        }
        let renewed = manifest
            .pointer("/spec/renewTime")
            .cloned()
            .unwrap_or_default();
        let expired = lease
            .rival
            .as_ref()
            .is_some_and(|rival| rival.renewed == renewed && rival.free <= now);
        if holder(&manifest).is_empty() || expired {
            lease.known = Known::There(manifest);
            return;
        }
        let renewals = match &lease.rival {
            Some(rival) if rival.renewed != renewed => rival.renewals + 1,
            Some(rival) => rival.renewals,
            None => 0,
        };
        // One renewal may have been on its way when its runner died.
        if renewals > 1 {
            self.refused = Some(format!("{} is held by {}", lease.object, holder(&manifest)));
            return;
        }
        let seconds = manifest
            .pointer("/spec/leaseDurationSeconds")
            .and_then(Value::as_i64)
            .unwrap_or(15);
        let free = now.saturating_add(SignedDuration::from_secs(seconds));
        lease.known = Known::Nothing;
        lease.rests = Some(free);
        lease.rival = Some(Rival {
            name: holder(&manifest).to_owned(),
            renewed,
            renewals,
            free,
        });
    }
}

fn holder(manifest: &Manifest) -> &str {
    manifest
        .pointer("/spec/holderIdentity")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A write that somebody else's write in between makes fail.
fn patch(live: &Manifest, target: &Manifest) -> Request {
    let Patch(changes) = diff(live.value(), target.value(), &MergeKeys);
    let mut operations = vec![crate::api::guard::test_version(live)];
    operations.extend(changes);
    let write = Write::Patch {
        object: live.object().clone(),
        ops: Patch(operations),
    };
    Request::Write {
        write,
        dry_run: false,
    }
}

#[cfg(test)]
mod tests;
