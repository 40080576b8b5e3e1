//! `cutover fleet`, as a user runs it.

use cutover_cli::Exit;

use super::shop;
use crate::support::Folder;

const ONE: &str = "
apiVersion: cutover.dev/v1alpha1
kind: Fleet
metadata: { name: hello }
spec:
  clusters:
  - { name: eu-1, labels: { ring: canary } }
  waves:
  - name: canary
    clusterSelector: { matchLabels: { ring: canary } }
    maxConcurrency: 25%
";

/// A failure means that a program which reads the waves has to be changed.
#[test]
fn waves_are_printed_without_any_manifest() {
    let folder = Folder::empty();
    folder.put("fleet.yaml", ONE);
    assert_eq!(
        folder.done("cutover fleet waves fleet.yaml -o json"),
        "{\"waves\":[{\"name\":\"canary\",\"clusters\":[\"eu-1\"],\"maxConcurrency\":1,\"maxFailures\":0}],\"unmatched\":[]}\n"
    );
    let same = folder.run_with("cutover fleet waves - -o json", ONE);
    assert!(same.output.starts_with("{\"waves\":"), "{}", same.messages);
    assert_eq!(
        folder.done("cutover fleet waves fleet.yaml -o yaml"),
        "unmatched: []\nwaves:\n- clusters:\n  - eu-1\n  maxConcurrency: 1\n  maxFailures: 0\n  name: canary\n"
    );
    assert_eq!(
        folder.done("cutover fleet waves fleet.yaml"),
        "     wave     clusters   at once  may fail\n 1   canary   eu-1             1         0\n"
    );
}

/// A failure means that whoever made a slip does not learn where.
#[test]
fn what_is_wrong_in_a_fleet_file_has_a_place() {
    let check = |from: &str, to: &str, message: &str| {
        let folder = Folder::empty();
        folder.put("fleet.yaml", &ONE.replace(from, to));
        let outcome = folder.run("cutover fleet waves fleet.yaml");
        assert_eq!(outcome.exit, Exit::Failed, "{to}");
        assert!(outcome.messages.contains(message), "{}", outcome.messages);
    };
    check(
        "25%",
        "\"2\"",
        "fleet.yaml:11:21: `\"2\"` is neither a number of clusters nor a percentage",
    );
    check(
        "25%",
        "0",
        "fleet.yaml:11:21: maxConcurrency is 0, so that no cluster would ever change",
    );
    check(
        "maxConcurrency",
        "maxConcurency",
        "fleet.yaml:11:5: the field `maxConcurency` is not known",
    );
    check(
        "matchLabels",
        "matchLabel",
        "fleet.yaml:10:24: the field `matchLabel` is not known",
    );
    check(
        "kind: Fleet",
        "kind: Plan",
        "fleet.yaml:3:7: `Plan` is not known\nhint: known are Fleet",
    );
    check(
        "v1alpha1",
        "v2",
        "fleet.yaml:2:13: `cutover.dev/v2` is not known",
    );
    check(
        "name: eu-1",
        "name: ../eu-1",
        "`../eu-1` is not a name: it may not contain '/'",
    );
    check(
        "{ ring: canary } }\n  waves",
        "{} }\n  waves",
        "fleet.yaml: clusters eu-1: they are in no wave",
    );
    check(
        "  - { name: eu-1, labels: { ring: canary } }",
        "    []",
        "fleet.yaml: the fleet has no clusters",
    );
    check(
        "metadata: { name: hello }\n",
        "",
        "the field `metadata` is missing",
    );
}

/// A failure means that a fleet is planned of something else than was written, or of nothing.
#[test]
fn each_cluster_says_what_runs_and_what_is_wanted() {
    let check = |from: &str, to: &str, messages: &[&str]| {
        let folder = shop();
        folder.change("fleet.yaml", from, to);
        let outcome = folder.run("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
        assert_eq!(outcome.exit, Exit::Failed, "{to}");
        for message in messages {
            assert!(outcome.messages.contains(message), "{}", outcome.messages);
        }
        assert!(!folder.path("fleet-plan.yaml").exists(), "{to}");
    };
    check(
        "  strategy: { rolling: {} }\n",
        "",
        &[
            "cluster berlin: it has no strategy",
            "cluster us-2: it has no strategy",
        ],
    );
    check(
        "from: clusters/eu-1, to: wanted/eu-1",
        "from: clusters/eu-1",
        &["cluster eu-1: nothing says what is wanted, and the strategy canary does not"],
    );
    check(
        "strategy: { rolling: {} }",
        "strategy: { restart: { at: 2026-11-24T10:00:00Z } }",
        &["cluster berlin: the strategy restart says itself what is wanted\nhint: leave `to` out"],
    );
    check(
        "from: clusters/eu-1",
        "from: clusters/eu-7",
        &["cluster eu-1: clusters/eu-7: there is no such file or directory"],
    );
    check(
        "from: clusters/eu-1",
        "from: '-'",
        &["cluster eu-1: `-`: the manifests of a cluster are in files"],
    );
    check(
        "context: eu-1,\n      from: clusters/eu-1,",
        "",
        &["cluster eu-1: nothing says what runs in it"],
    );
    check(
        "context: us-2",
        "context: us-1",
        &["clusters us-1, us-2: they have one context, `us-1`"],
    );
    check(
        "cluster: berlin",
        "cluster: paris",
        &["journal: cluster paris: it is in no wave of the fleet"],
    );
    check(
        "perLabel: region",
        "perLabel: cloud",
        &["they have no label `cloud`, by which the budget counts"],
    );
    check(
        "- pause: {}",
        "- available: { object: { apiVersion: apps/v1, kind: Deployment, name: web } }",
        &["wave canary: gates.after: it looks at an object, and a wave has several clusters"],
    );
    check(
        "onFailure: undo",
        "unreachable: wait",
        &[
            "wave canary: a cluster that cannot be reached is waited for within the deadline, and it has none",
        ],
    );
}

/// A failure means that a wave goes on in the night, though its window says otherwise.
#[test]
fn the_window_of_a_wave_is_that_of_its_plans() {
    let folder = shop();
    let window = "soak: 1h\n    window: { from: \"09:00\", to: \"16:00\", timezone: UTC }";
    folder.change("fleet.yaml", "soak: 1h", window);
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    let shown = folder.done("cutover fleet show fleet-plan.yaml");
    let (others, canary) = shown.split_once("plan 2, of eu-1").unwrap();
    let (canary, rest) = canary.split_once("plan 3, of eu-2").unwrap();
    assert!(canary.contains("09:00-16:00 UTC"), "{canary}");
    assert!(
        !others.contains("09:00") && !rest.contains("09:00"),
        "{shown}"
    );
}

/// A failure means that another fleet plan is acted on than the one that was approved, or that a
/// script cannot tell why not.
#[test]
fn a_fleet_plan_is_known_by_its_digest() {
    let folder = shop();
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    let shown = folder.done("cutover fleet show fleet-plan.yaml");
    let digest = shown.lines().nth(1).unwrap();
    for command in [
        "show fleet-plan.yaml",
        "check fleet-plan.yaml",
        "write fleet-plan.yaml fleet.yaml --wave canary --step 0",
    ] {
        folder.done(&format!("cutover fleet {command} --digest {digest}"));
        let other = format!("cutover fleet {command} --digest {}", "0".repeat(64));
        let outcome = folder.run(&other);
        assert_eq!(outcome.exit, Exit::Failed, "{command}");
        assert!(
            outcome.messages.contains("and sha256:0000"),
            "{}",
            outcome.messages
        );
    }
    let verify = "cutover fleet plan fleet.yaml --verify fleet-plan.yaml";
    assert_eq!(folder.run(verify).exit, Exit::Done);
    folder.change("fleet.yaml", "soak: 1h", "soak: 2h");
    folder.change("wanted/us-1/web.yaml", "web:2.0.0", "web:2.0.1");
    let outcome = folder.run(verify);
    assert_eq!(outcome.exit, Exit::Different);
    for line in [
        "the fleet plan says \"1h\", the input gives \"2h\"",
        "cluster us-1: step 1: patch Deployment web: /spec/template/spec/containers/0/image",
    ] {
        assert!(outcome.messages.contains(line), "{}", outcome.messages);
    }
    let wrong = folder.run("cutover fleet plan");
    assert_eq!(wrong.exit, Exit::WrongUse);
    let plan = folder.run("cutover show fleet-plan.yaml");
    assert!(
        plan.messages.contains("this is a FleetPlan and no plan"),
        "{}",
        plan.messages
    );
}

/// A failure means that CI cannot tell a fleet that keeps too little from one that cannot be read.
#[test]
fn a_budget_that_is_not_kept_is_a_bound_that_breaks() {
    let folder = shop();
    folder.change("fleet.yaml", "minAvailable: 50%", "minAvailable: 67%");
    let outcome = folder.run("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    assert_eq!(outcome.exit, Exit::BoundBroken, "{}", outcome.messages);
    let told =
        "fleet.yaml: wave main, going back: 1 of 2 (50 %) may be left of us, and 67% are asked for";
    assert!(outcome.messages.contains(told), "{}", outcome.messages);
    assert!(!folder.path("fleet-plan.yaml").exists());
}

/// A failure means that files are half written, or those of another cluster.
#[test]
fn a_wave_is_written_whole_or_not_at_all() {
    let folder = shop();
    folder.done("cutover fleet plan fleet.yaml -o fleet-plan.yaml");
    let before = folder.files();
    let write = |wave: &str, step: usize| {
        folder.run(&format!(
            "cutover fleet write fleet-plan.yaml fleet.yaml --wave {wave} --step {step}"
        ))
    };
    let outcome = write("canary", 2);
    assert_eq!(
        outcome.output,
        "changed clusters/eu-1/web.yaml\ncreated clusters/eu-1/deployment-web-canary.yaml\n"
    );
    assert_eq!(
        outcome.messages,
        "note: cluster eu-1: the files stood as before the first step, and stand as after step 2\n"
    );
    assert_eq!(write("canary", 0).exit, Exit::Done);
    assert_eq!(folder.files(), before);
    folder.change("clusters/us-2/web.yaml", "replicas: 6", "replicas: 7");
    let drifted = folder.files();
    let outcome = write("main", 1);
    assert_eq!(outcome.exit, Exit::Failed);
    assert!(
        outcome
            .messages
            .contains("cluster us-2: the files stand at no state"),
        "{}",
        outcome.messages
    );
    assert_eq!(folder.files(), drifted);
    let outcome = write("main", 2);
    assert!(
        outcome
            .messages
            .contains("wave main: no plan of it has a step 2"),
        "{}",
        outcome.messages
    );
    let outcome = write("edge", 1);
    assert!(
        outcome.messages.contains("the fleet plan has no wave edge"),
        "{}",
        outcome.messages
    );
    folder.change("fleet.yaml", "from: clusters/eu-1", "from: clusters/eu-2");
    let outcome = write("canary", 1);
    let shared = "cluster eu-1: clusters/eu-2 is of cluster eu-2 too, which has another plan";
    assert!(outcome.messages.contains(shared), "{}", outcome.messages);
}

/// A failure means that a fleet file which is kept beside manifests is taken for one of them.
#[test]
fn documents_of_ours_are_no_manifests() {
    let folder = shop();
    folder.done("cutover fleet plan fleet.yaml -o clusters/eu-1/fleet-plan.yaml");
    folder.put("clusters/eu-1/fleet.yaml", ONE);
    let outcome = folder.run("cutover plan rolling -f clusters/eu-1 --images web:3");
    for name in ["fleet-plan.yaml", "fleet.yaml"] {
        let told =
            format!("clusters/eu-1/{name}: a document of cutover is no manifest, and is left out");
        assert!(outcome.messages.contains(&told), "{}", outcome.messages);
    }
    let outcome = folder.run("cutover fleet plan fleet.yaml -o fleet.yaml");
    assert_eq!(outcome.exit, Exit::WrongUse, "{}", outcome.messages);
}
