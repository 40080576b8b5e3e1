//! Secrets that Helm renders, and whose data changes.

use cutover_manifest::{Bundle, Manifest, Warning};

const MESSAGE: &str =
    "its data changes, and Helm renders it: a chart that makes it at random has another each time";
const HINT: &str = "take what runs from `helm get manifest`, and what is wanted from a dry run on the server, which looks values up";

/// The Secrets of a chart that are not the same at both ends.
pub(super) fn rendered(start: &Bundle, end: &Bundle) -> Vec<Warning> {
    let mut found = Vec::new();
    for secret in end.iter().filter(|secret| is_rendered(secret)) {
        let object = secret.object();
        let changes = start
            .get(object)
            .is_some_and(|was| !was.has_data_of(secret));
        found.extend(changes.then(|| Warning::about(object, MESSAGE, HINT)));
    }
    found
}

/// Whether a chart has made this Secret, as its marks say.
fn is_rendered(manifest: &Manifest) -> bool {
    let says = |pointer: &str| manifest.pointer(pointer);
    let by_helm = [
        "/metadata/labels/app.kubernetes.io~1managed-by",
        "/metadata/labels/heritage",
    ];
    let helm = ["Helm", "Tiller"];
    let mut managers = by_helm.into_iter().filter_map(says);
    let marked = managers.any(|manager| helm.iter().any(|name| manager == name))
        || says("/metadata/labels/helm.sh~1chart").is_some()
        || says("/metadata/annotations/meta.helm.sh~1release-name").is_some();
    manifest.is_secret() && marked
}
