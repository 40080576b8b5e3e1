//! `cutover plan blue-green` beside other Deployments: which one is the idle slot.

use serde_json::Value;

use super::json;
use crate::support::Folder;

/// What a chart of one Deployment and its Service prints for a release of this name.
fn chart(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, labels: {{app.kubernetes.io/managed-by: Helm}}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app.kubernetes.io/name: shop, app.kubernetes.io/instance: {name}}}}}
  template:
    metadata: {{labels: {{app.kubernetes.io/name: shop, app.kubernetes.io/instance: {name}}}}}
    spec:
      containers: [{{name: shop, image: \"{image}\"}}]
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app.kubernetes.io/name: shop, app.kubernetes.io/instance: {name}}}, ports: [{{port: 80}}]}}
"
    )
}

fn sets(plan: &Value) -> Vec<&str> {
    let workloads = plan["spec"]["workloads"].as_array().unwrap();
    let sets = workloads
        .iter()
        .flat_map(|workload| workload["sets"].as_array().unwrap());
    sets.map(|set| set["object"]["name"].as_str().unwrap())
        .collect()
}

/// A failure means that a release of one installation takes another one down.
#[test]
fn of_a_chart_that_is_installed_twice_one_is_planned() {
    let folder = Folder::empty();
    for name in ["north", "south"] {
        folder.put(&format!("{name}/all.yaml"), &chart(name, "shop:1"));
        folder.put(&format!("new/{name}.yaml"), &chart(name, "shop:2"));
    }
    for (name, other) in [("north", "south"), ("south", "north")] {
        for wanted in [
            format!("--image shop=shop:2 --workload {name}"),
            format!("--to new/{name}.yaml"),
        ] {
            let line =
                format!("cutover plan blue-green -f {name} -f {other} --service {name} {wanted}");
            let outcome = folder.run(&format!("{line} -o json"));
            let plan = json(&outcome.output);
            assert_eq!(sets(&plan), [name, &format!("{name}-green")], "{line}");
            let text = plan["spec"].to_string();
            assert_eq!(
                text.contains(&format!("\"name\":\"{other}\"")),
                wanted.contains("--to"),
                "{line}"
            );
            assert!(!outcome.messages.contains("slot"), "{}", outcome.messages);
        }
    }
}

#[test]
fn slots_that_are_named_are_taken_and_shown() {
    let folder = Folder::empty();
    let slots = include_str!("../../../docs/example-slots.yaml");
    let plain = slots
        .replace("track: blue", "stack: one")
        .replace("track: green", "stack: two");
    folder.put(
        "slots.yaml",
        &plain.replace("name: hello-green", "name: other"),
    );
    let line = "cutover plan blue-green -f slots.yaml --service hello --workload other --image hello=hello:3";
    let shown = folder.done(&format!("{line} --slots hello,other -o plan.yaml"));
    assert_eq!(shown, "");
    let shown = folder.done("cutover show plan.yaml --width 1000");
    let note = "note of the plan's author, not checked: Deployment other: it is the idle slot beside Deployment hello, named in `slots`, and picked by its label `stack`";
    assert!(shown.contains(note), "{shown}");
    let unnamed = json(&folder.done(&format!("{line} -o json")));
    assert_eq!(sets(&unnamed), ["other"]);
    let outcome = folder.run(&format!("{line} --slots hello"));
    let message =
        "`hello` does not name two slots\nhint: name two Deployments, as hello,hello-green";
    assert!(outcome.messages.contains(message), "{}", outcome.messages);
    let outcome = folder.run(&format!("{line} --slots hello,othr"));
    let message = "Deployment othr: it is named as a slot, and is not in the input";
    assert!(outcome.messages.contains(message), "{}", outcome.messages);
}
