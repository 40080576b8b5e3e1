//! `cutover fleet approve` and `abort`: what people ask of a fleet's run, from another terminal.

use cutover::fleet::{Course, Name, Position, Scope, When, Wish};
use cutover::planning::{Gate, Pause};
use cutover_kube::Store;

use super::place::Place;
use crate::World;
use crate::args::{FleetAbortArgs, FleetApproveArgs};
use crate::error::Error;

/// Runs `cutover fleet approve`: leaves an approval where the runner looks for it.
pub(in crate::fleet) fn approve(
    args: &FleetApproveArgs,
    world: &mut World<'_>,
) -> Result<(), Error> {
    let place = Place::new(&args.place, false, world)?;
    let (position, wishes) = place.journal()?;
    let wave = Name::new(&args.wave).map_err(|error| Error::Usage(error.to_string()))?;
    let when = asked(&place, &position, &wave)?;
    let by = user(&place);
    let wish = Wish {
        wave: wave.clone(),
        when,
        by: by.clone(),
    };
    place.wish(&position, wishes.as_deref(), |wishes| {
        wishes.approvals.push(wish);
    })?;
    let side = match when {
        When::Before => "before",
        When::After => "after",
    };
    Ok(writeln!(
        world.output,
        "wave {wave} is approved by {by}: {side} its clusters"
    )?)
}

/// Runs `cutover fleet abort`: leaves a request where the runner looks for it.
pub(in crate::fleet) fn abort(args: &FleetAbortArgs, world: &mut World<'_>) -> Result<(), Error> {
    let place = Place::new(&args.place, false, world)?;
    let (position, wishes) = place.journal()?;
    let file = args.place.file.plan.display();
    if position.ended.is_some() {
        return Err(Error::failed(format!(
            "the run is over\nhint: `cutover fleet undo {file}` takes it back"
        )));
    }
    if position.course == Course::Back(Scope::All) {
        return Err(Error::failed(format!(
            "the run goes back already\nhint: `cutover fleet status {file}` tells where it is"
        )));
    }
    let by = user(&place);
    place.wish(&position, wishes.as_deref(), |wishes| {
        wishes.abort = Some(by);
    })?;
    Ok(writeln!(
        world.output,
        "the run is asked to go back: it is carried out by {}\nwhere nobody carries it out, `cutover fleet undo {file}` takes it back",
        position.by
    )?)
}

/// At which side of its clusters a wave waits for a person.
fn asked(place: &Place, position: &Position, wave: &Name) -> Result<When, Error> {
    let at = place.fleet.spec.waves.get(position.wave);
    let at = at.filter(|planned| planned.name == *wave && position.ended.is_none());
    let waits = at.zip(position.waits()).filter(|(planned, when)| {
        let gates = match when {
            When::Before => &planned.gates.before,
            When::After => &planned.gates.after,
        };
        gates
            .iter()
            .any(|gate| matches!(gate, Gate::Pause(Pause { duration: None })))
    });
    match waits {
        Some((_, when)) if !position.is_approved(position.wave, when) => Ok(when),
        Some(_) => Err(Error::failed(format!("wave {wave} is approved already"))),
        None => Err(Error::failed(format!(
            "wave {wave} waits for no person\nhint: `cutover fleet status` tells where the run is"
        ))),
    }
}

/// Who asks, as the journal's cluster knows this user; a file does not say.
fn user(place: &Place) -> String {
    let store: &dyn Store = &*place.store;
    let user = store
        .lease()
        .map(|(cluster, _)| place.runtime.block_on(cluster.user()));
    match user {
        Some(Ok(user)) => user,
        Some(Err(_)) | None => "somebody".to_owned(),
    }
}
