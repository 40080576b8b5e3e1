//! The plan in a journal, as somebody reads and writes it who has the rights to ConfigMaps.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::io::{Read, Write};

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;

/// The plan that the text of `binaryData.plan` stands for.
pub(crate) fn unpacked(text: &str) -> Value {
    let bytes = STANDARD.decode(text.trim()).unwrap();
    let mut json = String::new();
    GzDecoder::new(&*bytes).read_to_string(&mut json).unwrap();
    serde_json::from_str(&json).unwrap()
}

/// The text of `binaryData.plan`.
pub(crate) fn packed(value: &Value) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(value.to_string().as_bytes()).unwrap();
    STANDARD.encode(encoder.finish().unwrap())
}
