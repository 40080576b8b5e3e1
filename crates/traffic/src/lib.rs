//! Who receives requests, and in what share.
