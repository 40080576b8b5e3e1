//! The steps of a run: their changes are made, their gates waited for, forward and back.

mod analyse;
mod arrive;
mod drift;
mod gone;
mod journal;
mod pause;
mod paused;
mod recount;
mod takeover;
mod turn;
mod wait;
mod work;
mod write;
