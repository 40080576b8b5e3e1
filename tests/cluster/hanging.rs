//! A rolling update that hangs, which is what one rolls back: a pod whose image cannot be pulled
//! stands beside the old ones, for ever.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::greeter::{Greeter, OLD, hello, new_version, with};

/// hello with a rollout that does not go on.
fn hanging(namespace: &str) -> Greeter {
    let greeter = Greeter::new(namespace);
    let hello = with(&hello(), "/spec/progressDeadlineSeconds", 10);
    greeter.serve(&hello);
    let broken = new_version(&hello, json!({ "cutover.dev/test-image": "missing" }));
    let patch = json!({ "spec": { "template": broken["spec"]["template"] } });
    let patch = patch.to_string();
    greeter.kubectl(&["patch", "deployment", "hello", "--patch", &patch]);
    let begun = Instant::now();
    while !greeter
        .kubectl(&["get", "pods", WAITING])
        .contains("ImagePullBackOff")
    {
        assert!(begun.elapsed() < Duration::from_secs(60), "no pod hangs");
        std::thread::sleep(Duration::from_millis(200));
    }
    greeter
}

const WAITING: &str = "-o=jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
const IMAGES: &str = "-o=jsonpath={.items[*].spec.containers[*].image}";

impl Greeter {
    /// The images of all pods that are there, once the rollout is done.
    fn images(&self) -> Vec<String> {
        self.settle("hello");
        let begun = Instant::now();
        loop {
            let images = self.kubectl(&["get", "pods", IMAGES]);
            let images: Vec<String> = images.split_whitespace().map(str::to_owned).collect();
            if images.len() == 3 || begun.elapsed() > Duration::from_secs(30) {
                return images;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

#[test]
fn a_rollback_brings_it_back() {
    let greeter = hanging("hang-rollback");
    let plan = greeter.planned(&["plan", "rollback", "deployment/hello"]);
    let ended = greeter.carry_out("apply", &plan, &[]);
    ended.assert_done();
    let warned = ended.told.iter().find(|event| event["event"] == "warned");
    let message = warned.map(|event| event["message"].to_string());
    let words =
        "hello: a rolling update is under way: 4 pods, 3 pods of the template before; pod hello-";
    assert!(
        message.is_some_and(|message| message.contains(words)),
        "{warned:?}"
    );
    assert_eq!(greeter.images(), [OLD; 3]);
}

/// The rolling update that a plan began hangs: it is stopped, paused, and taken back.
#[test]
fn undo_brings_back_what_a_plan_began() {
    let greeter = Greeter::new("hang-undo");
    let hello = with(&hello(), "/spec/progressDeadlineSeconds", 5);
    greeter.serve(&hello);
    let before = greeter.objects();
    let missing = json!({ "cutover.dev/test-image": "missing" });
    let broken = new_version(&hello, missing);
    let plan = greeter.plan(&["rolling"], &hello, &broken);
    let words = ["hello 3 available did not hold within", "ImagePullBackOff"];
    greeter.carry_out("apply", &plan, &[]).assert_failed(&words);
    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.images(), [OLD; 3]);
    assert_eq!(greeter.objects(), before);
}

/// Undo of the pause leads back to where it hung: that is where the plan found it.
#[test]
fn it_is_paused_and_resumed() {
    let greeter = hanging("hang-pause");
    let pause = greeter.planned(&["plan", "pause", "deployment/hello"]);
    greeter.carry_out("apply", &pause, &[]).assert_done();
    assert_eq!(
        greeter.kubectl(&["get", "deployment/hello", PAUSED]),
        "true"
    );
    greeter.carry_out("undo", &pause, &[]).assert_done();
    assert_eq!(greeter.kubectl(&["get", "deployment/hello", PAUSED]), "");
    // Rolled back from there, it stands as before it hung.
    let rollback = greeter.planned(&["plan", "rollback", "deployment/hello"]);
    greeter.carry_out("apply", &rollback, &[]).assert_done();
    assert_eq!(greeter.images(), [OLD; 3]);
}

const PAUSED: &str = "-o=jsonpath={.spec.paused}";

/// What counts pods needs to know how many there are of which version.
#[test]
fn a_canary_beside_it_is_refused() {
    let greeter = hanging("hang-canary");
    let before = greeter.objects();
    let plan = greeter.planned(&[
        "plan",
        "canary",
        "--steps",
        "25",
        "--image",
        "hello=registry.example/hello:3.0.0",
        "deployment/hello",
    ]);
    greeter.carry_out("apply", &plan, &[]).assert_failed(&[
        "hello: a rolling update is under way",
        "roll it back or let it end first",
    ]);
    assert_eq!(greeter.objects(), before);
    assert!(
        greeter
            .writes()
            .iter()
            .all(|write| !write.contains("deployments/hello-canary"))
    );
}
