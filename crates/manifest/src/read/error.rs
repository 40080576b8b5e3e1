use crate::Place;

/// Why a text is no manifest that kubectl would read.
///
/// Each one says where, and what can be done.
///
/// ```
/// use cutover_manifest::{ReadError, read};
///
/// let error = read("a.yaml", b"image: {{ .Values.image }}\n").unwrap_err();
/// assert!(matches!(error, ReadError::Template { .. }));
/// assert_eq!(error.place().to_string(), "a.yaml:1:8");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A map or list within itself.
    #[error("{place}: the anchor of this alias holds the alias itself")]
    AliasInItself {
        /// Where the alias stands.
        place: Place,
        /// The name of the anchor.
        name: String,
    },
    /// A character that YAML has no place for.
    #[error(
        "{place}: the control character {character:?}\nhint: write it as an escape within double quotes, or take it out"
    )]
    ControlCharacter {
        /// Where in the file it stands.
        place: Place,
        /// The character, which may be invisible.
        character: char,
    },
    /// A directive (`%YAML`, `%TAG`): kubectl cuts it off from its document at the `---`.
    #[error(
        "{place}: a YAML directive, which kubectl cannot read\nhint: remove the line, and the `---` after it"
    )]
    Directive {
        /// Where in the file it stands.
        place: Place,
    },
    /// An escape that kubectl takes in JSON only.
    #[error(
        "{place}: the escape `{escape}`, which kubectl cannot read in YAML\nhint: write the character itself"
    )]
    Escape {
        /// Where the text begins that it is part of.
        place: Place,
        /// The escape as it is written, e.g. `\/`.
        escape: String,
    },
    /// A key of a map that is null, a list or a map.
    #[error("{place}: {found} as a key\nhint: quote it if it is meant as text")]
    Key {
        /// Where the key stands.
        place: Place,
        /// What stands there, as it is written.
        found: &'static str,
    },
    /// U+0085, U+2028 or U+2029, which end a line for kubectl and for nobody else.
    #[error(
        "{place}: the line separator {character:?}, at which kubectl ends the line\nhint: write it as an escape within double quotes, or take it out"
    )]
    LineSeparator {
        /// Where in the file it stands.
        place: Place,
        /// The character, which may be invisible.
        character: char,
    },
    /// A `<<` key whose value is no map.
    #[error(
        "{place}: `<<` takes a map or a list of maps\nhint: quote the key if it is meant as text"
    )]
    Merge {
        /// Where the value stands.
        place: Place,
    },
    /// `.inf`, `.nan` or, in JSON, a number too large.
    #[error("{place}: `{text}` is no number that JSON has\nhint: quote it if it is meant as text")]
    NotFinite {
        /// Where in the file it stands.
        place: Place,
        /// As it is written.
        text: String,
    },
    /// A text that begins with `{` and is not JSON.
    #[error(
        "{place}: not JSON: {message}\nhint: kubectl takes a file that begins with `{{` for JSON; begin it with `---` if it is YAML"
    )]
    NotJson {
        /// Where it stops being JSON.
        place: Place,
        /// What is wrong there.
        message: String,
    },
    /// A text that is not YAML.
    #[error("{place}: not YAML: {message}")]
    NotYaml {
        /// Where it stops being YAML.
        place: Place,
        /// What is wrong there.
        message: String,
    },
    /// More than a comment on a line that begins with `---`.
    #[error("{place}: `{text}` after `---`\nhint: begin the document on a line of its own")]
    Separator {
        /// Where the text stands.
        place: Place,
        /// What stands there, as it is written.
        text: String,
    },
    /// A tab where spaces must be.
    #[error("{place}: a tab as indentation\nhint: indent with spaces")]
    Tab {
        /// Where in the file it stands.
        place: Place,
    },
    /// A tag that the text does not fit.
    #[error("{place}: this text is not `!!{tag}`")]
    Tag {
        /// Where the text stands.
        place: Place,
        /// The name of the type.
        tag: String,
        /// As it is written.
        text: String,
    },
    /// A template that nobody has rendered.
    #[error(
        "{place}: `{{{{`: a template, not YAML\nhint: render the chart first: helm template … | cutover … -f -"
    )]
    Template {
        /// Where the template opens.
        place: Place,
    },
    /// More levels than any manifest has.
    #[error("{place}: nested too deep\nhint: 255 levels are read")]
    TooDeep {
        /// Where the level begins that is too many.
        place: Place,
    },
    /// Aliases that make a small file a huge one.
    #[error("{place}: aliases make the document too large\nhint: write out what they stand for")]
    TooManyAliases {
        /// The alias at which the limit was reached.
        place: Place,
    },
    /// An alias without an anchor before it.
    #[error(
        "{place}: no anchor of this name before the alias\nhint: quote a text that begins with `*`; anchors end with their document"
    )]
    UnknownAlias {
        /// Where the alias stands.
        place: Place,
        /// The name that has no anchor.
        name: String,
    },
}

impl ReadError {
    /// Where in which file.
    pub fn place(&self) -> &Place {
        match self {
            Self::AliasInItself { place, .. }
            | Self::ControlCharacter { place, .. }
            | Self::Directive { place }
            | Self::Escape { place, .. }
            | Self::Key { place, .. }
            | Self::LineSeparator { place, .. }
            | Self::Merge { place }
            | Self::NotFinite { place, .. }
            | Self::NotJson { place, .. }
            | Self::NotYaml { place, .. }
            | Self::Separator { place, .. }
            | Self::Tab { place }
            | Self::Tag { place, .. }
            | Self::Template { place }
            | Self::TooDeep { place }
            | Self::TooManyAliases { place }
            | Self::UnknownAlias { place, .. } => place,
        }
    }
}
