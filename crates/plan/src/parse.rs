//! A plan from a document that nobody has looked at.

use serde_json::Value;

use crate::error::Error;
use crate::limits;
use crate::plan::Plan;
use crate::version::{API_VERSION, KIND};

impl Plan {
    /// Reads a plan, and checks that it is whole: its digest, that each patch fits the state before
    /// it and its inverse takes it back, that each state has the digest that the step names, and
    /// that every way back ends where it says.
    ///
    /// What it promises is not recounted here: whoever acts on a plan of somebody else takes it
    /// through `cutover-check`.
    ///
    /// # Errors
    ///
    /// [`Error::Plan`] with the place: not a plan, a field that is not known, a plan edited by
    /// hand. [`Error::Edited`] for one that is larger than a plan may be, before any of it is
    /// applied.
    pub fn parse(value: &Value) -> Result<Self, Error> {
        version(value)?;
        limits::refuse_excessive(value)?;
        let plan: Self = serde_path_to_error::deserialize(value).map_err(|error| Error::Plan {
            place: match error.path().to_string().as_str() {
                "." => "plan".to_owned(),
                path => format!("plan: {}", one_line(path)),
            },
            reason: one_line(&error.inner().to_string()),
        })?;
        plan.whole()?;
        Ok(plan)
    }
}

/// Refuses a document of another kind, or of a version that this program does not know.
fn version(value: &Value) -> Result<(), Error> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if kind != KIND {
        return Err(Error::Plan {
            place: "plan: kind".into(),
            reason: format!("`{}` is not `{KIND}`", one_line(kind)),
        });
    }
    if version != API_VERSION {
        return Err(Error::Version {
            version: one_line(version),
        });
    }
    Ok(())
}

/// What may repeat a document, on a line of its own with our hint below it: another line would be read
/// as ours.
///
/// ```
/// use cutover_plan::one_line;
///
/// let forged = "`1m\nhint: run this` is no time\nhint: write 30s";
/// assert_eq!(one_line(forged), "`1m\\nhint: run this` is no time\nhint: write 30s");
/// assert_eq!(one_line("unknown field `a\nhint: run this`"), "unknown field `a\\nhint: run this`");
/// ```
pub fn one_line(text: &str) -> String {
    let escaped = |text: &str| text.replace('\n', "\\n").replace('\r', "\\r");
    // What serde itself says has no hint.
    let is_foreign = FOREIGN.iter().any(|begin| text.starts_with(begin));
    match text.rsplit_once(HINT) {
        Some((told, hint)) if !is_foreign => format!("{}{HINT}{hint}", escaped(told)),
        Some(_) | None => escaped(text),
    }
}

const HINT: &str = "\nhint: ";
const FOREIGN: [&str; 6] = [
    "duplicate field",
    "invalid",
    "missing field",
    "trailing",
    "unknown field",
    "unknown variant",
];
