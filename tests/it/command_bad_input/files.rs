//! Paths that hold nothing to read.

use std::fs;
use std::os::unix::fs::symlink;

use cutover_cli::Exit::{Failed, WrongUse};

use super::{IMAGE, Put, canary, check, refused};
use crate::support::Folder;

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

const HELLO: &str = "hello/deployments/hello.yaml";
const STRATEGY: &str = "canary: { steps: [{ setWeight: 25 }] }\n";

/// By whatever path or link it is named, a file that was read is not written over.
#[test]
fn a_plan_over_what_it_is_made_of() {
    let folder = Folder::hello();
    folder.put(
        "new/hello.yaml",
        &folder.text(HELLO).replace("hello:1.0.0", "hello:2.0.0"),
    );
    folder.put("strategies/strategy.yaml", STRATEGY);
    folder.put("mixed/all.yaml", &mixed(&folder));
    folder.put("hello/comment.yaml", "# nothing yet\n");
    symlink(HELLO, folder.path("link.yaml")).unwrap();
    symlink("link.yaml", folder.path("link-of-a-link.json")).unwrap();
    symlink("hello/deployments", folder.path("sets")).unwrap();
    fs::hard_link(folder.path(HELLO), folder.path("hard.yaml")).unwrap();
    let bad = |words: &str, output: &str, input: &str| {
        let line = format!("cutover plan {words} -o {output}");
        let message = format!("`-o {output}` would overwrite {input}, which the plan is made of");
        refused(
            &folder,
            &line,
            WrongUse,
            &message,
            "name another file: `-o plan.yaml`",
        );
    };
    let by_name = format!("canary -f {HELLO} --steps 25 {IMAGE}");
    let by_folder = format!("canary -f hello --steps 25 {IMAGE}");
    let absolute = folder.path(HELLO);
    bad(&by_name, HELLO, HELLO);
    bad(&by_folder, HELLO, HELLO);
    bad(&by_folder, absolute.to_str().unwrap(), HELLO);
    bad(&by_folder, "hello/../hello/./deployments/hello.yaml", HELLO);
    bad(&by_folder, "link.yaml", HELLO);
    bad(&by_folder, "link-of-a-link.json", HELLO);
    bad(&by_folder, "sets/hello.yaml", HELLO);
    bad(&by_folder, "hard.yaml", HELLO);
    bad(&by_folder, "hello/comment.yaml", "hello/comment.yaml");
    bad(
        &format!("canary -f link.yaml --steps 25 {IMAGE}"),
        HELLO,
        "link.yaml",
    );
    bad(
        &format!("canary -f mixed --steps 25 {IMAGE}"),
        "mixed/all.yaml",
        "mixed/all.yaml",
    );
    bad(
        "rolling -f hello --to new",
        "new/hello.yaml",
        "new/hello.yaml",
    );
    let by_file = format!("-f hello {IMAGE} --strategy strategies");
    bad(
        &by_file,
        "strategies/strategy.yaml",
        "strategies/strategy.yaml",
    );
    let by_file = format!("-f hello {IMAGE} --strategy strategies/strategy.yaml");
    bad(
        &by_file,
        "strategies/strategy.yaml",
        "strategies/strategy.yaml",
    );
}

/// A plan and manifests in one file.
fn mixed(folder: &Folder) -> String {
    let plan = folder.done(&format!(
        "cutover plan canary -f hello --steps 25 {IMAGE} -o yaml"
    ));
    format!("{plan}---\n{}", folder.text(HELLO))
}

#[test]
fn a_plan_over_an_earlier_one() {
    let folder = Folder::hello();
    fs::create_dir(folder.path("plans")).unwrap();
    symlink("../hello/plan.yaml", folder.path("plans/link.yaml")).unwrap();
    for output in [
        "plan.yaml",
        "hello/plan.yaml",
        "hello/plan.json",
        "plans/link.yaml",
    ] {
        let plan = |weight: u8| {
            folder.done(&format!(
                "cutover plan canary -f hello --steps {weight} {IMAGE} -o {output}"
            ));
            folder.text(output)
        };
        let first = plan(25);
        assert_ne!(plan(50), first, "{output}");
        assert_eq!(plan(25), first, "{output}");
    }
}
