//! Strategies: rolling update, recreate, restart, pause and resume.
