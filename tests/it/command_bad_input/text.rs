//! Text that is no manifest.

use cutover::manifest::is_invisible;
use cutover_cli::Exit::Failed;

use super::{Put, Replace, canary, check, plan};
use crate::support::Folder;

const HELLO: &str = "hello/deployments/hello.yaml";

#[test]
fn text_that_is_no_yaml() {
    let bad = |text: &str, message: &str, hint: &str| {
        check(
            &[Put("hello/bad.yaml", text)],
            &canary(),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "kind: Service\n  name: hello\n",
        "hello/bad.yaml:2:7: not YAML: mapping values",
        "quote a text that holds `: `",
    );
    bad(
        "kind: Service\nmetadata:\n\tname: hello\n",
        "hello/bad.yaml:3:2: a tab as indentation",
        "indent with spaces",
    );
    bad(
        "image: {{ .Values.image }}\n",
        "hello/bad.yaml:1:8: `{{`: a template, not YAML",
        "render the chart first: helm template",
    );
    bad(
        "kind: Service\n{{- if .Values.on }}\nspec: {}\n{{- end }}\n",
        "hello/bad.yaml:2:1: `{{`: a template",
        "render the chart first",
    );
    bad(
        "{\"kind\": \"Service\",\n",
        "hello/bad.yaml:2:1: not JSON",
        "kubectl takes a file that begins with `{` for JSON",
    );
    bad(
        "kind: *service\n",
        "hello/bad.yaml:1:7: no anchor of this name",
        "quote a text that begins with `*`",
    );
    bad(
        "%YAML 1.2\n---\nkind: Service\n",
        "hello/bad.yaml:1:1: a YAML directive",
        "remove the line",
    );
    bad(
        "replicas: .inf\n",
        "hello/bad.yaml:1:11: `.inf` is no number that JSON has",
        "quote it",
    );
}

#[test]
fn text_that_is_no_object() {
    let bad = |text: &str, message: &str, hint: &str| {
        check(
            &[Put("hello/bad.yaml", text)],
            &canary().replace("-f hello", "-f hello -f hello/bad.yaml"),
            Failed,
            message,
            hint,
        )
    };
    bad(
        "- kind: Service\n",
        "hello/bad.yaml:1:1: a manifest must be a map",
        "start it with `apiVersion`, `kind`",
    );
    bad(
        "just words\n",
        "hello/bad.yaml:1:1: a manifest must be a map",
        "start it with",
    );
    bad(
        "apiVersion: v1\nkind: Service\n",
        "hello/bad.yaml:1:1: `metadata.name` is missing",
        "every manifest has",
    );
    bad(
        "kind: Service\nmetadata: {name: a}\n",
        "hello/bad.yaml:1:1: `apiVersion` is missing",
        "every manifest has",
    );
    bad(
        "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: a-}\n",
        "hello/bad.yaml:1:1: Job has `generateName: a-`",
        "give it a `metadata.name`",
    );
    bad(
        "apiVersion: v1\nkind: Service\nmetadata: {name: 1}\n",
        "hello/bad.yaml:1:1: `metadata.name` is missing or is no text",
        "every manifest has",
    );
}

#[test]
fn a_key_twice() {
    check(
        &[Replace(
            HELLO,
            "spec:\n  replicas: 3",
            "spec:\n  replicas: 3\n  replicas: 4",
        )],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:9:3: the key `replicas` is already defined in line 8",
        "kubectl takes the last one",
    );
    let service = include_str!("../../fixtures/hello/services/hello.yaml");
    let twice = service.replace(
        "targetPort: http",
        "targetPort: http\n      targetPort: http",
    );
    assert_ne!(twice, service);
    let moved = twice.replace("port: 80\n", "port: 81\n");
    assert_ne!(twice, moved);
    let hello = include_str!("../../fixtures/hello/deployments/hello.yaml");
    check(
        &[
            Put("hello/services/hello.yaml", &twice),
            Put("new/service.yaml", &moved),
            Put(
                "new/hello.yaml",
                &hello.replace("hello:1.0.0", "hello:2.0.0"),
            ),
        ],
        &plan("rolling --to new"),
        Failed,
        "new/service.yaml:13:7: the key `targetPort` is already defined in line 12",
        "kubectl takes the last one",
    );
}

#[test]
fn an_object_twice() {
    let copy = "apiVersion: v1\nkind: Service\nmetadata: {name: hello}\n";
    check(
        &[Put("hello/services/more.yaml", copy)],
        &canary(),
        Failed,
        "hello/services/more.yaml:1:1: Service hello is already defined in hello/services/hello.yaml:2:1",
        "remove one of them",
    );
}

#[test]
fn versions_that_no_server_knows() {
    check(
        &[Replace(HELLO, "apps/v1", "extensions/v1beta1")],
        &canary(),
        Failed,
        "hello/deployments/hello.yaml:2:1: Deployment hello: Kubernetes serves no `extensions/v1beta1`",
        "use `apiVersion: apps/v1`",
    );
}

#[test]
fn several_errors_are_told_at_once() {
    let folder = Folder::hello();
    folder.put("hello/a.yaml", "kind: [\n");
    folder.put("hello/b.yaml", "a:\n\tb: 1\n");
    let messages = folder.run(&canary()).messages;
    assert_eq!(messages.matches("error: ").count(), 2, "{messages}");
}

/// What a terminal would obey is written out, wherever an error takes it from.
#[test]
fn escapes_in_a_file_reach_no_terminal() {
    let check = |name: &str, text: &str| {
        let folder = Folder::hello();
        folder.put(name, text);
        let told = folder.raw("cutover plan rolling -R -f hello", "").messages;
        let told = told.replace("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m", "error:");
        let told = told.replace("\u{1b}[36mhint:\u{1b}[0m", "hint:");
        let obeyed = |c: char| c != '\n' && is_invisible(c);
        assert!(!told.contains(obeyed), "{told:?}");
        assert!(told.starts_with("error: hello/"), "{told:?}");
        for line in told.lines() {
            let (label, text) = line.split_once(": ").unwrap();
            let ours = label == "hint" || (label == "error" && text.starts_with("hello/"));
            assert!(ours && !line.starts_with("hint: run"), "{told:?}");
        }
    };
    check(
        "hello/bad.yaml",
        "kind: \"A\\e[31m\"\napiVersion: v1\nmetadata: {name: a}\n",
    );
    check(
        "hello/bad.yaml",
        "apiVersion: v1\nkind: A\nmetadata: {name: \"a\\e[2J\"}\n",
    );
    check(
        "hello/bad.yaml",
        "apiVersion: v1\nkind: A\n\"a\\e[2J\": 1\n\"a\\e[2J\": 2\n",
    );
    check(
        "hello/bad.yaml",
        "apiVersion: v1\nkind: A\n\"a\\nhint: run it\": 1\n\"a\\nhint: run it\": 2\n",
    );
    check("hello/bad\u{1b}[31m.yaml", "kind: A\nmetadata: {}\n");
    check("hello/bad\nerror: b.yaml", "kind: A\nmetadata: {}\n");
    check("hello/bad\u{200b}.yaml", "kind: A\nmetadata: {}\n");
}
