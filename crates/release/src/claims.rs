//! Claims of storage whose size changes: it never goes back.

use cutover_manifest::{Bundle, Field, Manifest, Quantity, Warning};

const SIZE: Field = Field::new("/spec/resources/requests/storage");

/// What is wanted, with each claim of another size as large as it is; and what a reviewer should know
/// of that.
///
/// A claim may grow, where its StorageClass lets it, and never shrinks below what it has
/// (`ValidatePersistentVolumeClaimUpdate` in `pkg/apis/core/validation/validation.go`): the plan that
/// made it grow could not be undone.
pub(crate) fn keep_claims(from: &Bundle, to: &mut Bundle) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for running in from.of_kind("PersistentVolumeClaim") {
        let wanted = to.get(running.object());
        let Some(wanted) = wanted.filter(|wanted| size(running) != size(wanted)) else {
            continue;
        };
        let kept = match running.pointer(SIZE.pointer()) {
            Some(size) => wanted.with(SIZE, size.clone()),
            None => wanted.without(SIZE),
        };
        warnings.push(stays(&kept));
        to.insert(kept);
    }
    warnings
}

/// How much a claim asks for; as it is written, where that is no quantity.
fn size(claim: &Manifest) -> Option<Result<Quantity, String>> {
    let written = claim.pointer(SIZE.pointer())?;
    Some(Quantity::read(written).map_err(|_| written.to_string()))
}

fn stays(claim: &Manifest) -> Warning {
    Warning::about(
        claim.object(),
        "a claim that has grown never shrinks again, so its size stays as it is: no undo would take it back",
        "let it grow by hand, apart from the release",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ends::Ends;
    use crate::release::Release;

    /// A failure means that a plan has a way back which the API server refuses.
    #[test]
    fn the_size_of_a_claim_stays() {
        let check = |wanted: Value, expect: Value, is_told: bool| {
            let claim = |size: Value, label: &str| {
                let claim = json!({
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                    "metadata": {"name": "data", "labels": {"chart": label}},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}},
                });
                Bundle::from_iter([Manifest::new(claim).unwrap()])
            };
            let ends = Ends::new(claim("5Gi".into(), "1"), claim(wanted.clone(), "2"));
            let release = Release::new(ends).unwrap();
            let to = release.to().iter().next().unwrap();
            assert_eq!(to.pointer(SIZE.pointer()), Some(&expect), "{wanted}");
            assert_eq!(to.pointer("/metadata/labels/chart"), Some(&json!("2")));
            assert_eq!(release.warnings().len(), usize::from(is_told), "{wanted}");
        };
        check(json!("10Gi"), json!("5Gi"), true);
        check(json!("1Gi"), json!("5Gi"), true);
        check(json!("5Gi"), json!("5Gi"), false);
        // The same, written otherwise.
        check(json!("5120Mi"), json!("5120Mi"), false);
    }
}
