//! What a step means for requests.

/// What a step means for requests, in the order of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Move {
    /// Add what will serve.
    Expand,
    /// Move requests, by a Service or by a route.
    Shift,
    /// Replace the pods of a set that serves, by its own controller.
    Roll,
    /// Remove what no longer serves.
    Contract,
}
