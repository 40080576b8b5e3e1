//! The machine: its verbs, and what it decides next.

use std::collections::VecDeque;

use cutover_manifest::Digest;
use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::event::Event;
use super::judged::Judged;
use super::ledger::Ledger;
use super::members::Members;
use super::options::Options;
use super::outcome::{Outcome, Reason};
use super::position::{ClusterState, Course, Position, Scope};
use super::progress::Progress;
use crate::check::CheckedFleet;
use crate::document::PlannedWave;
use crate::name::Name;
use crate::policy::{OnFailure, Unreachable};

/// One run of a fleet plan, as a state machine without IO.
///
/// Tell it what happens with [`handle_event`](Self::handle_event), first of all what the journal
/// says, and what time it is with [`handle_timeout`](Self::handle_timeout); after each of them take
/// what it wants done from [`poll_effect`](Self::poll_effect) until there is nothing left, and set a
/// timer by [`poll_timeout`](Self::poll_timeout). It is over when [`outcome`](Self::outcome) says so.
///
/// Nothing is remembered of what was to be done next: after every event it looks at its position and
/// at what is under way, and decides anew.
#[derive(Debug)]
pub struct Run {
    /// What the fleet is called.
    pub(super) name: String,
    pub(super) digest: Digest,
    pub(super) waves: Vec<PlannedWave>,
    pub(super) unreachable: Unreachable,
    pub(super) on_failure: OnFailure,
    pub(super) options: Options,
    pub(super) phase: Phase,
    pub(super) ledger: Ledger,
    pub(super) members: Members,
    pub(super) judged: Judged,
    /// The program is asked to end.
    pub(super) is_stopping: bool,
    effects: VecDeque<Effect>,
    wake: Option<Timestamp>,
    outcome: Option<Outcome>,
}

/// What a run is about, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// The journal is read.
    Recall,
    /// What it says of clusters is confirmed.
    Confirm,
    /// The waves change, or go back.
    Work,
    /// The journal is to say how it ended.
    Close(Outcome),
    /// Another runner took over: what is under way here is stopped.
    Yield(Reason),
}

impl Run {
    /// A run of a fleet plan. Nothing happens before the journal is
    /// [recalled](crate::Event::Recalled).
    pub fn new(fleet: &CheckedFleet, options: Options) -> Self {
        let waves = fleet.spec.waves.clone();
        let unread = Position::first(&fleet.digest, &options.holder, false, Timestamp::UNIX_EPOCH);
        Self {
            name: fleet.metadata.name.clone(),
            digest: fleet.digest.clone(),
            unreachable: fleet.spec.unreachable,
            on_failure: options.on_failure.unwrap_or(fleet.spec.on_failure),
            members: Members::of(&waves),
            waves,
            options,
            phase: Phase::Recall,
            ledger: Ledger::new(unread),
            judged: Judged::default(),
            is_stopping: false,
            effects: VecDeque::new(),
            wake: None,
            outcome: None,
        }
    }

    /// Tells the machine that something has happened.
    pub fn handle_event(&mut self, event: Event, now: Timestamp) {
        if self.outcome.is_none() {
            self.hear(event, now);
            self.proceed(now);
        }
    }

    /// Tells the machine what time it is, by the wall clock.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.proceed(now);
    }

    /// The next thing to do outside; ask until there is none.
    #[must_use]
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) where nothing happens before.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.wake
    }

    /// How the run ended; none while it goes on.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Where the run is. Before the journal is recalled it is before the first wave.
    pub fn position(&self) -> &Position {
        self.ledger.position()
    }

    fn hear(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Recalled(found) => self.recalled(found.map(|found| *found), now),
            Event::Written => self.ledger.confirm(),
            Event::Superseded { by } => self.phase = Phase::Yield(Reason::TakenOver { by }),
            Event::Looked(cluster, standing) => self.looked(&cluster, standing, now),
            Event::Unreached(cluster, reason) => self.unreached(&cluster, reason, now),
            Event::Ended(cluster, ending) => self.ended(&cluster, ending, now),
            Event::Available(cluster) => self.available(&cluster, now),
            Event::Unavailable(cluster, reason) => self.unavailable(&cluster, reason, now),
            Event::Held(gate) => self.held(gate),
            Event::Closed(gate, until) => self.closed(gate, until),
            Event::Failed(gate, why) => self.gate_failed(gate, why),
            Event::Approved { wave, when, by } => self.approved(&wave, when, by, now),
            Event::Abort { by } => self.abort(by),
            Event::Stop => self.is_stopping = true,
        }
    }

    /// Decides until there is nothing left to decide before something happens.
    fn proceed(&mut self, now: Timestamp) {
        self.wake = None;
        if self.outcome.is_some() {
            return;
        }
        loop {
            let before = (self.ledger.revision(), self.phase.clone());
            self.advance(now);
            if before == (self.ledger.revision(), self.phase.clone()) {
                break;
            }
        }
        self.attend_watches();
        if !matches!(self.phase, Phase::Recall | Phase::Yield(_))
            && let Some(position) = self.ledger.send()
        {
            self.ask(Effect::Write(Box::new(position)));
        }
        self.launch();
        self.conclude();
    }

    fn advance(&mut self, now: Timestamp) {
        match &self.phase {
            Phase::Close(_) => {}
            Phase::Yield(_) => self.let_go(),
            Phase::Recall if self.is_stopping => self.refuse(Reason::Hand),
            Phase::Recall => {}
            Phase::Confirm | Phase::Work if self.is_stopping => self.stop(now),
            Phase::Confirm => self.confirmed(now),
            Phase::Work => match self.position().course {
                Course::Forward => self.forward(now),
                Course::Back(scope) => self.back(scope, now),
            },
        }
    }

    /// A person asks the run to go back.
    fn abort(&mut self, by: String) {
        let goes_back = self.position().course == Course::Back(Scope::All);
        if !goes_back && matches!(self.phase, Phase::Confirm | Phase::Work) {
            self.turn(Scope::All, Reason::Asked { by });
        }
    }

    /// Turns round: the journal is to say it, and people are told.
    pub(super) fn turn(&mut self, scope: Scope, reason: Reason) {
        let told = Progress::Turned {
            reason: reason.clone(),
            course: Course::Back(scope),
        };
        self.ledger.change(|position| position.turn(scope, reason));
        self.tell(told);
    }

    /// A cluster stands so from now on; the journal is to say it.
    pub(super) fn note(&mut self, cluster: &Name, state: ClusterState) {
        if self.state(cluster) == Some(&state) {
            return;
        }
        self.ledger.change(|position| {
            position.clusters.insert(cluster.clone(), state.clone());
        });
        let revision = self.ledger.revision();
        if let Some(member) = self.members.get_mut(cluster) {
            member.noted = revision;
            let wave = self.waves[member.wave].name.clone();
            let cluster = cluster.clone();
            self.tell(Progress::Cluster {
                cluster,
                wave,
                stands: state,
            });
        }
    }

    /// How a cluster stands; none where it was never begun.
    pub(super) fn state(&self, cluster: &Name) -> Option<&ClusterState> {
        self.position().clusters.get(cluster)
    }

    pub(super) fn ask(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        self.effects.push_back(Effect::Tell(progress));
    }

    /// There is something to decide at this moment.
    pub(super) fn wake_at(&mut self, moment: Timestamp) {
        self.wake = Some(self.wake.map_or(moment, |wake| wake.min(moment)));
    }

    /// Ends the run: nothing more is decided, and people are told how it ended.
    pub(super) fn end(&mut self, outcome: Outcome) {
        self.tell(Progress::Ended {
            outcome: outcome.clone(),
        });
        self.outcome = Some(outcome);
        self.wake = None;
    }
}

/// The moment so many seconds after another; the last one there is where there is none so late.
pub(super) fn later(time: Timestamp, seconds: u32) -> Timestamp {
    let by = SignedDuration::from_secs(seconds.into());
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
