//! Journals that somebody has edited who may write ConfigMaps and nothing else.

use std::slice;

use cutover::manifest::{Manifest, ObjectRef};
use cutover::planning::{Bounds, Change, Gate, PlanError, Spec, Undo};
use cutover::{Checked, Plan};
use cutover_model::{Fate, Faults};
use cutover_run::{Goal, Journal, Outcome, Rebase, rebase};
use serde_json::{Value, json};
use xtask::golden::Case;

use crate::packed::{packed, unpacked};
use crate::scenario::Scenario;
use crate::stage::{NAMESPACE, Stage};
use crate::systems::Opinion;
use crate::wire::call;

const IMAGE: &str = "/spec/template/spec/containers/0/image";
const NEW: &str = "registry.example/hello:2.0.0";
const EVIL: &str = "evil.example/miner:1";

/// A failure means that whoever may write ConfigMaps decides what an administrator's runner writes.
#[test]
fn a_forged_plan_is_not_carried_out() {
    let plan = golden("canary/hello");
    let check = |goal: Goal, forge: &dyn Fn(&Plan) -> Plan, words: &[&str]| {
        let mut stage = Stage::new(calm(&plan), false);
        stage.go_to(goal);
        stage.forge(forge);
        let writes = stage.checks.writes;
        stage.begin(goal);
        let Outcome::Refused { reason } = stage.go().unwrap() else {
            panic!("it was carried out: {words:?}")
        };
        let reason = reason.to_string();
        for words in words {
            assert!(reason.contains(words), "no {words:?} in:\n{reason}");
        }
        assert!(reason.contains("\nhint: nothing was written"), "{reason}");
        assert_eq!(stage.checks.writes, writes, "{words:?}");
    };
    let image = |kept: &Plan| of_new(kept, |state| state.set(IMAGE, json!(EVIL)).unwrap());
    let privileged = |kept: &Plan| {
        let path = "/spec/template/spec/containers/0/securityContext";
        of_new(kept, |state| {
            state.set(path, json!({ "privileged": true })).unwrap()
        })
    };
    let start = |kept: &Plan| {
        reforged(kept, |state| match state.pointer(IMAGE) {
            Some(image) if image != NEW => state.set(IMAGE, json!(EVIL)).unwrap(),
            _ => state,
        })
    };
    for goal in [Goal::Apply, Goal::Back { to: 0 }] {
        check(
            goal,
            &image,
            &["image is \"evil.example/miner:1\"", "should be \"registry"],
        );
        check(
            goal,
            &privileged,
            &["securityContext is", "and should be nothing"],
        );
        check(
            goal,
            &|kept| edited(kept, add_object),
            &["step 1: ", "miner is there"],
        );
        check(
            goal,
            &|kept| edited(kept, add_step),
            &["the plan: it has ", "steps there"],
        );
        check(
            goal,
            &|kept| edited(kept, drop_gate),
            &["step 1: gates is nothing"],
        );
        check(
            goal,
            &|kept| edited(kept, drop_gate_back),
            &["the way back from step 2: steps[0].gates"],
        );
        check(
            goal,
            &|kept| edited(kept, lower_floor),
            &["the plan: workloads[0].bounds.floor is 0"],
        );
        check(
            goal,
            &start,
            &["the start: ", "image is \"evil.example/miner:1\""],
        );
    }
}

/// What the journal says that live objects have beside their files is not believed either.
#[test]
fn an_object_that_is_created_anew_comes_back_as_its_file_says() {
    let plan = golden("rolling/shrinks-and-prunes");
    let gone = gone(&plan);
    let evil = |state: Manifest| match gone.contains(state.object()) {
        true => state
            .set("/metadata/annotations", json!({ "evil": "true" }))
            .unwrap(),
        false => state,
    };
    let mut stage = Stage::new(calm(&plan), false);
    stage.go_to(Goal::Back { to: 0 });
    stage.forge(&|kept| reforged(kept, evil));
    stage.begin(Goal::Back { to: 0 });
    assert_eq!(stage.go().unwrap(), Outcome::Undone { to: 0 });
    stage.checks.is_undone(&stage.model).unwrap();
}

/// The digest that was approved stays, and only the plan that was meant is carried out.
#[test]
fn a_plan_that_nobody_has_forged_goes_on() {
    let check = |name: &str, goal: Goal, end: Outcome| {
        let plan = golden(name);
        let mut stage = Stage::new(calm(&plan), false);
        stage.go_to(goal);
        stage.forge(&Plan::clone);
        stage.begin(goal);
        assert_eq!(stage.go().unwrap(), end, "{name}");
        stage.judge(&end).unwrap();
    };
    for name in [
        "canary/hello",
        "blue-green/hello",
        "rolling/shrinks-and-prunes",
        "rolling/hello",
    ] {
        check(name, Goal::Apply, Outcome::Done);
        check(name, Goal::Back { to: 0 }, Outcome::Undone { to: 0 });
    }
}

fn golden(name: &str) -> Checked {
    let cases = Case::all().unwrap();
    let case = cases.iter().find(|case| case.directory.ends_with(name));
    case.unwrap().plan().unwrap()
}

/// A scenario in which nothing goes wrong.
fn calm(plan: &Checked) -> Scenario<'_> {
    let mut scenario = Scenario::new(7, slice::from_ref(plan));
    (scenario.fate, scenario.faults) = (Fate::Healthy, Faults::default());
    scenario.opinion = Opinion::Agree;
    scenario.kills.clear();
    (scenario.abort, scenario.undo) = (None, false);
    (scenario.rival, scenario.autoscaler) = (None, None);
    scenario
}

impl Stage<'_> {
    /// A run that is killed in its midst, or is done where it is to be taken back.
    fn go_to(&mut self, goal: Goal) {
        let is_in_the_midst = |stage: &Self| {
            let step = stage.kept("/data/run").and_then(|run| {
                let run: Value = serde_json::from_str(run.as_str().unwrap()).unwrap();
                run["step"].as_u64()
            });
            goal == Goal::Apply && step == Some(2)
        };
        while !is_in_the_midst(self) && self.go_on(1).unwrap().is_none() {}
    }

    /// Puts another plan into the journal; what was approved stays.
    fn forge(&mut self, forge: &dyn Fn(&Plan) -> Plan) {
        let mut kept = self.packed().unwrap();
        let plan = Plan::parse(&kept["plan"]).unwrap();
        kept["plan"] = forge(&plan).to_value().unwrap();
        let packed = packed(&kept);
        let ops = json!([{ "op": "replace", "path": "/binaryData/plan", "value": packed }]);
        let ops = serde_json::from_value(ops).unwrap();
        let journal = Journal::object(self.scenario.plan, NAMESPACE);
        let now = self.model.now;
        self.model.server.patch(&journal, &ops, call(now)).unwrap();
    }

    fn packed(&self) -> Option<Value> {
        Some(unpacked(self.kept("/binaryData/plan")?.as_str()?))
    }

    /// What the journal has somewhere.
    fn kept(&self, pointer: &str) -> Option<Value> {
        let journal = Journal::object(self.scenario.plan, NAMESPACE);
        let found = self.model.server.get(&journal).ok()?;
        found.pointer(pointer).cloned()
    }
}

/// The same plan over other states, and all of its digests right.
struct Forge<F>(F);

impl<F: Fn(Manifest) -> Manifest> Rebase for Forge<F> {
    fn object(&self, object: &ObjectRef) -> ObjectRef {
        object.clone()
    }

    fn manifest(&self, manifest: &Manifest) -> Result<Manifest, PlanError> {
        Ok((self.0)(manifest.clone()))
    }
}

fn reforged(plan: &Plan, forge: impl Fn(Manifest) -> Manifest) -> Plan {
    rebase(plan, &Forge(forge)).unwrap()
}

fn of_new(plan: &Plan, forge: impl Fn(Manifest) -> Manifest) -> Plan {
    reforged(plan, |state| match state.pointer(IMAGE) {
        Some(image) if image == NEW => forge(state),
        _ => state,
    })
}

fn edited(plan: &Plan, edit: impl FnOnce(&mut Spec)) -> Plan {
    let mut spec = plan.spec.clone();
    edit(&mut spec);
    // The digests of states follow from what is in them.
    let edited = Plan::new(&plan.metadata.name, spec).unwrap();
    reforged(&edited, |state| state)
}

fn add_object(spec: &mut Spec) {
    let manifest =
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "miner" } });
    let manifest = Manifest::new(manifest).unwrap();
    let object = manifest.object().clone();
    spec.steps[0].changes.push(Change::Create(manifest));
    for undo in spec.undo.iter_mut().filter(|undo| undo.to == 0) {
        undo.steps[0].changes.push(Change::Delete(object.clone()));
    }
}

fn add_step(spec: &mut Spec) {
    let mut last = spec.steps[spec.steps.len() - 1].clone();
    last.changes.clear();
    let to = spec.steps.len();
    spec.steps.push(last);
    let (from, steps) = (to + 1, Vec::new());
    spec.undo.push(Undo { from, to, steps });
}

fn drop_gate(spec: &mut Spec) {
    spec.steps[0].gates.clear();
}

fn drop_gate_back(spec: &mut Spec) {
    let gates: &mut Vec<Gate> = &mut spec.undo[1].steps[0].gates;
    gates.clear();
}

fn lower_floor(spec: &mut Spec) {
    let Bounds::Fixed(bounds) = &mut spec.workloads[0].bounds else {
        panic!("its bounds are live")
    };
    bounds.floor = 0;
}

/// Objects that the plan deletes, and does not create before.
fn gone(plan: &Checked) -> Vec<ObjectRef> {
    let (start, end) = (plan.start(), plan.state(plan.len()).unwrap());
    let gone: Vec<ObjectRef> = start
        .objects()
        .filter(|object| !end.contains(object))
        .cloned()
        .collect();
    assert!(!gone.is_empty());
    gone
}
