use std::collections::VecDeque;

use cutover_manifest::ObjectRef;
use cutover_run::{Request, Scope, Ticket};
use futures::{future, stream};
use serde_json::json;

use super::*;
use crate::server::{Say, Server};

/// A machine that wants some things done at its start, and ends by itself when it has heard enough.
struct Script {
    effects: VecDeque<Effect>,
    heard: Vec<String>,
    enough: usize,
    wakes: Option<Timestamp>,
    outcome: Option<Outcome>,
}

impl Script {
    fn new(effects: impl IntoIterator<Item = Effect>, enough: usize) -> Self {
        let effects = effects.into_iter().collect();
        Self {
            effects,
            heard: Vec::new(),
            enough,
            wakes: None,
            outcome: None,
        }
    }

    fn hear(&mut self, what: String) {
        self.heard.push(what);
        if self.heard.len() == self.enough {
            let reason = self.heard.join(" ").into();
            self.outcome = Some(Outcome::Stopped { step: 0, reason });
        }
    }
}

impl Machine for Script {
    fn handle_event(&mut self, event: Event, _: Now) {
        self.hear(match event {
            Event::Answered(ticket, answer) => format!("answer {} {}", ticket.0, answer.is_ok()),
            Event::Listed(scope, objects) => format!("{} {}", objects.len(), scope.kind),
            Event::Stop => "stop".to_owned(),
            other => format!("{other:?}"),
        });
    }

    fn handle_timeout(&mut self, now: Now) {
        let due = self
            .wakes
            .replace(now.wall + SignedDuration::from_millis(50));
        if let Some(due) = due {
            assert!(
                due <= now.wall,
                "it is woken no earlier than it asked to be"
            );
            self.wakes = None;
            self.hear("time".to_owned());
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.wakes
    }

    fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }
}

async fn driven(
    says: Vec<Say>,
    script: Script,
    interrupts: usize,
) -> (Option<String>, Vec<String>) {
    let server = Server::start(says).await;
    let mut told = Vec::new();
    let tell = |progress: &Progress| told.push(format!("{progress:?}"));
    let interrupts = stream::iter(vec![(); interrupts]).chain(stream::pending());
    let cluster = server.cluster();
    let end = timeout(
        Duration::from_secs(20),
        drive(script, &cluster, tell, interrupts),
    )
    .await
    .unwrap();
    let reason = end.map(|outcome| match outcome {
        Outcome::Stopped { reason, .. } => reason.to_string(),
        other => format!("{other:?}"),
    });
    (reason, told)
}

fn get(ticket: u64) -> Effect {
    let object = ObjectRef::new("v1", "Service", Some("shop"), "hello");
    Effect::Ask {
        ticket: Ticket(ticket),
        request: Request::Get(object),
        deadline: None,
    }
}

fn service() -> Say {
    Say::Json(
        200,
        json!({ "apiVersion": "v1", "kind": "Service", "metadata": { "name": "hello" } }),
    )
}

#[tokio::test]
async fn answers_come_back_with_their_tickets_and_people_are_told() {
    let tell = Effect::Tell(Progress::Held { number: 3 });
    let (reason, told) = driven(vec![service()], Script::new([tell, get(7)], 1), 0).await;
    assert_eq!(reason.as_deref(), Some("answer 7 true"));
    assert_eq!(told, ["Held { number: 3 }"]);
}

#[tokio::test]
async fn a_watch_is_heard_and_so_is_the_clock() {
    let scope = Scope {
        api_version: "v1".into(),
        kind: "Pod".into(),
        namespace: Some("shop".into()),
        name: None,
    };
    let list = Say::Json(
        200,
        json!({ "metadata": { "resourceVersion": "1" }, "items": [] }),
    );
    let (reason, _) = driven(vec![list], Script::new([Effect::Watch(scope)], 2), 0).await;
    let mut heard: Vec<String> = reason.unwrap().split(" time").map(str::to_owned).collect();
    heard.retain(|heard| !heard.is_empty());
    assert_eq!(heard, ["0 Pod"], "and once the time");
}

#[tokio::test]
async fn an_interrupt_asks_to_stop_and_a_second_one_leaves() {
    let (stopped, _) = driven(vec![], Script::new([], 1), 1).await;
    assert_eq!(stopped.as_deref(), Some("stop"));
    let (left, _) = driven(vec![], Script::new([], 9), 2).await;
    assert_eq!(left, None);
}

#[tokio::test]
async fn what_is_under_way_at_the_end_is_waited_for() {
    let server = Server::start(vec![service()]).await;
    let cluster = server.cluster();
    let mut script = Script::new([get(1)], 9);
    script.outcome = Some(Outcome::Done);
    drive(script, &cluster, |_| {}, stream::pending()).await;
    assert_eq!(
        server.lines(),
        ["GET /api/v1/namespaces/shop/services/hello"]
    );
}

/// One thread carries them all.
#[tokio::test]
async fn a_thousand_runs_go_side_by_side() {
    let server = Server::start(vec![]).await;
    let cluster = server.cluster();
    let runs = (0..1000).map(|_| drive(Script::new([], 1), &cluster, |_| {}, stream::pending()));
    let ends = timeout(Duration::from_secs(20), future::join_all(runs))
        .await
        .unwrap();
    assert!(ends.iter().all(Option::is_some));
}
