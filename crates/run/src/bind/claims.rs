//! The plan that a journal keeps, held against the plan that was given.
//!
//! Whoever may write ConfigMaps does not decide what a run writes. A kept plan is the given one over
//! other objects ([`bind`](crate::bind()), admission): the same steps and gates, each with the same
//! changes. Only two things may differ: what the live objects have beside their files, and values of
//! a state that admission is said to change, each of which is a [`Claim`].

use cutover_manifest::{Bundle, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Difference, Plain, differences, project};
use cutover_plan::{Plan, walk};
use serde_json::json;

use crate::bind::{Bases, admit, file_lacking, over, said};
use crate::change::in_words;
use crate::error::Error;

/// What a kept plan says that admission makes of a state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    /// Where the plan first has this state.
    pub(crate) place: String,
    /// The state in the given plan.
    pub(crate) given: Manifest,
    /// The same over the objects that the kept plan starts from.
    pub(crate) bound: Manifest,
    /// The state in the kept plan.
    pub(crate) kept: Manifest,
}

/// What the kept plan claims of admission.
///
/// # Errors
///
/// [`Error::Kept`] with the first place where it is not the given plan over some live objects.
pub(crate) fn claims(given: &Plan, kept: &Plan, namespace: &str) -> Result<Vec<Claim>, Error> {
    let given = over(given, Bases::new(), namespace)?;
    same_shape(&given, kept)?;
    let bound = over(&given, bases(&given, kept)?, namespace)?;
    let (mut claims, mut admitted) = (Vec::new(), Vec::new());
    let states = states(&given)?.into_iter().zip(states(&bound)?);
    for (((place, given), (_, bound)), (_, kept)) in states.zip(self::states(kept)?) {
        same_objects(&place, &bound, &kept)?;
        for bound in &bound {
            let object = bound.object();
            let (Some(given), Some(kept)) = (given.get(object), kept.get(object)) else {
                continue;
            };
            if bound == kept || admitted.contains(&(bound.clone(), kept.clone())) {
                continue;
            }
            same_fields(&place, bound, kept)?;
            admitted.push((bound.clone(), kept.clone()));
            claims.push(Claim {
                place: place.clone(),
                given: given.clone(),
                bound: bound.clone(),
                kept: kept.clone(),
            });
        }
    }
    same_spec(&admit(&bound, &admitted, namespace)?, kept)?;
    Ok(claims)
}

/// Why a claim is not believed: what is claimed of a state, and what the server makes of it.
pub(crate) fn rejected(place: &str, claimed: &Manifest, made: &Manifest) -> Error {
    let found = differences(made.value(), claimed.value(), &MergeKeys);
    differs(place, Some(made.object()), found.first())
}

/// The objects that the kept plan starts from: each holds what its file holds.
fn bases(given: &Plan, kept: &Plan) -> Result<Bases, Error> {
    let place = "the start";
    let (files, kept) = (given.start(), kept.start());
    same_objects(place, &files, &kept)?;
    let mut bases = Bases::new();
    for file in &files {
        let object = file.object();
        let Some(kept) = kept.get(object) else {
            continue;
        };
        if let Some(lack) = file_lacking(&said(given, file), kept).first() {
            return Err(differs(place, Some(object), Some(lack)));
        }
        bases.insert(object.clone(), (file.clone(), kept.clone()));
    }
    Ok(bases)
}

fn same_shape(given: &Plan, kept: &Plan) -> Result<(), Error> {
    count("the plan", given.len(), kept.len())?;
    count("the ways back", given.spec.undo.len(), kept.spec.undo.len())?;
    for (given, kept) in given.spec.undo.iter().zip(&kept.spec.undo) {
        let place = format!("the way back from step {}", given.from);
        count(&place, given.steps.len(), kept.steps.len())?;
    }
    Ok(())
}

fn count(place: &str, given: usize, kept: usize) -> Result<(), Error> {
    if given == kept {
        return Ok(());
    }
    Err(Error::Kept {
        place: place.to_owned(),
        reason: format!("it has {kept} steps there, and {given} in the given plan"),
    })
}

fn same_objects(place: &str, given: &Bundle, kept: &Bundle) -> Result<(), Error> {
    let reason = |object: &ObjectRef| match given.contains(object) {
        true => format!("{object} is not there, and it is in the given plan"),
        false => format!("{object} is there, and it is not in the given plan"),
    };
    let objects = given.objects().chain(kept.objects());
    let odd = objects
        .into_iter()
        .find(|object| given.contains(object) != kept.contains(object));
    match odd {
        None => Ok(()),
        Some(object) => Err(Error::Kept {
            place: place.to_owned(),
            reason: reason(object),
        }),
    }
}

/// Admission changes values of fields that a state has; anything else is another plan's.
fn same_fields(place: &str, bound: &Manifest, kept: &Manifest) -> Result<(), Error> {
    let projected = project(bound.value(), kept.value(), &MergeKeys);
    let found = differences(&projected, kept.value(), &MergeKeys);
    match found.first() {
        None => Ok(()),
        found => Err(differs(place, Some(bound.object()), found)),
    }
}

/// Names, gates, limits, budgets, and the order of changes.
fn same_spec(expected: &Plan, kept: &Plan) -> Result<(), Error> {
    let ways = |plan: &Plan| {
        let back = plan.spec.undo.iter().map(|undo| {
            let place = format!("the way back from step {}", undo.from);
            (place, json!(undo))
        });
        let steps = plan.spec.steps.iter().enumerate();
        let forward = steps.map(|(index, step)| (format!("step {}", index + 1), json!(step)));
        let whole = ("the plan".to_owned(), json!(plan.spec));
        forward.chain(back).chain([whole]).collect::<Vec<_>>()
    };
    for ((place, expected), (_, kept)) in ways(expected).iter().zip(ways(kept)) {
        if let Some(found) = differences(expected, &kept, &Plain).first() {
            return Err(differs(place, None, Some(found)));
        }
    }
    Ok(())
}

/// Every state of a plan, with where it is: at the start, after each step, and on each way back.
fn states(plan: &Plan) -> Result<Vec<(String, Bundle)>, Error> {
    let mut states = vec![("the start".to_owned(), plan.start())];
    let mut back = Vec::new();
    let mut forward = plan.walk();
    while forward.advance()?.is_some() {
        let number = forward.number();
        states.push((format!("step {number}"), forward.state().clone()));
        let undo = plan.undo(number).map_or(&[][..], |undo| &undo.steps);
        let mut walk = walk(forward.state().clone(), undo);
        while walk.advance()?.is_some() {
            let place = format!("the way back from step {number}, step {}", walk.number());
            back.push((place, walk.state().clone()));
        }
    }
    states.extend(back);
    Ok(states)
}

fn differs(place: &str, object: Option<&ObjectRef>, found: Option<&Difference>) -> Error {
    let object = object
        .map(|object| format!("{object}: "))
        .unwrap_or_default();
    let what = match found {
        None => "it is not as it should be".to_owned(),
        Some(found) => {
            let (given, kept) = (
                in_words(found.before.as_ref()),
                in_words(found.after.as_ref()),
            );
            format!("{} is {kept}, and should be {given}", found.path)
        }
    };
    Error::Kept {
        place: place.to_owned(),
        reason: format!("{object}{what}"),
    }
}

#[cfg(test)]
mod tests;
