//! Pods that are replaced since what they read changes.

use std::collections::BTreeMap;

use cutover_manifest::{Bundle, Digest, Field, Manifest, ObjectRef};
use cutover_workload::{CONFIGURATION, Deployment, data_of, deployments, reconfigures};
use serde_json::json;

use crate::kinds;
use crate::refusal::{Refusals, refuse};

const ANNOTATIONS: Field = Field::new("/spec/template/metadata/annotations");

/// Marks the pods of each Deployment that reads a ConfigMap or Secret whose data changes, and whose
/// template does not, so that they are replaced with it.
pub(crate) fn restart_for_configuration(from: &Bundle, to: &mut Bundle) -> Result<(), Refusals> {
    let mut restarted = Vec::new();
    for set in deployments(to) {
        let running = from.get(set.manifest().object()).map(Deployment::of);
        let stays = running.is_some_and(|running| running.template() == set.template());
        let read = changed(set, from, to);
        if stays && !read.is_empty() {
            let digest = digest(set.manifest().object(), &read)?;
            let digest = json!(digest.short());
            let marked = set
                .manifest()
                .with_entry(ANNOTATIONS, CONFIGURATION, digest);
            restarted.push(marked);
        }
    }
    to.extend(restarted);
    Ok(())
}

/// What the pods read and what changes its data, as it is wanted.
fn changed<'a>(set: Deployment<'_>, from: &Bundle, to: &'a Bundle) -> Vec<&'a Manifest> {
    let mut changed = Vec::new();
    for object in set.configuration() {
        let ends = from.get(&object).zip(to.get(&object));
        changed.extend(ends.and_then(|(from, to)| reconfigures(from, to).then_some(to)));
    }
    changed
}

fn digest(set: &ObjectRef, read: &[&Manifest]) -> Result<Digest, Refusals> {
    let mut content = BTreeMap::new();
    for manifest in read {
        let data: BTreeMap<_, _> = data_of(manifest).collect();
        content.insert(manifest.object().to_string(), data);
    }
    Digest::of(&json!(content)).map_err(|error| {
        let hint = "write the values of its configuration as texts";
        refuse(kinds::TYPE, set, "/spec/template", error.to_string(), hint)
    })
}
