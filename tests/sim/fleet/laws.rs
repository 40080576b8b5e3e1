//! What must be true of every run over a fleet: each law is a function of what was known before a
//! moment, and of the moment. None of them asks the runner.

use std::collections::BTreeMap;

use cutover::fleet::{
    CheckedFleet, ClusterState, Course, GateId, Name, OnFailure, Outcome, Position, Reason, Scope,
    Stage, Standing, Unreachable, When,
};
use cutover::planning::{Gate, Pause};
use jiff::{SignedDuration, Timestamp};

use super::facts::Facts;
use super::trace::{Moment, What};

/// A law; an error says how it is broken.
pub(super) type Law = fn(&Facts, &Moment) -> Result<(), String>;

/// All laws, by name.
pub(super) const LAWS: [(&str, Law); 13] = [
    ("no more at once than may", at_once),
    ("one run a cluster", one_run),
    ("the journal names a cluster first", journal_first),
    ("waves in their order", in_order),
    ("a soak is kept, and begun anew", soaked),
    ("failures are counted", failures_counted),
    ("a wave waits for its gates", gated),
    ("undo begins none", undo_begins_none),
    ("waves go back in reverse", in_reverse),
    ("a deadline is kept", deadline_kept),
    ("one runner, one epoch", one_epoch),
    ("an abort is heard", abort_heard),
    ("the outcome is what happened", outcome_true),
];

/// All laws, over one trace.
pub(super) struct Judge {
    facts: Facts,
}

impl Judge {
    pub(super) fn new(fleet: &CheckedFleet) -> Self {
        Self {
            facts: Facts::new(fleet),
        }
    }

    /// Hears what happens; an error names the law that is broken.
    pub(super) fn see(&mut self, moment: &Moment) -> Result<(), String> {
        for (name, law) in LAWS {
            law(&self.facts, moment).map_err(|reason| format!("{name}: {reason}"))?;
        }
        self.facts.see(moment);
        Ok(())
    }
}

/// Of a wave, as many clusters change or are watched as may, and as many go back as may.
pub(super) fn at_once(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let (cluster, back) = match &moment.what {
        What::Started { cluster } => (cluster, false),
        What::UndoStarted { cluster } => (cluster, true),
        _ => return Ok(()),
    };
    let wave = facts.wave(cluster);
    let most = match back {
        true => facts.waves[wave].undo_concurrency(),
        false => facts.waves[wave].max_concurrency,
    };
    let others = facts.names(wave).filter(|other| *other != cluster);
    let busy = others.filter(|other| {
        let is_under_way = facts.work.get(*other);
        is_under_way.is_some_and(|work| work.runner == moment.runner)
            || !back && facts.watched.contains(*other)
    });
    let busy: Vec<&Name> = busy.collect();
    match busy.len() < usize::try_from(most).unwrap() {
        true => Ok(()),
        false => Err(format!("{cluster} beside {busy:?}, and {most} may")),
    }
}

/// Nothing is begun in a cluster in which something is under way, or that is done.
pub(super) fn one_run(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let (What::Started { cluster } | What::UndoStarted { cluster }) = &moment.what else {
        return Ok(());
    };
    let is_start = matches!(moment.what, What::Started { .. });
    if facts.work.contains_key(cluster) {
        return Err(format!("{cluster} has one under way"));
    }
    match facts.state(cluster) {
        Some(ClusterState::Done | ClusterState::Soaking { .. }) if is_start => {
            Err(format!("{cluster} is done"))
        }
        _ => Ok(()),
    }
}

/// Who goes on knows which clusters may have been begun, or are going back.
pub(super) fn journal_first(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let (cluster, back) = match &moment.what {
        What::Started { cluster } => (cluster, false),
        What::UndoStarted { cluster } => (cluster, true),
        _ => return Ok(()),
    };
    let says_so = match facts.state(cluster) {
        Some(ClusterState::Begun { .. }) => !back,
        Some(ClusterState::GoingBack) => back,
        _ => false,
    };
    match says_so && is_by(facts.journal.as_ref(), moment.runner) {
        true => Ok(()),
        false => Err(format!("{cluster}: it says {:?}", facts.state(cluster))),
    }
}

/// A cluster is begun in the wave that is worked on, and a wave is over once each of its clusters is
/// done or has failed.
pub(super) fn in_order(facts: &Facts, moment: &Moment) -> Result<(), String> {
    match &moment.what {
        What::Started { cluster } if !facts.begun.contains(cluster) => {
            let wave = facts.wave(cluster);
            match facts.place() {
                Some((at, Stage::Work)) if at == wave => Ok(()),
                place => Err(format!("{cluster} of wave {wave} is begun at {place:?}")),
            }
        }
        What::Wrote { position } => {
            for (wave, stage) in passed(facts.journal.as_ref(), position) {
                if stage == Stage::Work {
                    settled(facts, position, wave)?;
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn settled(facts: &Facts, position: &Position, wave: usize) -> Result<(), String> {
    let mut names = facts.names(wave);
    let is_settled = |name: &Name| {
        let is_over = matches!(
            position.clusters.get(name),
            Some(
                ClusterState::Done
                    | ClusterState::Failed { .. }
                    | ClusterState::Lost { .. }
                    | ClusterState::Unreached { .. }
            )
        );
        is_over && facts.words.contains_key(name)
    };
    match names.find(|name| !is_settled(name)) {
        Some(open) => Err(format!("wave {wave} is over, and {open} is not")),
        None => Ok(()),
    }
}

/// A cluster counts as done once all was available for as long as is said, without a gap.
pub(super) fn soaked(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let What::Wrote { position } = &moment.what else {
        return Ok(());
    };
    if position.course != Course::Forward {
        return Ok(());
    }
    for (cluster, state) in &position.clusters {
        let is_new = *state == ClusterState::Done && facts.state(cluster) != Some(state);
        if is_new && facts.soak(cluster) > 0 && !was_available(facts, cluster, moment.now) {
            return Err(format!("{cluster} counts as done"));
        }
    }
    Ok(())
}

fn was_available(facts: &Facts, cluster: &Name, now: Timestamp) -> bool {
    let Some((since, until)) = facts.available.get(cluster) else {
        return false;
    };
    let lasted = until.unwrap_or(now).duration_since(*since);
    lasted >= SignedDuration::from_secs(facts.soak(cluster))
}

/// A wave begins no more clusters once more have failed than may.
pub(super) fn failures_counted(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let What::Started { cluster } = &moment.what else {
        return Ok(());
    };
    if facts.begun.contains(cluster) {
        return Ok(());
    }
    let wave = facts.wave(cluster);
    let failed: Vec<&Name> = facts
        .names(wave)
        .filter(|name| facts.has_failed(name))
        .collect();
    match failed.len() <= usize::try_from(facts.waves[wave].max_failures).unwrap() {
        true => Ok(()),
        false => Err(format!("{cluster} is begun, and {failed:?} have failed")),
    }
}

/// The journal passes a wave's gates once each holds, and windows last.
pub(super) fn gated(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let What::Wrote { position } = &moment.what else {
        return Ok(());
    };
    for (wave, stage) in passed(facts.journal.as_ref(), position) {
        let when = match stage {
            Stage::Before => When::Before,
            Stage::After => When::After,
            Stage::Work => continue,
        };
        all_held(facts, wave, when, moment.now)?;
    }
    Ok(())
}

fn all_held(facts: &Facts, wave: usize, when: When, now: Timestamp) -> Result<(), String> {
    let planned = &facts.waves[wave];
    let gates = match when {
        When::Before => &planned.gates.before,
        When::After => &planned.gates.after,
    };
    let mut latest = Timestamp::MIN;
    let (windows, others): (Vec<_>, Vec<_>) = gates
        .iter()
        .enumerate()
        .partition(|(_, gate)| matches!(gate, Gate::Window(_)));
    for (index, gate) in others.into_iter().chain(windows) {
        let id = GateId { wave, when, index };
        let held = match gate {
            Gate::Pause(Pause { duration: None }) => {
                facts.approved.get(&(planned.name.clone(), when)).copied()
            }
            Gate::Pause(Pause {
                duration: Some(duration),
            }) => lasted(facts, (wave, when), duration.seconds(), now),
            _ => facts.held.get(&id).copied(),
        };
        let held = held.ok_or_else(|| format!("wave {wave}, {when:?}: {gate:?} does not hold"))?;
        if matches!(gate, Gate::Window(_)) && held < latest {
            return Err(format!(
                "wave {wave}, {when:?}: the window was asked too soon"
            ));
        }
        latest = latest.max(held);
    }
    Ok(())
}

/// When a pause was over, by when the journal says that it began; none where it is not.
fn lasted(
    facts: &Facts,
    (wave, when): (usize, When),
    seconds: u32,
    now: Timestamp,
) -> Option<Timestamp> {
    let journal = facts.journal.as_ref()?;
    let is_there = journal.wave == wave && journal.waits() == Some(when);
    let over = journal.since + SignedDuration::from_secs(seconds.into());
    (is_there && over <= now).then_some(over)
}

/// On a way back nothing is begun, and none goes back that was never begun.
pub(super) fn undo_begins_none(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let goes_back = facts
        .journal
        .as_ref()
        .is_some_and(|journal| journal.course != Course::Forward);
    match &moment.what {
        What::Started { cluster } if goes_back => Err(format!("{cluster} is begun")),
        What::UndoStarted { cluster } if !facts.begun.contains(cluster) => {
            Err(format!("{cluster} was never begun, and goes back"))
        }
        _ => Ok(()),
    }
}

/// A wave goes back once those after it have, as far as they can.
pub(super) fn in_reverse(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let What::UndoStarted { cluster } = &moment.what else {
        return Ok(());
    };
    let all = facts
        .journal
        .as_ref()
        .is_some_and(|journal| journal.course == Course::Back(Scope::All));
    for wave in facts.wave(cluster) + 1..facts.waves.len() {
        let mut names = facts.names(wave);
        let open = names.find(|name| match facts.state(name) {
            Some(ClusterState::NotBack { .. }) | None => false,
            // It has ended, well or not, and the journal is yet to say so.
            Some(ClusterState::GoingBack) => !facts.words.contains_key(*name),
            Some(state) => state.is_begun(),
        });
        if let Some(open) = open.filter(|_| all) {
            return Err(format!("{cluster} goes back before {open}"));
        }
    }
    Ok(())
}

/// What takes longer than its wave allows is stopped.
pub(super) fn deadline_kept(facts: &Facts, moment: &Moment) -> Result<(), String> {
    if matches!(moment.what, What::StopAsked { .. } | What::Gone) {
        return Ok(());
    }
    for (cluster, work) in &facts.work {
        let Some(deadline) = facts.deadline(cluster).filter(|_| !work.back) else {
            continue;
        };
        let lasts = moment.now.duration_since(work.since).as_secs();
        if lasts > deadline && !work.stopped {
            return Err(format!("{cluster} has taken {lasts} s"));
        }
    }
    Ok(())
}

/// Each runner writes under a number of its own, which grows; who hears of another begins nothing.
pub(super) fn one_epoch(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let is_superseded = facts.superseded.contains(&moment.runner);
    match &moment.what {
        What::Started { cluster } | What::UndoStarted { cluster } if is_superseded => {
            Err(format!("{cluster}: another runner took over"))
        }
        What::Wrote { position } => {
            let Some(last) = &facts.journal else {
                return Ok(());
            };
            let grows = position.epoch > last.epoch || position.digest != last.digest;
            match position.by == last.by && position.epoch == last.epoch || grows {
                true => Ok(()),
                false => Err(format!("{} after {}", position.epoch, last.epoch)),
            }
        }
        _ => Ok(()),
    }
}

/// Once a person asks for the way back nothing is begun.
pub(super) fn abort_heard(facts: &Facts, moment: &Moment) -> Result<(), String> {
    match &moment.what {
        What::Started { cluster } if facts.aborted.contains(&moment.runner) => {
            Err(format!("{cluster} is begun"))
        }
        _ => Ok(()),
    }
}

/// A run says of itself what is so, and leaves nothing under way.
pub(super) fn outcome_true(facts: &Facts, moment: &Moment) -> Result<(), String> {
    let What::Over { outcome, standings } = &moment.what else {
        return Ok(());
    };
    let mut work = facts.work.iter();
    if let Some((cluster, _)) = work.find(|(_, work)| work.runner == moment.runner) {
        return Err(format!("it is over, and {cluster} goes on"));
    }
    match outcome {
        Outcome::Done => all_done(facts, standings, facts.waves.len()),
        Outcome::Reached { wave } => {
            let mut waves = facts.waves.iter();
            let wave = waves.position(|known| known.name == *wave).unwrap();
            all_done(facts, standings, wave + 1)
        }
        Outcome::Undone => all_back(standings, standings.keys()),
        Outcome::Stopped {
            reason: Reason::Failures { wave, .. },
        } => as_said(facts, standings, wave),
        _ => Ok(()),
    }
}

fn all_done(
    facts: &Facts,
    standings: &BTreeMap<Name, Standing>,
    waves: usize,
) -> Result<(), String> {
    for name in (0..waves).flat_map(|wave| facts.names(wave)) {
        let is_skipped = facts.unreachable == Unreachable::Skip && facts.silent.contains(name);
        if standings[name] != Standing::Done && !is_skipped {
            return Err(format!("{name} is {:?}", standings[name]));
        }
    }
    Ok(())
}

fn all_back<'a>(
    standings: &BTreeMap<Name, Standing>,
    names: impl IntoIterator<Item = &'a Name>,
) -> Result<(), String> {
    for name in names {
        if !matches!(standings[name], Standing::Untouched | Standing::Undone) {
            return Err(format!("{name} is {:?}", standings[name]));
        }
    }
    Ok(())
}

/// What was to be done about failures was.
fn as_said(facts: &Facts, standings: &BTreeMap<Name, Standing>, wave: &Name) -> Result<(), String> {
    let mut waves = facts.waves.iter();
    let wave = waves.position(|known| known.name == *wave).unwrap();
    match facts.on_failure {
        OnFailure::Stop => Ok(()),
        OnFailure::Undo => Err("it stopped, and was to go back".to_owned()),
        OnFailure::UndoWave => all_back(standings, facts.names(wave)),
        OnFailure::UndoCluster => {
            let failed = facts.names(wave).filter(|name| facts.has_failed(name));
            all_back(standings, failed)
        }
    }
}

/// The stages that a journal has passed since it said something else, of the same run.
fn passed(last: Option<&Position>, position: &Position) -> Vec<(usize, Stage)> {
    let is_same = last.is_some_and(|last| last.run == position.run);
    let from = match last.filter(|_| is_same) {
        Some(last) => (last.wave, last.stage),
        None if position.again => return Vec::new(),
        None => (0, Stage::Before),
    };
    let to = (position.wave, position.stage);
    let stages = [Stage::Before, Stage::Work, Stage::After];
    let all = (0..=position.wave).flat_map(|wave| stages.map(|stage| (wave, stage)));
    let from = rank(from)..rank(to);
    all.filter(|place| from.contains(&rank(*place)) && position.course == Course::Forward)
        .collect()
}

fn rank((wave, stage): (usize, Stage)) -> usize {
    let stage = match stage {
        Stage::Before => 0,
        Stage::Work => 1,
        Stage::After => 2,
    };
    3 * wave + stage
}

fn is_by(journal: Option<&Position>, runner: usize) -> bool {
    journal.is_some_and(|journal| journal.by == format!("runner-{runner}"))
}
