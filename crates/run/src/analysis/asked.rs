//! An analysis that is asked outside of a plan's steps, as a gate between the waves of a fleet is.

use cutover_plan::Analysis;
use jiff::{SignedDuration, Timestamp};

use super::check::{Check, CheckState};
use super::question::{question, read};
use crate::api::effect::HttpRequest;
use crate::api::event::Answer;
use crate::now::saturating_add;

/// An analysis that is asked until it has passed or failed; it makes no request itself.
///
/// ```
/// use cutover_plan::Analysis;
/// use cutover_run::{Asking, Reply};
/// use jiff::Timestamp;
/// use serde_json::json;
///
/// let smoke: Analysis = serde_json::from_value(json!({"smoke": {"url": "http://shop"}}))?;
/// let now = Timestamp::UNIX_EPOCH;
/// let mut asking = Asking::new(smoke, now);
/// assert_eq!(asking.request("shop", 1, "canary").map(|request| request.url), Some("http://shop".into()));
/// asking.take(&Ok(Reply::Http { status: 200, body: String::new() }), now);
/// assert_eq!(asking.verdict(), Some(Ok(())));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Asking {
    analysis: Analysis,
    check: Check,
    since: Timestamp,
}

impl Asking {
    /// One that nobody has been asked about yet.
    pub fn new(analysis: Analysis, now: Timestamp) -> Self {
        Self {
            analysis,
            check: Check::default(),
            since: now,
        }
    }

    /// When it is asked next.
    pub fn due(&self) -> Timestamp {
        let limits = self.analysis.limits();
        let (since, seconds) = match self.check.at {
            Some(at) => (at, limits.interval),
            None => (self.since, limits.initial_delay),
        };
        saturating_add(since, SignedDuration::from_secs(seconds.into()))
    }

    /// What is asked; a webhook is told what of, at which number and under which name. None where it
    /// is no question.
    pub fn request(&self, of: &str, number: usize, name: &str) -> Option<HttpRequest> {
        question(&self.analysis, of, number, name)
    }

    /// Takes in an answer.
    pub fn take(&mut self, answer: &Answer, now: Timestamp) {
        self.check.take(read(&self.analysis, answer), now);
    }

    /// Whether it has passed, or why it has failed; none while it is open.
    pub fn verdict(&self) -> Option<Result<(), String>> {
        match self.check.state(&self.analysis) {
            CheckState::Open => None,
            CheckState::Passed => Some(Ok(())),
            CheckState::Failed => Some(Err(self.check.reason(&self.analysis))),
        }
    }
}
