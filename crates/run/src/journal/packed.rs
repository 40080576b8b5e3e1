//! A bound plan as a journal holds it: packed, so that it fits.

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use cutover_manifest::Digest;
use cutover_plan::Plan;
use flate2::{Compression, GzBuilder, read::GzDecoder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bind::Bound;
use crate::error::Error;

/// A bound plan as it is packed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    plan: Value,
    approved: Digest,
}

/// The same plan gives the same bytes: no time goes into the header.
#[expect(clippy::expect_used, reason = "what is in memory can be read")]
pub(super) fn packed(bound: &Bound) -> Result<String, Error> {
    let (plan, approved) = (bound.plan.to_value()?, bound.approved.clone());
    let json = json!(Packed { plan, approved }).to_string();
    let mut packed = Vec::new();
    GzBuilder::new()
        .read(json.as_bytes(), Compression::best())
        .read_to_end(&mut packed)
        .expect("a text in memory is read");
    Ok(STANDARD.encode(packed))
}

pub(super) fn unpacked(text: &str) -> Result<Bound, String> {
    let bytes = STANDARD.decode(text).map_err(|error| error.to_string())?;
    let mut json = String::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut json)
        .map_err(|error| error.to_string())?;
    let Packed { plan, approved } =
        serde_json::from_str(&json).map_err(|error| error.to_string())?;
    let plan = Plan::parse(&plan).map_err(|error| error.to_string())?;
    Ok(Bound { plan, approved })
}
