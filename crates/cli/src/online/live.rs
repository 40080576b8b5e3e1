//! The objects that a cluster runs, as a plan's input.

use cutover::AnyStrategy;
use cutover::manifest::{Bundle, Field, Loaded, Manifest, listing};
use cutover::planning::Deployment;
use cutover_run::{Fault, Reply, Request as Question, Scope, as_written};

use crate::args::Request;
use crate::error::Error;
use crate::input::Input;
use crate::online::Online;
use crate::{World, message};

/// What a plan is made of, and what it must have looked at: group and version, kind, and whether it
/// goes without.
///
/// What runs pods beside Deployments may have some behind the same Services, and a route leads to
/// Services that a plan may not take away.
const KINDS: [(&str, &str, bool); 14] = [
    ("apps/v1", "Deployment", false),
    ("v1", "Service", false),
    ("apps/v1", "StatefulSet", true),
    ("apps/v1", "DaemonSet", true),
    ("apps/v1", "ReplicaSet", true),
    ("batch/v1", "Job", true),
    ("batch/v1", "CronJob", true),
    ("networking.k8s.io/v1", "Ingress", true),
    ("gateway.networking.k8s.io/v1", "HTTPRoute", true),
    ("gateway.networking.k8s.io/v1", "GRPCRoute", true),
    ("autoscaling/v2", "HorizontalPodAutoscaler", true),
    ("policy/v1", "PodDisruptionBudget", true),
    ("networking.k8s.io/v1", "NetworkPolicy", true),
    ("keda.sh/v1alpha1", "ScaledObject", true),
];

/// The history of Deployments, which a rollback cannot go without.
const HISTORY: &str = "ReplicaSet";

/// Annotations that say nothing about what is wanted, and change by themselves.
const ANNOTATIONS: [Field; 2] = [
    Deployment::REVISION,
    Field::new("/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"),
];

/// Reads what runs in the namespace that is meant, and makes that the request's namespace.
///
/// # Errors
///
/// A cluster that cannot be asked, and `--to`, which files cannot be compared with.
pub(crate) fn live(request: &mut Request, world: &mut World<'_>) -> Result<Input, Error> {
    if !request.wanted.to.is_empty() {
        return Err(no_comparison("-f names none"));
    }
    let settings = request
        .common
        .cluster
        .settings(request.common.namespace.as_deref(), world);
    let online = Online::new(&settings).map_err(or_files)?;
    let namespace = online.cluster.namespace().to_owned();
    let history = matches!(request.strategy, AnyStrategy::Rollback(_))
        || request.wanted.to_revision.is_some();
    let mut bundle = Bundle::new();
    let mut unseen = Vec::new();
    for (api_version, kind, dispensable) in KINDS {
        let dispensable = dispensable && !(history && kind == HISTORY);
        let scope = Scope {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            namespace: Some(namespace.clone()),
            name: None,
        };
        match online.ask(Question::List(scope)) {
            Ok(Reply::Objects(objects)) => bundle.extend(objects.iter().map(as_wanted)),
            Ok(_) => {}
            Err(fault) if dispensable && fault.code == 404 => {}
            Err(fault) if dispensable && fault.code == 403 => unseen.push((kind, fault)),
            Err(fault) => {
                return Err(Error::failed(format!(
                    "{kind}s of {namespace}: {}",
                    online.told(&fault)
                )));
            }
        }
    }
    warn_unseen(&unseen, world);
    request.place_in(&namespace);
    Ok(Input {
        files: Vec::new(),
        loaded: Loaded {
            bundle,
            ..Loaded::default()
        },
        plans: Vec::new(),
        skipped: Vec::new(),
    })
}

/// An object as its owner would write it. ReplicaSets keep their annotations: their revision is the
/// history.
fn as_wanted(live: &Manifest) -> Manifest {
    let written = as_written(live);
    if written.object().kind == "ReplicaSet" {
        return written;
    }
    ANNOTATIONS
        .iter()
        .fold(written, |written, annotation| written.without(*annotation))
}

/// Tells once which kinds could not be looked at.
fn warn_unseen(unseen: &[(&str, Fault)], world: &mut World<'_>) {
    let Some((_, fault)) = unseen.first() else {
        return;
    };
    let kinds = listing(unseen.iter().map(|(kind, _)| format!("{kind}s")));
    let hint = "the plan is made as if there were none";
    let reason = &fault.message;
    message::warning(
        world,
        format!("{kinds} cannot be listed: {reason}\nhint: {hint}"),
    );
}

/// Who names neither files nor a cluster may have meant either.
fn or_files(error: Error) -> Error {
    match error {
        Error::Unreachable(error @ cutover_kube::Error::Nowhere { .. }) => {
            Error::failed(format!("{error}, or name the manifests with -f"))
        }
        other => other,
    }
}

/// Files do not hold what the server fills in: compared with live objects they would take it away.
pub(crate) fn no_comparison(reason: &str) -> Error {
    let hint =
        "name the files of what runs with -f, and let `cutover apply` bind the plan to the cluster";
    Error::Usage(format!(
        "--to compares files with files, and {reason}\nhint: {hint}"
    ))
}
