//! A text of parts that has to fit: what has to go for that, and how that is told.

/// A part of a text.
pub(crate) struct Part {
    text: String,
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
        Self {
            text: text.into(),
            kept: Kept::Always,
        }
    }

    pub(crate) fn longer(what: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kept: Kept::Longer(what.into()),
        }
    }

    pub(crate) fn step(number: usize, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            kept: Kept::Step(number),
        }
    }
}

/// The parts with an empty line between them, in no more characters than this; behind the first one
/// stands what was left out for that.
pub(crate) fn within(mut parts: Vec<Part>, most: usize) -> String {
    let whole = length(&parts);
    let mut left: Vec<Kept> = Vec::new();
    let mut shown = whole;
    // What is told comes between two parts.
    let needed = |shown: usize, told: String| match told.chars().count() {
        0 => shown,
        told => shown + told + 1,
    };
    while needed(shown, told(&left, whole, most)) > most {
        let Some(at) = next(&parts) else { break };
        let part = parts.remove(at);
        shown -= part.text.chars().count() + usize::from(!parts.is_empty());
        left.push(part.kept);
    }
    if !left.is_empty() {
        let at = parts.len().min(1);
        parts.insert(at, Part::always(told(&left, whole, most)));
    }
    let texts: Vec<String> = parts.into_iter().map(|part| part.text).collect();
    texts.join("\n")
}

fn length(parts: &[Part]) -> usize {
    let texts = parts.iter().map(|part| part.text.chars().count());
    texts.sum::<usize>() + parts.len().saturating_sub(1)
}

/// The part that goes next: the last of the steps, else the longest of the others.
fn next(parts: &[Part]) -> Option<usize> {
    let is_step = |part: &Part| matches!(part.kept, Kept::Step(_));
    if let Some(at) = parts.iter().rposition(is_step) {
        return Some(at);
    }
    let others = parts.iter().enumerate();
    let others = others.filter(|(_, part)| matches!(part.kept, Kept::Longer(_)));
    let longest = others.max_by_key(|(_, part)| part.text.len());
    longest.map(|(at, _)| at)
}

/// What was left out, and why; empty where nothing was.
fn told(left: &[Kept], whole: usize, most: usize) -> String {
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
        let whole = within(parts(), usize::MAX);
        assert!(
            !whole.contains("Left out") && whole.contains("two"),
            "{whole}"
        );
    }

    #[test]
    fn the_last_steps_go_first_and_what_was_left_out_is_told() {
        let check = |most: usize, left: &str| {
            let text = within(parts(), most);
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
}
