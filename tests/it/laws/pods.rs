//! How many pods there are: budgets, forward and back, also while a step is half made.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::Workload;

use super::documents::walk;
use super::laws;
use super::model::{
    after_gates, alive, available, during, halfway, recreates, replicas, resolve, sets, settled,
    surge, turns, unavailable, version,
};
use super::planned::Planned;

laws! {
    /// A failure means that while the plan goes forward more pods may be alive than allowed, or
    /// fewer may answer.
    fn the_budget_holds_on_the_way_forward(planned) {
        for workload in &planned.plan.spec.workloads {
            let mut crowd = settled(workload, &planned.states[0]);
            for (number, step) in planned.plan.spec.steps.iter().enumerate() {
                let (before, after) = (&planned.states[number], &planned.states[number + 1]);
                let moving = during(workload, &crowd, before, after);
                let place = |reason| format!("step {}: {reason}", number + 1);
                within(workload, &moving, &[before, after]).map_err(place)?;
                crowd = after_gates(&moving, step, after, None)?;
            }
        }
        Ok(())
    }

    /// A failure means that undo from a step whose gates held breaks the budget, or waits for what
    /// may never come.
    fn the_budget_holds_on_the_way_back(planned) {
        each_way_back(planned, |workload, from| settled(workload, &planned.states[from]))
    }

    /// A failure means that undo from the middle of a step, where the pods that it asked for may
    /// never answer, breaks the budget or waits for what may never come.
    fn the_budget_holds_on_the_way_back_from_the_middle(planned) {
        each_way_back(planned, |workload, from| {
            let (before, after) = (&planned.states[from - 1], &planned.states[from]);
            halfway(workload, &during(workload, &settled(workload, before), before, after), after)
        })
    }

    /// A failure means that a plan promises less than it should: more pods or fewer than the budget
    /// says.
    fn floor_and_ceiling_are_those_of_the_budget(planned) {
        planned.plan.spec.workloads.iter().try_for_each(|workload| promises(planned, workload))
    }

    /// A failure means that a Deployment's own controller, while it rolls, needs room that is not
    /// there, or that two sets that answer are rolled at once.
    fn a_set_is_rolled_only_where_it_fits(planned) {
        for states in planned.states.windows(2) {
            planned.plan.spec.workloads.iter().try_for_each(|workload| fits(workload, &states[0], &states[1]))?;
        }
        for undo in &planned.plan.spec.undo {
            let mut before = planned.states[undo.from].clone();
            for step in &undo.steps {
                let after = walk(&before, [step])?;
                let place = |reason| format!("undo from {}: {reason}", undo.from);
                let mut workloads = planned.plan.spec.workloads.iter();
                workloads.try_for_each(|workload| fits(workload, &before, &after)).map_err(place)?;
                before = after;
            }
        }
        Ok(())
    }
}

fn each_way_back(
    planned: &Planned,
    start: impl Fn(&Workload, usize) -> super::model::Crowd,
) -> Result<(), String> {
    for workload in &planned.plan.spec.workloads {
        let sound: BTreeSet<String> = sets(workload, &planned.states[0])
            .map(|(_, set)| version(set))
            .collect();
        for from in 1..planned.states.len() {
            let mut crowd = start(workload, from);
            let mut before = planned.states[from].clone();
            let way = planned
                .plan
                .way_back(from)
                .map_err(|error| error.to_string())?;
            for step in way {
                let place = |reason: String| format!("undo from {from}: {reason}");
                let after = walk(&before, [step])?;
                let moving = during(workload, &crowd, &before, &after);
                within(workload, &moving, &[&before, &after])
                    .map_err(|reason| place(format!("`{}`: {reason}", step.phase)))?;
                crowd = after_gates(&moving, step, &after, Some(&sound)).map_err(place)?;
                before = after;
            }
        }
    }
    Ok(())
}

fn within(
    workload: &Workload,
    crowd: &super::model::Crowd,
    states: &[&Bundle],
) -> Result<(), String> {
    let (alive, available) = (alive(crowd), available(workload, crowd, states));
    match alive <= workload.ceiling() && available >= workload.floor() {
        true => Ok(()),
        false => Err(format!(
            "{}: {available} of {} answer, {alive} of {} are alive: {crowd:?}",
            workload.name,
            workload.floor(),
            workload.ceiling()
        )),
    }
}

/// Floor and ceiling from the release alone.
fn promises(planned: &Planned, workload: &Workload) -> Result<(), String> {
    let named = |object: &&ObjectRef| workload.name.ends_with(&object.name);
    let Some(own) = workload.objects().find(named) else {
        return Err(format!("{} has no Deployment", workload.name));
    };
    // One that comes or goes has no pods at the other end.
    let (Some(from), Some(to)) = (
        planned.release.from().get(own),
        planned.release.to().get(own),
    ) else {
        return if workload.floor() == 0 {
            Ok(())
        } else {
            Err(format!("{own} must answer though it comes or goes"))
        };
    };
    let asked = planned.way.slack();
    let written = |field: &str| {
        to.pointer(&format!("/spec/strategy/rollingUpdate/{field}"))
            .cloned()
    };
    let (surge, unavailable) = (
        asked.0.or_else(|| written("maxSurge")),
        asked.1.or_else(|| written("maxUnavailable")),
    );
    let slack = |count: u32| {
        if planned.recreates(workload) {
            (0, count)
        } else {
            resolve(surge.as_ref(), unavailable.as_ref(), count)
        }
    };
    let counts = [replicas(from), replicas(to)];
    let floor = counts
        .map(|count| count.saturating_sub(slack(count).1))
        .into_iter()
        .min()
        .unwrap_or(0);
    let ceiling = counts
        .map(|count| count + slack(count).0)
        .into_iter()
        .max()
        .unwrap_or(0);
    let two = if workload.sets.len() > 1 {
        planned.way.second_set(counts[0].max(counts[1]))
    } else {
        0
    };
    match workload.floor() == floor
        && workload.ceiling() >= ceiling
        && workload.ceiling() <= ceiling + two
    {
        true => Ok(()),
        false => Err(format!(
            "{}: {} to {}, but the budget says {floor} to {ceiling} (+ {two})",
            workload.name,
            workload.floor(),
            workload.ceiling()
        )),
    }
}

fn fits(workload: &Workload, before: &Bundle, after: &Bundle) -> Result<(), String> {
    let selectors: Vec<_> = workload
        .serving()
        .filter_map(|router| before.get(&router.object))
        .map(super::model::selector)
        .collect();
    let serves = |set| {
        selectors.is_empty()
            || selectors
                .iter()
                .any(|selector| super::model::matches(selector, &super::model::labels(set)))
    };
    let pods: u32 = sets(workload, after).map(|(_, set)| replicas(set)).sum();
    let serving: u32 = sets(workload, before)
        .filter(|(_, set)| serves(set))
        .map(|(_, set)| replicas(set))
        .sum();
    let rolled: Vec<_> = sets(workload, after)
        .filter(|(object, set)| turns(before.get(object), Some(set)))
        .collect();
    for (object, set) in &rolled {
        let count = replicas(set);
        if recreates(set) && workload.floor() > 0 {
            return Err(format!("{object} is recreated"));
        }
        let (surge, unavailable) = (surge(set, count), unavailable(set, count));
        if pods + surge > workload.ceiling()
            || serves(set) && serving < workload.floor() + unavailable
        {
            return Err(format!(
                "{object} is rolled with {surge} more and {unavailable} fewer at {pods} pods, {serving} of them serving"
            ));
        }
    }
    let loaded = rolled
        .iter()
        .filter(|(object, _)| before.get(object).is_some_and(serves))
        .count();
    if loaded > 1 {
        Err(format!("{loaded} sets that serve are rolled at once"))
    } else {
        Ok(())
    }
}
