//! `cutover rights`: what a run needs to be allowed, as Roles.

use cutover::manifest::Manifest;
use cutover_run::roles;
use serde_json::Value;

use crate::args::RightsArgs;
use crate::error::Error;
use crate::online::Online;
use crate::{World, output, plan_file};

pub(crate) fn rights(args: &RightsArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.place.file)?;
    // The context is read for its namespace only; no request is made. Without one it is as kubectl
    // has it.
    let of_context = || {
        let online = Online::new(&args.place.settings(world)).ok();
        online.map_or_else(
            || "default".to_owned(),
            |online| online.cluster.namespace().to_owned(),
        )
    };
    let namespace = args.place.namespace.clone().unwrap_or_else(of_context);
    let roles: Vec<Value> = roles(&plan, &namespace)
        .into_iter()
        .map(Manifest::into_value)
        .collect();
    output::objects(world, &roles, args.output)
}
