//! What must be gone before a step is made.

use cutover_manifest::{Manifest, ObjectRef};
use cutover_workload::Deployment;
use jiff::{SignedDuration, Timestamp};

use crate::gates::{Verdict, shrunk};
use crate::now::saturating_add;
use crate::phase::Next;
use crate::progress::{Awaited, Progress};
use crate::requests::PATIENCE;
use crate::run::Run;

impl Run {
    /// What is to be created anew is still being deleted: a watch says when it is gone.
    pub(super) fn wait_until_gone(
        &mut self,
        number: usize,
        object: &ObjectRef,
        now: Timestamp,
    ) -> Next {
        let live = self.observed.live(object);
        let finalizers = live.and_then(|live| live.pointer("/metadata/finalizers"));
        let kept =
            finalizers.map(|finalizers| format!(", and kept by the finalizers {finalizers}"));
        let stands = format!("it is still being deleted{}", kept.unwrap_or_default());
        self.wait_for_going(number, &object.name, stands, now)
    }

    /// Before the first step of a way back: the pods of the sets that the step before has shrunk are
    /// gone, or there would be too many.
    pub(super) fn has_shrunk(&mut self, now: Timestamp) -> bool {
        let Some(stands) = self.shrinking() else {
            return true;
        };
        self.wait_for_going(1, "pods", stands, now);
        false
    }

    /// Waits for what goes as long as for the gates of the step.
    fn wait_for_going(
        &mut self,
        number: usize,
        what: &str,
        stands: String,
        now: Timestamp,
    ) -> Next {
        let Some(cursor) = &self.cursor else {
            return Next::Wait;
        };
        let limit = cursor.path().limit(number);
        let within = limit.map_or(PATIENCE, |limit| {
            SignedDuration::from_secs(limit.seconds().into())
        });
        // Nobody has waited before this runner came.
        let begun = self
            .watching
            .into_iter()
            .chain([cursor.position().since])
            .max();
        let until = saturating_add(begun.unwrap_or(now), within);
        if until <= now {
            let seconds = within.as_secs();
            let reason = format!("step {number}: {what} did not go within {seconds} s: {stands}");
            return self.give_up(reason, now);
        }
        self.outbox.wake_at(until);
        self.tell(Progress::Waiting {
            number,
            gate: Awaited::Gone(what.to_owned()),
            stands,
            until: Some(until),
        });
        Next::Wait
    }

    /// A set whose pods are still going, in words.
    fn shrinking(&self) -> Option<String> {
        let path = self.cursor.as_ref()?.path();
        let halfway = path.halfway()?;
        let count = |set: Option<&Manifest>| set.and_then(|set| Deployment::of(set).replicas());
        for set in path.before(1) {
            let object = set.object();
            let (Some(was), Some(is)) = (count(halfway.get(object)), count(Some(set))) else {
                continue;
            };
            let is_shrunk = is < was && count(self.observed.live(object)) == Some(is);
            if Deployment::is(object)
                && is_shrunk
                && let Verdict::Waits(reason) = shrunk(&self.observed, object, is)
            {
                return Some(format!("{}: {reason}", object.name));
            }
        }
        None
    }
}
