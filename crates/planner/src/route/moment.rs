//! What a rule looks at: where workloads are that move together, and where they are to go.

use cutover_manifest::Bundle;

use super::cohort::Cohort;
use super::context::Context;
use super::edit::Edit;
use super::workload_state::WorkloadState;

/// Where a cohort is, and where its leg ends.
pub(super) struct Moment<'a> {
    pub(super) cohort: &'a Cohort<'a>,
    pub(super) here: &'a Bundle,
    pub(super) there: &'a Bundle,
    pub(super) states: &'a [WorkloadState<'a>],
    pub(super) context: &'a Context<'a>,
}

impl Moment<'_> {
    /// What is to be done about each workload by itself.
    pub(super) fn each(
        &self,
        rule: fn(&WorkloadState<'_>, &Context<'_>) -> Vec<Edit>,
    ) -> Vec<Edit> {
        let states = self.states.iter();
        states.flat_map(|state| rule(state, self.context)).collect()
    }
}
