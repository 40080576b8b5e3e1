//! What pods may do while a step is made, from the rules of Kubernetes' Deployment controller
//! (`pkg/controller/deployment/util/deployment_util.go`, `rolling.go`, `recreate.go`) and nothing
//! of the planner's.

use std::collections::{BTreeMap, BTreeSet};

use cutover::manifest::{Bundle, Manifest, ObjectRef};
use cutover::planning::{Gate, Step, Workload};
use serde_json::Value;

pub(super) type Labels = BTreeMap<String, String>;

/// What is known of one set's pods, after the gates of a step or in the middle of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pods {
    /// The most that may be alive.
    pub(super) alive: u32,
    /// The fewest that are available.
    pub(super) available: u32,
    /// The labels that they may have: two where the template is on its way.
    pub(super) labels: BTreeSet<Labels>,
    /// Whether pods of two templates may be there.
    pub(super) torn: bool,
}

pub(super) type Crowd = BTreeMap<ObjectRef, Pods>;

/// How a workload's Deployments stand in a state.
pub(super) fn sets<'a>(
    workload: &'a Workload,
    state: &'a Bundle,
) -> impl Iterator<Item = (ObjectRef, &'a Manifest)> {
    let objects = workload.objects();
    objects.filter_map(|object| Some((object.clone(), state.get(object)?)))
}

/// All pods are there, are of the present template and answer.
pub(super) fn settled(workload: &Workload, state: &Bundle) -> Crowd {
    sets(workload, state)
        .map(|(object, set)| (object, steady(set)))
        .collect()
}

fn steady(set: &Manifest) -> Pods {
    let count = replicas(set);
    Pods {
        alive: count,
        available: count,
        labels: BTreeSet::from([labels(set)]),
        torn: false,
    }
}

/// A workload's pods while a step leads from one state to another: the controllers may have got
/// anywhere.
pub(super) fn during(workload: &Workload, crowd: &Crowd, before: &Bundle, after: &Bundle) -> Crowd {
    let none = Pods {
        alive: 0,
        available: 0,
        labels: BTreeSet::new(),
        torn: false,
    };
    let each = |object: &ObjectRef| {
        let pods = crowd.get(object).unwrap_or(&none);
        let pods = moving(pods, before.get(object), after.get(object));
        (object.clone(), pods)
    };
    workload.objects().map(each).collect()
}

fn moving(pods: &Pods, before: Option<&Manifest>, after: Option<&Manifest>) -> Pods {
    let (was, is) = (before.map_or(0, replicas), after.map_or(0, replicas));
    let mut moving = Pods {
        alive: pods.alive.max(is),
        available: pods.available.min(is),
        ..pods.clone()
    };
    moving.labels.extend(after.filter(|_| is > 0).map(labels));
    let turned = turns(before, after);
    // What is paused under `Recreate` keeps the pods of each template (`scale` in `sync.go`).
    let kept = after.is_some_and(|after| is_paused(after) && recreates(after));
    if let Some(after) = after.filter(|_| turned || pods.torn && !kept) {
        // A paused set that was being recreated has pods of one template, and grows by none.
        let one = is_paused(after) && before.is_some_and(recreates);
        let surge = if one { 0 } else { surge(after, was.max(is)) };
        let unavailable = unavailable(after, was.min(is));
        moving.alive = moving.alive.max(was.max(is) + surge);
        moving.available = moving
            .available
            .min(was.min(is).saturating_sub(unavailable));
        moving.torn = !one;
    }
    moving
}

/// Whether pods of one template make way for those of another, or may: those of a set that is
/// resumed are of a template that nobody knows.
pub(super) fn turns(before: Option<&Manifest>, after: Option<&Manifest>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => {
            let differs = template(before) != template(after) || is_paused(before);
            differs && !is_paused(after) && replicas(before) > 0 && replicas(after) > 0
        }
        _ => false,
    }
}

fn is_paused(set: &Manifest) -> bool {
    set.pointer("/spec/paused") == Some(&Value::Bool(true))
}

/// The pods once a step's gates hold; an error where one may never hold, if no pod becomes ready
/// whose template is not among those that are `sound`.
pub(super) fn after_gates(
    moving: &Crowd,
    step: &Step,
    after: &Bundle,
    sound: Option<&BTreeSet<String>>,
) -> Result<Crowd, String> {
    let mut crowd = moving.clone();
    for gate in &step.gates {
        let (object, ready) = match gate {
            Gate::Available(available) => (&available.object, true),
            Gate::Settled(settled) => (&settled.object, false),
            _ => continue,
        };
        let (Some(set), Some(pods)) = (after.get(object), crowd.get_mut(object)) else {
            continue;
        };
        let sick = sound.is_some_and(|sound| !sound.contains(&version(set)));
        if sick && (pods.torn || ready) && replicas(set) > 0 {
            return Err(format!(
                "`{}` waits for {object}, whose pods may never become ready",
                step.phase
            ));
        }
        let count = replicas(set);
        let available = if ready {
            count
        } else {
            pods.available.min(count)
        };
        *pods = Pods {
            available,
            ..steady(set)
        };
    }
    crowd.retain(|object, _| after.contains(object));
    Ok(crowd)
}

/// The pods in the middle of a step, once there are as many as are wanted; those that the step asks
/// for may never answer, and a set that turns may be stuck with its surge.
pub(super) fn halfway(workload: &Workload, moving: &Crowd, after: &Bundle) -> Crowd {
    let each = |(object, set): (ObjectRef, &Manifest)| {
        let pods = moving[&object].clone();
        let alive = if pods.torn { pods.alive } else { replicas(set) };
        let labels = if pods.torn {
            pods.labels
        } else {
            BTreeSet::from([labels(set)])
        };
        (
            object,
            Pods {
                alive,
                labels,
                ..pods
            },
        )
    };
    sets(workload, after).map(each).collect()
}

/// The fewest available pods that every side of a Service's selector reaches; `None` where it
/// selects nobody by itself.
pub(super) fn behind(crowd: &Crowd, service: &ObjectRef, states: &[&Bundle]) -> Option<u32> {
    let selectors = states
        .iter()
        .filter_map(|state| state.get(service))
        .map(selector);
    let reached = |selector: Labels| {
        let near = crowd
            .iter()
            .filter(|(object, _)| object.namespace == service.namespace);
        near.filter(|(_, pods)| pods.labels.iter().all(|labels| matches(&selector, labels)))
            .map(|(_, pods)| pods.available)
            .sum()
    };
    selectors
        .filter(|selector| !selector.is_empty())
        .map(reached)
        .min()
}

/// How many pods answer for a workload: behind the worst of its Services, or, where it has none,
/// all of them.
pub(super) fn available(workload: &Workload, crowd: &Crowd, states: &[&Bundle]) -> u32 {
    let services = workload
        .serving()
        .filter_map(|router| behind(crowd, &router.object, states));
    services
        .min()
        .unwrap_or_else(|| crowd.values().map(|pods| pods.available).sum())
}

/// The most pods alive.
pub(super) fn alive(crowd: &Crowd) -> u32 {
    crowd.values().map(|pods| pods.alive).sum()
}

/// `MaxSurge`, with the defaults of the API.
pub(super) fn surge(set: &Manifest, replicas: u32) -> u32 {
    if recreates(set) {
        0
    } else {
        fenceposts(set, replicas).0
    }
}

/// `MaxUnavailable`; all of them where the Deployment recreates its pods.
pub(super) fn unavailable(set: &Manifest, replicas: u32) -> u32 {
    if recreates(set) {
        replicas
    } else {
        fenceposts(set, replicas).1.min(replicas)
    }
}

pub(super) fn recreates(set: &Manifest) -> bool {
    set.pointer("/spec/strategy/type").and_then(Value::as_str) == Some("Recreate")
}

/// Surge and unavailability of a set, as Kubernetes' `ResolveFenceposts`.
fn fenceposts(set: &Manifest, replicas: u32) -> (u32, u32) {
    resolve(
        set.pointer("/spec/strategy/rollingUpdate/maxSurge"),
        set.pointer("/spec/strategy/rollingUpdate/maxUnavailable"),
        replicas,
    )
}

/// Surge up, unavailable down, and one of both.
pub(super) fn resolve(
    surge: Option<&Value>,
    unavailable: Option<&Value>,
    replicas: u32,
) -> (u32, u32) {
    let quarter = Value::from("25%");
    let parts = |value: Option<&Value>| match value.unwrap_or(&quarter) {
        Value::String(text) => (
            text.trim_end_matches('%').parse::<u32>().unwrap() * replicas,
            100,
        ),
        count => (u32::try_from(count.as_u64().unwrap()).unwrap(), 1),
    };
    let ((more, by), (fewer, of)) = (parts(surge), parts(unavailable));
    match (more.div_ceil(by), fewer / of) {
        (0, 0) => (0, 1),
        both => both,
    }
}

pub(super) fn replicas(set: &Manifest) -> u32 {
    set.pointer("/spec/replicas")
        .and_then(Value::as_u64)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(1)
}

pub(super) fn labels(set: &Manifest) -> Labels {
    texts(set.pointer("/spec/template/metadata/labels"))
}

pub(super) fn selector(service: &Manifest) -> Labels {
    texts(service.pointer("/spec/selector"))
}

pub(super) fn matches(selector: &Labels, labels: &Labels) -> bool {
    !selector.is_empty()
        && selector
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
}

pub(super) fn template(set: &Manifest) -> &Value {
    set.pointer("/spec/template").unwrap_or(&Value::Null)
}

/// The labels by which a plan tells the sets of a workload apart: they make no version.
const MARKS: [&str; 3] = ["track", "cutover.dev/track", "cutover.dev/set"];

/// A set's pod template but for the labels that tell sets apart.
pub(super) fn version(set: &Manifest) -> String {
    let mut template = template(set).clone();
    if let Some(labels) = template
        .pointer_mut("/metadata/labels")
        .and_then(Value::as_object_mut)
    {
        labels.retain(|key, _| !MARKS.contains(&key.as_str()));
    }
    template.to_string()
}

fn texts(value: Option<&Value>) -> Labels {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}
