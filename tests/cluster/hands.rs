//! The lines of `cutover patches -o dir`, run by a shell: the example there and back.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use xtask::root;

use crate::command::{Running, program};
use crate::greeter::{Greeter, NEW, OLD};

#[test]
fn the_printed_lines_carry_the_example_out_and_back() {
    let hands = Hands::new("by-hand");
    let greeter = &hands.greeter;
    let before = hands.spec();

    hands.play(&["--step", "1"]);
    let replicas = ["get", "deployments", "-o", "jsonpath={..spec.replicas}"];
    assert_eq!(greeter.kubectl(&replicas), "3 1");
    hands.play(&["--undo", "--step", "1"]);
    assert_eq!(hands.spec(), before);

    hands.play(&[]);
    let images = ["get", "deployments", "-o", "jsonpath={..image}"];
    assert_eq!(greeter.kubectl(&images), NEW);
    hands.play(&["--undo"]);
    assert_eq!(greeter.kubectl(&images), OLD);
    assert_eq!(hands.spec(), before);
}

/// The example in a namespace, its plan, and a shell whose kubectl talks to that namespace.
struct Hands {
    greeter: Greeter,
    plan: PathBuf,
    folder: TempDir,
}

impl Hands {
    fn new(namespace: &str) -> Self {
        let greeter = Greeter::new(namespace);
        let example = root().join("docs/example/hello.yaml");
        let example = example.to_str().unwrap();
        greeter.kubectl(&["create", "-f", example]);
        greeter.settle("hello");
        let image = format!("hello={NEW}");
        let release = ["-f", example, "--image", &image, "--steps", "25,50"];
        let plan = greeter.planned(&[&["plan", "canary"][..], &release].concat());
        let hands = Self {
            greeter,
            plan,
            folder: tempfile::tempdir().unwrap(),
        };
        hands.write_kubeconfig();
        hands
    }

    /// The cluster's, with the namespace as the current one.
    fn write_kubeconfig(&self) {
        let text = self.greeter.kubectl(&["config", "view", "--raw"]);
        fs::write(self.kubeconfig(), text).unwrap();
        let namespace = format!("--namespace={}", self.greeter.namespace);
        let mut kubectl = self.greeter.cluster.kubectl().command();
        let set = ["config", "set-context", "--current", &namespace];
        let kubectl = kubectl.env("KUBECONFIG", self.kubeconfig()).args(set);
        assert!(kubectl.output().unwrap().status.success());
    }

    fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// Has a shell run what the command prints, with a person who lets it go on.
    fn play(&self, flags: &[&str]) {
        let steps = self.folder.path().join("steps");
        let plan = self.plan.to_str().unwrap();
        let output = ["-o", "dir", "--directory", steps.to_str().unwrap()];
        let mut patches = Command::new(program());
        patches.args(["patches", plan]).args(flags).args(output);
        let printed = Running::start(patches).end();
        assert!(printed.success, "{}", printed.said);
        let script = self.folder.path().join("script");
        fs::write(&script, &printed.text).unwrap();
        let mut shell = self.shell(&script).spawn().unwrap();
        let mut person = shell.stdin.take().unwrap();
        person.write_all(b"\n\n").unwrap();
        let output = shell.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}\n{}", printed.text);
    }

    fn shell(&self, script: &Path) -> Command {
        let kubectl = self.greeter.cluster.kubectl().command();
        let folder = Path::new(kubectl.get_program()).parent().unwrap();
        let rest = env::var_os("PATH").unwrap_or_default();
        let all = [folder.to_owned()].into_iter();
        let path = env::join_paths(all.chain(env::split_paths(&rest))).unwrap();
        let mut shell = Command::new("sh");
        shell
            .arg(script)
            .env("PATH", path)
            .env("KUBECONFIG", self.kubeconfig())
            .env("HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        shell
    }

    /// What the Deployments ask for.
    fn spec(&self) -> Value {
        let list = self.greeter.kubectl(&["get", "deployments", "-o", "json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        let items = list["items"].as_array().unwrap();
        items.iter().map(|item| item["spec"].clone()).collect()
    }
}
