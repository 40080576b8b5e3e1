//! What may hurt, as anybody can see in the plan's own objects.

use std::collections::{BTreeMap, BTreeSet};

use cutover_check::Checked;
use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning, containers};
use cutover_traffic::{Port, Service, Split};
use cutover_workload::{Deployment, Workload};
use serde_json::Value;

use crate::configuration::seen_early;
use crate::error::Error;
use crate::exposure::services;

mod given;
mod held;
mod hooks;
mod moves;
mod once;
mod passing;
mod pods;
mod rendered;

use given::given;
use held::held;
use hooks::HOOK;
use moves::Moves;
use passing::passing;
use pods::STARTING;
use rendered::rendered;

/// What may hurt but does not stop a plan, found anew in its own objects each time: a plan holds
/// none of it.
///
/// # Errors
///
/// [`Error::Plan`] where the plan does not fit itself, [`Error::Manifest`] where one of its
/// Services is none.
pub fn warnings(plan: &Checked) -> Result<Vec<Warning>, Error> {
    let (start, end) = (plan.start(), plan.walk().end()?);
    let mut found: Vec<Warning> = given(plan).collect();
    for workload in &plan.spec.workloads {
        found.extend(of_workload(workload, &start, &end)?);
    }
    found.extend(held(plan, &start)?);
    found.extend(of_pods(plan, [&start, &end])?);
    for manifest in &end {
        found.extend(
            start
                .get(manifest.object())
                .and_then(|from| at_once(from, manifest)),
        );
    }
    found.extend(rendered(&start, &end));
    found.dedup();
    found.extend(passing(plan)?);
    found.extend(seen_early(plan)?);
    found.extend(untested(plan)?);
    Ok(found)
}

fn of_workload(workload: &Workload, start: &Bundle, end: &Bundle) -> Result<Vec<Warning>, Error> {
    let first = workload.objects().next();
    let ends = first.and_then(|set| Some((start.get(set)?, end.get(set)?)));
    let Some((from, set)) = ends else {
        return Ok(Vec::new());
    };
    let services = services(workload, start)?;
    let mut found = Vec::new();
    found.extend(
        services
            .iter()
            .filter_map(|service| split(service, workload)),
    );
    found.extend(version_label(from, set));
    Ok(found)
}

/// What hurts where pods start and end.
fn of_pods(plan: &Checked, ends: [&Bundle; 2]) -> Result<Vec<Warning>, Error> {
    let moves = Moves::of(plan)?;
    let workloads = || plan.spec.workloads.iter();
    let mut found = Vec::new();
    for once in &STARTING {
        let starting = workloads().filter(|workload| moves.start_pods_of(workload));
        found.extend(once.told(starting, ends)?);
    }
    let ending = workloads().filter(|workload| moves.end_pods_of(workload));
    found.extend(HOOK.told(ending, ends)?);
    Ok(found)
}

/// What the plan's patches change without being able to test it.
fn untested(plan: &Checked) -> Result<BTreeSet<Warning>, Error> {
    let mut found = BTreeSet::new();
    let mut walk = plan.walk();
    while let Some(step) = walk.advance()? {
        for change in &step.changes {
            let object = change.object();
            if let (Some(before), Some(after)) =
                (walk.before().get(object), walk.state().get(object))
            {
                found.extend(unguarded(object, before, after));
            }
        }
    }
    Ok(found)
}

/// What has pods of its own, and no steps.
fn at_once(from: &Manifest, to: &Manifest) -> Option<Warning> {
    let moved = Deployment::is(to.object()) || to.object().kind == "ReplicaSet";
    let has_pods = to.pointer("/spec/template/spec/containers").is_some();
    let turns = !moved && from.pointer("/spec/template") != to.pointer("/spec/template");
    let update = to.pointer("/spec/updateStrategy/type");
    let waits = to.object().kind == "ReplicationController" || update == Some(&"OnDelete".into());
    let (message, hint) = match waits {
        true => (
            "its controller replaces no pods: they stay as they are until somebody deletes them",
            "delete its pods one after the other once the plan is through",
        ),
        false => (
            "its pods are replaced by its own controller as soon as it changes, and no gate waits for them",
            "release it by itself where that is not meant",
        ),
    };
    (turns && has_pods).then(|| Warning::about(to.object(), message, hint))
}

/// The fields that a plan's patches change without a test: their text is not the server's.
fn unguarded(
    object: &ObjectRef,
    before: &Manifest,
    after: &Manifest,
) -> impl Iterator<Item = Warning> {
    let fields =
        cutover_patch::unguarded(before.value(), after.value(), &cutover_manifest::MergeKeys);
    let is_null = |field: &String| before.pointer(field).is_some_and(Value::is_null);
    let escaped = |field: &String| {
        let text = before.pointer(field).and_then(Value::as_str);
        text.is_some_and(|text| text.contains(['<', '>', '&']))
    };
    let (nulls, fields): (Vec<String>, Vec<String>) = fields.into_iter().partition(is_null);
    let (escaped, stored): (Vec<String>, Vec<String>) = fields.into_iter().partition(escaped);
    let null = "leave a field out that has no value";
    let quantity = "write the quantity as the server does: 200m for 0.2, 1 for 1000m";
    let run = "a run of the plan notices what others write all the same; a patch that is applied by hand does not";
    [
        (nulls, "stores no null", null),
        (stored, "stores it in another form", quantity),
        (escaped, "writes < > & as escapes", run),
    ]
    .into_iter()
    .filter(|(fields, ..)| !fields.is_empty())
    .map(|(fields, does, hint)| {
        let message = format!(
            "{} is changed without a test: the server {does}",
            fields.join(", ")
        );
        Warning::about(object, message, hint)
    })
}

/// A Service that several sets share, and that does not split evenly.
fn split(service: &Service, workload: &Workload) -> Option<Warning> {
    let Split::Unknown(reason) = service.split else {
        return None;
    };
    (workload.sets.len() > 1).then(|| {
        let hint = if service.sticky {
            "a client stays with its pod until the timeout of the affinity: shares are of new clients at best"
        } else {
            "take the shares for what the pods could carry, not for what they get"
        };
        Warning::about(&service.object, format!("the share of requests is unknown: {reason}"), hint)
    })
}

/// The containers that Services lead to: those that have one of their ports, and all main ones where
/// none says that it has.
fn serving<'a>(template: &'a Value, services: &[Service]) -> Vec<&'a Value> {
    if services.is_empty() {
        return Vec::new();
    }
    let targets = || services.iter().flat_map(|service| &service.ports);
    let is_target = |port: &Value| {
        targets().any(|target| match target {
            Port::Name(name) => port["name"] == name.as_str(),
            Port::Number(number) => port["containerPort"] == *number,
        })
    };
    let serves = |container: &&Value| {
        let ports = container.get("ports").and_then(Value::as_array);
        ports.into_iter().flatten().any(is_target)
    };
    let all = listed(template, "containers").chain(sidecars(template));
    let found: Vec<&Value> = all.filter(serves).collect();
    match found.is_empty() {
        true => listed(template, "containers").collect(),
        false => found,
    }
}

/// The template of a set's pods; null where it has none.
fn template(set: &Manifest) -> &Value {
    Deployment::of(set).template().unwrap_or(&Value::Null)
}

/// Init containers that run beside the main ones (`restartPolicy: Always`).
fn sidecars(template: &Value) -> impl Iterator<Item = &Value> {
    let beside = |container: &&Value| container["restartPolicy"] == "Always";
    listed(template, "initContainers").filter(beside)
}

fn listed<'a>(template: &'a Value, list: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    let list = template.pointer(&format!("/spec/{list}"));
    list.and_then(Value::as_array).into_iter().flatten()
}

/// An image that changes while the label that tells its version stays.
fn version_label(from: &Manifest, set: &Manifest) -> Option<Warning> {
    let label = |manifest: &Manifest| Deployment::of(manifest).labels().get("version").cloned();
    let stale = label(from)
        .filter(|version| has_other_image(from, set) && label(set).as_ref() == Some(version))?;
    let message = format!("the image changes, and the pods keep the label `version: {stale}`");
    Some(Warning::about(
        set.object(),
        message,
        "change the label in the manifests too",
    ))
}

/// Whether a container gets another image, or no container keeps its name.
fn has_other_image(from: &Manifest, to: &Manifest) -> bool {
    let after = images(to);
    let mut keeps_none = true;
    for (name, image) in images(from) {
        match after.get(name) {
            Some(other) if *other != image => return true,
            Some(_) => keeps_none = false,
            None => {}
        }
    }
    keeps_none
}

/// The image of each container, by its name.
fn images(set: &Manifest) -> BTreeMap<&str, Option<&Value>> {
    let template = set.pointer("/spec/template").unwrap_or(&Value::Null);
    let named = containers(template)
        .filter_map(|container| Some((container.get("name")?.as_str()?, container.get("image"))));
    named.collect()
}
