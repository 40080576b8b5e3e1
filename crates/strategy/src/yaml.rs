//! Strategy files, and others that hold strategies, as text: our own types, so what is wrong has a line
//! and a column.

use cutover_manifest::Place;
use serde::de::DeserializeOwned;
use serde_yaml::{DefaultMessageFormatter, Error as YamlError, Location, MessageFormatter};

use crate::file::StrategyFile;

/// A strategy file, or another that holds strategies, cannot be read.
///
/// Whoever wrote the file is at fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {kind}", at(file, place.as_ref()))]
pub struct BadFile {
    /// What the file is called.
    pub file: String,
    /// Where in the file it is wrong, where that is known.
    pub place: Option<Place>,
    /// What is wrong, without its place.
    pub kind: BadFileKind,
}

/// What is wrong with such a file.
///
/// It is exhaustive on purpose: whoever shows it thinks of what to do about each.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFileKind {
    /// There is no such field.
    #[error("the field `{field}` is not known\nhint: known are {}", known.join(", "))]
    UnknownField {
        /// The field as it is written.
        field: String,
        /// The fields that there are.
        known: Vec<&'static str>,
    },
    /// No strategy, and no value of a field, has this name.
    #[error("`{name}` is not known\nhint: known are {}", known.join(", "))]
    UnknownName {
        /// The name as it is written.
        name: String,
        /// The names that there are.
        known: Vec<&'static str>,
    },
    /// A field that is needed is not there.
    #[error("the field `{0}` is missing")]
    MissingField(String),
    /// A field has a value that it cannot have. The words are those of the value's own type, with
    /// what to do.
    #[error("{0}")]
    Value(String),
    /// It is no YAML, or something else.
    #[error("{0}")]
    Form(String),
}

impl StrategyFile {
    /// Reads a strategy file, which errors call by this name.
    ///
    /// # Errors
    ///
    /// No strategy, several, a field that is not known, a value that a field cannot have.
    ///
    /// ```
    /// # #[cfg(feature = "canary")] {
    /// use cutover_strategy::{BadFileKind, StrategyFile};
    ///
    /// let file = StrategyFile::from_yaml("canary.yaml", "canary: { steps: [{ setWeight: 25 }] }")?;
    /// assert!(file.after.is_empty());
    /// let error = StrategyFile::from_yaml("canary.yaml", "canary:\n  stages: []\n").unwrap_err();
    /// assert!(matches!(error.kind, BadFileKind::UnknownField { .. }));
    /// assert!(error.to_string().starts_with("canary.yaml:2:3: the field `stages` is not known"));
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_yaml(name: &str, text: &str) -> Result<Self, BadFile> {
        from_yaml(name, text)
    }
}

/// Reads a typed file that holds strategies, which errors call by this name.
///
/// # Errors
///
/// A field that is not known, one that is missing, a value that a field cannot have.
pub fn from_yaml<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, BadFile> {
    serde_yaml::from_str(text).map_err(|error| {
        let error = error.without_snippet();
        BadFile {
            file: name.to_owned(),
            place: error.location().map(|location| place(name, &location)),
            kind: kind(error),
        }
    })
}

fn at(file: &str, place: Option<&Place>) -> String {
    place.map_or_else(|| file.to_owned(), Place::to_string)
}

fn place(file: &str, location: &Location) -> Place {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Place::new(file, number(location.line()), number(location.column()))
}

fn kind(error: &YamlError) -> BadFileKind {
    match error {
        YamlError::SerdeUnknownField {
            field, expected, ..
        } => BadFileKind::UnknownField {
            field: field.clone(),
            known: expected.clone(),
        },
        YamlError::SerdeUnknownVariant {
            variant, expected, ..
        } => BadFileKind::UnknownName {
            name: variant.clone(),
            known: expected.clone(),
        },
        YamlError::SerdeMissingField { field, .. } => {
            BadFileKind::MissingField((*field).to_owned())
        }
        YamlError::Message { .. } => BadFileKind::Value(words(error)),
        YamlError::InvalidScalar { ty, .. } => BadFileKind::Form(not_a(ty)),
        YamlError::MultipleDocuments { .. } => {
            BadFileKind::Form("a second document, and a file holds one".to_owned())
        }
        YamlError::Eof { .. } => BadFileKind::Form("it is empty".to_owned()),
        YamlError::Unexpected { expected, .. } => BadFileKind::Form(no(expected)),
        other => BadFileKind::Form(words(other)),
    }
}

/// What does not stand there, by what the parser calls it.
fn no(event: &str) -> String {
    match event {
        "mapping start" => "it has no fields".to_owned(),
        "sequence start" => "it is no list".to_owned(),
        other => format!("it is no {other}"),
    }
}

/// What should stand there, by what Rust calls it.
fn not_a(kind: &str) -> String {
    match kind {
        "bool" => "it is neither true nor false".to_owned(),
        number if number.starts_with(['u', 'i']) => "it is no whole number".to_owned(),
        other => format!("it is no {other}"),
    }
}

fn words(error: &YamlError) -> String {
    let message = DefaultMessageFormatter.format_message(error);
    message.replace("\\n", "\n")
}
