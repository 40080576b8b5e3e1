//! Tables of weights.
