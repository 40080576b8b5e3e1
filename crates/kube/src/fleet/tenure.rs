//! The Lease of a fleet's runner.

use cutover_manifest::ObjectRef;
use cutover_run::{Answer, Leases, Now, Request};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};

use crate::cluster::Cluster;

/// How long the Lease lasts when it is not renewed.
const LASTS: SignedDuration = SignedDuration::from_secs(15);

/// Another runner carries the fleet out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Held(pub String);

/// The Lease of a fleet's runner, where its store has one.
pub(super) struct Tenure<'a> {
    cluster: Option<&'a Cluster>,
    leases: Leases,
}

impl<'a> Tenure<'a> {
    pub(super) fn new(lease: Option<(&'a Cluster, ObjectRef)>, holder: &str) -> Self {
        let (cluster, object) = lease.unzip();
        Self {
            cluster,
            leases: Leases::new(object.into_iter().collect(), holder, LASTS),
        }
    }

    /// Whether this runner is the only one.
    pub(super) fn is_held(&self, now: Now) -> bool {
        self.cluster.is_none() || self.leases.held(now.steady)
    }

    /// Who else holds it, in words.
    pub(super) fn rival(&self) -> Option<String> {
        self.leases.rival()
    }

    /// Why it cannot be had, or was lost to somebody; once.
    pub(super) fn take_refusal(&mut self) -> Option<String> {
        self.leases.take_refusal()
    }

    /// What is to be asked about it now.
    pub(super) fn ask(&mut self, now: Now) -> Option<BoxFuture<'a, (usize, Answer)>> {
        let cluster = self.cluster?;
        let (lease, request) = self.leases.next(now)?;
        Some(async move { (lease, cluster.ask(request).await) }.boxed())
    }

    pub(super) fn answer(&mut self, lease: usize, answer: Answer, now: Now) {
        self.leases.answer(lease, answer, now.steady);
    }

    /// When there is something to ask again.
    pub(super) fn wake(&self, now: Now) -> Option<Timestamp> {
        Some(now.wall_at(self.leases.wake()?))
    }

    /// Gives the Lease back, so that the next runner need not wait until it runs out.
    pub(super) async fn release(mut self) {
        let requests: Vec<Request> = self.leases.release();
        if let Some(cluster) = self.cluster {
            for request in requests {
                // Where it is not heard the Lease runs out by itself.
                drop(cluster.ask(request).await);
            }
        }
    }
}
