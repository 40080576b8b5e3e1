//! What an operator sees of a run, and asks of it, from another terminal.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::Running;
use crate::greeter::{Greeter, NEW, OLD, hello, new_version};

/// How long what is looked for may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A rolling update of three pods, each of which takes its time.
struct Roll {
    greeter: Greeter,
    plan: PathBuf,
    run: Running,
}

impl Roll {
    /// Paused while old and new pods stand side by side.
    fn paused(namespace: &str) -> Self {
        let greeter = Greeter::new(namespace);
        greeter.serve(&hello());
        let slow = json!({ "cutover.dev/test-ready-after": "2s" });
        let plan = greeter.plan(&["rolling"], &hello(), &new_version(&hello(), slow));
        let mut run = greeter.begin("apply", &plan, &["--lease-duration", "5s"]);
        run.until(&json!({ "event": "waiting", "gate": "hello 3 available" }));
        let roll = Self { greeter, plan, run };
        roll.until("a new pod", || {
            images(&roll.greeter).contains(&NEW.to_owned())
        });
        roll.ask("pause");
        roll.until("the pause", || is_paused(&roll.greeter));
        roll
    }

    /// Asks something of the run, by the plan's name.
    fn ask(&self, verb: &str) -> String {
        let asked = self.greeter.run(&[verb, "hello"]);
        assert!(asked.success, "{verb}: {}", asked.said);
        asked.text
    }

    /// Waits until something is so.
    fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_so() {
            assert!(start.elapsed() < PATIENCE, "{what} does not come");
            thread::sleep(Duration::from_millis(100));
        }
    }
}

fn is_paused(greeter: &Greeter) -> bool {
    let paused = ["get", "deployment", "hello", "-o=jsonpath={.spec.paused}"];
    greeter.kubectl(&paused) == "true"
}

/// The images of the pods that are not going.
fn images(greeter: &Greeter) -> Vec<String> {
    let pods = greeter.kubectl(&["get", "pods", "-o", "json"]);
    let pods: Value = serde_json::from_str(&pods).unwrap();
    let pods = pods["items"].as_array().unwrap().iter();
    let there = pods.filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_none());
    let image = |pod: &Value| {
        pod["spec"]["containers"][0]["image"]
            .as_str()
            .map(Into::into)
    };
    there.filter_map(image).collect()
}

/// The lesson's own exercise: `kubectl rollout pause` in the middle of a rolling update, by a plan.
#[test]
fn a_roll_is_paused_in_the_middle_and_resumed() {
    let mut roll = Roll::paused("operator-resume");
    let told = json!({ "event": "waiting", "gate": "somebody to resume it" });
    roll.run.until(&told);
    // What is begun ends, and then nothing moves.
    roll.until("a status of both", || {
        let said = roll.ask("status");
        said.contains("of the template before") && said.contains("paused by")
    });
    let images = images(&roll.greeter);
    assert!(images.contains(&OLD.to_owned()), "{images:?}");
    assert!(images.contains(&NEW.to_owned()), "{images:?}");
    let again = roll.greeter.run(&["pause", "hello"]);
    again.assert_failed(&["paused by", "already"]);

    roll.ask("resume");
    roll.run.end().assert_done();
    let writes = roll.greeter.writes();
    assert_eq!(
        writes,
        ["patch", "patch", "patch"],
        "the roll, its pause, and its return"
    );
    let paused = ["get", "deployment", "hello", "-o=jsonpath={.spec.paused}"];
    assert_eq!(roll.greeter.kubectl(&paused), "");
    roll.greeter.assert_state(&roll.plan, 1);
}

/// No pod of the new version starts on the way back, and what the pause held is held no more.
#[test]
fn a_paused_roll_is_taken_back_by_its_runner() {
    let roll = Roll::paused("operator-abort");
    let said = roll.ask("abort");
    assert!(said.contains("back at the start"), "{said}");
    roll.run.end().assert_failed(&["the run was taken back"]);
    assert_eq!(roll.greeter.writes(), ["patch", "patch", "patch"]);
    assert_eq!(images(&roll.greeter), [OLD, OLD, OLD]);
    let paused = ["get", "deployment", "hello", "-o=jsonpath={.spec.paused}"];
    assert_eq!(roll.greeter.kubectl(&paused), "");
}

#[test]
fn a_paused_roll_whose_runner_died_is_taken_back_by_another() {
    let Roll { greeter, plan, run } = Roll::paused("operator-undo");
    run.kill();
    let start = Instant::now();
    loop {
        let said = greeter.run(&["status", "hello"]).text;
        if said.contains("nobody carries it out: the Lease of") {
            break;
        }
        assert!(said.contains("carried out by"), "{said}");
        assert!(start.elapsed() < PATIENCE, "{said}");
    }
    let refused = greeter.run(&["abort", "hello"]);
    refused.assert_failed(&["nobody carries out the run of plan hello"]);
    greeter.carry_out("undo", &plan, &[]).assert_done();
    let images = greeter.kubectl(&["get", "deployment", "hello", "-o=jsonpath={..image}"]);
    assert_eq!(images, OLD);
    let paused = ["get", "deployment", "hello", "-o=jsonpath={.spec.paused}"];
    assert_eq!(greeter.kubectl(&paused), "");
}

/// A crash loop, a pod that starts and a person who is asked read differently.
#[test]
fn a_status_tells_what_is_waited_for() {
    let greeter = Greeter::new("operator-status");
    greeter.serve(&hello());
    let canary = ["canary", "--steps", "25"];
    let status = |words: &[&str]| {
        let start = Instant::now();
        loop {
            let said = greeter.run(&["status", "hello"]).text;
            if words.iter().all(|words| said.contains(words)) {
                return said;
            }
            assert!(start.elapsed() < PATIENCE, "no {words:?} in {said}");
        }
    };
    let crash =
        json!({ "cutover.dev/test-ready-after": "never", "cutover.dev/test-crash-after": "1s" });
    let plan = greeter.plan(&canary, &hello(), &new_version(&hello(), crash));
    let run = greeter.begin("apply", &plan, &[]);
    status(&[
        "hello-canary 1 available: 0 of 1 available",
        "crash loop: hello-canary-",
    ]);
    let early = greeter.run(&["approve", "hello"]);
    early.assert_failed(&["the gates of step 1 have not held yet"]);
    assert!(greeter.run(&["abort", "hello"]).success);
    run.end().assert_failed(&["the run was taken back"]);

    let plan = greeter.plan(&canary, &hello(), &new_version(&hello(), json!({})));
    let run = greeter.begin("apply", &plan, &["--again"]);
    let said = status(&["a person: is asked, since"]);
    assert!(said.contains("hello-canary 1 available: holds"), "{said}");
    let all = greeter.run(&["status", "-A", "-o", "json"]);
    let all: Value = serde_json::from_str(&all.text).unwrap();
    let mut runs = all["runs"].as_array().unwrap().iter();
    assert!(runs.any(|run| run["namespace"] == "operator-status" && run["plan"] == "hello"));
    let other = greeter.run(&["approve", "hello", "--step", "2"]);
    other.assert_failed(&["the run is at step 1, and not at 2"]);
    let watch = greeter.start_as(&greeter.cluster.kubeconfig(), &["status", "hello", "-w"]);
    assert!(greeter.run(&["approve", "hello", "--step", "1"]).success);
    run.end().assert_done();
    let watched = watch.end();
    watched.assert_done();
    assert!(
        watched.text.contains("plan hello: done"),
        "{}",
        watched.text
    );
}

/// Somebody else makes the step, as a pipeline does that writes by git.
#[test]
fn the_gates_of_a_step_are_waited_for_without_a_run() {
    let greeter = Greeter::new("operator-wait");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["rolling"]);
    let plan = plan.to_str().unwrap();
    let early = greeter.run(&["wait", plan, "--step", "1", "--timeout", "1s"]);
    early.assert_failed(&["did not hold within 1s", "hello is not as after the step"]);
    let image = format!("hello={NEW}");
    let wait = greeter.start_as(
        &greeter.cluster.kubeconfig(),
        &["wait", plan, "--step", "1"],
    );
    greeter.kubectl(&["set", "image", "deployment/hello", &image]);
    let waited = wait.end();
    waited.assert_done();
    assert!(
        waited.text.contains("step 1 of plan hello: all gates hold"),
        "{}",
        waited.text
    );
    let images = greeter.kubectl(&["get", "pods", "-o=jsonpath={..spec.containers[*].image}"]);
    assert!(!images.contains(OLD), "{images}");
    assert_eq!(greeter.writes(), [] as [&str; 0]);
}
