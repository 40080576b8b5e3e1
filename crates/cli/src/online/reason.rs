//! Why a run may not begin, or stopped, with the commands and flags for what to do.

use cutover_run::{Hint, Reason};

/// The reason, and its hint as the command says it.
pub(crate) fn told(reason: &Reason) -> String {
    let message = reason.message();
    match reason.advice() {
        Some(hint) => format!("{message}\nhint: {}", by_commands(hint)),
        None => message.to_owned(),
    }
}

fn by_commands(hint: &Hint) -> String {
    let said = match hint {
        Hint::Do(sentence) => return sentence.to_string(),
        Hint::AcceptDrift => {
            "bring it back, or say --accept-drift, which goes on over it and gives it back at the end of a way back; for one field --accept-drift='KIND NAMESPACE/NAME: FIELD', as above"
        }
        Hint::Again => "where that is meant, `cutover apply --again` carries it out again",
        Hint::AllowManaged => {
            "suspend its reconciliation and say --managed, or go by git: `cutover write` puts each step into the files"
        }
        Hint::AskForRole => "`cutover rights` prints the Role that this plan needs",
        Hint::GiveSecrets => "give the file that has its values with --secrets-from",
        Hint::GoOn => "`cutover apply` goes on",
        Hint::GoOnOrBack => "`cutover apply` goes on from here, and `cutover undo` takes it back",
        Hint::PlanAnew => "make a plan from what runs now: `cutover plan` with --context, or -n",
        Hint::Restore => {
            "bring it back, and `cutover apply` goes on; or `cutover undo` takes the run back"
        }
        Hint::ShowStatus => "`cutover status` tells where the run is and how the objects stand",
        other => return other.to_string(),
    };
    said.to_owned()
}
