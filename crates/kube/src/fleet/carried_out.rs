//! The run of one cluster, from its start to its end.

use cutover_check::Checked;
use cutover_fleet::{Ending, Event, Name};
use cutover_run::{Options, Outcome, Progress, Run};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender};

use super::look::journal;
use crate::cluster::Cluster;
use crate::drive::drive;

/// Carries the plan of a cluster out, in either direction, and says how that ended.
pub(super) async fn carried_out(
    name: Name,
    connected: Result<(&Cluster, Options), String>,
    plan: &Checked,
    news: UnboundedSender<(Name, Progress)>,
    stops: UnboundedReceiver<()>,
) -> Event {
    let (cluster, options) = match connected {
        Ok(connected) => connected,
        Err(reason) => return Event::Ended(name, Ending::Lost(reason)),
    };
    let tell = |progress: &Progress| {
        // Where nobody listens any more the run goes on all the same.
        drop(news.unbounded_send((name.clone(), progress.clone())));
    };
    let run = Run::new(plan.clone(), options);
    let ending = match drive(run, cluster, tell, stops).await {
        Some(Outcome::Done) => Ending::Done,
        Some(Outcome::Undone { to: 0 }) => Ending::Undone,
        Some(Outcome::Stopped { reason, .. } | Outcome::Refused { reason }) => {
            failed(reason.message(), cluster, plan).await
        }
        Some(other) => Ending::Failed(format!("it ended as {other:?}")),
        None => Ending::Failed("it was left where it is".to_owned()),
    };
    Event::Ended(name, ending)
}

/// A run that ended since its cluster does not answer is lost; any other one has failed.
async fn failed(reason: &str, cluster: &Cluster, plan: &Checked) -> Ending {
    match journal(cluster, plan).await {
        Ok(_) => Ending::Failed(reason.to_owned()),
        Err(silence) => Ending::Lost(format!("{reason}; {silence}")),
    }
}
