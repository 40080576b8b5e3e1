//! What pods read of ConfigMaps and Secrets while a plan goes on.

use std::collections::BTreeSet;

use cutover::manifest::{Bundle, ObjectRef};
use cutover::planning::{Deployment, deployments, reconfigures};

use super::documents::walk;
use super::laws;
use super::model::version;
use super::planned::Planned;

laws! {
    /// A failure means that pods which are to be replaced read data that is not theirs for longer
    /// than the step before they are, or that new pods start with the old data.
    fn data_changes_right_before_the_pods_that_read_it(planned) {
        for configuration in held(planned) {
            for (number, state) in planned.states.iter().enumerate() {
                let look = Look::new(planned, &configuration, state, planned.states.get(number + 1));
                look.forward().map_err(|reason| format!("after step {number}: {reason}"))?;
            }
        }
        Ok(())
    }

    /// The same, on the way back.
    fn data_goes_back_right_before_the_pods_that_read_it(planned) {
        for configuration in held(planned) {
            for from in 1..planned.states.len() {
                let way = planned.plan.way_back(from).map_err(|error| error.to_string())?;
                let mut states = Vec::new();
                let mut state = planned.states[from].clone();
                for step in way {
                    state = walk(&state, [step])?;
                    states.push(state.clone());
                }
                for (number, state) in states.iter().enumerate() {
                    let look = Look::new(planned, &configuration, state, states.get(number + 1));
                    look.back().map_err(|reason| format!("undo from {from}, step {}: {reason}", number + 1))?;
                }
            }
        }
        Ok(())
    }

    /// A failure means that pods see other data under a name that is to tell its content for good.
    fn versions_keep_their_data(planned) {
        if !planned.versioned {
            return Ok(());
        }
        let [start, end] = [&planned.states[0], &planned.states[planned.states.len() - 1]];
        // What only a set reads that goes is no version of anything.
        let stays = |set: &Deployment<'_>| end.contains(set.manifest().object());
        let readers = deployments(start).filter(stays).chain(deployments(end));
        for configuration in readers.flat_map(|set| set.configuration()) {
            let data = |state: &Bundle| state.get(&configuration).and_then(|one| one.pointer("/data").cloned());
            let mut there = planned.states.iter().filter(|state| state.contains(&configuration)).map(data);
            let first = there.next();
            if there.any(|data| Some(data) != first) {
                return Err(format!("the data of {configuration} changes"));
            }
        }
        Ok(())
    }

    /// A failure means that a second set reads other data than its version is to have.
    fn copies_have_the_data_that_is_wanted(planned) {
        let known = |object: &ObjectRef| planned.release.from().contains(object) || planned.release.to().contains(object);
        for state in &planned.states {
            for copy in state.iter().filter(|copy| is_configuration(copy.object()) && !known(copy.object())) {
                let wanted = planned.release.to().iter().any(|wanted| is_original(wanted.object(), copy.object()) && wanted.pointer("/data") == copy.pointer("/data"));
                if !wanted {
                    return Err(format!("{} has data that nobody wants", copy.object()));
                }
                let mut all = planned.states.iter().flat_map(deployments);
                if !all.any(|set| set.configuration().contains(copy.object())) {
                    return Err(format!("nobody ever reads {}", copy.object()));
                }
            }
        }
        Ok(())
    }
}

fn is_configuration(object: &ObjectRef) -> bool {
    matches!(object.kind.as_str(), "ConfigMap" | "Secret")
}

fn is_original(original: &ObjectRef, copy: &ObjectRef) -> bool {
    original.kind == copy.kind
        && original.namespace == copy.namespace
        && copy.name.starts_with(&format!("{}-", original.name))
}

/// What changes its data, and no new Deployment reads.
fn held(planned: &Planned) -> BTreeSet<ObjectRef> {
    let (from, to) = (planned.release.from(), planned.release.to());
    let changes = |object: &ObjectRef| {
        from.get(object)
            .zip(to.get(object))
            .is_some_and(|(from, to)| reconfigures(from, to))
    };
    let mut changed: BTreeSet<ObjectRef> = from
        .objects()
        .filter(|object| changes(object))
        .cloned()
        .collect();
    for set in deployments(to).filter(|set| !from.contains(set.manifest().object())) {
        changed.retain(|object| !set.configuration().contains(object));
    }
    changed
}

/// What stands at a state of one ConfigMap or Secret and of the pods that read it and that the
/// release replaces.
struct Look {
    object: ObjectRef,
    has_new_data: bool,
    old_readers: Vec<ObjectRef>,
    new_readers: Vec<ObjectRef>,
    /// Whether pods of one of them are replaced by the next step.
    turns_next: bool,
}

impl Look {
    fn new(planned: &Planned, object: &ObjectRef, state: &Bundle, next: Option<&Bundle>) -> Self {
        let (from, to) = (planned.release.from(), planned.release.to());
        let pods = |bundle: &Bundle, set: &ObjectRef| bundle.get(set).map(version);
        let data = |bundle: &Bundle| bundle.get(object).cloned();
        let now = data(state);
        let has_new_data = now
            .zip(data(from))
            .is_some_and(|(now, from)| reconfigures(&from, &now));
        let mut look = Self {
            object: object.clone(),
            has_new_data,
            old_readers: Vec::new(),
            new_readers: Vec::new(),
            turns_next: false,
        };
        for set in deployments(state) {
            let name = set.manifest().object();
            let turned = pods(from, name)
                .zip(pods(to, name))
                .is_some_and(|(from, to)| from != to);
            if !turned || !set.configuration().contains(object) {
                continue;
            }
            look.turns_next |= next.is_some_and(|next| pods(next, name) != pods(state, name));
            if set.replicas() == Some(0) {
                continue;
            }
            let readers = match pods(from, name) == pods(state, name) {
                true => &mut look.old_readers,
                false => &mut look.new_readers,
            };
            readers.push(name.clone());
        }
        look
    }

    /// Forward it changes for the first pods that are next.
    fn forward(&self) -> Result<(), String> {
        self.judge(self.turns_next, false)
    }

    /// Back it changes for the first pods that are next too.
    fn back(&self) -> Result<(), String> {
        self.judge(false, self.turns_next || !self.old_readers.is_empty())
    }

    /// Whether it has the data of the pods that read it, but where it may be ahead of them: have the
    /// new data before any new pods do, or the old data while there still are some.
    fn judge(&self, new_ahead: bool, old_ahead: bool) -> Result<(), String> {
        let object = &self.object;
        let (old, new) = (&self.old_readers, &self.new_readers);
        if self.has_new_data && !old.is_empty() && new.is_empty() && !new_ahead {
            return Err(format!("{object} has the new data, and {old:?} read it"));
        }
        if !self.has_new_data && !new.is_empty() && !old_ahead {
            return Err(format!("{object} has the old data, and {new:?} read it"));
        }
        Ok(())
    }
}
