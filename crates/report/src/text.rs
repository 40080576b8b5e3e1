//! Words and signs that all reports share.

use std::collections::BTreeSet;

use cutover_check::Checked;
use cutover_manifest::{ObjectRef, is_invisible};
use cutover_plan::Note;
use cutover_workload::Workload;

/// So many things of one kind are told one by one; more are counted.
pub(crate) const MOST_TOLD: usize = 3;

/// Where there is nothing to count.
pub(crate) const ABSENT: &str = "–";

/// What a plan calls its objects: by name, and with the namespace where its workloads are in
/// several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    namespaced: bool,
}

impl Names {
    pub(crate) fn of(plan: &Checked) -> Self {
        let namespaces: BTreeSet<_> = plan
            .spec
            .workloads
            .iter()
            .map(Workload::namespace)
            .collect();
        Self {
            namespaced: namespaces.len() > 1,
        }
    }

    /// By name alone, also where a plan's workloads are in several namespaces.
    #[cfg(feature = "fleet")]
    pub(crate) fn plain() -> Self {
        Self { namespaced: false }
    }

    pub(crate) fn object(self, object: &ObjectRef) -> String {
        self.name(object.namespace.as_deref(), &object.name)
    }

    pub(crate) fn workload(self, workload: &Workload) -> String {
        let own = workload.objects().next();
        own.map_or_else(|| workload.name.clone(), |own| self.object(own))
    }

    fn name(self, namespace: Option<&str>, name: &str) -> String {
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{namespace}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// The plan in one line: its name, its strategy and its length.
pub(crate) fn title(plan: &Checked) -> String {
    let length = match plan.len() {
        0 => "nothing to do".to_owned(),
        steps => count(steps, "step"),
    };
    clean(&format!(
        "Plan {}: {}, {length}",
        plan.metadata.name, plan.spec.strategy
    ))
}

/// A note with what it is about.
pub(crate) fn noted(note: &Note) -> String {
    let object = note.object.as_ref().map(|object| format!("{object}: "));
    let pointer = match note.pointer.as_str() {
        "" => String::new(),
        pointer => format!("{pointer}: "),
    };
    format!("{}{pointer}{}", object.unwrap_or_default(), note.message)
}

/// So many of something: `1 step`, `2 steps`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
}

/// Several of a kind: `Deployments`, `Ingresses`, `NetworkPolicies`.
pub(crate) fn kinds(kind: &str) -> String {
    let consonant = |stem: &str| !stem.ends_with(['a', 'e', 'o', 'u']);
    match kind.strip_suffix('y').filter(|stem| consonant(stem)) {
        Some(stem) => format!("{stem}ies"),
        None if kind.ends_with("Endpoints") => kind.to_owned(),
        None if kind.ends_with(['s', 'x']) => format!("{kind}es"),
        None => format!("{kind}s"),
    }
}

/// All of a few, or the first of them and how many others there are.
pub(crate) fn listed(texts: &[String]) -> String {
    if texts.len() <= MOST_TOLD {
        return texts.join(", ");
    }
    let (told, rest) = texts.split_at(MOST_TOLD - 1);
    format!("{}, and {} more", told.join(", "), rest.len())
}

/// As `step 3` or `steps 3, 4`.
pub(crate) fn numbered(steps: &[usize]) -> String {
    let word = match steps.len() {
        1 => "step",
        _ => "steps",
    };
    format!("{word} {}", numbers(steps))
}

/// As `3` or `3, 4`; what follows in even steps is told by its ends: `3–7`, or `3, 5, … 11`.
pub(crate) fn numbers(steps: &[usize]) -> String {
    let mut told = Vec::new();
    let mut rest = steps;
    while let [first, others @ ..] = rest {
        let (run, after) = rest.split_at(even(rest));
        let (text, left) = match run {
            [_, next, .., last] if *next == first + 1 => (format!("{first}–{last}"), after),
            [_, next, _, .., last] => (format!("{first}, {next}, … {last}"), after),
            _ => (first.to_string(), others),
        };
        told.push(text);
        rest = left;
    }
    told.join(", ")
}

/// How many of the first numbers are each as far from the one before as the second from the first.
fn even(numbers: &[usize]) -> usize {
    let far = |pair: &[usize]| pair[1].checked_sub(pair[0]);
    let mut pairs = numbers.windows(2).map(far);
    let first = pairs.next();
    let alike = pairs.take_while(|far| Some(*far) == first).count();
    match first {
        Some(Some(_)) => alike + 2,
        Some(None) | None => 1,
    }
}

/// Things that are told alike, by what is told of them, in the order of the first ones.
pub(crate) fn alike<T, K: PartialEq>(things: impl IntoIterator<Item = (T, K)>) -> Vec<(Vec<T>, K)> {
    let mut groups: Vec<(Vec<T>, K)> = Vec::new();
    for (thing, told) in things {
        match groups.iter_mut().find(|(_, known)| *known == told) {
            Some((things, _)) => things.push(thing),
            None => groups.push((vec![thing], told)),
        }
    }
    groups
}

/// The text on one line, with nothing in it that a terminal would obey: what nobody sees, such as
/// control characters and those that turn the direction of writing around, is written out.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if is_invisible(character) {
            out.extend(character.escape_default())
        } else {
            out.push(character)
        }
    }
    out
}

/// The text as Markdown shows it, letter by letter.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in clean(text).chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '\\' | '`' | '*' | '|' | '[' => out.extend(['\\', character]),
            '@' | '#' => out.extend([&*character.to_string(), NOTHING]),
            other => out.push(other),
        }
    }
    unlinked(&out)
}

/// The text as HTML shows it, where Markdown is not read.
pub(crate) fn html(text: &str) -> String {
    let text = clean(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let text = text.replace('@', &format!("@{NOTHING}"));
    unlinked(&text.replace('#', &format!("#{NOTHING}")))
}

/// Nothing in the text is a link, or names an issue as `GH-12`: a forge tells there that it was named.
fn unlinked(text: &str) -> String {
    text.replace("://", &format!(":{NOTHING}//"))
        .replace("GH-", &format!("GH-{NOTHING}"))
}

/// Behind `@` and `#` it keeps a forge from telling a person, or linking an issue: forges look for
/// both in the text that they show, where an escape or an entity is gone.
const NOTHING: &str = "<!-- -->";

/// The fields that differ: one or two of them, or how many there are. What sends or stops requests
/// comes first, and what is only told of an object last.
pub(crate) fn fields(paths: &[&String]) -> String {
    let mut paths = paths.to_vec();
    paths.sort_by_key(|path| weight(path));
    match paths[..] {
        [] => "nothing".into(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [first, ref rest @ ..] => format!("{first} and {} more fields", rest.len()),
    }
}

/// How early a field is told.
fn weight(path: &str) -> u8 {
    let is = |fields: &[&str]| fields.iter().any(|field| path.starts_with(field));
    if is(&["spec.ports", "spec.selector", "spec.type", "spec.replicas"]) {
        0
    } else if is(&["metadata.", "spec.template.metadata."]) {
        2
    } else {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_in_even_steps_is_told_by_its_ends() {
        let check = |steps: &[usize], expect: &str| assert_eq!(numbers(steps), expect);
        check(&[], "");
        check(&[3], "3");
        check(&[3, 4], "3, 4");
        check(&[3, 4, 5], "3–5");
        check(&[1, 3, 5], "1, 3, 5");
        check(&[1, 3, 5, 7, 9], "1, 3, … 9");
        check(&[1, 4, 5, 6, 9, 9, 2], "1, 4–6, 9, 9, 2");
        check(&[2, 4, 5, 6, 7], "2, 4–7");
    }
}
