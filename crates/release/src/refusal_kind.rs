//! The codes of rules that refuse, which scripts may rely on.

use std::fmt;

/// Which rule refuses, as a code that stays: each crate has constants for its own
/// ([`kinds`](crate::kinds) for those of a release).
///
/// ```
/// use cutover_release::kinds;
///
/// assert_eq!(kinds::PAUSED.to_string(), "paused");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RefusalKind(&'static str);

impl RefusalKind {
    /// A kind by its code, in lower camel case.
    pub const fn new(code: &'static str) -> Self {
        Self(code)
    }
}

impl fmt::Display for RefusalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}
