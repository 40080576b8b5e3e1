//! What to do about a refusal, as data: who has flags says it by them.

use std::borrow::Cow;
use std::fmt;

/// What to do about a refusal.
///
/// It is exhaustive on purpose: whoever gives an input its own names, as a command its flags, says
/// each by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// This sentence, wherever the input comes from.
    Do(Cow<'static, str>),
    /// Build the program with the feature `seal`.
    BuildWithSeal,
    /// Check the name, and what the input holds.
    CheckInput,
    /// Hold the autoscaler for the length of the plan, or take a strategy that counts no pods.
    HoldAutoscaler,
    /// Name the container that is meant.
    NameContainer,
    /// Say which namespace is meant.
    NameNamespace,
    /// Name the Deployment that is meant.
    NameWorkload,
    /// Resume the Deployment first.
    Resume,
    /// Say how many pods run.
    SayReplicas,
    /// Take a later time.
    SayTime,
    /// Give a weight above zero.
    SayWeights,
    /// Change the number of pods by a plan of its own.
    Scale,
    /// Give the ReplicaSets too.
    ShowHistory,
    /// Give the new data a name of its own.
    Version,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Do(sentence) => sentence,
            Self::BuildWithSeal => "build with the feature `seal` of cutover",
            Self::CheckInput => "check the name, the namespace, and what the input holds",
            Self::HoldAutoscaler => {
                "hold it for the length of the plan (autoscaler: hold), or take the strategy rolling, which counts no pods"
            }
            Self::NameContainer => "say which container",
            Self::NameNamespace => "check the name, and say which namespace where names repeat",
            Self::NameWorkload => "say which, with its namespace where names repeat",
            Self::Resume => "resume it first",
            Self::SayReplicas => "write `replicas` into the manifest, or plan from live objects",
            Self::SayTime => "take a later time",
            Self::SayWeights => {
                "give a weight above zero, as steps: [{ setWeight: 25 }, { pause: {} }]"
            }
            Self::Scale => "change the number by a plan of its own",
            Self::ShowHistory => "give its ReplicaSets too",
            Self::Version => {
                "let configuration keep versioned names, or make an object of another name and let the new pods refer to that"
            }
        })
    }
}

impl From<&'static str> for Hint {
    fn from(sentence: &'static str) -> Self {
        Self::Do(sentence.into())
    }
}

impl From<String> for Hint {
    fn from(sentence: String) -> Self {
        Self::Do(sentence.into())
    }
}
