//! Where a plan goes, by its name.

use std::path::PathBuf;
use std::str::FromStr;

/// Where a plan goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PlanOutput {
    /// To a file.
    File(PathBuf),
    /// To the standard output, as JSON.
    Json,
    /// To the standard output, as YAML.
    Yaml,
}

/// A text is no place for a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither a format nor a file for a plan\nhint: write json or yaml, or a name that ends in .yaml, .yml or .json"
)]
pub(crate) struct BadOutput(String);

impl FromStr for PlanOutput {
    type Err = BadOutput;

    fn from_str(text: &str) -> Result<Self, BadOutput> {
        let file = [".yaml", ".yml", ".json"]
            .iter()
            .any(|end| text.ends_with(end));
        match text {
            "json" => Ok(Self::Json),
            "yaml" => Ok(Self::Yaml),
            name if file => Ok(Self::File(name.into())),
            other => Err(BadOutput(other.into())),
        }
    }
}
