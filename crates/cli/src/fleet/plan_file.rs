//! Reads a fleet plan, and refuses one that was edited or does not keep what it promises.

use std::path::Path;

use cutover::fleet::{Broken, CheckedFleet, FleetPlan, check};

use crate::World;
use crate::args::PlanFile;
use crate::error::Error;
use crate::plan_file::{Made, document, other};

/// Reads a fleet plan, and recounts what it promises.
///
/// # Errors
///
/// No fleet plan, one that was edited by hand, one that does not keep what it promises, and another
/// one than was approved.
pub(crate) fn read(world: &mut World<'_>, file: &PlanFile) -> Result<CheckedFleet, Error> {
    let path = &file.plan;
    let document = document(world, path, &FLEET_PLAN)?;
    let failed = |error: String| Error::failed(format!("{}: {error}", path.display()));
    let fleet = FleetPlan::parse(&document.value).map_err(|error| failed(error.to_string()))?;
    let fleet = check(fleet).map_err(|broken| refused(path, &broken))?;
    match &file.digest {
        Some(approved) if *approved != fleet.digest => {
            Err(failed(other(FLEET_PLAN.what, &fleet.digest, approved)))
        }
        _ => Ok(fleet),
    }
}

const FLEET_PLAN: Made = Made {
    kind: "FleetPlan",
    what: "fleet plan",
    hint: "make it with `cutover fleet plan fleet.yaml -o fleet-plan.yaml`",
};

/// What does not hold: a bound, where it is the budget alone.
pub(crate) fn refused(path: &Path, broken: &[Broken]) -> Error {
    let path = path.display();
    let mut reasons: Vec<String> = broken
        .iter()
        .take(TOLD)
        .map(|one| format!("{path}: {one}"))
        .collect();
    if broken.len() > TOLD {
        reasons.push(format!("{path}: and {} more", broken.len() - TOLD));
    }
    match broken
        .iter()
        .all(|one| matches!(one, Broken::Budget { .. }))
    {
        true => Error::Broken(reasons),
        false => Error::Failed(reasons),
    }
}

/// So many broken promises are enough to see what is wrong.
const TOLD: usize = 20;
