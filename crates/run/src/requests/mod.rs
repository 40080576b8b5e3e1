//! Requests: what is to be asked, what is on its way, and what is sent again.

mod backoff;
mod outbox;
mod question;
mod refusals;
mod sent;

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;

pub(crate) use self::backoff::Backoff;
pub(crate) use self::outbox::Outbox;
pub(crate) use self::question::Question;
pub(crate) use self::refusals::Refusals;
pub(crate) use self::sent::{PATIENCE, Sent};
use crate::analysis::Location;
use crate::api::effect::{Request, Ticket};

/// How many requests are on their way at once, Leases apart.
const ABREAST: usize = 16;

/// What is to be asked, what is on its way, and what is sent again later.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    /// Questions that do not wait for one another's answers.
    queue: VecDeque<(Question, Request)>,
    open: BTreeMap<Ticket, Sent>,
    delayed: Vec<(Timestamp, Sent)>,
    tickets: u64,
}

impl Requests {
    pub(crate) fn enqueue(&mut self, questions: impl IntoIterator<Item = (Question, Request)>) {
        self.queue.extend(questions);
    }

    /// The next question that waits for no answer.
    pub(crate) fn next(&mut self) -> Option<(Question, Request)> {
        self.queue.pop_front()
    }

    /// What has not been asked is not asked any more.
    pub(crate) fn clear_queue(&mut self) {
        self.queue.clear();
    }

    /// It is on its way, under this ticket.
    pub(crate) fn open(&mut self, sent: Sent) -> Ticket {
        let ticket = Ticket(self.tickets);
        self.tickets += 1;
        self.open.insert(ticket, sent);
        ticket
    }

    /// It was answered; none where nobody asked.
    pub(crate) fn close(&mut self, ticket: Ticket) -> Option<Sent> {
        self.open.remove(&ticket)
    }

    /// It is sent again then.
    pub(crate) fn delay(&mut self, until: Timestamp, sent: Sent) {
        self.delayed.push((until, sent));
    }

    /// All that is to be sent again, each with when.
    pub(crate) fn take_delayed(&mut self) -> Vec<(Timestamp, Sent)> {
        std::mem::take(&mut self.delayed)
    }

    /// Whether every question has its answer, but for those that nothing waits for.
    pub(crate) fn is_answered(&self) -> bool {
        self.awaited() == 0
    }

    /// Whether one more may be asked, or decided upon where there is none.
    pub(crate) fn has_room(&self) -> bool {
        let most = if self.queue.is_empty() { 1 } else { ABREAST };
        self.delayed.is_empty() && self.awaited() < most
    }

    /// Whether an analysis waits for its answer.
    pub(crate) fn has_asked(&self, location: Location) -> bool {
        let mut open = self.open.values();
        open.any(|sent| matches!(sent.question, Question::Check(of) if of == location))
    }

    fn awaited(&self) -> usize {
        let open = self.open.values();
        open.filter(|sent| !sent.question.is_aside()).count()
    }
}

#[cfg(test)]
mod tests;
