//! What goes wrong, beside what a cluster is set up to deny.

use cutover_manifest::ObjectRef;
use cutover_patch::Patch;

/// What goes wrong. The default is nothing.
///
/// Chances are of 1,000, for each request; counts say how often a thing still happens, at moments
/// that the seed chooses.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// 429 with `Retry-After`, before anything is done.
    pub too_many_requests: u16,
    /// 500, before anything is done.
    pub server_error: u16,
    /// 500, though the request was carried out.
    pub server_error_after: u16,
    /// No answer, and the request never arrived.
    pub lost_request: u16,
    /// No answer, though the request was carried out.
    pub lost_answer: u16,
    /// No answer, and a write is carried out some time later.
    pub late_write: u16,
    /// How many ready pods still break, and recover after up to half a minute.
    pub crashes: u32,
    /// How many pods are still evicted, and stay as `Failed`.
    pub evictions: u32,
    /// How many pods somebody still deletes.
    pub deletions: u32,
    /// How many watches still expire, so that they list anew.
    pub expiries: u32,
    /// The chance of 1,000, at each step, that one of those that are counted happens.
    pub rate: u16,
    /// What somebody else writes.
    pub edits: Vec<Edit>,
    /// When the clock jumps.
    pub jumps: Vec<Jump>,
}

/// A patch by somebody else.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The step of the model, counted from 0, before which it is made.
    pub step: u64,
    /// The object that is patched.
    pub object: ObjectRef,
    /// The `fieldManager` of the write.
    pub manager: String,
    /// The operations; where they do not fit, nothing happens.
    pub ops: Patch,
}

/// A jump of the clock.
#[derive(Clone, Copy, Debug)]
pub struct Jump {
    /// The step of the model, counted from 0, before which it happens.
    pub step: u64,
    /// By how many seconds; negative is back.
    pub seconds: i64,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Passes,
    TooManyRequests,
    ServerError,
    ServerErrorAfter,
    RequestLost,
    AnswerLost,
    Late,
}

impl Faults {
    /// What becomes of a request, by a number below 1,000.
    pub(crate) fn transport(&self, number: u64) -> Transport {
        let chances = [
            (self.too_many_requests, Transport::TooManyRequests),
            (self.server_error, Transport::ServerError),
            (self.server_error_after, Transport::ServerErrorAfter),
            (self.lost_request, Transport::RequestLost),
            (self.lost_answer, Transport::AnswerLost),
            (self.late_write, Transport::Late),
        ];
        let mut below = 0;
        let hit = chances.into_iter().find(|(chance, _)| {
            below += u64::from(*chance);
            number < below
        });
        hit.map_or(Transport::Passes, |(_, transport)| transport)
    }
}
