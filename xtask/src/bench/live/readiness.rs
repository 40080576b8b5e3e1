//! How long a plan must take by its pods alone.

use cutover::Checked;
use cutover::manifest::Bundle;
use cutover::planning::{Deployment, deployments};

use crate::Result;

/// How often pods must become ready one after the other: the sum over the plan's steps, each as
/// long as the Deployment that takes longest in it.
pub(super) fn rounds(plan: &Checked) -> Result<u32> {
    let mut walk = plan.walk();
    let mut rounds = 0;
    while walk.advance()?.is_some() {
        let longest = deployments(walk.state())
            .map(|after| of(walk.before(), after))
            .max();
        rounds += longest.unwrap_or(0);
    }
    Ok(rounds)
}

/// One round where pods are added; where they are replaced, one for each `maxSurge` and
/// `maxUnavailable` of them.
fn of(state: &Bundle, after: Deployment<'_>) -> u32 {
    let before = state.get(after.manifest().object()).map(Deployment::of);
    let (had, has) = (before.map_or(0, pods), pods(after));
    let replaced = before.is_some_and(|before| before.template() != after.template());
    match replaced {
        true => {
            let slack = after.budget().of(has);
            has.div_ceil((slack.surge + slack.unavailable).max(1))
        }
        false => u32::from(has > had),
    }
}

/// As the API server reads it: one where nothing is said.
fn pods(deployment: Deployment<'_>) -> u32 {
    deployment.replicas().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cutover::{AnyStrategy, Ends, Options, Release, plan};
    use serde_json::{Value, json};

    use crate::bench::data;

    #[test]
    fn rounds_are_what_the_budget_lets_start_at_once() {
        check(json!({ "rolling": {} }), 4);
        check(json!({ "rolling": { "maxSurge": "50%" } }), 2);
        // All new pods at once, then the four rounds of the Deployment's own.
        check(
            json!({ "blueGreen": { "activeService": "hello-00000" } }),
            5,
        );
    }

    #[track_caller]
    fn check(strategy: Value, expect: u32) {
        let [from, to] = ["1.0.0", "2.0.0"]
            .map(|version| data::bundle_ready_after(100, version, Duration::from_secs(3)).unwrap());
        let strategy: AnyStrategy = serde_json::from_value(strategy).unwrap();
        let release = Release::new(Ends::new(from, to)).unwrap();
        let plan = plan(&release, &strategy, &Options::default()).unwrap();
        assert_eq!(super::rounds(&plan).unwrap(), expect);
    }
}
