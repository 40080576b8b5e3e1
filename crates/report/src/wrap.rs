//! Text in lines of a width.

use unicode_width::UnicodeWidthStr;

use crate::screen::Screen;

/// How far what goes on in the next line is indented.
pub(crate) const INDENT: usize = 2;

/// How many columns a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// A sentence in lines that fit, each ended; what is indented stays so.
pub(crate) fn sentence(text: &str, screen: Screen) -> String {
    let bare = text.trim_start_matches(' ');
    let margin = text.len() - bare.len();
    let indent = match margin {
        0 => 0,
        margin => margin + INDENT,
    };
    let lines = wrap(text, screen.width(), indent);
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// The text in lines of at most so many columns; every line but the first is indented. What has no
/// space in it stays whole, since a URL or a digest is copied as it is.
pub(crate) fn wrap(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let words = words(text);
    lines(words.iter().map(String::as_str), columns, indent, " ")
}

/// The words of a text; a short `3 → 2` is one.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.split(' ').peekable();
    while let Some(word) = rest.next() {
        let after = rest.next_if(|after| word == "→" && width(after) <= SHORT);
        match (words.last_mut(), after) {
            (Some(before), Some(after)) if width(before) <= SHORT => {
                *before += &format!(" → {after}");
            }
            (_, after) => {
                words.push(word.to_owned());
                words.extend(after.map(str::to_owned));
            }
        }
    }
    words
}

/// Numbers and tags are no longer than this, and stay beside what they become.
const SHORT: usize = 8;

/// The same in a cell of a table, where nothing may be wider: long words are parted too, behind a
/// sign where they have one.
pub(crate) fn wrap_cell(text: &str, columns: usize, indent: usize) -> Vec<String> {
    let room = columns.saturating_sub(indent).max(1);
    let mut all: Vec<String> = Vec::new();
    for line in wrap(text, columns, indent) {
        if width(&line) <= columns {
            all.push(line);
            continue;
        }
        let parts = parts(line.trim_start(), room);
        let first = if all.is_empty() {
            ""
        } else {
            &" ".repeat(indent)
        };
        let parted = lines(parts.iter().map(String::as_str), room, 0, "");
        for (number, part) in parted.iter().enumerate() {
            let margin = if number == 0 {
                first
            } else {
                &" ".repeat(indent)
            };
            all.push(format!("{margin}{part}"));
        }
    }
    all
}

/// Pieces put into lines, with something between those of one line.
fn lines<'p>(
    pieces: impl Iterator<Item = &'p str>,
    columns: usize,
    indent: usize,
    between: &str,
) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut is_empty = true;
    for piece in pieces {
        let needed = width(&line) + between.len() + width(piece);
        if !is_empty && needed > columns {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
            is_empty = true;
        }
        if !is_empty {
            line += between;
        }
        line += piece;
        is_empty = false;
    }
    lines.push(line);
    lines
}

/// A text in pieces that fit: behind signs, and where that is not enough anywhere.
fn parts(text: &str, columns: usize) -> Vec<String> {
    let mut parts = Vec::new();
    for word in text.split_inclusive([' ', '-', '.', '/', ',', '=', '[', ':']) {
        let mut part = String::new();
        for character in word.chars() {
            if width(&part) + width(character.encode_utf8(&mut [0; 4])) > columns {
                parts.push(std::mem::take(&mut part));
            }
            part.push(character);
        }
        parts.push(part);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_breaks_between_words() {
        let check = |text: &str, columns, expect: &[&str]| {
            assert_eq!(wrap(text, columns, 2), expect, "{text}");
        };
        check("", 10, &[""]);
        check("one two", 10, &["one two"]);
        check("one two three", 8, &["one two", "  three"]);
        check("scale hello 3 → 2", 14, &["scale hello", "  3 → 2"]);
        check(
            "GET http://hello/healthz now",
            8,
            &["GET", "  http://hello/healthz", "  now"],
        );
        // A sign of two columns is as wide as it is shown.
        check("一二三 四五", 9, &["一二三", "  四五"]);
    }

    #[test]
    fn a_cell_is_never_wider_than_its_column() {
        let check = |text: &str, columns, expect: &[&str]| {
            assert_eq!(wrap_cell(text, columns, 2), expect, "{text}");
        };
        check("scale hello 3 → 2", 12, &["scale hello", "  3 → 2"]);
        check(
            "a some-very-long-name",
            12,
            &["a", "  some-very-", "  long-name"],
        );
        check("abcdefghijkl", 5, &["abc", "  def", "  ghi", "  jkl"]);
    }
}
