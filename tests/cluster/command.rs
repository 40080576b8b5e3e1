//! The command as a user runs it, with events as lines of JSON.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::io::{BufRead, BufReader, Read};
use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use cutover::manifest::MergeKeys;
use cutover::patch::lacking;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(240);

/// The command while it runs. It is ended where the test ends first.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    told: Vec<Value>,
    text: String,
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) success: bool,
    /// The events of its output, each a line of JSON.
    pub(crate) told: Vec<Value>,
    /// All of its output.
    pub(crate) text: String,
    /// What it said on its standard error.
    pub(crate) said: String,
}

impl Running {
    /// Starts it with no input; its output is read line by line as it comes.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self {
            child,
            lines,
            told: Vec::new(),
            text: String::new(),
        }
    }

    /// Waits for an event that has these fields.
    pub(crate) fn until(&mut self, wanted: &Value) -> Value {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("no {wanted} after {:?}: {:#?}", start.elapsed(), self.told);
            };
            let event = self.hear(&line);
            if lacking(wanted, &event, &MergeKeys).is_empty() {
                return event;
            }
        }
    }

    /// Waits until it waits for a person.
    pub(crate) fn until_pause(&mut self) {
        self.until(&json!({ "event": "waiting", "gate": "a person" }));
    }

    /// Waits until it ends.
    pub(crate) fn end(mut self) -> Ended {
        let start = Instant::now();
        let mut said = String::new();
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if start.elapsed() < PATIENCE => {}
                None => {
                    let told: Vec<String> = self.lines.try_iter().collect();
                    panic!("it does not end: {:#?}\n{}", self.told, told.join("\n"))
                }
            }
            thread::sleep(Duration::from_millis(20));
        };
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        // The reader ends with the output.
        while let Ok(line) = self.lines.recv() {
            self.hear(&line);
        }
        let (told, text) = (mem::take(&mut self.told), mem::take(&mut self.text));
        Ended {
            success: status.success(),
            told,
            text,
            said,
        }
    }

    fn hear(&mut self, line: &str) -> Value {
        let event: Value = serde_json::from_str(line).unwrap_or_default();
        self.told.push(event.clone());
        self.text.push_str(line);
        self.text.push('\n');
        event
    }

    /// Stops it where it is, as a laptop that is closed does.
    pub(crate) fn stop(&self) {
        kill_process(Pid::from_child(&self.child), Signal::STOP).unwrap();
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) {
        kill_process(Pid::from_child(&self.child), Signal::CONT).unwrap();
    }

    /// Ends it at once, as a machine that goes away does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// That all went well.
    #[track_caller]
    pub(crate) fn assert_done(&self) {
        assert!(self.success, "{}\n{:#?}", self.said, self.told);
    }

    /// That it failed, with all of these words.
    #[track_caller]
    pub(crate) fn assert_failed(&self, words: &[&str]) {
        assert!(!self.success, "{:#?}", self.told);
        for words in words {
            assert!(self.said.contains(words), "no {words:?} in:\n{}", self.said);
        }
    }

    /// The steps that were begun, and not only recognised.
    pub(crate) fn steps(&self) -> Vec<u64> {
        let begun = self
            .told
            .iter()
            .filter(|event| event["event"] == "step" && event["already"] == false);
        begun
            .map(|event| event["number"].as_u64().unwrap())
            .collect()
    }
}

/// The command, built once.
pub(crate) fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| xtask::built("cutover").unwrap())
}
