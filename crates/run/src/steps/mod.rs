//! The steps of a run: their changes are made, their gates waited for, forward and back.

mod analyse;
mod arrive;
mod certainty;
mod drift;
mod gone;
mod journal;
mod overrule;
mod pause;
mod paused;
mod recount;
mod takeover;
mod turn;
mod wait;
mod work;
mod write;
