//! A run with the rights that `cutover rights` names, and with one of them missing.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::command::Ended;
use crate::greeter::{Greeter, hello};

/// Each verb of the Role is left out once, and each time the run says so before its first write;
/// with all of them it works.
#[test]
fn each_right_that_is_missing_is_named_before_the_first_write() {
    let greeter = Greeter::new("roles");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25", "--pause", "1s"]);
    let runner = Runner::new(&greeter);
    let role = runner.rights(&plan);
    let before = greeter.objects();

    let verbs = role["rules"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .flat_map(|(rule, value)| {
            (0..value["verbs"].as_array().unwrap().len()).map(move |verb| (rule, verb))
        });
    let mut count = 0;
    for (rule, verb) in verbs {
        let mut less = role.clone();
        let verbs = less["rules"][rule]["verbs"].as_array_mut().unwrap();
        let verb = verbs.remove(verb);
        // A rule without verbs would not be one.
        verbs.extend(verbs.is_empty().then(|| json!("unheardof")));
        runner.allow(&less);
        let refused = runner.apply(&plan);
        let resource = less["rules"][rule]["resources"][0].as_str().unwrap();
        refused.assert_failed(&[resource, verb.as_str().unwrap()]);
        assert_eq!(refused.steps(), [] as [u64; 0], "without {verb} {resource}");
        assert_eq!(greeter.objects(), before, "without {verb} {resource}");
        count += 1;
    }
    assert!(count > 15, "only {count} rights");

    runner.allow(&role);
    runner.apply(&plan).assert_done();
    greeter.assert_state(&plan, 6);
}

/// A ServiceAccount with a Role, and a kubeconfig with its token.
pub(crate) struct Runner<'l> {
    greeter: &'l Greeter,
    kubeconfig: PathBuf,
}

impl<'l> Runner<'l> {
    /// An account that may do nothing yet.
    pub(crate) fn new(greeter: &'l Greeter) -> Self {
        greeter.kubectl(&["create", "serviceaccount", "runner"]);
        let account = format!("{}:runner", greeter.namespace);
        greeter.kubectl(&[
            "create",
            "rolebinding",
            "runner",
            "--role=cutover-hello",
            "--serviceaccount",
            &account,
        ]);
        let token = greeter.kubectl(&["create", "token", "runner"]);
        let administrator = fs::read(greeter.cluster.kubeconfig()).unwrap();
        let mut kubeconfig: Value = serde_json::from_slice(&administrator).unwrap();
        kubeconfig["users"][0]["user"] = json!({ "token": token.trim() });
        Self {
            greeter,
            kubeconfig: greeter.write("runner.json", &kubeconfig),
        }
    }

    /// The Role that a plan needs.
    pub(crate) fn rights(&self, plan: &Path) -> Value {
        let rights = self
            .greeter
            .run(&["rights", plan.to_str().unwrap(), "-o", "json"]);
        rights.assert_done();
        let mut roles: Value = serde_json::from_str(&rights.text).unwrap();
        roles.pointer_mut("/items/0").unwrap().take()
    }

    /// Lets it do just what a Role says.
    pub(crate) fn allow(&self, role: &Value) {
        let arguments = [
            "--namespace",
            &self.greeter.namespace,
            "apply",
            "--server-side",
            "--force-conflicts",
            "-f",
            "-",
        ];
        self.greeter
            .cluster
            .kubectl()
            .run_with(&arguments, &role.to_string())
            .unwrap();
    }

    /// Applies a plan as that account.
    pub(crate) fn apply(&self, plan: &Path) -> Ended {
        let arguments = ["apply", plan.to_str().unwrap(), "-o", "json"];
        self.greeter.start_as(&self.kubeconfig, &arguments).end()
    }
}
