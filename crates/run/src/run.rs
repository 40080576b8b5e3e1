//! The machine: its verbs, what it has asked, and what it is about.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::mem;
use std::sync::Arc;

use cutover_check::Checked;
use cutover_manifest::ObjectRef;
use cutover_plan::Plan;
use jiff::{SignedDuration, Timestamp};

use crate::analysis::{Location, jobs};
use crate::api::effect::{Effect, Request, Right, Scope, Ticket};
use crate::api::event::{Event, Fault};
use crate::bind::again::Rebinding;
use crate::bind::{Admitted, Bound};
use crate::gates::deadline::Pace;
use crate::hint::Hint;
use crate::journal::claims::Claim;
use crate::journal::{Journal, Position, Wishes};
use crate::leadership::Leadership;
use crate::leadership::lease::{Leases, lease_objects};
use crate::now::Now;
use crate::observed::Observed;
use crate::options::Options;
use crate::outcome::Outcome;
use crate::path::Path;
use crate::preflight::rights::objects;
use crate::preflight::unsupported::refuse_unsupported;
use crate::progress::Progress;
use crate::reason::Reason;
use crate::requests::{Asked, Question};

/// How many requests are on their way at once, Leases apart.
const ABREAST: usize = 16;

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
    /// The ConfigMap that is the journal.
    pub(crate) journal: ObjectRef,
    /// The objects of the plan.
    pub(crate) objects: Vec<ObjectRef>,
    pub(crate) phase: Phase,
    pub(crate) observed: Observed,
    pub(crate) leases: Leases,
    pub(crate) wishes: Wishes,
    /// Where the run is; none before it has begun.
    pub(crate) position: Option<Position>,
    /// What the journal said when it was read; none before it has been, and inside where there was
    /// no journal.
    pub(crate) recalled: Option<Option<String>>,
    /// What the journal says, where that is known.
    pub(crate) written: Option<String>,
    /// What it was compared with last.
    pub(crate) kept: Option<Position>,
    pub(crate) path: Option<Arc<Path>>,
    pub(crate) gates: Held,
    /// How far those gates have come that do not hold.
    pub(crate) pace: Pace,
    /// Somebody at this terminal wants to go back.
    pub(crate) abort: bool,
    /// Whether another runner may have taken over.
    pub(crate) leadership: Leadership,
    /// An object whose last write may yet be made.
    pub(crate) unconfirmed: Option<ObjectRef>,
    /// The run has set out forward again, and the journal still has what people asked of it before.
    pub(crate) anew: bool,
    /// Jobs of analyses: at which step, and which of its gates.
    pub(crate) jobs: BTreeMap<ObjectRef, Location>,
    /// The plan of a run that goes on, while it is bound again.
    pub(crate) rebinding: Option<Rebinding>,
    /// What the journal's plan says of admission.
    pub(crate) claims: Vec<Claim>,
    /// What admission changes in the plan's states.
    pub(crate) admitted: Vec<Admitted>,
    /// Services with a load balancer or an Ingress before them.
    pub(crate) fronted: BTreeSet<ObjectRef>,
    /// Rights that are not given.
    pub(crate) missing: BTreeSet<Right>,
    /// Questions that do not wait for one another's answers.
    pub(crate) queue: VecDeque<(Question, Request)>,
    /// Since when the watches have been asked for.
    pub(crate) watching: Option<Timestamp>,
    /// After how many steps the objects were found in place, and which were not looked at since.
    pub(crate) in_place: Option<usize>,
    /// The gate that did not hold when all were looked at last.
    pub(crate) stuck: Option<usize>,
    /// The step that people were told of last.
    pub(crate) step_told: Option<usize>,
    /// What the journal may say, where that is not known.
    pub(crate) doubted: Vec<String>,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) asked: BTreeMap<Ticket, Asked>,
    pub(crate) delayed: Vec<(Timestamp, Asked)>,
    pub(crate) tickets: u64,
    /// Nothing is decided before.
    pub(crate) rests: Option<(Timestamp, u32)>,
    wake: Option<Timestamp>,
    told: Option<Progress>,
    outcome: Option<Outcome>,
}

/// What the run is about, in this order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// The Leases are asked for.
    Claim,
    /// The journal of an earlier run is read.
    Recall,
    /// The cluster is watched.
    Watch,
    /// The plan is bound to the live objects.
    Bind,
    /// Autoscalers and Ingresses are looked for.
    Survey,
    /// The rights are reviewed.
    Review,
    /// Each state is tried with the server's dry run.
    Rehearse,
    /// The journal is opened.
    Open,
    /// The steps are taken.
    Work,
    /// The journal is closed and the Leases are given back.
    Close(Outcome),
}

/// Since when each gate of the present step has held, by its index.
pub(crate) type Held = BTreeMap<usize, Timestamp>;

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
        let seals = || Ok(options.sealer.fits(&plan.secrets())?);
        let phase = match refuse_unsupported(&plan).and_then(|()| seals()) {
            Ok(()) => Phase::Claim,
            Err(error) => Phase::Close(Outcome::Refused {
                reason: error.into(),
            }),
        };
        Self {
            journal: Journal::object(&plan, &options.namespace),
            jobs: jobs(&plan, &options.namespace),
            observed: Observed::of(&objects),
            objects,
            bound: Bound::unseen(plan.clone()),
            given: plan,
            options,
            leases,
            phase,
            wishes: Wishes::default(),
            position: None,
            recalled: None,
            written: None,
            kept: None,
            path: None,
            gates: Held::new(),
            pace: Pace::default(),
            abort: false,
            unconfirmed: None,
            anew: false,
            leadership: Leadership::Kept,
            rebinding: None,
            claims: Vec::new(),
            admitted: Vec::new(),
            fronted: BTreeSet::new(),
            missing: BTreeSet::new(),
            queue: VecDeque::new(),
            watching: None,
            in_place: None,
            stuck: None,
            step_told: None,
            doubted: Vec::new(),
            effects: VecDeque::new(),
            asked: BTreeMap::new(),
            delayed: Vec::new(),
            tickets: 0,
            rests: None,
            wake: None,
            told: None,
            outcome: None,
        }
    }

    /// Tells the machine that something has happened.
    pub fn handle_event(&mut self, event: Event, now: Now) {
        self.notice_loss(now);
        match event {
            Event::Answered(ticket, answer) => {
                if let Some(asked) = self.asked.remove(&ticket) {
                    self.answered(asked, answer, now);
                }
            }
            Event::Listed(scope, manifests) => self.observed.replace_all(&scope, &manifests),
            Event::Changed(_, manifest) => self.observed.update(&manifest),
            Event::Gone(_, manifest) => self.observed.update_gone(&manifest),
            Event::Unwatched(scope, fault) => self.unwatched(&scope, &fault),
            Event::Abort => self.abort = true,
            Event::Stop => self.stop(),
        }
        self.hear();
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
        self.effects.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) where nothing happens before, by the wall
    /// clock.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.wake
    }

    /// How the run ended; none while it goes on.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// Decides until there is nothing left to decide before something happens.
    fn proceed(&mut self, now: Now) {
        self.wake = None;
        self.resend(now);
        self.claim(now);
        while self.outcome.is_none() && self.is_free(now.wall) && self.advance(now) {}
    }

    /// Goes one decision further; false where something must happen first.
    fn advance(&mut self, now: Now) -> bool {
        if !self.may_decide(now) {
            return false;
        }
        let Now { wall, .. } = now;
        if let Some((question, request)) = self.queue.pop_front() {
            self.ask(question, request, wall);
            return true;
        }
        match self.phase.clone() {
            Phase::Claim => self.claimed(now),
            Phase::Recall => self.ask_journal(wall),
            Phase::Watch => self.watched(wall),
            Phase::Bind => self.bound(),
            Phase::Survey => self.survey(),
            Phase::Review => self.review(),
            Phase::Rehearse => self.rehearse(),
            Phase::Open => self.open(wall),
            Phase::Work => self.work(wall),
            Phase::Close(outcome) => self.close(&outcome, now),
        }
    }

    /// Whether there is nothing to wait for: no answer, and no rest.
    fn is_free(&mut self, now: Timestamp) -> bool {
        if let Some((until, _)) = self.rests.filter(|(until, _)| *until > now) {
            self.wake_at(until);
            return false;
        }
        let open = self
            .asked
            .values()
            .filter(|asked| !asked.question.is_aside())
            .count();
        self.delayed.is_empty() && open < if self.queue.is_empty() { 1 } else { ABREAST }
    }

    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Close(_))
    }

    pub(crate) fn wake_at(&mut self, time: Timestamp) {
        self.wake = Some(self.wake.map_or(time, |wake| wake.min(time)));
    }

    pub(crate) fn watch(&mut self, scope: Scope) {
        self.effects.push_back(Effect::Watch(scope));
    }

    /// Tells people something, once.
    pub(crate) fn tell(&mut self, progress: Progress) {
        if self.told.as_ref() != Some(&progress) {
            self.told = Some(progress.clone());
            self.effects.push_back(Effect::Tell(progress));
        }
    }

    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.tell(Progress::Ended {
            outcome: outcome.clone(),
        });
        self.outcome = Some(outcome);
        self.wake = None;
    }

    /// Asks for the Leases, and goes on asking while the run lasts.
    fn claim(&mut self, now: Now) {
        if self.outcome.is_some() || !self.leases_are_wanted() {
            return;
        }
        while let Some((index, request)) = self.leases.next(now) {
            self.ask(Question::Lease(index), request, now.wall);
        }
        if let Some(wake) = self.leases.wake() {
            self.wake_at(now.wall_at(wake));
        }
        if let Some(reason) = self.leases.refused.take() {
            self.lose(reason);
        }
    }

    pub(crate) fn unwatched(&mut self, scope: &Scope, fault: &Fault) {
        if self.is_over() {
            return;
        }
        let message = format!("{} cannot be watched: {}", scope.kind, fault.in_words());
        self.fail(Reason::from(message).hint(Hint::AskForRole));
    }

    /// Ends here: the journal says so, and the Leases are given back.
    fn stop(&mut self) {
        self.fail(Reason::from("it was stopped by hand").hint(Hint::GoOnOrBack));
    }

    /// Hears what people ask of the run.
    fn hear(&mut self) {
        let Some(journal) = self.observed.live(&self.journal) else {
            return;
        };
        let wishes = Wishes::of(journal);
        let before = mem::replace(&mut self.wishes, wishes.clone());
        for message in wishes.unreadable {
            if !before.unreadable.contains(&message) {
                self.tell(Progress::Warned { message });
            }
        }
    }
}
