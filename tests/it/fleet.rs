//! Fleets: the command as a user runs it, forged fleet plans, and what holds for all of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

mod command;
mod forged;
mod laws;
mod layouts;
mod run;

use std::path::Path;

use cutover::fleet::{CheckedFleet, FleetPlan, check};
use cutover::manifest::{Digest, read};
use serde_json::Value;
use xtask::root;

use crate::support::{Folder, files};

/// The fleet of the pages, in a folder of its own.
pub(crate) fn shop() -> Folder {
    let folder = Folder::empty();
    let example = root().join("docs/example-fleet");
    for (name, text) in files(Path::new(&example), &example) {
        folder.put(&name, &text);
    }
    folder
}

/// Its fleet plan, as the command prints it.
pub(crate) fn planned() -> Value {
    document(&shop().done("cutover fleet plan fleet.yaml -o yaml"))
}

fn document(text: &str) -> Value {
    let mut documents = read("fleet-plan.yaml", text.as_bytes()).unwrap().documents;
    documents.remove(0).value
}

/// A fleet plan that was changed, with a digest to match.
fn digested(mut value: Value) -> Value {
    let document = value.as_object_mut().unwrap();
    document.remove("digest");
    let digest = Digest::of(&value).unwrap();
    value["digest"] = digest.to_string().into();
    value
}

/// The fleet plan that a document is; or all that is wrong with it.
fn recounted(value: &Value) -> Result<CheckedFleet, Vec<String>> {
    let fleet = FleetPlan::parse(value).map_err(|error| vec![error.to_string()])?;
    check(fleet).map_err(|broken| broken.iter().map(ToString::to_string).collect())
}
