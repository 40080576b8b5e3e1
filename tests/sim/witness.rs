//! Who tells the laws what happens.

use cutover::manifest::{Manifest, ObjectRef};
use cutover_model::Refused;
use cutover_run::{Event, Outcome, Request, Write, lease_objects};
use jiff::Timestamp;

use crate::checks::placed;
use crate::laws::Judge;
use crate::stage::{NAMESPACE, Stage};
use crate::trace::{self, Moment, Place, Standing, What, object_of};
use crate::wire::write_of;

/// The laws, and what is kept to tell them what happens.
pub(crate) struct Witness {
    judge: Judge,
    /// The first law that was broken, and how.
    broken: Option<String>,
    /// Who wrote last to an object of the plan.
    wrote: Option<u32>,
    /// Writes that met no answer: some of them come late.
    unanswered: Vec<(u32, Write)>,
}

impl Witness {
    pub(crate) fn new(judge: Judge) -> Self {
        Self {
            judge,
            broken: None,
            wrote: None,
            unanswered: Vec::new(),
        }
    }

    /// Whether all laws hold so far.
    pub(crate) fn is_content(&mut self) -> Result<(), String> {
        self.broken.take().map_or(Ok(()), Err)
    }

    /// Who wrote last to an object of the plan.
    pub(crate) fn wrote(&self) -> Option<u32> {
        self.wrote
    }

    /// Which of the writes without an answer it is.
    fn unanswered(&self, late: &cutover_model::Write) -> Option<usize> {
        let mut writes = self.unanswered.iter();
        writes.position(|(_, write)| write_of(write) == *late)
    }
}

impl Stage<'_> {
    /// The laws hear what happens.
    pub(crate) fn note(&mut self, what: What) {
        if let What::Wrote { runner, write, .. } = &what
            && self.checks.has(object_of(write))
        {
            self.witness.wrote = Some(*runner);
        }
        let now = self.model.now;
        if let Err(reason) = self.witness.judge.see(&Moment { now, what }) {
            self.witness.broken.get_or_insert(reason);
        }
    }

    /// A runner sends a request. Where the run is matters to writes alone.
    pub(crate) fn note_request(&mut self, request: &Request) {
        let standing = match trace::write_of(request) {
            Some(_) => self.standing(),
            None => Standing::default(),
        };
        self.note(What::Asked {
            runner: self.runner.number,
            request: request.clone(),
            standing,
        });
    }

    pub(crate) fn note_end(&mut self, outcome: &Outcome) {
        self.note(What::Ended {
            runner: self.runner.number,
            outcome: outcome.clone(),
            standing: self.standing(),
        });
    }

    /// A runner hears from a watch.
    pub(crate) fn note_watched(&mut self, event: &Event) {
        let runner = self.runner.number;
        self.note(match event.clone() {
            Event::Listed(scope, found) => What::Listed {
                runner,
                scope,
                found,
            },
            Event::Changed(_, manifest) => What::Changed { runner, manifest },
            Event::Gone(_, manifest) => What::Gone {
                runner,
                object: manifest.object().clone(),
            },
            other => panic!("a watch tells {other:?}"),
        });
    }

    /// A write of a runner arrives, which is no dry run.
    pub(crate) fn carry_out(
        &mut self,
        runner: u32,
        write: &Write,
    ) -> Result<Option<Manifest>, Refused> {
        let before = self.before(object_of(write));
        let answer = self.model.write(&write_of(write), "cutover", false);
        if answer.as_ref().is_err_and(|refused| refused.code == 0) {
            self.witness.unanswered.push((runner, write.clone()));
        }
        self.note_write(runner, write.clone(), before, false);
        answer
    }

    /// Lets one thing happen in the cluster.
    pub(crate) fn step(&mut self, limit: Timestamp) -> Option<cutover_model::Event> {
        let late = self.model.late();
        let late = late.and_then(|late| self.witness.unanswered(late));
        let before = late.map(|at| self.before(object_of(&self.witness.unanswered[at].1)));
        let edited = self.model.edited().cloned();
        let happened = self.model.step(limit);
        match (happened, late.zip(before), edited) {
            (Some(cutover_model::Event::LateWrite), Some((at, before)), _) => {
                let (runner, write) = self.witness.unanswered.remove(at);
                self.note_write(runner, write, before, true);
            }
            (Some(cutover_model::Event::Edited), _, Some(object)) => {
                let object = placed(&object);
                self.note(What::Meddled { object });
            }
            _ => {}
        }
        happened
    }

    /// How things stand before a write to an object.
    fn before(&self, object: &ObjectRef) -> (Option<Manifest>, Standing) {
        (self.model.server.get(object).ok(), self.standing())
    }

    fn note_write(
        &mut self,
        runner: u32,
        write: Write,
        (before, standing): (Option<Manifest>, Standing),
        late: bool,
    ) {
        let after = self.model.server.get(object_of(&write)).ok();
        if before != after {
            self.note(What::Wrote {
                runner,
                write,
                before,
                after,
                standing,
                late,
            });
        }
    }

    /// Where the run is, by what the server holds.
    fn standing(&self) -> Standing {
        let position = |journal: Manifest| {
            let text = journal.pointer("/data/run")?.as_str()?;
            serde_json::from_str(text).ok()
        };
        let position = self.journal_there().and_then(position);
        let leases = lease_objects(self.scenario.plan, NAMESPACE);
        let leases = leases
            .iter()
            .filter_map(|lease| self.model.server.get(lease).ok());
        let holder = |lease: Manifest| {
            let holder = lease.pointer("/spec/holderIdentity")?.as_str()?;
            (!holder.is_empty()).then(|| holder.to_owned())
        };
        Standing {
            place: position.as_ref().map(Place::of),
            holders: leases.filter_map(holder).collect(),
        }
    }
}
