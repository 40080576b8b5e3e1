//! A rollback by a plan against `kubectl rollout undo`, on the same history.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use cutover::AnyStrategy;
use cutover::manifest::{Bundle, Manifest};
use cutover::patch::{Plain, differences};
use cutover_run::{Outcome, as_written};
use serde_json::{Value, json};
use xtask::cluster::Cluster;
use xtask::golden::Case;

use crate::goldens::{ABREAST, side_by_side};
use crate::history::{History, plan_from_live};
use crate::lab::Lab;
use crate::support::shared;

#[test]
fn a_rollback_leaves_what_kubectl_leaves() {
    let cluster = shared();
    let revisions = [None, Some(1), Some(2)];
    let named = revisions.map(|revision| (format!("{revision:?}"), revision));
    let failed = side_by_side(ABREAST, named.to_vec(), async |revision| {
        compare(&cluster, revision).await
    });
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

async fn compare(cluster: &Cluster, revision: Option<u64>) -> Result<(), String> {
    let case = case(revision);
    let (ours, theirs) = (
        Lab::new(&cluster.kubeconfig()).await,
        Lab::new(&cluster.kubeconfig()).await,
    );
    for lab in [&ours, &theirs] {
        History::of(&case.from).set_up(lab).await;
    }
    let plan = plan_from_live(&ours, &case).await;
    ours.expect(&plan, &ours.options("a test"), &Outcome::Done)
        .await?;
    let to = format!("--to-revision={}", revision.unwrap_or(0));
    let undo = [
        "rollout",
        "undo",
        "deployment/hello",
        &to,
        "--namespace",
        &theirs.namespace,
    ];
    cluster
        .kubectl()
        .run(&undo)
        .map_err(|error| error.to_string())?;
    theirs.settled(&case.from).await;
    let (ours, theirs) = (left(&ours).await, left(&theirs).await);
    match differences(&ours, &theirs, &Plain) {
        none if none.is_empty() => Ok(()),
        found => Err(format!("{found:#?}")),
    }
}

/// A Deployment of three revisions, with annotations that a rollback takes along and such as it
/// leaves.
fn case(revision: Option<u64>) -> Case {
    let mut case = Case::all()
        .unwrap()
        .into_iter()
        .find(|case| case.directory.ends_with("rollback/to-the-first"))
        .unwrap();
    let annotated = |manifest: &Manifest| match manifest.object().kind.as_str() {
        "Deployment" => manifest
            .set("/metadata/annotations/team", "greetings".into())
            .unwrap(),
        _ => manifest.clone(),
    };
    case.from = case.from.iter().map(annotated).collect::<Bundle>();
    let to = revision.map_or_else(|| json!({}), |revision| json!({ "toRevision": revision }));
    case.strategy = serde_json::from_value::<AnyStrategy>(json!({ "rollback": to })).unwrap();
    case
}

/// All Deployments and ReplicaSets by name, without what is the cluster's own.
async fn left(lab: &Lab) -> Value {
    let deployments = lab.all("apps/v1", "Deployment", &lab.namespace).await;
    let sets = lab.all("apps/v1", "ReplicaSet", &lab.namespace).await;
    let bare = |live: &Manifest| {
        let mut bare = as_written(live).into_value();
        let metadata = bare["metadata"].as_object_mut().unwrap();
        metadata.retain(|field, _| field != "namespace" && field != "ownerReferences");
        bare
    };
    deployments
        .iter()
        .chain(&sets)
        .map(|live| (live.object().name.clone(), bare(live)))
        .collect()
}
