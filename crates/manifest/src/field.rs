use std::fmt;

/// A field of manifests that a program names: a JSON pointer through maps, to anything but what
/// identifies the object.
///
/// Whoever writes it as a constant has its text checked by the compiler. So a manifest can always be
/// had with it and without it ([`Manifest::with`](crate::Manifest::with)).
///
/// ```
/// use cutover_manifest::Field;
///
/// const REPLICAS: Field = Field::new("/spec/replicas");
/// assert_eq!(REPLICAS.pointer(), "/spec/replicas");
/// ```
///
/// What identifies the object is no such field:
///
/// ```compile_fail
/// # use cutover_manifest::Field;
/// const NAME: Field = Field::new("/metadata/name");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field(&'static str);

/// What identifies an object, and what holds that.
pub(crate) const IDENTITY: [&str; 4] = [
    "/apiVersion",
    "/kind",
    "/metadata/name",
    "/metadata/namespace",
];

impl Field {
    /// The field at a JSON pointer (RFC 6901), to be evaluated in a constant.
    ///
    /// # Panics
    ///
    /// At compile time in a constant: where the text is no pointer, or one to `apiVersion`, `kind`,
    /// `metadata`, its `name` or `namespace`, or below these texts.
    pub const fn new(pointer: &'static str) -> Self {
        let text = pointer.as_bytes();
        assert!(
            is_pointer(text),
            "a JSON pointer starts with `/` and has `~0` and `~1` alone"
        );
        assert!(
            !same(text, b"/metadata"),
            "metadata holds what identifies the object"
        );
        let mut at = 0;
        while at < IDENTITY.len() {
            let identity = IDENTITY[at].as_bytes();
            assert!(!is_within(text, identity), "it identifies the object");
            at += 1;
        }
        Self(pointer)
    }

    /// Its JSON pointer, as `/spec/replicas`.
    ///
    /// ```
    /// # use cutover_manifest::Field;
    /// const PAUSED: Field = Field::new("/spec/paused");
    /// assert_eq!(PAUSED.pointer(), "/spec/paused");
    /// ```
    pub const fn pointer(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

const fn is_pointer(text: &[u8]) -> bool {
    if text.is_empty() || text[0] != b'/' {
        return false;
    }
    let mut at = 0;
    while at < text.len() {
        let escapes = at + 1 < text.len() && matches!(text[at + 1], b'0' | b'1');
        if text[at] == b'~' && !escapes {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether a pointer is another one, or leads below it.
const fn is_within(text: &[u8], outer: &[u8]) -> bool {
    if text.len() < outer.len() {
        return false;
    }
    let (start, rest) = text.split_at(outer.len());
    same(start, outer) && (rest.is_empty() || rest[0] == b'/')
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_and_broken_pointers_are_refused() {
        let check = |pointer: &'static str, expect: bool| {
            let made = std::panic::catch_unwind(|| Field::new(pointer));
            assert_eq!(made.is_ok(), expect, "{pointer}");
        };
        for field in [
            "/spec",
            "/metadata/labels",
            "/metadata/names",
            "/kinds",
            "/a~0/b~1",
            "/",
        ] {
            check(field, true);
        }
        for broken in ["", "spec", "/a~", "/a~2"] {
            check(broken, false);
        }
        for identity in [
            "/apiVersion",
            "/kind",
            "/kind/of",
            "/metadata",
            "/metadata/name",
            "/metadata/namespace/x",
        ] {
            check(identity, false);
        }
    }
}
