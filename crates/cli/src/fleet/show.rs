//! `cutover fleet show`: a fleet plan as its reviewer sees it, or as a document.

use cutover_report::{fleet_markdown_within, fleet_page, show_fleet};

use crate::args::{DocumentOutput, FleetShowArgs, ShowOutput};
use crate::error::Error;
use crate::fleet::plan_file;
use crate::{World, output};

pub(crate) fn run(args: &FleetShowArgs, world: &mut World<'_>) -> Result<(), Error> {
    let fleet = plan_file::read(world, &args.file)?;
    let document = |format| {
        Ok(output::text(
            &fleet.to_value().map_err(Error::failed)?,
            format,
        ))
    };
    let text = match args.output {
        None => show_fleet(&fleet, output::screen(world)).map_err(Error::failed),
        Some(ShowOutput::Html) => fleet_page(&fleet).map_err(Error::failed),
        Some(ShowOutput::Markdown) => {
            fleet_markdown_within(&fleet, args.markdown.max_chars).map_err(Error::failed)
        }
        Some(ShowOutput::Svg) => Err(Error::Usage(
            "a fleet plan has no picture of its own\nhint: `-o html` has the plots of each plan"
                .into(),
        )),
        Some(ShowOutput::Json) => document(DocumentOutput::Json),
        Some(ShowOutput::Yaml) => document(DocumentOutput::Yaml),
    };
    Ok(world.output.write_all(text?.as_bytes())?)
}
