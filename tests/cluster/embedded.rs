//! A stranger's program carries a plan out by a client of its own.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::process::Command;

use serde_json::{Value, json};

use crate::greeter::{Greeter, NEW, hello, new_version};

/// A failure means that what docs/embedding.md says of a run from Rust is not so.
#[test]
fn a_program_carries_a_plan_out() {
    let program = xtask::embed::client().unwrap();
    let greeter = Greeter::new("embedded");
    let old = hello();
    greeter.serve(&old);
    let plan = greeter.plan(&["rolling"], &old, &new_version(&old, json!({})));
    let output = Command::new(program)
        .arg(&plan)
        .env("KUBECONFIG", greeter.kubeconfig())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.lines().any(|line| line == "Some(Done)"), "{said}");
    assert!(said.contains(r#"Some("hello")"#), "{said}");
    let image = "-o=jsonpath={.spec.template.spec.containers[0].image}";
    assert_eq!(greeter.kubectl(&["get", "deployment", "hello", image]), NEW);
}

impl Greeter {
    /// A kubeconfig of the administrator's whose own namespace is the test's.
    fn kubeconfig(&self) -> std::path::PathBuf {
        let file = self.cluster.kubeconfig();
        let config = ["--kubeconfig", file.to_str().unwrap(), "config", "view"];
        let config = [&config[..], &["--raw", "-o", "json"]].concat();
        let config = self.cluster.kubectl().run(&config).unwrap();
        let mut config: Value = serde_json::from_str(&config).unwrap();
        config["contexts"][0]["context"]["namespace"] = json!(self.namespace);
        self.write("kubeconfig.json", &config)
    }
}
