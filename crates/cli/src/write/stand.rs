//! At which state of a plan the files stand.

use std::collections::BTreeSet;

use cutover::Plan;
use cutover::manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover::patch::{PatchOperation, diff};
use serde_json::Value;

use super::given::Given;
use crate::error::Error;
use crate::input::Input;
use crate::secrets::Secrets;

/// How many differences are told of one object.
const TOLD: usize = 3;

/// A plan, for files to be compared with its states.
pub(crate) struct Stand<'p> {
    pub(crate) plan: &'p Plan,
    objects: BTreeSet<ObjectRef>,
    given: Given,
    secrets: Secrets,
    /// The plan's, each with a seal of it, by which the files are compared.
    planned: Bundle,
}

/// Where the files stand.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// The plan's objects as the files have them, Secrets sealed.
    files: Bundle,
    /// The state, 0 before the first step; none where objects stand at several, as a command that
    /// was killed leaves them.
    pub(crate) state: Option<usize>,
    /// Secrets that are as they are to be already: only a person can put them there.
    ahead: BTreeSet<ObjectRef>,
}

/// A state of the plan, which files are to say.
pub(crate) struct Target {
    step: usize,
    /// The state after the step, as the plan has it.
    pub(crate) state: Bundle,
    /// The same as files say it.
    files: Bundle,
}

/// An object that is to become another.
pub(crate) struct Change {
    pub(crate) object: ObjectRef,
    /// As the files have it, Secrets sealed.
    pub(crate) before: Option<Manifest>,
    /// As it is to be.
    pub(crate) after: Option<Manifest>,
}

impl Change {
    /// What the file is to hold, where it holds `written`.
    ///
    /// # Errors
    ///
    /// Where a Secret's values would be needed that no file has.
    pub(crate) fn wanted(
        &self,
        written: &Manifest,
        after: &Manifest,
        stand: &Stand<'_>,
    ) -> Result<Manifest, String> {
        if written.is_sealed() || !after.is_sealed() {
            return Ok(after.clone());
        }
        let before = self.before.as_ref();
        let same = before.and_then(|before| before.pointer("/data")) == after.pointer("/data");
        if !same {
            return stand.open(after);
        }
        Ok(after.with_values_of(written))
    }
}

/// Why a Secret is not written.
fn secret(object: &ObjectRef) -> String {
    format!(
        "{object}: a plan does not hold a Secret's values\nhint: say --secrets-from with the files that have them, or put its new manifest into the files by hand, then write the same step"
    )
}

impl<'p> Stand<'p> {
    /// A plan, for files to be compared with.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself.
    pub(crate) fn new(plan: &'p Plan, secrets: Secrets) -> Result<Self, Error> {
        Ok(Self {
            plan,
            objects: plan.objects(),
            given: Given::of(plan)?,
            secrets,
            planned: plan.secrets(),
        })
    }

    /// The state after a step, 0 before the first.
    ///
    /// # Errors
    ///
    /// A plan that does not fit itself, or has no such step.
    pub(crate) fn after(&self, step: usize) -> Result<Target, Error> {
        let state = self.plan.state(step).map_err(Error::failed)?;
        Ok(self.target(step, state))
    }

    /// The state after a step: at both ends files leave out the numbers of pods that were given.
    pub(crate) fn target(&self, step: usize, state: Bundle) -> Target {
        let files = match step == 0 || step == self.plan.len() {
            true => self.given.left_out(state.clone()),
            false => state.clone(),
        };
        Target { step, state, files }
    }

    /// The state in which the files stand, Secrets apart that are as after `step`; of several that
    /// are alike the one nearest to it. Objects may each stand at another.
    ///
    /// # Errors
    ///
    /// Where one stands at none, what differs from the nearest, with its place.
    pub(crate) fn find(&self, input: &Input, step: usize) -> Result<Standing, Error> {
        let written = self.as_written(input);
        let files = self.filled(&written);
        let target = self.plan.state(step).map_err(Error::failed)?;
        let secrets = self.objects.iter().filter(|object| object.kind == "Secret");
        let ahead: BTreeSet<ObjectRef> = secrets
            .filter(|object| files.get(object) == target.get(object))
            .cloned()
            .collect();
        let differing = |state: &Bundle| {
            let compared = self.objects.iter().filter(|object| !ahead.contains(object));
            compared
                .filter(|object| files.get(object) != state.get(object))
                .count()
        };
        let mut walk = self.plan.walk();
        let mut nearest = (differing(walk.state()), step, 0);
        let mut unknown = self.objects.clone();
        unknown.retain(|object| !ahead.contains(object));
        unknown.retain(|object| files.get(object) != walk.state().get(object));
        while walk.advance().map_err(Error::failed)?.is_some() {
            let number = walk.number();
            nearest = nearest.min((differing(walk.state()), number.abs_diff(step), number));
            unknown.retain(|object| files.get(object) != walk.state().get(object));
        }
        let state = match nearest {
            (0, _, state) => Some(state),
            _ if unknown.is_empty() => None,
            (_, _, state) => return Err(self.elsewhere(input, &files, state)?),
        };
        Ok(Standing {
            files: written,
            state,
            ahead,
        })
    }

    /// What changes from where the files stand to a state; nothing where they stand there.
    pub(crate) fn changes(&self, standing: &Standing, target: &Target) -> Vec<Change> {
        if standing.state == Some(target.step) {
            return Vec::new();
        }
        let (before, after) = (&standing.files, &target.files);
        let differing = self
            .objects
            .iter()
            .filter(|object| before.get(object) != after.get(object));
        let changed = differing
            .filter(|object| !standing.ahead.contains(object))
            .map(|object| Change {
                object: object.clone(),
                before: before.get(object).cloned(),
                after: after.get(object).cloned(),
            });
        changed.collect()
    }

    /// A manifest with the values of a Secret.
    ///
    /// # Errors
    ///
    /// Where no file has them.
    pub(crate) fn open(&self, manifest: &Manifest) -> Result<Manifest, String> {
        let open = self.secrets.open(manifest);
        open.ok_or_else(|| secret(manifest.object()))
    }

    /// Whether the plan has a word on an object.
    pub(crate) fn knows(&self, object: &ObjectRef) -> bool {
        self.objects.contains(object)
    }

    /// The plan's objects as a state has them: Secrets sealed, and with the numbers of pods that the
    /// plan was given.
    pub(crate) fn as_planned(&self, input: &Input) -> Bundle {
        self.filled(&self.as_written(input))
    }

    /// The plan's objects as the files have them, Secrets sealed.
    fn as_written(&self, input: &Input) -> Bundle {
        let objects = self.objects.iter();
        let written = objects.filter_map(|object| input.loaded.bundle.get(object));
        written.map(|manifest| self.sealed(manifest)).collect()
    }

    fn filled(&self, written: &Bundle) -> Bundle {
        let written = written.iter().cloned();
        written
            .map(|manifest| self.given.filled(manifest))
            .collect()
    }

    fn sealed(&self, manifest: &Manifest) -> Manifest {
        match self.planned.get(manifest.object()) {
            Some(planned) => self.secrets.sealer.seal_like(manifest, planned),
            None => manifest.redacted(),
        }
    }

    fn elsewhere(&self, input: &Input, files: &Bundle, number: usize) -> Result<Error, Error> {
        let state = self.plan.state(number).map_err(Error::failed)?;
        let differing = self
            .objects
            .iter()
            .filter(|object| files.get(object) != state.get(object));
        let mut reasons = vec![format!(
            "the files stand at no state of the plan; state {number} is the nearest\n\
             hint: plan again from the files as they are, or take back what was changed since"
        )];
        reasons.extend(
            differing.flat_map(|object| {
                differences(input, files.get(object), state.get(object), object)
            }),
        );
        Ok(Error::Failed(reasons))
    }
}

/// What differs in one object, each with its place.
fn differences(
    input: &Input,
    file: Option<&Manifest>,
    state: Option<&Manifest>,
    object: &ObjectRef,
) -> Vec<String> {
    let at = |pointer: &str| {
        input
            .place(object, pointer)
            .map(|place| format!("{place}: "))
            .unwrap_or_default()
    };
    match (file, state) {
        (None, _) => vec![format!(
            "{object}: it is in no file, and in the plan's state"
        )],
        (_, None) => vec![format!(
            "{}{object}: it is in the file, and not in the plan's state",
            at("")
        )],
        (Some(file), Some(state)) => {
            let pointers = changed(state.value(), file.value());
            let told = pointers.iter().take(TOLD).map(|pointer| {
                format!(
                    "{}{object}: {pointer}: it is not as in the plan",
                    at(pointer)
                )
            });
            let more = pointers.len().saturating_sub(TOLD);
            let more = (more > 0).then(|| format!("{object}: and {more} more fields"));
            told.chain(more).collect()
        }
    }
}

/// The fields that differ, as pointers.
fn changed(state: &Value, file: &Value) -> Vec<String> {
    let operations = diff(state, file, &MergeKeys).0;
    operations
        .iter()
        .filter(|operation| !matches!(operation, PatchOperation::Test(_)))
        .map(|operation| operation.path().to_string())
        .collect()
}
