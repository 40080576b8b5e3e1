//! Rights that were granted, and that are refused in passing.
//!
//! An API server that has just started answers 401 and 403 until it has read the roles
//! (`plugin/pkg/auth/authorizer/rbac` reads them from caches that begin empty). So what was granted
//! is asked again for a minute.

use jiff::SignedDuration;

use crate::now::Steady;

/// For how long a right that was granted may be refused.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// After how long without a refusal the next one is another matter: longer than any pause between
/// two attempts.
const APART: SignedDuration = SignedDuration::from_secs(45);

/// The refusals of rights that were granted, as far as they follow one another.
#[derive(Debug, Default)]
pub(crate) struct Refusals {
    granted: bool,
    /// When the first and the last came.
    span: Option<(Steady, Steady)>,
}

impl Refusals {
    /// The run has been granted what it needs, or goes on with one that was.
    pub(crate) fn grant(&mut self) {
        self.granted = true;
    }

    /// Takes in one more, and says whether it may pass.
    pub(crate) fn may_pass(&mut self, now: Steady) -> bool {
        if !self.granted {
            return false;
        }
        let first = match self.span {
            Some((first, last)) if now.since(last) < APART => first,
            Some(_) | None => now,
        };
        self.span = Some((first, now));
        now.since(first) < PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A failure means that a server that has just started ends a run, or that a run asks for ever
    /// for a right that somebody has taken from it.
    #[test]
    fn a_minute_of_refusals_passes() {
        let mut refusals = Refusals::default();
        assert!(!refusals.may_pass(Steady::default()));
        refusals.grant();
        let mut check = |second: i64, expect: bool| {
            let now = Steady::default().saturating_add(SignedDuration::from_secs(second));
            assert_eq!(refusals.may_pass(now), expect, "{second}");
        };
        check(0, true);
        check(30, true);
        check(59, true);
        check(60, false);
        check(90, false);
        // It is another matter.
        check(135, true);
        check(179, true);
        check(195, false);
    }
}
