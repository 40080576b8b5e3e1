//! Plans whose promises are recounted.

use cutover_check::check;

use super::laws;

laws! {
    /// A failure means that a plan of our own is refused by every command: the planner breaks a
    /// promise, or the recount is wrong.
    fn what_the_planner_makes_is_accepted(planned) {
        match check(planned.plan.clone()) {
            Ok(_) => Ok(()),
            Err(broken) => {
                let texts: Vec<String> = broken.iter().map(ToString::to_string).collect();
                Err(texts.join("\n"))
            }
        }
    }
}
