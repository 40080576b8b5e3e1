//! What is refused, what is warned about, and plans that are not what was made.

use cutover_manifest::{Bundle, Digest, Manifest};
use cutover_plan::{Duration, Plan};
use cutover_release::{Ends, Release};
use cutover_report::{step_name, warnings};
use cutover_workload::Amount;
use serde_json::{Value, json};

use crate::{Error, Options, Waypoints, from_fn, plan};

mod configuration;
mod ports;
mod pruned;
mod warned;
mod window;

fn deployment(name: &str, edit: impl Fn(&mut Value)) -> Value {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": 3, "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": name, "image": "hello:1", "ports": [{"name": "http", "containerPort": 80}]}]}}},
    });
    edit(&mut value);
    value
}

fn service(selector: Value, port: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "hello"},
        "spec": {"selector": selector, "ports": [{"port": 80, "targetPort": port}]}})
}

fn bundle(values: &[Value]) -> Bundle {
    values
        .iter()
        .map(|value| Manifest::new(value.clone()).unwrap())
        .collect()
}

fn set(pointer: &'static str, value: Value) -> impl Fn(&mut Value) {
    move |document| {
        *document = Manifest::new(document.clone())
            .unwrap()
            .set(pointer, value.clone())
            .unwrap()
            .into_value();
    }
}

fn image(tag: &str) -> impl Fn(&mut Value) {
    set("/spec/template/spec/containers/0/image", json!(tag))
}

fn check_refused(from: &[Value], to: &[Value], place: &str, reason: &str) {
    let error = direct(&bundle(from), &bundle(to)).unwrap_err();
    let text = error.to_string();
    assert!(text.contains(reason), "{text}");
    let refusal = error.refusals().next().unwrap();
    assert_eq!(refusal.pointer(), place, "{text}");
    assert!(
        refusal.object().is_some() && text.contains("\nhint: "),
        "{text}"
    );
}

fn direct(from: &Bundle, to: &Bundle) -> Result<Plan, Error> {
    planned(Ends::new(from.clone(), to.clone()))
}

/// The names of the steps forward, and of those back from the last.
fn ways(plan: &Plan) -> [Vec<String>; 2] {
    let mut walk = plan.walk();
    let mut forward = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        forward.push(step_name(step, walk.before(), walk.state()));
    }
    let mut state = walk.state().clone();
    let mut back = Vec::new();
    for step in plan.way_back(plan.len()).unwrap() {
        let before = state.clone();
        cutover_plan::apply(&mut state, step, plan.len()).unwrap();
        back.push(step_name(step, &before, &state));
    }
    [forward, back]
}

fn planned(ends: Ends) -> Result<Plan, Error> {
    let release = Release::new(ends)?;
    let rolling = from_fn("rolling", |release| {
        Waypoints::direct(release, "update", &Default::default())
    });
    plan(&release, &rolling, &Options::default())
}

#[test]
fn what_no_strategy_can_do_is_refused_with_its_place() {
    let hello = || deployment("hello", |_| {});
    let next = || deployment("hello", image("hello:2"));
    let wider = json!({"matchLabels": {"app": "hello", "tier": "web"}});
    let labelled = deployment("hello", |value| {
        set("/spec/selector", wider.clone())(value);
        set("/spec/template/metadata/labels/tier", json!("web"))(value);
    });
    check_refused(&[hello()], &[labelled], "/spec/selector", "immutable");
    let unmatched = deployment(
        "hello",
        set("/spec/template/metadata/labels", json!({"app": "other"})),
    );
    check_refused(
        &[hello()],
        &[unmatched],
        "/spec/selector",
        "does not match the pod template's labels",
    );
    let twin = deployment("twin", |value| {
        set("/spec/selector/matchLabels/app", json!("hello"))(value);
        set("/spec/template/metadata/labels/app", json!("hello"))(value);
    });
    check_refused(
        &[hello()],
        &[next(), twin],
        "/spec/selector",
        "has the same selector",
    );
    let lost = service(json!({"app": "other"}), json!(80));
    let found = service(json!({"app": "hello"}), json!(80));
    check_refused(
        &[hello(), found.clone()],
        &[next(), lost],
        "/spec/selector",
        "matches no pods",
    );
    let named = service(json!({"app": "hello"}), json!("web"));
    for before in [vec![hello()], vec![hello(), found]] {
        let after = [next(), named.clone()];
        let reason = "the port `web` is on no container";
        check_refused(&before, &after, "/spec/ports", reason);
    }
    let surge = deployment(
        "hello",
        set("/spec/strategy/rollingUpdate/maxSurge", json!("3")),
    );
    check_refused(
        std::slice::from_ref(&surge),
        std::slice::from_ref(&surge),
        "/spec/strategy/rollingUpdate/maxSurge",
        "neither a number of pods nor a percentage",
    );
    let paused = |tag: &'static str| {
        deployment("hello", move |value| {
            image(tag)(value);
            set("/spec/paused", json!(true))(value);
        })
    };
    check_refused(
        &[paused("hello:1")],
        &[paused("hello:2")],
        "/spec/paused",
        "paused",
    );
    check_refused(&[hello()], &[paused("hello:2")], "/spec/paused", "paused");
    // The way there would do, but on the way back the old pods would not come.
    check_refused(&[paused("hello:1")], &[next()], "/spec/paused", "paused");
    check_refused(&[], &[paused("hello:1")], "/spec/paused", "paused");
}

/// A plan answers for what it changes.
#[test]
fn what_was_so_before_and_stays_so_is_not_refused() {
    let both = |beside: &[Value]| {
        let end = |tag: &'static str| {
            let mut end = vec![deployment("hello", image(tag))];
            end.extend_from_slice(beside);
            bundle(&end)
        };
        let plan = direct(&end("hello:1"), &end("hello:2")).unwrap();
        let changes = plan.spec.steps.iter().flat_map(|step| &step.changes);
        let changed: Vec<String> = changes.map(|change| change.object().to_string()).collect();
        assert_eq!(changed, ["Deployment hello"], "{beside:?}");
    };
    both(&[service(json!({"app": "redis"}), json!(6379))]);
    both(&[service(json!({"app": "redis"}), json!("redis"))]);
    both(&[service(json!({"app": "hello"}), json!("web"))]);
    both(&[
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web"},
        "spec": {"rules": [{"backendRefs": [{"name": "elsewhere", "port": 80}]}]}}),
    ]);
    let twin = |name: &str| {
        deployment(name, |value| {
            set("/spec/selector/matchLabels/app", json!("twin"))(value);
            set("/spec/template/metadata/labels/app", json!("twin"))(value);
        })
    };
    both(&[twin("one"), twin("two")]);
    let nothing = json!({"rollingUpdate": {"maxSurge": 0, "maxUnavailable": 0}});
    both(&[deployment("odd", set("/spec/strategy", nothing))]);
}

#[test]
fn a_route_to_no_service_is_refused() {
    let route = |name: &str| {
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "web"},
            "spec": {"rules": [{"backendRefs": [{"name": name, "port": 80}]}]}})
    };
    let all = |tag: &'static str, backend: &str| {
        let service = service(json!({"app": "hello"}), json!(80));
        [deployment("hello", image(tag)), service, route(backend)]
    };
    let place = "/spec/rules/0/backendRefs/0/name";
    check_refused(
        &all("hello:1", "hello"),
        &all("hello:2", "hallo"),
        place,
        "Service hallo is not in the input",
    );
    assert!(
        direct(
            &bundle(&all("hello:1", "hello")),
            &bundle(&all("hello:2", "hello"))
        )
        .is_ok()
    );
}

#[test]
fn a_service_that_would_reach_strangers_is_refused() {
    let tier = |name: &'static str| {
        deployment(
            name,
            set("/spec/template/metadata/labels/tier", json!("web")),
        )
    };
    let narrow = service(json!({"app": "hello", "tier": "web"}), json!(80));
    let wide = service(json!({"tier": "web"}), json!(80));
    check_refused(
        &[tier("hello"), tier("other"), narrow],
        &[tier("hello"), tier("other"), wide],
        "/spec/selector",
        "newly send requests to Deployment other",
    );
}

/// A failure means that a Service stands without ready pods while a plan thinks it does not, or that
/// a release is refused which leaves it some.
#[test]
fn a_service_that_is_left_to_pods_which_no_plan_waits_for_is_refused() {
    let hello = || deployment("hello", |_| {});
    let before = || service(json!({"app": "hello"}), json!(80));
    let stateful = |name: &str| {
        let mut value = deployment(
            name,
            set("/spec/template/metadata/labels/app", json!("hello")),
        );
        value["kind"] = json!("StatefulSet");
        value["spec"]["selector"]["matchLabels"]["app"] = json!("hello");
        value
    };
    let check = |from: &[Value], to: &[Value], expect: Result<(), &str>| {
        let ends = Ends::new(bundle(from), bundle(to)).pruned();
        let made = planned(ends).map(drop).map_err(|error| error.to_string());
        match (made, expect) {
            (Ok(()), Ok(())) => {}
            (Err(text), Err(words)) if text.contains(words) => {}
            (made, expect) => panic!("{made:?} {expect:?}"),
        }
    };
    check(
        &[hello(), before()],
        &[stateful("hello"), before()],
        Err("of StatefulSet hello, whose pods no plan waits for"),
    );
    // Nobody answered there, and nobody need.
    let mut asleep = hello();
    asleep["spec"]["replicas"] = json!(0);
    check(&[asleep, before()], &[stateful("hello"), before()], Ok(()));
    check(
        &[hello(), stateful("other"), before()],
        &[stateful("other"), before()],
        Ok(()),
    );
    let both = [hello(), stateful("hello"), before()];
    check(&[hello(), before()], &both, Ok(()));
    check(&[stateful("hello"), before()], &[hello(), before()], Ok(()));
    check(
        &[stateful("hello"), before()],
        &[stateful("other"), before()],
        Ok(()),
    );
}

/// A failure means that a plan asks the server for what it refuses in the middle, or that an image
/// of a Pod cannot be changed.
#[test]
fn of_a_pod_only_what_the_server_lets_change_changes() {
    let pod = |edit: &dyn Fn(&mut Value)| {
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "tool"},
            "spec": {"containers": [{"name": "tool", "image": "tool:1", "resources": {"limits": {"cpu": "1"}}}]}});
        edit(&mut pod);
        [pod]
    };
    let check = |edit: &dyn Fn(&mut Value), is_planned: bool| {
        let (from, to) = (pod(&|_| ()), pod(edit));
        match is_planned {
            true => drop(direct(&bundle(&from), &bundle(&to)).unwrap()),
            false => check_refused(&from, &to, "/spec", "of a Pod only the images can change"),
        }
    };
    check(&set("/spec/containers/0/image", json!("tool:2")), true);
    check(&set("/spec/tolerations", json!([{"key": "a"}])), true);
    check(&set("/spec/activeDeadlineSeconds", json!(5)), true);
    check(&set("/metadata/labels", json!({"a": "b"})), true);
    check(
        &set("/spec/containers/0/resources/limits/cpu", json!("1000m")),
        true,
    );
    check(
        &set("/spec/containers/0/env", json!([{"name": "A"}])),
        false,
    );
    check(&set("/spec/containers/1", json!({"name": "b"})), false);
    check(&set("/spec/nodeName", json!("a")), false);
}

#[test]
fn labels_and_selector_that_change_together_go_by_way_of_what_both_have() {
    let labelled = |version: &'static str| {
        deployment(
            "hello",
            set("/spec/template/metadata/labels/version", json!(version)),
        )
    };
    let picking = |version: &str| service(json!({"app": "hello", "version": version}), json!(80));
    let plan = direct(
        &bundle(&[labelled("1"), picking("1")]),
        &bundle(&[labelled("2"), picking("2")]),
    )
    .unwrap();
    let mut walk = plan.walk();
    let mut names = Vec::new();
    while let Some(step) = walk.advance().unwrap() {
        names.push(step_name(step, walk.before(), walk.state()));
    }
    assert_eq!(
        names,
        [
            "switch Service hello to app=hello",
            "change spec.template.metadata.labels.version of Deployment hello",
            "switch Service hello to app=hello,version=2",
        ]
    );
}

#[test]
fn the_same_on_both_ends_is_nothing_to_do() {
    let same = bundle(&[deployment("hello", |_| {})]);
    assert!(direct(&same, &same).unwrap().is_empty());
}

fn check_edited(edit: impl Fn(&mut Value), place: &str) {
    let plan = direct(
        &bundle(&[deployment("hello", |_| {})]),
        &bundle(&[deployment("hello", image("hello:2"))]),
    )
    .unwrap();
    let mut value = plan.to_value().unwrap();
    assert_eq!(Plan::parse(&value).unwrap(), plan);
    edit(&mut value);
    let error = Plan::parse(&value).unwrap_err().to_string();
    assert!(
        error.starts_with(place) && error.contains("\nhint: "),
        "{error}"
    );
}

/// An edit, digested again as somebody would who does it on purpose.
fn redigested(edit: impl Fn(&mut Value)) -> impl Fn(&mut Value) {
    move |value| {
        edit(value);
        value.as_object_mut().unwrap().remove("digest");
        value["digest"] = json!(Digest::of(value).unwrap());
    }
}

#[test]
fn a_plan_that_is_not_the_one_that_was_made_is_refused() {
    check_edited(
        |value| value["spec"]["strategy"] = json!("canary"),
        "plan: digest",
    );
    check_edited(|value| value["spec"]["extra"] = json!(1), "plan: spec");
    check_edited(|value| value["kind"] = json!("Deployment"), "plan: kind");
    check_edited(
        redigested(|value| value["spec"]["steps"][0]["changes"][0]["patch"]["ops"] = json!([])),
        "step 1",
    );
    check_edited(
        redigested(|value| value["spec"]["steps"][0]["changes"][0]["patch"]["inverse"] = json!([])),
        "step 1",
    );
    check_edited(
        redigested(|value| drop(value["spec"].as_object_mut().unwrap().remove("undo"))),
        "plan: undo",
    );
    check_edited(
        redigested(|value| value["spec"]["undo"][0]["to"] = json!(1)),
        "undo from step 1",
    );
    check_edited(
        redigested(|value| {
            drop(
                value["spec"]["undo"][0]
                    .as_object_mut()
                    .unwrap()
                    .remove("steps"),
            )
        }),
        "undo from step 1",
    );
}

fn check_duration(text: &str, expect: &str) {
    assert_eq!(text.parse::<Duration>().unwrap().to_string(), expect);
}

#[test]
fn durations_are_gos_in_whole_seconds() {
    check_duration("90s", "1m30s");
    check_duration("10m", "10m");
    check_duration("1h0m30s", "1h30s");
    check_duration("45", "45s");
    check_duration("0", "0s");
    for refused in ["500ms", "-5s", "soon"] {
        assert!(refused.parse::<Duration>().is_err(), "{refused}");
    }
}

fn check_amount(value: Value, up_and_down: (u32, u32)) {
    let amount = Amount::read(&value).unwrap();
    assert_eq!((amount.up(10), amount.down(10)), up_and_down, "{value}");
}

#[test]
fn amounts_round_as_in_kubernetes_and_refuse_a_bare_string() {
    check_amount(json!(3), (3, 3));
    check_amount(json!("25%"), (3, 2));
    check_amount(json!("0%"), (0, 0));
    check_amount(json!("150%"), (15, 15));
    for refused in [
        json!("3"),
        json!(-1),
        json!(1.5),
        json!("%"),
        json!("+5%"),
        Value::Null,
    ] {
        assert!(Amount::read(&refused).is_err(), "{refused}");
    }
}

/// The label tells the version of the pods, and a container beside them is none.
#[test]
fn a_label_of_the_version_that_stays_is_warned_about_where_an_image_changes() {
    let container = |name: &str, image: &str| json!({"name": name, "image": image});
    let set = |containers: Value| {
        deployment("hello", |value| {
            set("/spec/template/metadata/labels/version", json!("1"))(value);
            value["spec"]["template"]["spec"]["containers"] = containers.clone();
        })
    };
    let check = |from: Value, to: Value, expect: bool| {
        let plan = direct(&bundle(&[set(from)]), &bundle(&[set(to.clone())])).unwrap();
        let warned = warnings(&cutover_check::check(plan).unwrap())
            .unwrap()
            .iter()
            .any(|warning| warning.message.contains("keep the label `version: 1`"));
        assert_eq!(warned, expect, "{to}");
    };
    let (hello, next) = (container("hello", "hello:1"), container("hello", "hello:2"));
    let proxy = container("proxy", "envoy:9");
    check(json!([hello]), json!([next]), true);
    check(json!([hello]), json!([proxy, next]), true);
    check(json!([hello]), json!([container("new", "hello:2")]), true);
    check(json!([hello]), json!([proxy, hello]), false);
    check(json!([hello, proxy]), json!([hello]), false);
    check(json!([hello, proxy]), json!([proxy, hello]), false);
}
