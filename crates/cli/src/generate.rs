//! `cutover schema`, `completions` and `man`: what is made of our own types and of the definition
//! of the command.

use cutover::fleet::{fleet_plan_schema, fleet_schema};
use cutover::{planning, strategy_schema};
use serde_json::json;

use crate::args::{CompletionsArgs, Document, ManArgs, SchemaArgs};
use crate::error::Error;
use crate::{World, command};

/// The JSON Schema of a document.
pub(crate) fn schema(args: &SchemaArgs, world: &mut World<'_>) -> Result<(), Error> {
    let schema = match args.of {
        Document::Fleet => fleet_schema(),
        Document::FleetPlan => fleet_plan_schema(),
        Document::Plan => planning::schema(),
        Document::Strategy => strategy_schema(),
    };
    Ok(writeln!(world.output, "{:#}", json!(schema))?)
}

/// The script that a shell reads.
pub(crate) fn completions(args: &CompletionsArgs, world: &mut World<'_>) -> Result<(), Error> {
    // It is made in memory first: the generator panics where it cannot write, as to a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "cutover", &mut script);
    Ok(world.output.write_all(&script)?)
}

/// The manual page of `cutover`, or of the subcommand that is named.
pub(crate) fn man(args: &ManArgs, world: &mut World<'_>) -> Result<(), Error> {
    let mut page = command();
    page.build();
    for name in &args.command {
        let known = page.find_subcommand(name).cloned();
        page = known.ok_or_else(|| {
            Error::Usage(format!(
                "`{name}` is no command\nhint: `cutover --help` lists them"
            ))
        })?;
    }
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(world.output.write_all(&text)?)
}
