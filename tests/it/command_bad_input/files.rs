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
            &format!("cutover plan canary -R -f {path} --steps 25 {IMAGE} -o plan.yaml"),
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

/// Named by themselves, or alone in a directory, they are meant to hold manifests.
#[test]
fn what_holds_no_manifest() {
    let bad = |name: &str, text: &str, path: &str, message: &str, hint: &str| {
        let line = format!("cutover plan canary -f {path} --steps 25 {IMAGE} -o plan.yaml");
        check(&[Put(name, text)], &line, Failed, message, hint);
    };
    let kustomization = "resources: [services]\n";
    bad(
        "app/kustomization.yaml",
        kustomization,
        "app",
        "app/kustomization.yaml: no manifests in it",
        "kustomize build app | cutover … -f -",
    );
    bad(
        "kustomization.yaml",
        kustomization,
        "kustomization.yaml",
        "kustomization.yaml: it holds no manifest, but what manifests are made of",
        "kustomize build . | cutover … -f -",
    );
    bad(
        "app/Chart.yaml",
        "apiVersion: v2\nname: hello\n",
        "app/Chart.yaml",
        "app/Chart.yaml: it holds no manifest, but what manifests are made of",
        "helm template app | cutover … -f -",
    );
    bad(
        "app/values.yaml",
        "image: {tag: one}\n",
        "app/values.yaml",
        "app/values.yaml:1:1: `kind` is missing or is no text",
        "every manifest has",
    );
    // What is meant as a manifest is no other file, in a directory either.
    bad(
        "app/hello.yaml",
        "apiVersion: v1\nmetadata: {name: hello}\n",
        "app",
        "app/hello.yaml:1:1: `kind` is missing or is no text",
        "every manifest has",
    );
}

#[test]
fn directories_below() {
    check(
        &[],
        &canary().replace("-R -f hello", "-f hello"),
        Failed,
        "hello: the directory holds no manifests",
        "--recursive reads the directories below it too",
    );
}

#[test]
fn places_to_write_to() {
    check(
        &[],
        &canary().replace("plan.yaml", "plans/plan.yaml"),
        Failed,
        "plans/plan.yaml: there is no folder plans",
        "mkdir -p plans",
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
    let by_folder = format!("canary -R -f hello --steps 25 {IMAGE}");
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
        "rolling -R -f hello --to new",
        "new/hello.yaml",
        "new/hello.yaml",
    );
    let by_file = format!("-R -f hello {IMAGE} --strategy strategies");
    bad(
        &by_file,
        "strategies/strategy.yaml",
        "strategies/strategy.yaml",
    );
    let by_file = format!("-R -f hello {IMAGE} --strategy strategies/strategy.yaml");
    bad(
        &by_file,
        "strategies/strategy.yaml",
        "strategies/strategy.yaml",
    );
}

/// A plan and manifests in one file.
fn mixed(folder: &Folder) -> String {
    let plan = folder.done(&format!(
        "cutover plan canary -R -f hello --steps 25 {IMAGE} -o yaml"
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
                "cutover plan canary -R -f hello --steps {weight} {IMAGE} -o {output}"
            ));
            folder.text(output)
        };
        let first = plan(25);
        assert_ne!(plan(50), first, "{output}");
        assert_eq!(plan(25), first, "{output}");
    }
}
