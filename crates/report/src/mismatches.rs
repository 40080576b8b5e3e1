//! Where a plan differs from the one that some input gives.

use std::collections::BTreeSet;

use cutover_check::Place;
use cutover_manifest::Manifest;
use cutover_patch::{Patch, Plain, Segment, differences};
use cutover_plan::{Asked, Change, Gate, Note, Plan, Step, Undo};
use cutover_workload::Workload;
use serde_json::{Value, json};

use crate::mismatch::{Mismatch, Subject};

/// Where a plan differs from the one that its input gives now; nothing exactly where they are the
/// same plan.
///
/// What holds for the whole plan comes first, then its objects as they are, then its steps in their
/// order, then its ways back. Steps are held against each other by their number, changes and gates
/// by their object. Neither plan has to keep its promises: one that was edited may break them.
///
/// ```
/// # use cutover::{AnyStrategy, Ends, Options, Release, manifest};
/// # let yaml = br#"apiVersion: apps/v1
/// # kind: Deployment
/// # metadata: {name: hello}
/// # spec: {replicas: 3, selector: {matchLabels: {app: hello}}, template: {metadata: {labels: {app: hello}},
/// #   spec: {containers: [{name: hello, image: "hello:1.0.0"}]}}}"#;
/// # let from = manifest::bundle(vec![manifest::read("hello.yaml", yaml)?])?.bundle;
/// # let strategy: AnyStrategy = serde_json::from_str(r#"{"rolling": {}}"#)?;
/// # let plan = |image: &str| -> Result<_, Box<dyn std::error::Error>> {
/// #     let ends = Ends::unchanged(from.clone()).image(&image.parse()?, &[])?;
/// #     Ok(cutover::plan(&Release::new(ends)?, &strategy, &Options::default())?)
/// # };
/// let (plan, made) = (plan("hello=hello:2.0.0")?, plan("hello=hello:2.0.1")?);
/// assert_eq!(cutover_report::mismatches(&plan, &plan), []);
/// assert_eq!(
///     cutover_report::mismatches(&plan, &made)[0].to_string(),
///     "step 1: patch Deployment hello: /spec/template/spec/containers/0/image: \
///      the plan says \"hello:2.0.0\", the input gives \"hello:2.0.1\""
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn mismatches(plan: &Plan, made: &Plan) -> Vec<Mismatch> {
    if plan.digest == made.digest {
        return Vec::new();
    }
    let mut comparison = Comparison::default();
    comparison.whole(plan, made);
    for (number, (said, made)) in (1..).zip(pairs(&plan.spec.steps, &made.spec.steps)) {
        comparison.step(Place::Step(number), said, made);
    }
    for (from, (said, made)) in (1..).zip(pairs(&plan.spec.undo, &made.spec.undo)) {
        comparison.way_back(from, said, made);
    }
    // The digest of each state follows from the start and the changes: one field would differ again
    // in all later steps. What is left is the order of changes, gates and objects.
    if comparison.found.is_empty() {
        comparison.part(
            Place::Plan,
            Some(Part::digest(plan)),
            Some(Part::digest(made)),
        );
    }
    comparison.found
}

/// What was found so far.
#[derive(Default)]
struct Comparison {
    found: Vec<Mismatch>,
}

impl Comparison {
    /// What holds for the whole plan, and its objects as they are.
    fn whole(&mut self, plan: &Plan, made: &Plan) {
        let place = Place::Plan;
        self.part(place, Some(Part::head(plan)), Some(Part::head(made)));
        self.parts(
            place,
            &plan.spec.workloads,
            &made.spec.workloads,
            Part::promise,
        );
        self.parts(place, &plan.spec.notes, &made.spec.notes, Part::note);
        let (start, made) = (plan.start(), made.start());
        let objects: BTreeSet<_> = start
            .iter()
            .chain(made.iter())
            .map(Manifest::object)
            .collect();
        for object in objects {
            let [said, made] = [&start, &made].map(|state| state.get(object).map(Part::start));
            self.part(place, said, made);
        }
    }

    /// A step that only one of them has is told by what it does and waits for.
    fn step(&mut self, place: Place, said: Option<&Step>, made: Option<&Step>) {
        if let (Some(said), Some(made)) = (said, made) {
            self.part(place, Some(Part::step(said)), Some(Part::step(made)));
        }
        let [changes, others] = [said, made].map(|step| step.map_or(&[][..], |step| &step.changes));
        for (said, made) in matched(changes, others, |change| Part::change(change).subject) {
            self.change(place, said, made);
        }
        let [shares, others] = [said, made].map(|step| step.map_or(&[][..], |step| &step.shares));
        self.parts(place, shares, others, Part::share);
        let [gates, others] = [said, made].map(|step| step.map_or(&[][..], |step| &step.gates));
        self.parts(place, gates, others, Part::gate);
    }

    fn change(&mut self, place: Place, said: Option<&Change>, made: Option<&Change>) {
        // Two patches of one object are told field by field, and all else as a whole.
        if let (Some(Change::Patch(said)), Some(Change::Patch(made))) = (said, made)
            && said.object == made.object
        {
            let patch = |action| Subject::Change {
                action,
                object: said.object.clone(),
            };
            self.operations(place, &patch(PATCH), &said.ops, &made.ops);
            self.operations(place, &patch(INVERSE), &said.inverse, &made.inverse);
        } else {
            self.part(place, said.map(Part::change), made.map(Part::change));
        }
    }

    /// The operations of two patches of one object, told by the fields that they are for.
    fn operations(&mut self, place: Place, subject: &Subject, said: &Patch, made: &Patch) {
        let [said, made] = [said, made].map(|patch| patch.iter().map(|one| json!(one)).collect());
        let (said, made): (Vec<Value>, Vec<Value>) = (said, made);
        let same = |operation: &Value| [operation["op"].clone(), operation["path"].clone()];
        let mut tell = |pointer, said, made| {
            self.found.push(Mismatch {
                place,
                subject: subject.clone(),
                pointer,
                said,
                made,
            });
        };
        for (said, made) in matched(&said, &made, same) {
            if let (Some(said), Some(made)) = (said, made) {
                for difference in differences(said, made, &Plain) {
                    let pointer = field(said, &difference.path);
                    tell(pointer, difference.before, difference.after);
                }
            } else if let Some(operation) = said.or(made) {
                tell(field(operation, &[]), said.cloned(), made.cloned());
            }
        }
    }

    fn way_back(&mut self, from: usize, said: Option<&Undo>, made: Option<&Undo>) {
        let entry = Place::Undo { from, step: 0 };
        self.part(entry, said.map(Part::undo), made.map(Part::undo));
        let [steps, others] = [said, made].map(|undo| undo.map_or(&[][..], |undo| &undo.steps));
        for (step, (said, made)) in (1..).zip(pairs(steps, others)) {
            self.step(Place::Undo { from, step }, said, made);
        }
    }

    fn parts<T>(&mut self, place: Place, said: &[T], made: &[T], part: fn(&T) -> Part) {
        for (said, made) in matched(said, made, |one| part(one).subject) {
            self.part(place, said.map(part), made.map(part));
        }
    }

    /// Two parts that stand at one place: field by field where they are about the same.
    fn part(&mut self, place: Place, said: Option<Part>, made: Option<Part>) {
        match (said, made) {
            (Some(said), Some(made)) if said.subject == made.subject => {
                for difference in differences(&said.value, &made.value, &Plain) {
                    self.found.push(Mismatch {
                        place,
                        subject: said.subject.clone(),
                        pointer: pointer(&difference.path),
                        said: difference.before,
                        made: difference.after,
                    });
                }
            }
            (said, made) => {
                let said = said.map(|part| (part.subject, Some(part.value), None));
                let made = made.map(|part| (part.subject, None, Some(part.value)));
                for (subject, said, made) in said.into_iter().chain(made) {
                    self.found.push(Mismatch {
                        place,
                        subject,
                        pointer: String::new(),
                        said,
                        made,
                    });
                }
            }
        }
    }
}

const PATCH: &str = "patch";
const INVERSE: &str = "inverse of the patch of";

/// A part of a plan: what it is about, and what it says.
struct Part {
    subject: Subject,
    value: Value,
}

impl Part {
    fn head(plan: &Plan) -> Self {
        let (strategy, on_failure) = (&plan.spec.strategy, plan.spec.on_failure);
        Self {
            subject: Subject::Place,
            value: json!({
                "metadata": plan.metadata,
                "spec": { "strategy": strategy, "onFailure": on_failure },
            }),
        }
    }

    fn digest(plan: &Plan) -> Self {
        Self {
            subject: Subject::Place,
            value: json!({ "digest": plan.digest }),
        }
    }

    fn promise(workload: &Workload) -> Self {
        Self {
            subject: Subject::Promise(workload.name.clone()),
            value: json!(workload),
        }
    }

    fn note(note: &Note) -> Self {
        Self {
            subject: Subject::Note,
            value: json!(note),
        }
    }

    fn start(manifest: &Manifest) -> Self {
        Self {
            subject: Subject::Start(manifest.object().clone()),
            value: manifest.value().clone(),
        }
    }

    /// A step without what is told by itself.
    fn step(step: &Step) -> Self {
        let mut value = json!({ "phase": step.phase });
        if let Some(within) = step.within {
            value["within"] = json!(within);
        }
        Self {
            subject: Subject::Place,
            value,
        }
    }

    fn undo(undo: &Undo) -> Self {
        Self {
            subject: Subject::Place,
            value: json!({ "to": undo.to }),
        }
    }

    fn change(change: &Change) -> Self {
        let (action, value) = match change {
            Change::Create(manifest) => ("create", manifest.value().clone()),
            Change::Delete(_) => ("delete", Value::Null),
            Change::Patch(patch) => (PATCH, json!(patch.ops)),
            Change::Replace(replace) => ("replace pods of", json!(replace)),
        };
        let object = change.object().clone();
        Self {
            subject: Subject::Change { action, object },
            value,
        }
    }

    fn share(share: &Asked) -> Self {
        Self {
            subject: Subject::Share(share.workload.clone()),
            value: json!(share),
        }
    }

    /// A gate is a map with its kind as the only key.
    fn gate(gate: &Gate) -> Self {
        let map = json!(gate).as_object().cloned().unwrap_or_default();
        let (kind, value) = map.into_iter().next().unwrap_or_default();
        let object = gate.object().cloned();
        Self {
            subject: Subject::Gate { kind, object },
            value,
        }
    }
}

/// Both lists side by side, to the end of the longer one.
fn pairs<'a, T>(
    said: &'a [T],
    made: &'a [T],
) -> impl Iterator<Item = (Option<&'a T>, Option<&'a T>)> {
    (0..said.len().max(made.len())).map(|index| (said.get(index), made.get(index)))
}

/// Those of two lists that are about the same, side by side; what only the second list has comes
/// last.
fn matched<'a, T, S: PartialEq>(
    said: &'a [T],
    made: &'a [T],
    subject: impl Fn(&T) -> S,
) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut left: Vec<&T> = made.iter().collect();
    let mut all = Vec::new();
    for said in said {
        let wanted = subject(said);
        let same = left.iter().position(|made| subject(made) == wanted);
        all.push((Some(said), same.map(|index| left.remove(index))));
    }
    all.extend(left.into_iter().map(|made| (None, Some(made))));
    all
}

/// The field of the object that an operation is for, by the place in the operation.
fn field(operation: &Value, path: &[Segment]) -> String {
    let field = operation["path"].as_str().unwrap_or_default();
    match path {
        [Segment::Field(member), below @ ..] if member == "value" => {
            format!("{field}{}", pointer(below))
        }
        _ => field.to_owned(),
    }
}

fn pointer(path: &[Segment]) -> String {
    let token = |segment: &Segment| match segment {
        Segment::Field(name) => format!("/{}", name.replace('~', "~0").replace('/', "~1")),
        Segment::Index(index) => format!("/{index}"),
        // Here all lists go by position.
        Segment::Item(_) => segment.to_string(),
    };
    path.iter().map(token).collect()
}
