//! Plans whose run is over, and that somebody carries out once more.

use cutover::manifest::{Manifest, ObjectRef};
use cutover::patch::{AddOperation, Patch, PatchOperation, jsonptr::PointerBuf};
use cutover_model::Write;
use cutover_run::{Goal, Outcome};
use serde_json::{Value, json};

use crate::absence::quiet;
use crate::checks::placed;
use crate::plans;
use crate::stage::Stage;

const IMAGE: &str = "/spec/template/spec/containers/0/image";

/// How many seeds are tried of each end.
const SEEDS: u64 = 30;

/// A failure means that a Job or a pipeline which tries again undoes an undo.
#[test]
fn what_was_taken_back_is_begun_anew_only_where_that_is_meant() {
    let mut refused = 0;
    for seed in 0..SEEDS {
        let Some(mut stage) = done(seed) else {
            continue;
        };
        if !matches!(
            stage.once_more(Goal::Back { to: 0 }),
            Outcome::Undone { .. }
        ) {
            continue;
        }
        let writes = stage.checks.writes;
        let reason = stage.refused(Goal::Apply);
        assert!(reason.contains(" was taken back by "), "{seed}: {reason}");
        assert_eq!(stage.checks.writes, writes, "{seed}");
        refused += 1;
        assert_ne!(
            stage.once_more(Goal::Again),
            Outcome::Undone { to: 0 },
            "{seed}"
        );
    }
    assert!(refused > SEEDS / 2, "{refused}");
}

/// A failure means that a plan is said to be done whose objects somebody has changed since, or that
/// looking at it changes something.
#[test]
fn what_is_done_is_looked_at_before_it_is_said() {
    let mut looked = 0;
    for seed in 0..SEEDS {
        let Some(mut stage) = done(seed) else {
            continue;
        };
        let (writes, journal) = (stage.checks.writes, stage.told());
        if stage.once_more(Goal::Apply) != Outcome::Done {
            continue;
        }
        if !stage.change_an_image() {
            continue;
        }
        let reason = stage.refused(Goal::Apply);
        assert!(
            reason.contains(" is no longer in place: "),
            "{seed}: {reason}"
        );
        assert_eq!(stage.checks.writes, writes, "{seed}");
        assert_eq!(stage.told(), journal, "{seed}");
        looked += 1;
    }
    assert!(looked > SEEDS / 5, "{looked}");
}

/// A failure means that a plan which was asked back to where it stands counts as taken back.
#[test]
fn what_was_taken_back_by_no_step_is_done() {
    let mut asked = 0;
    for seed in 0..SEEDS {
        let Some(mut stage) = done(seed) else {
            continue;
        };
        let (end, writes) = (stage.scenario.plan.len(), stage.checks.writes);
        if stage.once_more(Goal::Back { to: end }) != (Outcome::Undone { to: end }) {
            continue;
        }
        if stage.once_more(Goal::Apply) == Outcome::Done {
            assert_eq!(stage.checks.writes, writes, "{seed}");
            asked += 1;
        }
    }
    assert!(asked > SEEDS / 2, "{asked}");
}

/// A run that is done; none where too much went wrong.
fn done(seed: u64) -> Option<Stage<'static>> {
    let mut stage = Stage::new(quiet(seed, plans()), false);
    stage.let_things_go_wrong();
    (stage.go().unwrap() == Outcome::Done).then_some(stage)
}

impl Stage<'_> {
    fn once_more(&mut self, goal: Goal) -> Outcome {
        self.begin(goal);
        self.go().unwrap()
    }

    /// Why another run is refused; one that nobody answered is begun again.
    fn refused(&mut self, goal: Goal) -> String {
        for _ in 0..5 {
            match self.once_more(goal) {
                Outcome::Refused { reason } if reason.message().contains(" was ") => {
                    return reason.message().to_owned();
                }
                Outcome::Refused { .. } => {}
                other => panic!("{goal:?}: {other:?}"),
            }
        }
        panic!("nobody answers")
    }

    /// What the journal says of the run.
    fn told(&self) -> Option<Value> {
        self.journal_there()?.pointer("/data/run").cloned()
    }

    /// Somebody writes over an image that the plan has changed; false where it has changed none.
    fn change_an_image(&mut self) -> bool {
        let plan = self.scenario.plan;
        let (start, end) = (plan.start(), plan.state(plan.len()).unwrap());
        let is_changed = |set: &&Manifest| {
            let before = start.get(set.object());
            before.is_some_and(|before| before.pointer(IMAGE) != set.pointer(IMAGE))
        };
        let Some(changed) = end.iter().find(is_changed) else {
            return false;
        };
        let object: ObjectRef = placed(changed.object());
        let change = PatchOperation::Add(AddOperation {
            path: PointerBuf::parse(IMAGE).unwrap(),
            value: json!("somebody:else"),
        });
        let write = Write::Patch {
            object,
            ops: Patch(vec![change]),
        };
        while self.model.write(&write, "somebody", false).is_err() {}
        // What somebody else has its pods replaced by is nobody's promise.
        self.checks.promise(false);
        true
    }
}
