//! What a refusal of the API server means for a run.

use jiff::SignedDuration;

use super::event::Fault;

impl Fault {
    /// What came of a request whose deadline had passed before it was sent.
    pub fn late() -> Self {
        Self {
            code: 408,
            reason: "Timeout".to_owned(),
            message: "it was not sent, since the Lease had run out".to_owned(),
            ..Self::default()
        }
    }

    /// Whether trying the same again cannot help.
    ///
    /// 429, 5xx and no answer at all pass; so does 408. The reasons are in the table of failures in
    /// `docs/run.md`.
    pub(crate) fn is_final(&self) -> bool {
        (400..500).contains(&self.code) && self.code != 429 && self.code != 408
    }

    /// Whether whoever asked may not, or is not known.
    pub(crate) fn is_refusal(&self) -> bool {
        self.code == 401 || self.code == 403
    }

    /// A refusal of what has been granted, as no answer: a server that has just started knows no
    /// roles yet.
    pub(crate) fn granted_before(self) -> Self {
        Self {
            code: 0,
            message: format!(
                "{} ({}), and it was granted before",
                self.message, self.code
            ),
            ..self
        }
    }

    /// Whether a write that met this may have been made all the same, then or later.
    pub(crate) fn may_have_been_made(&self) -> bool {
        self.code == 0 || self.code >= 500
    }

    /// Whether the write met another state than it was made for: a failed `test`, a missing object,
    /// another uid.
    pub(crate) fn is_stale(&self) -> bool {
        self.code == 409 || self.code == 404 || self.code == 422 && self.causes.is_empty()
    }

    /// How long to wait before trying again, the `tries`th time: as the server asks, or twice as
    /// long each time.
    pub(crate) fn pause(&self, tries: u32) -> SignedDuration {
        match self.retry_after {
            Some(seconds) => SignedDuration::from_secs(seconds.into()),
            None => SignedDuration::from_millis(250 << tries.min(7)),
        }
    }

    /// In words, with what the server names.
    pub(crate) fn in_words(&self) -> String {
        let code = if self.code == 0 {
            String::new()
        } else {
            format!(" ({})", self.code)
        };
        let causes: Vec<String> = self
            .causes
            .iter()
            .map(|(field, message)| format!("\n  {field}: {message}"))
            .collect();
        format!("{}{code}{}", self.message, causes.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: u16) -> Fault {
        Fault {
            code,
            ..Fault::default()
        }
    }

    /// A failure means that a run gives up where the server only rests, or asks for ever what it
    /// will never get; or that a write which may have been made is taken for not made.
    #[test]
    fn what_a_refusal_means() {
        let check = |code: u16, is_final: bool, may_be_made: bool, is_stale: bool| {
            let fault = fault(code);
            let found = (
                fault.is_final(),
                fault.may_have_been_made(),
                fault.is_stale(),
            );
            assert_eq!(found, (is_final, may_be_made, is_stale), "{code}");
        };
        // No answer at all.
        check(0, false, true, false);
        check(400, true, false, false);
        check(403, true, false, false);
        check(404, true, false, true);
        check(408, false, false, false);
        check(409, true, false, true);
        check(422, true, false, true);
        check(429, false, false, false);
        check(500, false, true, false);
        check(504, false, true, false);
    }

    /// A failure means that a run sends an object that no server takes again and again.
    #[test]
    fn what_is_invalid_is_not_stale() {
        let causes = vec![(
            "spec.replicas".to_owned(),
            "must not be negative".to_owned(),
        )];
        let invalid = Fault {
            causes,
            message: "it is invalid".to_owned(),
            ..fault(422)
        };
        assert!(invalid.is_final() && !invalid.is_stale());
        let words = "it is invalid (422)\n  spec.replicas: must not be negative";
        assert_eq!(invalid.in_words(), words);
    }

    /// A failure means that a busy server is asked more often than it wants.
    #[test]
    fn the_pause_is_the_servers_or_doubles() {
        let check = |tries: u32, expect: i64| {
            let expect = SignedDuration::from_millis(expect);
            assert_eq!(fault(503).pause(tries), expect, "{tries}");
        };
        check(0, 250);
        check(1, 500);
        check(7, 32_000);
        check(100, 32_000);
        let asked = Fault {
            retry_after: Some(3),
            ..fault(429)
        };
        assert_eq!(asked.pause(0), SignedDuration::from_secs(3));
    }
}
