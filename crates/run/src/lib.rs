//! Carrying out a plan: the executor as a state machine without IO.
//!
//! ```text
//!            ┌────────────────────────── Run ──────────────────────────┐
//!  events ──▶│ claim ▶ recall ▶ watch ▶ bind ▶ survey ▶ review         │──▶ effects
//!  answers,  │   ▶ rehearse ▶ open ▶ ┌─ write ▶ wait ─┐ ▶ close        │   requests,
//!  watches   │                       └────────◀───────┘ (a step)       │   watches,
//!     time ─▶│ Leases, journal, what has been seen of the cluster      │   progress
//!            └─────────────────────────────────────────────────────────┘
//! ```
//!
//! [`Run`] is told what happens and what time it is, and says what it wants done, as data. The
//! crate `cutover-kube` carries that out on a cluster; tests carry it out on a small cluster in
//! memory, with faults, thousands of times.
//!
//! - **The journal says where a run is, the live objects confirm it** ([`Journal`]). After every
//!   event the machine looks at both and decides anew, so a run that is killed goes on where it
//!   was, in either direction.
//! - **Every write is a compare-and-set**: it tests the uid and the version of the object as it was
//!   seen last. A change that is made already is recognised; what somebody else has written stops
//!   the run, and is not overwritten.
//! - **All gates of a step hold together at the moment of the next write**, also after a pause of
//!   hours.
//! - **Who was away asks before it decides.** Leases are measured by a clock that counts sleep. Once
//!   they have run out the journal is read anew, and where another runner wrote it the run stops.
//! - **The way back is there at any moment**, in the middle of a step too.
//!
//! # What it does not do
//!
//! It opens no connection, reads no clock and starts no thread; it does not retry by itself what is
//! told to be final. It knows Deployments and what stands before them; other objects are written,
//! and not waited for.
//!
//! # Example
//!
//! A rehearsal against a cluster that holds nothing: the plan is refused before anything is
//! written.
//!
//! ```
//! use cutover_check::check;
//! use cutover_manifest::{Bundle, Manifest};
//! use cutover_planner::{Options as Plans, Waypoints, from_fn, plan};
//! use cutover_release::{Ends, Release};
//! use cutover_run::{Effect, Event, Goal, Now, Options, Outcome, Reply, Request, Run};
//! use jiff::Timestamp;
//! use serde_json::json;
//!
//! let map = |value: &str| Manifest::new(json!({
//!     "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "greeting"}, "data": {"text": value},
//! }));
//! let (from, to): (Bundle, Bundle) = ([map("hello")?].into_iter().collect(), [map("hi")?].into_iter().collect());
//! let release = Release::new(Ends::new(from, to))?;
//! let own = from_fn("own", |release| Waypoints::direct(release, "update", &Default::default()));
//! let plan = check(plan(&release, &own, &Plans::default())?).unwrap();
//!
//! let now = Now::simulated(Timestamp::UNIX_EPOCH);
//! let mut run = Run::new(plan, Options::new("default", "me").goal(Goal::Try));
//! run.handle_timeout(now);
//! while run.outcome().is_none() {
//!     match run.poll_effect() {
//!         Some(Effect::Ask { ticket, request: Request::Get(_), .. }) => {
//!             run.handle_event(Event::Answered(ticket, Ok(Reply::Object(None))), now);
//!         }
//!         Some(Effect::Watch(scope)) => run.handle_event(Event::Listed(scope, vec![]), now),
//!         Some(Effect::Tell(progress)) => println!("{progress:?}"),
//!         other => unreachable!("{other:?}"),
//!     }
//! }
//! let Some(Outcome::Refused { reason }) = run.outcome() else { unreachable!() };
//! assert!(reason.message().starts_with("ConfigMap default/greeting: it is not in the cluster"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod absence;
mod accept;
mod analysis;
mod answers;
mod api;
mod autoscalers;
mod bind;
mod change;
mod course;
mod cursor;
mod ending;
mod error;
#[cfg(test)]
mod examples;
mod gates;
mod hint;
mod inspection;
mod journal;
mod leadership;
mod namespace;
mod now;
mod observed;
mod options;
mod outcome;
mod overruled;
mod path;
mod phase;
mod placed;
mod preflight;
mod progress;
mod reason;
mod requests;
mod rights;
mod run;
mod scopes;
mod secrets;
mod sending;
mod steps;
mod unsupported;

pub use accept::{AcceptDrift, DriftedField};
pub use analysis::{Asking, Check};
pub use api::effect::{Effect, HttpRequest, Request, Right, Scope, Ticket, Write};
pub use api::event::{Answer, Event, Fault, Reply};
pub use bind::rebase::{Rebase, rebase};
pub use bind::{Bound, as_written, bind};
pub use change::ownership::MANAGER;
pub use course::{Course, Direction};
pub use error::Error;
pub use gates::next_opening;
pub use hint::Hint;
pub use inspection::{GateState, GateStatus, Inspection, PodStatus};
pub use journal::{Accepted, AcceptedFields, Journal, Position, Stage, Wish, Wishes};
pub use leadership::leases::{Leases, lease_objects};
pub use leadership::runner::Runner;
pub use now::{Now, Steady};
pub use observed::diagnosis::Trouble;
pub use options::{Goal, Options};
pub use outcome::Outcome;
pub use progress::{Awaited, Progress};
pub use reason::Reason;
pub use rights::{rights, roles};
pub use run::Run;
