//! The journal of a fleet's runner: under the Lease, read before anything is begun, and written.

use std::time::Duration;

use cutover_fleet::{Event, Position, Wishes};
use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::time::sleep;

use super::driver::{Driver, FleetProgress, Happened};
use super::store::{Store, Stored};
use super::tenure::Held;
use crate::clock::now;

/// How often it is seen what people ask of the run.
const WISHES: Duration = Duration::from_secs(2);

/// A journal that could not be written is written again after so long.
const AGAIN: Duration = Duration::from_secs(2);

impl<T: FnMut(&FleetProgress)> Driver<'_, T> {
    /// Keeps the Lease; where it ran out nothing is begun before the journal was read anew.
    pub(super) fn lead(&mut self) -> Result<(), Held> {
        let now = now();
        if let Some(reason) = self.tenure.take_refusal() {
            if self.known.is_none() {
                return Err(Held(reason));
            }
            self.run
                .handle_event(Event::Superseded { by: reason }, now.wall);
        }
        if self.known.is_none()
            && let Some(rival) = self.tenure.rival()
        {
            self.warn(format!(
                "{rival}: waiting until it is given back or not renewed"
            ));
        }
        while let Some(asked) = self.tenure.ask(now) {
            let leased = asked.map(|(lease, answer)| Happened::Leased(lease, answer));
            self.under_way.push(leased.boxed_local());
        }
        if self.known.is_some() && !self.tenure.is_held(now) {
            self.lapsed = true;
        }
        Ok(())
    }

    /// Reads the journal, where the Lease is held and it is to be read.
    pub(super) fn regain(&mut self) {
        let is_due = self.lapsed && self.sent.is_none() && !self.is_reading;
        if is_due && self.tenure.is_held(now()) {
            self.is_reading = true;
            let store = self.fleets.store;
            let read = async move { Happened::Read(store.read().await) };
            self.under_way.push(read.boxed_local());
        }
    }

    /// The journal was read: at the start, or after the Lease had run out.
    pub(super) fn read(&mut self, read: Result<Stored, String>) -> Result<(), Held> {
        self.is_reading = false;
        let stored = match (read, &self.known) {
            (Ok(stored), _) => stored,
            (Err(reason), None) => return Err(Held(reason)),
            (Err(reason), Some(_)) => {
                self.warn(reason);
                return Ok(());
            }
        };
        match &self.known {
            None => self.recall(stored),
            Some(known) if stored.position == *known => {
                self.lapsed = false;
                Ok(())
            }
            Some(_) => {
                self.give_way(stored.position.as_deref());
                Ok(())
            }
        }
    }

    pub(super) fn recall(&mut self, stored: Stored) -> Result<(), Held> {
        let found = stored.position.as_deref().map(Position::parse).transpose();
        let found = found.map_err(|error| Held(error.to_string()))?;
        self.known = Some(stored.position);
        self.lapsed = false;
        let recalled = Event::Recalled(found.map(Box::new));
        self.run.handle_event(recalled, now().wall);
        self.watch_wishes();
        Ok(())
    }

    /// Another runner has written the journal.
    pub(super) fn give_way(&mut self, found: Option<&str>) {
        let by = match found.map(Position::parse) {
            Some(Ok(position)) => position.by,
            Some(Err(_)) | None => "somebody who edited the journal".to_owned(),
        };
        self.lapsed = false;
        self.run.handle_event(Event::Superseded { by }, now().wall);
    }

    pub(super) fn watch_wishes(&self) {
        let store = self.fleets.store;
        let look = async move {
            sleep(WISHES).await;
            Happened::Wished(store.read().await)
        };
        self.under_way.push(look.boxed_local());
    }

    pub(super) fn hear_wishes(&mut self, stored: Result<Stored, String>) {
        self.watch_wishes();
        let wishes = match stored {
            Ok(stored) => stored.wishes,
            Err(reason) => return self.warn(reason),
        };
        let wishes = match wishes.as_deref().map(Wishes::parse) {
            Some(Ok(wishes)) => wishes,
            Some(Err(error)) => return self.warn(error.to_string()),
            None => return,
        };
        for event in wishes.events(self.run.position().run) {
            self.run.handle_event(event, now().wall);
        }
    }

    /// Tells of trouble once, while it is the same.
    pub(super) fn warn(&mut self, reason: String) {
        if self.warned.as_ref() != Some(&reason) {
            (self.tell)(&FleetProgress::Warned(reason.clone()));
            self.warned = Some(reason);
        }
    }

    pub(super) fn write(&mut self, position: &Position) {
        let text = match position.text() {
            Ok(text) => text,
            Err(error) => return self.warn(error.to_string()),
        };
        self.sent = Some(text.clone());
        let last = self.known.clone().flatten();
        let store = self.fleets.store;
        self.under_way.push(written(store, last, text).boxed());
    }
}

/// Writes the journal until it is known what it says.
fn written(store: &dyn Store, last: Option<String>, text: String) -> BoxFuture<'_, Happened> {
    async move {
        loop {
            if let Ok(true) = store.replace(last.as_deref(), &text).await {
                return Happened::Wrote(text);
            }
            match store.read().await {
                // This very write was made, and its answer lost.
                Ok(stored) if stored.position.as_ref() == Some(&text) => {
                    return Happened::Wrote(text);
                }
                Ok(stored) if stored.position != last => {
                    return Happened::Superseded(stored.position);
                }
                Ok(_) | Err(_) => sleep(AGAIN).await,
            }
        }
    }
    .boxed()
}
