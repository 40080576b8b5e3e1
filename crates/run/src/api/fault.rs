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
