//! `cutover show`: a plan as its reviewer sees it, or as a document.

use cutover_report::{markdown_within, page, picture, show};

use crate::args::{DocumentOutput, ShowArgs, ShowOutput};
use crate::error::Error;
use crate::{World, output, plan_file};

pub(crate) fn run(args: &ShowArgs, world: &mut World<'_>) -> Result<(), Error> {
    let plan = plan_file::read(world, &args.file)?;
    let text = match args.output {
        None => show(&plan, output::screen(world)).map_err(Error::failed)?,
        Some(ShowOutput::Html) => page(&plan).map_err(Error::failed)?,
        Some(ShowOutput::Markdown) => {
            markdown_within(&plan, args.markdown.max_chars).map_err(Error::failed)?
        }
        Some(ShowOutput::Svg) => picture(&plan).map_err(Error::failed)?,
        Some(ShowOutput::Json) => output::text(
            &plan.to_value().map_err(Error::failed)?,
            DocumentOutput::Json,
        ),
        Some(ShowOutput::Yaml) => output::text(
            &plan.to_value().map_err(Error::failed)?,
            DocumentOutput::Yaml,
        ),
    };
    Ok(world.output.write_all(text.as_bytes())?)
}
