//! What is there beside Deployments, and beside what is meant.

use cutover_cli::Exit::{Failed, WrongUse};

use super::{Put, check};

/// Whatever has a template of pods, with a container of its name.
fn runs_pods(kind: &str, name: &str) -> String {
    let version = match kind {
        "CronJob" => "batch/v1",
        "Rollout" => "argoproj.io/v1alpha1",
        _ => "apps/v1",
    };
    let pods = format!("template: {{spec: {{containers: [{{name: {name}, image: {name}:1}}]}}}}");
    let spec = match kind {
        "CronJob" => format!("jobTemplate: {{spec: {{{pods}}}}}"),
        _ => pods,
    };
    format!(
        "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}, namespace: prod}}\nspec: {{{spec}}}\n"
    )
}

#[test]
fn kinds_that_are_not_planned_yet() {
    let bad = |kinds: &[&str], words: &str, message: &str, hint: &str| {
        let objects: Vec<String> = kinds
            .iter()
            .map(|kind| runs_pods(kind, &kind.to_lowercase()))
            .collect();
        let line = format!("cutover plan {words} -f all.yaml -o plan.yaml");
        check(
            &[Put("all.yaml", &objects.join("---\n"))],
            &line,
            Failed,
            message,
            hint,
        );
    };
    for kind in ["StatefulSet", "DaemonSet", "CronJob", "Rollout"] {
        let name = kind.to_lowercase();
        bad(
            &[kind],
            &format!("rolling --image {name}={name}:2"),
            &format!(
                "container {name}: only Deployments are planned yet, and {kind} prod/{name} has it"
            ),
            "change it by the name of its image",
        );
        bad(
            &[kind],
            &format!("restart {name}"),
            &format!(
                "deployment/{name}: there is no such Deployment; only Deployments are planned yet, and there are {kind} prod/{name}\n"
            ),
            "check the name",
        );
    }
    bad(
        &["StatefulSet", "CronJob"],
        "restart",
        "the input: there is no such Deployment; only Deployments are planned yet, and there are StatefulSet prod/statefulset, CronJob prod/cronjob\n",
        "check the name",
    );
    bad(
        &["StatefulSet"],
        "rolling --image web=web:2",
        "container web: no Deployment of the input has it",
        "there are none",
    );
}

#[test]
fn a_namespace_that_nothing_is_in() {
    let bad = |words: &str| {
        let all = runs_pods("Deployment", "web").replace("prod", "north")
            + "---\n"
            + &runs_pods("StatefulSet", "db");
        let line = format!("cutover plan {words} -f all.yaml -o plan.yaml");
        let message = "namespace south: nothing of the input is in it";
        check(
            &[Put("all.yaml", &all)],
            &line,
            Failed,
            message,
            "there are north, prod",
        );
    };
    bad("rolling -n south --image web=web:2");
    bad("restart web -n south");
    bad("canary -n south --steps 25 --to all.yaml");
}

#[test]
fn texts_that_are_no_image() {
    let hint = "write REPOSITORY:TAG";
    check(
        &[],
        "cutover plan rolling -R -f hello --image hello=hello;2",
        WrongUse,
        "invalid value 'hello=hello;2' for '--image <CONTAINER=IMAGE>': container hello: \"hello;2\" is not an image",
        hint,
    );
    let blank = include_str!("../../fixtures/hello/deployments/hello.yaml")
        .replace("hello:1.0.0", "hello :2.0.0");
    check(
        &[Put("new/hello.yaml", &blank)],
        "cutover plan rolling -R -f hello --to new -o plan.yaml",
        Failed,
        "new/hello.yaml:22:18: Deployment hello: /spec/template/spec/containers/0/image: \"registry.example/hello :2.0.0\" is not an image",
        hint,
    );
}

/// What was read of it looks otherwise.
#[test]
fn the_text_that_stands_there() {
    let hello = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let labelled = hello.replace("labels: {app: hello}", "labels: {app: 1.10}");
    check(
        &[Put("hello/deployments/hello.yaml", &labelled)],
        "cutover plan rolling -R -f hello --image hello=hello:2 -o plan.yaml",
        Failed,
        "hello/deployments/hello.yaml:6:17: Deployment hello: /metadata/labels/app: invalid type: floating point `1.1`, expected a string; `1.10` stands there\n",
        "a text stands in quotes",
    );
}
