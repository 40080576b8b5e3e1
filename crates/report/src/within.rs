//! A text of parts that has to fit: what has to go for that, and how that is told.

use crate::error::Error;

/// A part of a text.
pub(crate) struct Part {
    text: String,
    /// How many characters it has, with the line end before the next one.
    length: usize,
    kept: Kept,
}

/// How long a part is kept. The first that go are the last of all [`Kept::Step`].
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The changes of a step of this number.
    Step(usize),
    /// What is left out only where that is not enough, under this name.
    Longer(String),
    /// What nobody leaves out.
    Always,
}

impl Part {
    pub(crate) fn always(text: impl Into<String>) -> Self {
        Self::new(text.into(), Kept::Always)
    }

    pub(crate) fn longer(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(text.into(), Kept::Longer(what.into()))
    }

    pub(crate) fn step(number: usize, text: impl Into<String>) -> Self {
        Self::new(text.into(), Kept::Step(number))
    }

    fn new(text: String, kept: Kept) -> Self {
        let length = text.chars().count() + 1;
        Self { text, length, kept }
    }
}

/// The parts with an empty line between them, in no more characters than this; behind the first one
/// stands what was left out for that.
///
/// # Errors
///
/// [`Error::TooShort`] where what nobody leaves out does not fit.
pub(crate) fn within(parts: &[Part], most: usize) -> Result<String, Error> {
    let mut cut = Cut {
        parts,
        is_left_out: vec![false; parts.len()],
        most,
    };
    while cut.length() > most {
        let Some(at) = cut.next() else {
            let least = cut.length();
            return Err(Error::TooShort { most, least });
        };
        cut.is_left_out[at] = true;
    }
    cut.restore();
    Ok(cut.text())
}

/// Which parts are left out.
struct Cut<'a> {
    parts: &'a [Part],
    is_left_out: Vec<bool>,
    most: usize,
}

impl Cut<'_> {
    /// The part that goes next: the last of the steps, else the longest of the others.
    fn next(&self) -> Option<usize> {
        let shown = || (0..self.parts.len()).filter(|at| !self.is_left_out[*at]);
        let last = shown().rfind(|at| matches!(self.parts[*at].kept, Kept::Step(_)));
        let longer = shown().filter(|at| matches!(self.parts[*at].kept, Kept::Longer(_)));
        last.or_else(|| longer.max_by_key(|at| self.parts[*at].text.len()))
    }

    /// Shows the first steps again for which there is room once something longer has gone.
    fn restore(&mut self) {
        for (at, part) in self.parts.iter().enumerate() {
            let is_step = matches!(part.kept, Kept::Step(_));
            if is_step && self.is_left_out[at] {
                self.is_left_out[at] = false;
                if self.length() > self.most {
                    self.is_left_out[at] = true;
                    return;
                }
            }
        }
    }

    fn length(&self) -> usize {
        let told = match self.told().chars().count() {
            0 => 0,
            told => told + 1,
        };
        joined(self.shown()) + told
    }

    fn text(&self) -> String {
        let told = self.told();
        let mut texts: Vec<&str> = self.shown().map(|part| part.text.as_str()).collect();
        if !told.is_empty() {
            texts.insert(texts.len().min(1), &told);
        }
        texts.join("\n")
    }

    fn shown(&self) -> impl Iterator<Item = &Part> {
        let parts = self.parts.iter().zip(&self.is_left_out);
        parts
            .filter(|(_, left_out)| !**left_out)
            .map(|(part, _)| part)
    }

    /// What was left out, and why; empty where nothing was.
    fn told(&self) -> String {
        let parts = self.parts.iter().zip(&self.is_left_out);
        let left = parts.filter(|(_, left_out)| **left_out);
        let left: Vec<&Kept> = left.map(|(part, _)| &part.kept).collect();
        told(&left, joined(self.parts), self.most)
    }
}

/// How many characters parts have with an empty line between them.
fn joined<'a>(parts: impl IntoIterator<Item = &'a Part>) -> usize {
    let lengths = parts.into_iter().map(|part| part.length);
    lengths.sum::<usize>().saturating_sub(1)
}

/// What was left out, and why; empty where nothing was.
fn told(left: &[&Kept], whole: usize, most: usize) -> String {
    let steps = left.iter().filter_map(|kept| match kept {
        Kept::Step(number) => Some(*number),
        Kept::Longer(_) | Kept::Always => None,
    });
    let steps: Vec<usize> = steps.collect();
    let mut names = Vec::new();
    match (steps.iter().min(), steps.iter().max()) {
        (Some(first), Some(last)) if first == last => {
            names.push(format!("the changes of step {first}"));
        }
        (Some(first), Some(last)) => {
            names.push(format!("the changes of steps {first} to {last}"));
        }
        _ => {}
    }
    names.extend(left.iter().filter_map(|kept| match kept {
        Kept::Longer(what) => Some(what.clone()),
        Kept::Step(_) | Kept::Always => None,
    }));
    if names.is_empty() {
        return String::new();
    }
    format!(
        "**Left out**, since all of it has {whole} characters and {most} may be shown: {}. The plan has all of it.\n",
        names.join("; ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> Vec<Part> {
        vec![
            Part::always("# head\n"),
            Part::longer("the notes", "notes\n".repeat(30)),
            Part::step(1, "one\n".repeat(50)),
            Part::step(2, "two\n".repeat(50)),
            Part::always("digest\n"),
        ]
    }

    #[test]
    fn what_fits_is_whole() {
        let whole = within(&parts(), usize::MAX).unwrap();
        assert!(
            !whole.contains("Left out") && whole.contains("two"),
            "{whole}"
        );
    }

    #[test]
    fn the_last_steps_go_first_and_what_was_left_out_is_told() {
        let check = |most: usize, left: &str| {
            let text = within(&parts(), most).unwrap();
            assert!(text.chars().count() <= most, "{text}");
            let said =
                format!("since all of it has 598 characters and {most} may be shown: {left}.");
            assert!(text.contains(&said), "{text}");
            assert!(
                text.starts_with("# head\n") && text.ends_with("digest\n"),
                "{text}"
            );
        };
        check(597, "the changes of step 2");
        check(450, "the changes of steps 1 to 2");
        check(200, "the changes of steps 1 to 2; the notes");
    }

    /// A failure means that a page is emptier than it must be.
    #[test]
    fn there_is_room_for_the_first_steps_once_something_longer_has_gone() {
        let parts = [
            Part::always("# head\n"),
            Part::longer("the table", "row\n".repeat(200)),
            Part::step(1, "one\n".repeat(20)),
            Part::step(2, "two\n".repeat(20)),
            Part::step(3, "three\n".repeat(20)),
        ];
        let text = within(&parts, 350).unwrap();
        assert!(text.contains("the changes of step 3; the table."), "{text}");
        assert!(text.ends_with("two\n"), "{text}");
    }

    /// A failure means that a page is longer than the forge takes, and is refused there.
    #[test]
    fn what_nobody_leaves_out_has_to_fit() {
        let error = within(&parts(), 100).unwrap_err();
        assert!(
            matches!(error, Error::TooShort { most: 100, .. }),
            "{error}"
        );
    }
}
