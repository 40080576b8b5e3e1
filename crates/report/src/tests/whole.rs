//! What a reviewer answers for is shown, whichever way a plan is looked at.

use cutover::planning::{Note, OnFailure};
use cutover::{AnyStrategy, Checked, Ends, Options, Plan, Release, check};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::example::{bundle, deployment, plan, service, with};
use crate::html::Html;
use crate::{Screen, Style, diff, markdown, page, show};

/// A canary whose only weight asks another system.
fn asking(analysis: Value) -> Checked {
    let strategy =
        json!({"canary": {"steps": [{"setWeight": 25}, {"analysis": [analysis]}, {"pause": {}}]}});
    let [from, to] = ["1.0.0", "2.0.0"].map(|tag| [deployment("hello", 3, tag), service("hello")]);
    plan(strategy, &from, &to)
}

/// Where no line has to be wrapped.
fn wide() -> Screen {
    Screen::default().columns(1000)
}

fn job() -> Value {
    json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "probe", "namespace": "shop"},
        "spec": {"template": {"spec": {
            "serviceAccountName": "admin",
            "hostNetwork": true,
            "securityContext": {"runAsUser": 0},
            "restartPolicy": "Never",
            "initContainers": [{"name": "get", "image": "registry.example/get:1"}],
            "containers": [{
                "name": "probe", "image": "registry.example/probe:1",
                "command": ["/probe"], "args": ["--all"],
                "env": [{"name": "DEPTH", "value": "3"}],
                "securityContext": {"privileged": true},
            }],
            "volumes": [{"name": "root", "hostPath": {"path": "/"}}],
        }}},
    })
}

/// A failure means that a reviewer approves a question without having seen all of it.
#[test]
fn all_that_a_gate_asks_is_in_every_view() {
    let check = |analysis: Value, facts: &[&str]| {
        let plan = asking(analysis);
        let text = markdown(&plan).unwrap();
        let page = page(&plan).unwrap();
        let plain = [
            show(&plan, wide()).unwrap(),
            diff(&plan, Some(1), Style::Plain).unwrap(),
        ];
        for fact in facts {
            let item = Html::of("li", fact).into_string();
            // Once of all questions, and once more at its step.
            assert_eq!(page.matches(&item).count(), 2, "{fact}: {page}");
            for text in &plain {
                assert!(text.contains(&format!("\n  {fact}\n")), "{fact}: {text}");
            }
            let fact = crate::text::escaped(fact);
            assert!(text.contains(&format!("\n- {fact}\n")), "{fact}: {text}");
        }
    };
    check(
        json!({"smoke": {"url": "http://hello/healthz", "status": 204, "count": 3}}),
        &[
            "GET http://hello/healthz, which has to answer 204",
            "count 3, interval 10s, timeout 5s, failureLimit 0",
        ],
    );
    check(
        json!({"metric": {
            "name": "errors", "prometheus": "http://prometheus:9090", "query": "sum(up[1m]) * 2",
            "successCondition": "result[0] < 0.05", "initialDelay": "1m", "failureLimit": 2,
        }}),
        &[
            "prometheus: http://prometheus:9090",
            "query: sum(up[1m]) * 2",
            "successCondition: result[0] < 0.05",
            "initialDelay 1m, count 1, interval 10s, timeout 30s, failureLimit 2, consecutiveErrorLimit 4",
        ],
    );
    check(
        json!({"webhook": {"url": "https://change.example/", "body": {"team": "web"}}}),
        &[
            "POST https://change.example/",
            r#"body: plan, step, phase and {"team":"web"}"#,
            "interval 10s, timeout 10s, consecutiveErrorLimit 4",
        ],
    );
    check(
        json!({"job": {"manifest": job(), "timeout": "2m"}}),
        &[
            "Job shop/probe, timeout 2m",
            "init container get: registry.example/get:1",
            r#"container probe: registry.example/probe:1, args ["--all"], command ["/probe"], env [{"name":"DEPTH","value":"3"}], securityContext {"privileged":true}"#,
            "as ServiceAccount admin",
            r#"pod: hostNetwork true, restartPolicy "Never", securityContext {"runAsUser":0}"#,
            r#"volume root: hostPath {"path":"/"}"#,
        ],
    );
}

#[test]
fn a_job_is_shown_whole_where_there_is_room() {
    let plan = asking(json!({"job": {"manifest": job()}}));
    let text = markdown(&plan).unwrap();
    let diff = diff(&plan, None, Style::Plain).unwrap();
    let page = page(&plan).unwrap();
    for line in ["- name: DEPTH", "value: \"3\"", "restartPolicy: Never"] {
        assert!(
            text.contains(line) && diff.contains(line),
            "{line}: {text}{diff}"
        );
        let line = Html::text(line).into_string();
        assert!(page.contains(&line), "{line}: {page}");
    }
}

/// What stands in a query or a Job can neither close its block nor tell a terminal anything.
#[test]
fn what_is_asked_stays_a_text() {
    let mut odd = job();
    odd["spec"]["template"]["spec"]["containers"][0]["args"] =
        json!(["```\n</details> @team \u{1b}[2J"]);
    let page = markdown(&asking(json!({"job": {"manifest": odd}}))).unwrap();
    assert!(
        page.contains("\n````yaml\n") && !page.contains('\u{1b}'),
        "{page}"
    );
    let query = json!({"metric": {
        "name": "a\nb", "prometheus": "http://prometheus:9090", "query": "up\n## Digest <b> @team",
        "successCondition": "result[0] < 0.05",
    }});
    let plan = asking(query);
    let page = markdown(&plan).unwrap();
    assert!(
        page.contains(r"- query: up\\n#<!-- -->#<!-- --> Digest &lt;b> @<!-- -->team"),
        "{page}"
    );
    let table = show(&plan, Style::Plain).unwrap();
    assert!(
        table.contains("  query: up\\n## Digest <b> @team\n"),
        "{table}"
    );
    let page = crate::page(&plan).unwrap();
    assert!(
        page.contains("<li>query: up\\n## Digest &lt;b&gt; @team</li>"),
        "{page}"
    );
}

#[test]
fn limits_and_what_a_failure_does_are_said() {
    let strategy: AnyStrategy = serde_json::from_value(json!({"rolling": {}})).unwrap();
    let slow = |tag| {
        let mut slow = deployment("hello", 3, tag);
        slow["spec"]["progressDeadlineSeconds"] = json!(90);
        slow
    };
    let ends = Ends::new(bundle(&[slow("1.0.0")]), bundle(&[slow("2.0.0")]));
    let options = Options::default().on_failure(OnFailure::Undo);
    let plan = cutover::plan(&Release::new(ends).unwrap(), &strategy, &options).unwrap();
    let said = "Gates on the cluster have 1m30s to hold. Where one does not, or an analysis fails, the run takes itself back.\n";
    assert!(show(&plan, wide()).unwrap().contains(said));
    assert!(markdown(&plan).unwrap().contains(said));
    let page = page(&plan).unwrap();
    assert!(page.contains(said.trim_end()), "{page}");
    let said = "Within 1m30s its gates have to hold, else the run takes itself back.";
    assert!(page.contains(said), "{page}");
    let diff = diff(&plan, None, Style::Plain).unwrap();
    let said = "within 1m30s its gates have to hold, else the run takes itself back\n";
    assert!(diff.contains(said), "{diff}");
}

/// A way back that moves requests is more than its pods.
#[test]
fn what_ways_back_change_besides_is_shown() {
    let [from, to] = ["1.0.0", "2.0.0"].map(|tag| [deployment("hello", 3, tag), service("hello")]);
    let plan = plan(json!({"blueGreen": {"activeService": "hello"}}), &from, &to);
    let title =
        "back from step 4 · preview · switch Service hello to app=hello,cutover.dev/track=blue";
    let table = show(&plan, wide()).unwrap();
    assert!(table.contains(&format!("  {title}\n")), "{table}");
    let change = "patch Service hello\n  spec.selector[\"cutover.dev/track\"]: green → blue\n";
    let text = diff(&plan, Some(4), Style::Plain).unwrap();
    assert!(text.contains(&format!("\n{title}\n\n{change}")), "{text}");
    let page = markdown(&plan).unwrap();
    let opened =
        format!("<details><summary>{title}</summary>\n\n```diff\n@@ patch Service hello @@\n");
    assert!(page.contains(&opened), "{page}");
    let page = crate::page(&plan).unwrap();
    let opened = format!("<details>{}", Html::of("summary", title).into_string());
    assert!(page.contains(&opened), "{page}");

    // Of counts and templates the way forward has shown all.
    let plain = super::example::canary();
    assert!(
        !show(&plain, Style::Plain)
            .unwrap()
            .contains("ways back change")
    );
    assert!(!markdown(&plain).unwrap().contains("What they change"));
}

#[test]
fn notes_are_told_as_the_author_s() {
    let plan = super::example::canary();
    let mut spec = plan.spec.clone();
    spec.notes = vec![Note {
        object: None,
        pointer: "/spec/replicas".into(),
        message: "all is well".into(),
        hint: Some("trust me".into()),
    }];
    let plan = check(Plan::new("hello", spec).unwrap()).unwrap();
    let table = show(&plan, Style::Plain).unwrap();
    let note = table
        .lines()
        .skip_while(|line| !line.starts_with("note"))
        .take(2);
    assert_snapshot!(note.collect::<Vec<_>>().join("\n"), @r"
    note of the plan's author, not checked: /spec/replicas: all is well
      hint: trust me
    ");
    let page = markdown(&plan).unwrap();
    let notes = "## Notes of the plan's author\n\nNobody has checked these.\n\n- /spec/replicas: all is well\n  *hint:* trust me\n";
    assert!(page.contains(notes), "{page}");
    let page = crate::page(&plan).unwrap();
    let notes = "<p>Nobody has checked these.</p>\n<div class=\"note\"><p>/spec/replicas: all is well</p><p class=\"hint\"><strong>hint: </strong>trust me</p></div>";
    assert!(page.contains(notes), "{page}");
}

/// A Service may lead to other pods and at another port of theirs in one step.
#[test]
fn a_switch_hides_no_other_field() {
    let from = service("hello");
    let to = with(
        with(from.clone(), "/spec/selector/app", json!("other")),
        "/spec/ports/0/targetPort",
        json!("grpc"),
    );
    let plan = super::example::patched(vec![], &[from], &[to]);
    let table = show(&plan, wide()).unwrap();
    let said = "switch Service hello to app=other, and change spec.ports[port=80].targetPort";
    assert!(table.contains(said), "{table}");
}
