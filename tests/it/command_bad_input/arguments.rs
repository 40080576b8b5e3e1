//! Arguments that cannot be understood: exit 2.

use cutover_cli::Exit::WrongUse;

use super::{IMAGE, Put, check, plan};

/// Files do not hold what the server fills in, and the plan would take it away.
#[test]
fn files_against_live_objects() {
    let live = include_str!("../../../docs/example-live.yaml");
    check(
        &[Put("live.yaml", live)],
        "cutover plan rolling -R -f live.yaml --to hello",
        WrongUse,
        "--to compares files with files, and what -f reads is as a cluster has it",
        "name the files of what runs with -f",
    );
}

#[test]
fn values() {
    let bad =
        |words: &str, message: &str, hint: &str| check(&[], &plan(words), WrongUse, message, hint);
    bad(
        "canary --steps 25,x",
        "invalid value 'x' for '--steps",
        "write the number alone, e.g. 25",
    );
    bad(
        "canary --steps 125",
        "invalid value '125' for '--steps",
        "write the number alone, e.g. 25",
    );
    bad(
        "canary --steps 25x",
        "invalid value '25x' for '--steps",
        "write the number alone, e.g. 25",
    );
    bad(
        "canary --steps 25 --pause soon",
        "invalid value 'soon' for '--pause <DURATION>'",
        "write 30s, 5m or 1h30m",
    );
    bad(
        "canary --steps 25 --max-surge some",
        "invalid value 'some' for '--max-surge <AMOUNT>'",
        "write 1 or 25%",
    );
    bad(
        "canary --steps 25 --image hello",
        "invalid value 'hello' for '--image <CONTAINER=IMAGE>'",
        "write CONTAINER=IMAGE",
    );
    bad(
        "canary --steps 25 --set-env GREETING",
        "invalid value 'GREETING' for '--set-env",
        "write NAME=VALUE",
    );
    bad(
        "canary --steps 25 --workload service/hello",
        "invalid value 'service/hello' for '--workload <NAME>'",
        "write deployment/hello",
    );
    bad(
        "restart --at yesterday",
        "invalid value 'yesterday' for '--at <TIME>'",
        "write it as 2026-11-24T10:00:00Z",
    );
    bad(
        "canary --steps 25 --replicas hello=many",
        "invalid value 'hello=many' for '--replicas <[DEPLOYMENT=]N>': `many` is not a number of pods",
        "write 3, or hello=3 for one Deployment",
    );
    bad(
        "scale --replicas -1",
        "unexpected argument '-1' found",
        "Usage: cutover plan scale",
    );
    bad(
        "scale --replicas 3 --max-step 0",
        "invalid value '0' for '--max-step <N>': number would be zero",
        "`--help` tells what there is",
    );
    bad(
        "affinity --service hello --session-affinity Cookie",
        "invalid value 'Cookie' for '--session-affinity <AFFINITY>'",
        "possible values: ClientIP, None",
    );
    bad(
        "canary --steps 25 --on-failure panic",
        "invalid value 'panic' for '--on-failure <WHAT>'",
        "possible values: stop, undo",
    );
    bad(
        "canary --steps 25 --max-concurrent 0",
        "invalid value '0' for '--max-concurrent <N>': number would be zero",
        "`--help` tells what there is",
    );
}

#[test]
fn outputs() {
    let line =
        |output: &str| format!("cutover plan canary -R -f hello --steps 25 {IMAGE} -o {output}");
    check(
        &[],
        &line("xml"),
        WrongUse,
        "invalid value 'xml' for '--output <FILE|FORMAT>'",
        "write json or yaml, or a name that ends in .yaml",
    );
    check(
        &[],
        &line("plan"),
        WrongUse,
        "invalid value 'plan' for",
        "write json or yaml",
    );
    check(
        &[],
        "cutover read -R -f hello -o toml",
        WrongUse,
        "invalid value 'toml' for '--output <FORMAT>'",
        "possible values: json, yaml",
    );
    check(
        &[],
        "cutover show plan.yaml -o pdf",
        WrongUse,
        "invalid value 'pdf' for '--output <FORMAT>'",
        "possible values: html, json, markdown, svg, yaml",
    );
}

/// What is typed first by who has read of strategies.
#[test]
fn a_strategy_is_no_command() {
    check(
        &[],
        "cutover canary --steps 25,50",
        WrongUse,
        "`canary` is a strategy and no command",
        "`cutover plan canary …` makes a plan by it",
    );
}

/// As kubectl names what it applies.
#[test]
fn a_plan_is_named_without_a_flag() {
    check(
        &[],
        "cutover apply -f plan.yaml",
        WrongUse,
        "a plan is named without `-f`",
        "Usage: cutover apply [OPTIONS] <PLAN>",
    );
}

#[test]
fn flags() {
    check(
        &[],
        &plan("canary"),
        WrongUse,
        "the following required arguments were not provided:",
        "Usage: cutover plan canary",
    );
    check(
        &[],
        "cutover plan -R -f hello",
        WrongUse,
        "the following required arguments were not provided:",
        "Usage: cutover plan",
    );
    check(
        &[],
        &plan("canary --steps 25 --step 3"),
        WrongUse,
        "unexpected argument '--step' found",
        "a similar argument exists: '--steps'",
    );
    check(
        &[],
        &plan("canry --steps 25"),
        WrongUse,
        "unrecognized subcommand 'canry'",
        "a similar subcommand exists: 'canary'",
    );
    check(
        &[],
        &plan("rolling --prune"),
        WrongUse,
        "the following required arguments were not provided:",
        "Usage: cutover plan rolling",
    );
    check(
        &[],
        &plan("scale --replicas 3 --image a=b"),
        WrongUse,
        "unexpected argument '--image' found",
        "Usage: cutover plan scale",
    );
    check(
        &[Put("strategy.yaml", "rolling: {}\n")],
        "cutover plan --strategy strategy.yaml -R -f hello canary --steps 25",
        WrongUse,
        "the subcommand 'canary' cannot be used with",
        "Usage: cutover plan",
    );
    check(
        &[Put("strategy.yaml", "rolling: {}\n")],
        "cutover plan canary --strategy strategy.yaml -R -f hello --steps 25",
        WrongUse,
        "unexpected argument '--strategy' found",
        "Usage: cutover plan canary",
    );
    check(
        &[],
        "cutover plan canary -f - --to - --steps 25 -o plan.yaml",
        WrongUse,
        "`-` twice",
        "put one of them into a file",
    );
    check(
        &[],
        "cutover patches plan.yaml -o dir",
        WrongUse,
        "the following required arguments were not provided:",
        "Usage: cutover patches",
    );
    check(
        &[],
        "cutover man plan kanary",
        WrongUse,
        "`kanary` is no command",
        "`cutover --help` lists them",
    );
    check(
        &[],
        "cutover schema proof",
        WrongUse,
        "invalid value 'proof' for '<OF>'",
        "possible values: fleet, fleet-plan, plan, strategy",
    );
}
