//! Paths that hold nothing to read.

use cutover_cli::Exit::Failed;

use super::{IMAGE, Put, canary, check};

#[test]
fn paths() {
    let bad = |path: &str, message: &str, hint: &str| {
        check(
            &[
                Put("empty/notes.txt", "none\n"),
                Put("blank.yaml", "# nothing\n---\n"),
            ],
            &format!("cutover plan canary -f {path} --steps 25 {IMAGE} -o plan.yaml"),
            Failed,
            message,
            hint,
        );
    };
    bad(
        "hallo",
        "hallo: there is no such file or directory",
        "check the path",
    );
    bad(
        "hallo.yaml",
        "hallo.yaml: there is no such file or directory",
        "check the path",
    );
    bad(
        "empty",
        "empty: the directory holds no manifests",
        "name the directory that the manifests are in",
    );
    bad(
        "blank.yaml",
        "blank.yaml: no manifests in it",
        "name the files or directories",
    );
    bad("-", "stdin: no manifests in it", "name the files");
    bad(
        "https://example.com/hello.yaml",
        "https://example.com/hello.yaml: cutover reads manifests from files, not from the network",
        "curl -L",
    );
    bad(
        "hello --to hallo",
        "hallo: there is no such file or directory",
        "check the path",
    );
}

#[test]
fn sources_of_other_tools() {
    let kustomization =
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [services]\n";
    check(
        &[Put("hello/kustomization.yaml", kustomization)],
        &canary(),
        Failed,
        "hello/kustomization.yaml: a kustomization, not manifests",
        "kustomize build hello | cutover … -f -",
    );
    check(
        &[Put("hello/Chart.yaml", "name: hello\n")],
        &canary(),
        Failed,
        "hello/Chart.yaml: a Helm chart, not manifests",
        "helm template hello | cutover … -f -",
    );
}

#[test]
fn places_to_write_to() {
    check(
        &[],
        &canary().replace("plan.yaml", "plans/plan.yaml"),
        Failed,
        "plans/plan.yaml: there is no such file or directory",
        "check the path",
    );
}
