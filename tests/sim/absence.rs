//! Runners that are away for longer than their Lease lasts, while another one does something.

use std::mem;

use cutover::Checked;
use cutover_model::{Fate, Faults};
use cutover_run::{Goal, Outcome};
use jiff::SignedDuration;
use serde_json::Value;

use crate::plans;
use crate::runner::Runner;
use crate::scenario::Scenario;
use crate::stage::Stage;

/// How many seeds are tried of each way to be away.
const SEEDS: u64 = 40;

/// How a runner is away.
#[derive(Clone, Copy, Debug)]
enum Absence {
    /// Its process is stopped, or its machine is suspended.
    Asleep,
    /// It hears nothing from the API server, and is not heard.
    CutOff,
}

/// A failure means that a runner would overrule who took over while it was away, or would not go on
/// where nobody did.
#[test]
fn who_was_away_gives_way_to_who_took_over() {
    let check = |absence, meanwhile| {
        let mut gave_way = 0;
        for seed in 0..SEEDS {
            let stage = Stage::new(quiet(seed, plans()), false);
            let away = stage.play_away(absence, meanwhile);
            let away =
                away.map_err(|reason| format!("{absence:?}, {meanwhile:?}, {seed}: {reason}"));
            gave_way += u64::from(away.unwrap());
        }
        gave_way
    };
    for absence in [Absence::Asleep, Absence::CutOff] {
        for goal in [Goal::Back { to: 0 }, Goal::Back { to: 1 }, Goal::Apply] {
            let gave_way = check(absence, Some(goal));
            assert!(gave_way > SEEDS / 8, "{absence:?}, {goal:?}: {gave_way}");
        }
        assert_eq!(check(absence, None), 0);
    }
}

/// Requests get lost, and nobody meddles.
pub(crate) fn quiet(seed: u64, plans: &[Checked]) -> Scenario<'_> {
    let mut scenario = Scenario::new(seed, plans);
    let (crashes, evictions, deletions) = (0, 0, 0);
    scenario.faults = Faults {
        crashes,
        evictions,
        deletions,
        edits: Vec::new(),
        ..scenario.faults
    };
    scenario.fate = Fate::Healthy;
    scenario.kills.clear();
    (scenario.abort, scenario.undo) = (None, false);
    (scenario.rival, scenario.autoscaler) = (None, None);
    scenario
}

impl Stage<'_> {
    /// Plays a run whose runner is away in its midst; whether it gave way to another one.
    fn play_away(mut self, absence: Absence, meanwhile: Option<Goal>) -> Result<bool, String> {
        self.let_things_go_wrong();
        let is_over = self.go_into_the_midst()?;
        // It has nothing left to decide, and may only not have said so.
        if is_over || self.checks.is_done(&self.model, self.scenario.plan).is_ok() {
            return Ok(false);
        }
        let before = self.go_away(absence)?;
        match meanwhile {
            Some(goal) => {
                self.begin(goal);
                self.go()?;
            }
            None => self.let_pass(SignedDuration::from_secs(31)),
        }
        let taken_over = self.journal() != before.journal;
        let writes = self.checks.writes;
        self.come_back(before.asleep);
        let outcome = self.go()?;
        let gave_way = match &outcome {
            Outcome::Stopped { reason, .. } | Outcome::Refused { reason } => {
                tells_who(reason.message())
            }
            _ => false,
        };
        match (taken_over, gave_way) {
            (true, true) if self.checks.writes == writes => Ok(true),
            // It had not even looked before.
            (true, false) if before.journal.is_none() && outcome == Outcome::Done => Ok(false),
            // It gave up before it had begun, since nobody answered it.
            (true, false)
                if self.checks.writes == writes
                    && matches!(
                        outcome,
                        Outcome::Stopped { step: 0, .. } | Outcome::Refused { .. }
                    ) =>
            {
                Ok(false)
            }
            (true, _) => Err(format!("another took over, and it ended as {outcome:?}")),
            // The other one could not give its Lease back.
            (false, true) if meanwhile.is_some() => Ok(false),
            (false, _) => self.judge(&outcome).map(|()| false),
        }
    }

    /// Goes on until some time after the journal was opened, most often; whether the run is over.
    fn go_into_the_midst(&mut self) -> Result<bool, String> {
        let early = self.scenario.random.chance(100);
        while !early && self.journal().is_none() {
            if self.go_on(1)?.is_some() {
                return Ok(true);
            }
        }
        let turns = 1 + self.scenario.random.below(150);
        Ok(self.go_on(turns)?.is_some())
    }

    /// The runner is away from now on; some of what it has sent arrives.
    fn go_away(&mut self, absence: Absence) -> Result<Before, String> {
        self.take_effects();
        for _ in 0..self.runner.requests.len() {
            if self.scenario.random.chance(500) {
                self.arrive()?;
            }
        }
        let nobody = Runner::new(&self.scenario, 0, Goal::Try);
        let away = mem::replace(&mut self.runner, nobody);
        let asleep = match absence {
            Absence::Asleep => Some(away),
            Absence::CutOff => {
                self.cut_off = Some(away);
                None
            }
        };
        Ok(Before {
            asleep,
            journal: self.journal(),
        })
    }

    fn come_back(&mut self, asleep: Option<Runner>) {
        self.say("back");
        let away = asleep.or_else(|| self.cut_off.take());
        self.runner = away.unwrap();
    }

    /// Nobody acts but the cluster.
    fn let_pass(&mut self, time: SignedDuration) {
        let until = self.model.now.checked_add(time).unwrap();
        while self.model.now < until {
            self.model.step(until);
            self.refuse_connections();
        }
    }

    /// What the journal says about the run.
    fn journal(&self) -> Option<Value> {
        self.journal_there()?.pointer("/data/run").cloned()
    }
}

/// How things stood when a runner went away.
struct Before {
    /// The runner, where it sleeps.
    asleep: Option<Runner>,
    journal: Option<Value>,
}

/// By the journal, or by a Lease that was not given back.
pub(crate) fn tells_who(reason: &str) -> bool {
    let words = [
        " took over while this runner was away",
        " was taken by",
        " is held by",
    ];
    reason.contains("runner-") && words.iter().any(|words| reason.contains(words))
}
