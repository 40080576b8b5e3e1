//! How the objects of a plan stand that has no run.

use cutover::Plan;
use cutover::manifest::{Bundle, Field, Manifest, MergeKeys, Sealer};
use cutover::patch::lacking;
use cutover_run::{Reply, Request};
use serde_json::json;

use crate::error::Error;
use crate::online::Online;

const STATUS: Field = Field::new("/status");

/// Which states of a plan its objects are in, in words.
pub(crate) fn by_objects(plan: &Plan, states: &[usize]) -> String {
    let name = &plan.metadata.name;
    let state = |step: &usize| match step {
        0 => "as before the first step".to_owned(),
        step => format!("as after step {step}"),
    };
    match states {
        [] => format!(
            "plan {name}: there is no run, and the objects stand as after none of its steps"
        ),
        states => {
            let states: Vec<String> = states.iter().map(state).collect();
            format!(
                "plan {name}: there is no run; the objects stand {}",
                states.join(", and ")
            )
        }
    }
}

/// The states of the plan that the live objects are in.
pub(crate) fn matching(plan: &Plan, online: &Online, sealer: &Sealer) -> Result<Vec<usize>, Error> {
    let objects = plan.objects();
    let secrets = plan.secrets();
    let mut live = Bundle::new();
    for object in &objects {
        match online.ask(Request::Get(object.clone())) {
            // Under the plan's name for it, which may leave the namespace out.
            Ok(Reply::Object(found)) => {
                let Some(found) = found else { continue };
                let namespace = json!(object.namespace);
                let named = found.set("/metadata/namespace", namespace);
                let named = named.map_err(Error::failed)?;
                live.insert(match secrets.get(object) {
                    Some(planned) => sealer.seal_like(&named, planned),
                    None => named,
                });
            }
            Ok(_) => {}
            Err(fault) => return Err(Error::failed(format!("{object}: {}", online.told(&fault)))),
        }
    }
    let mut walk = plan.walk();
    let mut found = Vec::new();
    loop {
        if objects
            .iter()
            .all(|object| is_so(walk.state().get(object), live.get(object)))
        {
            found.push(walk.number());
        }
        if walk.advance().map_err(Error::failed)?.is_none() {
            return Ok(found);
        }
    }
}

/// Whether a live object, sealed as the plan's, is as a state has it, defaults and what others keep
/// in it aside.
pub(crate) fn is_so(planned: Option<&Manifest>, live: Option<&Manifest>) -> bool {
    match (planned, live) {
        (None, None) => true,
        (Some(planned), Some(live)) => {
            let planned = planned.without(STATUS);
            lacking(planned.value(), live.value(), &MergeKeys).is_empty()
        }
        (None, Some(_)) | (Some(_), None) => false,
    }
}
