//! What is decided while the steps are taken, in this order.

use jiff::Timestamp;

use super::certainty::Certainty;
use crate::api::effect::Request;
use crate::course::Direction;
use crate::journal::Stage;
use crate::options::Goal;
use crate::phase::Next;
use crate::requests::Question;
use crate::run::Run;

impl Run {
    pub(crate) fn work(&mut self, now: Timestamp) -> Next {
        let is_ready = self.knows_objects(now) && self.updates_journal(now) && self.swept(now);
        let Some(cursor) = self.cursor.as_ref().filter(|_| is_ready) else {
            return Next::Wait;
        };
        let (stage, direction) = (cursor.stage(), cursor.direction());
        if direction == Direction::Forward
            && let Some((to, reason)) = self.is_asked_to_turn()
        {
            match self.certainty(now) {
                Certainty::Known => return self.turn(to, reason, now),
                Certainty::Look => return Next::Again,
                Certainty::Soon => return Next::Wait,
                Certainty::Unknown => {}
            }
        }
        if let Some(next) = self.attend_rolls(now) {
            return next;
        }
        match stage {
            Stage::Writing => self.write(now),
            Stage::Waiting => self.wait(now),
        }
    }

    /// Reads what has been asked about and is not known; false while there is something.
    fn knows_objects(&mut self, now: Timestamp) -> bool {
        let mut objects = self.objects.iter().chain(self.jobs.keys());
        let unknown = objects.find(|object| self.observed.object(object).is_none());
        match unknown.cloned() {
            Some(object) => {
                self.ask(Question::Look(object.clone()), Request::Get(object), now);
                false
            }
            None => true,
        }
    }

    /// Whoever wants the run to go back: how far, and why.
    pub(super) fn is_asked_to_turn(&self) -> Option<(usize, String)> {
        let by = self
            .wishes
            .abort
            .as_ref()
            .map(|wish| format!("asked by {} at {}", wish.by, wish.at));
        match self.options.goal {
            Goal::Back { to } => Some((to, "asked for".to_owned())),
            _ if self.abort => Some((0, "asked for at this terminal".to_owned())),
            _ => by.map(|by| (0, by)),
        }
    }
}
