//! Cutover's side: a run, driven in this process as `cutover apply` does.

use cutover::Checked;
use cutover_kube::{Cluster as Connection, Settings, drive};
use cutover_run::{Options, Outcome, Run};
use futures::stream;
use tokio::runtime::Builder;

use crate::Result;
use crate::cluster::Cluster;

/// Carries a plan out, from the connection to the end of the run.
pub(super) fn carry_out(plan: &Checked, cluster: &Cluster, namespace: &str) -> Result<()> {
    let settings = Settings {
        kubeconfig: Some(cluster.kubeconfig()),
        namespace: Some(namespace.to_owned()),
        ..Settings::default()
    };
    let run = Run::new(plan.clone(), Options::new(namespace, "bench"));
    Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let connection = Connection::connect(&settings).await?;
            match drive(run, &connection, |_| (), stream::pending()).await {
                Some(Outcome::Done) => Ok(()),
                outcome => Err(format!("the run ended as {outcome:?}").into()),
            }
        })
}
