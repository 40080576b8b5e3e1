//! HTML and SVG that is escaped as it is made: what stands in a manifest stays a text.

use crate::text::clean;

/// A piece of a page, escaped already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Html(String);

impl Html {
    /// A text, letter by letter.
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self(escaped(text.as_ref()))
    }

    /// What is of this program: a style sheet, whose signs would not survive.
    pub(crate) fn own(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// An element with its attributes and what is inside.
    pub(crate) fn tag(
        name: &'static str,
        attributes: &[(&'static str, &str)],
        inside: impl IntoIterator<Item = Self>,
    ) -> Self {
        let mut out = format!("<{name}");
        for (attribute, value) in attributes {
            out += &format!(" {attribute}=\"{}\"", escaped(value));
        }
        out.push('>');
        if EMPTY.contains(&name) {
            return Self(out);
        }
        for part in inside {
            out += &part.0;
        }
        Self(format!("{out}</{name}>"))
    }

    /// An element that holds a text.
    pub(crate) fn of(name: &'static str, text: impl AsRef<str>) -> Self {
        Self::tag(name, &[], [Self::text(text)])
    }

    /// An element of a class that holds a text.
    pub(crate) fn classed(name: &'static str, class: &str, text: impl AsRef<str>) -> Self {
        Self::tag(name, &[("class", class)], [Self::text(text)])
    }

    /// A shape of a picture, drawn with whole numbers.
    pub(crate) fn shape(
        name: &'static str,
        class: &str,
        numbers: &[(&'static str, u64)],
        inside: impl IntoIterator<Item = Self>,
    ) -> Self {
        let texts: Vec<String> = numbers
            .iter()
            .map(|(_, number)| number.to_string())
            .collect();
        let mut attributes = vec![("class", class)];
        for ((attribute, _), text) in numbers.iter().zip(&texts) {
            attributes.push((attribute, text));
        }
        Self::tag(name, &attributes, inside)
    }

    /// The same on a line of its own.
    #[must_use]
    pub(crate) fn line(mut self) -> Self {
        self.0.push('\n');
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

/// Elements that hold nothing, and are not closed.
const EMPTY: [&str; 2] = ["br", "meta"];

/// The text as a text and as an attribute has it.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_text_stays_text() {
        let odd = "\"><script>alert('1')</script>&\u{202e}";
        let made = Html::tag("p", &[("title", odd)], [Html::text(odd)]).into_string();
        let text = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\\u{202e}";
        assert_eq!(made, format!("<p title=\"{text}\">{text}</p>"));
    }
}
