//! `cutover fleet waves`: which clusters change when.

use cutover_report::show_waves;
use serde_json::json;

use crate::args::{DocumentOutput, FleetWavesArgs};
use crate::error::Error;
use crate::fleet::file::FleetFile;
use crate::{World, output};

pub(crate) fn run(args: &FleetWavesArgs, world: &mut World<'_>) -> Result<(), Error> {
    let waves = FleetFile::read(world, &args.fleet)?.waves;
    let text = match args.output {
        None => show_waves(&waves, output::screen(world)),
        Some(DocumentOutput::Json) => serde_json::to_string(&waves).map_err(Error::failed)? + "\n",
        Some(DocumentOutput::Yaml) => output::text(&json!(waves), DocumentOutput::Yaml),
    };
    Ok(world.output.write_all(text.as_bytes())?)
}
