//! What is refused, as the command says it: with file and line, and with its flags for what to do.

use cutover::planning::{Hint, Refusal, kinds};

use crate::error::Error;
use crate::input::Input;
use crate::message;

/// The reasons why there is no plan, each with the file and line that it speaks of, where that is
/// known; what is wanted before what runs.
pub(crate) fn refused(error: &cutover::Error, inputs: &[&Input]) -> Error {
    let mut reasons: Vec<String> = error
        .refusals()
        .map(|refusal| placed(refusal, inputs))
        .collect();
    if reasons.is_empty() {
        reasons.push(error.to_string());
    }
    Error::Failed(reasons)
}

fn placed(refusal: &Refusal, inputs: &[&Input]) -> String {
    let place = refusal.object().and_then(|object| {
        let pointer = refusal.pointer();
        inputs.iter().find_map(|input| input.place(object, pointer))
    });
    let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
    let hint = refusal
        .advice()
        .map(|hint| format!("\nhint: {}", by_flags(hint)))
        .unwrap_or_default();
    let written = written(refusal, inputs).unwrap_or_default();
    format!("{place}{}{written}{hint}", refusal.message())
}

/// The text that stands where another type is expected: what was read of it may look otherwise.
fn written(refusal: &Refusal, inputs: &[&Input]) -> Option<String> {
    if refusal.kind() != kinds::TYPE {
        return None;
    }
    let (object, pointer) = (refusal.object()?, refusal.pointer());
    let text = inputs
        .iter()
        .find_map(|input| input.scalar_text(object, pointer))?;
    let text: String = message::one_line(&text).chars().take(TOLD).collect();
    Some(format!("; `{text}` stands there"))
}

/// How many characters of a text are told.
const TOLD: usize = 60;

fn by_flags(hint: &Hint) -> String {
    let said = match hint {
        Hint::Do(sentence) => return sentence.to_string(),
        Hint::BuildWithSeal => "build with the feature `seal` of cutover",
        Hint::CheckInput => "check the name, the namespace, and what -f reads",
        Hint::HoldAutoscaler => {
            "hold it for the length of the plan with --autoscaler hold, or take the strategy rolling, which counts no pods"
        }
        Hint::NameContainer => "say which with --set-env CONTAINER:NAME=VALUE",
        Hint::NameNamespace => "check the name, and say --namespace where names repeat",
        Hint::NameWorkload => {
            "say which with --workload deployment/NAME, and --namespace where names repeat"
        }
        Hint::Resume => "resume it first: cutover plan resume",
        Hint::SayReplicas => {
            "say it with --replicas (--current-replicas where they are scaled), or plan from live objects"
        }
        Hint::SayTime => "take a later time with --at",
        Hint::SayWeights => {
            "say --steps 25,50, or in a file steps: [{ setWeight: 25 }, { pause: {} }]"
        }
        Hint::Scale => "change the number by a plan of its own: cutover plan scale",
        Hint::ShowHistory => {
            "give its ReplicaSets too: kubectl get deployment,replicaset -o yaml | cutover plan rollback -f -"
        }
        Hint::Version => {
            "say --configuration version, or make an object of another name and let the new pods refer to that"
        }
    };
    said.to_owned()
}
