//! Holds one feature of `cutover` at a time.
