//! `cutover read`: the manifests as kubectl would read them.

use cutover::manifest::flatten;
use serde_json::Value;

use crate::args::ReadArgs;
use crate::error::Error;
use crate::walk::Folders;
use crate::{World, input, message, output, skipped, walk};

pub(crate) fn run(args: &ReadArgs, world: &mut World<'_>) -> Result<(), Error> {
    let folders = Folders::recursive(args.recursive);
    let walked = walk::files(world, &args.filenames, folders)?;
    let mut readings = input::readings(&walked.files)?;
    let mut skipped = skipped::leave_out(&walked.files, &mut readings);
    skipped.extend(walked.others);
    skipped::tell(world, &walked.files, &skipped);
    let own = skipped::leave_out_own(&walked.files, &mut readings);
    skipped::tell_own(world, &own);
    for finding in readings.iter().flat_map(|reading| &reading.findings) {
        message::warning(world, finding);
    }
    let documents = readings
        .into_iter()
        .flat_map(|reading| reading.documents)
        .flat_map(flatten);
    let objects: Vec<Value> = documents.map(|document| document.value).collect();
    output::objects(world, &objects, args.output)
}
