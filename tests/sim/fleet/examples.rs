//! Each law is broken by a short trace, and not by one that is as it should be.
