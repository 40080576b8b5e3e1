//! What text for people is shown on: with colours or without, and how wide.

use crate::style::Style;

/// What text for people is shown on.
///
/// ```
/// use cutover_report::{Screen, Style};
///
/// let screen = Screen::from(Style::Colour).columns(120);
/// assert_eq!((screen.style, screen.width()), (Style::Colour, 120));
/// // Narrower than this nothing can be read.
/// assert_eq!(screen.columns(3).width(), Screen::NARROWEST);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Whether there is colour.
    pub style: Style,
    columns: usize,
}

impl Screen {
    /// The fewest columns that text is laid out for.
    pub const NARROWEST: usize = 40;
    /// The columns of a file, or of whatever else is no terminal.
    pub const OF_FILES: usize = 100;

    /// The same in so many columns, [`Screen::NARROWEST`] at least.
    #[must_use]
    pub const fn columns(self, columns: usize) -> Self {
        let columns = if columns < Self::NARROWEST {
            Self::NARROWEST
        } else {
            columns
        };
        Self { columns, ..self }
    }

    /// How many columns it has.
    pub const fn width(self) -> usize {
        self.columns
    }
}

impl Default for Screen {
    fn default() -> Self {
        Style::Plain.into()
    }
}

/// As wide as a file.
impl From<Style> for Screen {
    fn from(style: Style) -> Self {
        Self {
            style,
            columns: Self::OF_FILES,
        }
    }
}
