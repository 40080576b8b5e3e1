//! `cutover plan --verify`, and the exit codes that tell of a difference.

use cutover_cli::Exit;

use super::{IMAGE, planned};
use crate::support::Folder;

/// Makes a plan, changes a text of the folder where one is named, and asks whether the plan is what
/// other words give.
#[track_caller]
fn check(made: &str, change: Option<(&str, &str, &str)>, asked: &str, place: &str) {
    let folder = Folder::hello();
    folder.done(&format!("cutover plan {made} -R -f hello -o plan.yaml"));
    if let Some((file, from, to)) = change {
        folder.change(file, from, to);
    }
    let outcome = folder.run(&format!(
        "cutover plan {asked} -R -f hello --verify plan.yaml"
    ));
    let (exit, expect) = match place {
        "" => (
            Exit::Done,
            "note: plan.yaml: the plan is what this input gives",
        ),
        place => (Exit::Different, place),
    };
    assert_eq!(outcome.exit, exit, "{asked}\n{}", outcome.messages);
    assert_eq!(outcome.output, "", "{asked}");
    assert!(
        outcome.messages.contains(expect),
        "{}\n{expect}",
        outcome.messages
    );
}

/// The words of each strategy, and others that give another plan; where that is told.
fn strategies() -> Vec<(String, String, &'static str)> {
    let at = "restart --workload hello --at 2026-11-24T10:00:0";
    let affinity = "affinity --service hello --session-affinity";
    let wanted = [
        ("canary --steps 25", "canary --steps 50", "step 1: "),
        (
            "blue-green --service hello",
            "blue-green --service hello --scale-down-delay-seconds 60",
            "step ",
        ),
        ("rolling", "rolling --max-unavailable 1", "step 1: "),
        (
            "recreate",
            "rolling",
            "plan: /spec/strategy: the plan says \"recreate\", the input gives \"rolling\"",
        ),
    ];
    let own = [
        (
            format!("{at}0Z"),
            format!("{at}1Z"),
            "restartedAt: the plan says \"2026-11-24T10:00:00Z\", the input gives \"2026-11-24T10:00:01Z\"",
        ),
        (
            "pause --workload hello".into(),
            "pause --workload auth".into(),
            "plan: promise of workload hello: only in the plan",
        ),
        (
            "scale --workload hello --replicas 5".into(),
            "scale --workload hello --replicas 6".into(),
            "step 1: patch Deployment hello: /spec/replicas: the plan says 5, the input gives 6",
        ),
        (
            format!("{affinity} ClientIP"),
            format!("{affinity} ClientIP --timeout-seconds 60"),
            "step 1: patch Service hello",
        ),
    ];
    let wanted = wanted
        .map(|(one, other, place)| (format!("{one} {IMAGE}"), format!("{other} {IMAGE}"), place));
    wanted.into_iter().chain(own).collect()
}

/// A failure means that CI lets a plan pass that is not what the repository gives.
#[test]
fn another_flag_gives_another_plan() {
    for (made, other, place) in strategies() {
        check(&made, None, &made, "");
        check(&made, None, &other, place);
    }
}

#[test]
fn another_byte_of_the_input_gives_another_plan() {
    let deployment = "hello/deployments/hello.yaml";
    let canary = format!("canary --steps 25 {IMAGE}");
    check(
        &canary,
        Some((deployment, "value: \"hello\"", "value: \"hallo\"")),
        &canary,
        "  plan: Deployment hello as it is: /spec/template/spec/containers/0/env/0/value: the plan says \"hello\", the input gives \"hallo\"\n  \
           step 1: create Deployment hello-canary: /spec/template/spec/containers/0/env/0/value: the plan says \"hello\", the input gives \"hallo\"\n",
    );
    // A comment is none of the plan's business.
    check(
        &canary,
        Some((deployment, "# one a zone", "# one each")),
        &canary,
        "",
    );
    check(
        &canary,
        None,
        &canary.replace("2.0.0", "2.0.1"),
        "step 1: create Deployment hello-canary: /spec/template/spec/containers/0/image",
    );
    check(
        &format!("{canary} --pause 10m"),
        None,
        &canary,
        "step 1: gate pause: /duration: only in the plan: \"10m\"",
    );
}

#[test]
fn what_to_do_depends_on_the_strategy() {
    let restart = "restart --workload hello";
    let early = "--at 2026-11-24T09:00:00Z";
    check(
        &format!("{restart} {early}"),
        None,
        restart,
        "hint: a restart writes its time into the pods: say the plan's time with --at",
    );
    check(
        &format!("canary --steps 25 {IMAGE}"),
        None,
        &format!("canary --steps 50 {IMAGE}"),
        "hint: ask with the files and flags",
    );
}

#[test]
fn a_plan_that_cannot_be_read_is_a_failure() {
    let folder = planned();
    let line =
        |verify: &str| format!("cutover plan canary -R -f hello {IMAGE} --steps 25,50 {verify}");
    let check = |verify: &str, exit: Exit, message: &str| {
        let outcome = folder.run(&line(verify));
        assert_eq!(outcome.exit, exit, "{}", outcome.messages);
        assert!(outcome.messages.contains(message), "{}", outcome.messages);
    };
    check(
        "--verify none.yaml",
        Exit::Failed,
        "none.yaml: there is no such file",
    );
    check(
        "--verify hello/services/hello.yaml",
        Exit::Failed,
        "this is a Service and no plan",
    );
    check(
        "--verify plan.yaml -o json",
        Exit::WrongUse,
        "cannot be used with",
    );
    check(
        "--verify plan.yaml --exit-code",
        Exit::WrongUse,
        "cannot be used with",
    );
    check(
        "-f - --verify -",
        Exit::WrongUse,
        "the standard input can be read once",
    );
    folder.change("plan.yaml", "strategy: canary", "strategy: rolling");
    check(
        "--verify plan.yaml",
        Exit::Failed,
        "the plan is not the one that this digest was made of",
    );
}

/// A failure means that a script takes a difference for none.
#[test]
fn the_exit_code_tells_of_a_difference_where_it_is_asked_for() {
    let folder = planned();
    let check = |line: &str, exit: Exit| {
        let outcome = folder.run(&format!("cutover {line}"));
        assert_eq!(outcome.exit, exit, "{line}\n{}", outcome.messages);
        assert!(!outcome.messages.contains("error:"), "{}", outcome.messages);
        outcome.output
    };
    let plan = format!("plan rolling -R -f hello {IMAGE}");
    check(&plan, Exit::Done);
    let shown = check(&format!("{plan} --exit-code"), Exit::Different);
    assert!(shown.starts_with("Plan hello: rolling"), "{shown}");
    check("plan rolling -R -f hello --exit-code", Exit::Done);
    check(&format!("{plan} --exit-code -o new.yaml"), Exit::Different);
    assert!(folder.text("new.yaml").contains("kind: Plan"));
    check("diff plan.yaml", Exit::Done);
    let lines = check("diff plan.yaml --step 2 --exit-code", Exit::Different);
    assert!(lines.contains("spec.replicas: 3 → 2"), "{lines}");
    check("plan rolling -R -f hello -o empty.yaml", Exit::Done);
    check("diff empty.yaml --exit-code", Exit::Done);
}
