//! Watches: a list, then every change, for as long as somebody listens.
//!
//! ```text
//!           ┌──────── 410: too old ◀───────────┐
//!           ▼                                  │
//!  Listed ─ List ─▶ Open ─▶ Following ─▶ Changed · Gone
//!                    ▲          │
//!                    └── closed, cut, silent: on from the last resourceVersion
//! ```

use std::mem;
use std::time::Duration;

use cutover_manifest::Manifest;
use cutover_run::{Event, Fault, Scope};
use futures::{Stream, StreamExt, stream};
use http_body_util::{BodyDataStream, BodyExt};
use kube::client::Body;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use crate::answer::{Answered, item_of};
use crate::ask::LIMIT;
use crate::call::Call;
use crate::cluster::Cluster;
use crate::fault::{late, of_status, unanswered, unsent};

/// After how long the server is asked to end a watch, in seconds.
const LASTS: u64 = 300;

/// A bookmark comes each minute, so after so long a silence the connection is taken for dead.
const SILENCE: Duration = Duration::from_secs(90);

/// The longest pause between two attempts, where the server asks for none.
const LONGEST: Duration = Duration::from_secs(4);

/// So many refusals in a row are no passing mood of a server that is just starting.
const ENOUGH: u32 = 3;

impl Cluster {
    /// What happens to the objects of a scope, without an end: [`Event::Listed`] first, and again
    /// whenever the watch had to begin anew; then [`Event::Changed`] and [`Event::Gone`].
    ///
    /// What goes wrong is tried again. [`Event::Unwatched`] tells of what will hardly pass by
    /// itself.
    pub fn watch(&self, scope: Scope) -> impl Stream<Item = Event> + Send + use<> {
        let rest = Duration::ZERO;
        let watch = Watch {
            cluster: self.clone(),
            scope,
            stage: Stage::List,
            failures: 0,
            rest,
        };
        stream::unfold(watch, async |mut watch| {
            let event = watch.event().await;
            Some((event, watch))
        })
    }
}

struct Watch {
    cluster: Cluster,
    scope: Scope,
    stage: Stage,
    /// How many attempts in a row came to nothing.
    failures: u32,
    /// How long to wait before the next one.
    rest: Duration,
}

enum Stage {
    /// Nothing is known: all objects are listed first.
    List,
    /// All is known up to this resourceVersion.
    Open(String),
    /// The same, and a stream tells what comes next.
    Following(String, Lines),
}

/// How a stage goes on.
enum Next {
    Told(Event),
    On,
    Failed(Fault),
}

impl Watch {
    async fn event(&mut self) -> Event {
        loop {
            sleep(mem::take(&mut self.rest)).await;
            match self.next().await {
                Next::Told(event) => return event,
                Next::On => {}
                Next::Failed(fault) => {
                    self.failures += 1;
                    self.rest = pause(&fault, self.failures);
                    if self.failures >= ENOUGH && stays(&fault) {
                        return Event::Unwatched(self.scope.clone(), fault);
                    }
                }
            }
        }
    }

    async fn next(&mut self) -> Next {
        match mem::replace(&mut self.stage, Stage::List) {
            Stage::List => self.list().await,
            Stage::Open(version) => self.open(version).await,
            Stage::Following(version, lines) => self.follow(version, lines).await,
        }
    }

    async fn list(&mut self) -> Next {
        match self.cluster.list(&self.scope).await {
            Ok((objects, version)) => {
                self.stage = Stage::Open(version);
                Next::Told(Event::Listed(self.scope.clone(), objects))
            }
            Err(fault) => Next::Failed(fault),
        }
    }

    async fn open(&mut self, version: String) -> Next {
        match timeout(LIMIT, self.cluster.follow(&self.scope, &version))
            .await
            .unwrap_or_else(|_| Err(late(LIMIT)))
        {
            Ok(lines) => {
                self.stage = Stage::Following(version, lines);
                Next::On
            }
            Err(fault) => self.failed(version, fault),
        }
    }

    async fn follow(&mut self, version: String, mut lines: Lines) -> Next {
        match timeout(SILENCE, lines.next()).await {
            Ok(Ok(Some(line))) => match self.read(&line) {
                Ok((newer, event)) => {
                    self.failures = 0;
                    self.stage = Stage::Following(newer.unwrap_or(version), lines);
                    event.map_or(Next::On, Next::Told)
                }
                Err(fault) => self.failed(version, fault),
            },
            // The server ends each watch after a while.
            Ok(Ok(None)) => self.failed(version, unanswered("the server ended the watch")),
            Ok(Err(fault)) => self.failed(version, fault),
            Err(_) => self.failed(version, late(SILENCE)),
        }
    }

    /// What a line tells, and the resourceVersion up to which all is known then.
    fn read(&self, line: &[u8]) -> Result<(Option<String>, Option<Event>), Fault> {
        let mut line: Value = serde_json::from_slice(line)
            .map_err(|error| unanswered(format!("the watch told what is no JSON: {error}")))?;
        let kind = line
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let object = line.get_mut("object").map(Value::take).unwrap_or_default();
        if kind == "ERROR" {
            return Err(of_status(&object));
        }
        let version = object
            .pointer("/metadata/resourceVersion")
            .and_then(Value::as_str)
            .map(str::to_owned);
        let event: Option<fn(Scope, Manifest) -> Event> = match kind.as_str() {
            "ADDED" | "MODIFIED" => Some(Event::Changed),
            "DELETED" => Some(Event::Gone),
            _ => None,
        };
        let object =
            event.map(|event| Ok(event(self.scope.clone(), item_of(object, &self.scope)?)));
        Ok((version, object.transpose()?))
    }

    /// Goes on from the last resourceVersion, or begins anew where the server no longer knows it.
    fn failed(&mut self, version: String, fault: Fault) -> Next {
        if fault.code == 410 {
            return Next::On;
        }
        self.stage = Stage::Open(version);
        Next::Failed(fault)
    }
}

impl Cluster {
    /// What happens to the objects of a scope after a resourceVersion, a line each.
    async fn follow(&self, scope: &Scope, version: &str) -> Result<Lines, Fault> {
        let call = Call::watch(&self.collection(scope).await?, scope, version, LASTS);
        let response = self.open(call).await?;
        if !response.status().is_success() {
            return Err(Answered::whole(response).await?.fault());
        }
        Ok(Lines {
            body: response.into_body().into_data_stream(),
            rest: Vec::new(),
        })
    }
}

/// Whether a fault stays until somebody does something about it.
fn stays(fault: &Fault) -> bool {
    (400..500).contains(&fault.code) && ![408, 410, 429].contains(&fault.code)
}

/// As the server asks, else longer and longer; a stream that told something and then ended is
/// followed at once.
fn pause(fault: &Fault, failures: u32) -> Duration {
    match fault.retry_after {
        Some(seconds) => Duration::from_secs(seconds.into()),
        None if failures <= 1 && !stays(fault) => Duration::from_millis(20),
        None => LONGEST.min(Duration::from_millis(100 << failures.min(10))),
    }
}

/// The lines of a body that is still coming.
struct Lines {
    body: BodyDataStream<Body>,
    rest: Vec<u8>,
}

impl Lines {
    /// The next whole line; none at the end. What follows the last line end was cut off, and is not
    /// told.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let mut seen = 0;
        loop {
            if let Some(end) = self.rest[seen..].iter().position(|byte| *byte == b'\n') {
                let after = self.rest.split_off(seen + end + 1);
                return Ok(Some(mem::replace(&mut self.rest, after)));
            }
            seen = self.rest.len();
            match self.body.next().await {
                Some(bytes) => self
                    .rest
                    .extend_from_slice(&bytes.map_err(|error| unsent(&error))?),
                None => return Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests;
