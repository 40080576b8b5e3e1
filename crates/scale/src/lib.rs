//! Strategy: scale a workload, at once or as a ramp.
