//! `cutover plan`: flags, files, and what is told beside the plan.

use cutover::Plan;
use cutover_cli::Exit;
use cutover_report::step_name;
use serde_json::{Value, json};

use super::{IMAGE, json};
use crate::support::Folder;

/// The plan that a command makes of the lab.
#[track_caller]
fn plan(folder: &Folder, words: &str) -> Value {
    json(&folder.done(&format!("cutover plan {words} -R -f hello -o json")))
}

/// What the steps of a plan do, in words.
fn names(plan: &Value) -> Vec<String> {
    let plan = Plan::parse(plan).unwrap();
    let mut walk = plan.walk();
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    names
}

#[test]
fn every_strategy_makes_a_plan() {
    let folder = Folder::hello();
    let check = |words: &str, strategy: &str, first: &str| {
        let plan = plan(&folder, words);
        assert_eq!(
            (&plan["spec"]["strategy"], names(&plan)[0].as_str()),
            (&json!(strategy), first),
            "{words}"
        );
    };
    check(
        &format!("canary --steps 25,50 {IMAGE}"),
        "canary",
        "create Deployment hello-canary with 1 pod",
    );
    check(
        &format!("blue-green --service hello {IMAGE}"),
        "blueGreen",
        "switch Service hello to app=hello,track=stable",
    );
    check(
        &format!("rolling {IMAGE}"),
        "rolling",
        "image of Deployment hello 1.0.0 → 2.0.0",
    );
    check(
        &format!("recreate {IMAGE}"),
        "recreate",
        "update strategy of Deployment hello: Recreate",
    );
    check(
        "scale --workload hello --replicas 5",
        "scale",
        "scale Deployment hello 3 → 5",
    );
    for (words, strategy) in [
        ("restart --workload hello", "restart"),
        ("pause --workload hello", "pause"),
        (
            "affinity --service hello --session-affinity ClientIP",
            "affinity",
        ),
    ] {
        assert_eq!(plan(&folder, words)["spec"]["strategy"], strategy);
    }
}

#[test]
fn flags_and_strategy_files_make_the_same_plan() {
    let folder = Folder::hello();
    let check = |words: &str, file: &str, wanted: &str| {
        folder.put("strategy.yaml", file);
        assert_eq!(
            plan(&folder, &format!("{words} {wanted}")),
            plan(&folder, &format!("--strategy strategy.yaml {wanted}")),
            "{words}"
        );
    };
    check(
        "canary --steps 25,50",
        "canary: {steps: [{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {}}]}",
        IMAGE,
    );
    check(
        "canary --steps 50 --pause 10m --max-surge 2",
        "canary: {steps: [{setWeight: 50}, {pause: {duration: 10m}}], maxSurge: 2}",
        IMAGE,
    );
    check(
        "blue-green --active-service hello --preview-replica-count 1",
        "blueGreen: {activeService: hello, previewReplicaCount: 1}",
        IMAGE,
    );
    check(
        "rolling --max-unavailable 1",
        "rolling: {maxUnavailable: 1}",
        IMAGE,
    );
    check("recreate", "recreate: {}", IMAGE);
    check(
        "rolling --after frontend=hello --after auth=hello,frontend",
        "rolling: {}\nafter: {frontend: [hello], auth: [hello, frontend]}",
        &format!("{IMAGE} --set-env auth:A=1 --set-env frontend:A=1"),
    );
    check(
        "rolling --window 'Mon-Wed,Fri 22:00-04:00 Europe/Berlin'",
        "rolling: {}\nwindow: {from: \"22:00\", to: \"04:00\", days: [Mon, Tue, Wed, Fri], timezone: Europe/Berlin}",
        IMAGE,
    );
    check(
        "scale --replicas 9 --max-step 2 --workload hello",
        "scale: {replicas: 9, maxStep: 2, workloads: [hello]}",
        "",
    );
    check("pause", "pause: {}", "--workload hello");
    check(
        "restart --at 2026-11-24T10:00:00Z",
        "restart: {at: \"2026-11-24T10:00:00Z\"}",
        "--workload hello",
    );
}

/// A failure means that a flag is taken and forgotten.
#[test]
fn what_flags_say_of_a_route_a_strategy_file_says_too() {
    let folder = Folder::hello();
    let route = json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "hello"},
        "spec": {"parentRefs": [{"name": "shop"}], "rules": [{"backendRefs": [{"name": "hello", "port": 80}]}]},
    });
    folder.put("hello/route.json", &route.to_string());
    let check = |flags: &str, fields: &str, expect: &str| {
        let canary = "steps: [{setWeight: 50}, {pause: {}}, {setWeight: 100}, {pause: {}}], \
                      route: [{kind: HTTPRoute, name: hello}]";
        folder.put("strategy.yaml", &format!("canary: {{{canary}{fields}}}"));
        let flags = format!("canary --steps 50,100 --route httproute/hello {flags} {IMAGE}");
        let flags = plan(&folder, &flags);
        assert_eq!(
            flags,
            plan(&folder, &format!("--strategy strategy.yaml {IMAGE}")),
            "{fields}"
        );
        assert!(flags.to_string().contains(expect), "{fields}");
    };
    check("", "", "\"settle\":\"3s\"");
    check(
        "--promotion-steps 40,100",
        ", promotionSteps: [40, 100]",
        "promote-40",
    );
    check(
        "--min-pods-per-replica-set 3",
        ", minPodsPerReplicaSet: 3",
        "canary-50",
    );
    check(
        "--route-settle 7s",
        ", routeSettle: 7s",
        "\"settle\":\"7s\"",
    );
    check("--drain 40s", ", drain: 40s", "\"after\":\"40s\"");
    check(
        "--gateway-controller projectcontour.io/gateway-controller",
        ", gatewayController: projectcontour.io/gateway-controller",
        "\"settle\":\"1s\"",
    );
    check(
        "--stable-service hello",
        ", stableService: hello",
        "canary-50",
    );
}

/// What a file says of configuration, a flag overrules.
#[test]
fn configuration_is_versioned_by_a_file_or_a_flag() {
    let folder = Folder::hello();
    let settings = |colour| {
        format!(
            "kind: ConfigMap\napiVersion: v1\nmetadata: {name}\ndata: {{colour: {colour}}}\n",
            name = "{name: settings}"
        )
    };
    folder.put("hello/settings.yaml", &settings("red"));
    folder.change(
        "hello/deployments/hello.yaml",
        "        - name: hello\n",
        "        - name: hello\n          envFrom: [{configMapRef: {name: settings}}]\n",
    );
    for (name, text) in folder.files() {
        folder.put(&format!("next/{name}"), &text);
    }
    folder.put("next/hello/settings.yaml", &settings("blue"));
    let check = |words: &str, file: &str, expect: &[&str]| {
        folder.put("strategy.yaml", file);
        let made = plan(&folder, &format!("{words} --to next/hello"));
        assert_eq!(names(&made), expect, "{words} {file}");
    };
    let reference = "change spec.template.spec.containers[name=hello].envFrom[0].configMapRef.name of Deployment hello";
    let versioned = &["create ConfigMap settings-f6b2072c5569", reference];
    let changed = &["change data.colour of ConfigMap settings"];
    let file = "--strategy strategy.yaml";
    check("rolling", "", changed);
    check("rolling --configuration version", "", versioned);
    check(file, "rolling: {}\nconfiguration: version\n", versioned);
    check(file, "rolling: {}\nconfiguration: change\n", changed);
    check(
        &format!("{file} --configuration change"),
        "rolling: {}\nconfiguration: version\n",
        changed,
    );
}

/// A failure means that a window is not where it was asked for: before the first write, and before
/// each that gives the new version more requests. What a file says of it, a flag overrules.
#[test]
fn a_window_is_waited_for_before_the_new_version_gets_more_requests() {
    let folder = Folder::hello();
    folder.put(
        "strategy.yaml",
        "canary: {steps: [{setWeight: 50}, {pause: {}}]}\n\
         window: {from: \"09:00\", to: \"16:00\", days: [Mon, Tue, Wed], timezone: Europe/Berlin}\n",
    );
    let waits = |words: &str| -> Vec<String> {
        let line = format!("--strategy strategy.yaml {words} {IMAGE}");
        let plan = plan(&folder, &line);
        folder.put("plan.json", &plan.to_string());
        let bounds = folder.done("cutover check plan.json");
        assert!(bounds.contains("floor 3, ceiling 4"), "{bounds}");
        let shown = folder.done("cutover show plan.json --width 160");
        let steps = shown.lines().skip(5).take_while(|line| !line.is_empty());
        let waits = |line: &str| line.contains("Europe/Berlin") || line.contains("UTC");
        steps
            .filter(|line| waits(line))
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect()
    };
    let office = "Mon-Wed 09:00-16:00 Europe/Berlin";
    let expect = |window: &str| {
        [
            format!("1 change nothing: the window is waited for 3 – 0 % {window}"),
            format!(
                "2 create Deployment hello-canary 3 1 25 % hello-canary 1 available · {window}"
            ),
            format!("3 scale Deployment hello 3 → 2 2 1 33 % hello 2 available · {window}"),
            format!(
                "5 scale Deployment hello-canary 2 → 1 2 1 33 % hello-canary 1 available · {window}"
            ),
        ]
    };
    assert_eq!(waits(""), expect(office));
    assert_eq!(
        waits("--window '22:00-04:00 UTC'"),
        expect("22:00-04:00 UTC")
    );
}

#[test]
fn a_restart_takes_the_time_of_the_clock() {
    let plan = plan(&Folder::hello(), "restart --workload hello");
    assert!(
        plan.to_string()
            .contains("\"kubectl.kubernetes.io/restartedAt\":\"2026-11-24T10:00:00Z\""),
        "{plan:#}"
    );
}

#[test]
fn options_hold_whatever_the_strategy() {
    let folder = Folder::hello();
    let plan = plan(
        &folder,
        &format!("rolling {IMAGE} --name greeting --on-failure undo --max-concurrent 1"),
    );
    assert_eq!(
        (&plan["metadata"]["name"], &plan["spec"]["onFailure"]),
        (&json!("greeting"), &json!("undo"))
    );
}

#[test]
fn what_is_wanted_is_said_by_files_images_and_variables() {
    let folder = Folder::hello();
    let new = folder
        .text("hello/deployments/hello.yaml")
        .replace("1.0.0", "2.0.0");
    folder.put("new/hello.yaml", &new);
    assert_eq!(
        names(&plan(&folder, "rolling --to new")),
        ["image of Deployment hello 1.0.0 → 2.0.0, and spec.template.metadata.labels.version"]
    );
    let end = plan(&folder, "rolling --set-env GREETING=hi --workload hello");
    assert!(end.to_string().contains("\"value\":\"hi\""), "{end:#}");
}

#[test]
fn only_the_workloads_that_are_meant_change() {
    let folder = Folder::hello();
    for name in ["auth", "hello"] {
        let new = folder
            .text(&format!("hello/deployments/{name}.yaml"))
            .replace(":1.0.0", ":2.0.0");
        folder.put(&format!("new/{name}.yaml"), &new);
    }
    let both = plan(&folder, "rolling --to new");
    let one = plan(&folder, "rolling --to new --workload auth");
    assert_eq!(both["spec"]["workloads"].as_array().unwrap().len(), 2);
    assert_eq!(one["spec"]["workloads"].as_array().unwrap().len(), 1);
}

#[test]
fn a_namespace_tells_names_apart() {
    let folder = Folder::empty();
    for namespace in ["prod", "test"] {
        let hello = include_str!("../../fixtures/hello/deployments/hello.yaml");
        folder.put(
            &format!("hello/{namespace}.yaml"),
            &hello.replace(
                "  labels: {app: hello}",
                &format!("  namespace: {namespace}"),
            ),
        );
    }
    for words in [
        "restart --workload hello -n test",
        "restart -n test",
        &format!("rolling {IMAGE} -n test"),
    ] {
        let plan = plan(&folder, words);
        let object = &plan["spec"]["workloads"][0]["sets"][0]["object"];
        assert_eq!(object["namespace"], "test", "{words}");
        assert_eq!(
            plan["spec"]["workloads"].as_array().unwrap().len(),
            1,
            "{words}"
        );
    }
}

/// What is wanted elsewhere is not planned either.
#[test]
fn a_namespace_limits_what_files_want() {
    let folder = Folder::empty();
    let hello = include_str!("../../fixtures/hello/deployments/hello.yaml");
    for namespace in ["prod", "test"] {
        let named = hello.replace(
            "  labels: {app: hello}",
            &format!("  namespace: {namespace}"),
        );
        folder.put(&format!("hello/{namespace}.yaml"), &named);
        folder.put(
            &format!("new/{namespace}.yaml"),
            &named.replace("hello:1.0.0", "hello:2.0.0"),
        );
    }
    let changed = |words: &str| {
        plan(&folder, words)["spec"]["workloads"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(
        (
            changed("rolling --to new -n test"),
            changed("rolling --to new")
        ),
        (1, 2)
    );
    let none = folder.run("cutover plan rolling -R -f hello --to new -n typo");
    assert!(
        none.messages.starts_with(
            "error: namespace typo: nothing of the input is in it\nhint: there are prod, test\n"
        ),
        "{}",
        none.messages
    );
}

/// A number is where a program listens, whether or not its manifest says so.
#[test]
fn a_port_that_is_only_declared_may_come_and_go() {
    let with = include_str!("../../fixtures/hello/deployments/hello.yaml");
    let without = with.replace(
        "            - name: http\n              containerPort: 8080\n",
        "",
    );
    let service = include_str!("../../fixtures/hello/services/hello.yaml")
        .replace("targetPort: http", "targetPort: 8080");
    for (from, to) in [(with, &*without), (&*without, with)] {
        let folder = Folder::empty();
        folder.put("hello/hello.yaml", &format!("{from}---\n{service}"));
        folder.put("new/hello.yaml", &format!("{to}---\n{service}"));
        for words in ["rolling", "canary --steps 50", "blue-green --service hello"] {
            assert!(
                !names(&plan(&folder, &format!("{words} --to new"))).is_empty(),
                "{words}"
            );
        }
    }
}

/// A forgotten `--image` must not bring the idle slot's old version back.
#[test]
fn slots_that_nothing_changes_stay() {
    let folder = Folder::empty();
    folder.put(
        "slots.yaml",
        include_str!("../../../docs/example-slots.yaml"),
    );
    let outcome = folder.run("cutover plan blue-green -f slots.yaml --service hello");
    assert!(
        outcome.messages.contains("note: nothing to do"),
        "{}",
        outcome.messages
    );
}

/// A controller deletes by itself what it has made.
#[test]
fn what_a_controller_owns_is_not_pruned() {
    let folder = Folder::hello();
    folder.put("new/all.yaml", &folder.done("cutover read -R -f hello"));
    folder.put("hello/set.yaml", "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: hello-1\n  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: hello, uid: u}]\n");
    let outcome = folder.run(&format!(
        "cutover plan rolling -R -f hello --to new {IMAGE} --prune -o json"
    ));
    assert!(
        !outcome.output.contains("ReplicaSet") && !outcome.messages.contains("ReplicaSet"),
        "{}",
        outcome.messages
    );
}

#[test]
fn a_number_of_pods_that_no_file_says_is_asked_for_and_warned_about() {
    let folder = Folder::hello();
    folder.change(
        "hello/deployments/hello.yaml",
        "  replicas: 3            # one a zone\n",
        "",
    );
    let outcome = folder.run(&format!(
        "cutover plan canary --steps 25 {IMAGE} -R -f hello --replicas 4 -o plan.yaml"
    ));
    let expected = "warning: hello/deployments/hello.yaml:2:1: Deployment hello: the manifest does not say how many pods run; the plan was given the number 4";
    assert!(outcome.messages.contains(expected), "{}", outcome.messages);
    let plan = plan(
        &folder,
        "scale --workload hello --current-replicas 4 --replicas 5",
    );
    assert_eq!(names(&plan), ["scale Deployment hello 4 → 5"]);
}

/// A failure means that a plan takes a number that somebody gave for the manifests', or makes the
/// server's default of it.
#[test]
fn a_number_that_was_given_is_told_as_such_and_nobody_adds_or_removes_it() {
    let folder = Folder::hello();
    let bounds = |words: &str| {
        let plan = plan(&folder, words);
        let steps = plan["spec"]["steps"].as_array().unwrap();
        let undo = plan["spec"]["undo"].as_array().unwrap();
        let undo = undo
            .iter()
            .flat_map(|undo| undo["steps"].as_array().unwrap());
        for step in steps.iter().chain(undo) {
            for change in step["changes"].as_array().unwrap() {
                let patch = &change["patch"];
                let ops = ["ops", "inverse"].map(|list| patch[list].as_array());
                for op in ops.into_iter().flatten().flatten() {
                    let sets = op["path"] == "/spec/replicas";
                    let keeps = ["test", "replace"].map(Value::from).contains(&op["op"]);
                    assert!(!sets || keeps, "{words}: {op}");
                }
            }
        }
        plan["spec"]["workloads"][0]["bounds"].clone()
    };
    let given =
        |ceiling: u32| json!({"replicas": 3, "floor": 3, "ceiling": ceiling, "given": true});
    let said = json!({"replicas": 3, "floor": 3, "ceiling": 4});
    let canary = format!("canary --steps 25,50 {IMAGE} --replicas 3");
    assert_eq!(bounds(&canary), said);
    folder.change(
        "hello/deployments/hello.yaml",
        "  replicas: 3            # one a zone\n",
        "",
    );
    assert_eq!(bounds(&canary), given(4));
    assert_eq!(bounds(&format!("rolling {IMAGE} --replicas 3")), given(4));
    let blue_green = format!("blue-green --active-service hello {IMAGE} --replicas 3");
    assert_eq!(bounds(&blue_green), given(7));
    let scale = "scale --workload hello --current-replicas 3 --replicas 5";
    assert_eq!(bounds(scale), given(7));
}

/// What is said of one Deployment goes before what is said of all.
#[test]
fn numbers_of_pods_are_said_of_each_deployment() {
    let folder = Folder::hello();
    let lines = [
        (
            "hello/deployments/hello.yaml",
            "  replicas: 3            # one a zone\n",
        ),
        ("hello/deployments/frontend.yaml", "  replicas: 1\n"),
    ];
    for (file, line) in lines {
        folder.change(file, line, "");
    }
    let warned = |said: &str| {
        let line =
            format!("cutover plan canary --steps 25 -R -f hello {IMAGE} {said} -o plan.yaml");
        let messages = folder.run(&line).messages;
        let found = messages
            .lines()
            .filter(|line| line.contains("the plan was given the number"));
        let told = found.map(|line| line.rsplit(' ').next().unwrap().to_owned());
        told.collect::<Vec<_>>()
    };
    assert_eq!(warned("--replicas 4"), ["4"]);
    assert_eq!(warned("--replicas 4 --replicas hello=5"), ["5"]);
    assert_eq!(warned("--replicas deployment/hello=6"), ["6"]);
}

#[test]
fn a_plan_goes_to_a_file_or_is_shown() {
    let folder = Folder::hello();
    let line = format!("cutover plan rolling -R -f hello {IMAGE}");
    let shown = folder.run(&line);
    assert!(
        shown.output.starts_with("Plan hello: rolling"),
        "{}",
        shown.output
    );
    assert!(
        shown
            .messages
            .ends_with("hint: `-o plan.yaml` writes it to a file\n"),
        "{}",
        shown.messages
    );
    let yaml = folder.done(&format!("{line} -o yaml"));
    assert_eq!(folder.done(&format!("{line} -o plan.yaml")), "");
    assert_eq!(folder.text("plan.yaml"), yaml);
    folder.done(&format!("{line} -o plan.json"));
    assert_eq!(
        folder.text("plan.json"),
        folder.done(&format!("{line} -o json"))
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (one, other) = (Folder::hello(), Folder::hello());
    let line = format!("cutover plan canary -R -f hello {IMAGE} --steps 25,50 -o yaml");
    assert_eq!(one.done(&line), other.done(&line));
}

#[test]
fn nothing_to_do_is_no_failure() {
    let folder = Folder::hello();
    for words in [
        "canary --steps 25",
        "rolling",
        "rolling --image hello=registry.example/hello:1.0.0",
        "scale --replicas 3 --workload hello",
    ] {
        let outcome = folder.run(&format!("cutover plan {words} -R -f hello"));
        assert_eq!(
            (outcome.exit, outcome.output.as_str()),
            (Exit::Done, ""),
            "{words}: {}",
            outcome.messages
        );
        assert!(
            outcome.messages.contains("note: nothing to do"),
            "{words}: {}",
            outcome.messages
        );
    }
}

/// What Helm prints, hooks included.
#[test]
fn what_other_tools_print_is_read_from_the_standard_input() {
    let folder = Folder::hello();
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: migrate\n  annotations: {helm.sh/hook: pre-upgrade}\n";
    let files = ["deployments/hello.yaml", "services/hello.yaml"]
        .map(|name| folder.text(&format!("hello/{name}")));
    let input = format!(
        "---\n# Source: hello/templates/hello.yaml\n{}---\n{}---\n{hook}",
        files[0], files[1]
    );
    let outcome = folder.run_with(
        &format!("cutover plan canary -f - {IMAGE} --steps 25 -o json"),
        &input,
    );
    assert_eq!(outcome.exit, Exit::Done, "{}", outcome.messages);
    assert!(
        outcome.messages.contains("warning: stdin:")
            && outcome.messages.contains("Job migrate: set aside"),
        "{}",
        outcome.messages
    );
    assert!(!outcome.output.contains("migrate"));
}

/// What `kubectl get deployment,replicaset -o yaml` prints.
#[test]
fn an_earlier_revision_comes_back_by_any_strategy() {
    let folder = Folder::hello();
    let template = |text: &str| {
        text.split_once("  template:")
            .map(|(_, template)| format!("  template:{template}"))
            .unwrap()
    };
    let now = folder.text("hello/deployments/hello.yaml");
    let revision = |number: u32, image: &str| {
        format!(
            "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata:\n  name: hello-{number}\n  annotations: {{deployment.kubernetes.io/revision: \"{number}\"}}\n  \
             ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: hello, uid: a, controller: true}}]\nspec:\n{}",
            template(&now).replace("hello:1.0.0", image)
        )
    };
    for (number, image) in [(1, "hello:0.8.0"), (2, "hello:0.9.0"), (3, "hello:1.0.0")] {
        folder.put(
            &format!("hello/revisions/{number}.yaml"),
            &revision(number, image),
        );
    }
    let first = |words: &str| names(&plan(&folder, words))[0].clone();
    assert_eq!(
        first("rollback --workload hello"),
        "image of Deployment hello 1.0.0 → 0.9.0"
    );
    assert_eq!(
        first("rollback --workload hello --to-revision 1"),
        "image of Deployment hello 1.0.0 → 0.8.0"
    );
    assert_eq!(
        first("rolling --workload hello --to-revision 0"),
        "image of Deployment hello 1.0.0 → 0.9.0"
    );
    assert_eq!(
        first("canary --steps 25 --workload hello --to-revision 1"),
        "create Deployment hello-canary with 1 pod"
    );
}

#[test]
fn what_is_paused_is_resumed() {
    let folder = Folder::hello();
    folder.change(
        "hello/deployments/hello.yaml",
        "replicas: 3 ",
        "paused: true\n  replicas: 3 ",
    );
    let plan = plan(&folder, "resume --workload hello");
    assert_eq!(
        plan["spec"]["steps"].as_array().unwrap().len(),
        1,
        "{plan:#}"
    );
}
