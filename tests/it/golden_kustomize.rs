//! kustomize, given the first components of a golden plan, builds what the plan says that stands
//! after as many steps.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::collections::BTreeMap;
use std::thread;

use cutover::Checked;
use cutover::manifest::{Bundle, ObjectRef, bundle, emit, emit_all, read};
use cutover_cli::Exit;
use serde_json::{Value, json};
use xtask::golden::Case;

use crate::golden_kubectl::{is_skipped, kubectl};
use crate::support::Folder;

/// So many cases at a time.
const AT_A_TIME: usize = 4;

#[test]
fn kustomize_builds_every_state_from_the_components() {
    if is_skipped() {
        return;
    }
    let cases = Case::golden().unwrap();
    let refused = thread::scope(|scope| {
        let shares = cases.chunks(cases.len().div_ceil(AT_A_TIME));
        let threads: Vec<_> = shares
            .map(|share| scope.spawn(|| share.iter().filter(|case| is_refused(case)).count()))
            .collect();
        let counts = threads.into_iter().map(|thread| thread.join().unwrap());
        counts.sum::<usize>()
    });
    assert_eq!(refused, 2, "cases whose Secrets change");
}

/// Whether a case has no components, since a Secret's values change; else they are built.
fn is_refused(case: &Case) -> bool {
    let plan = case.plan().unwrap();
    let folder = Folder::empty();
    folder.put("plan.yaml", &emit(&plan.to_value().unwrap()));
    let forward = "cutover patches plan.yaml -o kustomize --directory components";
    let outcome = folder.run(forward);
    if outcome.exit != Exit::Done {
        let reason = "a plan does not hold a Secret's values";
        assert!(outcome.messages.contains(reason), "{}", outcome.messages);
        return true;
    }
    let forward = listed(&outcome.output);
    assert_eq!(forward.len(), plan.len());
    let objects: Vec<Value> = plan.start().iter().map(|all| all.value().clone()).collect();
    folder.put("base/all.yaml", &emit_all(&objects));
    folder.put("base/kustomization.yaml", "resources: [all.yaml]\n");
    for number in 1..=plan.len() {
        let there = &forward[..number];
        builds(&folder, there, &plan, number);
        let back = listed(&folder.done(&format!(
            "cutover patches plan.yaml --undo --step {number} -o kustomize --directory components"
        )));
        builds(&folder, &[there, &back].concat(), &plan, 0);
    }
    false
}

/// The directories that a list of components names.
fn listed(list: &str) -> Vec<String> {
    let reading = read("list", list.as_bytes()).unwrap();
    let names = &reading.documents[0].value["components"];
    let names = names.as_array().into_iter().flatten();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// The base with the components stands as after a step.
fn builds(folder: &Folder, components: &[String], plan: &Checked, step: usize) {
    let components: Vec<String> = components
        .iter()
        .map(|name| format!("../components/{name}"))
        .collect();
    let overlay = json!({ "resources": ["../base"], "components": components });
    folder.put("overlay/kustomization.yaml", &emit(&overlay));
    let mut kustomize = kubectl();
    kustomize.arg("kustomize").arg(folder.path("overlay"));
    let output = kustomize.output().unwrap();
    assert!(
        output.status.success(),
        "{components:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let built = bundle(vec![read("built", &output.stdout).unwrap()]).unwrap();
    let state = plan.state(step).unwrap();
    assert_eq!(
        objects(&built.bundle),
        objects(&state),
        "{}: {components:?}",
        plan.metadata.name
    );
}

fn objects(bundle: &Bundle) -> BTreeMap<&ObjectRef, &Value> {
    let objects = bundle.iter();
    objects
        .map(|manifest| (manifest.object(), manifest.value()))
        .collect()
}
