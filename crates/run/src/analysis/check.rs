//! How an analysis stands: what it has measured so far, as the journal keeps it.

use cutover_plan::{Analysis, Limits};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// So many failed measurements are kept in words.
const MOST_KEPT: usize = 10;

/// So many characters are kept of each.
const LONGEST: usize = 200;

/// How an analysis stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Check {
    /// Measurements that gave a value.
    pub taken: u32,
    /// Of these, how many failed.
    pub failed: u32,
    /// Measurements without a value, one after the other, up to now.
    pub errors: u32,
    /// What the failed ones were, the last ten.
    pub failures: Vec<String>,
    /// What was measured last, or why there was no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// When; of a Job, since when it is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// One measurement, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    /// As it should be.
    Good(String),
    /// Not as it should be.
    Bad(String),
    /// There was no value, and why.
    Nothing(String),
}

/// Whether an analysis is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CheckState {
    Open,
    Passed,
    Failed,
}

impl Check {
    /// Counts a measurement: without a value it is one more error in a row, else it ends the row.
    pub(crate) fn take(&mut self, measured: Measured, now: Timestamp) {
        self.at = Some(now);
        let (Measured::Good(text) | Measured::Bad(text) | Measured::Nothing(text)) = &measured;
        let text = shortened(text);
        match measured {
            Measured::Nothing(_) => self.errors = self.errors.saturating_add(1),
            Measured::Good(_) => self.count(),
            Measured::Bad(_) => {
                self.count();
                self.failed = self.failed.saturating_add(1);
                self.failures.push(text.clone());
                let surplus = self.failures.len().saturating_sub(MOST_KEPT);
                self.failures.drain(..surplus);
            }
        }
        self.last = Some(text);
    }

    fn count(&mut self) {
        self.taken = self.taken.saturating_add(1);
        self.errors = 0;
    }

    /// Whether the analysis is over: in the order in which Argo Rollouts asks.
    pub(crate) fn state(&self, analysis: &Analysis) -> CheckState {
        let limits = analysis.limits();
        if self.failed > limits.failure_limit || self.errors > limits.consecutive_error_limit {
            CheckState::Failed
        } else if self.taken >= limits.count {
            CheckState::Passed
        } else {
            CheckState::Open
        }
    }

    /// Which limit was passed and by what, in words, once [`state`](Self::state) is failed.
    pub(crate) fn reason(&self, analysis: &Analysis) -> String {
        let limits = analysis.limits();
        if self.failed <= limits.failure_limit {
            let last = self.last.as_deref().unwrap_or_default();
            let (errors, allowed) = (self.errors, limits.consecutive_error_limit);
            return format!("{analysis}: {last} ({errors} times in a row, {allowed} allowed)");
        }
        let wanted = match analysis {
            Analysis::Metric(metric) => {
                let verb = if self.failures.len() == 1 {
                    "is"
                } else {
                    "are"
                };
                format!(" {verb} not {}", metric.success_condition.wanted())
            }
            Analysis::Job(_) | Analysis::Smoke(_) | Analysis::Webhook(_) => String::new(),
        };
        format!(
            "{analysis}: {}{wanted}{}",
            self.failures.join(", "),
            self.counted(limits)
        )
    }

    /// How it stands while it is open.
    pub(crate) fn stands(&self, analysis: &Analysis) -> String {
        match &self.last {
            None => unanswered(analysis).to_owned(),
            Some(last) if self.errors > 0 => format!("{last} ({} times in a row)", self.errors),
            Some(last) => format!(
                "{} of {} measured, {} failed; last {last}",
                self.taken,
                analysis.limits().count,
                self.failed
            ),
        }
    }

    fn counted(&self, limits: Limits) -> String {
        if limits.count == 1 {
            return String::new();
        }
        let (failed, taken, allowed) = (self.failed, self.taken, limits.failure_limit);
        format!(" ({failed} of {taken} measurements failed, {allowed} allowed)")
    }
}

/// How it stands before anything came of it.
fn unanswered(analysis: &Analysis) -> &'static str {
    match analysis {
        Analysis::Job(_) => "it is not over yet",
        Analysis::Metric(_) | Analysis::Smoke(_) | Analysis::Webhook(_) => "no answer yet",
    }
}

fn shortened(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    let kept: String = line.chars().take(LONGEST).collect();
    if kept.len() < line.len() {
        format!("{kept}…")
    } else {
        kept
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn metric(count: u32, failure_limit: u32) -> Analysis {
        serde_json::from_value(json!({"metric": {
            "name": "error-rate", "prometheus": "http://p", "query": "q", "successCondition": "result[0] < 0.05",
            "count": count, "failureLimit": failure_limit, "consecutiveErrorLimit": 1,
        }}))
        .unwrap()
    }

    fn after(measured: &[Measured]) -> Check {
        let mut check = Check::default();
        measured
            .iter()
            .for_each(|measured| check.take(measured.clone(), Timestamp::UNIX_EPOCH));
        check
    }

    fn good() -> Measured {
        Measured::Good("0.01".into())
    }

    fn bad(value: &str) -> Measured {
        Measured::Bad(value.into())
    }

    fn nothing() -> Measured {
        Measured::Nothing("the result is empty".into())
    }

    #[test]
    fn it_is_over_as_in_argo_rollouts() {
        let check = |measured: &[Measured], expect: CheckState| {
            assert_eq!(after(measured).state(&metric(3, 1)), expect, "{measured:?}");
        };
        check(&[], CheckState::Open);
        check(&[good(), good()], CheckState::Open);
        check(&[good(), good(), good()], CheckState::Passed);
        check(&[good(), bad("1"), good()], CheckState::Passed);
        check(&[bad("1"), bad("1")], CheckState::Failed);
        // What gave no value is measured again, and fails where that happens too often in a row.
        check(&[good(), nothing(), good()], CheckState::Open);
        check(
            &[nothing(), good(), nothing(), good(), nothing(), good()],
            CheckState::Passed,
        );
        check(&[good(), nothing(), nothing()], CheckState::Failed);
    }

    #[test]
    fn it_tells_what_was_measured() {
        let check = |limits: Analysis, measured: &[Measured], expect: &str| {
            assert_eq!(after(measured).reason(&limits), expect);
        };
        check(
            metric(5, 1),
            &[bad("0.07"), good(), bad("0.09")],
            "metric error-rate: 0.07, 0.09 are not < 0.05 (2 of 3 measurements failed, 1 allowed)",
        );
        check(
            metric(1, 0),
            &[bad("NaN")],
            "metric error-rate: NaN is not < 0.05",
        );
        check(
            metric(1, 0),
            &[nothing(), nothing()],
            "metric error-rate: the result is empty (2 times in a row, 1 allowed)",
        );
    }

    #[test]
    fn the_journal_stays_small() {
        let check = after(&vec![bad(&"é".repeat(1000)); 100]);
        assert_eq!((check.failures.len(), check.failed), (MOST_KEPT, 100));
        assert_eq!(check.failures[0].chars().count(), LONGEST + 1);
    }
}
