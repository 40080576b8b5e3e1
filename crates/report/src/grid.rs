//! A table of texts: aligned for a terminal, or as Markdown.

#[cfg(feature = "fleet")]
use crate::html::Html;
use crate::screen::Screen;
use crate::style::{Style, Tone};
use crate::text::{clean, escaped};
use crate::wrap::{INDENT, width, wrap_cell};

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
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Column {
    /// What stands above its head, and above those of its neighbours that have the same.
    group: String,
    head: String,
    align: Align,
}

#[derive(Clone, Debug)]
enum Row {
    Cells(Vec<Cell>),
    /// A text over all columns.
    Heading(String),
}

/// What stands in one place: texts below each other, each in its tone. What does not fit in the
/// column goes on below, a little indented.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell(Vec<(String, Option<Tone>)>);

/// Left columns get no narrower than this.
const NARROWEST: usize = 12;

impl Cell {
    pub(crate) fn toned(text: &str, tone: Tone) -> Self {
        Self(vec![(clean(text), Some(tone))])
    }

    /// The same with another text below.
    pub(crate) fn above(mut self, text: &str) -> Self {
        self.0.push((clean(text), None));
        self
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self(vec![(clean(&text), None)])
    }
}

impl Grid {
    pub(crate) fn column(&mut self, head: impl Into<String>, align: Align) {
        self.grouped("", head, align);
    }

    pub(crate) fn columns<'h>(&mut self, heads: impl IntoIterator<Item = &'h str>, align: Align) {
        heads.into_iter().for_each(|head| self.column(head, align));
    }

    /// A column under a head that it shares with its neighbours.
    pub(crate) fn grouped(&mut self, group: &str, head: impl Into<String>, align: Align) {
        self.columns.push(Column {
            group: clean(group),
            head: clean(&head.into()),
            align,
        });
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.cells(cells.into_iter().map(Cell::from).collect());
    }

    pub(crate) fn cells(&mut self, cells: Vec<Cell>) {
        self.rows.push(Row::Cells(cells));
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.rows.push(Row::Heading(clean(text)));
    }

    /// Whether all fits, or would with columns of text that are this wide.
    pub(crate) fn fits(&self, columns: usize, text: usize) -> bool {
        let natural = self.natural();
        let least = natural.iter().zip(&self.columns);
        let least = least.map(|(width, column)| match column.align {
            Align::Left => *width.min(&text),
            Align::Centre | Align::Right => *width,
        });
        least.sum::<usize>() + self.gaps() <= columns
    }

    /// The lines, each ended. Where there is not room for all, the columns of text are wrapped.
    pub(crate) fn text(&self, screen: impl Into<Screen>) -> String {
        let screen = screen.into();
        let widths = self.widths(screen.width());
        let mut out = String::new();
        for head in self.heads(&widths) {
            out += &format!("{}\n", screen.style.paint(Tone::Faint, &head));
        }
        for row in &self.rows {
            match row {
                Row::Heading(text) => {
                    out += &format!("{}\n", screen.style.paint(Tone::Place, &format!(" {text}")));
                }
                Row::Cells(cells) => out += &self.lines(cells, &widths, screen.style),
            }
        }
        out
    }

    /// A table as GitHub, GitLab and Gitea read it.
    pub(crate) fn markdown(&self) -> String {
        let rule = self.columns.iter().map(|column| match column.align {
            Align::Centre => ":-:",
            Align::Left => "---",
            Align::Right => "--:",
        });
        let mut out = markdown_row(self.columns.iter().map(|column| escaped(&column.head)));
        out += &markdown_row(rule.map(Into::into));
        for row in &self.rows {
            out += &match row {
                Row::Cells(cells) => markdown_row(cells.iter().map(Cell::markdown)),
                Row::Heading(text) => markdown_row([escaped(text)].into_iter()),
            };
        }
        out
    }

    /// A table of a page.
    #[cfg(feature = "fleet")]
    pub(crate) fn html(&self) -> Html {
        let class = |column: &Column| match column.align {
            Align::Left => "",
            Align::Centre | Align::Right => "number",
        };
        let heads = self.columns.iter().map(|column| {
            let attributes = [("scope", "col"), ("class", class(column))];
            Html::tag("th", &attributes, [Html::text(&column.head)])
        });
        let mut rows = vec![Html::tag("tr", &[], heads).line()];
        for row in &self.rows {
            let cells: Vec<Html> = match row {
                Row::Heading(text) => vec![Html::of("th", text)],
                Row::Cells(cells) => cells
                    .iter()
                    .zip(&self.columns)
                    .map(|(cell, column)| Html::classed("td", class(column), cell.joined(" ")))
                    .collect(),
            };
            rows.push(Html::tag("tr", &[], cells).line());
        }
        Html::tag("table", &[], rows).line()
    }

    /// How wide each column is: as its widest cell, and columns of text narrower where there is not
    /// room for that.
    fn widths(&self, columns: usize) -> Vec<usize> {
        let mut widths = self.natural();
        let all: usize = widths.iter().sum::<usize>() + self.gaps();
        if all <= columns {
            return widths;
        }
        let is_text = |at: &usize| self.columns[*at].align == Align::Left;
        let mut texts: Vec<usize> = (0..widths.len()).filter(is_text).collect();
        texts.sort_by_key(|at| widths[*at]);
        let of_text: usize = texts.iter().map(|at| widths[*at]).sum();
        let mut room = columns.saturating_sub(all - of_text);
        // The narrow ones get what they need, and the others share what is left.
        while let [first, rest @ ..] = texts.as_slice() {
            let share = (room / (rest.len() + 1)).max(NARROWEST);
            widths[*first] = widths[*first].min(share);
            room = room.saturating_sub(widths[*first]);
            texts = rest.to_vec();
        }
        widths
    }

    /// As wide as the widest cell.
    fn natural(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| width(&column.head))
            .collect();
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            for (known, cell) in widths.iter_mut().zip(cells) {
                *known = (*known).max(cell.width());
            }
        }
        for (span, label) in self.groups() {
            let inner: usize = span.clone().skip(1).map(|at| self.gap(at)).sum();
            let has: usize = widths[span.clone()].iter().sum::<usize>() + inner;
            widths[span.start] += width(label).saturating_sub(has);
        }
        widths
    }

    /// The groups of columns, with what they are called.
    fn groups(&self) -> Vec<(std::ops::Range<usize>, &str)> {
        let mut groups: Vec<(std::ops::Range<usize>, &str)> = Vec::new();
        for (at, column) in self.columns.iter().enumerate() {
            match groups.last_mut() {
                Some((span, group)) if span.end == at && *group == column.group => span.end += 1,
                _ if !column.group.is_empty() => groups.push((at..at + 1, &column.group)),
                _ => {}
            }
        }
        groups
    }

    fn gaps(&self) -> usize {
        (0..self.columns.len()).map(|at| self.gap(at)).sum()
    }

    /// The space before a column: text stands a little apart from what is beside it.
    fn gap(&self, at: usize) -> usize {
        let Some(before) = at.checked_sub(1) else {
            return 0;
        };
        let [before, after] = [before, at].map(|at| self.columns[at].align);
        let text = before == Align::Left || after == Align::Left;
        if text && before != Align::Right { 3 } else { 2 }
    }

    /// The lines of the heads: one, or two where columns share one.
    fn heads(&self, widths: &[usize]) -> Vec<String> {
        let groups = self.groups();
        let mut above = String::new();
        for (span, label) in &groups {
            let start: usize = (0..span.start).map(|at| self.gap(at) + widths[at]).sum();
            let inner: usize = span.clone().map(|at| self.gap(at) + widths[at]).sum();
            let room = inner - self.gap(span.start);
            let space = room.saturating_sub(width(label));
            let indent = match span.len() {
                1 => space,
                _ => space / 2,
            };
            let at = start + self.gap(span.start) + indent;
            above.extend(std::iter::repeat_n(' ', at - width(&above)));
            above += label;
        }
        let heads = self.columns.iter().map(|column| column.head.as_str());
        let line = self.line(heads.map(|head| (head, None)), widths, Style::Plain);
        let above = (!groups.is_empty()).then_some(above);
        above.into_iter().chain([line]).collect()
    }

    /// A row's lines, each ended.
    fn lines(&self, cells: &[Cell], widths: &[usize], style: Style) -> String {
        let mut columns = Vec::with_capacity(cells.len());
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(widths) {
            columns.push(cell.lines(*width, column.align));
        }
        let height = columns.iter().map(Vec::len).max().unwrap_or(0);
        let mut out = String::new();
        for at in 0..height {
            let cells = columns.iter().map(|lines| match lines.get(at) {
                Some((text, tone)) => (text.as_str(), *tone),
                None => ("", None),
            });
            out += &self.line(cells, widths, style);
            out.push('\n');
        }
        out
    }

    fn line<'c>(
        &self,
        cells: impl Iterator<Item = (&'c str, Option<Tone>)>,
        widths: &[usize],
        style: Style,
    ) -> String {
        let mut out = String::new();
        for (at, (text, tone)) in cells.enumerate() {
            let space = widths[at].saturating_sub(width(text));
            let indent = match self.columns[at].align {
                Align::Centre => space / 2,
                Align::Left => 0,
                Align::Right => space,
            };
            out.extend(std::iter::repeat_n(' ', self.gap(at) + indent));
            match tone.filter(|_| !text.is_empty()) {
                Some(tone) => out += &style.paint(tone, text),
                None => out += text,
            }
            out.extend(std::iter::repeat_n(' ', space - indent));
        }
        out.truncate(out.trim_end().len());
        out
    }
}

impl Cell {
    fn width(&self) -> usize {
        self.0
            .iter()
            .map(|(text, _)| width(text))
            .max()
            .unwrap_or(0)
    }

    /// Its lines in a column; only text is ever wrapped.
    fn lines(&self, columns: usize, align: Align) -> Vec<(String, Option<Tone>)> {
        let mut lines = Vec::new();
        for (text, tone) in &self.0 {
            match align {
                Align::Left => lines.extend(
                    wrap_cell(text, columns, INDENT)
                        .into_iter()
                        .map(|line| (line, *tone)),
                ),
                Align::Centre | Align::Right => lines.push((text.clone(), *tone)),
            }
        }
        lines
    }

    /// Its texts, one behind the other.
    #[cfg(feature = "fleet")]
    fn joined(&self, between: &str) -> String {
        let texts = self.0.iter().map(|(text, _)| text.trim());
        texts.collect::<Vec<_>>().join(between)
    }

    fn markdown(&self) -> String {
        let texts = self.0.iter().map(|(text, _)| escaped(text.trim()));
        texts.collect::<Vec<_>>().join("<br>")
    }
}

fn markdown_row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}
