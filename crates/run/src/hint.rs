//! What to do about a run that may not begin, or that stopped.

use std::borrow::Cow;
use std::fmt;

/// What to do about a run that may not begin, or that stopped: data, so that each program says it
/// by the means that its users have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// This sentence, by whatever means.
    Do(Cow<'static, str>),
    /// Bring back what somebody else has written, or go on [over](crate::Options::accept_drift) it.
    AcceptDrift,
    /// Carry the plan out [again](crate::Goal::Again), where that is meant.
    Again,
    /// Let nobody else reconcile what is managed, and [allow](crate::Options::managed) it.
    AllowManaged,
    /// Ask for the Role that the run needs: [`roles`](crate::roles).
    AskForRole,
    /// Give the files that have the [values](field@crate::Options::secrets) of the Secret.
    GiveSecrets,
    /// Apply the plan again: the run goes on from where it is.
    GoOn,
    /// Apply the plan again, or take the run back.
    GoOnOrBack,
    /// Make a plan from what runs now.
    PlanAnew,
    /// Bring back what somebody else has written; then go on, or take the run back.
    Restore,
    /// See where the run is, or how the objects stand.
    ShowStatus,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Do(sentence) => sentence,
            Self::AcceptDrift => "bring it back, or accept this drift and go on over it",
            Self::Again => "carry it out again where that is meant",
            Self::AllowManaged => {
                "suspend its reconciliation and allow managed objects, or go by git: write the states into the files"
            }
            Self::AskForRole => "ask for the Role that this plan needs",
            Self::GiveSecrets => "give the file that has its values",
            Self::GoOn => "apply the plan again to go on",
            Self::GoOnOrBack => "apply the plan again to go on from here, or take the run back",
            Self::PlanAnew => "make a plan from what runs now",
            Self::Restore => "bring it back and apply the plan again, or take the run back",
            Self::ShowStatus => "its status tells where the run is and how the objects stand",
        })
    }
}

impl From<&'static str> for Hint {
    fn from(sentence: &'static str) -> Self {
        Self::Do(sentence.into())
    }
}

/// The hints that are more than a sentence.
const KNOWN: [Hint; 10] = [
    Hint::AcceptDrift,
    Hint::Again,
    Hint::AllowManaged,
    Hint::AskForRole,
    Hint::GiveSecrets,
    Hint::GoOn,
    Hint::GoOnOrBack,
    Hint::PlanAnew,
    Hint::Restore,
    Hint::ShowStatus,
];

/// As a journal has it.
impl From<String> for Hint {
    fn from(sentence: String) -> Self {
        let known = KNOWN.into_iter().find(|hint| hint.to_string() == sentence);
        known.unwrap_or_else(|| Self::Do(sentence.into()))
    }
}
