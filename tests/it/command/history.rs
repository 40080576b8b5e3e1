//! `plan rollback --list`: which revisions there are, by ReplicaSets.

use cutover_cli::Exit;
use serde_json::json;

use super::json;
use crate::support::Folder;

/// A Deployment, and ReplicaSets with a revision and a cause each.
fn history(revisions: &[(&str, &str)]) -> String {
    let mut all =
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: hello, uid: one}\nspec: {}\n"
            .to_owned();
    for (revision, cause) in revisions {
        all += &format!(
            "---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: hello-{revision}\n  annotations: {{deployment.kubernetes.io/revision: \"{revision}\"{cause}}}\n  ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: hello, uid: one, controller: true}}]\n"
        );
    }
    all
}

#[test]
fn revisions_are_listed_as_kubectl_does() {
    let cause = ", kubernetes.io/change-cause: \"set image\\n\\e[31m\"";
    let told = history(&[("10", ""), ("9", cause)]);
    let check = |text: &str, words: &str, exit: Exit, output: &str, messages: &str| {
        let folder = Folder::empty();
        folder.put("all.yaml", text);
        let outcome = folder.run(&format!("cutover plan rollback --list -f all.yaml {words}"));
        assert_eq!(outcome.exit, exit, "{words}\n{}", outcome.messages);
        assert_eq!(outcome.output, output, "{words}");
        assert!(
            outcome.messages.starts_with(messages),
            "{words}\n{}",
            outcome.messages
        );
    };
    let table = "deployment.apps/hello \nREVISION  CHANGE-CAUSE\n9         set image\\n\\u{1b}[31m\n10        <none>\n\n";
    check(&told, "", Exit::Done, table, "");
    check(&told, "deployment/hello", Exit::Done, table, "");
    check(
        &told,
        "hallo",
        Exit::Failed,
        "",
        "error: deployment/hallo: there is no such Deployment",
    );
    check(
        &told,
        "-o plan.yaml",
        Exit::WrongUse,
        "",
        "error: --list makes no plan to write",
    );
    check(&told, "--to-revision 9", Exit::WrongUse, "", "error: ");
    check(
        &history(&[]),
        "",
        Exit::Done,
        "deployment.apps/hello \nNo rollout history found.\n",
        "note: Deployment hello: the input has none\nhint: give its ReplicaSets too",
    );
    let folder = Folder::empty();
    folder.put("all.yaml", &told);
    let list = json(&folder.done("cutover plan rollback --list -f all.yaml -o json"));
    let revisions = json!([
        {"revision": 9, "changeCause": "set image\n\u{1b}[31m"},
        {"revision": 10, "changeCause": null},
    ]);
    assert_eq!(
        list,
        json!({"items": [{"deployment": "hello", "namespace": null, "revisions": revisions}]})
    );
}

/// What `kubectl rollout history` (1.32) printed of the same objects, served to it by a program.
#[test]
fn causes_and_columns_are_kubectl_s() {
    let check = |text: &str, rows: &str| {
        let folder = Folder::empty();
        folder.put("all.yaml", text);
        let output = folder.done("cutover plan rollback --list -f all.yaml");
        assert_eq!(output, format!("deployment.apps/hello \n{rows}\n"));
    };
    let template = "spec: {template: {metadata: {annotations: {kubernetes.io/change-cause: by a template}}}}\n";
    let own = ", kubernetes.io/change-cause: its own";
    check(
        &(history(&[("2", own), ("1", "")]) + template),
        "REVISION  CHANGE-CAUSE\n1         by a template\n2         its own\n",
    );
    check(
        &(history(&[("1", own)]) + template),
        "REVISION  CHANGE-CAUSE\n1         its own\n",
    );
    check(
        &history(&[("1", ", kubernetes.io/change-cause: ''")]),
        "REVISION  CHANGE-CAUSE\n1         <none>\n",
    );
    check(
        &history(&[("1234567890", ""), ("2", "")]),
        "REVISION    CHANGE-CAUSE\n2           <none>\n1234567890  <none>\n",
    );
    // Two of one revision, as after a hand has edited them.
    check(
        &history(&[("2", ", kubernetes.io/change-cause: first"), ("2", own)])
            .replacen("hello-2", "hello-1", 1),
        "REVISION  CHANGE-CAUSE\n2         its own\n",
    );
}
