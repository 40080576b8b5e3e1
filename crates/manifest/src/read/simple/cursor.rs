//! Where a document is being read, in lines and columns as well as in bytes.

/// A place in the text of a document.
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// Where the next byte is, from the start of the text.
    at: usize,
    /// Where the line begins.
    line_start: usize,
    /// The number of the line, from 0.
    line: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line_start: 0,
            line: 0,
        }
    }

    /// The number of the line, from 0.
    pub(super) fn line(&self) -> usize {
        self.line
    }

    /// How many bytes of the line are before it. Before whatever has a place, these are ASCII.
    pub(super) fn column(&self) -> usize {
        self.at - self.line_start
    }

    /// The byte that comes next.
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// All that is left.
    pub(super) fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.at..]
    }

    /// Goes on by so many bytes of one line, and gives them; `None` where that would cut a
    /// character.
    pub(super) fn take(&mut self, bytes: usize) -> Option<&'t str> {
        let taken = self.text.get(self.at..self.at + bytes)?;
        self.at += bytes;
        Some(taken)
    }

    /// Goes over a byte, if it is this one.
    pub(super) fn skip(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// Goes over spaces, and over no tabs.
    pub(super) fn skip_spaces(&mut self) {
        while self.peek() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Whether nothing but spaces and a comment is left of the line.
    pub(super) fn is_at_end(&self) -> bool {
        let rest = self.rest();
        let spaces = rest.iter().take_while(|byte| **byte == b' ').count();
        match rest.get(spaces) {
            None | Some(b'\n') => true,
            Some(byte) => *byte == b'#' && spaces > 0,
        }
    }

    /// Goes to the first character of the next line that is neither blank nor a comment, or to the
    /// end. `None` where something is left of this line.
    pub(super) fn end_line(&mut self) -> Option<()> {
        if !self.is_at_end() {
            return None;
        }
        self.take_line();
        self.skip_to_content()
    }

    /// As [`end_line`](Self::end_line), from the beginning of a line.
    pub(super) fn skip_to_content(&mut self) -> Option<()> {
        loop {
            self.skip_spaces();
            match self.peek() {
                None => return Some(()),
                Some(b'\n' | b'#') => drop(self.take_line()),
                Some(b'\t') => return None,
                Some(_) => return Some(()),
            }
        }
    }

    /// Goes to the beginning of the next line, or to the end where there is none, and gives what is
    /// left of this one, with its line end.
    pub(super) fn take_line(&mut self) -> &'t str {
        let rest = &self.text[self.at..];
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.at += length;
        self.line += usize::from(rest[..length].ends_with('\n'));
        self.line_start = self.at;
        &rest[..length]
    }

    /// The column of the first character of a line, where the cursor stands there after
    /// [`end_line`](Self::end_line); `None` at the end.
    pub(super) fn indent(&self) -> Option<usize> {
        self.peek().map(|_| self.column())
    }
}
