//! `cutover rights`: what a run needs to be allowed, as Roles.

use cutover::manifest::Manifest;
use cutover_run::roles;
use serde_json::Value;

use crate::args::RightsArgs;
use crate::error::Error;
use crate::online::runtime;
use crate::{World, output, plan_file};

pub(crate) fn rights(args: &RightsArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.place.file)?;
    // No request is made.
    let namespace = runtime()?.block_on(args.place.settings(world).resolve_namespace())?;
    let roles: Vec<Value> = roles(&plan, &namespace)
        .map_err(Error::failed)?
        .into_iter()
        .map(Manifest::into_value)
        .collect();
    output::objects(world, &roles, args.output)
}
