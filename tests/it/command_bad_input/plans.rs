//! Plans that are none, and files that are not those of the plan.

use std::fs;

use cutover::Plan;
use cutover::manifest::read;
use cutover_cli::Exit::{self, Failed};

use super::{Change, IMAGE, Put, Replace, canary, change, check, refused};
use crate::support::Folder;

/// Makes a plan, changes the folder, and expects the command to fail.
#[track_caller]
fn after(changes: &[Change<'_>], line: &str, exit: Exit, message: &str, hint: &str) {
    let folder = Folder::hello();
    folder.done(&canary());
    change(&folder, changes);
    refused(&folder, line, exit, message, hint);
}

#[test]
fn no_plan() {
    check(
        &[],
        "cutover show plan.yaml",
        Failed,
        "plan.yaml: there is no such file or directory",
        "check the path",
    );
    check(
        &[Put("plan.yaml", "")],
        "cutover show plan.yaml",
        Failed,
        "plan.yaml: a plan is one document, and there are 0",
        "make the plan with",
    );
    check(
        &[],
        "cutover show hello/services/hello.yaml",
        Failed,
        "hello/services/hello.yaml:2:1: this is a Service and no plan",
        "make the plan with",
    );
    check(
        &[],
        "cutover show hello",
        Failed,
        "hello: a plan is one document, and there are 6",
        "make the plan with",
    );
    check(
        &[Put(
            "plan.json",
            "{\"apiVersion\": \"cutover.dev/v1alpha1\", \"kind\": \"Plan\",",
        )],
        "cutover show plan.json",
        Failed,
        "plan.json:1:54: not JSON",
        "kubectl takes a file that begins with",
    );
    check(
        &[Put(
            "plan.yaml",
            "apiVersion: cutover.dev/v1alpha1\nkind: Plan\n",
        )],
        "cutover show plan.yaml",
        Failed,
        "plan.yaml: plan: ",
        "make the plan with",
    );
    check(
        &[Put("plan.yaml", "apiVersion: cutover.dev/v1\nkind: Plan\n")],
        "cutover show plan.yaml",
        Failed,
        "plan.yaml: plan: apiVersion: `cutover.dev/v1` is not `cutover.dev/v1alpha1`",
        "use the version of cutover that made the plan",
    );
}

#[test]
fn a_plan_edited_by_hand() {
    for line in [
        "show plan.yaml",
        "diff plan.yaml",
        "patches plan.yaml --step 1",
        "render plan.yaml --step 1",
        "write plan.yaml --step 1 -R -f hello",
    ] {
        let edited = Replace("plan.yaml", "replicas: 2", "replicas: 1");
        after(
            &[edited],
            &format!("cutover {line}"),
            Failed,
            "plan.yaml: plan: digest: the plan is not the one",
            "a plan is not edited by hand",
        );
    }
}

#[test]
fn steps_that_there_are_not() {
    after(
        &[],
        "cutover patches plan.yaml --step 9",
        Failed,
        "plan.yaml: the plan has no step 9",
        "steps go from 1 to 8",
    );
    after(
        &[],
        "cutover patches plan.yaml --step 0",
        Failed,
        "plan.yaml: the plan has no step 0",
        "steps go from 1 to 8",
    );
    after(
        &[],
        "cutover diff plan.yaml --step 9",
        Failed,
        "plan.yaml: the plan has no step 9",
        "steps go from 1 to 8",
    );
    after(
        &[],
        "cutover render plan.yaml --step 9",
        Failed,
        "plan.yaml: the plan has no step 9",
        "steps go from 0 to 8",
    );
    after(
        &[],
        "cutover write plan.yaml --step 9 -R -f hello",
        Failed,
        "plan.yaml: the plan has no step 9",
        "steps go from 0 to 8; 0 is the state before the first",
    );
}

#[test]
fn files_that_are_not_those_of_the_plan() {
    let write = "cutover write plan.yaml --step 1 -R -f hello";
    let hint = "plan again from the files as they are";
    let hello = "hello/deployments/hello.yaml";
    after(
        &[Replace(hello, "seconds: 5", "seconds: 6")],
        write,
        Failed,
        "hello/deployments/hello.yaml:38:26: Deployment hello: /spec/template/spec/containers/0/lifecycle/preStop/sleep/seconds: it is not as in the plan",
        hint,
    );
    after(
        &[Replace(hello, "replicas: 3 ", "replicas: 4 ")],
        write,
        Failed,
        "the files stand at no state of the plan; state 0 is the nearest",
        hint,
    );
    after(
        &[Replace(
            "hello/services/hello.yaml",
            "name: hello",
            "name: hallo",
        )],
        write,
        Failed,
        "Service hello: it is in no file",
        hint,
    );
    after(
        &[],
        "cutover write plan.yaml --step 1 -f hello/services",
        Failed,
        "Deployment hello: it is in no file",
        hint,
    );
    after(
        &[],
        "cutover write plan.yaml --step 1 -f -",
        Failed,
        "stdin: no manifests in it",
        "name the files",
    );
    after(
        &[Put(
            "hello/deployments/deployment-hello-canary.yaml",
            "# later\n",
        )],
        write,
        Failed,
        "hello/deployments/deployment-hello-canary.yaml: the file is there already",
        "give that file another name",
    );
}

#[test]
fn files_that_cannot_be_edited() {
    let hello = "hello/deployments/hello.yaml";
    let folder = Folder::hello();
    folder.change(hello, "replicas: 3 ", "replicas: &three 3 ");
    folder.change(
        hello,
        "containerPort: 8081",
        "containerPort: 8081\n              hostPort: *three",
    );
    folder.done(&canary());
    refused(
        &folder,
        "cutover write plan.yaml --step 2 -R -f hello",
        Failed,
        "hello/deployments/hello.yaml:",
        "make this change by hand",
    );
}

/// Who forges a plan forges its digest too, so what it holds is read before that.
#[test]
fn kinds_and_names_that_would_be_paths() {
    let bad = |from: &str, to: &str, message: &str| {
        let line = "cutover write plan.yaml --step 1 -R -f hello";
        let hint = "write a kind as Deployment, a name as hello or system:node";
        after(
            &[Replace("plan.yaml", from, to)],
            line,
            Failed,
            message,
            hint,
        );
    };
    bad(
        "kind: Deployment\n",
        "kind: ../../.github/workflows/ci\n",
        r#"plan.yaml: plan: spec.from[0]: `kind` is "../../.github/workflows/ci": a kind is letters"#,
    );
    bad(
        "name: hello-canary\n",
        "name: ../../ci\n",
        r#"plan.yaml: plan: spec.steps[0].changes[0].create: `metadata.name` is "../../ci": it may not contain '/'"#,
    );
    bad(
        "name: hello-canary\n",
        "name: ..\n",
        r#"plan.yaml: plan: spec.steps[0].changes[0].create: `metadata.name` is "..": it may not be `..`"#,
    );
}

/// Every command that reads a plan recounts what it promises.
#[test]
fn a_plan_forged_and_digested_again() {
    let folder = Folder::hello();
    folder.done(&canary());
    let text = folder.text("plan.yaml");
    let reading = read("plan.yaml", text.as_bytes()).unwrap();
    let mut spec = Plan::parse(&reading.documents[0].value).unwrap().spec;
    spec.steps[1].gates.clear();
    let forged = Plan::new("hello", spec).unwrap();
    folder.put("plan.json", &forged.to_value().unwrap().to_string());
    for line in [
        "show plan.json",
        "diff plan.json",
        "patches plan.json --step 1",
        "render plan.json --step 1",
        "write plan.json --step 1 -R -f hello",
        "apply plan.json",
        "approve plan.json",
        "abort plan.json",
        "pause plan.json",
        "resume plan.json",
        "undo plan.json",
        "status plan.json",
        "wait plan.json --step 1",
        "rights plan.json",
    ] {
        let message = "plan.json: the plan does not keep what it promises\n  \
            step 3: hello: 5 pods may be alive, and 4 are allowed";
        let hint = "make the plan anew with `cutover plan`";
        refused(&folder, &format!("cutover {line}"), Failed, message, hint);
    }
}

/// A reviewer's tool may take the first, and this program the last.
#[test]
fn a_key_twice() {
    let check = |from: &str, to: &str, message: &str| {
        let twice = Replace("plan.yaml", from, to);
        let hint = "kubectl takes the last one; remove the others";
        after(&[twice], "cutover show plan.yaml", Failed, message, hint);
    };
    check(
        "kind: Plan\n",
        "kind: Plan\nkind: Plan\n",
        "plan.yaml:4:1: the key `kind` is already defined in line 3",
    );
    check(
        "metadata:\n  name: hello\n",
        "metadata:\n  name: other\n  name: hello\n",
        "plan.yaml:6:3: the key `name` is already defined in line 5",
    );
    check(
        "  strategy: canary\n",
        "  strategy: canary\n  strategy: canary\n",
        "plan.yaml:",
    );
}

/// A failure means that a plan is shown, written or carried out that nobody approved.
#[test]
fn another_plan_than_was_approved() {
    let folder = Folder::hello();
    folder.done(&canary());
    let plan = fs::read(folder.path("plan.yaml")).unwrap();
    let plan = read("plan.yaml", &plan).unwrap();
    let digest = Plan::parse(&plan.documents[0].value)
        .unwrap()
        .digest
        .to_string();
    let digits = digest.trim_start_matches("sha256:");
    let approved = [
        digest.clone(),
        digits.to_owned(),
        digits.to_ascii_uppercase(),
    ];
    for approved in &approved {
        folder.done(&format!("cutover show plan.yaml --digest {approved}"));
    }
    let other = "0".repeat(64);
    for command in [
        "show",
        "diff",
        "patches --step 1",
        "render --step 1",
        "write --step 1 -R -f hello",
    ] {
        let (command, rest) = command.split_once(' ').unwrap_or((command, ""));
        let line = format!("cutover {command} plan.yaml {rest} --digest {other}");
        let message =
            format!("plan.yaml: the plan has the digest {digest}, and sha256:{other} was approved");
        refused(&folder, line.trim(), Failed, &message, "review this one");
    }
    let short = &digits[..12];
    let line = format!("cutover show plan.yaml --digest {short}");
    refused(
        &folder,
        &line,
        Exit::WrongUse,
        &format!("invalid value '{short}' for '--digest <SHA256>': `sha256:{short}` is not"),
        "a digest is `sha256:` and 64 hexadecimal digits",
    );
}

/// A failure means that CI lets a plan pass that is wider than a team allows.
#[test]
fn plans_that_do_not_keep_the_bounds_of_a_team() {
    let folder = Folder::hello();
    folder.done(&canary());
    let check = |flags: &str, broken: &str| {
        let line = format!("cutover check plan.yaml {flags}");
        let outcome = folder.run(&line);
        let exit = if broken.is_empty() {
            Exit::Done
        } else {
            Exit::BoundBroken
        };
        assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
        assert!(outcome.messages.contains(broken), "{}", outcome.messages);
        assert!(
            outcome
                .output
                .starts_with("hello: 3 replicas, floor 3, ceiling 4")
        );
    };
    check("", "");
    check("--min-available 100% --max-pods 4 --max-exposure 25", "");
    check("--min-available 3 --max-pods 134%", "");
    check(
        "--min-available 4",
        "hello: before the first step: 3 available, and 4 are wanted",
    );
    check("--max-pods 3", "hello: step 1: 4 pods, and 3 are allowed");
    check(
        "--max-pods 100%",
        "hello: step 1: 4 pods, and 3 are allowed",
    );
    check(
        "--max-exposure 24",
        "hello: step 1: 25 % of the requests reach the new version before anybody is asked, and 24 % are allowed",
    );
}

/// A failure means that a bound in pods is said to be kept of a number that nobody knows.
#[test]
fn bounds_of_a_number_of_pods_that_others_own() {
    let folder = Folder::hello();
    folder.change(
        "hello/deployments/hello.yaml",
        "  replicas: 3            # one a zone\n",
        "",
    );
    folder.done(
        "cutover plan rolling -R -f hello --image hello=registry.example/hello:2.0.0 -o plan.yaml",
    );
    let check = |flags: &str, broken: &str| {
        let outcome = folder.run(&format!("cutover check plan.yaml {flags}"));
        let exit = match broken {
            "" => Exit::Done,
            _ => Exit::BoundBroken,
        };
        assert_eq!(outcome.exit, exit, "{flags}\n{}", outcome.messages);
        assert!(outcome.messages.contains(broken), "{}", outcome.messages);
    };
    check("--min-available 75% --max-pods 125%", "");
    check(
        "--min-available 76%",
        "hello: 25% of as many pods as run may be missing, and 76% are wanted, however many run",
    );
    check("--min-available 1", "however many run");
    check(
        "--max-pods 124%",
        "hello: 25% more than as many pods as run may be alive, and 124% are allowed, however many run",
    );
    check("--max-pods 9999", "however many run");
    check("--max-cpu 100", "how much CPU is requested is not known");
}

/// The same for clusters that have room for so much.
#[test]
fn plans_whose_pods_ask_for_more_than_there_is() {
    let folder = Folder::hello();
    folder.change(
        "hello/deployments/hello.yaml",
        "          env:",
        "          resources: {requests: {cpu: 500m, memory: 1Gi}}\n          env:",
    );
    folder.done(&canary());
    let check = |flags: &str, exit: Exit, message: &str| {
        let outcome = folder.run(&format!("cutover check plan.yaml {flags}"));
        assert_eq!(outcome.exit, exit, "{flags}\n{}", outcome.messages);
        assert!(outcome.messages.contains(message), "{}", outcome.messages);
    };
    check("--max-cpu 2 --max-memory 4Gi", Exit::Done, "");
    check("--max-cpu 2000m --max-memory 4096Mi", Exit::Done, "");
    check(
        "--max-cpu 1.9",
        Exit::BoundBroken,
        "hello: step 1: 2 of CPU requested, and 1900m allowed",
    );
    check(
        "--max-memory 4G",
        Exit::BoundBroken,
        "hello: step 1: 4Gi of memory requested, and 4G allowed",
    );
    check(
        "--max-memory 2Gi",
        Exit::BoundBroken,
        "hello: step 1: 4Gi of memory requested, and 2Gi allowed",
    );
    check(
        "--max-memory 4GB",
        Exit::WrongUse,
        "`4GB` is not a quantity of a resource\nhint: write 2, 500m, 1.5Gi or 100M",
    );
    // Where somebody else says how many pods there are, nobody knows how much they ask for.
    folder.change(
        "hello/deployments/hello.yaml",
        "  replicas: 3            # one a zone\n",
        "",
    );
    folder.done(&format!(
        "cutover plan rolling -R -f hello {IMAGE} -o plan.yaml"
    ));
    let shown = folder.done("cutover show plan.yaml");
    assert!(!shown.contains("Pods ask"), "{shown}");
    check("", Exit::Done, "");
    check(
        "--max-cpu 100",
        Exit::BoundBroken,
        "hello: how much CPU is requested is not known: the plan does not say how many pods run",
    );
}
