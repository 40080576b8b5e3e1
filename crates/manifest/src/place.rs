use std::fmt;
use std::sync::Arc;

/// A point of a file: what editors and terminals know as `file:line:column`.
///
/// ```
/// use cutover_manifest::Place;
///
/// let place = Place::new("apps/web.yaml", 3, 5);
/// assert_eq!(place.to_string(), "apps/web.yaml:3:5");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file, by the name that the reader was given.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// A point of `file`.
    ///
    /// ```
    /// # use cutover_manifest::Place;
    /// assert!(Place::new("a.yaml", 9, 1) < Place::new("a.yaml", 10, 1));
    /// ```
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32) -> Self {
        Self {
            file: file.into(),
            line,
            column,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
