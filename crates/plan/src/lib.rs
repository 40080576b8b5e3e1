//! Plans: workloads, waypoints, steps, changes, gates, and the planner that makes every leg safe.
