//! The seals that stand for the data of a plan's Secrets.

use cutover_manifest::{BadSeal, Bundle, Manifest, ObjectRef, Seal};

use crate::change::Change;
use crate::error::Error;
use crate::plan::Plan;
use crate::step::Step;

impl Plan {
    /// Each Secret of the plan, as the first state has it in which it is there.
    ///
    /// All seals of one Secret are alike but for the data: by one of them its data is known again in
    /// every state, by `Sealer::seal_like`.
    ///
    /// ```
    /// use cutover_manifest::{Manifest, Sealer};
    /// use cutover_plan::{Plan, Spec};
    /// # use serde_json::{from_value, json};
    /// # let secret = Manifest::new(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}}))?;
    /// # let spec: Spec = from_value(json!({"strategy": "rolling"}))?;
    ///
    /// let from = vec![Sealer::Slow.seal(&secret)];
    /// let plan = Plan::new("hello", Spec { from, ..spec })?;
    /// assert_eq!(plan.secrets().len(), 1);
    /// assert!(Sealer::Slow.fits(&plan.secrets()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn secrets(&self) -> Bundle {
        let mut secrets = Bundle::new();
        let created = self.spec.steps.iter().flat_map(|step| &step.changes);
        let created = created.filter_map(|change| match change {
            Change::Create(manifest) => Some(manifest),
            Change::Delete(_) | Change::Patch(_) | Change::Replace(_) => None,
        });
        for manifest in self.spec.from.iter().chain(created) {
            if manifest.is_secret() && !secrets.contains(manifest.object()) {
                secrets.insert(manifest.clone());
            }
        }
        secrets
    }
}

/// Whether each Secret that a plan starts from has a seal that this version knows, and that was made
/// for it. One that a step creates may have the seal of what it is a copy of.
///
/// # Errors
///
/// The first that has none.
pub(crate) fn start(plan: &Plan) -> Result<(), Error> {
    let place = "plan: spec.from";
    for manifest in &plan.spec.from {
        sealed(manifest, place)?;
        if let Some(Ok(seal)) = manifest.seal()
            && !is_own(&seal, manifest.object())
        {
            return Err(bad(manifest, place, BadSeal::Strange));
        }
    }
    Ok(())
}

fn is_own(seal: &Seal, object: &ObjectRef) -> bool {
    // Sealed before the namespace of a run was known.
    let unplaced = ObjectRef {
        namespace: None,
        ..object.clone()
    };
    seal.is_unchanged() || seal.is_for(object) || seal.is_for(&unplaced)
}

/// Whether each Secret that a step changes has such a seal in the state after it; one that it
/// creates, of data that somebody can have.
///
/// # Errors
///
/// The first that has none.
pub(crate) fn step(step: &Step, state: &Bundle, place: &str) -> Result<(), Error> {
    for change in &step.changes {
        let Some(manifest) = state.get(change.object()) else {
            continue;
        };
        sealed(manifest, place)?;
        let stays = matches!(manifest.seal(), Some(Ok(seal)) if seal.is_unchanged());
        if stays && matches!(change, Change::Create(_)) {
            let reason = format!(
                "{} is created, and its seal says that its data stays",
                manifest.object()
            );
            return Err(Error::edited(place, &reason));
        }
    }
    Ok(())
}

fn sealed(manifest: &Manifest, place: &str) -> Result<(), Error> {
    if !manifest.is_secret() {
        return Ok(());
    }
    let seal = manifest.seal().unwrap_or(Err(BadSeal::Open));
    seal.map(drop)
        .map_err(|source| bad(manifest, place, source))
}

fn bad(secret: &Manifest, place: &str, source: BadSeal) -> Error {
    Error::Seal {
        place: place.to_owned(),
        object: Box::new(secret.object().clone()),
        source,
    }
}
