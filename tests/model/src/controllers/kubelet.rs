//! Scheduler and kubelet: what becomes of a pod, and when.

use jiff::{SignedDuration, Timestamp};

use crate::objects::{Next, Phase, Pod, Uid, second};
use crate::random::Random;
use crate::server::Server;

/// What becomes of pods and of connections to them, and how long it takes. Times are in
/// milliseconds, from the shortest to the longest.
#[derive(Clone, Debug)]
pub struct Nodes {
    /// From a pod's creation to its running.
    pub start: (u64, u64),
    /// From its running to its being ready.
    pub ready: (u64, u64),
    /// From its deletion to the end of its program; never longer than its grace.
    pub drain: (u64, u64),
    /// From a change of a Service's slices to kube-proxy's following it.
    pub proxy: (u64, u64),
    /// What becomes of pods with an image that contains this text; the first that fits counts,
    /// other pods are healthy.
    pub fates: Vec<(String, Fate)>,
}

/// What becomes of a pod.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It becomes ready, after times out of `start` and `ready`.
    #[default]
    Healthy,
    /// It becomes ready so many seconds later than others.
    Slow {
        /// How many seconds are added to `ready`.
        seconds: u32,
    },
    /// It runs, and its readiness probe never succeeds.
    NeverReady,
    /// Its program ends as soon as it runs, each time.
    Crash,
    /// Its image cannot be pulled.
    ImagePull,
    /// No node has room for it.
    Unschedulable,
}

impl Default for Nodes {
    fn default() -> Self {
        Self {
            start: (200, 3000),
            ready: (200, 5000),
            drain: (200, 10_000),
            proxy: (0, 1000),
            fates: Vec::new(),
        }
    }
}

impl Nodes {
    fn fate(&self, pod: &Pod) -> Fate {
        let of_image = self.fates.iter().find(|(image, _)| pod.spec.runs(image));
        of_image.map(|(_, fate)| *fate).unwrap_or_default()
    }
}

/// The next thing that happens to a pod by itself.
pub(crate) fn act(
    server: &mut Server,
    uid: Uid,
    nodes: &Nodes,
    random: &mut Random,
    now: Timestamp,
) {
    let min_ready = server
        .pods
        .get(&uid)
        .and_then(|pod| server.replica_sets.get(&pod.owner));
    let min_ready = min_ready.map_or(0, |set| set.min_ready_seconds);
    let Some(pod) = server.pods.get_mut(&uid) else {
        return;
    };
    let Some((_, next)) = pod.next.take() else {
        return;
    };
    let fate = nodes.fate(pod);
    match next {
        Next::Schedule => schedule(pod, fate, after(now, random.between(nodes.start))),
        Next::Start => start(pod, fate, after(now, random.between(nodes.ready)), now),
        Next::BecomeReady => become_ready(pod, min_ready, now),
        Next::Crash => {
            pod.waiting = Some("CrashLoopBackOff");
            pod.restarts += 1;
        }
        Next::CountAsAvailable => {
            server.work.replica_sets.insert(pod.owner);
            return;
        }
        Next::Stop => {
            let grace = u64::from(pod.spec.grace_seconds) * 1000;
            pod.next = Some((after(now, random.between(nodes.drain).min(grace)), Next::Go));
            return;
        }
        Next::Go => return server.drop_pod(uid),
    }
    server.pod_changed(uid);
}

/// A ready pod's program ends; it is ready again after a while.
pub(crate) fn crash(server: &mut Server, uid: Uid, random: &mut Random, now: Timestamp) {
    let Some(pod) = server.pods.get_mut(&uid) else {
        return;
    };
    unready(pod, now);
    pod.waiting = Some("CrashLoopBackOff");
    pod.restarts += 1;
    pod.next = Some((
        after(now, random.between((1000, 30_000))),
        Next::BecomeReady,
    ));
    server.pod_changed(uid);
}

/// A pod is evicted: it stays as `Failed`, and its owner makes another.
pub(crate) fn evict(server: &mut Server, uid: Uid, now: Timestamp) {
    let Some(pod) = server.pods.get_mut(&uid) else {
        return;
    };
    unready(pod, now);
    pod.phase = Phase::Failed;
    pod.address = None;
    pod.next = None;
    server.pod_changed(uid);
}

fn schedule(pod: &mut Pod, fate: Fate, start_at: Timestamp) {
    match fate {
        Fate::Unschedulable => pod.phase = Phase::Unschedulable,
        Fate::ImagePull => pod.waiting = Some("ImagePullBackOff"),
        _ => pod.next = Some((start_at, Next::Start)),
    }
}

fn start(pod: &mut Pod, fate: Fate, ready_at: Timestamp, now: Timestamp) {
    pod.phase = Phase::Running;
    pod.address = Some(pod.header.uid.0);
    pod.next = match fate {
        Fate::Slow { seconds } => Some((
            after(ready_at, u64::from(seconds) * 1000),
            Next::BecomeReady,
        )),
        Fate::Crash => Some((now, Next::Crash)),
        Fate::NeverReady => None,
        _ => Some((ready_at, Next::BecomeReady)),
    };
}

fn become_ready(pod: &mut Pod, min_ready_seconds: u32, now: Timestamp) {
    pod.waiting = None;
    pod.ready = Some(second(now));
    pod.ready_changed = second(now);
    let available_at = after(second(now), (u64::from(min_ready_seconds) + 1) * 1000);
    pod.next = (min_ready_seconds > 0).then_some((available_at, Next::CountAsAvailable));
}

fn unready(pod: &mut Pod, now: Timestamp) {
    pod.ready = None;
    pod.ready_changed = second(now);
}

/// So many milliseconds later.
pub(crate) fn after(time: Timestamp, milliseconds: u64) -> Timestamp {
    let duration = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}
