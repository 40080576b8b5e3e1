//! A canary by route: what holds in every state, forward and back.

use std::collections::BTreeMap;

use cutover::Checked;
use cutover::manifest::{Bundle, Manifest};
use cutover::planning::{Gate, Step, walk};
use cutover_model::rules;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::behind_a_route::Application;

/// An application behind a route, and the weights of a canary.
#[derive(Clone, Debug)]
struct Case {
    replicas: [u32; 2],
    surge: u32,
    unavailable: u32,
    weights: Vec<u8>,
    /// Whether the pods have the label by which a Service can pick one set.
    tracked: bool,
    /// The weight of the Service in its first rule, and of a stranger's beside it.
    own: u32,
    stranger: Option<u32>,
    second_rule: bool,
    drain: Option<u32>,
    /// How requests come back after a weight of 100.
    promotion: Vec<u8>,
}

fn cases() -> impl Strategy<Value = Case> {
    let weights = prop::collection::vec(
        prop_oneof![8 => 1..=99_u8, 2 => Just(100), 1 => Just(0)],
        1..=4,
    );
    let promotion = prop::collection::vec(1..=100_u8, 0..=2);
    let weights = weights.prop_map(|mut weights| {
        weights.sort_unstable();
        // A canary that gets nothing is refused.
        if weights.ends_with(&[0]) {
            weights.push(50);
        }
        weights
    });
    let route = (1..=9_u32, prop::option::of(0..=5_u32), any::<bool>());
    let counts = (1..=9_u32, prop::option::of(1..=9_u32), 0..=3_u32, 0..=3_u32);
    (
        counts,
        weights,
        any::<bool>(),
        route,
        prop::option::of(30..=90_u32),
        promotion,
    )
        .prop_map(
            |((from, to, surge, unavailable), weights, tracked, route, drain, mut promotion)| {
                promotion.sort_unstable();
                promotion.retain(|_| weights.ends_with(&[100]));
                Case {
                    replicas: [from, to.unwrap_or(from)],
                    surge: if unavailable == 0 {
                        surge.max(1)
                    } else {
                        surge
                    },
                    unavailable,
                    weights,
                    tracked,
                    own: route.0,
                    stranger: route.1,
                    second_rule: route.2,
                    drain,
                    promotion,
                }
            },
        )
}

impl Case {
    fn plan(&self) -> Result<Checked, cutover::Error> {
        let mut backends = vec![json!({"name": "hello", "port": 80, "weight": self.own})];
        if let Some(weight) = self.stranger {
            backends.insert(0, json!({"name": "legacy", "port": 80, "weight": weight}));
        }
        let mut rules = vec![json!({"backendRefs": backends})];
        if self.second_rule {
            rules.push(json!({"backendRefs": [{"name": "hello", "port": 80}]}));
        }
        let application = Application {
            surge: self.surge,
            unavailable: self.unavailable,
            tracked: self.tracked,
            rules: json!(rules),
        };
        let steps: Vec<Value> = self
            .weights
            .iter()
            .map(|weight| json!({"setWeight": weight}))
            .collect();
        let mut canary = json!({"steps": steps, "promotionSteps": self.promotion});
        if let Some(drain) = self.drain {
            canary["drain"] = json!(format!("{drain}s"));
        }
        application.plan(self.replicas, canary)
    }
}

/// A step with what stands before and after it, and what is sure to be there before it.
struct Passage<'a> {
    step: &'a Step,
    before: Bundle,
    after: Bundle,
    /// The state before the step that is undone, where this is the first of a way back.
    sure: Bundle,
}

/// The way forward, then each way back.
fn ways(plan: &Checked) -> Vec<(String, Vec<Passage<'_>>)> {
    let mut ways = vec![(
        "forward".to_owned(),
        way(plan.start(), plan.spec.steps.iter().collect()),
    )];
    for from in 1..=plan.len() {
        let state = plan.state(from).unwrap();
        let mut back = way(state, plan.way_back(from).unwrap());
        if let Some(first) = back.first_mut() {
            first.sure = plan.state(from - 1).unwrap();
        }
        ways.push((format!("undo from {from}"), back));
    }
    ways
}

fn way(mut state: Bundle, steps: Vec<&Step>) -> Vec<Passage<'_>> {
    let mut way = Vec::new();
    for step in steps {
        let one = [step.clone()];
        let mut along = walk(state.clone(), &one);
        along.advance().unwrap();
        let after = along.state().clone();
        way.push(Passage {
            step,
            sure: state.clone(),
            before: state,
            after: after.clone(),
        });
        state = after;
    }
    way
}

/// An object of a state, as the server keeps it.
fn object<'a>(state: &'a Bundle, kind: &str, name: &str) -> Option<&'a Value> {
    let mut all = state.iter().map(Manifest::value);
    all.find(|value| value["kind"] == kind && value["metadata"]["name"] == name)
}

/// The sets that a Service selects.
fn behind<'a>(state: &'a Bundle, service: &str) -> Vec<&'a Value> {
    let Some(service) = object(state, "Service", service) else {
        return Vec::new();
    };
    let selector = service["spec"]["selector"].as_object().unwrap();
    let sets = state.iter().map(Manifest::value);
    let sets = sets.filter(|value| value["kind"] == "Deployment");
    sets.filter(|set| {
        let labels = &set["spec"]["template"]["metadata"]["labels"];
        selector.iter().all(|(key, value)| labels[key] == *value)
    })
    .collect()
}

fn pods(set: &Value) -> u64 {
    set["spec"]["replicas"].as_u64().unwrap()
}

fn image(set: &Value) -> &Value {
    &set["spec"]["template"]["spec"]["containers"][0]["image"]
}

/// The workload's own part of each rule: its Services' weights, and their sum.
fn own(state: &Bundle) -> Vec<(BTreeMap<String, u64>, u64)> {
    let route = object(state, "HTTPRoute", "hello").unwrap();
    let own = rules(route).into_iter().map(|rule| {
        let mut weights = rule.weights;
        weights.retain(|name, _| name.starts_with("hello"));
        let sum = weights.values().sum();
        (weights, sum)
    });
    own.collect()
}

/// The pods of a Service that are sure to answer during a step.
fn answering(passage: &Passage<'_>, service: &str, unavailable: u32) -> u64 {
    let states = [&passage.before, &passage.after, &passage.sure];
    let mut fewest = u64::MAX;
    for state in states {
        let sets = behind(state, service);
        fewest = fewest.min(sets.iter().map(|set| pods(set)).sum());
    }
    let images = states.map(|state| {
        let sets = behind(state, service);
        sets.iter()
            .map(|set| image(set).clone())
            .collect::<Vec<_>>()
    });
    let rolls = images[0] != images[1] || images[0] != images[2];
    let missing = if rolls { u64::from(unavailable) } else { 0 };
    fewest.saturating_sub(missing)
}

/// The largest part of a rule that may reach pods of the new version, as a fraction.
fn exposed(state: &Bundle) -> (u128, u128) {
    let mut worst = (0, 1);
    for (weights, sum) in own(state) {
        let mut new = 0;
        for (service, weight) in &weights {
            // Each of them leads to one set.
            let sets = behind(state, service);
            if sets.iter().any(|set| image(set) == "hello:2") {
                new += weight;
            }
        }
        let share = (u128::from(new), u128::from(sum.max(1)));
        if share.0 * worst.1 > worst.0 * share.1 {
            worst = share;
        }
    }
    worst
}

fn check(case: &Case, law: impl Fn(&Checked) -> Result<(), String>) -> Result<(), TestCaseError> {
    let plan = case
        .plan()
        .map_err(|error| TestCaseError::fail(error.to_string()))?;
    law(&plan).map_err(|reason| {
        let table = cutover_report::show(&plan, cutover_report::Style::Plain).unwrap();
        TestCaseError::fail(format!("{reason}\n{table}"))
    })
}

/// Each of these is about every step of every way.
fn each_passage(
    plan: &Checked,
    law: impl Fn(&Passage<'_>, bool) -> Result<(), String>,
) -> Result<(), String> {
    for (name, way) in ways(plan) {
        for (number, passage) in (1..).zip(&way) {
            law(passage, name != "forward")
                .map_err(|reason| format!("{name}, step {number}: {reason}"))?;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(super::config())]

    /// A failure means that a gateway answers a part of the requests with an error, or piles them on
    /// pods that cannot carry them.
    #[test]
    fn no_share_stands_on_too_few_pods(case in cases()) {
        check(&case, |plan| {
            let floor = u64::from(plan.spec.workloads[0].floor());
            each_passage(plan, |passage, _| {
                for state in [&passage.before, &passage.after, &passage.sure] {
                    for (weights, sum) in own(state) {
                        for (service, weight) in weights.into_iter().filter(|(_, weight)| *weight > 0) {
                            let there = answering(passage, &service, case.unavailable);
                            if there * sum < floor * weight || there == 0 && floor > 0 {
                                return Err(format!("{service}: {there} pods for {weight}/{sum}"));
                            }
                        }
                        if sum == 0 {
                            return Err("a rule sends requests to nobody".into());
                        }
                    }
                }
                Ok(())
            })
        })?;
    }

    /// A failure means that `show` tells a reviewer of fewer requests for the new version than it gets.
    #[test]
    fn exposure_is_what_is_shown(case in cases()) {
        check(&case, |plan| {
            let shown = cutover_report::exposure(plan).map_err(|error| error.to_string())?;
            for (number, shown) in shown.iter().enumerate() {
                let (part, whole) = exposed(&plan.state(number).unwrap());
                let share = cutover::traffic::Share::of(part.try_into().unwrap(), whole.try_into().unwrap());
                if shown[0].map(|shown| shown.most) != share {
                    return Err(format!("state {number}: {part}/{whole}, and {shown:?} is shown"));
                }
            }
            Ok(())
        })?;
    }

    /// A failure means that undo leaves something behind, or the plan does not bring what was wanted.
    #[test]
    fn a_route_is_as_it_was_at_both_ends(case in cases()) {
        check(&case, |plan| {
            for (name, way) in ways(plan).iter().skip(1) {
                if way.last().map(|last| &last.after) != Some(&plan.start()) {
                    return Err(format!("{name} ends elsewhere"));
                }
            }
            let (start, end) = (plan.start(), plan.state(plan.len()).unwrap());
            let route = |state: &Bundle| object(state, "HTTPRoute", "hello").cloned();
            if route(&start) != route(&end) || end.len() != start.len() {
                return Err("something is left".into());
            }
            Ok(())
        })?;
    }

    /// A failure means that a gateway loses requests while it follows a route (seen with Contour), or
    /// that what people want to be rid of gets more of them.
    #[test]
    fn shares_move_one_at_a_time_and_back_alone(case in cases()) {
        check(&case, |plan| each_passage(plan, |passage, back| {
            let (was, is) = (own(&passage.before), own(&passage.after));
            for ((was, _), (is, _)) in was.iter().zip(&is) {
                let lacks = |part: &BTreeMap<String, u64>, name: &str| !part.contains_key(name);
                let comes = is.iter().any(|(name, weight)| lacks(was, name) && *weight > 0);
                let goes = was.iter().any(|(name, weight)| lacks(is, name) && *weight > 0);
                if comes || goes {
                    return Err("a backend comes or goes with a share".into());
                }
                if is.keys().any(|name| [&passage.before, &passage.after].iter().any(|state| object(state, "Service", name).is_none())) {
                    return Err("a backend names a Service that is not there".into());
                }
            }
            let follows = passage.step.gates.iter().any(|gate| matches!(gate, Gate::Routed(_)));
            if was != is && !follows {
                return Err("nobody sees that the route is followed".into());
            }
            let [before, after] = [&passage.before, &passage.after].map(exposed);
            if back && after.0 * before.1 > before.0 * after.1 {
                return Err("the new version gets more".into());
            }
            Ok(())
        }))?;
    }

    /// A failure means that pods go while requests to them are on their way.
    #[test]
    fn pods_go_once_the_last_request_has_ended(case in cases()) {
        check(&case, |plan| {
            for (name, way) in ways(plan) {
                // The first step of a way back may begin before its own gates have held.
                let mut emptied = way.first().map_or_else(Vec::new, |first| lost(&first.sure, &first.before));
                for (number, passage) in (1..).zip(&way) {
                    for service in &emptied {
                        let fewer = behind(&passage.before, service).into_iter().any(|set| {
                            let name = set["metadata"]["name"].as_str().unwrap();
                            let after = object(&passage.after, "Deployment", name);
                            pods(set) > 0 && after.is_none_or(|after| pods(after) < pods(set) || image(after) != image(set))
                        });
                        if fewer {
                            return Err(format!("{name}, step {number}: {service} loses pods too soon"));
                        }
                    }
                    emptied.extend(lost(&passage.before, &passage.after));
                    let least = u64::from(case.drain.unwrap_or(30));
                    if passage.step.gates.iter().any(|gate| matches!(gate, Gate::Drained(gate) if u64::from(gate.after.seconds()) >= least)) {
                        emptied.clear();
                    }
                }
            }
            Ok(())
        })?;
    }
}

/// The Services that lose all that they have of a rule.
fn lost(before: &Bundle, after: &Bundle) -> Vec<String> {
    let mut lost = Vec::new();
    for ((was, _), (is, _)) in own(before).into_iter().zip(own(after)) {
        let gone = was
            .into_iter()
            .filter(|(name, weight)| *weight > 0 && is.get(name).is_none_or(|left| *left == 0));
        lost.extend(gone.map(|(name, _)| name));
    }
    lost
}
