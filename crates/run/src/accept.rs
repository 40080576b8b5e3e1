//! Over which drift a person lets a run go on.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use cutover_manifest::ObjectRef;
use cutover_patch::Path;

/// Over which drift a run goes on, by a person's word; by itself it goes on over none.
///
/// What somebody else has written counts from then on as what was there before: a way back ends with
/// it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AcceptDrift {
    /// Over any field that differs from the plan.
    Every,
    /// Over these fields.
    Fields(BTreeSet<DriftedField>),
    /// Over none.
    #[default]
    None,
}

impl AcceptDrift {
    /// Whether a run goes on over this field.
    pub(crate) fn accepts(&self, object: &ObjectRef, path: &Path) -> bool {
        match self {
            Self::Every => true,
            Self::Fields(fields) => fields.contains(&DriftedField::of(object, path)),
            Self::None => false,
        }
    }
}

/// A field of an object, as a refusal names it.
///
/// ```
/// use cutover_run::DriftedField;
///
/// let field: DriftedField = "Deployment prod/hello: spec.replicas".parse()?;
/// assert_eq!(field.to_string(), "Deployment prod/hello: spec.replicas");
/// assert!("spec.replicas".parse::<DriftedField>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DriftedField(String);

impl DriftedField {
    pub(crate) fn of(object: &ObjectRef, path: &Path) -> Self {
        Self(format!("{object}{BETWEEN}{path}"))
    }
}

/// What stands between an object and its field.
const BETWEEN: &str = ": ";

impl FromStr for DriftedField {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(BETWEEN) {
            Some((object, field)) if object.contains(' ') && !field.is_empty() => {
                Ok(Self(text.to_owned()))
            }
            Some(_) | None => Err(format!(
                "`{text}` names no field of an object, as `Deployment prod/hello: spec.replicas` does"
            )),
        }
    }
}

impl fmt::Display for DriftedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
