//! A table of texts: aligned for a terminal, or as Markdown.

use crate::style::{Style, Tone};
use crate::text::{clean, escaped};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Centre,
    Left,
    Right,
}

/// Columns with their heads, and rows of as many cells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grid {
    heads: Vec<String>,
    aligns: Vec<Align>,
    rows: Vec<Vec<String>>,
}

impl Grid {
    pub(crate) fn column(&mut self, head: impl Into<String>, align: Align) {
        self.heads.push(clean(&head.into()));
        self.aligns.push(align);
    }

    pub(crate) fn columns<'h>(&mut self, heads: impl IntoIterator<Item = &'h str>, align: Align) {
        heads.into_iter().for_each(|head| self.column(head, align));
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows
            .push(cells.iter().map(|cell| clean(cell)).collect());
    }

    /// A line a row, each ended.
    pub(crate) fn text(&self, style: Style) -> String {
        let widths = self.widths();
        let mut out = style.paint(Tone::Faint, &self.line(&self.heads, &widths)) + "\n";
        for row in &self.rows {
            out += &self.line(row, &widths);
            out.push('\n');
        }
        out
    }

    /// A table as GitHub, GitLab and Gitea read it.
    pub(crate) fn markdown(&self) -> String {
        let rule = self.aligns.iter().map(|align| match align {
            Align::Centre => ":-:",
            Align::Left => "---",
            Align::Right => "--:",
        });
        let mut out = markdown_row(self.heads.iter().map(|head| escaped(head)));
        out += &markdown_row(rule.map(Into::into));
        for row in &self.rows {
            out += &markdown_row(row.iter().map(|cell| escaped(cell.trim())));
        }
        out
    }

    fn widths(&self) -> Vec<usize> {
        let cells = |column: usize| {
            self.rows
                .iter()
                .filter_map(move |row| row.get(column))
                .chain(self.heads.get(column))
        };
        (0..self.heads.len())
            .map(|column| cells(column).map(|cell| width(cell)).max().unwrap_or(0))
            .collect()
    }

    fn line(&self, cells: &[String], widths: &[usize]) -> String {
        let mut out = String::new();
        for (number, cell) in cells.iter().enumerate() {
            let align = self.aligns[number];
            let gap = number
                .checked_sub(1)
                .map_or(0, |before| gap(self.aligns[before], align));
            let space = widths[number].saturating_sub(width(cell));
            let indent = match align {
                Align::Centre => space / 2,
                Align::Left => 0,
                Align::Right => space,
            };
            out.extend(std::iter::repeat_n(' ', gap + indent));
            out += cell;
            out.extend(std::iter::repeat_n(' ', space - indent));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

/// Text stands a little apart from what is beside it.
fn gap(before: Align, after: Align) -> usize {
    let text = before == Align::Left || after == Align::Left;
    if text && before != Align::Right { 3 } else { 2 }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn markdown_row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}
