//! The kinds of refusals that a way over waypoints has. Each is a code that stays.

use cutover_release::RefusalKind;

/// The plan would have too many steps.
pub const MANY_STEPS: RefusalKind = RefusalKind::new("manySteps");
/// A Service would send requests to too few pods.
pub const NO_CAPACITY: RefusalKind = RefusalKind::new("noCapacity");
/// A waypoint lies outside the workload's budget.
pub const NO_ROOM: RefusalKind = RefusalKind::new("noRoom");
/// No step leads to a waypoint.
pub const NO_WAY: RefusalKind = RefusalKind::new("noWay");
