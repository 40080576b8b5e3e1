//! ConfigMaps and Secrets that both versions would read.

use cutover_manifest::{Manifest, ObjectRef, pod_references};
use cutover_workload::Deployment;

use crate::kinds;
use crate::refusal::{Refusals, refuse};
use crate::release::Release;

/// Both versions of the pods would read the changed values, and undo could not give the old ones
/// back in time.
pub(crate) fn changed_configuration(
    set: Deployment<'_>,
    release: &Release,
) -> Result<(), Refusals> {
    let (object, Some(template)) = (set.manifest().object(), set.template()) else {
        return Ok(());
    };
    let wanted = release
        .to()
        .get(object)
        .and_then(|set| Deployment::of(set).template());
    let still_read = wanted.map(pod_references).unwrap_or_default();
    for (kind, name) in pod_references(template) {
        let reference = ObjectRef::new("v1", &kind, object.namespace.as_deref(), &name);
        let (from, to) = (release.from().get(&reference), release.to().get(&reference));
        let kept = to.is_some() || still_read.contains(&(kind.clone(), name));
        if from.is_some() && content(from) != content(to) && kept {
            let reason = format!(
                "it changes, and pods of {object} read it: both versions would get the new values"
            );
            let hint = format!(
                "give the new values to a {kind} of another name, and let the new pods refer to that"
            );
            return Err(refuse(kinds::CONFIGURATION, &reference, "", reason, hint));
        }
    }
    Ok(())
}

/// What pods read of a ConfigMap or Secret: all but its metadata.
fn content(manifest: Option<&Manifest>) -> Option<Manifest> {
    let manifest = manifest?;
    let bare = manifest.without("/metadata/labels");
    Some(bare.without("/metadata/annotations"))
}
