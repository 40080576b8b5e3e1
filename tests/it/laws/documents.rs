//! Plans as documents, and patches as patches.

use cutover::manifest::{Bundle, Manifest, ObjectRef, emit, read};
use cutover::patch::Patch;
use cutover::planning::{Change, Step};
use cutover::{Checked, Plan};
use proptest::prelude::*;
use serde_json::Value;

use super::manifests::{SECRET, SECRET_BASE64};
use super::model::{labels, matches, template};
use super::{cases, laws, states, strict};

laws! {
    /// A failure means that a step cannot be taken back by its inverses, or not to the same bytes.
    fn a_step_then_its_inverse_changes_nothing(planned) {
        for (number, step) in planned.plan.spec.steps.iter().enumerate() {
            let (before, after) = (&planned.states[number], &planned.states[number + 1]);
            let mut state = after.clone();
            for change in step.changes.iter().rev() {
                take_back(&mut state, change, before)?;
            }
            if text(&state) != text(before) {
                return Err(format!("step {}: its inverse ends elsewhere", number + 1));
            }
        }
        Ok(())
    }

    /// A failure means that a plan is another one after it was written and read.
    fn a_plan_survives_its_files(planned) {
        let value = planned.plan.to_value().map_err(|error| error.to_string())?;
        let parsed = |value: &Value| Plan::parse(value).map_err(|error| error.to_string());
        if parsed(&value)? != planned.plan {
            return Err("reading the document gives another plan".into());
        }
        let json: Value = serde_json::from_str(&value.to_string()).map_err(|error| error.to_string())?;
        let yaml = read("plan.yaml", emit(&value).as_bytes()).map_err(|error| error.to_string())?;
        let [document] = yaml.documents.as_slice() else { return Err("its YAML is not one document".into()) };
        let same = parsed(&json)? == planned.plan && parsed(&document.value)? == planned.plan;
        if !yaml.findings.is_empty() || !same {
            return Err("reading its JSON or YAML gives another plan, or findings".into());
        }
        Ok(())
    }

    /// A failure means that an API server may read a patch otherwise than the planner did, or
    /// refuse it for its size.
    fn every_patch_is_plain_and_strict(planned) {
        let steps = &planned.plan.spec.steps;
        for (number, step) in steps.iter().enumerate() {
            if walk(&planned.states[number], [step])? != planned.states[number + 1] {
                return Err(format!("step {}: it ends elsewhere", number + 1));
            }
        }
        for undo in &planned.plan.spec.undo {
            if walk(&planned.states[undo.from], &undo.steps)? != planned.states[undo.to] {
                return Err(format!("undo from {}: it ends elsewhere", undo.from));
            }
        }
        Ok(())
    }

    /// A failure means that a patch does its change to an object that is not as the plan has it.
    fn every_patch_opens_with_a_test_of_what_it_relies_on(planned) {
        opens_with_tests(&planned.plan)
    }

    /// A failure means that the API server refuses a step: the field is immutable, or the object
    /// not valid.
    fn the_api_server_takes_every_state(planned) {
        let undone = planned.plan.spec.undo.iter().flat_map(|undo| {
            let mut state = planned.states[undo.from].clone();
            undo.steps.iter().map(move |step| walk(&state, [step]).inspect(|next| state = next.clone()))
        });
        let mut states = planned.states.clone();
        states.extend(undone.collect::<Result<Vec<_>, _>>()?);
        let sets = states.iter().flat_map(Bundle::iter).filter(|set| set.object().kind == "Deployment");
        sets.into_iter().try_for_each(valid)?;
        let mut changes = planned.plan.every_step().flat_map(|step| &step.changes);
        changes.try_for_each(leaves_selectors_alone)
    }

    /// A failure means that a password stands in a file that goes into a pull request.
    fn no_secret_is_in_a_plan(planned) {
        let text = planned.plan.to_value().map_err(|error| error.to_string())?.to_string();
        match text.contains(SECRET) || text.contains(SECRET_BASE64) {
            true => Err("a Secret's value is in the plan".into()),
            false => Ok(()),
        }
    }
}

proptest! {
    #![proptest_config(super::config())]

    /// A failure means that a reviewer's digest fits no plan but the one that he saw.
    #[test]
    fn the_same_input_gives_the_same_bytes(case in cases()) {
        let text = |planned: super::Planned| planned.plan.to_value().unwrap().to_string();
        let first = case.plan().map(text);
        prop_assert_eq!(&first, &case.plan().map(text));
        prop_assert_eq!(&first, &case.plan_backwards().map(text));
    }
}

/// The same for the plans that people have reviewed.
#[test]
fn every_patch_of_the_golden_plans_opens_with_a_test() {
    let cases = crate::golden::cases();
    let plans: Vec<Checked> = cases.iter().filter_map(|case| case.plan().ok()).collect();
    assert!(plans.len() * 2 > cases.len());
    for plan in plans {
        assert_eq!(opens_with_tests(&plan), Ok(()), "{}", plan.metadata.name);
    }
}

/// Every patch and every inverse of a plan, forward and back.
fn opens_with_tests(plan: &Plan) -> Result<(), String> {
    let states = states(plan).map_err(|error| error.to_string())?;
    open_with_tests(&states[0], &plan.spec.steps)?;
    for undo in &plan.spec.undo {
        open_with_tests(&states[undo.from], &undo.steps)?;
    }
    Ok(())
}

fn open_with_tests(from: &Bundle, steps: &[Step]) -> Result<(), String> {
    let mut before = from.clone();
    for step in steps {
        let after = walk(&before, [step])?;
        for change in &step.changes {
            if let Change::Patch(patch) = change {
                let object = &patch.object;
                let place = |reason| format!("`{}`: {object}: {reason}", step.phase);
                relies(&patch.ops, before.get(object)).map_err(place)?;
                relies(&patch.inverse, after.get(object)).map_err(place)?;
            }
        }
        before = after;
    }
    Ok(())
}

/// Whether a patch opens with a test, and one that changes a Service's selector with tests of all
/// labels that the selector had.
fn relies(patch: &Patch, before: Option<&Manifest>) -> Result<(), String> {
    let operations = serde_json::to_value(patch).unwrap();
    let paths = |is_test: bool| {
        let operations = operations.as_array().into_iter().flatten();
        let chosen = operations.filter(move |operation| (operation["op"] == "test") == is_test);
        chosen.filter_map(|operation| operation["path"].as_str())
    };
    if operations[0]["op"] != "test" {
        return Err(format!("it opens without a test: {patch}"));
    }
    let labels = before.and_then(|before| before.pointer("/spec/selector")?.as_object());
    for label in labels.into_iter().flat_map(|labels| labels.keys()) {
        let path = format!("/spec/selector/{}", label.replace('/', "~1"));
        let changes = paths(false).any(|path| path.starts_with("/spec/selector"));
        if changes && !paths(true).any(|tested| tested == path) {
            return Err(format!(
                "it changes the selector without a test of {label}: {patch}"
            ));
        }
    }
    Ok(())
}

fn text(state: &Bundle) -> String {
    state
        .iter()
        .map(|manifest| format!("{}\n", manifest.value()))
        .collect()
}

/// Where steps lead, by an RFC 6902 of our own.
pub(super) fn walk<'a>(
    from: &Bundle,
    steps: impl IntoIterator<Item = &'a Step>,
) -> Result<Bundle, String> {
    let mut state = from.clone();
    for change in steps.into_iter().flat_map(|step| &step.changes) {
        make(&mut state, change)?;
    }
    Ok(state)
}

fn make(state: &mut Bundle, change: &Change) -> Result<(), String> {
    let object = change.object();
    match change {
        Change::Create(manifest) => match state.insert(manifest.clone()) {
            Some(_) => Err(format!("{object} is created, and it is there")),
            None => Ok(()),
        },
        Change::Delete(_) => match state.remove(object) {
            Some(_) => Ok(()),
            None => Err(format!("{object} is deleted, and it is not there")),
        },
        Change::Patch(patch) => patched(state, object, &patch.ops),
        Change::Replace(_) => Ok(()),
    }
}

fn take_back(state: &mut Bundle, change: &Change, before: &Bundle) -> Result<(), String> {
    let object = change.object();
    match change {
        Change::Create(_) => make(state, &Change::Delete(object.clone())),
        Change::Delete(_) => {
            let manifest = before.get(object).ok_or("what is deleted was there")?;
            make(state, &Change::Create(manifest.clone()))
        }
        Change::Patch(patch) => patched(state, object, &patch.inverse),
        Change::Replace(_) => Ok(()),
    }
}

fn patched(state: &mut Bundle, object: &ObjectRef, ops: &Patch) -> Result<(), String> {
    let there = state.get(object);
    let mut value = there
        .ok_or_else(|| format!("there is no {object}"))?
        .value()
        .clone();
    if ops.0.len() > 10_000 || ops.0.is_empty() {
        return Err(format!("{} operations", ops.0.len()));
    }
    strict::apply(&mut value, &serde_json::to_value(ops).unwrap())
        .map_err(|reason| format!("{object}: {reason}"))?;
    state.insert(Manifest::new(value).map_err(|error| error.to_string())?);
    Ok(())
}

/// What `pkg/apis/apps/validation` asks of a Deployment.
fn valid(set: &Manifest) -> Result<(), String> {
    let rolling = |field: &str| set.pointer(&format!("/spec/strategy/rollingUpdate/{field}"));
    let none = |value: Option<&Value>| value.is_some_and(|value| *value == 0 || *value == "0%");
    let bad = |reason: &str| {
        Err(format!(
            "{}: {reason}: {}",
            set.object(),
            set.pointer("/spec/strategy").unwrap_or(&Value::Null)
        ))
    };
    if none(rolling("maxSurge")) && none(rolling("maxUnavailable")) {
        return bad("maxUnavailable may not be 0 when maxSurge is 0");
    }
    if rolling("maxUnavailable")
        .and_then(Value::as_str)
        .is_some_and(|text| text.len() > 4 || text.len() == 4 && text != "100%")
    {
        return bad("maxUnavailable is above 100 %");
    }
    if set.pointer("/spec/strategy/type") == Some(&"Recreate".into())
        && set.pointer("/spec/strategy/rollingUpdate").is_some()
    {
        return bad("rollingUpdate may not be specified when type is Recreate");
    }
    let selector = set
        .pointer("/spec/selector/matchLabels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let selector = selector
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect();
    match template(set).is_object() && matches(&selector, &labels(set)) {
        true => Ok(()),
        false => bad("the selector does not match the pods"),
    }
}

fn leaves_selectors_alone(change: &Change) -> Result<(), String> {
    let Change::Patch(patch) = change else {
        return Ok(());
    };
    let object = &patch.object;
    let patched = patch.ops.0.iter().any(|operation| {
        let operation = serde_json::to_value(operation).unwrap();
        operation["op"] != "test"
            && operation["path"]
                .as_str()
                .is_some_and(|path| path.starts_with("/spec/selector"))
    });
    match patched && object.kind == "Deployment" {
        true => Err(format!("the selector of {object} is patched")),
        false => Ok(()),
    }
}
