//! Each law is broken by a short trace, and not by one that is as it should be.

use std::sync::Arc;

use cutover::Plan;
use cutover::manifest::{Bundle, Field, Manifest, ObjectRef};
use cutover::patch::Patch;
use cutover::planning::{Gate, Pause};
use cutover_run::{Fault, Hint, Journal, Outcome, Reason, Reply, Request, Write};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::abort::Abort;
use super::autoscalers::Autoscalers;
use super::counted::Counted;
use super::drift::Drift;
use super::ending::Ending;
use super::gates::Gates;
use super::guarded::Guarded;
use super::journaled::Journaled;
use super::leased::Leased;
use super::looked::Looked;
use super::once::Once;
use super::others::Others;
use super::overruled::Overruled;
use super::owned::Owned;
use super::paused::Paused;
use super::people::People;
use super::rights::Rights;
use super::view::Views;
use super::{Course, Law};
use crate::autoscaled::golden;
use crate::checks::placed;
use crate::stage::NAMESPACE;
use crate::trace::{Moment, Place, Standing, Way, What, name_of};

/// The sample's canary: hello from three pods to two at its second step.
fn plan() -> Plan {
    golden("canary/hello").into_plan()
}

fn course() -> Arc<Course> {
    Course::of(&plan())
}

/// Plays a trace to a law, a second between two moments; a failure names what should have been
/// found, or what should not.
fn check(law: impl Law, trace: Vec<What>, expect: Result<(), &str>) {
    let told = tell(law, trace);
    match (expect, &told) {
        (Ok(()), Ok(())) => {}
        (Err(words), Err(reason)) if reason.contains(words) => {}
        _ => panic!("{expect:?} is expected, and it says {told:?}"),
    }
}

fn tell(mut law: impl Law, trace: Vec<What>) -> Result<(), String> {
    let mut views = Views::default();
    for (second, what) in (0..).zip(trace) {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let moment = Moment { now, what };
        views.see(&moment);
        law.see(&moment, &views)?;
    }
    Ok(())
}

fn hello() -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", Some(NAMESPACE), "hello")
}

fn canary() -> ObjectRef {
    ObjectRef::new("apps/v1", "Deployment", Some(NAMESPACE), "hello-canary")
}

fn at(step: usize) -> Standing {
    let way = Way::Forward;
    Standing {
        place: Some(Place { way, step }),
        holders: vec![name_of(0)],
    }
}

/// At the first step of the way back that begins in the middle of a step.
fn back_from(from: usize) -> Standing {
    let halfway = true;
    let way = Way::Back { from, halfway };
    Standing {
        place: Some(Place { way, step: 1 }),
        ..at(1)
    }
}

fn patch(object: ObjectRef, ops: serde_json::Value) -> Write {
    let ops: Patch = serde_json::from_value(ops).unwrap();
    Write::Patch { object, ops }
}

fn scale() -> Write {
    let ops = json!([{ "op": "replace", "path": "/spec/replicas", "value": 2 }]);
    patch(hello(), ops)
}

fn request(write: Write) -> Request {
    let dry_run = false;
    Request::Write { write, dry_run }
}

fn asked(write: Write, standing: Standing) -> What {
    let (runner, request) = (0, request(write));
    What::Asked {
        runner,
        request,
        standing,
    }
}

fn wrote(write: Write, states: [Option<Manifest>; 2], standing: Standing) -> What {
    let [before, after] = states;
    What::Wrote {
        runner: 0,
        write,
        before,
        after,
        standing,
        late: false,
    }
}

/// Deployment hello as it stands at the start, with so many pods.
fn hello_with(replicas: u32) -> Manifest {
    let start = plan().start();
    let hello = start.iter().find(|found| placed(found.object()) == hello());
    let hello = hello
        .unwrap()
        .set("/metadata/namespace", NAMESPACE.into())
        .unwrap();
    hello.set("/spec/replicas", replicas.into()).unwrap()
}

/// All that a plan starts from is told to the runner.
fn start_is_told(change: impl Fn(&Manifest) -> Manifest) -> Vec<What> {
    let start: Bundle = plan().start();
    let told = start.iter().map(|manifest| {
        let object = placed(manifest.object());
        let manifest = manifest
            .set("/metadata/namespace", object.namespace.into())
            .unwrap();
        What::Changed {
            runner: 0,
            manifest: change(&manifest),
        }
    });
    told.collect()
}

/// The runner is told what its journal says beside its position.
fn told(data: serde_json::Value) -> What {
    let journal = Journal::named("hello", NAMESPACE);
    let manifest = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": data,
        "metadata": { "name": journal.name, "namespace": journal.namespace },
    });
    What::Changed {
        runner: 0,
        manifest: Manifest::new(manifest).unwrap(),
    }
}

fn pausing() -> Write {
    let ops = json!([{ "op": "add", "path": "/spec/paused", "value": true }]);
    patch(hello(), ops)
}

fn resuming() -> Write {
    patch(hello(), json!([{ "op": "remove", "path": "/spec/paused" }]))
}

/// A write that pauses hello, and one that lets it go on, as they are carried out.
fn held(at: Standing) -> [What; 2] {
    let going = hello_with(3);
    let paused = going.set("/spec/paused", true.into()).unwrap();
    [
        wrote(
            pausing(),
            [Some(going.clone()), Some(paused.clone())],
            at.clone(),
        ),
        wrote(resuming(), [Some(paused), Some(going)], at),
    ]
}

#[test]
fn a_paused_run_begins_no_step() {
    let law = || Paused::new(course());
    let (paused, going) = (told(json!({ "pause": "{}" })), told(json!({})));
    let begins = asked(scale(), at(2));
    check(
        law(),
        vec![paused.clone(), begins.clone()],
        Err("it begins step 2 all the same"),
    );
    check(law(), vec![paused.clone(), going, begins], Ok(()));
    let [pause, resume] = held(at(5));
    let said = |write| asked(write, at(5));
    check(law(), vec![said(pausing())], Err("nobody asked for it"));
    check(law(), vec![pause.clone(), paused, said(pausing())], Ok(()));
    check(law(), vec![said(resuming())], Err("no run has paused it"));
    check(law(), vec![pause.clone(), said(resuming())], Ok(()));
    check(
        law(),
        vec![pause, resume, said(resuming())],
        Err("no run has paused it"),
    );
}

#[test]
fn what_a_run_has_paused_is_its_own_to_let_go_on_once() {
    let [pause, resume] = held(at(5));
    let others = || Others::new(course(), &Bundle::default());
    check(others(), vec![pause.clone(), resume.clone()], Ok(()));
    check(others(), vec![resume.clone()], Err("spec.paused"));
    let once = || Once::new(course());
    let both = vec![pause.clone(), resume, pause.clone()];
    check(once(), both.clone(), Err("it was paused twice"));
    let again = [&both[..2], &[What::Paused, pause]].concat();
    check(once(), again, Ok(()));
}

#[test]
fn a_write_tests_what_it_relies_on() {
    let tests = json!([
        { "op": "test", "path": "/metadata/uid", "value": "u" },
        { "op": "test", "path": "/metadata/resourceVersion", "value": "7" },
    ]);
    let law = || Guarded::new(course());
    check(law(), vec![asked(patch(hello(), tests), at(2))], Ok(()));
    check(
        law(),
        vec![asked(scale(), at(2))],
        Err("does not test /metadata/uid"),
    );
    let delete = |version| Write::Delete {
        object: canary(),
        uid: "u".into(),
        version,
    };
    check(law(), vec![asked(delete(Some("7".into())), at(8))], Ok(()));
    check(law(), vec![asked(delete(None), at(8))], Err("any version"));
}

#[test]
fn nothing_of_others_is_overwritten() {
    let law = || Others::new(course(), &Bundle::default());
    let from = |before| {
        wrote(
            scale(),
            [Some(hello_with(before)), Some(hello_with(2))],
            at(2),
        )
    };
    check(law(), vec![from(3)], Ok(()));
    check(
        law(),
        vec![from(7)],
        Err("spec.replicas was Some(Number(7))"),
    );
}

#[test]
fn each_step_waits_for_its_gates() {
    let law = || Gates::new(course());
    check(law(), vec![asked(scale(), at(1))], Ok(()));
    check(law(), vec![asked(scale(), at(2))], Err("is not followed"));
    let shrunk = |replicas: u32| {
        let told = What::Changed {
            runner: 0,
            manifest: hello_with(replicas)
                .set("/metadata/generation", 2.into())
                .unwrap(),
        };
        vec![told, asked(scale(), back_from(2))]
    };
    check(law(), shrunk(2), Err("hello is not followed"));
    check(law(), shrunk(3), Ok(()));
}

/// The route of the plan by route at its second generation, of which its controller has seen so
/// many.
fn route(plan: &Plan, seen: u64) -> What {
    let start = plan.start();
    let route = start
        .iter()
        .find(|found| found.object().kind == "HTTPRoute");
    let mut route = route.unwrap().value().clone();
    route["metadata"]["namespace"] = NAMESPACE.into();
    route["metadata"]["generation"] = 2.into();
    let said = ["Accepted", "ResolvedRefs"]
        .map(|kind| json!({ "type": kind, "status": "True", "observedGeneration": seen }));
    let parent = &route["spec"]["parentRefs"][0];
    route["status"] = json!({ "parents": [{ "parentRef": parent, "conditions": said }] });
    let manifest = Manifest::new(route).unwrap();
    What::Changed {
        runner: 0,
        manifest,
    }
}

#[test]
fn each_step_waits_for_its_routes() {
    let mut plan = golden("canary/by-route").into_plan();
    let is_of_a_route = |gate: &Gate| matches!(gate, Gate::Drained(_) | Gate::Routed(_));
    for step in &mut plan.spec.steps {
        step.gates.retain(is_of_a_route);
    }
    let with = |count: usize| {
        let mut steps = plan.spec.steps.iter();
        1 + steps.position(|step| step.gates.len() == count).unwrap()
    };
    let (routed, drained) = (with(1), with(2));
    let trace = |seen: u64, seconds: usize, step: usize| {
        let mut trace = vec![route(&plan, seen)];
        trace.extend((1..seconds).map(|_| What::Approved { step: 99 }));
        trace.push(asked(scale(), at(step + 1)));
        trace
    };
    let law = || Gates::new(Arc::new(Course::new(&plan)));
    check(law(), trace(1, 3, routed), Err("is not followed"));
    check(law(), trace(2, 2, routed), Err("is followed since"));
    check(law(), trace(2, 3, routed), Ok(()));
    check(law(), trace(2, 47, drained), Err("is followed since"));
    check(law(), trace(2, 48, drained), Ok(()));
}

#[test]
fn pods_are_counted_anew_before_others_are_taken_away() {
    let stable = hello_with(3).set("/metadata/uid", "u".into()).unwrap();
    let kept = Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "spec": { "replicas": 3 },
        "metadata": {
            "name": "hello-1", "namespace": NAMESPACE, "uid": "r",
            "ownerReferences": [{
                "apiVersion": "apps/v1", "kind": "Deployment", "name": "hello",
                "controller": true, "uid": "u",
            }],
        },
    }))
    .unwrap();
    let tells = |manifest: &Manifest| What::Changed {
        runner: 0,
        manifest: manifest.clone(),
    };
    let reads = || What::Answered {
        runner: 0,
        request: Request::Get(kept.object().clone()),
        answer: Ok(Reply::Object(Some(kept.clone()))),
    };
    let beside = Manifest::new(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "spec": { "replicas": 2 },
        "metadata": { "name": "hello-canary", "namespace": NAMESPACE },
    }))
    .unwrap();
    let begins = |step| asked(scale(), at(step));
    let law = || Counted::new(course());
    let told = || vec![tells(&stable), tells(&kept), tells(&beside)];
    let uncounted = || Err("was not counted anew");
    check(law(), [told(), vec![begins(4)]].concat(), uncounted());
    check(law(), [told(), vec![reads(), begins(4)]].concat(), Ok(()));
    let again = vec![reads(), begins(4), begins(4)];
    check(law(), [told(), again].concat(), uncounted());
    // Nothing is taken away, or of nothing that there is.
    check(law(), [told(), vec![begins(1)]].concat(), Ok(()));
    let made = vec![tells(&stable), tells(&kept), begins(4)];
    check(law(), made, Ok(()));
}

#[test]
fn each_step_waits_for_its_people_and_pauses() {
    let law = || People::new(course());
    let begins = || asked(scale(), at(2));
    let approved = |step| What::Approved { step };
    check(law(), vec![approved(1), begins()], Ok(()));
    check(law(), vec![begins()], Err("nobody has approved step 1"));
    check(
        law(),
        vec![approved(3), begins()],
        Err("nobody has approved step 1"),
    );
    let mut paused = plan();
    for gate in &mut paused.spec.steps[0].gates {
        if let Gate::Pause(Pause { duration }) = gate {
            *duration = Some(cutover::planning::Duration::of_seconds(2));
        }
    }
    let law = || People::new(Arc::new(Course::new(&paused)));
    let first = || wrote(scale(), [None, None], at(1));
    let nothing = || What::Approved { step: 9 };
    check(law(), vec![first(), nothing(), begins()], Ok(()));
    check(
        law(),
        vec![first(), begins()],
        Err("the pause of step 1 is not over"),
    );
}

#[test]
fn one_write_a_change() {
    let law = || Once::new(course());
    let write = |step| wrote(scale(), [None, None], at(step));
    check(law(), vec![write(2), write(6)], Ok(()));
    check(law(), vec![write(2), write(2)], Err("written twice"));
}

#[test]
fn at_its_end_a_run_owns_no_field() {
    let owned = |manager: &str| {
        let mut value = hello_with(2).value().clone();
        value["metadata"]["managedFields"] = json!([{ "manager": manager, "fieldsV1": {} }]);
        Some(Manifest::new(value).unwrap())
    };
    let own = json!([{ "op": "remove", "path": "/metadata/managedFields/0" }]);
    let writes = |manager| wrote(scale(), [None, owned(manager)], at(2));
    let gives_back = || {
        let write = patch(hello(), own.clone());
        wrote(write, [owned("cutover"), owned("kubectl")], at(7))
    };
    let ends = || What::Ended {
        runner: 0,
        outcome: Outcome::Done,
        standing: at(7),
    };
    let law = || Owned::new(course());
    check(law(), vec![writes("kubectl"), ends()], Ok(()));
    check(law(), vec![writes("cutover"), ends()], Err("owns fields"));
    check(law(), vec![writes("cutover"), gives_back(), ends()], Ok(()));
}

#[test]
fn who_does_not_know_looks_first() {
    let law = || Looked::new(course());
    let lost = || What::Answered {
        runner: 0,
        request: request(scale()),
        answer: Err(Fault::default()),
    };
    let looks = || What::Answered {
        runner: 0,
        request: Request::Get(hello()),
        answer: Ok(Reply::Object(None)),
    };
    let again = || asked(scale(), at(2));
    check(law(), vec![lost(), looks(), again()], Ok(()));
    check(law(), vec![lost(), again()], Err("nobody has looked"));
}

#[test]
fn no_write_without_the_leases() {
    let law = || Leased::new(course());
    let held_by = |holders: Vec<String>| {
        let standing = Standing { holders, ..at(2) };
        vec![asked(scale(), standing)]
    };
    check(law(), held_by(vec![name_of(0)]), Ok(()));
    check(law(), held_by(vec![]), Err("held by []"));
    check(law(), held_by(vec![name_of(1)]), Err("runner-1"));
}

#[test]
fn the_journal_names_the_step_before_its_write() {
    let law = || Journaled::new(course());
    let write = |standing| vec![wrote(scale(), [None, None], standing)];
    check(law(), write(at(2)), Ok(()));
    check(law(), write(at(1)), Err("does not change it"));
    check(
        law(),
        write(Standing::default()),
        Err("there is no journal"),
    );
}

#[test]
fn no_step_begins_beside_drift() {
    let law = || Drift::new(course());
    let begins = || asked(scale(), at(1));
    let with = |mut told: Vec<What>| {
        told.push(begins());
        told
    };
    check(law(), with(start_is_told(Clone::clone)), Ok(()));
    let scaled = |manifest: &Manifest| match manifest.object().kind.as_str() {
        "Deployment" => manifest.set("/spec/replicas", 7.into()).unwrap(),
        _ => manifest.clone(),
    };
    check(
        law(),
        with(start_is_told(scaled)),
        Err("spec.replicas is Some(Number(7))"),
    );
    check(law(), vec![begins()], Err("is gone"));
    // What no step changes is not the plan's.
    let without_ports = |manifest: &Manifest| manifest.without(Field::new("/spec/ports"));
    check(law(), with(start_is_told(without_ports)), Ok(()));
}

#[test]
fn rights_are_reviewed_before_the_first_write() {
    let law = || Rights::new(course());
    let reviews = || {
        let rights = cutover_run::rights(&plan(), NAMESPACE).into_iter();
        rights.map(|right| What::Asked {
            runner: 0,
            request: Request::Review(right),
            standing: Standing::default(),
        })
    };
    let writes = || [asked(scale(), at(2))];
    check(law(), reviews().chain(writes()).collect(), Ok(()));
    check(
        law(),
        reviews().skip(1).chain(writes()).collect(),
        Err("nobody asked"),
    );
}

#[test]
fn an_autoscaler_that_no_step_holds_is_refused() {
    let autoscaler = |name: &str| {
        let scaler = json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": { "name": "hello", "namespace": NAMESPACE },
            "spec": { "scaleTargetRef": { "kind": "Deployment", "name": name } },
        });
        [Manifest::new(scaler).unwrap()].into_iter().collect()
    };
    let law = |start: Bundle| Autoscalers::new(course(), &start);
    let writes = || vec![asked(scale(), at(2))];
    check(law(Bundle::default()), writes(), Ok(()));
    check(law(autoscaler("another")), writes(), Ok(()));
    check(law(autoscaler("hello")), writes(), Err("may scale"));
    let holds = Course::of(&golden("canary/autoscaler-held"));
    let held = Autoscalers::new(holds, &autoscaler("hello"));
    check(held, writes(), Ok(()));
}

#[test]
fn an_abort_is_heard() {
    let law = || Abort::new(course());
    let begins = |step| asked(scale(), at(step));
    let abort = || What::Aborted { runner: 0 };
    check(law(), vec![begins(2), abort(), begins(2)], Ok(()));
    check(
        law(),
        vec![begins(2), abort(), begins(3)],
        Err("begins step 3"),
    );
    let wish = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": { "name": "cutover-hello", "namespace": NAMESPACE }, "data": { "abort": "{}" },
    });
    let wished = What::Changed {
        runner: 0,
        manifest: Manifest::new(wish).unwrap(),
    };
    check(law(), vec![wished, begins(2)], Err("begins step 2"));
    let answered = |code: u16| What::Answered {
        runner: 0,
        request: request(scale()),
        answer: Err(Fault {
            code,
            ..Fault::default()
        }),
    };
    let again = |code: u16| vec![begins(2), answered(code), abort(), begins(2)];
    check(law(), again(500), Err("it is written again"));
    check(law(), again(0), Ok(()));
    check(law(), again(409), Ok(()));
}

/// The journal of a run that goes on over these fields.
fn journal_with(accepted: serde_json::Value) -> Manifest {
    let position = json!({
        "digest": plan().digest, "direction": "forward", "from": 0, "to": 0, "halfway": false,
        "step": 1, "stage": "waiting", "since": Timestamp::UNIX_EPOCH, "accepted": accepted,
        "started": Timestamp::UNIX_EPOCH, "by": "me",
    });
    let journal = json!({
        "apiVersion": "v1", "kind": "ConfigMap", "data": { "run": position.to_string() },
        "metadata": { "name": "cutover-hello", "namespace": NAMESPACE },
    });
    Manifest::new(journal).unwrap()
}

#[test]
fn what_a_person_overrules_is_noted_and_given_back() {
    let law = || Overruled::new(course());
    let given = || vec![What::Meddled { object: hello() }, What::Overruled];
    let noted = |found: u32| {
        let hello = json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "namespace": NAMESPACE, "name": "hello",
        });
        let accepted = json!([{
            "object": hello, "path": ["spec", "replicas"], "found": found, "reached": 1,
            "by": "me", "at": Timestamp::UNIX_EPOCH,
        }]);
        let journal = journal_with(accepted);
        let write = patch(journal.object().clone(), json!([]));
        wrote(write, [None, Some(journal)], at(1))
    };
    let over = |from: u32, to: u32| {
        let states = [from, to].map(|replicas| Some(hello_with(replicas)));
        wrote(scale(), states, at(1))
    };
    let ended = || What::Ended {
        runner: 0,
        outcome: Outcome::Undone { to: 0 },
        standing: at(1),
    };
    let with = |more: Vec<What>| given().into_iter().chain(more).collect::<Vec<_>>();
    let back = || vec![noted(7), over(7, 3), over(3, 7), ended()];
    check(law(), with(back()), Ok(()));
    check(
        law(),
        with(vec![over(7, 3)]),
        Err("the journal does not say so"),
    );
    check(
        law(),
        with(vec![noted(5), over(7, 3)]),
        Err("the journal does not say so"),
    );
    check(
        law(),
        with(vec![noted(7), over(7, 3), ended()]),
        Err("it is not given back"),
    );
    // Somebody else has written there since.
    let again = What::Meddled { object: hello() };
    check(
        law(),
        with(vec![noted(7), over(7, 3), again, ended()]),
        Ok(()),
    );
}

#[test]
fn a_persons_word_lets_a_run_write_over_what_others_wrote() {
    let write = || {
        let states = [7, 2].map(|replicas| Some(hello_with(replicas)));
        vec![wrote(scale(), states, at(1))]
    };
    let said = |what: Vec<What>| what.into_iter().chain(write()).collect::<Vec<_>>();
    let others = || Others::new(course(), &Bundle::default());
    let meddled = || What::Meddled { object: hello() };
    check(others(), said(vec![meddled(), What::Overruled]), Ok(()));
    check(
        others(),
        said(vec![meddled()]),
        Err("which the plan does not know"),
    );
    check(
        others(),
        said(vec![What::Overruled]),
        Err("which the plan does not know"),
    );
}

#[test]
fn the_outcome_is_what_happened() {
    let law = || Ending::new(course());
    let first = || wrote(scale(), [None, None], at(1));
    let ended = |outcome, step| What::Ended {
        runner: 0,
        outcome,
        standing: at(step),
    };
    let stopped = |step, reason: Reason| ended(Outcome::Stopped { step, reason }, step + 1);
    let meddled = || What::Meddled { object: hello() };
    check(law(), vec![first(), stopped(0, "a quota".into())], Ok(()));
    check(
        law(),
        vec![first(), stopped(5, "a quota".into())],
        Err("step 1 was written last"),
    );
    let drift = || stopped(1, Reason::from("it is 7").hint(Hint::Restore));
    check(law(), vec![first(), meddled(), drift()], Ok(()));
    check(law(), vec![first(), drift()], Err("nobody else wrote"));
    let late = || stopped(0, "hello 3 available did not hold within 10m".into());
    check(law(), vec![first(), late()], Err("since 1970"));
    check(
        law(),
        vec![ended(Outcome::Done, 2)],
        Err("it says that it is done"),
    );
    check(law(), vec![ended(Outcome::Done, plan().len() + 1)], Ok(()));
}
