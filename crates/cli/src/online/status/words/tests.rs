use cutover::manifest::{Bundle, Manifest};
use cutover::planning::{Refusals, Waypoint, Waypoints, from_fn};
use cutover::{Checked, Ends, Options, Release};
use serde_json::{Value, json};

use super::*;
use crate::online::status::run::Asked;

/// A ConfigMap that changes.
fn plan() -> Checked {
    let map = |text: &str| {
        let json = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}, "data": {"text": text}});
        Bundle::from_iter([Manifest::new(json).unwrap()])
    };
    let release = Release::new(Ends::new(map("hello"), map("hi"))).unwrap();
    let own = from_fn("own", |release: &Release| -> Result<Waypoints, Refusals> {
        Ok(Waypoints {
            points: vec![Waypoint::new("greet", release.to().clone())],
            ..Waypoints::default()
        })
    });
    cutover::plan(&release, &own, &Options::default()).unwrap()
}

fn status(runner: Runner, edit: Value) -> RunStatus {
    let mut position = json!({
        "digest": plan().digest, "step": 1, "stage": "waiting", "direction": "forward", "from": 0, "to": 0,
        "halfway": false, "since": "2026-11-29T12:00:00Z", "started": "2026-11-29T12:00:00Z", "by": "me",
    });
    for (key, value) in edit.as_object().unwrap() {
        position[key] = value.clone();
    }
    RunStatus {
        plan: "hello".into(),
        namespace: "prod".into(),
        position: serde_json::from_value(position).unwrap(),
        runner,
        gates: Vec::new(),
        asked: Asked::default(),
    }
}

/// A failure means that somebody who asks reads another thing than before of the same run.
#[test]
fn a_run_in_words() {
    let check = |runner: Runner, edit: Value, expect: &str| {
        assert_eq!(words(&plan(), &status(runner, edit)).unwrap(), expect);
    };
    let until = "2026-11-29T12:05:15.5Z".parse().unwrap();
    let name = "ada on laptop".to_owned();
    check(
        Runner::Alive {
            name: name.clone(),
            until,
        },
        json!({}),
        "plan hello: step 1 of 1  greet  change data.text of ConfigMap greeting\n  \
         carried out by ada on laptop, whose Lease lasts until 2026-11-29T12:05:16Z\n  \
         begun at 2026-11-29T12:00:00Z, by me",
    );
    check(
        Runner::Dead { name, until },
        json!({ "direction": "back", "from": 1, "turned": "asked for" }),
        "plan hello: going back from step 1 to 0, step 1 of the way back\n  \
         it went back: asked for\n  \
         nobody carries it out: the Lease of ada on laptop ran out at 2026-11-29T12:05:16Z; `cutover apply` goes on\n  \
         begun at 2026-11-29T12:00:00Z, by me",
    );
    check(
        Runner::Nobody,
        json!({ "ended": "done" }),
        "plan hello: done\n  begun at 2026-11-29T12:00:00Z, by me",
    );
}
