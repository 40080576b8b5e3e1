//! Texts of several lines behind `|`.

use super::cursor::Cursor;

/// What becomes of the line ends behind the text.
enum Chomping {
    Clip,
    Keep,
    Strip,
}

/// Reads the text behind the `|` that comes next, below a map or list of this column, and goes to
/// the next line with content.
pub(super) fn literal(cursor: &mut Cursor<'_>, column: usize) -> Option<String> {
    let chomping = header(cursor)?;
    let indent = indent_of_text(cursor.rest()).filter(|indent| *indent > column)?;
    let mut text = String::new();
    while let Some(line) = line(cursor, indent)? {
        text.push_str(line);
    }
    cursor.skip_to_content()?;
    let length = text.trim_end_matches('\n').len();
    match chomping {
        Chomping::Clip => text.truncate(length + 1),
        Chomping::Keep => {}
        Chomping::Strip => text.truncate(length),
    }
    Some(text)
}

/// Goes over `|` or `|-` or `|+`, and whatever else is on its line.
fn header(cursor: &mut Cursor<'_>) -> Option<Chomping> {
    cursor.skip(b'|')?;
    let chomping = match cursor.peek()? {
        b'-' => Chomping::Strip,
        b'+' => Chomping::Keep,
        _ => Chomping::Clip,
    };
    if !matches!(chomping, Chomping::Clip) {
        cursor.take(1)?;
    }
    if !cursor.is_at_end() {
        return None;
    }
    cursor.take_line().ends_with('\n').then_some(chomping)
}

/// How far the first line is indented that is not blank; `None` where a blank one before it has
/// spaces, or it begins with a tab.
fn indent_of_text(rest: &[u8]) -> Option<usize> {
    let blank = rest.iter().take_while(|byte| **byte == b'\n').count();
    let line = &rest[blank..];
    let indent = line.iter().take_while(|byte| **byte == b' ').count();
    match line.get(indent)? {
        b'\n' | b'\t' => None,
        _ => Some(indent),
    }
}

/// The next line of the text without its indentation, and with its line end; nothing where the text
/// has ended. A text whose last line has no line end is left to the scanner.
fn line<'t>(cursor: &mut Cursor<'t>, indent: usize) -> Option<Option<&'t str>> {
    let rest = cursor.rest();
    let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
    match rest.get(spaces) {
        None if spaces == 0 => return Some(None),
        None => return None,
        Some(b'\n') => {}
        Some(_) if spaces < indent => return Some(None),
        Some(_) => {}
    }
    cursor.take(spaces.min(indent))?;
    let line = cursor.take_line();
    line.ends_with('\n').then_some(Some(line))
}
