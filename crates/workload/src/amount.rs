//! `maxSurge` and `maxUnavailable` as Kubernetes reads and rounds them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The API server counts pods in 32 bits, with a sign.
pub const MOST_PODS: u32 = i32::MAX.unsigned_abs();

/// A number of pods, or a percentage of the wanted replicas: Kubernetes' `IntOrString`.
///
/// A bare string such as `"3"` is an error, as in a Deployment, not three percent.
///
/// ```
/// use cutover_workload::Amount;
///
/// let quarter: Amount = "25%".parse()?;
/// assert_eq!((quarter.up(3), quarter.down(3)), (1, 0));
/// assert!(Amount::read(&serde_json::json!("3")).is_err());
/// # Ok::<(), cutover_workload::BadAmount>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Amount {
    /// So many pods, whatever the wanted replicas.
    Count(u32),
    /// So many percent of the wanted replicas.
    Percent(u32),
}

/// A value is no amount of pods.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a number of pods nor a percentage\nhint: write 1 or 25%")]
pub struct BadAmount(String);

impl Amount {
    /// Reads the value of a manifest's field.
    ///
    /// # Errors
    ///
    /// [`BadAmount`] for what the API server refuses too: a string without `%`, a negative number.
    pub fn read(value: &Value) -> Result<Self, BadAmount> {
        let bad = || BadAmount(value.to_string());
        match value {
            Value::Number(number) => match number.as_u64().map(u32::try_from) {
                Some(Ok(count)) => Ok(Self::Count(count)),
                Some(Err(_)) | None => Err(bad()),
            },
            Value::String(text) => match text.strip_suffix('%').map(str::parse) {
                Some(Ok(percent)) if !text.starts_with('+') => Ok(Self::Percent(percent)),
                _ => Err(bad()),
            },
            _ => Err(bad()),
        }
    }

    /// How many pods of `replicas`, rounded up, as for `maxSurge`.
    pub fn up(self, replicas: u32) -> u32 {
        self.of(replicas, u64::div_ceil)
    }

    /// How many pods of `replicas`, rounded down, as for `maxUnavailable`.
    pub fn down(self, replicas: u32) -> u32 {
        self.of(replicas, |part, whole| part / whole)
    }

    fn of(self, replicas: u32, divide: impl Fn(u64, u64) -> u64) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                let pods = divide(u64::from(percent) * u64::from(replicas), 100);
                u32::try_from(pods).unwrap_or(u32::MAX)
            }
        }
    }
}

#[cfg(feature = "schema")]
crate::shape!(Amount, {
    "oneOf": [
        { "type": "integer", "minimum": 0, "maximum": u32::MAX },
        { "type": "string", "pattern": "^[0-9]{1,9}%$" },
    ],
});

impl FromStr for Amount {
    type Err = BadAmount;

    /// Reads what a person types: `1` or `25%`.
    fn from_str(text: &str) -> Result<Self, BadAmount> {
        match text.parse() {
            Ok(count) => Ok(Self::Count(count)),
            Err(_) => Self::read(&Value::from(text)),
        }
    }
}

impl TryFrom<Value> for Amount {
    type Error = BadAmount;

    fn try_from(value: Value) -> Result<Self, BadAmount> {
        Self::read(&value)
    }
}

impl From<Amount> for Value {
    fn from(amount: Amount) -> Self {
        match amount {
            Amount::Count(count) => count.into(),
            Amount::Percent(percent) => format!("{percent}%").into(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => write!(f, "{count}"),
            Self::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}
