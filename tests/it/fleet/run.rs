//! `cutover fleet apply` and what goes with it, where no cluster answers: what is told, what is kept
//! in the journal, and what is refused.

use std::net::TcpListener;

use cutover_cli::Exit;
use serde_json::Value;

use super::shop;
use crate::support::Folder;

/// The fleet of the pages with its journal in a file, planned; its contexts lead nowhere.
fn planned(change: (&str, &str)) -> Folder {
    let folder = shop();
    folder.change(
        "fleet.yaml",
        "journal: { cluster: berlin, namespace: ops }",
        "journal: { file: fleet.journal }",
    );
    folder.change("fleet.yaml", change.0, change.1);
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    folder.put("kubeconfig", &kubeconfig());
    folder
}

/// Of an address at which nobody listens.
fn kubeconfig() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let names = ["berlin", "eu-1", "eu-2", "us-1", "us-2"];
    let contexts =
        names.map(|name| format!("- {{name: {name}, context: {{cluster: none, user: ''}}}}\n"));
    format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: none, cluster: {{server: 'http://{address}'}}}}]\ncontexts:\n{}",
        contexts.concat()
    )
}

const APPLY: &str = "cutover fleet apply fleet-plan.yaml --kubeconfig kubeconfig";
const STATUS: &str = "cutover fleet status fleet-plan.yaml";

/// A failure means that a cluster which cannot be reached goes unnoticed, or that the run is not
/// found again.
#[test]
fn a_cluster_that_cannot_be_reached_is_told_and_kept_in_the_journal() {
    let folder = planned(("onFailure: undo", "onFailure: stop"));
    let outcome = folder.run(APPLY);
    assert_eq!(outcome.exit, Exit::Failed);
    let told =
        "fleet shop: 5 clusters in 3 waves\nwave back-end\nberlin  not begun: http://127.0.0.1:";
    assert!(outcome.output.starts_with(told), "{}", outcome.output);
    let stopped = "error: the fleet stopped: wave back-end: 1 cluster failed (berlin), and 0 may\n\
                   hint: `cutover fleet apply fleet-plan.yaml` goes on from here";
    assert!(
        outcome.messages.starts_with(stopped),
        "{}",
        outcome.messages
    );
    let status = folder.done(STATUS);
    let first = "fleet shop: stopped: wave back-end: 1 cluster failed (berlin), and 0 may\nrun of ";
    assert!(status.starts_with(first), "{status}");
    assert!(status.contains("\neu-1    canary  not begun\n"), "{status}");
    let json: Value = serde_json::from_str(&folder.done(&format!("{STATUS} -o json"))).unwrap();
    assert_eq!(
        (&json["epoch"], &json["stage"]),
        (&1.into(), &"work".into())
    );
    assert_eq!(json["clusters"]["berlin"]["state"], "unreached");
    // It is tried again by the next runner.
    folder.run(APPLY);
    let json: Value = serde_json::from_str(&folder.done(&format!("{STATUS} -o json"))).unwrap();
    assert_eq!(json["epoch"], 2);
}

/// A failure means that what was taken back is begun again by whoever tries again.
#[test]
fn what_was_taken_back_is_begun_again_where_that_is_asked_for() {
    let folder = planned(("onFailure: undo", "onFailure: undo"));
    let outcome = folder.run(APPLY);
    let back = "error: the fleet was taken back\nhint: `cutover fleet apply --again`";
    assert!(outcome.messages.starts_with(back), "{}", outcome.messages);
    assert!(
        outcome.output.ends_with("back at the start\n"),
        "{}",
        outcome.output
    );
    let refused = folder.run(APPLY).messages;
    assert!(
        refused.starts_with("error: it was taken back by somebody on "),
        "{refused}"
    );
    let again = folder.run(&format!("{APPLY} --again")).output;
    assert!(
        again.starts_with("fleet shop: going on\nwave back-end\n"),
        "{again}"
    );
    let undo = APPLY.replace("apply", "undo");
    assert_eq!(
        folder.done(&undo),
        "fleet shop: going back\nback at the start\n"
    );
}

/// A failure means that a program which follows a run has to be changed.
#[test]
fn events_are_lines_of_json() {
    let folder = planned(("onFailure: undo", "onFailure: stop"));
    let output = folder.run(&format!("{APPLY} -o json")).output;
    let lines = output.lines().map(|line| {
        let mut line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["fleet"], "shop");
        assert!(line["time"].is_string());
        line["event"].take()
    });
    let events: Vec<Value> = lines.collect();
    assert_eq!(events, ["started", "wave", "cluster", "turned", "ended"]);
}

/// A failure means that somebody waits for an answer to what nobody hears.
#[test]
fn what_cannot_be_asked_of_a_run_is_refused() {
    let folder = planned(("onFailure: undo", "onFailure: stop"));
    let check = |command: &str, message: &str| {
        let outcome = folder.run(command);
        assert!(
            outcome.messages.starts_with(message),
            "{command}: {}",
            outcome.messages
        );
    };
    let approve = "cutover fleet approve fleet-plan.yaml --wave canary";
    check(
        STATUS,
        "error: there is no run of fleet shop\nhint: `cutover fleet apply` begins one",
    );
    check(
        &APPLY.replace("apply", "undo"),
        "error: there is no run of this fleet plan to take back",
    );
    check(
        &format!("{APPLY} --wave main2"),
        "error: there is no wave main2\nhint: `cutover fleet show",
    );
    check(
        &format!("{APPLY} --journal other"),
        "error: the fleet plan says where its journal is",
    );
    folder.run(APPLY);
    check(approve, "error: wave canary waits for no person");
    check(
        "cutover fleet abort fleet-plan.yaml",
        "error: the run is over",
    );
    folder.put("fleet.journal", "{}");
    check(APPLY, "error: the journal cannot be read");
}
