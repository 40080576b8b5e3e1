//! Bytes as hexadecimal digits.

use std::fmt;

/// So many bytes, written as twice as many small hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hex<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Hex<N> {
    /// The first bytes of a longer digest.
    pub(crate) fn first_of(digest: &[u8; 32]) -> Self {
        const { assert!(N <= 32) };
        let mut bytes = [0; N];
        bytes.copy_from_slice(&digest[..N]);
        Self(bytes)
    }

    /// The bytes that a text writes; none where it is another number of digits, or has others.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 2 * N || !text.bytes().all(is_digit) {
            return None;
        }
        let mut bytes = [0; N];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let Ok(read) = u8::from_str_radix(&text[2 * at..2 * at + 2], 16) else {
                return None;
            };
            *byte = read;
        }
        Some(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let check = |text: &str, bytes: Option<[u8; 2]>| {
            let read = Hex::<2>::parse(text);
            assert_eq!(read, bytes.map(Hex), "{text}");
            assert!(read.is_none_or(|read| read.to_string() == text), "{text}");
        };
        check("00ff", Some([0, 255]));
        check("0a1b", Some([10, 27]));
        check("0A1B", None);
        check("00f", None);
        check("00ff0", None);
        check("+1+2", None);
        check("ä00", None);
        check("", None);
    }
}
