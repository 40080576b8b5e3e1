//! The machine: its verbs, what it is about, and what it decides next.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use cutover_check::Checked;
use cutover_manifest::ObjectRef;
use cutover_plan::Plan;
use jiff::{SignedDuration, Timestamp};

use crate::analysis::{Location, jobs};
use crate::api::effect::{Effect, Scope};
use crate::api::event::{Event, Fault};
use crate::bind::Bound;
use crate::cursor::Cursor;
use crate::error::Error;
use crate::gates::Waiting;
use crate::hint::Hint;
use crate::journal::{Journal, Record, Wishes};
use crate::leadership::Leadership;
use crate::leadership::leases::{Leases, lease_objects};
use crate::now::Now;
use crate::observed::Observed;
use crate::options::{Goal, Options};
use crate::outcome::Outcome;
use crate::overruled::Overruled;
use crate::phase::{Next, Phase};
use crate::placed::refuse_misplaced;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::{Backoff, Outbox, Question, Refusals, Requests};
use crate::scopes::objects;
use crate::unsupported::refuse_unsupported;

/// One run of a plan, as a state machine without IO.
///
/// Tell it what happens with [`handle_event`](Self::handle_event) and
/// [`handle_timeout`](Self::handle_timeout); after each of them take what it wants done from
/// [`poll_effect`](Self::poll_effect) until there is nothing left, and set a timer by
/// [`poll_timeout`](Self::poll_timeout). It begins with the first `handle_timeout`, and is over
/// when [`outcome`](Self::outcome) says so.
///
/// Nothing is remembered of what was to be done next: after every event the machine looks at what
/// it has seen, and decides anew. So a run that was killed goes on where its journal and the live
/// objects say it is.
#[derive(Debug)]
pub struct Run {
    pub(crate) options: Options,
    /// The plan as it was approved.
    pub(crate) given: Plan,
    /// The plan as it is bound to the cluster, once it is.
    pub(crate) bound: Bound,
    /// The objects of the plan.
    pub(crate) objects: Vec<ObjectRef>,
    /// Jobs of analyses: at which step, and which of its gates.
    pub(crate) jobs: BTreeMap<ObjectRef, Location>,
    pub(crate) phase: Phase,
    /// Where the run is, and on which path; none before it has begun.
    pub(crate) cursor: Option<Cursor>,
    /// The gates of the present step.
    pub(crate) waiting: Waiting,
    pub(crate) observed: Observed,
    /// Since when the cluster is watched.
    pub(crate) watching: Option<Timestamp>,
    /// Services with a load balancer or an Ingress before them.
    pub(crate) fronted: BTreeSet<ObjectRef>,
    /// After how many steps the objects were found in place when they were looked at last.
    pub(crate) in_place: Option<usize>,
    /// An object whose last write may yet be made.
    pub(crate) unconfirmed: Option<ObjectRef>,
    /// When the server said last that this write has failed; none where an attempt met no answer.
    pub(crate) failed_at: Option<Timestamp>,
    /// Over which drift this runner has gone on, as far as it has.
    pub(crate) overruled: Overruled,
    pub(crate) leadership: Leadership,
    /// What the journal says.
    pub(crate) record: Record,
    /// What people ask of the run in its journal.
    pub(crate) wishes: Wishes,
    /// Somebody at this terminal wants to go back.
    pub(crate) abort: bool,
    pub(crate) requests: Requests,
    /// Whether the API server did not answer last.
    pub(crate) is_cut_off: bool,
    pub(crate) backoff: Backoff,
    /// Of rights that the run has been granted.
    pub(crate) refusals: Refusals,
    pub(crate) outbox: Outbox,
    /// The step that people were told of last.
    pub(crate) step_told: Option<usize>,
    outcome: Option<Outcome>,
}

impl Run {
    /// A run of a plan. Nothing happens before the first [`handle_timeout`](Self::handle_timeout).
    pub fn new(plan: Checked, options: Options) -> Self {
        let plan = plan.into_plan();
        let duration = SignedDuration::from_secs(options.lease.seconds().into());
        let leases = Leases::new(
            lease_objects(&plan, &options.namespace),
            &options.holder,
            duration,
        );
        let objects: Vec<ObjectRef> = objects(&plan, &options.namespace).into_iter().collect();
        let phase = match refuse(&plan, &options) {
            Ok(()) => Phase::Claim,
            Err(error) => Phase::Close(Outcome::Refused {
                reason: error.into(),
            }),
        };
        Self {
            jobs: jobs(&plan, &options.namespace),
            observed: Observed::of(&objects),
            objects,
            bound: Bound::unseen(plan.clone()),
            record: Record::new(Journal::object(&plan, &options.namespace)),
            given: plan,
            options,
            phase,
            cursor: None,
            waiting: Waiting::default(),
            watching: None,
            fronted: BTreeSet::new(),
            in_place: None,
            unconfirmed: None,
            failed_at: None,
            overruled: Overruled::default(),
            leadership: Leadership::new(leases),
            wishes: Wishes::default(),
            abort: false,
            requests: Requests::default(),
            is_cut_off: false,
            backoff: Backoff::default(),
            refusals: Refusals::default(),
            outbox: Outbox::default(),
            step_told: None,
            outcome: None,
        }
    }

    /// Tells the machine that something has happened.
    pub fn handle_event(&mut self, event: Event, now: Now) {
        self.notice_loss(now);
        match event {
            Event::Answered(ticket, answer) => {
                if let Some(sent) = self.requests.close(ticket) {
                    self.answered(sent, answer, now);
                }
            }
            Event::Listed(scope, manifests) => self.observed.replace_all(&scope, &manifests),
            Event::Changed(_, manifest) => self.observed.update(&manifest),
            Event::Gone(_, manifest) => self.observed.update_gone(&manifest),
            Event::Unwatched(scope, fault) => self.unwatched(&scope, fault, now),
            Event::Abort => self.abort = true,
            Event::Stop => self.stop(),
        }
        self.read_wishes(now.wall);
        self.proceed(now);
    }

    /// Tells the machine what time it is.
    pub fn handle_timeout(&mut self, now: Now) {
        self.notice_loss(now);
        self.proceed(now);
    }

    /// The next thing to do outside; ask until there is none.
    #[must_use]
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.outbox.pop()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) where nothing happens before, by the wall
    /// clock.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.outbox.wake()
    }

    /// How the run ended; none while it goes on.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Decides until there is nothing left to decide before something happens.
    fn proceed(&mut self, now: Now) {
        self.outbox.sleep();
        self.resend(now);
        self.claim_leases(now);
        while self.outcome.is_none() && self.is_free(now.wall) {
            match self.advance(now) {
                Next::Again => {}
                Next::Wait => break,
                Next::End(outcome) => self.end(outcome),
            }
        }
    }

    /// Takes the next decision of the phase that the run is in.
    fn advance(&mut self, now: Now) -> Next {
        if !self.may_decide(now) {
            return Next::Wait;
        }
        let Now { wall, .. } = now;
        if let Some((question, request)) = self.requests.next() {
            self.ask(question, request, wall);
            return Next::Again;
        }
        match &self.phase {
            Phase::Claim => self.await_leases(now),
            Phase::Recall => self.ask_journal(wall),
            Phase::Watch { .. } => self.watch(wall),
            Phase::Bind { .. } => self.bind(),
            Phase::Survey => self.survey(wall),
            Phase::Rebind(_) => self.rebind(),
            Phase::Confirm { .. } => self.go_on_bound(),
            Phase::Review { .. } => self.review(),
            Phase::Rehearse { .. } => self.rehearse(),
            Phase::Open => self.open(wall),
            Phase::Work => self.work(wall),
            Phase::GiveBack { .. } => self.give_back(wall),
            Phase::Close(outcome) => self.close(outcome.clone(), now),
        }
    }

    /// Whether there is nothing to wait for: no answer, and no pause after a failure.
    fn is_free(&mut self, now: Timestamp) -> bool {
        let pause = self.backoff.until(now).filter(|_| !self.gives_in());
        if let Some(until) = pause {
            self.outbox.wake_at(until);
            return false;
        }
        self.requests.has_room()
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Close(_))
    }

    /// Whether only the holder of the Leases may go on. A rehearsal changes nothing, so it asks for
    /// none.
    pub(crate) fn needs_leases(&self) -> bool {
        self.options.goal != Goal::Try && !self.is_over()
    }

    /// Tells people something, once.
    pub(crate) fn tell(&mut self, progress: Progress) {
        self.outbox.tell(progress);
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.tell(Progress::Ended {
            outcome: outcome.clone(),
        });
        self.outcome = Some(outcome);
        self.outbox.sleep();
    }

    /// Asks for the Leases, and goes on asking while the run lasts.
    fn claim_leases(&mut self, now: Now) {
        if self.outcome.is_some() || !self.needs_leases() {
            return;
        }
        while let Some((lease, request)) = self.leadership.next(now) {
            self.ask(Question::Lease(lease), request, now.wall);
        }
        if let Some(wake) = self.leadership.wake() {
            self.outbox.wake_at(now.wall_at(wake));
        }
        if let Some(reason) = self.leadership.take_refusal() {
            self.lose(reason);
        }
    }

    fn unwatched(&mut self, scope: &Scope, fault: Fault, now: Now) {
        if self.is_over() {
            return;
        }
        let fault = match self.in_passing(fault, now) {
            Ok(passing) => return self.tell_retry(&passing, passing.pause(1)),
            Err(fault) => fault,
        };
        let message = format!("{} cannot be watched: {}", scope.kind, fault.in_words());
        self.fail(Reason::from(message).hint(Hint::AskForRole));
    }

    /// Ends here: the journal says so, and the Leases are given back.
    fn stop(&mut self) {
        self.fail(Reason::from("it was stopped by hand").hint(Hint::GoOnOrBack));
    }

    /// Hears what people ask of the run.
    fn read_wishes(&mut self, now: Timestamp) {
        let Some(journal) = self.observed.live(self.record.object()) else {
            return;
        };
        let wishes = Wishes::of(journal);
        let before = mem::replace(&mut self.wishes, wishes.clone());
        if before.pause.is_some() && wishes.pause.is_none() {
            self.waiting.restart(now);
        }
        for message in wishes.unreadable {
            if !before.unreadable.contains(&message) {
                self.tell(Progress::Warned { message });
            }
        }
    }
}

/// Refuses what cannot be carried out on any cluster.
fn refuse(plan: &Plan, options: &Options) -> Result<(), Error> {
    refuse_unsupported(plan)?;
    refuse_misplaced(plan, &options.namespace)?;
    options.sealer.fits(&plan.secrets())?;
    Ok(())
}
