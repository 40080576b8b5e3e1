//! One Lease.
//!
//! As client-go's leader election does, a Lease of somebody else counts as free once it has stood
//! unchanged for as long as it lasts, by our own steady clock: two clocks are never compared.

use cutover_manifest::{Field, Manifest, MergeKeys, ObjectRef};
use cutover_patch::{Patch, diff};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::api::effect::{Request, Write};
use crate::api::event::{Answer, Fault, Reply};
use crate::api::guard::test_version;
use crate::error::Error;
use crate::now::{Now, Steady};
use crate::requests::PATIENCE;

const HOLDER: Field = Field::new("/spec/holderIdentity");
const DURATION: Field = Field::new("/spec/leaseDurationSeconds");
const ACQUIRED: Field = Field::new("/spec/acquireTime");
const RENEWED: Field = Field::new("/spec/renewTime");

/// How long a Lease lasts that does not say so, in seconds.
const LASTS: i64 = 15;

/// Who takes a Lease, and for how long.
#[derive(Debug)]
pub(super) struct Terms {
    holder: String,
    duration: SignedDuration,
}

/// A Lease that this runner takes and renews, as far as it knows it.
#[derive(Debug)]
pub(super) struct Lease {
    object: ObjectRef,
    known: Known,
    asked: bool,
    /// When the write that takes it was asked for, while that is on its way.
    taking: Option<Steady>,
    /// Nothing is asked before.
    rests: Option<Steady>,
    /// Since when the server does not answer.
    silent: Option<Steady>,
    /// Until when it is held; or was, where that is past.
    held: Option<Steady>,
    rival: Option<Rival>,
}

/// What is known of a Lease on the server.
#[derive(Debug)]
enum Known {
    Nothing,
    Absent,
    There(Manifest),
}

/// Somebody else who holds it.
#[derive(Debug)]
struct Rival {
    name: String,
    renewed: Value,
    /// How often it was renewed while we looked.
    renewals: u32,
    free: Steady,
}

impl Terms {
    pub(super) fn new(holder: &str, duration: SignedDuration) -> Self {
        Self {
            holder: holder.to_owned(),
            duration,
        }
    }

    /// When a Lease is renewed that is held until then.
    fn renewal(&self, held: Steady) -> Steady {
        held.saturating_sub(self.duration * 2 / 3)
    }

    /// A Lease as ours.
    fn taken(&self, manifest: &Manifest, now: Timestamp) -> Manifest {
        let time = now.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
        let taken = manifest
            .with(HOLDER, self.holder.clone().into())
            .with(DURATION, self.duration.as_secs().into())
            .with(RENEWED, time.clone().into());
        match holder(manifest) == self.holder {
            true => taken,
            false => taken.with(ACQUIRED, time.into()),
        }
    }
}

impl Lease {
    pub(super) fn new(object: ObjectRef) -> Self {
        Self {
            object,
            known: Known::Nothing,
            asked: false,
            taking: None,
            rests: None,
            silent: None,
            held: None,
            rival: None,
        }
    }

    pub(super) fn object(&self) -> &ObjectRef {
        &self.object
    }

    /// Until when it is held; or was, where that is past.
    pub(super) fn held(&self) -> Option<Steady> {
        self.held
    }

    /// Who else holds it, in words.
    pub(super) fn rival(&self) -> Option<String> {
        let rival = self.rival.as_ref()?;
        Some(format!("{} is held by {}", self.object, rival.name))
    }

    /// When there is something to ask again.
    pub(super) fn wake(&self, terms: &Terms) -> Option<Steady> {
        if self.asked {
            return None;
        }
        let renewal = self.held.map(|until| terms.renewal(until));
        self.rests.max(renewal)
    }

    /// The next request, where one is due.
    ///
    /// # Errors
    ///
    /// A Lease that no API server takes.
    pub(super) fn next(&mut self, terms: &Terms, now: Now) -> Result<Option<Request>, Error> {
        if self.asked || self.rests.is_some_and(|until| until > now.steady) {
            return Ok(None);
        }
        let request = self.request(terms, now)?;
        if let Some(request) = &request {
            self.asked = true;
            self.taking = matches!(request, Request::Write { .. }).then_some(now.steady);
        }
        Ok(request)
    }

    fn request(&self, terms: &Terms, now: Now) -> Result<Option<Request>, Error> {
        let manifest = match &self.known {
            Known::Nothing => return Ok(Some(Request::Get(self.object.clone()))),
            Known::Absent => {
                let lease = terms.taken(&self.bare()?, now.wall);
                return Ok(Some(Request::Write {
                    write: Write::Create(lease),
                    dry_run: false,
                }));
            }
            Known::There(manifest) => manifest,
        };
        let due = self
            .held
            .is_none_or(|until| terms.renewal(until) <= now.steady);
        Ok(due.then(|| patch(manifest, &terms.taken(manifest, now.wall))))
    }

    fn bare(&self) -> Result<Manifest, Error> {
        let bare = json!({
            "apiVersion": self.object.api_version, "kind": self.object.kind,
            "metadata": { "name": self.object.name, "namespace": self.object.namespace },
            "spec": {},
        });
        Ok(Manifest::new(bare)?)
    }

    /// Takes in an answer.
    ///
    /// # Errors
    ///
    /// Why the Lease cannot be had.
    pub(super) fn answer(
        &mut self,
        answer: Answer,
        terms: &Terms,
        now: Steady,
    ) -> Result<(), String> {
        let taken = self.taking.take();
        self.asked = false;
        self.rests = None;
        match answer {
            Ok(Reply::Object(None)) => self.known = Known::Absent,
            Ok(Reply::Object(Some(manifest))) if holder(&manifest) == terms.holder => {
                self.silent = None;
                // From when it was asked for: the answer may have been long on its way.
                if let Some(taken) = taken {
                    self.held = Some(taken.saturating_add(terms.duration));
                }
                self.rival = None;
                self.known = Known::There(manifest);
            }
            Ok(Reply::Object(Some(manifest))) => return self.meet(manifest, now),
            Ok(_) => self.known = Known::Nothing,
            Err(fault) => return self.miss(&fault, now),
        }
        Ok(())
    }

    /// Asks again after a while, or gives up.
    fn miss(&mut self, fault: &Fault, now: Steady) -> Result<(), String> {
        let nowhere = fault.code == 404 && matches!(self.known, Known::Absent);
        let since = if fault.is_stale() {
            now
        } else {
            *self.silent.get_or_insert(now)
        };
        self.known = Known::Nothing;
        self.rests = Some(now.saturating_add(fault.pause(1)));
        let reason = fault.in_words();
        if nowhere || fault.is_final() && !fault.is_stale() {
            return Err(format!("{}: {reason}", self.object));
        }
        match now.since(since) > PATIENCE {
            true => Err(format!("the API server does not answer: {reason}")),
            false => Ok(()),
        }
    }

    /// Somebody else's: it is free where it names nobody, or where it has not changed for as long
    /// as it lasts.
    fn meet(&mut self, manifest: Manifest, now: Steady) -> Result<(), String> {
        self.silent = None;
        let name = holder(&manifest).to_owned();
        if self.held.take().is_some() && !name.is_empty() {
            return Err(format!("{} was taken by {name}", self.object));
        }
        let renewed = manifest.pointer(RENEWED.pointer());
        let renewed = renewed.cloned().unwrap_or_default();
        let rival = self.rival.as_ref();
        let expired = rival.is_some_and(|rival| rival.renewed == renewed && rival.free <= now);
        if name.is_empty() || expired {
            self.known = Known::There(manifest);
            return Ok(());
        }
        let renewals = match rival {
            Some(rival) if rival.renewed != renewed => rival.renewals + 1,
            Some(rival) => rival.renewals,
            None => 0,
        };
        // One renewal may have been on its way when its runner died.
        if renewals > 1 {
            return Err(format!("{} is held by {name}", self.object));
        }
        let free = now.saturating_add(lasts(&manifest));
        self.known = Known::Nothing;
        self.rests = Some(free);
        self.rival = Some(Rival {
            name,
            renewed,
            renewals,
            free,
        });
        Ok(())
    }

    /// The request that gives it back, where it is held.
    pub(super) fn release(&mut self) -> Option<Request> {
        self.held.take()?;
        match &self.known {
            Known::There(manifest) => Some(patch(manifest, &manifest.with(HOLDER, "".into()))),
            Known::Absent | Known::Nothing => None,
        }
    }
}

/// Who holds a Lease; empty where nobody does.
pub(super) fn holder(manifest: &Manifest) -> &str {
    let holder = manifest.pointer(HOLDER.pointer());
    holder.and_then(Value::as_str).unwrap_or_default()
}

/// When it was renewed last; none where it does not say.
pub(super) fn renewed(manifest: &Manifest) -> Option<Timestamp> {
    let renewed = manifest.pointer(RENEWED.pointer())?.as_str()?;
    let Ok(renewed) = renewed.parse() else {
        return None;
    };
    Some(renewed)
}

/// For how long a Lease lasts by its own words.
pub(super) fn lasts(manifest: &Manifest) -> SignedDuration {
    let seconds = manifest.pointer(DURATION.pointer());
    SignedDuration::from_secs(seconds.and_then(Value::as_i64).unwrap_or(LASTS))
}

/// A write that somebody else's write in between makes fail.
fn patch(live: &Manifest, target: &Manifest) -> Request {
    let Patch(changes) = diff(live.value(), target.value(), &MergeKeys);
    let mut operations = vec![test_version(live)];
    operations.extend(changes);
    let write = Write::Patch {
        object: live.object().clone(),
        ops: Patch(operations),
    };
    Request::Write {
        write,
        dry_run: false,
    }
}

#[cfg(test)]
impl Lease {
    /// As it is known.
    pub(super) fn known(&self) -> &Manifest {
        match &self.known {
            Known::There(known) => known,
            other => panic!("it is not known: {other:?}"),
        }
    }

    /// Its runner is to read it again.
    pub(super) fn forget(&mut self) {
        self.known = Known::Nothing;
    }
}
