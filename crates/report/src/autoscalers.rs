//! Autoscalers that are held and let go, in words.

use cutover_manifest::Manifest;
use cutover_patch::Difference;
use cutover_workload::Autoscaler;

use crate::text::fields;

/// What becomes of an autoscaler that is held or let go by a change, in words; none where a change
/// does neither.
pub(crate) fn held_or_released(
    subject: &str,
    before: &Manifest,
    after: &Manifest,
    found: &[Difference],
) -> Option<String> {
    let [was, is] = [Autoscaler::of(before)?, Autoscaler::of(after)?];
    let what = match (was.is_held(), is.is_held()) {
        (false, true) => "hold",
        (true, false) => "release",
        (true, true) | (false, false) => return None,
    };
    let mut text = format!("{what} {subject}");
    let limits = is
        .limits()
        .filter(|limits| was.limits().as_ref() != Some(limits));
    if let Some(limits) = limits {
        text += &format!(", at {} to {} pods", limits.start(), limits.end());
    }
    let paths = found.iter().map(|difference| difference.path.to_string());
    let others: Vec<String> = paths.filter(|path| !is_of_hold(path)).collect();
    if !others.is_empty() {
        text += &format!(", and {}", fields(&others.iter().collect::<Vec<_>>()));
    }
    Some(text)
}

/// Whether a field is one of those that hold an autoscaler.
fn is_of_hold(path: &str) -> bool {
    let fields = ["spec.behavior", "spec.minReplicas", "spec.maxReplicas"];
    let directions = ["spec.behavior.scaleUp", "spec.behavior.scaleDown"];
    let policy = path.strip_suffix(".selectPolicy");
    fields.contains(&path)
        || directions.contains(&policy.unwrap_or(path))
        || path.contains("autoscaling.keda.sh/paused")
}
