//! What may hurt, but does not stop a plan.

use cutover_manifest::{Bundle, Manifest, ObjectRef, Warning, containers};
use cutover_traffic::{Service, Split};
use serde_json::Value;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::release::Release;
use crate::selector::Selector;
use crate::waypoint::Waypoints;
use crate::workload::Workload;

/// What a reviewer should know of the workloads that a plan moves.
pub(crate) fn warnings(release: &Release, waypoints: &Waypoints) -> Result<Vec<Warning>, Error> {
    let mut found = Vec::new();
    let counting = counting(release.from());
    for workload in &waypoints.workloads {
        let object = Deployment::reference(workload.namespace.as_deref(), &workload.name);
        let Some(set) = release.to().get(&object) else {
            continue;
        };
        let services = services(workload, release)?;
        found.extend(
            services
                .iter()
                .filter_map(|service| split(service, workload)),
        );
        found.extend(pods(set, !services.is_empty()));
        found.extend(volumes(set, release.to()));
        found.extend(version_label(release, set));
        if workload.sets.len() > 1 {
            found.extend(counted_by_selector(set, &counting));
        }
    }
    found.extend(
        release
            .to()
            .iter()
            .filter_map(|set| at_once(release.from().get(set.object())?, set)),
    );
    found.dedup();
    Ok(found)
}

/// What has pods of its own, and no steps.
fn at_once(from: &Manifest, to: &Manifest) -> Option<Warning> {
    let moved = Deployment::is(to.object()) || to.object().kind == "ReplicaSet";
    let turns = !moved && from.pointer("/spec/template") != to.pointer("/spec/template");
    let message = "its pods are replaced by its own controller from the first step on, and no gate waits for them";
    turns.then(|| {
        warning(
            to.object(),
            message,
            "release it by itself where that is not meant",
        )
    })
}

/// The fields that a plan's patches change without a test: their text is not the server's.
pub(crate) fn unguarded(
    object: &ObjectRef,
    before: &Manifest,
    after: &Manifest,
) -> impl Iterator<Item = Warning> {
    let fields =
        cutover_patch::unguarded(before.value(), after.value(), &cutover_manifest::MergeKeys);
    let escaped = |field: &String| {
        let text = before.pointer(field).and_then(Value::as_str);
        text.is_some_and(|text| text.contains(['<', '>', '&']))
    };
    let (escaped, stored): (Vec<String>, Vec<String>) = fields.into_iter().partition(escaped);
    let quantity = "write the quantity as the server does: 200m for 0.2, 1 for 1000m";
    let apply = "cutover apply notices what others write all the same; a patch that is applied by hand does not";
    [
        (stored, "stores it in another form", quantity),
        (escaped, "writes < > & as escapes", apply),
    ]
    .into_iter()
    .filter(|(fields, ..)| !fields.is_empty())
    .map(|(fields, does, hint)| {
        let message = format!(
            "{} is changed without a test: the server {does}",
            fields.join(", ")
        );
        warning(object, message, hint)
    })
}

fn services(workload: &Workload, release: &Release) -> Result<Vec<Service>, Error> {
    let found = workload
        .service_refs()
        .filter_map(|object| release.from().get(&object));
    found.map(|manifest| workload.service(manifest)).collect()
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
        warning(&service.object, format!("the share of requests is unknown: {reason}"), hint)
    })
}

fn pods(set: &Manifest, served: bool) -> Vec<Warning> {
    let object = set.object();
    let template = Deployment::of(set).template().unwrap_or(&Value::Null);
    let main = || {
        template
            .pointer("/spec/containers")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let grace = template
        .pointer("/spec/terminationGracePeriodSeconds")
        .and_then(Value::as_u64);
    let stops = |container: &Value| container.pointer("/lifecycle/preStop").is_some();
    let ports = || {
        main()
            .filter_map(|container| container.get("ports")?.as_array())
            .flatten()
    };
    let checks = [
        (
            served && main().any(|container| container.get("readinessProbe").is_none()),
            "a container behind a Service has no readinessProbe: its pods get requests as soon as they run",
            "add a readinessProbe, or set minReadySeconds",
        ),
        (
            served && (grace == Some(0) || !main().all(stops) && main().next().is_some()),
            "a container behind a Service has no preStop hook: if it stops answering at SIGTERM, requests that are still sent to it are lost",
            "add a preStop sleep of a few seconds, or let the program serve on for as long",
        ),
        (
            template.pointer("/spec/hostNetwork") == Some(&Value::Bool(true))
                || ports().any(|port| port.get("hostPort").is_some()),
            "its pods take ports of their node: a pod more may find no node",
            "plan with maxSurge 0, or keep a node free",
        ),
        (
            template
                .pointer(
                    "/spec/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution",
                )
                .is_some(),
            "its pods must not share a node: a pod more may find no node",
            "plan with maxSurge 0, or keep a node free",
        ),
    ];
    checks
        .into_iter()
        .filter(|(holds, ..)| *holds)
        .map(|(_, message, hint)| warning(object, message, hint))
        .collect()
}

/// A volume that one node at a time may write to.
fn volumes(set: &Manifest, bundle: &Bundle) -> Option<Warning> {
    let template = Deployment::of(set).template()?;
    let claims = template
        .pointer("/spec/volumes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut names =
        claims.filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName")?.as_str());
    let exclusive = names.find(|name| {
        let claim = ObjectRef::new(
            "v1",
            "PersistentVolumeClaim",
            set.object().namespace.as_deref(),
            name,
        );
        let modes = bundle
            .get(&claim)
            .and_then(|claim| claim.pointer("/spec/accessModes")?.as_array());
        modes.is_some_and(|modes| {
            modes
                .iter()
                .all(|mode| mode == "ReadWriteOnce" || mode == "ReadWriteOncePod")
        })
    })?;
    let message = format!(
        "its pods share the volume {exclusive}, which one node at a time may write to: a pod more may not start"
    );
    Some(warning(
        set.object(),
        message,
        "take the strategy recreate, or a volume of ReadWriteMany",
    ))
}

/// An image that changes while the label that tells its version stays.
fn version_label(release: &Release, set: &Manifest) -> Option<Warning> {
    let from = release.from().get(set.object())?;
    let label = |manifest: &Manifest| Deployment::of(manifest).labels().get("version").cloned();
    let images = |manifest: &Manifest| -> Vec<Value> {
        let template = manifest.pointer("/spec/template").unwrap_or(&Value::Null);
        containers(template)
            .filter_map(|container| container.get("image").cloned())
            .collect()
    };
    let stale = label(from)
        .filter(|version| images(from) != images(set) && label(set).as_ref() == Some(version))?;
    let message = format!("the image changes, and the pods keep the label `version: {stale}`");
    Some(warning(
        set.object(),
        message,
        "change the label in the manifests, and plan with --to",
    ))
}

/// What counts pods by their labels, with its selector.
fn counting(bundle: &Bundle) -> Vec<(&ObjectRef, Selector)> {
    let mut found = Vec::new();
    for manifest in bundle.iter() {
        let selector = match manifest.object().kind.as_str() {
            "NetworkPolicy" => manifest.pointer("/spec/podSelector"),
            "PodDisruptionBudget" => manifest.pointer("/spec/selector"),
            _ => None,
        };
        // One that cannot be read is none that the server has: it counts nobody.
        if let Some(Ok(selector)) = selector.map(Selector::read)
            && !selector.is_empty()
        {
            found.push((manifest.object(), selector));
        }
    }
    found
}

/// What counts a set's pods by labels counts the second set's too.
fn counted_by_selector(set: &Manifest, counting: &[(&ObjectRef, Selector)]) -> Vec<Warning> {
    let labels = Deployment::of(set).labels();
    let near = counting.iter().filter(|(object, selector)| {
        object.namespace == set.object().namespace && selector.matches(&labels)
    });
    let message = |object: &ObjectRef| {
        format!(
            "it selects by labels, and counts the pods of every set of {} while the plan runs",
            set.object().name
        ) + if object.kind == "PodDisruptionBudget" {
            ": one set may be evicted whole"
        } else {
            ""
        }
    };
    let hint = "nothing to do where that is meant; else select by a label that only one set has";
    near.map(|(object, _)| warning(object, message(object), hint))
        .collect()
}

fn warning(object: &ObjectRef, message: impl Into<String>, hint: &str) -> Warning {
    Warning {
        object: Some(object.clone()),
        place: None,
        message: message.into(),
        hint: Some(hint.into()),
    }
}
