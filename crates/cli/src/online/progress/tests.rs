use std::io;

use cutover::manifest::{Bundle, Manifest};
use cutover::{AnyStrategy, Ends, Release};
use serde_json::json;

use super::*;

/// What is printed of some events, on a terminal of so many columns or elsewhere.
fn told(terminal: Option<usize>, json: bool, events: &[Progress]) -> String {
    let (mut output, mut messages) = (Vec::new(), Vec::new());
    let mut world = World {
        directory: "".into(),
        input: &mut io::empty(),
        output: &mut output,
        colour: true,
        messages: &mut messages,
        terminal,
        width: None,
        quiet: false,
        now: || Timestamp::UNIX_EPOCH,
    };
    let mut teller = Teller::new(json, plan(), "prod", Path::new("plan.yaml"), Goal::Apply);
    events
        .iter()
        .for_each(|event| teller.tell(event, &mut world));
    teller.close(&mut world);
    String::from_utf8(output)
        .unwrap()
        .replace("\u{1b}[1m", "")
        .replace("\u{1b}[2m", "")
        .replace("\u{1b}[0m", "")
}

/// The canary of eight steps that the pages show.
fn plan() -> Plan {
    let file = |image: &str| {
        let hello = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello"},
            "spec": {
                "replicas": 3, "selector": {"matchLabels": {"app": "hello"}},
                "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "template": {"metadata": {"labels": {"app": "hello"}}, "spec": {"containers": [{"name": "hello", "image": image}]}}},
        });
        [Manifest::new(hello).unwrap()]
            .into_iter()
            .collect::<Bundle>()
    };
    let release = Release::new(Ends::new(file("hello:1.0.0"), file("hello:2.0.0"))).unwrap();
    let steps = json!([{"setWeight": 25}, {"pause": {}}, {"setWeight": 50}, {"pause": {}}]);
    let canary: AnyStrategy = serde_json::from_value(json!({"canary": {"steps": steps}})).unwrap();
    cutover::plan(&release, &canary, &cutover::Options::default())
        .unwrap()
        .into_plan()
}

fn started(direction: Direction, done: usize) -> Progress {
    let from = match direction {
        Direction::Forward => 0,
        Direction::Back => 3,
    };
    Progress::Started {
        plan: "hello".into(),
        run: "2026-11-25T10:00:00Z".parse().unwrap(),
        direction,
        from,
        done,
        steps: 8,
    }
}

fn step(number: usize) -> Progress {
    Progress::Step {
        number,
        phase: "canary-50".into(),
        already: false,
    }
}

fn waiting(stands: &str) -> Progress {
    let until = Some("2026-11-25T14:00:00.25Z".parse().unwrap());
    Progress::Waiting {
        number: 3,
        gate: Awaited::Gate("hello 2 available".into()),
        stands: stands.into(),
        until,
    }
}

#[test]
fn a_run_is_told_in_lines() {
    let held = Progress::Held { number: 3 };
    let ended = Progress::Ended {
        outcome: Outcome::Done,
    };
    let events = [
        started(Direction::Forward, 2),
        step(3),
        waiting("1 of 2"),
        waiting("1 of 2"),
        held,
        ended,
    ];
    let expected = "plan hello: going on after step 2 of 8\n\
                    step 3 of 8  canary-50  scale Deployment hello-canary 1 → 2\n\
                    \x20 waiting for hello 2 available: 1 of 2 (until 2026-11-25T14:00:00Z at most)\n\
                    \x20 ready after 0 s\n\
                    done\n";
    assert_eq!(
        told(None, false, &events),
        expected,
        "the same is not said twice"
    );
}

#[test]
fn a_terminal_shows_what_is_waited_for_in_one_line_that_fits() {
    let shown = told(
        Some(30),
        false,
        &[step(3), waiting("1 of 2"), waiting("2 of 2")],
    );
    let lines: Vec<&str> = shown.split(AGAIN).collect();
    let line = "  waiting for hello 2 availab";
    assert_eq!(
        lines[1..],
        [line, line, ""],
        "the line is cleared at the end"
    );
    assert!(line.chars().count() < 30);
}

#[test]
fn who_waits_for_a_person_is_told_how() {
    let waits = Progress::Waiting {
        number: 1,
        gate: Awaited::Person,
        stands: "".into(),
        until: None,
    };
    assert_eq!(
        told(None, false, &[waits]),
        "  waiting for a person; `cutover approve plan.yaml` lets it go on\n"
    );
}

#[test]
fn a_run_that_turns_round_counts_the_steps_of_its_way_back() {
    let turned = Progress::Turned {
        reason: "asked by jane".into(),
        from: 3,
        steps: 1,
    };
    let shown = told(
        None,
        false,
        &[started(Direction::Forward, 0), turned.clone(), step(1)],
    );
    let expected = "plan hello: 8 steps\n\
                    going back in 1 step: asked by jane\n\
                    step 1 of 1  canary-50  scale Deployment hello-canary 2 → 1\n";
    assert_eq!(shown, expected);
    let from_the_start = told(None, false, &[turned, started(Direction::Back, 0)]);
    assert_eq!(
        from_the_start, "plan hello: going back in 8 steps\n",
        "it is said once"
    );
}

#[test]
fn programs_get_a_line_of_json_an_event() {
    let shown = told(
        Some(80),
        true,
        &[started(Direction::Forward, 0), Progress::Held { number: 1 }],
    );
    let lines = shown
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<serde_json::Value> = lines.collect();
    let of = json!({
        "time": "1970-01-01T00:00:00Z", "plan": "hello", "namespace": "prod",
        "run": "2026-11-25T10:00:00Z",
    });
    let check = |line: &serde_json::Value, own: serde_json::Value| {
        let mut expect = of.clone();
        let fields = expect.as_object_mut().unwrap();
        fields.extend(own.as_object().unwrap().clone());
        assert_eq!(*line, expect);
    };
    check(
        &lines[0],
        json!({ "event": "started", "direction": "forward", "from": 0, "done": 0, "steps": 8 }),
    );
    check(&lines[1], json!({ "event": "held", "number": 1 }));
    assert_eq!(
        shown.matches("\"plan\"").count(),
        2,
        "each field once: {shown}"
    );
}
