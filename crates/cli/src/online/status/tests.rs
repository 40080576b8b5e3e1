use cutover::manifest::{Bundle, Manifest};
use cutover::planning::{Refusals, Waypoint, Waypoints, from_fn};
use cutover::{Checked, Ends, Options, Release};

use super::*;

/// A ConfigMap that changes, in working hours.
fn plan() -> Checked {
    let map = |text: &str| {
        let json = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}, "data": {"text": text}});
        Bundle::from_iter([Manifest::new(json).unwrap()])
    };
    let release = Release::new(Ends::new(map("hello"), map("hi"))).unwrap();
    let window = json!({"window": {"from": "09:00", "to": "16:00", "days": ["Mon"], "timezone": "Europe/Berlin"}});
    let window: Gate = serde_json::from_value(window).unwrap();
    let own = from_fn("own", |release: &Release| -> Result<Waypoints, Refusals> {
        let point = Waypoint::new("greet", release.to().clone()).gate(window.clone());
        Ok(Waypoints {
            points: vec![point],
            ..Waypoints::default()
        })
    });
    cutover::plan(&release, &own, &Options::default()).unwrap()
}

fn position(stage: &str, direction: &str) -> Position {
    serde_json::from_value(json!({
        "digest": plan().digest, "step": 1, "stage": stage, "direction": direction, "from": 1, "to": 0, "halfway": false,
        "since": "2026-11-29T12:00:00Z", "started": "2026-11-29T12:00:00Z", "by": "me",
    }))
    .unwrap()
}

/// A failure means that somebody who asks does not learn why nothing happens.
#[test]
fn a_run_that_waits_for_a_window_says_when_it_opens() {
    let check = |position: &Position, now: &str, expect: &[&str]| {
        assert_eq!(
            openings(&plan(), position, now.parse().unwrap()),
            expect,
            "{now}"
        );
    };
    let waiting = position("waiting", "forward");
    let opens = "  its window, 09:00 to 16:00 Europe/Berlin, opens at 2026-11-30T08:00:00Z";
    check(&waiting, "2026-11-29T12:00:00Z", &[opens]);
    check(&waiting, "2026-11-30T08:00:00Z", &[]);
    check(&position("writing", "forward"), "2026-11-29T12:00:00Z", &[]);
    check(&position("waiting", "back"), "2026-11-29T12:00:00Z", &[]);
}
