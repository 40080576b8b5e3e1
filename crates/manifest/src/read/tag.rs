//! Tags, as in `!!str 123`: what a scalar is said to be.

use base64::Engine;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use granit_parser::Tag;

use super::scalar::Scalar;

const YAML: &str = "tag:yaml.org,2002:";

/// Reads a tagged scalar, quoted or not. A tag that is not YAML's own makes it text.
///
/// # Errors
///
/// The name of the type that the text does not fit.
pub(crate) fn resolve(text: &str, tag: &Tag) -> Result<Scalar, String> {
    let name = tag.suffix_in_namespace(YAML).unwrap_or_default();
    let plain = Scalar::plain(text);
    match (&*name, plain) {
        ("null", Scalar::Null) => Ok(Scalar::Null),
        ("bool", Scalar::Bool(value)) => Ok(Scalar::Bool(value)),
        ("int", number @ (Scalar::Integer(_) | Scalar::Unsigned(_))) => Ok(number),
        ("float", Scalar::Integer(value)) => Ok(Scalar::Float(value as f64)),
        ("float", Scalar::Unsigned(value)) => Ok(Scalar::Float(value as f64)),
        ("float", Scalar::Float(value)) => Ok(Scalar::Float(value)),
        ("timestamp", Scalar::Text(text)) if super::kustomize::time(&text).is_some() => {
            Ok(Scalar::Text(text))
        }
        ("binary", _) => binary(text)
            .map(Scalar::Text)
            .ok_or_else(|| name.into_owned()),
        ("null" | "bool" | "int" | "float" | "timestamp", _) => Err(name.into_owned()),
        _ => Ok(Scalar::Text(text.to_owned())),
    }
}

/// Whether the tag makes `<<` a merge though it is quoted.
pub(crate) fn is_merge(tag: &Tag) -> bool {
    tag.suffix_in_namespace(YAML).as_deref() == Some("merge")
}

/// The text that base64 stands for. Bytes that are none become U+FFFD, since JSON has no bytes.
fn binary(text: &str) -> Option<String> {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let compact: String = text.split(['\r', '\n']).collect();
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    let Ok(bytes) = engine.decode(compact) else {
        return None;
    };
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
