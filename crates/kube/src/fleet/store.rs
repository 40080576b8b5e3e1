//! Where the journal of a fleet's run is kept.

use cutover_manifest::ObjectRef;
use cutover_run::Fault;
use futures::future::BoxFuture;

use crate::cluster::Cluster;

/// Where the journal of a fleet's run is kept: two texts, of the runner and of people.
///
/// A runner reads it once it is the only one, by the Lease that [`lease`](Self::lease) names or by
/// the store's own means, and then [replaces](Self::replace) what it has read or written last.
pub trait Store: Sync {
    /// Reads both texts; each is absent before it was first written.
    fn read(&self) -> BoxFuture<'_, Result<Stored, String>>;

    /// Puts a position in the place of the last one, or where there was none; false where there is
    /// another one than that, and nothing was written.
    fn replace<'s>(
        &'s self,
        last: Option<&'s str>,
        position: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>>;

    /// Puts what people ask of the run in the place of what they have asked last, or where there was
    /// nothing; false where there is something else.
    fn wish<'s>(
        &'s self,
        last: Option<&'s str>,
        wishes: &'s str,
    ) -> BoxFuture<'s, Result<bool, String>>;

    /// The Lease by which one runner has it, and where that is; none where the store lets no second
    /// one in.
    fn lease(&self) -> Option<(&Cluster, ObjectRef)>;
}

/// What is kept of a fleet's run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// Where it is, as its runner has written it.
    pub position: Option<String>,
    /// What people ask of it.
    pub wishes: Option<String>,
}

/// A fault in words.
pub(super) fn words(fault: &Fault) -> String {
    match fault.code {
        0 => fault.message.clone(),
        code => format!("{} ({code})", fault.message),
    }
}
