use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{ObjectRef, Place};

/// What may hurt but does not stop: where, what, and what to do about it.
///
/// ```
/// let warning = cutover_manifest::Warning {
///     object: None, place: None, message: "no readiness probe".into(), hint: Some("add one".into()),
/// };
/// assert_eq!(warning.to_string(), "no readiness probe\nhint: add one");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Warning {
    /// The object that it is about, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// The place in a file, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What may go wrong.
    pub message: String,
    /// What a person may do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Warning {
    /// What may go wrong with an object, and what a person may do about it, wherever it is written.
    ///
    /// ```
    /// use cutover_manifest::{ObjectRef, Warning};
    ///
    /// let hello = ObjectRef::new("v1", "Service", None, "hello");
    /// let warning = Warning::about(&hello, "nobody answers", "start a pod");
    /// assert_eq!(warning.to_string(), "Service hello: nobody answers\nhint: start a pod");
    /// ```
    pub fn about(object: &ObjectRef, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            object: Some(object.clone()),
            place: None,
            message: message.into(),
            hint: Some(hint.into()),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if let Some(object) = &self.object {
            write!(f, "{object}: ")?;
        }
        f.write_str(&self.message)?;
        self.hint
            .iter()
            .try_for_each(|hint| write!(f, "\nhint: {hint}"))
    }
}

/// A place serialises as its text, `file:line:column`.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| de::Error::custom(format!("`{text}` is no `file:line:column`")))
    }
}

/// From the right, since a file's name may have colons.
fn parse(text: &str) -> Option<Place> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    match (line.parse(), column.parse()) {
        (Ok(line), Ok(column)) => Some(Place::new(file, line, column)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_warning_comes_back_from_json_with_its_place() {
        let warning = Warning {
            object: Some(ObjectRef::new("v1", "Service", None, "hello")),
            place: Some(Place::new("C:/a.yaml", 3, 5)),
            message: "m".into(),
            hint: None,
        };
        let json = json!({
            "object": {"apiVersion": "v1", "kind": "Service", "name": "hello"},
            "place": "C:/a.yaml:3:5",
            "message": "m",
        });
        assert_eq!(serde_json::to_value(&warning).unwrap(), json);
        assert_eq!(serde_json::from_value::<Warning>(json).unwrap(), warning);
        assert_eq!(warning.to_string(), "C:/a.yaml:3:5: Service hello: m");
        assert!(serde_json::from_value::<Place>(json!("a.yaml:3")).is_err());
    }
}
