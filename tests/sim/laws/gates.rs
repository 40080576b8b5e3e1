//! Each step waits for its gates.

use std::sync::Arc;

use cutover::manifest::{Field, Manifest, ObjectRef};
use cutover::planning::{Available, Deployment, Endpoints, Gate, Held, Settled};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::begins::Begins;
use super::routes::Routes;
use super::view::{View, Views};
use super::{Course, Law};
use crate::checks::placed;
use crate::trace::{Moment, Place, Way};

/// When a step begins, and when a run is done, the gates of the step before hold in what the runner
/// has been told; before the first step of a way back, what the step before took away is gone.
pub(crate) struct Gates {
    course: Arc<Course>,
    begins: Begins,
    routes: Routes,
}

impl Gates {
    pub(crate) fn new(course: Arc<Course>) -> Self {
        Self {
            routes: Routes::new(&course),
            course,
            begins: Begins::new(),
        }
    }

    fn hold(&self, place: Place, runner: u32, view: &View, now: Timestamp) -> Result<(), String> {
        let gates = self.course.gates(place);
        let mut all = gates.iter();
        all.try_for_each(|gate| match gate {
            Gate::Drained(gate) => self.routes.is_drained(gate, gates, runner, now),
            Gate::Routed(gate) => self.routes.is_routed(gate, runner, now),
            gate => holds(gate, view, now),
        })
        .map_err(|reason| format!("step {} of {:?}: {reason}", place.step, place.way))
    }

    /// Whether the sets that the step shrank in whose middle the run turned have lost their pods.
    fn has_shrunk(&self, way: Way, view: &View) -> Result<(), String> {
        let Way::Back {
            from,
            halfway: true,
        } = way
        else {
            return Ok(());
        };
        let step = Place {
            way: Way::Forward,
            step: from,
        };
        for object in self.course.changes(step) {
            let count = |state: Option<&Manifest>| Deployment::of(state?).replicas();
            let before = count(self.course.before(step, &object));
            let after = count(self.course.after(step, &object));
            let (Some(before), Some(after)) = (before, after) else {
                continue;
            };
            // Of several sets some may not have been shrunk yet.
            if after >= before || count(view.get(&object)) != Some(after) {
                continue;
            }
            let (_, pods) = pods(view, &object).ok_or_else(|| unfollowed(&object))?;
            if pods.len() > after as usize {
                let pods = pods.len();
                return Err(format!("{object} has {pods} pods, and was to have {after}"));
            }
        }
        Ok(())
    }
}

impl Law for Gates {
    fn see(&mut self, moment: &Moment, views: &Views) -> Result<(), String> {
        self.routes.see(moment, views);
        let Some((runner, place)) = self.begins.see(moment, &self.course) else {
            return Ok(());
        };
        let view = views.of(runner);
        match place.step {
            0 | 1 => self.has_shrunk(place.way, view),
            step => {
                let before = Place {
                    step: step - 1,
                    ..place
                };
                self.hold(before, runner, view, moment.now)
            }
        }
    }
}

/// Whether a gate holds in what a runner has been told; people, pauses, windows and other systems
/// are not of the cluster.
fn holds(gate: &Gate, view: &View, now: Timestamp) -> Result<(), String> {
    match gate {
        Gate::Available(gate) => is_available(gate, view, now),
        Gate::Settled(Settled { object, replicas }) => is_settled(&placed(object), *replicas, view),
        Gate::Endpoints(Endpoints { object }) => are_endpoints(&placed(object), view),
        Gate::Held(Held { object }) => is_held(&placed(object), view),
        Gate::Drained(_) | Gate::Routed(_) => Err("it is about a route".to_owned()),
        Gate::Job(_)
        | Gate::Metric(_)
        | Gate::Pause(_)
        | Gate::Smoke(_)
        | Gate::Webhook(_)
        | Gate::Window(_) => Ok(()),
    }
}

fn is_available(gate: &Available, view: &View, now: Timestamp) -> Result<(), String> {
    let object = placed(&gate.object);
    let (sets, pods) = pods(view, &object).ok_or_else(|| unfollowed(&object))?;
    let deployment = view.get(&object).unwrap();
    let asked = Deployment::of(deployment).replicas().unwrap_or(1);
    let wanted = gate.replicas.unwrap_or(asked) as usize;
    if pods.len() != wanted {
        return Err(format!("{object} has {} pods, not {wanted}", pods.len()));
    }
    let seconds = deployment.pointer("/spec/minReadySeconds");
    let seconds = seconds.and_then(Value::as_i64).unwrap_or(0);
    let is_fresh = |set: &&&Manifest| template(set) == template(deployment);
    let fresh: Vec<&str> = sets.iter().filter(is_fresh).map(|set| uid(set)).collect();
    for pod in pods {
        let name = &pod.object().name;
        let since = ready_since(pod).ok_or_else(|| format!("pod {name} is not ready"))?;
        if now < since + SignedDuration::from_secs(seconds) {
            return Err(format!("pod {name} is ready since {since} only"));
        }
        if !fresh.iter().any(|set| is_owned(pod, set)) {
            return Err(format!("pod {name} is of an earlier template"));
        }
    }
    Ok(())
}

fn is_settled(object: &ObjectRef, replicas: u32, view: &View) -> Result<(), String> {
    if replicas == 0 && view.get(object).is_none() {
        return Ok(());
    }
    let (_, pods) = pods(view, object).ok_or_else(|| unfollowed(object))?;
    match pods.len() == replicas as usize {
        true => Ok(()),
        false => Err(format!("{object} has {} pods, not {replicas}", pods.len())),
    }
}

/// The Service's EndpointSlices list just the ready pods that it selects.
fn are_endpoints(object: &ObjectRef, view: &View) -> Result<(), String> {
    let service = view
        .get(object)
        .ok_or_else(|| format!("{object} is not there"))?;
    let selector = service.pointer("/spec/selector").and_then(Value::as_object);
    let is_selected = |pod: &&Manifest| {
        let labels = pod.pointer("/metadata/labels");
        selector
            .into_iter()
            .flatten()
            .all(|(key, value)| labels.and_then(|labels| labels.get(key)) == Some(value))
    };
    let near = |manifest: &&Manifest| manifest.object().namespace == object.namespace;
    let pods = view.of_kind("Pod").filter(near).filter(is_selected);
    let mut wanted: Vec<&str> = pods
        .filter(|pod| is_active(pod) && ready_since(pod).is_some())
        .map(uid)
        .collect();
    let is_its = |slice: &&Manifest| {
        let label = slice.pointer("/metadata/labels/kubernetes.io~1service-name");
        label.and_then(Value::as_str) == Some(&object.name)
    };
    let slices = view.of_kind("EndpointSlice").filter(near).filter(is_its);
    let endpoints = slices.flat_map(|slice| list(slice, "/endpoints"));
    let mut found: Vec<&str> = endpoints
        .filter(|endpoint| endpoint["conditions"]["ready"] != false)
        .filter_map(|endpoint| endpoint["targetRef"]["uid"].as_str())
        .collect();
    wanted.sort_unstable();
    found.sort_unstable();
    found.dedup();
    match wanted == found {
        true => Ok(()),
        false => Err(format!(
            "{object} has {} endpoints, and {} pods should be",
            found.len(),
            wanted.len()
        )),
    }
}

fn is_held(object: &ObjectRef, view: &View) -> Result<(), String> {
    let Some(autoscaler) = view.get(object) else {
        return Ok(());
    };
    let disabled = |side: &str| {
        let policy = autoscaler.pointer(&format!("/spec/behavior/{side}/selectPolicy"));
        policy == Some(&Value::from("Disabled"))
    };
    let paused = "/metadata/annotations/autoscaling.keda.sh~1paused";
    let is_paused = autoscaler.pointer(paused) == Some(&Value::from("true"));
    match is_paused || disabled("scaleUp") && disabled("scaleDown") {
        true => Ok(()),
        false => Err(format!("{object} may scale")),
    }
}

/// The ReplicaSets of a Deployment and their active pods; none where its controllers have not
/// followed it, or where it is not there.
fn pods<'a>(view: &'a View, object: &ObjectRef) -> Option<(Vec<&'a Manifest>, Vec<&'a Manifest>)> {
    let deployment = view.get(object).filter(|live| is_observed(live))?;
    let own = |set: &&Manifest| is_owned(set, uid(deployment));
    let sets: Vec<&Manifest> = view.of_kind("ReplicaSet").filter(own).collect();
    if !sets.iter().all(|set| is_observed(set)) {
        return None;
    }
    let own = |pod: &&Manifest| sets.iter().any(|set| is_owned(pod, uid(set)));
    let pods = view.of_kind("Pod").filter(|pod| is_active(pod));
    Some((sets.clone(), pods.filter(own).collect()))
}

fn unfollowed(object: &ObjectRef) -> String {
    format!("{object} is not followed")
}

fn is_observed(live: &Manifest) -> bool {
    let number = |pointer: &str| live.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    number("/status/observedGeneration") >= number("/metadata/generation")
}

fn is_owned(manifest: &Manifest, owner: &str) -> bool {
    let owners = list(manifest, "/metadata/ownerReferences");
    owners
        .into_iter()
        .any(|reference| reference["uid"] == owner)
}

fn is_active(pod: &Manifest) -> bool {
    let phase = pod.pointer("/status/phase").and_then(Value::as_str);
    let is_over = matches!(phase, Some("Failed" | "Succeeded"));
    !is_over && pod.pointer("/metadata/deletionTimestamp").is_none()
}

fn ready_since(pod: &Manifest) -> Option<Timestamp> {
    let conditions = list(pod, "/status/conditions");
    let mut ready = conditions
        .into_iter()
        .filter(|condition| condition["type"] == "Ready" && condition["status"] == "True");
    ready.next()?["lastTransitionTime"].as_str()?.parse().ok()
}

/// A pod template without what controllers add.
/// What the server and the controller put into the template of a ReplicaSet.
const MADE: [Field; 2] = [
    Field::new("/template/metadata/labels/pod-template-hash"),
    Field::new("/template/metadata/creationTimestamp"),
];

fn template(manifest: &Manifest) -> Option<Value> {
    let template = manifest.pointer("/spec/template")?.clone();
    let mut template = Manifest::new(serde_json::json!({
        "apiVersion": "v1", "kind": "PodTemplate", "metadata": { "name": "a" }, "template": template,
    }))
    .unwrap();
    for field in MADE {
        template = template.without(field);
    }
    template.pointer("/template").cloned()
}

fn list<'a>(manifest: &'a Manifest, pointer: &str) -> Vec<&'a Value> {
    let list = manifest.pointer(pointer).and_then(Value::as_array);
    list.into_iter().flatten().collect()
}

fn uid(manifest: &Manifest) -> &str {
    let uid = manifest.pointer("/metadata/uid").and_then(Value::as_str);
    uid.unwrap_or_default()
}
