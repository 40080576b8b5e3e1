//! Jobs that have run: their pods are never replaced.

use cutover_manifest::{Bundle, Manifest, Warning};

/// What a Job never lets change (`ValidateJobUpdate` in `pkg/apis/batch/validation`).
const FIXED: [&str; 8] = [
    "/spec/template",
    "/spec/selector",
    "/spec/completionMode",
    "/spec/completions",
    "/spec/backoffLimitPerIndex",
    "/spec/podFailurePolicy",
    "/spec/successPolicy",
    "/spec/managedBy",
];

/// What is wanted, with each Job as it is that would have to be another one; and what a reviewer
/// should know of that.
pub(crate) fn keep_jobs(from: &Bundle, to: &mut Bundle) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let differs = |job: &&Manifest| {
        let wanted = to.get(job.object());
        wanted.is_some_and(|wanted| is_another(job, wanted))
    };
    let kept: Vec<Manifest> = from.of_kind("Job").filter(differs).cloned().collect();
    for job in kept {
        warnings.push(stays(&job));
        to.insert(job);
    }
    warnings
}

fn is_another(running: &Manifest, wanted: &Manifest) -> bool {
    let is_job = running.object().group() == "batch";
    let changed = |field: &&str| running.pointer(field) != wanted.pointer(field);
    is_job && FIXED.iter().any(changed)
}

fn stays(job: &Manifest) -> Warning {
    Warning::about(
        job.object(),
        "a Job's pods never change, so it stays as it is and does not run again",
        "delete it first where the new one is to run, or give that another name",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::ends::Ends;
    use crate::release::Release;

    /// A failure means that a Job which has run refuses the release of what it has nothing to do
    /// with, or that nobody is told that it does not run again.
    #[test]
    fn a_job_of_another_version_stays() {
        let check = |pointer: &str, value: Value, stays: bool| {
            let job = Manifest::new(json!({
                "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "migrate"},
                "spec": {"template": {"spec": {"containers": [{"name": "migrate", "image": "migrate:1"}]}}},
            }));
            let job = job.unwrap();
            let next = job.set(pointer, value).unwrap();
            let ends = Ends::new(
                Bundle::from_iter([job.clone()]),
                Bundle::from_iter([next.clone()]),
            );
            let release = Release::new(ends).unwrap();
            let expect = if stays { &job } else { &next };
            assert_eq!(release.to().get(job.object()), Some(expect), "{pointer}");
            assert_eq!(release.warnings().len(), usize::from(stays), "{pointer}");
        };
        check(
            "/spec/template/spec/containers/0/image",
            json!("migrate:2"),
            true,
        );
        check("/spec/completionMode", json!("Indexed"), true);
        check("/spec/completions", json!(3), true);
        check("/spec/suspend", json!(true), false);
        check("/metadata/labels", json!({"a": "b"}), false);
    }
}
