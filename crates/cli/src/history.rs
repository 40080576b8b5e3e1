//! `cutover plan rollback --list`: the revisions, as `kubectl rollout history` prints them.

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::{Refusals, deployments, select};
use cutover::rollback::{Revision, revisions};
use serde_json::{Value, json};

use crate::args::{DocumentOutput, PlanOutput, Request};
use crate::error::Error;
use crate::input::Input;
use crate::refused::refused;
use crate::wanted::is_near;
use crate::{World, message, output};

/// Prints the revisions of the Deployments that are named, or of all.
pub(crate) fn list(request: &Request, input: &Input, world: &mut World<'_>) -> Result<(), Error> {
    let bundle = &input.loaded.bundle;
    let meant = meant(request, bundle).map_err(|error| refused(&error.into(), &[input]))?;
    let histories: Vec<(ObjectRef, Vec<Revision>)> = meant
        .into_iter()
        .map(|object| {
            let revisions = revisions(bundle, &object);
            (object, revisions)
        })
        .collect();
    let format = match &request.common.output {
        None => return table(&histories, world),
        Some(PlanOutput::Json) => DocumentOutput::Json,
        Some(PlanOutput::Yaml) => DocumentOutput::Yaml,
        Some(PlanOutput::File(_)) => {
            return Err(Error::Usage(
                "--list makes no plan to write\nhint: print it with -o json or -o yaml".into(),
            ));
        }
    };
    let items: Vec<Value> = histories.iter().map(document).collect();
    let text = output::text(&json!({ "items": items }), format);
    Ok(world.output.write_all(text.as_bytes())?)
}

fn meant(request: &Request, bundle: &Bundle) -> Result<Vec<ObjectRef>, Refusals> {
    match request.common.workloads.as_slice() {
        [] if deployments(bundle).next().is_some() => {
            let namespace = request.common.namespace.as_deref();
            let all = deployments(bundle).map(|set| set.manifest().object());
            let near = all.filter(|object| is_near(object, namespace));
            Ok(near.cloned().collect())
        }
        named => select(bundle, named),
    }
}

fn document((object, revisions): &(ObjectRef, Vec<Revision>)) -> Value {
    json!({ "deployment": object.name, "namespace": object.namespace, "revisions": revisions })
}

fn table(histories: &[(ObjectRef, Vec<Revision>)], world: &mut World<'_>) -> Result<(), Error> {
    for (object, revisions) in histories {
        writeln!(world.output, "deployment.apps/{} ", object.name)?;
        if revisions.is_empty() {
            writeln!(world.output, "No rollout history found.")?;
            let hint = "give its ReplicaSets too: kubectl get deployment,replicaset -o yaml";
            message::note(world, format!("{object}: the input has none\nhint: {hint}"));
            continue;
        }
        let numbers = revisions
            .iter()
            .map(|revision| revision.revision.to_string());
        let width = numbers.map(|number| number.len()).max().unwrap_or(0);
        let width = width.max("REVISION".len());
        writeln!(world.output, "{:<width$}  CHANGE-CAUSE", "REVISION")?;
        for Revision {
            revision,
            change_cause,
        } in revisions
        {
            let cause = change_cause.as_deref().unwrap_or("<none>");
            writeln!(
                world.output,
                "{revision:<width$}  {}",
                message::one_line(cause)
            )?;
        }
        writeln!(world.output)?;
    }
    Ok(())
}
