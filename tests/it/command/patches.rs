//! `cutover patches`: lines, files for kubectl, and kustomize Components.

use std::fs;
use std::os::unix::fs::symlink;

use cutover_cli::Exit;
use serde_json::Value;

use super::{IMAGE, json, planned};
use crate::support::Folder;

#[test]
fn all_steps_are_printed_where_none_is_named() {
    let folder = planned();
    let each: String = (1..=8)
        .map(|step| folder.done(&format!("cutover patches plan.yaml --step {step}")))
        .collect();
    assert_eq!(folder.done("cutover patches plan.yaml"), each);
    assert_eq!(
        folder.done("cutover patches plan.yaml --undo"),
        folder.done("cutover patches plan.yaml --step 8 --undo")
    );
}

#[test]
fn a_script_names_each_file_and_what_it_waits_for() {
    let folder = planned();
    let script = folder.done("cutover patches plan.yaml --step 3 -o dir --directory by/hand");
    assert_eq!(
        script,
        "\
set -e   # the first line that fails is the last

# step 3 · canary-50 · scale Deployment hello-canary 1 → 2
kubectl patch deployment.v1.apps hello-canary --type=json --patch-file by/hand/step-3-1-patch-deployment-hello-canary.json
kubectl rollout status deployment.v1.apps hello --timeout=600s
kubectl wait deployment.v1.apps hello --for=jsonpath='{.status.replicas}'=2 --timeout=600s
kubectl rollout status deployment.v1.apps hello-canary --timeout=600s
kubectl wait deployment.v1.apps hello-canary --for=jsonpath='{.status.replicas}'=2 --timeout=600s
sleep 5   # hello endpoints: they follow within seconds
echo 'step 3: press Enter when this holds: a person' && read -r _
"
    );
    let check = |step: usize, line: &str| {
        let script = folder.done(&format!(
            "cutover patches plan.yaml --step {step} -o dir --directory steps"
        ));
        assert!(
            script.lines().any(|printed| printed == line),
            "{line}: {script}"
        );
    };
    check(
        1,
        "kubectl create -f steps/step-1-1-create-deployment-hello-canary.yaml",
    );
    check(
        7,
        "until [ \"$(kubectl get deployment.v1.apps hello-canary -o go-template='{{eq .metadata.generation .status.observedGeneration}} {{or .status.replicas 0}}')\" = 'true 0' ]; do sleep 1; done",
    );
    check(8, "kubectl delete deployment.v1.apps hello-canary");
}

#[test]
fn files_hold_what_the_lines_do() {
    let folder = planned();
    for flags in ["", "--undo --step 3", "--undo"] {
        let lines = folder.done(&format!("cutover patches plan.yaml {flags}"));
        folder.done(&format!(
            "cutover patches plan.yaml {flags} -o dir --directory steps"
        ));
        let wanted: Vec<Value> = lines
            .lines()
            .map(json)
            .filter(|line| line["verb"] != "delete")
            .map(|line| {
                line.get("patch")
                    .unwrap_or_else(|| &line["manifest"])
                    .clone()
            })
            .collect();
        let files = folder.files();
        let written = files
            .iter()
            .filter(|(name, _)| name.starts_with("steps/"))
            .map(|(name, text)| match name.ends_with(".json") {
                true => json(text),
                false => json(&folder.done(&format!("cutover read -f {name} -o json")))["items"][0]
                    .clone(),
            });
        assert_eq!(written.collect::<Vec<_>>(), wanted, "{flags}");
        fs::remove_dir_all(folder.path("steps")).unwrap();
    }
}

#[test]
fn what_a_shell_would_read_otherwise_is_quoted() {
    let folder = Folder::hello();
    for file in ["deployments/hello.yaml", "services/hello.yaml"] {
        let text = folder.text(&format!("hello/{file}"));
        let metadata = "metadata:\n  name: hello\n";
        let placed = "metadata:\n  namespace: shop\n  name: hello\n";
        folder.put(&format!("shop/{file}"), &text.replace(metadata, placed));
    }
    folder.done(&format!(
        "cutover plan rolling -R -f shop {IMAGE} -o plan.yaml"
    ));
    let script = folder.done("cutover patches plan.yaml -o dir --directory it;$HOME");
    let line = "kubectl patch deployment.v1.apps hello --namespace shop --type=json --patch-file 'it;$HOME/step-1-1-patch-deployment-hello.json'\n";
    assert!(script.contains(line), "{script}");
}

#[test]
fn files_are_replaced_and_none_is_written_where_one_cannot_be() {
    let folder = planned();
    let first = "steps/step-2-1-patch-deployment-hello.json";
    folder.put(first, "old");
    folder.put("steps/other.json", "other");
    folder.done("cutover patches plan.yaml -o dir --directory steps");
    assert!(folder.text(first).starts_with("[\n"));
    assert_eq!(folder.text("steps/other.json"), "other");

    let folder = planned();
    let before = folder.files();
    let last = "steps/step-7-1-patch-deployment-hello-canary.json";
    fs::create_dir(folder.path("steps")).unwrap();
    symlink(folder.path("plan.yaml"), folder.path(last)).unwrap();
    let outcome = folder.run("cutover patches plan.yaml -o dir --directory steps");
    assert_eq!((outcome.exit, &*outcome.output), (Exit::Failed, ""));
    let reason = format!("error: {last}: it is a link, which may lead anywhere\nhint: ");
    assert!(outcome.messages.contains(&reason), "{}", outcome.messages);
    fs::remove_file(folder.path(last)).unwrap();
    assert_eq!(folder.files(), before);
}

#[test]
fn a_secret_s_values_are_in_no_patch() {
    let folder = Folder::hello();
    let secret = |token: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: key}}\nstringData: {{token: {token}}}\n"
        )
    };
    let all = folder.done("cutover read -R -f hello");
    folder.put("from.yaml", &format!("{all}---\n{}", secret("one")));
    folder.put("to.yaml", &format!("{all}---\n{}", secret("two")));
    folder.put("bare.yaml", &all);
    for (from, to) in [("from", "to"), ("bare", "to")] {
        folder.done(&format!(
            "cutover plan rolling -f {from}.yaml --to {to}.yaml {IMAGE} -o plan.yaml"
        ));
        let before = folder.files();
        for output in [
            "",
            "-o dir --directory steps",
            "-o kustomize --directory steps",
        ] {
            let outcome = folder.run(&format!("cutover patches plan.yaml {output}"));
            assert_eq!((outcome.exit, &*outcome.output), (Exit::Failed, ""));
            let reason = "error: step 1: Secret key: a plan does not hold a Secret's values\nhint: `cutover apply` and `cutover write` take them from where they are";
            assert!(outcome.messages.contains(reason), "{}", outcome.messages);
        }
        assert_eq!(folder.files(), before);
        folder.done("cutover patches plan.yaml --step 2");
    }
}

#[test]
fn components_are_listed_in_their_order() {
    let folder = planned();
    let list = folder.done("cutover patches plan.yaml --undo --step 3 -o kustomize --directory k");
    assert_eq!(
        list,
        "\
components:
- undo-3-step-1   # scale Deployment hello-canary 2 → 1
- undo-3-step-2   # scale Deployment hello 2 → 3
- undo-3-step-3   # scale Deployment hello-canary 1 → 0
- undo-3-step-4   # delete Deployment hello-canary
"
    );
    assert_eq!(
        folder.text("k/undo-3-step-2/kustomization.yaml"),
        "\
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
- path: 1-patch-deployment-hello.json
  target:
    group: apps
    kind: Deployment
    name: hello
    version: v1
"
    );
}
