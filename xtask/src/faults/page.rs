//! The page that says which law each fault breaks.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;

use super::fault::Fault;
use crate::{Result, root};

/// The page, from the root of the workspace.
pub(super) const PATH: &str = "docs/faults.md";

/// What stands before the table, and behind it.
const OPEN: &str = "<!-- cargo xtask faults -->\n";
const CLOSE: &str = "<!-- end -->\n";

const HEAD: &str = "| fault | law | seed |\n| --- | --- | --: |\n";

/// The page: its table, and what stands around it.
pub(super) struct Page {
    before: String,
    rows: BTreeMap<String, Noticed>,
    after: String,
}

/// Which law breaks first, and on which seed.
pub(super) struct Noticed {
    pub(super) law: String,
    pub(super) seed: u64,
}

impl fmt::Display for Noticed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, seed {}", self.law, self.seed)
    }
}

impl Page {
    pub(super) fn read() -> Result<Self> {
        Self::parse(&fs::read_to_string(root().join(PATH))?)
    }

    fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once(OPEN).and_then(|(before, rest)| {
            let (table, after) = rest.split_once(CLOSE)?;
            Some((before, table, after))
        });
        let (before, table, after) =
            parts.ok_or_else(|| format!("{PATH} has no table between {OPEN}and {CLOSE}"))?;
        Ok(Self {
            before: before.to_owned(),
            rows: table.lines().filter_map(row).collect(),
            after: after.to_owned(),
        })
    }

    /// Whether it has a row of a fault.
    pub(super) fn has(&self, fault: &Fault) -> bool {
        self.rows.contains_key(&fault.title)
    }

    /// Keeps the rows of these faults alone.
    pub(super) fn keep(&mut self, faults: &[Fault]) {
        self.rows
            .retain(|title, _| faults.iter().any(|fault| fault.title == *title));
    }

    /// Puts a row in the place of the one that it has of a fault.
    pub(super) fn insert(&mut self, fault: &Fault, noticed: Noticed) {
        self.rows.insert(fault.title.clone(), noticed);
    }

    /// The table, as Markdown.
    pub(super) fn table(&self) -> String {
        let rows = self.rows.iter();
        let rows =
            rows.map(|(title, Noticed { law, seed })| format!("| {title} | {law} | {seed} |\n"));
        HEAD.to_owned() + &rows.collect::<String>()
    }

    pub(super) fn write(&self) -> Result<()> {
        Ok(fs::write(root().join(PATH), self.text())?)
    }

    fn text(&self) -> String {
        let Self { before, after, .. } = self;
        format!("{before}{OPEN}{}{CLOSE}{after}", self.table())
    }
}

/// What a line of the table says; none of its head.
fn row(line: &str) -> Option<(String, Noticed)> {
    let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
    let mut cells = line.split(" | ");
    let (title, law, seed) = (cells.next()?, cells.next()?, cells.next()?);
    let Ok(seed) = seed.parse() else {
        return None;
    };
    let noticed = Noticed {
        law: law.to_owned(),
        seed,
    };
    Some((title.to_owned(), noticed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_back_from_its_text() {
        let rows = "| a | one law | 7 |\n| b | another | 19 |\n";
        let text = format!("# Faults\n\n{OPEN}{HEAD}{rows}{CLOSE}\nThe end.\n");
        let page = Page::parse(&text).unwrap();
        assert_eq!((page.rows.len(), page.text()), (2, text));
    }
}
