//! Colour, or none: all is said in words and signs, and colour only repeats it.

use anstyle::AnsiColor;

/// How text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Without any escape sequence.
    #[default]
    Plain,
    /// With ANSI colours, for a terminal.
    Colour,
}

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Added,
    Changed,
    Faint,
    Hint,
    Place,
    Removed,
    Title,
    Warning,
}

impl Style {
    /// The text in the colour of its tone.
    pub(crate) fn paint(self, tone: Tone, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => {
                let style = tone.style();
                format!("{style}{text}{style:#}")
            }
        }
    }
}

impl Tone {
    const fn style(self) -> anstyle::Style {
        match self {
            Self::Added => AnsiColor::Green.on_default(),
            Self::Changed => AnsiColor::Yellow.on_default(),
            Self::Faint => anstyle::Style::new().dimmed(),
            Self::Hint | Self::Place => AnsiColor::Cyan.on_default(),
            Self::Removed => AnsiColor::Red.on_default(),
            Self::Title => anstyle::Style::new().bold(),
            Self::Warning => AnsiColor::Yellow.on_default().bold(),
        }
    }
}
