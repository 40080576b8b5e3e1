//! The columns that count pods: each workload's sets side by side, or the sum of all.

use cutover_check::Checked;
use cutover_manifest::{Bundle, ObjectRef};
use cutover_plan::Step;
use cutover_workload::Workload;

use crate::step_name::step_name_beside;
use crate::text::{ABSENT, Names};
use crate::wrap::width;

/// With more workloads than this their pods are summed up.
const MOST_BLOCKS: usize = 3;

/// The columns that count pods.
pub(crate) enum Columns<'a> {
    /// One for each set, under the name of its workload.
    Sets(Vec<(String, Column<'a>)>),
    /// One column, with the pods of all these together.
    Sum(&'a [Workload]),
}

impl<'a> Columns<'a> {
    /// Those of a plan; their heads may take so much room where that is limited.
    pub(crate) fn of(plan: &'a Checked, names: Names, room: Option<usize>) -> Self {
        let workloads = plan.spec.workloads.as_slice();
        let mut columns = Vec::new();
        for workload in workloads {
            let group = match workloads.len() {
                1 => "pods".to_owned(),
                _ => format!("pods of {}", names.workload(workload)),
            };
            columns.extend(
                sets(workload, names)
                    .into_iter()
                    .map(|set| (group.clone(), set)),
            );
        }
        let needed: usize = columns.iter().map(|(_, set)| width(&set.head) + GAP).sum();
        if workloads.len() > MOST_BLOCKS || room.is_some_and(|room| needed > room) {
            return Self::Sum(workloads);
        }
        Self::Sets(columns)
    }

    /// The group and the head of each.
    pub(crate) fn heads(&self) -> Vec<(String, String)> {
        match self {
            Self::Sets(sets) => sets
                .iter()
                .map(|(group, set)| (group.clone(), set.head.clone()))
                .collect(),
            Self::Sum(_) => vec![(String::new(), "pods".to_owned())],
        }
    }

    pub(crate) fn cells(&self, state: &Bundle) -> Vec<String> {
        match self {
            Self::Sets(sets) => sets.iter().map(|(_, set)| set.cell(state)).collect(),
            Self::Sum(workloads) => vec![sum(workloads, state)],
        }
    }

    /// The step's name, without the numbers of pods that stand in a column of their own.
    pub(crate) fn step_name(&self, step: &Step, before: &Bundle, after: &Bundle) -> String {
        step_name_beside(step, before, after, &|object| match self {
            Self::Sets(sets) => sets.iter().any(|(_, set)| set.object == object),
            Self::Sum(_) => false,
        })
    }
}

/// The space beside a column of numbers.
const GAP: usize = 2;

/// A workload's sets under short heads: without what all their names begin with, as `hello` and
/// `canary`.
pub(crate) fn sets(workload: &Workload, names: Names) -> Vec<Column<'_>> {
    let objects: Vec<&ObjectRef> = workload.objects().collect();
    let parts = |name: &str| name.split('-').map(str::to_owned).collect::<Vec<_>>();
    let first = objects
        .first()
        .map(|object| parts(&object.name))
        .unwrap_or_default();
    let alike = |at: &usize| {
        objects
            .iter()
            .all(|object| parts(&object.name).get(*at) == first.get(*at))
    };
    let shared = (0..first.len()).take_while(alike).count();
    let head =
        |object: &ObjectRef| match parts(&object.name).get(shared..).map(|rest| rest.join("-")) {
            Some(rest) if !rest.is_empty() => rest,
            _ => names.object(object),
        };
    objects
        .iter()
        .map(|object| Column {
            head: head(object),
            object,
            workload,
        })
        .collect()
}

/// A set's column of pods.
pub(crate) struct Column<'a> {
    pub(crate) head: String,
    pub(crate) object: &'a ObjectRef,
    workload: &'a Workload,
}

impl Column<'_> {
    /// The pods of the set; nothing to count where it is not there, or others own the number.
    pub(crate) fn cell(&self, state: &Bundle) -> String {
        match state.get(self.object) {
            None => ABSENT.into(),
            Some(_) if self.workload.is_live() => LIVE.into(),
            Some(set) => self.workload.pods_of(set).to_string(),
        }
    }
}

/// What stands for a number of pods that others own.
const LIVE: &str = "live";

/// The pods of all sets together, without those whose number others own.
fn sum(workloads: &[Workload], state: &Bundle) -> String {
    let counted = workloads.iter().filter(|workload| !workload.is_live());
    let sets = counted.flat_map(|workload| {
        let sets = workload.objects().filter_map(|set| state.get(set));
        sets.map(|set| u64::from(workload.pods_of(set)))
    });
    let sum = sets.sum::<u64>();
    match workloads.iter().any(Workload::is_live) {
        true => format!("{sum} and {LIVE}"),
        false => sum.to_string(),
    }
}
