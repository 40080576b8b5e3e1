//! Journals that somebody has edited who may write ConfigMaps and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::path::Path;

use cutover::Plan;
use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{Bounds, PlanError, Spec};
use cutover_run::{Rebase, rebase};
use serde_json::{Value, json};

use crate::greeter::{Greeter, NEW, OLD, hello};
use crate::packed::{packed, unpacked};

const IMAGE: &str = "/spec/template/spec/containers/0/image";
const EVIL: &str = "evil.example/miner:1";

/// A failure means that rights on ConfigMaps are enough to roll out an image of one's own.
#[test]
fn a_forged_journal_is_refused_when_a_run_goes_on() {
    let greeter = Greeter::new("forged-apply");
    greeter.serve(&hello());
    let plan = greeter.plan_live(&["canary", "--steps", "25"]);
    let mut run = greeter.begin("apply", &plan, &["--lease-duration", "3s"]);
    run.until_pause();
    run.kill();
    let honest = kept(&greeter);
    let check = |forged: &Plan, words: &[&str]| {
        forge(&greeter, forged);
        refuses(&greeter, "apply", &plan, words);
    };
    let image = |of: &'static str| {
        over(&honest, |state| match state.pointer(IMAGE) {
            Some(image) if image == of => state.set(IMAGE, json!(EVIL)).unwrap(),
            _ => state,
        })
    };
    let evil = "image is \"evil.example/miner:1\", and should be";
    check(&image(NEW), &["step ", evil]);
    check(&image(OLD), &["the start: ", evil]);
    let env = "/spec/template/spec/containers/0/env";
    let value = json!([{ "name": "LD_PRELOAD", "value": "/tmp/evil.so" }]);
    let environment = over(&honest, |state| match state.pointer(IMAGE) {
        Some(image) if image == NEW => state.set(env, value.clone()).unwrap(),
        _ => state,
    });
    check(&environment, &["env is ", "and should be nothing"]);
    let ungated = edited(&honest, |spec| spec.steps[0].gates.clear());
    check(&ungated, &["step 1: gates is nothing"]);

    forge(&greeter, &honest);
    let mut run = greeter.begin("apply", &plan, &[]);
    run.until_pause();
    greeter.approve(&plan);
    run.end().assert_done();
    greeter.assert_state(&plan, 6);
}

#[test]
fn a_forged_way_back_is_refused() {
    let greeter = Greeter::new("forged-undo");
    greeter.serve(&hello());
    let before = greeter.objects();
    let plan = greeter.plan_live(&["canary", "--steps", "25", "--pause", "1s"]);
    greeter.carry_out("apply", &plan, &[]).assert_done();
    let honest = kept(&greeter);
    let check = |forged: &Plan, words: &[&str]| {
        forge(&greeter, forged);
        refuses(&greeter, "undo", &plan, words);
    };
    let start = over(&honest, |state| match state.pointer(IMAGE) {
        Some(image) if image == OLD => state.set(IMAGE, json!(EVIL)).unwrap(),
        _ => state,
    });
    check(
        &start,
        &["the start: ", "image is \"evil.example/miner:1\""],
    );
    let ungated = edited(&honest, |spec| spec.undo[5].steps[0].gates.clear());
    check(&ungated, &["the way back from step 6: steps[0].gates"]);
    let budget = edited(&honest, |spec| match &mut spec.workloads[0].bounds {
        Bounds::Fixed(bounds) => bounds.floor = 0,
        Bounds::Live(_) => panic!("its bounds are live"),
    });
    check(&budget, &["the plan: workloads[0].bounds.floor is 0"]);

    forge(&greeter, &honest);
    greeter.carry_out("undo", &plan, &[]).assert_done();
    assert_eq!(greeter.objects(), before);
}

/// It says what differs, and writes nothing.
fn refuses(greeter: &Greeter, verb: &str, plan: &Path, words: &[&str]) {
    let before = (greeter.objects(), greeter.writes());
    let refused = greeter.carry_out(verb, plan, &["--lease-duration", "3s"]);
    refused.assert_failed(&[&["the journal's plan is not the given one: "], words].concat());
    assert_eq!((greeter.objects(), greeter.writes()), before);
}

/// The plan in the journal.
fn kept(greeter: &Greeter) -> Plan {
    Plan::parse(&journal(greeter)["plan"]).unwrap()
}

fn journal(greeter: &Greeter) -> Value {
    let packed = greeter.kubectl(&[
        "get",
        "configmap",
        "cutover-hello",
        "-o=jsonpath={.binaryData.plan}",
    ]);
    unpacked(&packed)
}

/// Puts another plan into the journal, as somebody who may write ConfigMaps.
fn forge(greeter: &Greeter, plan: &Plan) {
    let mut journal = journal(greeter);
    journal["plan"] = plan.to_value().unwrap();
    let packed = packed(&journal);
    let ops = json!([{ "op": "replace", "path": "/binaryData/plan", "value": packed }]).to_string();
    let (verbs, forger) = ("--verb=get,patch", "--user=forger");
    if greeter.try_kubectl(&["get", "role", "forger"]).is_err() {
        greeter.kubectl(&["create", "role", "forger", verbs, "--resource=configmaps"]);
        greeter.kubectl(&["create", "rolebinding", "forger", "--role=forger", forger]);
    }
    let patch = ["patch", "configmap", "cutover-hello", "--as=forger"];
    greeter.kubectl(&[&patch[..], &["--type=json", "-p", &ops]].concat());
}

/// The same plan over other states, and all of its digests right.
struct Over<F>(F);

impl<F: Fn(Manifest) -> Manifest> Rebase for Over<F> {
    fn object(&self, object: &ObjectRef) -> ObjectRef {
        object.clone()
    }

    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, PlanError> {
        Ok((self.0)(manifest.clone()))
    }
}

fn over(plan: &Plan, forge: impl Fn(Manifest) -> Manifest) -> Plan {
    rebase(plan, &Over(forge)).unwrap()
}

fn edited(plan: &Plan, edit: impl FnOnce(&mut Spec)) -> Plan {
    let mut spec = plan.spec.clone();
    edit(&mut spec);
    Plan::new(&plan.metadata.name, spec).unwrap()
}
