//! How much of a fleet has to be there at any moment.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How much of the clusters' weights has to be there at any moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Budget {
    /// The label of clusters by whose values it is counted, each apart (default: all clusters
    /// together).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_label: Option<String>,
    /// The least that has to be there, of the weights of all.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub min_available: MinAvailable,
}

/// A part of a whole, of 0 to 100 percent, written as `80%`.
///
/// ```
/// use cutover_fleet::MinAvailable;
///
/// let most: MinAvailable = serde_json::from_str("\"80%\"")?;
/// assert_eq!((most.percent(), most.to_string()), (80, "80%".to_owned()));
/// assert!(serde_json::from_str::<MinAvailable>("\"101%\"").is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "String")]
pub struct MinAvailable(u8);

/// A value is no part of a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a percentage of 0% to 100%\nhint: write 80%")]
pub struct BadMinAvailable(String);

impl MinAvailable {
    /// The part in percent, 0 to 100.
    pub fn percent(self) -> u8 {
        self.0
    }
}

impl TryFrom<Value> for MinAvailable {
    type Error = BadMinAvailable;

    fn try_from(value: Value) -> Result<Self, BadMinAvailable> {
        let bad = || BadMinAvailable(value.to_string());
        let digits = value.as_str().and_then(|text| text.strip_suffix('%'));
        let is_number = |digits: &&str| digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.filter(is_number).map(str::parse) {
            Some(Ok(percent)) if percent <= 100 => Ok(Self(percent)),
            _ => Err(bad()),
        }
    }
}

impl From<MinAvailable> for String {
    fn from(part: MinAvailable) -> Self {
        part.to_string()
    }
}

impl fmt::Display for MinAvailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}
