//! Analyses on a real control plane: a Service that answers, a Prometheus HTTP API, a gatekeeper,
//! and Jobs.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::VecDeque;
use std::io::{self, BufReader};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::command::Ended;
use crate::greeter::{Greeter, NEW, hello, with};
use crate::server::{Asked, Connection, Server, respond};

const QUERY: &str = r#"sum(rate(http_requests_total{track="canary",code=~"5.."}[1m]))"#;

/// All four are asked as often as the plan says, and the canary goes on.
#[test]
fn all_four_agree() {
    let lab = Lab::new("analysis");
    lab.says(vec![sample("0.01")]);
    let plan = lab.plan(&[
        json!({ "smoke": { "url": lab.url("/healthz"), "count": 2, "interval": "1s" } }),
        lab.metric(3, 0),
        json!({ "job": { "manifest": job(&json!({})) } }),
        json!({ "webhook": { "url": lab.url("/approve"), "body": { "team": "web" } } }),
    ]);
    lab.greeter.carry_out("apply", &plan, &[]).assert_done();

    assert_eq!(
        (lab.asked("/healthz").len(), lab.asked("/approve").len()),
        (2, 1)
    );
    let measured = lab.asked("/api/v1/query");
    assert_eq!(measured.len(), 3);
    let query = percent_encoding::percent_decode_str(&measured[0].target)
        .decode_utf8()
        .unwrap()
        .into_owned();
    assert_eq!(
        (measured[0].method.as_str(), query),
        ("GET", format!("/api/v1/query?query={QUERY}"))
    );
    let approval: Value = serde_json::from_slice(&lab.asked("/approve")[0].body).unwrap();
    assert_eq!(
        approval,
        json!({ "plan": "hello", "step": 1, "phase": "canary-25", "team": "web" })
    );
    // It is created once on trial, and once for good.
    let jobs = |verb: &str, code| lab.greeter.count(verb, "jobs", Some(code));
    assert_eq!((jobs("create", 201), jobs("delete", 200)), (2, 1));
    assert_eq!(lab.greeter.kubectl(&["get", "jobs", "-o", "name"]), "");
}

/// An error rate that is too high takes the canary back, and says what was measured.
#[test]
fn a_metric_that_is_not_as_wanted() {
    let lab = Lab::new("error-rate");
    let before = lab.greeter.objects();
    lab.says(vec![
        sample("0.07"),
        sample("0.01"),
        sample("0.09"),
        sample("0.01"),
    ]);
    let plan = lab.plan(&[lab.metric(5, 1)]);
    let ended = lab
        .greeter
        .carry_out("apply", &plan, &["--on-failure", "undo"]);
    let words =
        "metric error-rate: 0.07, 0.09 are not < 0.05 (2 of 3 measurements failed, 1 allowed)";
    assert_taken_back(&ended, &format!("step 1: {words}"));
    assert_eq!(lab.asked("/api/v1/query").len(), 3);
    assert_eq!(lab.greeter.objects(), before);
}

/// A Prometheus that is away, has nothing yet, or does not understand gives no value; that is no
/// measurement, and not to be borne for ever.
#[test]
fn a_prometheus_without_a_value() {
    let lab = Lab::new("no-value");
    let nothing = || {
        [
            (503, "Service Unavailable".to_owned()),
            (200, vector(&json!([]))),
            (
                422,
                json!({ "status": "error", "errorType": "execution", "error": "query timed out" })
                    .to_string(),
            ),
        ]
    };
    lab.says([&nothing()[..], &[sample("0.01")]].concat());
    let plan = lab.plan(&[lab.metric(2, 0)]);
    lab.greeter.carry_out("apply", &plan, &[]).assert_done();
    assert_eq!(lab.asked("/api/v1/query").len(), 5);
    lab.greeter.carry_out("undo", &plan, &[]).assert_done();

    lab.says(nothing().to_vec());
    let mut metric = lab.metric(2, 0);
    metric["metric"]["consecutiveErrorLimit"] = json!(2);
    let plan = lab.plan(&[metric]);
    let ended = lab.greeter.carry_out("apply", &plan, &[]);
    ended.assert_failed(&[
        "metric error-rate: answered 422: execution: query timed out (3 times in a row, 2 allowed)",
    ]);
    lab.greeter.assert_state(&plan, 1);
}

/// A run that is killed in the middle of its measurements goes on counting.
#[test]
fn a_run_that_is_killed_goes_on_counting() {
    let lab = Lab::new("counting");
    lab.says(vec![sample("0.07"), sample("0.01")]);
    let plan = lab.plan(&[lab.metric(6, 1)]);
    let run = lab.greeter.begin("apply", &plan, &[]);
    lab.await_asked("/api/v1/query", 4);
    run.kill();
    lab.says(vec![sample("0.01")]);
    lab.greeter.carry_out("apply", &plan, &[]).assert_done();
    // The answer to the last one may not have come to the journal.
    let asked = lab.asked("/api/v1/query").len();
    assert!((6..=7).contains(&asked), "{asked} measurements");
}

/// A Job that fails takes the canary back, and is gone with it.
#[test]
fn a_job_that_fails() {
    let lab = Lab::new("job");
    let before = lab.greeter.objects();
    let plan = lab.plan(&[
        json!({ "job": { "manifest": job(&json!({ "cutover.dev/test-crash-after": "1s" })) } }),
    ]);
    let ended = lab
        .greeter
        .carry_out("apply", &plan, &["--on-failure", "undo"]);
    assert_taken_back(&ended, "step 1: job migrate");
    assert_eq!(lab.greeter.objects(), before);
    assert_eq!(lab.greeter.kubectl(&["get", "jobs", "-o", "name"]), "");
}

/// A Job that cannot be is told of before the first write, and not in the middle of the canary.
#[test]
fn a_job_that_the_server_refuses() {
    let lab = Lab::new("refused-job");
    let unfit = with(
        &job(&json!({})),
        "/spec/template/spec/restartPolicy",
        "Always",
    );
    let plan = lab.plan(&[json!({ "job": { "manifest": unfit } })]);
    let ended = lab.greeter.carry_out("apply", &plan, &[]);
    ended.assert_failed(&[
        "Job",
        "migrate",
        "the server would refuse it",
        "restartPolicy",
    ]);
    assert_eq!(lab.greeter.writes(), [] as [&str; 0]);
}

/// The run was taken back for a reason that begins with these words.
#[track_caller]
fn assert_taken_back(ended: &Ended, words: &str) {
    ended.assert_failed(&["the run was taken back"]);
    let turned = ended
        .told
        .iter()
        .find(|event| event["event"] == "turned")
        .unwrap();
    assert!(
        turned["reason"].as_str().unwrap().starts_with(words),
        "{turned}"
    );
}

/// The greeter, and the systems that analyses of its canary ask.
struct Lab {
    greeter: Greeter,
    server: Server,
    systems: Arc<Systems>,
}

#[derive(Default)]
struct Systems {
    asked: Mutex<Vec<Asked>>,
    /// What Prometheus answers, the last one again and again.
    answers: Mutex<VecDeque<(u16, String)>>,
}

impl Lab {
    fn new(namespace: &str) -> Self {
        let greeter = Greeter::new(namespace);
        greeter.serve(&hello());
        let systems = Arc::new(Systems::default());
        let answering = Arc::clone(&systems);
        let server = Server::start(move |stream| answering.answer(stream));
        Self {
            greeter,
            server,
            systems,
        }
    }

    /// A canary of 25 % with these analyses.
    fn plan(&self, analyses: &[Value]) -> PathBuf {
        let steps = json!([{ "setWeight": 25 }, { "analysis": analyses }]);
        let strategy = self
            .greeter
            .write("strategy.json", &json!({ "canary": { "steps": steps } }));
        let new = with(&hello(), "/spec/template/spec/containers/0/image", NEW);
        self.greeter
            .plan(&["--strategy", strategy.to_str().unwrap()], &hello(), &new)
    }

    fn metric(&self, count: u32, failure_limit: u32) -> Value {
        json!({ "metric": {
            "name": "error-rate", "prometheus": self.url(""), "query": QUERY,
            "successCondition": "result[0] < 0.05", "interval": "1s", "count": count, "failureLimit": failure_limit,
        }})
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// What Prometheus answers from now on.
    fn says(&self, answers: Vec<(u16, String)>) {
        *self.systems.answers.lock().unwrap() = answers.into();
    }

    /// What was asked for at a path.
    fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.systems.asked.lock().unwrap();
        asked
            .iter()
            .filter(|asked| asked.target.split('?').next() == Some(path))
            .cloned()
            .collect()
    }

    fn await_asked(&self, path: &str, count: usize) {
        let start = Instant::now();
        while self.asked(path).len() < count {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "{:?}",
                self.asked(path)
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Systems {
    fn answer(&self, stream: Connection) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let asked = Asked::read(&mut stream)?;
        let (status, body) = match asked.target.split('?').next() {
            Some("/api/v1/query") => self.prometheus(),
            _ => (200, "{}".to_owned()),
        };
        self.asked.lock().unwrap().push(asked);
        respond(stream.get_mut(), status, &body)
    }

    fn prometheus(&self) -> (u16, String) {
        let mut answers = self.answers.lock().unwrap();
        let next = if answers.len() > 1 {
            answers.pop_front()
        } else {
            answers.front().cloned()
        };
        next.unwrap_or_else(|| panic!("nothing is to be asked"))
    }
}

/// A vector of one sample, as `/api/v1/query` gives it.
fn sample(value: &str) -> (u16, String) {
    (
        200,
        vector(&json!([{ "metric": {}, "value": [1_435_781_451.781, value] }])),
    )
}

fn vector(result: &Value) -> String {
    json!({ "status": "success", "data": { "resultType": "vector", "result": result } }).to_string()
}

fn job(annotations: &Value) -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": "migrate" },
        "spec": { "backoffLimit": 0, "template": {
            "metadata": { "annotations": annotations },
            "spec": { "restartPolicy": "Never", "containers": [{ "name": "app", "image": "migrate:1.0.0" }] },
        }},
    })
}
