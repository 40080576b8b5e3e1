//! Runs in this very process, where a test comes between what a run decides and what it sends.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant;

use cutover::planning::Duration;
use cutover::{Checked, Plan, check};
use cutover_kube::{Cluster, Settings, drive};
use cutover_run::{Goal, Options, Outcome, Progress, Run};
use futures::stream;
use serde_json::Value;
use tokio::runtime::Builder;

use crate::greeter::Greeter;

/// Carries a plan out; `tell` holds everything up while it lasts.
pub(crate) fn carry_out(
    greeter: &Greeter,
    plan: &Path,
    mut tell: impl FnMut(&Progress) + Send,
) -> Option<Outcome> {
    let mut outcome = None;
    within(greeter, async |cluster| {
        outcome = drive(
            Run::new(read(plan), options(greeter)),
            cluster,
            &mut tell,
            stream::pending(),
        )
        .await;
    });
    outcome
}

/// Does something with a connection to the lab's cluster.
pub(crate) fn within(greeter: &Greeter, what: impl AsyncFnOnce(&Cluster) + Send) {
    let settings = Settings {
        kubeconfig: Some(greeter.cluster.kubeconfig()),
        namespace: Some(greeter.namespace.clone()),
        ..Settings::default()
    };
    let act = || {
        greeter.cluster.enter().unwrap();
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { what(&Cluster::connect(&settings).await.unwrap()).await });
    };
    // A thread that is where the cluster is does not come back.
    thread::scope(|scope| scope.spawn(act).join()).unwrap();
}

/// Reads a plan's file, and checks what it promises.
pub(crate) fn read(plan: &Path) -> Checked {
    let plan: Value = serde_json::from_slice(&fs::read(plan).unwrap()).unwrap();
    check(Plan::parse(&plan).unwrap()).unwrap()
}

/// A runner that no other one is.
pub(crate) fn options(greeter: &Greeter) -> Options {
    let holder = format!("test {:?}", Instant::now());
    Options::new(&greeter.namespace, holder)
        .goal(Goal::Again)
        .lease(Duration::of_seconds(5))
}
