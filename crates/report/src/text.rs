//! Words and signs that all reports share.

use std::collections::BTreeSet;

use cutover_manifest::{ObjectRef, is_invisible};
use cutover_plan::Plan;
use cutover_workload::Workload;

/// Where there is nothing to count.
pub(crate) const ABSENT: &str = "–";

/// What a plan calls its objects: by name, and with the namespace where its workloads are in
/// several.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Names {
    namespaced: bool,
}

impl Names {
    pub(crate) fn of(plan: &Plan) -> Self {
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
pub(crate) fn title(plan: &Plan) -> String {
    let length = match plan.len() {
        0 => "nothing to do".to_owned(),
        steps => count(steps, "step"),
    };
    clean(&format!(
        "Plan {}: {}, {length}",
        plan.metadata.name, plan.spec.strategy
    ))
}

/// So many of something: `1 step`, `2 steps`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    if number == 1 {
        format!("1 {thing}")
    } else {
        format!("{number} {thing}s")
    }
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
    out
}

/// The text as HTML shows it, where Markdown is not read.
pub(crate) fn html(text: &str) -> String {
    let text = clean(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('@', &format!("@{NOTHING}"))
        .replace('#', &format!("#{NOTHING}"))
}

/// Behind `@` and `#` it keeps a forge from telling a person, or linking an issue: forges look for
/// both in the text that they show, where an escape or an entity is gone.
const NOTHING: &str = "<!-- -->";
