use insta::assert_snapshot;
use serde_json::json;

use super::example::{canary, deployment, hello, plan, service, two_workloads, with};
use crate::{Screen, Style, show};

fn table(plan: &cutover::Checked) -> String {
    let shown = show(plan, Style::Plain).unwrap();
    shown.replace(&plan.digest.to_string(), "sha256:0123")
}

#[test]
fn a_canary() {
    assert_snapshot!(table(&canary()), @r#"
Plan hello: canary, 8 steps
sha256:0123

                                                       pods       share of the
step  what changes                                 hello  canary   new version
   0  as it is                                         3       –           0 %
 canary-25
   1  create Deployment hello-canary                   3       1          25 %
      then hello-canary 1 available · a person
 canary-50
   2  scale Deployment hello 3 → 2                     2       1          33 %
      then hello 2 available
   3  scale Deployment hello-canary 1 → 2              2       2          50 %
      then hello-canary 2 available · a person
 promote
   4  scale Deployment hello-canary 2 → 1              2       1          33 %
      then hello-canary 1 available
   5  image of Deployment hello 1.0.0 → 2.0.0          2       1    33 → 100 %
      then hello 2 available (one pod at a time)
 cleanup
   6  scale Deployment hello 2 → 3                     3       1         100 %
      then hello 3 available
   7  scale Deployment hello-canary 1 → 0              3       0         100 %
      then hello-canary pods gone
   8  delete Deployment hello-canary                   3       –         100 %

canary-25: asked 25 %, achieved 1/4 (25 %), error 0
canary-50: asked 50 %, achieved 1/2 (50 %), error 0
While pods that are available stay so: never fewer than 3 available, never more than 4 at once.
Shares are of new connections. Undo is ready from every step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.
"#);
}

#[test]
fn a_blue_green() {
    let strategy = json!({"blueGreen": {"activeService": "hello", "previewService": "hello-preview", "previewReplicaCount": 1}});
    assert_snapshot!(table(&hello(strategy)), @r#"
Plan hello: blueGreen, 9 steps
sha256:0123

                                                                              pods      share of the
step  what changes                                                        hello  green   new version
   0  as it is                                                                3      –           0 %
 adopt
   1  change spec.template.metadata.labels["cutover.dev/track"] of            3      –           0 %
        Deployment hello
      then hello 3 available (one pod at a time)
   2  switch Service hello to app=hello,cutover.dev/track=blue                3      –           0 %
      then hello endpoints
 preview
   3  create Deployment hello-green; create Service hello-preview             3      1           0 %
      then hello-green 1 available · hello-preview endpoints · a person
 switch
   4  scale Deployment hello-green 1 → 3                                      3      3           0 %
      then hello-green 3 available
   5  switch Service hello to app=hello,cutover.dev/track=green               3      3         100 %
      then hello endpoints · 30s
 return
   6  image of Deployment hello 1.0.0 → 2.0.0                                 3      3         100 %
      then hello 3 available (one pod at a time)
   7  switch Service hello to app=hello,cutover.dev/track=blue                3      3         100 %
      then hello endpoints
 cleanup
   8  scale Deployment hello-green 3 → 0                                      3      0         100 %
      then hello-green pods gone
   9  delete Deployment hello-green; delete Service hello-preview             3      –         100 %

While pods that are available stay so: never fewer than 3 available, never more than 7 at once.
Shares are of new connections. Undo is ready from every step.
Service hello-preview: a preview, which owes nobody an answer.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.

ways back change more than counts and templates:
  back from step 2 · adopt · switch Service hello to app=hello
  back from step 5 · preview · switch Service hello to app=hello,cutover.dev/track=blue
  back from step 7 · switch · switch Service hello to app=hello,cutover.dev/track=green

note of the plan's author, not checked: Deployment hello: its pods get the label `cutover.dev/track:
blue`, by a rolling update before another set exists
  hint: write it into the file too, or applying the file removes it: spec.template.metadata.labels:
    add `cutover.dev/track: blue`

note of the plan's author, not checked: Service hello: it selects by `cutover.dev/track: blue` too
from now on
  hint: write it into the file too, or applying the file removes it: spec.selector: add
    `cutover.dev/track: blue`
"#);
}

#[test]
fn a_rolling_update_of_type_recreate() {
    let all = |tag| {
        let set = deployment("hello", 3, tag);
        [
            with(set, "/spec/strategy", json!({"type": "Recreate"})),
            service("hello"),
        ]
    };
    assert_snapshot!(table(&plan(json!({"rolling": {}}), &all("1"), &all("2"))), @r#"
Plan hello: rolling, 1 step
sha256:0123

                                         pods  share of the
step  what changes                      hello   new version  then wait for
   0  as it is                              3           0 %
 update
   1  image of Deployment hello 1 → 2       3     0 → 100 %  hello 3 available (all old pods stop
                                                               first)

All old pods stop before new ones start, and nobody answers meanwhile. Never more than 3 at once.
Shares are of new connections. Undo is ready from every step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.

note of the plan's author, not checked: Deployment hello: all its pods stop before new ones start:
nobody answers for up to 30 s while they end, and then until a new pod is ready, which takes 0 s at
least and 10m at most before the step fails
  hint: where both versions may run side by side, let its type be RollingUpdate and take the
    strategy rolling
"#);
}

#[test]
fn two_workloads_have_a_block_each() {
    let steps = json!([{"setWeight": 30}, {"pause": {"duration": "5m"}}]);
    assert_snapshot!(table(&two_workloads(json!({"canary": {"steps": steps}}))), @r#"
Plan canary: canary, 7 steps
sha256:0123

                                                          pods of web  pods of worker   share of the
step  what changes                                        web  canary  worker  canary    new version
   0  as it is                                              3       –       2       –            0 %
 canary-30
   1  create 2 Deployments (web-canary, worker-canary)      3       1       2       1        25–33 %
      then web-canary 1 available · worker-canary 1
        available
   2  scale Deployment web 3 → 2                            2       1       2       1           33 %
      then web 2 available · 5m
 promote
   3  scale Deployment worker 2 → 1                         2       1       1       1        33–50 %
      then worker 1 available
   4  image of 2 Deployments 1 → 2 (web, worker)            2       1       1       1  33–50 → 100 %
      then web 2 available (one pod at a time) · worker
        1 available (one pod at a time)
 cleanup
   5  scale Deployment web 2 → 3; scale Deployment          3       1       2       1          100 %
        worker 1 → 2
      then web 3 available · worker 2 available
   6  scale 2 Deployments 1 → 0 (web-canary,                3       0       2       0          100 %
        worker-canary)
      then web-canary pods gone · worker-canary pods
        gone
   7  delete 2 Deployments (web-canary, worker-canary)      3       –       2       –          100 %

canary-30: asked 30 %, achieved 1/3 (33 %), error 3.3
While pods that are available stay so:
  web: never fewer than 3 available, never more than 4 at once
  worker: never fewer than 2 available, never more than 3 at once
Shares are of new connections, and of pods where no Service leads to them. Undo is ready from every
step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.
"#);
}

#[test]
fn many_workloads_are_summed_up() {
    let all = |tag: &str| -> Vec<_> {
        (0..7)
            .map(|at| deployment(&format!("app-{at}"), 2, tag))
            .collect()
    };
    assert_snapshot!(table(&plan(json!({"rolling": {}}), &all("1"), &all("2"))), @r#"
Plan rolling: rolling, 1 step
sha256:0123

                                                                      share of the
step  what changes                                              pods   new version  then wait for
   0  as it is                                                    14           0 %
 update
   1  image of 7 Deployments 1 → 2 (app-0, app-1, and 5 more)     14     0 → 100 %  7 sets available

While pods that are available stay so:
  app-0, app-1, and 5 more, each: never fewer than 2 available, never more than 3 at once
Shares are of pods. Undo is ready from every step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.
"#);
}

#[test]
fn an_empty_plan() {
    let all = [deployment("hello", 3, "1"), service("hello")];
    assert_snapshot!(table(&plan(json!({"rolling": {}}), &all, &all)), @r#"
Plan rolling: rolling, nothing to do
sha256:0123
"#);
}

/// What four terminals show of one plan.
#[test]
fn the_table_takes_the_room_that_is_there() {
    let plan = canary();
    let at = |columns| {
        let shown = show(&plan, Screen::default().columns(columns)).unwrap();
        let table = shown.split("\n\n").nth(1).unwrap().to_owned();
        format!("{table}\n")
    };
    assert_snapshot!(at(60), @r#"
                                     pods       share of the
step  what changes               hello  canary   new version
   0  as it is                       3       –           0 %
 canary-25
   1  create Deployment              3       1          25 %
        hello-canary
      then hello-canary 1
        available · a person
 canary-50
   2  scale Deployment hello         2       1          33 %
        3 → 2
      then hello 2 available
   3  scale Deployment               2       2          50 %
        hello-canary 1 → 2
      then hello-canary 2
        available · a person
 promote
   4  scale Deployment               2       1          33 %
        hello-canary 2 → 1
      then hello-canary 1
        available
   5  image of Deployment            2       1    33 → 100 %
        hello 1.0.0 → 2.0.0
      then hello 2 available
        (one pod at a time)
 cleanup
   6  scale Deployment hello         3       1         100 %
        2 → 3
      then hello 3 available
   7  scale Deployment               3       0         100 %
        hello-canary 1 → 0
      then hello-canary pods
        gone
   8  delete Deployment              3       –         100 %
        hello-canary
"#);
    assert_snapshot!(at(120), @r#"
                                                    pods       share of the
step  what changes                              hello  canary   new version  then wait for
   0  as it is                                      3       –           0 %
 canary-25
   1  create Deployment hello-canary                3       1          25 %  hello-canary 1 available · a person
 canary-50
   2  scale Deployment hello 3 → 2                  2       1          33 %  hello 2 available
   3  scale Deployment hello-canary 1 → 2           2       2          50 %  hello-canary 2 available · a person
 promote
   4  scale Deployment hello-canary 2 → 1           2       1          33 %  hello-canary 1 available
   5  image of Deployment hello 1.0.0 → 2.0.0       2       1    33 → 100 %  hello 2 available (one pod at a time)
 cleanup
   6  scale Deployment hello 2 → 3                  3       1         100 %  hello 3 available
   7  scale Deployment hello-canary 1 → 0           3       0         100 %  hello-canary pods gone
   8  delete Deployment hello-canary                3       –         100 %
"#);
    assert_eq!(at(200), at(120));
}

#[test]
fn steps_that_differ_in_counts_alone_are_one_row() {
    let both = |tag| [deployment("hello", 40, tag), service("hello")];
    let steps = json!([{"setWeight": 50}, {"pause": {}}]);
    let plan = plan(json!({"canary": {"steps": steps}}), &both("1"), &both("2"));
    assert_snapshot!(table(&plan), @r#"
Plan hello: canary, 82 steps
sha256:0123

                                                                             pods       share of the
 step  what changes                                                      hello  canary   new version
    0  as it is                                                             40       –           0 %
 canary-50
    1  create Deployment hello-canary                                       40       1           2 %
       then hello-canary 1 available
 2–39  scale Deployment hello 40 → 21; scale Deployment hello-canary        21      20      2 → 49 %
         1 → 20; one at a time
       then its pods in each step, and in the end hello 21 available ·
         hello-canary 20 available · hello endpoints
   40  scale Deployment hello 21 → 20                                       20      20          50 %
       then hello 20 available · a person
 promote
   41  image of Deployment hello 1 → 2                                      20      20    50 → 100 %
       then hello 20 available (one pod at a time)
 cleanup
42–81  scale Deployment hello 20 → 40; scale Deployment hello-canary        40       0         100 %
         20 → 0; one at a time
       then its pods in each step, and in the end hello endpoints ·
         hello 40 available · hello-canary pods gone
   82  delete Deployment hello-canary                                       40       –         100 %

canary-50: asked 50 %, achieved 1/2 (50 %), error 0
While pods that are available stay so: never fewer than 40 available, never more than 41 at once.
Shares are of new connections. Undo is ready from every step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.
"#);
}

#[test]
fn a_plan_without_a_new_version_has_no_share() {
    let from = [deployment("hello", 3, "1")];
    let scale = json!({"scale": {"replicas": 5}});
    assert_snapshot!(table(&plan(scale, &from, &from)), @r#"
Plan hello: scale, 1 step
sha256:0123

                                      pods
step  what changes                   hello  then wait for
   0  as it is                           3
 scale
   1  scale Deployment hello 3 → 5       5  hello 5 available

While pods that are available stay so: never fewer than 3 available, never more than 6 at once. Undo
is ready from every step.
Gates on the cluster have 10m to hold. Where one does not, or an analysis fails, the run stops.
"#);
}

#[test]
fn a_plan_without_workloads_has_no_pods() {
    let map = |value| {
        [
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"b": value}}),
        ]
    };
    assert_snapshot!(table(&plan(json!({"rolling": {}}), &map("1"), &map("2"))), @r#"
Plan a: rolling, 1 step
sha256:0123

step  what changes                   then wait for
   0  as it is
 update
   1  change data.b of ConfigMap a

Undo is ready from every step.
Where a step fails, the run stops.

ways back change more than counts and templates:
  back from step 1 · start · change data.b of ConfigMap a
"#);
}

#[test]
fn colour_only_repeats() {
    let plan = canary();
    let coloured = show(&plan, Style::Colour).unwrap();
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(
        super::laws::without_colour(&coloured),
        show(&plan, Style::Plain).unwrap()
    );
}
